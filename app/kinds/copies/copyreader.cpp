// SPDX-License-Identifier: Apache-2.0
#include "kinds/copies/copyreader.h"

#include "kinds/posix/process.h"

#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QRegularExpression>
#include <QTimeZone>

namespace holdfast {

namespace {

using namespace std::chrono_literals;


constexpr qint64 readWhole = 64LL * 1024 * 1024; ///< bytes of a file; larger dumps are read by their table of contents
constexpr qsizetype mostOutput = 128LL * 1024 * 1024;
constexpr qsizetype headSize = 512;

CopyReading broken(const QString &how)
{
    return {CopyReading::Worth::Broken, how, {}, {}, false, {}};
}

ProcessEnd run(std::vector<QByteArray> argv, qsizetype outputLimit = 1024LL * 1024, bool mergeErrors = true)
{
    ProcessSpec spec;
    spec.path = argv.front();
    spec.argv = std::move(argv);
    spec.environment = {"PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C", "TZ=UTC"};
    spec.deadline = 60s;
    spec.outputLimit = outputLimit;
    spec.mergeErrors = mergeErrors;
    return runProcess(spec);
}

/// Debian's /usr/bin/pg_restore looks for a cluster first; the programs themselves stand by version.
QByteArray pgRestore()
{
    const QDir versions(QStringLiteral("/usr/lib/postgresql"));
    QString newest;
    int highest = 0;
    for (const QString &version : versions.entryList(QDir::Dirs | QDir::NoDotAndDotDot)) {
        const QString program = versions.filePath(version + QStringLiteral("/bin/pg_restore"));
        if (version.toInt() > highest && QFileInfo(program).isExecutable()) {
            highest = version.toInt();
            newest = program;
        }
    }
    return newest.isEmpty() ? QByteArrayLiteral("/usr/bin/pg_restore") : newest.toLocal8Bit();
}

QString firstLine(const ProcessEnd &end)
{
    if (!end.started)
        return QStringLiteral("it could not be started");
    if (end.timedOut)
        return QStringLiteral("it did not finish in time");
    const QString line = QString::fromUtf8(end.output.trimmed()).section(u'\n', -1).left(200);
    return line.isEmpty() ? QStringLiteral("it ended with %1").arg(end.exitCode.value_or(-1)) : line;
}

/// Lines between `COPY schema.table (…) FROM stdin;` and `\.` are rows.
std::map<QString, std::int64_t> rowsIn(QByteArrayView dump)
{
    std::map<QString, std::int64_t> rows;
    std::int64_t *counting = nullptr;
    while (!dump.isEmpty()) {
        const qsizetype end = dump.indexOf('\n');
        const QByteArrayView line = dump.first(end < 0 ? dump.size() : end);
        dump = dump.sliced(end < 0 ? dump.size() : end + 1);
        if (counting != nullptr) {
            if (line == QByteArrayView("\\."))
                counting = nullptr;
            else
                ++*counting;
        } else if (line.startsWith("COPY ") && line.endsWith(" FROM stdin;")) {
            counting = &rows[QString::fromUtf8(line.sliced(5, line.indexOf(" (") > 5 ? line.indexOf(" (") - 5 : line.size() - 17))];
        }
    }
    return rows;
}

/// `;     dbname: shop`, `; Archive created at 2026-11-06 02:00:00 UTC`, and a line for each `TABLE DATA schema table owner`.
void readContents(CopyReading &reading, const QString &list)
{
    static const QRegularExpression made(QStringLiteral("^; Archive created at (\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d)"), QRegularExpression::MultilineOption);
    static const QRegularExpression database(QStringLiteral("^;     dbname: (.*)$"), QRegularExpression::MultilineOption);
    static const QRegularExpression data(QStringLiteral("^\\d+; \\d+ \\d+ TABLE DATA (\\S+) (.+) \\S+$"), QRegularExpression::MultilineOption);
    QDateTime time = QDateTime::fromString(made.match(list).captured(1), QStringLiteral("yyyy-MM-dd HH:mm:ss"));
    if (time.isValid()) {
        time.setTimeZone(QTimeZone::utc());
        reading.madeAt = Instant(std::chrono::milliseconds(time.toMSecsSinceEpoch()));
    }
    reading.database = database.match(list).captured(1);
    for (auto match = data.globalMatch(list); match.hasNext();) {
        const auto entry = match.next();
        reading.rows[entry.captured(1) + u'.' + entry.captured(2)] = 0;
    }
}

CopyReading readDump(const QByteArray &path, qint64 size)
{
    CopyReading reading;
    const auto list = run({pgRestore(), "-l", path}, 16LL * 1024 * 1024);
    if (!list.started)
        return {CopyReading::Worth::Unread, QStringLiteral("pg_restore is not installed here"), {}, {}, false, {}};
    if (!list.succeeded())
        return broken(QStringLiteral("pg_restore -l: %1").arg(firstLine(list)));
    readContents(reading, QString::fromUtf8(list.output));
    if (reading.rows.empty())
        return broken(QStringLiteral("pg_restore -l lists no table data"));
    reading.worth = CopyReading::Worth::Readable;
    reading.how = QStringLiteral("pg_restore -l lists data of %1 tables").arg(reading.rows.size());
    if (size > readWhole)
        return reading;
    // The table of contents stands in front: only reading on shows that the data behind it is whole.
    const auto data = run({pgRestore(), "-a", "-f", "-", path}, mostOutput, false);
    if (!data.succeeded())
        return broken(QStringLiteral("pg_restore lists it, and fails to read its data"));
    if (data.outputTotal > mostOutput)
        return reading;
    reading.wholeRead = true;
    reading.rows = rowsIn(data.output);
    reading.how = QStringLiteral("pg_restore reads it to its end, data of %1 tables").arg(reading.rows.size());
    return reading;
}

CopyReading readPlainDump(QFile &file)
{
    const qint64 size = file.size();
    constexpr qint64 tail = 4096;
    file.seek(std::max<qint64>(0, size - tail));
    if (!file.read(tail).contains("PostgreSQL database dump complete"))
        return broken(QStringLiteral("it begins like a dump and does not end like one"));
    CopyReading reading{CopyReading::Worth::Readable, QStringLiteral("a plain dump that is there to its last line"), {}, {}, false, {}};
    if (size > readWhole)
        return reading;
    file.seek(0);
    reading.rows = rowsIn(file.readAll());
    reading.wholeRead = true;
    if (reading.rows.empty())
        return broken(QStringLiteral("a plain dump without any table's data"));
    return reading;
}

CopyReading checkedBy(std::vector<QByteArray> argv, const QString &what)
{
    const auto end = run(std::move(argv), 4096);
    if (!end.started)
        return {CopyReading::Worth::Unread, QStringLiteral("%1 is not installed here").arg(what), {}, {}, false, {}};
    if (!end.succeeded())
        return broken(QStringLiteral("%1: %2").arg(what, firstLine(end)));
    return {CopyReading::Worth::Readable, QStringLiteral("%1 reads it to its end").arg(what), {}, {}, true, {}};
}

} // namespace

CopyReading readCopy(const QString &path)
{
    const QByteArray name = QFile::encodeName(path);
    const QFileInfo info(path);
    if (info.isDir()) {
        if (!QFileInfo::exists(path + QStringLiteral("/toc.dat")))
            return broken(QStringLiteral("a directory is no copy"));
        return readDump(name, readWhole + 1);
    }
    QFile file(path);
    if (!info.isFile() || !file.open(QIODevice::ReadOnly))
        return {CopyReading::Worth::Unread, QStringLiteral("it cannot be read: %1").arg(file.errorString()), {}, {}, false, {}};
    if (file.size() == 0)
        return broken(QStringLiteral("it is empty"));
    const QByteArray head = file.read(headSize);
    if (head.startsWith("PGDMP"))
        return readDump(name, file.size());
    if (head.size() > 262 && QByteArrayView(head).sliced(257).startsWith("ustar"))
        return head.startsWith("toc.dat") ? readDump(name, file.size()) : checkedBy({"/usr/bin/tar", "-tf", name}, QStringLiteral("tar -t"));
    if (head.contains("-- PostgreSQL database dump"))
        return readPlainDump(file);
    if (head.startsWith("\x1f\x8b"))
        return checkedBy({"/usr/bin/gzip", "-t", "--", name}, QStringLiteral("gzip -t"));
    if (head.startsWith(QByteArray("\xfd" "7zXZ\0", 6)))
        return checkedBy({"/usr/bin/xz", "-t", "--", name}, QStringLiteral("xz -t"));
    if (head.startsWith("\x28\xb5\x2f\xfd"))
        return checkedBy({"/usr/bin/zstd", "-tq", "--", name}, QStringLiteral("zstd -t"));
    if (head.startsWith("BZh"))
        return checkedBy({"/usr/bin/bzip2", "-t", "--", name}, QStringLiteral("bzip2 -t"));
    return {CopyReading::Worth::Unread, QStringLiteral("its format is not read here"), {}, {}, false, {}};
}

} // namespace holdfast
