// SPDX-License-Identifier: Apache-2.0
#include "kinds/command/gitremote.h"
#include "kinds/command/optionreader.h"
#include "kinds/command/understanding.h"
#include "kinds/filesystem/survey.h"

#include "core/text/secrets.h"
#include "core/text/visible.h"
#include "diff/formats.h"

#include <fcntl.h>

#include <algorithm>

namespace holdfast {

namespace {

/// git 2.39, git-push(1).
const OptionTable &pushTable()
{
    static const OptionTable table{QStringLiteral("fdnqvu46"), QStringLiteral("o"),
                                   {QStringLiteral("force"), QStringLiteral("force-if-includes"), QStringLiteral("delete"), QStringLiteral("mirror"),
                                    QStringLiteral("all"), QStringLiteral("branches"), QStringLiteral("tags"), QStringLiteral("prune"), QStringLiteral("dry-run"), QStringLiteral("porcelain"),
                                    QStringLiteral("follow-tags"), QStringLiteral("atomic"), QStringLiteral("no-atomic"), QStringLiteral("quiet"), QStringLiteral("verbose"),
                                    QStringLiteral("set-upstream"), QStringLiteral("no-verify"), QStringLiteral("verify"), QStringLiteral("thin"), QStringLiteral("no-thin"),
                                    QStringLiteral("progress"), QStringLiteral("no-progress"), QStringLiteral("no-signed"),
                                    QStringLiteral("no-recurse-submodules"), QStringLiteral("no-force-if-includes")},
                                   {QStringLiteral("push-option"), QStringLiteral("repo"), QStringLiteral("receive-pack"), QStringLiteral("exec")},
                                   {QStringLiteral("force-with-lease"), QStringLiteral("signed"), QStringLiteral("recurse-submodules")}, true};
    return table;
}

struct Push final
{
    ReadArguments arguments;
    UniqueFd directory;
    QString problem; ///< why it is not understood
};

/// `git [-C <path>] push …`; any other global option can change what git does.
Push readPush(const CommandPlan &plan)
{
    Push push;
    push.directory = UniqueFd(::openat(plan.directory.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    QStringList rest = plan.argv.sliced(1);
    while (rest.size() >= 2 && rest[0] == u"-C") {
        push.directory = UniqueFd(::openat(push.directory.get(), rest[1].toUtf8().constData(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        rest = rest.sliced(2);
    }
    if (rest.value(0) != u"push") {
        push.problem = rest.value(0).startsWith(u'-') ? QStringLiteral("git's option %1 can change what it does").arg(rest.value(0)) : QStringLiteral("git %1 is not understood").arg(rest.value(0));
        return push;
    }
    push.arguments = readArguments(rest.sliced(1), pushTable());
    const auto &arguments = push.arguments;
    if (!push.directory)
        push.problem = QStringLiteral("the directory of the repository cannot be opened");
    else if (!arguments.unknown.isEmpty())
        push.problem = QStringLiteral("git push does not know %1").arg(arguments.unknown.join(u' '));
    else if (arguments.has({QStringLiteral("receive-pack"), QStringLiteral("exec"), QStringLiteral("repo")}))
        push.problem = QStringLiteral("it names a program or a repository by an option");
    else if (arguments.has({QStringLiteral("mirror"), QStringLiteral("all"), QStringLiteral("branches"), QStringLiteral("tags"), QStringLiteral("prune"), QStringLiteral("follow-tags"), QStringLiteral("recurse-submodules")}))
        push.problem = QStringLiteral("it pushes whatever matches, not what is named");
    else if (arguments.operands.size() < 2)
        push.problem = QStringLiteral("without a remote and a reference git decides by the clone's configuration");
    return push;
}

std::vector<TellingFlag> pushFlags(const ReadArguments &arguments)
{
    std::vector<TellingFlag> flags;
    if (arguments.has({QStringLiteral("f"), QStringLiteral("force")}))
        flags.push_back({QStringLiteral("--force"), QStringLiteral("replaces what the remote has, whatever it is by then")});
    if (arguments.has({QStringLiteral("force-with-lease")}))
        flags.push_back({QStringLiteral("--force-with-lease"), QStringLiteral("replaces what the remote has, if it is what the clone believes")});
    if (arguments.has({QStringLiteral("d"), QStringLiteral("delete")}))
        flags.push_back({QStringLiteral("--delete"), QStringLiteral("deletes the references from the remote")});
    if (arguments.has({QStringLiteral("no-verify")}))
        flags.push_back({QStringLiteral("--no-verify"), QStringLiteral("leaves out the clone's own check before pushing")});
    return flags;
}

/// A configured remote's one push URL, or the operand itself where none has that name.
std::optional<QString> urlOf(const SafeGit &clone, const QString &remote, QString &why)
{
    const auto urls = clone.ask({"remote", "get-url", "--push", "--all", "--", remote.toUtf8()}, why);
    if (!urls)
        return remote.contains(u'/') || remote.contains(u':') ? std::optional(remote) : std::nullopt;
    const auto lines = QString::fromUtf8(*urls).split(u'\n', Qt::SkipEmptyParts);
    why = QStringLiteral("the remote %1 has several addresses").arg(remote);
    return lines.size() == 1 ? std::optional(lines.front()) : std::nullopt;
}

QString fullName(const QString &name, const std::map<QString, QString> &references)
{
    if (name.startsWith(u"refs/"))
        return name;
    for (const QString &prefix : {QStringLiteral("refs/heads/"), QStringLiteral("refs/tags/")}) {
        if (references.contains(prefix + name))
            return prefix + name;
    }
    return QStringLiteral("refs/heads/") + name;
}

/// `[+]<src>[:<dst>]`, `:<dst>`, and with --delete `<dst>`.
std::optional<RefUpdate> readRefspec(const SafeGit &clone, QString spec, bool force, bool remove, const std::map<QString, QString> &references, QString &why)
{
    RefUpdate update;
    update.forced = force || spec.startsWith(u'+');
    if (spec.startsWith(u'+'))
        spec.remove(0, 1);
    const auto colon = spec.indexOf(u':');
    const QString source = remove ? QString() : colon < 0 ? spec : spec.first(colon);
    QString destination = colon < 0 ? spec : spec.mid(colon + 1);
    if (destination.isEmpty() || spec.contains(u'*')) {
        why = QStringLiteral("the reference %1 stands for whatever matches").arg(spec);
        return std::nullopt;
    }
    if (!source.isEmpty()) {
        const auto commit = clone.ask({"rev-parse", "--verify", "--end-of-options", source.toUtf8()}, why);
        const auto symbolic = commit ? clone.ask({"rev-parse", "--symbolic-full-name", "--end-of-options", source.toUtf8()}, why) : std::nullopt;
        if (!symbolic)
            return std::nullopt;
        update.next = QString::fromUtf8(commit->trimmed());
        const QString full = QString::fromUtf8(symbolic->split('\n').last().isEmpty() ? symbolic->trimmed().split('\n').last() : symbolic->trimmed());
        if (colon < 0 && full.startsWith(u"refs/"))
            destination = full;
    }
    update.ref = fullName(destination, references);
    const auto old = references.find(update.ref);
    update.old = old == references.end() ? QString() : old->second;
    return update;
}

void say(Measurement &m, QStringView id, const QString &label, std::int64_t number, const QString &unit, const QString &how, Instant at, Severity severity)
{
    m.facts.push_back({id.toString(), label, QString::number(number), number, unit, Quality::Measured, how, at, number > 0 ? severity : Severity::Info});
}

void describeLoss(MeasureOutput &output, const LostCommits &lost, Instant at)
{
    auto &m = output.measurement;
    const QString how = QStringLiteral("counted by the gate in a fresh copy of the remote: reachable now, and from nothing that stays");
    say(m, fact::DestroyedObjects, QStringLiteral("commits lost"), lost.commits, QStringLiteral("commits"), how, at, Severity::Danger);
    say(m, fact::DestroyedBytes, QStringLiteral("bytes lost"), lost.bytes, QStringLiteral("bytes"), QStringLiteral("size on disk of the objects that only they reach"), at, Severity::Warning);
    say(m, u"git.authors", QStringLiteral("authors of them"), lost.authors.size(), QStringLiteral("persons"), lost.authors.first(std::min<qsizetype>(5, lost.authors.size())).join(QStringLiteral(", ")), at, Severity::Notice);
    if (!lost.newest.isEmpty())
        m.facts.push_back({QStringLiteral("git.newest-lost"), QStringLiteral("newest of them"), lost.newest, std::nullopt, {}, Quality::Measured, QStringLiteral("committer date"), at, Severity::Info});
    if (lost.commits == 0) {
        m.recovery = {Verdict::Recoverable, {}, {}, {}, {}, {}, Quality::Measured, QStringLiteral("every commit stays reachable on the remote")};
        return;
    }
    m.recovery.how = QStringLiteral("whether the remote keeps unreachable commits, and for how long, it does not tell");
    diff::Tree tree;
    tree.total = lost.commits;
    for (const QString &line : lost.listed)
        tree.nodes.push_back({line, QStringLiteral("commit"), QStringLiteral("lost"), {}, {}, -1});
    auto blob = makeBlob(diff::encode(tree), QStringLiteral("application/vnd.holdfast.tree+json"));
    m.diffs.push_back({QStringLiteral("Commits that become unreachable"), QStringLiteral("tree"), refOf(blob)});
    output.blobs.push_back(std::move(blob));
}

void describeUpdates(Measurement &m, const std::vector<RefUpdate> &updates, const QString &url, Instant at)
{
    const auto deleted = std::count_if(updates.begin(), updates.end(), [](const RefUpdate &u) { return u.next.isEmpty() && !u.old.isEmpty(); });
    const auto replaced = std::count_if(updates.begin(), updates.end(), [](const RefUpdate &u) { return !u.next.isEmpty() && !u.old.isEmpty() && !u.fastForward; });
    m.operation = deleted > 0 ? QStringLiteral("git.delete-ref") : replaced > 0 ? QStringLiteral("git.force-push") : QStringLiteral("git.push");
    const QString how = QStringLiteral("git ls-remote, asked by the gate");
    say(m, u"git.deleted-refs", QStringLiteral("references deleted"), deleted, QStringLiteral("references"), how, at, Severity::Danger);
    say(m, u"git.replaced-refs", QStringLiteral("references not fast-forwarded"), replaced, QStringLiteral("references"), how, at, Severity::Danger);
    for (const auto &update : updates) {
        m.resources.append(url + u' ' + update.ref);
        const QString effect = update.next.isEmpty() ? QStringLiteral("deleted") : update.old.isEmpty() ? QStringLiteral("created") : update.fastForward ? QStringLiteral("forwarded") : QStringLiteral("replaced");
        m.dependents.push_back({update.ref, QStringLiteral("reference"), effect, std::nullopt, -1});
        m.facts.push_back({QStringLiteral("git.ref.%1").arg(m.dependents.size()), visible(update.ref), QStringLiteral("%1 → %2").arg(update.old.isEmpty() ? QStringLiteral("nothing") : update.old, update.next.isEmpty() ? QStringLiteral("nothing") : update.next),
                           std::nullopt, {}, Quality::Measured, how, at, Severity::Info});
    }
    std::sort(m.resources.begin(), m.resources.end(), [](const QString &a, const QString &b) { return a.toUtf8() < b.toUtf8(); });
    m.confirmText = updates.front().ref.mid(updates.front().ref.lastIndexOf(u'/') + 1);
}

Understanding notUnderstood(const CommandPlan &plan, const ReadArguments &arguments, const QString &reason)
{
    auto result = understandNothing(plan, reason);
    result.flags = pushFlags(arguments);
    return result;
}

} // namespace

Understanding understandGit(CommandPlan &plan, const MeasureInput &input)
{
    const auto push = plan.directory ? readPush(plan) : Push{{}, UniqueFd(), QStringLiteral("its working directory cannot be opened")};
    if (!push.problem.isEmpty())
        return notUnderstood(plan, push.arguments, push.problem);
    const SafeGit clone(push.directory.get(), {false, true, plan.runAs ? plan.runAs : ownerOf(push.directory.get()), "none", {}, std::chrono::seconds(20)});
    QString why;
    const auto url = urlOf(clone, push.arguments.operands.front(), why);
    if (!url)
        return notUnderstood(plan, push.arguments, why);
    GitRemote remote(plan, push.directory.get(), *url);
    const auto references = remote.references();
    if (!references)
        return notUnderstood(plan, push.arguments, QStringLiteral("the remote could not be asked: ") + remote.why());
    std::vector<RefUpdate> updates;
    const bool force = push.arguments.has({QStringLiteral("f"), QStringLiteral("force"), QStringLiteral("force-with-lease")});
    for (const auto &spec : push.arguments.operands.sliced(1)) {
        auto update = readRefspec(clone, spec, force, push.arguments.has({QStringLiteral("d"), QStringLiteral("delete")}), *references, why);
        if (!update)
            return notUnderstood(plan, push.arguments, why);
        updates.push_back(std::move(*update));
    }
    if (!remote.fetch())
        return notUnderstood(plan, push.arguments, QStringLiteral("the remote could not be fetched: ") + remote.why());
    for (auto &update : updates)
        update.fastForward = !update.old.isEmpty() && !update.next.isEmpty() && remote.isFastForward(update.old, update.next);
    const auto lost = remote.lostBy(updates);
    if (!lost)
        return notUnderstood(plan, push.arguments, QStringLiteral("what becomes unreachable could not be counted: ") + remote.why());
    Understanding understanding{{}, pushFlags(push.arguments), {}};
    auto &m = understanding.inner.measurement;
    describeUpdates(m, updates, QString::fromUtf8(maskSecrets(url->toUtf8())), input.at);
    describeLoss(understanding.inner, *lost, input.at);
    m.environment = configuredEnvironment(*input.target);
    return understanding;
}

} // namespace holdfast
