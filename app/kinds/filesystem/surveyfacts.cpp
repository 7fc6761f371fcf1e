// SPDX-License-Identifier: Apache-2.0
#include "kinds/filesystem/survey.h"

#include "kinds/filesystem/pathclasses.h"

#include <pwd.h>

#include <algorithm>

namespace holdfast {

namespace {

constexpr std::size_t MaxNamedProcesses = 5;

QString accountName(std::uint32_t uid)
{
    passwd entry{};
    passwd *found = nullptr;
    char buffer[4096];
    if (::getpwuid_r(uid, &entry, buffer, sizeof buffer, &found) == 0 && found != nullptr)
        return QString::fromUtf8(entry.pw_name);
    return QString::number(uid);
}

/// Facts of one measurement: all at one instant, unknown together when the walk was not complete.
class Facts final
{
public:
    Facts(const Survey &survey, Instant at) : m_at(at)
    {
        if (!survey.trees.incomplete.isEmpty())
            m_bound = survey.trees.incomplete;
        else if (!survey.trees.unreadable.isEmpty())
            m_bound = QStringLiteral("%1 could not be read").arg(survey.trees.unreadable.join(QStringLiteral(", ")));
        else if (!survey.refused.isEmpty())
            m_bound = survey.refused.join(QStringLiteral("; "));
    }

    Fact &say(QStringView id, const QString &label, const QString &value, const QString &how, Severity severity = Severity::Info)
    {
        m_facts.push_back({id.toString(), label, value, std::nullopt, {}, Quality::Measured, how, m_at, severity});
        return m_facts.back();
    }
    Fact &count(QStringView id, const QString &label, std::int64_t number, const QString &unit, const QString &how, Severity severity = Severity::Info)
    {
        auto &fact = say(id, label, QString::number(number), how, severity);
        fact.number = number;
        fact.unit = unit;
        return fact;
    }
    /// A count over the trees: a lower bound, and so unknown, where not all of them could be seen.
    void total(QStringView id, const QString &label, std::int64_t number, const QString &unit, const QString &how, Severity severity = Severity::Info)
    {
        auto &fact = count(id, label, number, unit, how, severity);
        if (m_bound.isEmpty())
            return;
        fact.value = QStringLiteral("at least ") + fact.value;
        fact.number.reset();
        fact.quality = Quality::Unknown;
        fact.how = m_bound;
        fact.severity = Severity::Danger;
    }
    void add(Fact fact) { m_facts.push_back(std::move(fact)); }
    [[nodiscard]] std::vector<Fact> take() { return std::move(m_facts); }

private:
    Instant m_at;
    QString m_bound;
    std::vector<Fact> m_facts;
};

void addTotals(Facts &facts, const TreeSums &trees)
{
    const QString counted = QStringLiteral("counted entry by entry through descriptors, links not followed");
    const auto loss = [](std::int64_t number) { return number > 0 ? Severity::Warning : Severity::Info; };
    facts.total(fact::DestroyedFiles, QStringLiteral("files destroyed"), trees.files, QStringLiteral("files"), counted, loss(trees.files));
    facts.total(fact::DestroyedObjects, QStringLiteral("entries destroyed"), trees.objects(), QStringLiteral("entries"), QStringLiteral("files, directories, links and others together"), loss(trees.objects()));
    facts.total(fact::DestroyedBytes, QStringLiteral("bytes freed"), trees.freedBytes, QStringLiteral("bytes"), QStringLiteral("allocated blocks of entries that keep no name outside"), loss(trees.freedBytes));
    facts.total(u"fs.bytes", QStringLiteral("apparent bytes"), trees.apparentBytes, QStringLiteral("bytes"), QStringLiteral("sum of file sizes"));
    facts.total(u"fs.directories", QStringLiteral("directories"), trees.directories, QStringLiteral("directories"), counted);
    facts.total(u"fs.links", QStringLiteral("symbolic links"), trees.links, QStringLiteral("links"), QStringLiteral("deleted themselves, never followed"));
    facts.total(u"fs.others", QStringLiteral("sockets, pipes and devices"), trees.others, QStringLiteral("entries"), counted);
    facts.total(u"fs.shared-files", QStringLiteral("files with other names outside"), trees.sharedFiles, QStringLiteral("files"), QStringLiteral("hard links: their bytes are not freed"));
}

void addState(Facts &facts, const TreeSums &trees)
{
    facts.count(u"fs.mounts", QStringLiteral("mounts within"), trees.mounts.size(), QStringLiteral("mounts"), trees.mounts.isEmpty() ? QStringLiteral("mount identity of every entry") : trees.mounts.join(QStringLiteral(", ")), trees.mounts.isEmpty() ? Severity::Info : Severity::Danger);
    facts.count(u"fs.unreadable", QStringLiteral("unreadable directories"), trees.unreadable.size(), QStringLiteral("directories"), trees.unreadable.isEmpty() ? QStringLiteral("every directory was read to its end") : trees.unreadable.join(QStringLiteral(", ")), trees.unreadable.isEmpty() ? Severity::Info : Severity::Danger);
    QStringList owners;
    for (const auto &[uid, entries] : trees.owners)
        owners.append(QStringLiteral("%1 (%2)").arg(accountName(uid), QString::number(entries)));
    facts.say(u"fs.owners", QStringLiteral("owners"), owners.join(QStringLiteral(", ")), QStringLiteral("entries by owning account"), owners.size() > 1 ? Severity::Notice : Severity::Info);
    if (trees.objects() > 0)
        facts.say(u"fs.newest-change", QStringLiteral("newest change"), formatInstant(Instant{std::chrono::seconds(trees.newestSeconds)}), QStringLiteral("newest modification time"));
}

/// What the entries are, whatever their size: one fact for each class of the catalogue that is met.
void addTelling(Facts &facts, const TreeSums &trees)
{
    for (const PathClass &each : PathCatalogue::builtIn().classes()) {
        const auto found = trees.telling.find(each.id);
        if (found == trees.telling.end())
            continue;
        const qsizetype more = found->second.count - found->second.first.size();
        auto &fact = facts.count(QStringLiteral("path.") + each.id, each.what, found->second.count, QStringLiteral("files"),
                                 found->second.first.join(QStringLiteral(", ")) + (more > 0 ? QStringLiteral(" and %1 more").arg(more) : QString()), Severity::Danger);
        fact.how = QStringLiteral("by name: ") + fact.how;
    }
}

/// A path that was written otherwise than it is called, or that a bind mount shows a second time.
void addNames(Facts &facts, const Survey &survey)
{
    QStringList asked, mounted;
    for (const HeldPath &top : survey.tops) {
        if (!top.asked.isEmpty() && top.asked.startsWith(u'/') && top.asked != top.path)
            asked.append(QStringLiteral("%1 for %2").arg(top.asked, top.path));
        if (!top.unmounted.isEmpty())
            mounted.append(QStringLiteral("%1 is %2").arg(top.path, top.unmounted));
    }
    if (!asked.isEmpty())
        facts.say(u"path.asked-as", QStringLiteral("asked as"), asked.join(QStringLiteral(", ")), QStringLiteral("links in the path were followed, as the program does"), Severity::Warning);
    if (!mounted.isEmpty())
        facts.say(u"path.mounted", QStringLiteral("reached through a bind mount"), mounted.join(QStringLiteral(", ")), QStringLiteral("same device and inode"), Severity::Danger);
}

void addGit(Facts &facts, const Survey &survey)
{
    GitWork sum;
    QStringList unknown;
    for (const auto &work : survey.git) {
        sum.uncommitted += work.uncommitted;
        sum.untracked += work.untracked;
        sum.ignored += work.ignored;
        sum.unpushed += work.unpushed;
        sum.stashes += work.stashes;
        sum.worktrees += work.worktrees;
        if (!work.unknown.isEmpty())
            unknown.append(work.path + QStringLiteral(": ") + work.unknown);
    }
    if (survey.trees.moreRepositories)
        unknown.append(QStringLiteral("more than %1 repositories").arg(survey.trees.repositories.size()));
    facts.count(u"git.repositories", QStringLiteral("git repositories within"), static_cast<std::int64_t>(survey.trees.repositories.size()), QStringLiteral("repositories"), QStringLiteral("directories with .git, and bare ones"), survey.trees.repositories.empty() ? Severity::Info : Severity::Notice);
    if (survey.git.empty())
        return;
    const auto add = [&](QStringView id, const QString &label, std::int64_t number, const QString &unit, const QString &how, Severity severity) {
        auto &fact = facts.count(id, label, number, unit, how, number > 0 ? severity : Severity::Info);
        if (unknown.isEmpty())
            return;
        fact.value = QStringLiteral("at least ") + fact.value;
        fact.number.reset();
        fact.quality = Quality::Unknown;
        fact.how = unknown.join(QStringLiteral("; "));
        fact.severity = severity;
    };
    add(u"git.uncommitted", QStringLiteral("files changed and not committed"), sum.uncommitted, QStringLiteral("files"), QStringLiteral("git status"), Severity::Danger);
    add(u"git.untracked", QStringLiteral("files git does not track"), sum.untracked, QStringLiteral("files"), QStringLiteral("git status"), Severity::Danger);
    add(u"git.ignored", QStringLiteral("files git ignores"), sum.ignored, QStringLiteral("files"), QStringLiteral("git status"), Severity::Notice);
    add(u"git.unpushed", QStringLiteral("commits not pushed"), sum.unpushed, QStringLiteral("commits"), QStringLiteral("commits that no remote-tracking reference reaches; the remote was not asked"), Severity::Danger);
    if (!sum.worktrees.isEmpty())
        add(u"git.worktrees", QStringLiteral("linked work trees elsewhere"), sum.worktrees.size(), QStringLiteral("work trees"), QStringLiteral("they need this repository: ") + sum.worktrees.join(QStringLiteral(", ")), Severity::Danger);
    add(u"git.stashes", QStringLiteral("stashes"), sum.stashes, QStringLiteral("stashes"), QStringLiteral("reflog of refs/stash"), Severity::Danger);
}

void addLive(Facts &facts, const LiveUse &live)
{
    QStringList named;
    for (std::size_t i = 0; i < std::min(live.processes.size(), MaxNamedProcesses); ++i)
        named.append(QStringLiteral("%1 (%2)").arg(live.processes[i].name, QString::number(live.processes[i].pid)));
    auto &fact = facts.count(fact::DependentsLive, QStringLiteral("processes that have something open"), static_cast<std::int64_t>(live.processes.size()), QStringLiteral("processes"), named.isEmpty() ? QStringLiteral("open descriptors of every process") : named.join(QStringLiteral(", ")), live.processes.empty() ? Severity::Info : Severity::Danger);
    if (live.unreadable == 0)
        return;
    fact.quality = Quality::Estimated;
    fact.how += QStringLiteral("; %1 processes of other users could not be looked into").arg(live.unreadable);
}

void addBackups(Facts &facts, const Survey &survey)
{
    if (survey.backups.empty())
        return;
    const auto &copy = survey.backups.front();
    auto &newest = facts.say(fact::BackupNewest, QStringLiteral("newest backup"), copy.newest ? formatInstant(*copy.newest) : QStringLiteral("unknown"), copy.how);
    newest.quality = !copy.newest ? Quality::Unknown : copy.read ? Quality::Measured : Quality::Configured;
    if (!copy.notCounted.isEmpty())
        facts.count(u"backup.not-restorable", QStringLiteral("newer copies that cannot be restored"), copy.notCounted.size(), QStringLiteral("copies"), copy.notCounted.join(QStringLiteral("; ")), Severity::Danger);
    const QString same = !copy.sameDevice ? QStringLiteral("unknown") : *copy.sameDevice ? QStringLiteral("yes") : QStringLiteral("no");
    auto &fate = facts.say(fact::BackupSameFate, QStringLiteral("backup on the same device"), same, copy.sameDevice ? QStringLiteral("device numbers") : QStringLiteral("no path of the backup is configured"), copy.sameDevice.value_or(true) ? Severity::Warning : Severity::Info);
    fate.quality = copy.sameDevice ? Quality::Measured : Quality::Unknown;
}

} // namespace

std::vector<Fact> factsOf(const Survey &survey, Instant at)
{
    Facts facts(survey, at);
    if (!survey.mayBePerformed())
        facts.add(stopFact(survey.reasonsAgainst(), at));
    addTotals(facts, survey.trees);
    addState(facts, survey.trees);
    addTelling(facts, survey.trees);
    addNames(facts, survey);
    if (!survey.othersBackups.isEmpty())
        facts.count(u"path.backup", QStringLiteral("configured backups"), survey.othersBackups.size(), QStringLiteral("backups"), survey.othersBackups.join(QStringLiteral("; ")), Severity::Danger);
    addGit(facts, survey);
    addLive(facts, survey.live);
    addBackups(facts, survey);
    if (!survey.missing.isEmpty())
        facts.count(u"fs.missing", QStringLiteral("paths that do not exist"), survey.missing.size(), QStringLiteral("paths"), survey.missing.first(std::min<qsizetype>(5, survey.missing.size())).join(QStringLiteral(", ")), Severity::Notice);
    return facts.take();
}

std::vector<Dependent> dependentsOf(const Survey &survey)
{
    std::vector<Dependent> dependents;
    for (const auto &branch : survey.trees.branches)
        dependents.push_back({branch.path, branch.type, QStringLiteral("deleted"), branch.entries, branch.parent});
    for (std::size_t i = 0; i < std::min<std::size_t>(survey.live.processes.size(), 20); ++i) {
        const auto &process = survey.live.processes[i];
        dependents.push_back({QStringLiteral("%1 (%2)")
            .arg(process.name, QString::number(process.pid)), QStringLiteral("process"), QStringLiteral("holds open"), process.opens, -1});
    }
    return dependents;
}

QStringList uninspectableOf(const Survey &survey)
{
    QStringList reasons = survey.reasonsAgainst();
    for (const auto &work : survey.git) {
        if (!work.unknown.isEmpty())
            reasons.append(QStringLiteral("the git repository %1 was not counted: %2").arg(work.path, work.unknown));
    }
    return reasons;
}

EnvironmentFact configuredEnvironment(const Target &target)
{
    if (target.environment.isEmpty())
        return {QStringLiteral("unknown"), Quality::Unknown, QStringLiteral("the target names no environment")};
    return {target.environment, Quality::Configured, QStringLiteral("the target's entry in the policy; a file system has no registered identity")};
}

void contradict(Measurement &measurement, const Claims &claims)
{
    if (claims.environment && *claims.environment != measurement.environment.value)
        measurement.contradictions.push_back({QStringLiteral("environment"), *claims.environment, measurement.environment.value, Severity::Danger});
    if (claims.reversible.value_or(false) && measurement.recovery.verdict != Verdict::Recoverable)
        measurement.contradictions.push_back({QStringLiteral("reversible"), QStringLiteral("yes"), QStringLiteral("recovery: ") + toString(measurement.recovery.verdict), Severity::Danger});
}

} // namespace holdfast
