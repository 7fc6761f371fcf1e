// SPDX-License-Identifier: Apache-2.0
#include "kinds/sql/backups.h"

#include "kinds/copies/copysearch.h"

#include <sys/stat.h>

#include <algorithm>

namespace holdfast::sql {

namespace {

using namespace std::chrono_literals;

constexpr auto Fresh = 24h;
constexpr auto TestedWithin = 90 * 24h;

constexpr int tablesNamed = 5;

struct Copy final
{
    const BackupSource *source = nullptr;
    FoundCopy found;
    std::optional<bool> sameFate; ///< on the same device as the data directory; nullopt when that cannot be compared
    [[nodiscard]] Instant newest() const { return found.at.value_or(Instant{}); }
    [[nodiscard]] bool isRead() const { return found.reading.worth == CopyReading::Worth::Readable; }
};

/// All that the configured sources come to.
struct Search final
{
    std::vector<Copy> copies;
    QStringList notCounted, problems;
    bool allRead = true; ///< every source had files to read: that none can be restored from is known then
};

std::optional<quint64> deviceOf(const QString &path)
{
    struct stat info{};
    if (path.isEmpty() || stat(path.toLocal8Bit().constData(), &info) != 0)
        return std::nullopt;
    return static_cast<quint64>(info.st_dev);
}

Search searchAll(const Target &target, const LiveIdentity *live, bool local)
{
    Search search;
    for (const BackupSource &source : target.backups) {
        FoundCopies found = findCopies(source, live ? live->identity.database : QString());
        search.notCounted += found.notCounted;
        if (!found.problem.isEmpty())
            search.problems += QStringLiteral("%1: %2").arg(source.domain, found.problem);
        search.allRead = search.allRead && (found.newest || !found.notCounted.isEmpty());
        if (!found.newest)
            continue;
        Copy copy{&source, std::move(*found.newest), {}};
        const auto data = local && live ? deviceOf(live->dataDirectory) : std::nullopt;
        const auto own = deviceOf(copy.found.path.isEmpty() ? source.path.value_or(QString()) : copy.found.path);
        if (data && own)
            copy.sameFate = *data == *own;
        search.copies.push_back(std::move(copy));
    }
    return search;
}

Fact fact(QStringView id, const QString &label, const QString &value, Quality quality, const QString &how, Instant at, Severity severity)
{
    return {id.toString(), label, value, std::nullopt, QString(), quality, how, at, severity};
}

/// What was read, and how many rows of which tables lie in it.
QString contentsOf(const Copy &copy)
{
    QString words = copy.found.path.isEmpty() ? copy.found.reading.how : QStringLiteral("%1: %2").arg(copy.found.path, copy.found.reading.how);
    QStringList tables;
    for (const auto &[table, rows] : copy.found.reading.rows) {
        if (copy.found.reading.wholeRead && tables.size() < tablesNamed)
            tables += QStringLiteral("%1 rows of %2").arg(QString::number(rows), table);
    }
    return tables.isEmpty() ? words : words + QStringLiteral("; ") + tables.join(QLatin1StringView(", "));
}

void judge(Recovery &recovery, const Copy &copy, Instant at)
{
    const bool tested = copy.source->restoreTested && at - *copy.source->restoreTested < TestedWithin;
    const bool fresh = at - copy.newest() < Fresh;
    // A time that somebody wrote down is no copy; the owner's command, or a file that can be read, is.
    const bool counts = copy.isRead() || copy.source->newest.startsWith(QLatin1StringView("command:"));
    recovery.newestCopy = copy.newest();
    recovery.failureDomain = copy.source->domain;
    recovery.restoreTestedAt = copy.source->restoreTested;
    recovery.diesWithTarget = copy.sameFate;
    recovery.quality = copy.isRead() && copy.sameFate ? Quality::Measured : Quality::Configured;
    recovery.verdict = copy.sameFate == true || !tested || !fresh || !counts ? Verdict::Partly : Verdict::Recoverable;
    QStringList reasons{QStringLiteral("what came after %1 is lost").arg(formatInstant(copy.newest()))};
    if (copy.sameFate == true)
        reasons += QStringLiteral("the copy lies on the same device as the database");
    if (!copy.isRead())
        reasons += QStringLiteral("the copy was not read");
    if (!tested)
        reasons += QStringLiteral("no restore was tested in the last 90 days");
    if (!copy.sameFate)
        reasons += QStringLiteral("where it lies is the owner's word");
    recovery.how = reasons.join(QLatin1StringView("; "));
}

Backups withoutCopy(const Target &target, const Search &search, const LiveIdentity *live, Instant at)
{
    const bool none = live && !live->archiving && search.allRead;
    const QString why = !search.problems.isEmpty() ? search.problems.join(QLatin1StringView("; "))
        : none                                     ? QStringLiteral("no backup is configured, and the server does not archive its log")
                                                   : QStringLiteral("no backup is configured");
    const Quality quality = none ? Quality::Measured : Quality::Unknown;
    const QString value = !none ? QStringLiteral("unknown") : target.backups.empty() ? QStringLiteral("none") : QStringLiteral("none that can be restored");
    return {{none ? Verdict::None : Verdict::Unknown, {}, {}, {}, {}, {}, quality, why},
            {fact(fact::BackupNewest, QStringLiteral("newest backup"), value, quality, why, at, Severity::Danger)}};
}

Fact fateOf(const Copy &copy, Instant at)
{
    const QString label = QStringLiteral("shares the database's fate");
    if (!copy.sameFate)
        return fact(fact::BackupSameFate, label, QStringLiteral("unknown"), Quality::Unknown,
                    QStringLiteral("the two could not be compared from here"), at, Severity::Warning);
    return fact(fact::BackupSameFate, label, *copy.sameFate ? QStringLiteral("yes") : QStringLiteral("no"), Quality::Measured,
                QStringLiteral("device of the copy and of the data directory, by stat"), at, *copy.sameFate ? Severity::Danger : Severity::Info);
}

Backups withCopy(const Copy &copy, Instant at)
{
    Backups result;
    judge(result.recovery, copy, at);
    result.facts = {fact(fact::BackupNewest, QStringLiteral("newest backup"), formatInstant(copy.newest()), copy.isRead() ? Quality::Measured : Quality::Configured,
                         contentsOf(copy), at, at - copy.newest() < Fresh ? Severity::Info : Severity::Warning),
                    fateOf(copy, at)};
    return result;
}

Fact notCountedFact(const QStringList &notCounted, Instant at)
{
    Fact made = fact(u"backup.not-restorable", QStringLiteral("newer copies that cannot be restored"), notCounted.join(QLatin1StringView("; ")), Quality::Measured,
                     QStringLiteral("each file was read as what it claims to be, the newest first"), at, Severity::Danger);
    made.number = notCounted.size();
    made.unit = QStringLiteral("copies");
    return made;
}

} // namespace

Backups measureBackups(const Target &target, const LiveIdentity *live, bool local, bool harms, Instant at)
{
    const Search search = searchAll(target, live, local);
    // A copy elsewhere counts before a younger one that shares the target's fate.
    const auto best = std::max_element(search.copies.begin(), search.copies.end(), [](const Copy &a, const Copy &b) {
        return std::pair(a.sameFate != true, a.newest()) < std::pair(b.sameFate != true, b.newest());
    });
    Backups result = best == search.copies.end() ? withoutCopy(target, search, live, at) : withCopy(*best, at);
    if (!search.notCounted.isEmpty())
        result.facts.push_back(notCountedFact(search.notCounted, at));
    if (!harms) {
        const QString why = QStringLiteral("nothing that exists is destroyed or changed");
        result.recovery = {Verdict::Recoverable, result.recovery.newestCopy, {}, {}, {}, {}, Quality::Measured, why};
        for (Fact &each : result.facts)
            each.severity = Severity::Info; // how old a backup is that nothing calls for is no danger
    }
    return result;
}

} // namespace holdfast::sql
