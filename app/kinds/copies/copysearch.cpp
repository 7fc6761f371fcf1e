// SPDX-License-Identifier: Apache-2.0
#include "kinds/copies/copysearch.h"

#include "kinds/posix/process.h"

#include <QDateTime>
#include <QDir>
#include <QFileInfo>
#include <QProcess>

#include <algorithm>

namespace holdfast {

namespace {


constexpr qsizetype mostRead = 50; ///< files, newest first

Instant changedAt(const QFileInfo &file)
{
    return Instant(std::chrono::milliseconds(file.lastModified().toMSecsSinceEpoch()));
}

std::optional<Instant> instantOf(const QString &text)
{
    if (const auto exact = parseInstant(text))
        return exact;
    const QDateTime time = QDateTime::fromString(text, Qt::ISODate);
    return time.isValid() ? std::optional(Instant(std::chrono::milliseconds(time.toMSecsSinceEpoch()))) : std::nullopt;
}

/// The owner's command, split but not given to a shell; its first line is the instant.
FoundCopies toldByCommand(const QString &command)
{
    ProcessSpec spec;
    for (const QString &word : QProcess::splitCommand(command))
        spec.argv.push_back(word.toUtf8());
    if (spec.argv.empty())
        return {{}, {}, QStringLiteral("the configured command is empty")};
    spec.path = spec.argv.front();
    spec.environment = {"PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C"};
    spec.outputLimit = 4096;
    spec.mergeErrors = false;
    const auto end = runProcess(spec);
    const auto at = end.succeeded() ? instantOf(QString::fromUtf8(end.output).section(u'\n', 0, 0).trimmed()) : std::nullopt;
    if (!at)
        return {{}, {}, QStringLiteral("%1 did not print an instant").arg(command)};
    return {FoundCopy{{}, at, {CopyReading::Worth::Unread, QStringLiteral("told by the owner's command"), {}, {}, false, {}}}, {}, {}};
}

QFileInfoList candidatesOf(const BackupSource &source)
{
    const bool file = source.newest.startsWith(u"file:");
    const QFileInfo named(file ? source.newest.mid(5) : source.path.value_or(QString()));
    const QString directory = source.path && QFileInfo(*source.path).isDir() ? *source.path : named.absolutePath();
    QFileInfoList found = QDir(directory).entryInfoList(QDir::Files | QDir::Dirs | QDir::NoDotAndDotDot | QDir::Hidden | QDir::System);
    if (named.exists() && !named.isDir() && named.absolutePath() != QFileInfo(directory).absoluteFilePath())
        found.append(named);
    std::stable_sort(found.begin(), found.end(), [](const QFileInfo &a, const QFileInfo &b) { return a.lastModified() > b.lastModified(); });
    return found;
}

QString whyNotCounted(const CopyReading &reading, const QString &database)
{
    if (reading.worth != CopyReading::Worth::Readable)
        return reading.how;
    if (!database.isEmpty() && !reading.database.isEmpty() && reading.database != database)
        return QStringLiteral("a dump of another database, %1").arg(reading.database);
    return {};
}

/// Logs and checksums lie beside copies, and are none: only what has the name or the first bytes of a copy is missed when it is broken.
bool claimsToBeACopy(const QFileInfo &file, const BackupSource &source, const CopyReading &reading)
{
    static const QStringList suffixes{QStringLiteral("dump"), QStringLiteral("sql"), QStringLiteral("tar"), QStringLiteral("gz"),   QStringLiteral("tgz"), QStringLiteral("xz"),
                                      QStringLiteral("zst"),  QStringLiteral("bz2"), QStringLiteral("bak"), QStringLiteral("backup"), QStringLiteral("pgdump")};
    const bool named = source.newest.startsWith(u"file:") && QFileInfo(source.newest.mid(5)) == file;
    return named || suffixes.contains(file.suffix().toLower()) || (reading.worth != CopyReading::Worth::Unread && !file.isDir() && file.size() > 0);
}

FoundCopies readThrough(const BackupSource &source, const QString &database)
{
    FoundCopies found;
    const QFileInfoList candidates = candidatesOf(source);
    for (const QFileInfo &file : candidates.first(std::min(candidates.size(), mostRead))) {
        CopyReading reading = readCopy(file.absoluteFilePath());
        if (const QString why = whyNotCounted(reading, database); !why.isEmpty()) {
            if (claimsToBeACopy(file, source, reading))
                found.notCounted.append(QStringLiteral("%1 (%2): %3").arg(file.fileName(), formatInstant(changedAt(file)), why));
            continue;
        }
        const Instant at = reading.madeAt ? std::min(*reading.madeAt, changedAt(file)) : changedAt(file);
        found.newest = FoundCopy{file.absoluteFilePath(), at, std::move(reading)};
        return found;
    }
    found.problem = candidates.isEmpty() ? QStringLiteral("no file is where the copies should lie") : QStringLiteral("none of %1 files can be restored from").arg(candidates.size());
    return found;
}

} // namespace

FoundCopies findCopies(const BackupSource &source, const QString &database)
{
    if (source.newest.startsWith(u"command:"))
        return toldByCommand(source.newest.mid(8));
    if (source.newest.startsWith(u"file:") || (source.newest.isEmpty() && source.path))
        return readThrough(source, database);
    if (const auto at = instantOf(source.newest))
        return {FoundCopy{{}, at, {CopyReading::Worth::Unread, QStringLiteral("as the owner configured it"), {}, {}, false, {}}}, {}, {}};
    return {{}, {}, QStringLiteral("its age is not told")};
}

} // namespace holdfast
