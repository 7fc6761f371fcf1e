// SPDX-License-Identifier: Apache-2.0
#include "fakes/postgres.h"
#include "kinds/copies/copysearch.h"

#include <QDateTime>
#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

using namespace holdfast;

/// A backup counts when something can be restored from it. Seen: the newest one existed, was of tonight, and was empty.
class CopiesTest final : public QObject
{
    Q_OBJECT

private:
    fakes::PostgresCluster m_cluster;
    std::unique_ptr<QTemporaryDir> m_dir;

    [[nodiscard]] QString path(const QString &name) const { return m_dir->filePath(name); }

    void made(const QString &sql, const char *database) const
    {
        const QString said = m_cluster.sql(sql, QLatin1StringView(database));
        QVERIFY2(!said.contains(QStringLiteral("ERROR")), qPrintable(said));
    }
    void dump(const QString &name, const QStringList &options, const QString &database = QStringLiteral("shop")) const
    {
        QProcess process;
        process.start(QStringLiteral("/usr/lib/postgresql/15/bin/pg_dump"), options + QStringList{QStringLiteral("-f"), path(name), m_cluster.url(database)});
        QVERIFY(process.waitForFinished() && process.exitCode() == 0);
    }
    static void run(const QString &program, const QStringList &arguments)
    {
        QProcess process;
        process.start(program, arguments);
        QVERIFY2(process.waitForFinished() && process.exitCode() == 0, process.readAllStandardError().constData());
    }
    void write(const QString &name, const QByteArray &bytes) const
    {
        QFile file(path(name));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(bytes);
    }
    [[nodiscard]] QByteArray read(const QString &name) const
    {
        QFile file(path(name));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }
    void age(const QString &name, int days) const
    {
        QFile file(path(name));
        QVERIFY(file.open(QIODevice::ReadWrite));
        QVERIFY(file.setFileTime(QDateTime::currentDateTimeUtc().addDays(-days), QFileDevice::FileModificationTime));
    }

private Q_SLOTS:
    void initTestCase()
    {
        if (m_cluster.missing())
            QSKIP("PostgreSQL's server programs are not installed");
        QVERIFY2(m_cluster.why().isEmpty(), qPrintable(m_cluster.why()));
        for (const char *name : {"shop", "other"}) {
            made(QStringLiteral("CREATE DATABASE %1").arg(QLatin1StringView(name)), "postgres");
            made(QStringLiteral("CREATE TABLE account (id int PRIMARY KEY); INSERT INTO account SELECT generate_series(1, 311);"
                                         "CREATE TABLE \"odd name\" (t text); INSERT INTO \"odd name\" VALUES (E'a\\nb'), (E'\\\\.')"), name);
        }
        made(QStringLiteral("CREATE DATABASE bare"), "postgres");
    }

    void init()
    {
        m_dir = std::make_unique<QTemporaryDir>();
    }

    void formats_data()
    {
        QTest::addColumn<QStringList>("options");
        QTest::newRow("custom") << QStringList{QStringLiteral("-Fc")};
        QTest::newRow("tar") << QStringList{QStringLiteral("-Ft")};
        QTest::newRow("plain") << QStringList{QStringLiteral("-Fp")};
    }

    void formats()
    {
        QFETCH(QStringList, options);
        dump(QStringLiteral("d"), options);
        const CopyReading reading = readCopy(path(QStringLiteral("d")));
        QVERIFY2(reading.worth == CopyReading::Worth::Readable, qPrintable(reading.how));
        QVERIFY(reading.wholeRead);
        QCOMPARE(reading.rows.at(QStringLiteral("public.account")), 311);
        QCOMPARE(reading.rows.size(), std::size_t{2});
        if (options != QStringList{QStringLiteral("-Fp")}) {
            QCOMPARE(reading.database, QStringLiteral("shop"));
            QVERIFY(reading.madeAt);
        }
    }

    void cutOff_data() { formats_data(); }

    // Wherever it ends too early: in the table of contents as well as in the data behind it.
    void cutOff()
    {
        QFETCH(QStringList, options);
        dump(QStringLiteral("d"), options);
        const QByteArray whole = read(QStringLiteral("d"));
        for (const qsizetype size : {qsizetype{0}, qsizetype{5}, qsizetype{700}, whole.size() / 2, whole.size() * 9 / 10, whole.size() - 600}) {
            // What is only padding may be missing.
            if (size < 0 || size >= whole.size() || whole.sliced(size).count('\0') == whole.size() - size)
                continue;
            write(QStringLiteral("cut"), whole.first(size));
            const CopyReading reading = readCopy(path(QStringLiteral("cut")));
            QVERIFY2(reading.worth != CopyReading::Worth::Readable, qPrintable(QStringLiteral("%1 of %2 bytes: %3").arg(size).arg(whole.size()).arg(reading.how)));
        }
    }

    void whatIsNoCopy()
    {
        write(QStringLiteral("empty"), {});
        QCOMPARE(readCopy(path(QStringLiteral("empty"))).worth, CopyReading::Worth::Broken);
        write(QStringLiteral("noise"), QByteArray(2000, 'x'));
        QCOMPARE(readCopy(path(QStringLiteral("noise"))).worth, CopyReading::Worth::Unread);
        QDir(m_dir->path()).mkdir(QStringLiteral("directory.dump"));
        QCOMPARE(readCopy(path(QStringLiteral("directory.dump"))).worth, CopyReading::Worth::Broken);
        QCOMPARE(readCopy(path(QStringLiteral("missing"))).worth, CopyReading::Worth::Unread);
        dump(QStringLiteral("bare"), {QStringLiteral("-Fc")}, QStringLiteral("bare"));
        QCOMPARE(readCopy(path(QStringLiteral("bare"))).worth, CopyReading::Worth::Broken);
    }

    void archives_data()
    {
        QTest::addColumn<QString>("program");
        QTest::addColumn<QString>("suffix");
        QTest::newRow("gzip") << QStringLiteral("gzip") << QStringLiteral(".gz");
        QTest::newRow("xz") << QStringLiteral("xz") << QStringLiteral(".xz");
        QTest::newRow("bzip2") << QStringLiteral("bzip2") << QStringLiteral(".bz2");
    }

    void archives()
    {
        QFETCH(QString, program);
        QFETCH(QString, suffix);
        QByteArray noise;
        for (int i = 0; i < 4000; ++i)
            noise += QByteArray::number(i * 7919 % 65537);
        write(QStringLiteral("f"), noise);
        run(program, {path(QStringLiteral("f"))});
        const QString made = QStringLiteral("f") + suffix;
        QVERIFY2(readCopy(path(made)).worth == CopyReading::Worth::Readable, qPrintable(readCopy(path(made)).how));
        const QByteArray whole = read(made);
        write(made, whole.first(whole.size() / 2));
        QCOMPARE(readCopy(path(made)).worth, CopyReading::Worth::Broken);
    }

    void aTarArchive()
    {
        write(QStringLiteral("f"), QByteArray(3000, 'y'));
        run(QStringLiteral("tar"), {QStringLiteral("-cf"), path(QStringLiteral("f.tar")), QStringLiteral("-C"), m_dir->path(), QStringLiteral("f")});
        QCOMPARE(readCopy(path(QStringLiteral("f.tar"))).worth, CopyReading::Worth::Readable);
        write(QStringLiteral("g.tar"), read(QStringLiteral("f.tar")).first(1500));
        QCOMPARE(readCopy(path(QStringLiteral("g.tar"))).worth, CopyReading::Worth::Broken);
    }

    void theNewestThatCounts_data()
    {
        QTest::addColumn<bool>("byFile");
        QTest::newRow("a directory of copies") << false;
        QTest::newRow("the newest file named") << true;
    }

    void theNewestThatCounts()
    {
        QFETCH(bool, byFile);
        dump(QStringLiteral("good.dump"), {QStringLiteral("-Fc")});
        age(QStringLiteral("good.dump"), 21);
        dump(QStringLiteral("older.dump"), {QStringLiteral("-Fc")});
        age(QStringLiteral("older.dump"), 30);
        for (const auto &[name, days] : {std::pair(QStringLiteral("empty-1.dump"), 3), std::pair(QStringLiteral("empty-2.dump"), 0)}) {
            write(name, {});
            age(name, days);
        }
        write(QStringLiteral("cut.dump"), read(QStringLiteral("good.dump")).first(700));
        age(QStringLiteral("cut.dump"), 1);
        dump(QStringLiteral("foreign.dump"), {QStringLiteral("-Fc")}, QStringLiteral("other"));
        age(QStringLiteral("foreign.dump"), 2);
        const BackupSource source{QStringLiteral("other-disk"), byFile ? QStringLiteral("file:") + path(QStringLiteral("empty-2.dump")) : QString(), {},
                                  byFile ? std::nullopt : std::optional(m_dir->path())};
        const FoundCopies found = findCopies(source, QStringLiteral("shop"));
        QVERIFY2(found.newest, qPrintable(found.problem));
        QCOMPARE(found.newest->path, path(QStringLiteral("good.dump")));
        // As of the older of what the file and the dump in it say.
        QVERIFY(std::chrono::abs(SystemClock().now() - *found.newest->at - std::chrono::hours(21 * 24)) < std::chrono::hours(1));
        QCOMPARE(found.notCounted.size(), 4);
        QVERIFY2(found.notCounted[0].startsWith(QStringLiteral("empty-2.dump (")), qPrintable(found.notCounted[0]));
        QVERIFY2(found.notCounted.join(u' ').contains(QStringLiteral("a dump of another database, other")), qPrintable(found.notCounted.join(u'\n')));
    }

    void whatLiesBesideCopies()
    {
        dump(QStringLiteral("a.dump"), {QStringLiteral("-Fc")});
        age(QStringLiteral("a.dump"), 1);
        write(QStringLiteral("nightly.log"), "done\n");
        write(QStringLiteral("lock"), {});
        write(QStringLiteral("a.dump.sha256"), "0123\n");
        QDir(m_dir->path()).mkdir(QStringLiteral("old"));
        const FoundCopies found = findCopies({QStringLiteral("d"), {}, {}, m_dir->path()}, QStringLiteral("shop"));
        QCOMPARE(found.newest->path, path(QStringLiteral("a.dump")));
        QCOMPARE(found.notCounted, QStringList());
    }

    void noneCounts()
    {
        write(QStringLiteral("a.dump"), {});
        const FoundCopies found = findCopies({QStringLiteral("d"), {}, {}, m_dir->path()}, QStringLiteral("shop"));
        QVERIFY(!found.newest);
        QCOMPARE(found.notCounted.size(), 1);
        QVERIFY2(found.problem.contains(QStringLiteral("none of 1 files")), qPrintable(found.problem));
        QVERIFY(findCopies({QStringLiteral("d"), QStringLiteral("file:/nowhere/at/all"), {}, {}}, {}).problem.contains(QStringLiteral("no file")));
    }

    void asTold()
    {
        const auto byCommand = findCopies({QStringLiteral("d"), QStringLiteral("command:/bin/echo 2031-01-01T00:00:00.000Z"), {}, {}}, {});
        QCOMPARE(formatInstant(*byCommand.newest->at), QStringLiteral("2031-01-01T00:00:00.000Z"));
        QCOMPARE(byCommand.newest->reading.worth, CopyReading::Worth::Unread);
        QVERIFY(!findCopies({QStringLiteral("d"), QStringLiteral("command:/bin/false"), {}, {}}, {}).problem.isEmpty());
        QVERIFY(findCopies({QStringLiteral("d"), QStringLiteral("2020-01-01T00:00:00.000Z"), {}, {}}, {}).newest);
    }
};

QTEST_GUILESS_MAIN(CopiesTest)
#include "tst_copies.moc"
