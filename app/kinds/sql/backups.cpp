// SPDX-License-Identifier: Apache-2.0
#include "kinds/sql/backups.h"

#include <QDateTime>
#include <QFileInfo>
#include <QProcess>

#include <sys/stat.h>

#include <algorithm>

namespace holdfast::sql {

namespace {

using namespace std::chrono_literals;

constexpr auto Fresh = 24h;
constexpr auto TestedWithin = 90 * 24h;
constexpr int CommandPatienceMs = 10000;

struct Copy final
{
    const BackupSource *source = nullptr;
    Instant newest{};
    std::optional<bool> sameFate; ///< on the same device as the data directory; nullopt when that cannot be compared
    QString how;
};

std::optional<Instant> instantOf(const QString &text)
{
    if (const auto exact = parseInstant(text))
        return exact;
    const QDateTime time = QDateTime::fromString(text, Qt::ISODate);
    return time.isValid() ? std::optional(Instant(std::chrono::milliseconds(time.toMSecsSinceEpoch()))) : std::nullopt;
}

/// The owner's command, split at spaces, without a shell; its first line is the instant.
std::optional<Instant> ask(const QString &command)
{
    QStringList argv = QProcess::splitCommand(command);
    if (argv.isEmpty())
        return std::nullopt;
    QProcess process;
    const QString program = argv.takeFirst();
    process.start(program, argv, QIODevice::ReadOnly);
    if (!process.waitForFinished(CommandPatienceMs)) {
        process.kill();
        process.waitForFinished(1000);
        return std::nullopt;
    }
    if (process.exitStatus() != QProcess::NormalExit || process.exitCode() != 0)
        return std::nullopt;
    return instantOf(QString::fromUtf8(process.readAllStandardOutput().left(4096)).section(u'\n', 0, 0).trimmed());
}

std::optional<quint64> deviceOf(const QString &path)
{
    struct stat info{};
    if (path.isEmpty() || stat(path.toLocal8Bit().constData(), &info) != 0)
        return std::nullopt;
    return static_cast<quint64>(info.st_dev);
}

std::optional<Copy> copyOf(const BackupSource &source, const LiveIdentity *live, bool local)
{
    Copy copy;
    copy.source = &source;
    QString path = source.path.value_or(QString());
    std::optional<Instant> newest;
    if (source.newest.startsWith(QLatin1StringView("file:"))) {
        const QFileInfo file(source.newest.mid(5));
        path = path.isEmpty() ? file.filePath() : path;
        copy.how = QStringLiteral("modification time of the file");
        if (file.exists())
            newest = Instant(std::chrono::milliseconds(file.lastModified().toMSecsSinceEpoch()));
    } else if (source.newest.startsWith(QLatin1StringView("command:"))) {
        copy.how = QStringLiteral("the owner's command");
        newest = ask(source.newest.mid(8));
    } else {
        copy.how = QStringLiteral("as the owner configured it");
        newest = instantOf(source.newest);
    }
    if (!newest)
        return std::nullopt;
    copy.newest = *newest;
    const auto data = local && live ? deviceOf(live->dataDirectory) : std::nullopt;
    const auto own = deviceOf(path);
    if (data && own)
        copy.sameFate = *data == *own;
    return copy;
}

Fact fact(QStringView id, const QString &label, const QString &value, Quality quality, const QString &how, Instant at, Severity severity)
{
    return {id.toString(), label, value, std::nullopt, QString(), quality, how, at, severity};
}

void judge(Recovery &recovery, const Copy &copy, Instant at)
{
    const bool tested = copy.source->restoreTested && at - *copy.source->restoreTested < TestedWithin;
    const bool fresh = at - copy.newest < Fresh;
    recovery.newestCopy = copy.newest;
    recovery.failureDomain = copy.source->domain;
    recovery.restoreTestedAt = copy.source->restoreTested;
    recovery.diesWithTarget = copy.sameFate;
    recovery.quality = copy.sameFate ? Quality::Measured : Quality::Configured;
    recovery.verdict = copy.sameFate == true || !tested || !fresh ? Verdict::Partly : Verdict::Recoverable;
    QStringList reasons{QStringLiteral("what came after %1 is lost").arg(formatInstant(copy.newest))};
    if (copy.sameFate == true)
        reasons += QStringLiteral("the copy lies on the same device as the database");
    if (!tested)
        reasons += QStringLiteral("no restore was tested in the last 90 days");
    if (!copy.sameFate)
        reasons += QStringLiteral("where it lies is the owner's word");
    recovery.how = reasons.join(QLatin1StringView("; "));
}

Backups withoutCopy(const Target &target, const LiveIdentity *live, Instant at)
{
    const bool none = target.backups.empty() && live && !live->archiving;
    const QString why = !target.backups.empty() ? QStringLiteral("no configured backup could be found")
        : none                                  ? QStringLiteral("no backup is configured, and the server does not archive its log")
                                                : QStringLiteral("no backup is configured");
    const Quality quality = none ? Quality::Measured : Quality::Unknown;
    return {{none ? Verdict::None : Verdict::Unknown, {}, {}, {}, {}, {}, quality, why},
            {fact(fact::BackupNewest, QStringLiteral("newest backup"), none ? QStringLiteral("none") : QStringLiteral("unknown"), quality, why, at,
                  Severity::Danger)}};
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
    const bool seen = copy.source->newest.startsWith(QLatin1StringView("file:"));
    result.facts = {fact(fact::BackupNewest, QStringLiteral("newest backup"), formatInstant(copy.newest), seen ? Quality::Measured : Quality::Configured,
                         copy.how, at, at - copy.newest < Fresh ? Severity::Info : Severity::Warning),
                    fateOf(copy, at)};
    return result;
}

} // namespace

Backups measureBackups(const Target &target, const LiveIdentity *live, bool local, bool harms, Instant at)
{
    std::vector<Copy> copies;
    for (const BackupSource &source : target.backups) {
        if (const auto copy = copyOf(source, live, local))
            copies.push_back(*copy);
    }
    // A copy elsewhere counts before a younger one that shares the target's fate.
    const auto best = std::max_element(copies.begin(), copies.end(), [](const Copy &a, const Copy &b) {
        return std::pair(a.sameFate != true, a.newest) < std::pair(b.sameFate != true, b.newest);
    });
    Backups result = best == copies.end() ? withoutCopy(target, live, at) : withCopy(*best, at);
    if (!harms) {
        const QString why = QStringLiteral("nothing that exists is destroyed or changed");
        result.recovery = {Verdict::Recoverable, result.recovery.newestCopy, {}, {}, {}, {}, Quality::Measured, why};
    }
    return result;
}

} // namespace holdfast::sql
