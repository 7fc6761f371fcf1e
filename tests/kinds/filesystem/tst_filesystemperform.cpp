// SPDX-License-Identifier: Apache-2.0
#include "core/policy/drift.h"
#include "kinds/filesystem/filesystemperformer.h"
#include "kinds/filesystem/ground.h"
#include "kinds/posix/uniquefd.h"

#include <QTest>

#include <atomic>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <thread>

using namespace holdfast;

namespace {

Hold approve(const Ground &g, const MeasureOutput &measured)
{
    Hold hold;
    hold.hold = HoldId::of(PublicKeyBytes{}, g.path({}).toUtf8());
    hold.measured = measured.measurement;
    return hold;
}

std::variant<Performed, Drifted> perform(const Ground &g, const Hold &hold)
{
    PerformInput input;
    input.measure = g.input();
    input.approved = &hold;
    input.compare = [&hold](const Measurement &now) { return compare(hold, now, hold.mode, hold.tier); };
    return makeFilesystemPerformer()->perform(input);
}

std::int64_t effect(const Performed &done, QStringView id)
{
    for (const auto &fact : done.effects) {
        if (fact.id == id)
            return fact.number.value_or(-1);
    }
    return -1;
}

std::int64_t leftovers(const Ground &g)
{
    return QDir(g.root()).entryList({QStringLiteral(".holdfast-*")}, QDir::AllEntries | QDir::Hidden).size();
}

} // namespace

class FilesystemPerform final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void deletesWhatWasSignedAndCountsIt()
    {
        Ground g;
        g.write(QStringLiteral("t/a"), QByteArray(10'000, 'x'));
        g.write(QStringLiteral("t/d/b"));
        g.write(QStringLiteral("single"));
        g.write(QStringLiteral("keep/a"));
        QFile::link(g.path(QStringLiteral("keep")), g.path(QStringLiteral("t/link")));
        g.ask({g.path(QStringLiteral("t")), g.path(QStringLiteral("single"))});
        const auto measured = g.measure();
        const auto result = perform(g, approve(g, measured));
        QVERIFY(std::holds_alternative<Performed>(result));
        const auto &done = std::get<Performed>(result);
        QVERIFY(done.outcome == Outcome::Committed);
        QCOMPARE(effect(done, fact::DestroyedFiles), 3);
        QCOMPARE(effect(done, fact::DestroyedObjects), numberOf(measured.measurement, fact::DestroyedObjects));
        QCOMPARE(effect(done, fact::DestroyedBytes), numberOf(measured.measurement, fact::DestroyedBytes));
        QVERIFY(!g.exists(QStringLiteral("t")) && !g.exists(QStringLiteral("single")));
        QVERIFY(g.exists(QStringLiteral("keep/a")));
        QCOMPARE(leftovers(g), 0);
    }
    /// Each path that is moved aside took a descriptor: a few hundred were all that could be performed.
    void morePathsThanDescriptors()
    {
        Ground g;
        QStringList paths;
        for (int i = 0; i < 10'000; ++i) {
            const QString name = QStringLiteral("log/%1/%2").arg(i % 10).arg(i);
            g.write(name, "x");
            paths.append(g.path(name));
        }
        g.write(QStringLiteral("log/0/kept"), "x");
        g.ask(paths);
        rlimit before{};
        QVERIFY(::getrlimit(RLIMIT_NOFILE, &before) == 0);
        const rlimit few{std::min<rlim_t>(1024, before.rlim_max), before.rlim_max};
        QVERIFY(::setrlimit(RLIMIT_NOFILE, &few) == 0);
        const auto measured = g.measure();
        const auto result = perform(g, approve(g, measured));
        QVERIFY(::setrlimit(RLIMIT_NOFILE, &before) == 0);
        const auto *done = std::get_if<Performed>(&result);
        QVERIFY(done != nullptr);
        QVERIFY2(done->outcome == Outcome::Committed, done->output.left(400).constData());
        QCOMPARE(effect(*done, fact::DestroyedFiles), 10'000);
        for (int i = 0; i < 10; ++i)
            QCOMPARE(QDir(g.path(QStringLiteral("log/%1").arg(i))).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot),
                     i == 0 ? QStringList{QStringLiteral("kept")} : QStringList());
    }
    void deletesNamesThatAreNotUnicode()
    {
        Ground g;
        QDir().mkpath(g.path(QStringLiteral("t")));
        for (const char *name : {"bad\xff", "new\nline", "\xe2\x80\xaex"})
            ::close(::open((g.path(QStringLiteral("t/")).toUtf8() + name).constData(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
        g.ask({g.path(QStringLiteral("t"))});
        const auto result = perform(g, approve(g, g.measure()));
        QVERIFY(std::get<Performed>(result).outcome == Outcome::Committed);
        QVERIFY(!g.exists(QStringLiteral("t")));
    }
    void driftTouchesNothing_data()
    {
        QTest::addColumn<int>("change");
        QTest::newRow("one file more") << 0;
        QTest::newRow("one file less") << 1;
        QTest::newRow("same size and time, other content") << 2;
        QTest::newRow("the whole replaced") << 3;
    }
    void driftTouchesNothing()
    {
        QFETCH(int, change);
        Ground g;
        const QByteArray file = g.write(QStringLiteral("t/a"), "one").toUtf8();
        g.write(QStringLiteral("t/b"));
        g.ask({g.path(QStringLiteral("t"))});
        const auto hold = approve(g, g.measure());
        struct stat was{};
        ::stat(file.constData(), &was);
        if (change == 0)
            g.write(QStringLiteral("t/c"));
        else if (change == 1)
            QFile::remove(g.path(QStringLiteral("t/b")));
        else if (change == 2)
            g.write(QStringLiteral("t/a"), "two");
        else
            std::filesystem::rename(g.path(QStringLiteral("t")).toStdString(), g.path(QStringLiteral("was")).toStdString());
        const timespec times[2]{was.st_atim, was.st_mtim};
        ::utimensat(AT_FDCWD, file.constData(), times, 0);
        const auto before = g.measure().measurement.fingerprint;
        const auto result = perform(g, hold);
        QVERIFY(std::holds_alternative<Drifted>(result));
        QCOMPARE(g.measure().measurement.fingerprint, before);
        QCOMPARE(std::get<Drifted>(result).now.measurement.fingerprint, before);
        QCOMPARE(leftovers(g), 0);
    }
    void withinATolerancePerformsWhatIsThere()
    {
        Ground g;
        g.write(QStringLiteral("t/a"));
        g.ask({g.path(QStringLiteral("t"))});
        auto hold = approve(g, g.measure());
        for (const auto &fact : hold.measured.facts) {
            if (fact.number)
                hold.tolerances.push_back({fact.id, *fact.number + 100'000});
        }
        ::close(::open(g.path(QStringLiteral("t/b")).toUtf8().constData(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
        // The newest change and the instants are facts of their own, and equal only if nothing changed in this second.
        struct stat was{};
        ::stat(g.path(QStringLiteral("t/a")).toUtf8().constData(), &was);
        const timespec times[2]{was.st_mtim, was.st_mtim};
        ::utimensat(AT_FDCWD, g.path(QStringLiteral("t/b")).toUtf8().constData(), times, 0);
        ::utimensat(AT_FDCWD, g.path(QStringLiteral("t")).toUtf8().constData(), times, 0);
        for (auto &fact : hold.measured.facts) {
            if (fact.id == u"fs.owners")
                fact.value.replace(u'2', u'3');
        }
        const auto result = perform(g, hold);
        QVERIFY(std::holds_alternative<Performed>(result));
        QCOMPARE(effect(std::get<Performed>(result), fact::DestroyedFiles), 2);
    }
    void aStopIsNeverPerformed()
    {
        Ground g;
        g.write(QStringLiteral("pg/PG_VERSION"));
        g.write(QStringLiteral("pg/postmaster.pid"), QByteArray::number(qint64{::getpid()}));
        g.ask({g.path(QStringLiteral("pg"))});
        const auto result = perform(g, approve(g, g.measure()));
        QVERIFY(std::get<Performed>(result).outcome == Outcome::NotStarted);
        QVERIFY(std::get<Performed>(result).output.contains("running PostgreSQL server"));
        QVERIFY(g.exists(QStringLiteral("pg/PG_VERSION")));
        g.ask({QStringLiteral("/etc/hostname")});
        QVERIFY(std::get<Performed>(perform(g, approve(g, g.measure()))).outcome == Outcome::NotStarted);
    }
    void whatCannotBeMovedIsNotStarted()
    {
        if (::geteuid() != 0)
            QSKIP("a directory of another user needs root");
        Ground g;
        g.write(QStringLiteral("d/t/a"));
        ::chmod(g.base.path().toUtf8().constData(), 0755);
        g.ask({g.path(QStringLiteral("d/t"))});
        QCOMPARE(::seteuid(65534), 0);
        const auto result = perform(g, approve(g, g.measure()));
        QCOMPARE(::seteuid(0), 0);
        QVERIFY(std::get<Performed>(result).outcome == Outcome::NotStarted);
        QVERIFY(std::get<Performed>(result).output.contains("EACCES"));
        QVERIFY(g.exists(QStringLiteral("d/t/a")));
    }
    void whatCannotAllBeDeletedIsPartialAndGoesBack()
    {
        if (::geteuid() != 0)
            QSKIP("directories of another user need root");
        Ground g;
        g.write(QStringLiteral("t/free"));
        g.write(QStringLiteral("t/locked/a"));
        ::chmod(g.base.path().toUtf8().constData(), 0755);
        for (const char *name : {"", "t", "t/free"})
            QCOMPARE(::chown(g.path(QString::fromUtf8(name)).toUtf8().constData(), 65534, 65534), 0);
        g.ask({g.path(QStringLiteral("t"))});
        QCOMPARE(::seteuid(65534), 0);
        const auto result = perform(g, approve(g, g.measure()));
        QCOMPARE(::seteuid(0), 0);
        const auto &done = std::get<Performed>(result);
        QVERIFY(done.outcome == Outcome::Partial);
        QCOMPARE(effect(done, fact::DestroyedFiles), 1);
        QVERIFY(effect(done, u"fs.left") >= 1);
        QVERIFY(done.output.contains("locked"));
        QVERIFY(g.exists(QStringLiteral("t/locked/a")));
        QVERIFY(!g.exists(QStringLiteral("t/free")));
        QCOMPARE(leftovers(g), 0);
    }
    void swappingADirectoryForALinkReachesNothingOutside()
    {
        QTemporaryDir outside;
        for (int i = 0; i < 20; ++i)
            QVERIFY(QFile(outside.filePath(QString::number(i))).open(QIODevice::WriteOnly));
        const int rounds = qEnvironmentVariableIntValue("HOLDFAST_LONG") != 0 ? 5000 : 80;
        int performed = 0, drifted = 0;
        for (int round = 0; round < rounds; ++round) {
            Ground g;
            for (int i = 0; i < 5; ++i)
                g.write(QStringLiteral("p/t/sub/%1").arg(i));
            const QByteArray parent = g.path(QStringLiteral("p")).toUtf8();
            QFile::link(outside.path(), g.path(QStringLiteral("evil")));
            QFile::link(g.base.path(), g.path(QStringLiteral("evilp")));
            QFile::link(outside.path(), g.path(QStringLiteral("p/t/inner")));
            const QByteArray evil = g.path(QStringLiteral("evil")).toUtf8(), evilp = g.path(QStringLiteral("evilp")).toUtf8();
            g.ask({g.path(QStringLiteral("p/t"))});
            const auto hold = approve(g, g.measure());
            const UniqueFd inside(::open((parent + "/t").constData(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
            std::atomic<bool> stop = false;
            // Even rounds: by path, all the time. Odd rounds: through a descriptor from within, once it has been moved aside.
            std::thread swapper([&] {
                const QByteArray sub = parent + "/t/sub", top = parent + "/t";
                while (!stop && round % 2 == 0) {
                    for (const auto &[place, link] : {std::pair{sub, evil}, {top, evil}, {parent, evilp}}) {
                        ::renameat2(AT_FDCWD, place.constData(), AT_FDCWD, link.constData(), RENAME_EXCHANGE);
                        ::renameat2(AT_FDCWD, place.constData(), AT_FDCWD, link.constData(), RENAME_EXCHANGE);
                    }
                }
                struct stat entry{};
                while (!stop && ::stat(top.constData(), &entry) == 0)
                    std::this_thread::yield();
                for (int delay = 0; !stop && delay < round * 20; ++delay)
                    std::this_thread::yield();
                while (!stop)
                    ::renameat2(inside.get(), "sub", inside.get(), "inner", RENAME_EXCHANGE);
            });
            const auto result = perform(g, hold);
            stop = true;
            swapper.join();
            (std::holds_alternative<Performed>(result) ? performed : drifted) += 1;
            QCOMPARE(QDir(outside.path()).entryList(QDir::Files).size(), 20);
            QVERIFY(QFile::exists(g.base.path()));
        }
        QVERIFY(rounds < 80 || performed > 0);
        qInfo("%d rounds: %d performed or refused, %d drifted", rounds, performed, drifted);
        QCOMPARE(performed + drifted, rounds);
    }
    void filesMovedInWhileItRunsStay()
    {
        // Somebody with an open descriptor of an inner directory keeps dropping other files into it.
        int kept = 0, made = 0;
        for (int round = 0; round < 20; ++round) {
            Ground g;
            for (int i = 0; i < 50; ++i)
                g.write(QStringLiteral("t/d/%1").arg(i));
            for (int i = 0; i < 200; ++i)
                g.write(QStringLiteral("precious/%1").arg(i));
            g.ask({g.path(QStringLiteral("t"))});
            const auto hold = approve(g, g.measure());
            const int inner = ::open(g.path(QStringLiteral("t/d")).toUtf8().constData(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
            const int precious = ::open(g.path(QStringLiteral("precious")).toUtf8().constData(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
            std::atomic<bool> stop = false;
            int moved = 0;
            std::thread mover([&] {
                for (int i = 0; i < 200 && !stop; ++i) {
                    const QByteArray name = QByteArray::number(i);
                    moved += ::renameat(precious, name.constData(), inner, ("p" + name).constData()) == 0 ? 1 : 0;
                }
            });
            const auto result = perform(g, hold);
            stop = true;
            mover.join();
            int inside = 0;
            for (int i = 0; i < 200; ++i) {
                struct stat entry{};
                inside += ::fstatat(inner, ("p" + QByteArray::number(i)).constData(), &entry, 0) == 0 ? 1 : 0;
            }
            ::close(inner);
            ::close(precious);
            made += moved;
            kept += inside;
            QCOMPARE(inside, moved);
            QCOMPARE(leftovers(g), 0);
        }
        QCOMPARE(kept, made);
    }
    void aMountThatAppearsIsNotEntered()
    {
        Ground g;
        g.write(QStringLiteral("t/m/a"));
        g.ask({g.path(QStringLiteral("t"))});
        const auto hold = approve(g, g.measure());
        const QByteArray point = g.path(QStringLiteral("t/m")).toUtf8();
        if (::mount("none", point.constData(), "tmpfs", 0, nullptr) != 0)
            QSKIP("mounting needs root");
        g.write(QStringLiteral("t/m/inside"));
        const auto result = perform(g, hold);
        const bool there = g.exists(QStringLiteral("t/m/inside"));
        ::umount(point.constData());
        QVERIFY(there);
        QVERIFY(std::holds_alternative<Drifted>(result));
        QVERIFY(g.exists(QStringLiteral("t/m/a")));
    }
};

QTEST_GUILESS_MAIN(FilesystemPerform)
#include "tst_filesystemperform.moc"
