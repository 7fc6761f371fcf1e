// SPDX-License-Identifier: Apache-2.0
#include "kinds/filesystem/ground.h"
#include "kinds/filesystem/heldpath.h"
#include "kinds/filesystem/pathclasses.h"

#include <QProcess>
#include <QTest>

#include <csignal>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace holdfast;

class FilesystemMeasure final : public QObject
{
    Q_OBJECT

private:
    static QString why(const Measurement &m) { return m.uninspectable.join(QStringLiteral(" | ")); }

private Q_SLOTS:
    void countsFilesDirectoriesAndLinks()
    {
        Ground g;
        g.write(QStringLiteral("t/a"), QByteArray(5000, 'x'));
        g.write(QStringLiteral("t/d/b"), "12345");
        QFile::link(QStringLiteral("/etc"), g.path(QStringLiteral("t/link")));
        ::mkfifo(g.path(QStringLiteral("t/pipe")).toUtf8().constData(), 0600);
        g.ask({g.path(QStringLiteral("t"))});
        const auto out = g.measure();
        const auto &m = out.measurement;
        QCOMPARE(numberOf(m, fact::DestroyedFiles), 2);
        QCOMPARE(numberOf(m, u"fs.directories"), 2);
        QCOMPARE(numberOf(m, u"fs.links"), 1);
        QCOMPARE(numberOf(m, u"fs.others"), 1);
        QCOMPARE(numberOf(m, fact::DestroyedObjects), 6);
        QCOMPARE(numberOf(m, u"fs.bytes"), 5000 + 5 + 4);
        QVERIFY2(m.uninspectable.isEmpty(), qPrintable(why(m)));
        QCOMPARE(m.operation, QStringLiteral("filesystem.delete-tree"));
        QCOMPARE(m.resources, QStringList{g.path(QStringLiteral("t"))});
        QCOMPARE(m.confirmText, QStringLiteral("t"));
        QVERIFY(m.environment.quality == Quality::Configured);
        QVERIFY(m.recovery.verdict == Verdict::None);
        QCOMPARE(m.dependents.at(0).count, std::optional<std::int64_t>(6));
        QCOMPARE(out.blobs.size(), std::size_t{1});
        const auto tree = diff::parseTree(out.blobs[0].bytes);
        QVERIFY(tree);
        QCOMPARE(tree->total, 6);
        QCOMPARE(tree->nodes.size(), std::size_t{6});
        const auto b = std::find_if(tree->nodes.begin(), tree->nodes.end(), [](const diff::TreeNode &node) { return node.name == u"b"; });
        QVERIFY(b != tree->nodes.end());
        QCOMPARE(b->bytes, std::optional<qint64>(5));
        QCOMPARE(tree->nodes.at(static_cast<std::size_t>(b->parent)).name, QStringLiteral("d"));
        QCOMPARE(m.diffs.at(0).blob.digest, out.blobs[0].digest);
    }

    void bytesOfAFileWithANameOutsideAreNotFreed()
    {
        Ground g;
        g.write(QStringLiteral("t/a"), QByteArray(100'000, 'x'));
        g.write(QStringLiteral("keep/b"), QByteArray(200'000, 'y'));
        QCOMPARE(::link(g.path(QStringLiteral("keep/b")).toUtf8().constData(), g.path(QStringLiteral("t/b")).toUtf8().constData()), 0);
        g.ask({g.path(QStringLiteral("t"))});
        const auto part = g.measure().measurement;
        QCOMPARE(numberOf(part, u"fs.shared-files"), 1);
        QVERIFY(numberOf(part, fact::DestroyedBytes) < 200'000);
        g.ask({g.path(QStringLiteral("t")), g.path(QStringLiteral("keep"))});
        const auto whole = g.measure().measurement;
        QCOMPARE(numberOf(whole, u"fs.shared-files"), 0);
        QVERIFY(numberOf(whole, fact::DestroyedBytes) >= 300'000);
    }

    void whatLiesOutsideTheRootsIsRefused_data()
    {
        QTest::addColumn<QString>("path");
        QTest::addColumn<QString>("word");
        QTest::newRow("outside") << QStringLiteral("/etc/hostname") << QStringLiteral("outside the target's roots");
        QTest::newRow("sibling with the root's name as prefix") << QStringLiteral("%1-other/x") << QStringLiteral("outside the target's roots");
        QTest::newRow("dots") << QStringLiteral("%1/../../etc") << QStringLiteral("component . or ..");
        QTest::newRow("the root itself") << QStringLiteral("%1") << QStringLiteral("itself a root");
        QTest::newRow("the root itself with slashes") << QStringLiteral("%1//") << QStringLiteral("itself a root");
        QTest::newRow("relative") << QStringLiteral("etc") << QStringLiteral("not an absolute path");
        QTest::newRow("through a link") << QStringLiteral("%1/link/hostname") << QStringLiteral("through a symbolic link");
        QTest::newRow("through a link inside") << QStringLiteral("%1/inner/file") << QStringLiteral("through a symbolic link");
    }
    void whatLiesOutsideTheRootsIsRefused()
    {
        QFETCH(QString, path);
        QFETCH(QString, word);
        Ground g;
        g.write(QStringLiteral("real/file"));
        QFile::link(QStringLiteral("/etc"), g.path(QStringLiteral("link")));
        QFile::link(g.path(QStringLiteral("real")), g.path(QStringLiteral("inner")));
        g.ask({path.replace(QStringLiteral("%1"), g.root())});
        const auto m = g.measure().measurement;
        QVERIFY2(why(m).contains(word), qPrintable(why(m)));
        QVERIFY(m.fact(fact::Stop) != nullptr);
        QVERIFY(m.fact(fact::Stop)->severity == Severity::Danger);
        QVERIFY(m.fact(fact::DestroyedFiles)->quality == Quality::Unknown);
        QVERIFY(!m.fact(fact::DestroyedFiles)->number);
        QVERIFY(m.recovery.verdict == Verdict::Unknown);
    }

    void aLinkItselfCountsAsALink()
    {
        Ground g;
        QFile::link(QStringLiteral("/etc"), g.path(QStringLiteral("link")));
        g.ask({g.path(QStringLiteral("link/"))});
        const auto m = g.measure().measurement;
        QCOMPARE(numberOf(m, fact::DestroyedObjects), 1);
        QCOMPARE(numberOf(m, u"fs.links"), 1);
        QCOMPARE(m.operation, QStringLiteral("filesystem.delete-file"));
    }

    void theRootMayBeReachedThroughALinkOfTheOwner()
    {
        Ground g;
        g.write(QStringLiteral("t/a"));
        const QString alias = g.base.path() + QStringLiteral("/alias");
        QFile::link(g.root(), alias);
        g.target.roots = {alias};
        g.ask({alias + QStringLiteral("/t")});
        const auto m = g.measure().measurement;
        QVERIFY2(m.uninspectable.isEmpty(), qPrintable(why(m)));
        QCOMPARE(m.resources, QStringList{g.path(QStringLiteral("t"))});
    }

    void overlappingPathsAreCountedOnce()
    {
        Ground g;
        g.write(QStringLiteral("t/d/a"));
        g.ask({g.path(QStringLiteral("t/d")), g.path(QStringLiteral("t")), g.path(QStringLiteral("t//d/a")), g.path(QStringLiteral("t"))});
        const auto m = g.measure().measurement;
        QCOMPARE(m.resources, QStringList{g.path(QStringLiteral("t"))});
        QCOMPARE(numberOf(m, fact::DestroyedFiles), 1);
    }

    void aDirectoryNeedsRecursive()
    {
        Ground g;
        g.write(QStringLiteral("t/a"));
        g.ask({g.path(QStringLiteral("t"))}, false);
        QVERIFY(why(g.measure().measurement).contains(QStringLiteral("not recursive")));
        g.ask({g.path(QStringLiteral("t/a"))}, false);
        QVERIFY(g.measure().measurement.uninspectable.isEmpty());
    }

    void whatIsMissingDestroysNothing()
    {
        Ground g;
        g.ask({g.path(QStringLiteral("none")), g.path(QStringLiteral("no/such/place"))});
        const auto m = g.measure().measurement;
        QCOMPARE(numberOf(m, fact::DestroyedObjects), 0);
        QCOMPARE(numberOf(m, u"fs.missing"), 2);
    }

    void aDirectoryThatCannotBeReadMakesTheCountsUnknown()
    {
        if (::geteuid() == 0) {
            // Root reads everything: a child that is not root measures.
            Ground g;
            g.write(QStringLiteral("t/closed/a"));
            ::chmod(g.base.path().toUtf8().constData(), 0755);
            ::chmod(g.path(QStringLiteral("t/closed")).toUtf8().constData(), 0700);
            g.ask({g.path(QStringLiteral("t"))});
            QCOMPARE(::seteuid(65534), 0);
            const auto m = g.measure().measurement;
            QCOMPARE(::seteuid(0), 0);
            check(m);
            return;
        }
        Ground g;
        g.write(QStringLiteral("t/closed/a"));
        ::chmod(g.path(QStringLiteral("t/closed")).toUtf8().constData(), 0);
        g.ask({g.path(QStringLiteral("t"))});
        const auto m = g.measure().measurement;
        ::chmod(g.path(QStringLiteral("t/closed")).toUtf8().constData(), 0700);
        check(m);
    }

    void aMountWithinIsAStop()
    {
        Ground g;
        g.write(QStringLiteral("t/a"));
        QDir().mkpath(g.path(QStringLiteral("t/m")));
        const QByteArray point = g.path(QStringLiteral("t/m")).toUtf8();
        if (::mount("none", point.constData(), "tmpfs", 0, nullptr) != 0)
            QSKIP("mounting needs root");
        g.write(QStringLiteral("t/m/inside"));
        g.ask({g.path(QStringLiteral("t"))});
        const auto m = g.measure().measurement;
        g.ask({g.path(QStringLiteral("t/m"))});
        const auto itself = g.measure().measurement;
        // The same device mounted twice has the same st_dev: only the mount identity tells.
        const QByteArray bind = g.path(QStringLiteral("t/a")).toUtf8();
        ::umount(point.constData());
        const int bound = ::mount("/etc/hostname", bind.constData(), nullptr, MS_BIND, nullptr);
        g.ask({g.path(QStringLiteral("t"))});
        const auto file = g.measure().measurement;
        ::umount(bind.constData());
        QCOMPARE(numberOf(m, u"fs.mounts"), 1);
        QVERIFY(m.fact(u"fs.mounts")->severity == Severity::Danger);
        QCOMPARE(numberOf(m, fact::DestroyedFiles), 1);
        QVERIFY(why(m).contains(QStringLiteral("is a mount point")));
        QVERIFY(why(itself).contains(QStringLiteral("is a mount point")));
        QCOMPARE(bound, 0);
        QVERIFY(why(file).contains(QStringLiteral("is a mount point")));
    }

    void aHomeOrARunningClusterIsAStop()
    {
        const QString home = QStringLiteral("/var/mail"); // of the account `mail`
        if (!QFile::exists(home))
            QSKIP("no account's home of a known place here");
        Ground g;
        g.target.roots = {QStringLiteral("/var")};
        g.ask({home});
        QVERIFY2(why(g.measure().measurement).contains(QStringLiteral("home directory of mail")), qPrintable(why(g.measure().measurement)));

        Ground c;
        c.write(QStringLiteral("pg/PG_VERSION"), "15\n");
        c.write(QStringLiteral("pg/base/1/1259"));
        c.write(QStringLiteral("pg/postmaster.pid"), QByteArray::number(qint64{::getpid()}) + "\n/data\n");
        c.ask({c.path(QStringLiteral("pg"))});
        QVERIFY(why(c.measure().measurement).contains(QStringLiteral("running PostgreSQL server")));
        c.ask({c.path(QStringLiteral("pg/base/1"))});
        QVERIFY(why(c.measure().measurement).contains(QStringLiteral("inside the data directory of a running PostgreSQL server")));
        c.write(QStringLiteral("pg/postmaster.pid"), "999999999\n/data\n");
        c.ask({c.path(QStringLiteral("pg"))});
        QVERIFY(c.measure().measurement.uninspectable.isEmpty());
    }

    void aBackupWithinIsAStopAndOneBesideIsTold()
    {
        Ground g;
        g.write(QStringLiteral("t/a"));
        const QString backup = g.write(QStringLiteral("t/backups/one"));
        g.target.backups = {{QStringLiteral("same-disk"), QStringLiteral("file:") + backup, std::nullopt, g.path(QStringLiteral("t/backups"))}};
        g.ask({g.path(QStringLiteral("t"))});
        QVERIFY(why(g.measure().measurement).contains(QStringLiteral("where the backup same-disk of")));
        const QString beside = g.write(QStringLiteral("elsewhere/one"));
        g.target.backups = {{QStringLiteral("same-disk"), QStringLiteral("file:") + beside, std::nullopt, g.path(QStringLiteral("elsewhere"))}};
        auto m = g.measure().measurement;
        QVERIFY(m.uninspectable.isEmpty());
        QCOMPARE(m.fact(fact::BackupSameFate)->value, QStringLiteral("yes"));
        // A file of tonight that nothing can be restored from is no copy.
        QVERIFY2(m.recovery.verdict == Verdict::Unknown, qPrintable(m.recovery.how));
        QCOMPARE(numberOf(m, u"backup.not-restorable"), 1);
        QFile::remove(beside);
        QProcess::execute(QStringLiteral("tar"), {QStringLiteral("-cf"), beside, QStringLiteral("-C"), g.path(QStringLiteral("t")), QStringLiteral("a")});
        m = g.measure().measurement;
        QVERIFY2(m.recovery.verdict == Verdict::Partly, qPrintable(m.recovery.how));
        QVERIFY2(m.recovery.how.contains(QStringLiteral("same device")), qPrintable(m.recovery.how));
        g.target.backups[0].restoreTested = SystemClock().now();
        g.target.backups[0].path.reset();
        QVERIFY2(g.measure().measurement.recovery.verdict == Verdict::Recoverable, qPrintable(g.measure().measurement.recovery.how));
        g.target.backups[0].newest = QStringLiteral("2020-01-01T00:00:00.000Z");
        QVERIFY(g.measure().measurement.recovery.verdict == Verdict::Partly);
        g.target.backups[0].newest = QStringLiteral("command:/bin/echo 2031-01-01T00:00:00.000Z");
        QCOMPARE(formatInstant(*g.measure().measurement.recovery.newestCopy), QStringLiteral("2031-01-01T00:00:00.000Z"));
        g.target.backups[0].newest = QStringLiteral("command:/bin/false");
        QVERIFY(g.measure().measurement.recovery.verdict == Verdict::Unknown);
    }

    void aProcessThatHasAFileOpenIsNamed()
    {
        Ground g;
        const QByteArray file = g.write(QStringLiteral("t/a")).toUtf8();
        int ready[2];
        QCOMPARE(::pipe(ready), 0);
        const pid_t child = ::fork();
        if (child == 0) {
            ::setsid();
            const int fd = ::open(file.constData(), O_RDONLY);
            [[maybe_unused]] const auto told = ::write(ready[1], &fd, sizeof fd);
            ::pause();
            ::_exit(0);
        }
        int fd = 0;
        QCOMPARE(::read(ready[0], &fd, sizeof fd), ssize_t{sizeof fd});
        g.ask({g.path(QStringLiteral("t"))});
        const auto m = g.measure().measurement;
        ::kill(child, SIGKILL);
        ::close(ready[0]);
        ::close(ready[1]);
        QCOMPARE(numberOf(m, fact::DependentsLive), 1);
        QVERIFY(m.fact(fact::DependentsLive)->how.contains(QString::number(child)));
        QCOMPARE(m.dependents.back().type, QStringLiteral("process"));
    }

    void hostileNamesAreCarriedAndShownEscaped()
    {
        Ground g;
        QDir().mkpath(g.path(QStringLiteral("t")));
        const QByteArray base = g.path(QStringLiteral("t/")).toUtf8();
        const QList<QByteArray> names{"new\nline", "esc\x1b[31m", "\xe2\x80\xae" "lmth.exe", QByteArray(200, 'n'), "bad\xff\xfe", "<img src='x'>", " ", "-rf"};
        for (const auto &name : names) {
            const int fd = ::open((base + name).constData(), O_CREAT | O_WRONLY, 0600);
            QVERIFY(fd >= 0);
            ::close(fd);
        }
        g.ask({g.path(QStringLiteral("t"))});
        const auto out = g.measure();
        QCOMPARE(numberOf(out.measurement, fact::DestroyedFiles), names.size());
        const auto tree = diff::parseTree(out.blobs[0].bytes);
        QCOMPARE(tree->nodes.size(), static_cast<std::size_t>(names.size()) + 1);
        const auto has = [&](const QString &name) { return std::any_of(tree->nodes.begin(), tree->nodes.end(), [&](const diff::TreeNode &node) { return node.name == name; }); };
        for (const char *name : {"new\nline", "\xe2\x80\xae" "lmth.exe", "<img src='x'>", " ", "bad\\xff\\xfe"})
            QVERIFY2(has(QString::fromUtf8(name)), name); // whoever shows them makes them visible
        g.ask({QString::fromUtf8(base) + QStringLiteral("new\nline"), QString::fromUtf8(base + names[2])});
        const auto chosen = g.measure().measurement;
        QCOMPARE(numberOf(chosen, fact::DestroyedFiles), 2);
        QCOMPARE(chosen.confirmText, QStringLiteral("files"));
    }

    void claimsThatDoNotFitAreContradictions()
    {
        Ground g;
        g.write(QStringLiteral("t/a"));
        g.target.environment = QStringLiteral("production");
        g.request.claims.environment = QStringLiteral("staging");
        g.request.claims.reversible = true;
        g.ask({g.path(QStringLiteral("t"))});
        const auto m = g.measure().measurement;
        QCOMPARE(m.contradictions.size(), std::size_t{2});
        QCOMPARE(m.contradictions[0].measured, QStringLiteral("production"));
    }

    void theFingerprintFollowsContentEvenUnderAForgedTime()
    {
        Ground g;
        const QByteArray file = g.write(QStringLiteral("t/a"), "one").toUtf8();
        g.ask({g.path(QStringLiteral("t"))});
        const auto before = g.measure().measurement;
        QCOMPARE(g.measure().measurement.fingerprint, before.fingerprint);
        struct stat was{};
        ::stat(file.constData(), &was);
        g.write(QStringLiteral("t/a"), "two");
        const timespec times[2]{was.st_atim, was.st_mtim};
        ::utimensat(AT_FDCWD, file.constData(), times, 0);
        const auto after = g.measure().measurement;
        QVERIFY(after.fingerprint != before.fingerprint);
        QCOMPARE(numberOf(after, fact::DestroyedBytes), numberOf(before, fact::DestroyedBytes));
    }

    /// A request names more paths than a process may have descriptors: those in one directory need one.
    void morePathsThanDescriptors()
    {
        Ground g;
        QStringList paths;
        for (int i = 0; i < 400; ++i) {
            g.write(QStringLiteral("log/%1").arg(i), "x");
            paths.append(g.path(QStringLiteral("log/%1").arg(i)));
        }
        g.ask(paths);
        rlimit before{};
        QVERIFY(::getrlimit(RLIMIT_NOFILE, &before) == 0);
        const rlimit few{200, before.rlim_max};
        QVERIFY(::setrlimit(RLIMIT_NOFILE, &few) == 0);
        const auto m = g.measure().measurement;
        QVERIFY(::setrlimit(RLIMIT_NOFILE, &before) == 0);
        QVERIFY2(m.uninspectable.isEmpty() && m.fact(fact::Stop) == nullptr, qPrintable(m.uninspectable.value(0)));
        QCOMPARE(m.resources.size(), 400);
        QCOMPARE(numberOf(m, fact::DestroyedFiles), 400);
    }

    /// The two must not look alike: same size, and nobody can log in any more.
    void oneSmallFile()
    {
        Ground g;
        const QByteArray two = "# the night shift\nssh-ed25519 AAAA one\n\nssh-ed25519 AAAA two\n";
        g.write(QStringLiteral("home/op/.ssh/authorized_keys"), two);
        QVERIFY(QFile::setPermissions(g.path(QStringLiteral("home/op/.ssh/authorized_keys")), QFile::ReadOwner | QFile::WriteOwner));
        g.write(QStringLiteral("home/op/tmp/cache.bin"), QByteArray(two.size(), 'x'));
        g.ask({g.path(QStringLiteral("home/op/.ssh/authorized_keys"))});
        const auto keys = g.measure().measurement;
        const Fact *login = keys.fact(u"path.login");
        QVERIFY(login && login->severity == Severity::Danger && login->label == u"who may log in");
        const QString path = g.path(QStringLiteral("home/op/.ssh/authorized_keys"));
        QCOMPARE(login->how, QStringLiteral("by name: %1 (2 keys, mode 0600)").arg(path));
        QCOMPARE(keys.summaryText, QStringLiteral("Delete %1 (who may log in: 2 keys, mode 0600; %2 bytes)").arg(path).arg(two.size()));
        g.ask({g.path(QStringLiteral("home/op/tmp/cache.bin"))});
        const auto cache = g.measure().measurement;
        QVERIFY(std::none_of(cache.facts.begin(), cache.facts.end(), [](const Fact &fact) { return fact.id.startsWith(u"path.") || fact.severity == Severity::Danger; }));
        g.ask({g.path(QStringLiteral("home"))});
        QCOMPARE(numberOf(g.measure().measurement, u"path.login"), 1);
    }

    void whatPathsAre_data()
    {
        QTest::addColumn<QString>("path");
        QTest::addColumn<QString>("id");
        const auto add = [](const char *path, const char *id) { QTest::newRow(path) << QString::fromLatin1(path) << QString::fromLatin1(id); };
        add("/root/.ssh/authorized_keys", "login");
        add("/etc/sudoers.d/ops", "login");
        add("/etc/sudoers.d/deeper/ops", "");
        add("/srv/etc/shadow", "");
        add("/var/lib/postgresql/15/main/pg_hba.conf", "login");
        add("/home/op/.aws/credentials", "credentials");
        add("/srv/app/.env", "credentials");
        add("/srv/app/.env.production", "credentials");
        add("/srv/app/.environment", "");
        add("/home/op/.ssh/id_ed25519", "keys");
        add("/srv/tls/server.key", "keys");
        add("/srv/tls/key", "");
        add("/etc/letsencrypt/live/example.test/privkey.pem", "keys");
        add("/etc/fstab", "boot");
        add("/boot/vmlinuz", "boot");
        add("/etc/cron.d/backup", "schedule");
        add("/var/spool/cron/crontabs/op", "schedule");
        add("/etc/systemd/system/shop.service", "schedule");
        add("/etc/systemd/system/shop.service.d/override.conf", "schedule");
        add("/etc/resolv.conf", "network");
        add("/srv/app/data.sqlite", "database");
        add("/srv/app/notes.txt", "");
        add("/", "");
    }

    void whatPathsAre()
    {
        QFETCH(QString, path);
        QFETCH(QString, id);
        const PathClass *found = PathCatalogue::builtIn().classOf(path);
        QCOMPARE(found != nullptr ? found->id : QString(), id);
    }

    /// A copy of any target, not of this one alone.
    void anotherTargetsBackup()
    {
        Ground g;
        g.write(QStringLiteral("dumps/nightly"));
        Target other;
        other.name = QStringLiteral("shop");
        other.kind = QStringLiteral("sql");
        other.backups = {{QStringLiteral("same-disk"), {}, {}, g.path(QStringLiteral("dumps"))}};
        const std::vector<Target> all{g.target, other};
        const auto measure = [&](const QString &path) {
            g.ask({g.path(path)});
            MeasureInput in = g.input();
            in.targets = &all;
            return shown(makeFilesystemMeasurer()->measure(in)).measurement;
        };
        QVERIFY2(why(measure(QStringLiteral("dumps"))).contains(QStringLiteral("where the backup same-disk of shop lies")), qPrintable(why(measure(QStringLiteral("dumps")))));
        QCOMPARE(numberOf(measure(QStringLiteral("dumps/nightly")), u"path.backup"), 1);
    }

    void aBindMountIsSeenAsOne()
    {
        if (::geteuid() != 0)
            QSKIP("mounting needs root");
        Ground g;
        g.write(QStringLiteral("Notes/Vault/n1"), "note");
        QDir().mkpath(g.path(QStringLiteral("notes")));
        if (::mount(g.path(QStringLiteral("Notes")).toUtf8().constData(), g.path(QStringLiteral("notes")).toUtf8().constData(), nullptr, MS_BIND, nullptr) != 0)
            QSKIP("mounting is not allowed here");
        g.ask({g.path(QStringLiteral("notes/Vault"))});
        const auto m = g.measure().measurement;
        ::umount(g.path(QStringLiteral("notes")).toUtf8().constData());
        QVERIFY2(m.fact(u"path.mounted"), qPrintable(m.summaryText));
        QVERIFY(m.fact(u"path.mounted")->severity == Severity::Danger);
        QVERIFY(m.resources.contains(g.path(QStringLiteral("Notes/Vault"))) && m.resources.contains(g.path(QStringLiteral("notes/Vault"))));
        QCOMPARE(m.confirmText, g.path(QStringLiteral("Notes/Vault")));
        QVERIFY2(m.summaryText.contains(g.path(QStringLiteral("Notes/Vault"))), qPrintable(m.summaryText));
    }

    /// The catalogue is asked by the name without the mount as well: the file under that name is lost.
    void whatABindMountShowsIsWhatItIs()
    {
        if (::geteuid() != 0)
            QSKIP("mounting needs root");
        Ground g;
        g.write(QStringLiteral("op/.aws/credentials"), "key");
        g.write(QStringLiteral("op/.aws/deeper/.ssh/id_ed25519"), "key");
        const QByteArray cache = g.path(QStringLiteral("cache")).toUtf8();
        QVERIFY(QDir().mkpath(g.path(QStringLiteral("cache"))));
        if (::mount(g.path(QStringLiteral("op/.aws")).toUtf8().constData(), cache.constData(), nullptr, MS_BIND, nullptr) != 0)
            QSKIP("mounting is not allowed here");
        g.ask({g.path(QStringLiteral("cache/credentials")), g.path(QStringLiteral("cache/deeper"))});
        const auto m = g.measure().measurement;
        ::umount(cache.constData());
        QCOMPARE(numberOf(m, u"path.credentials"), 1);
        QVERIFY2(m.fact(u"path.credentials")->how.contains(g.path(QStringLiteral("op/.aws/credentials"))), qPrintable(m.fact(u"path.credentials")->how));
        QCOMPARE(numberOf(m, u"path.keys"), 1); // by either name
    }

    /// A program follows the link before it goes up: the text without both names something else.
    void askedAsWrittenNotAsShortened()
    {
        Ground g;
        g.write(QStringLiteral("real/deep/x"));
        g.write(QStringLiteral("real/f"));
        g.write(QStringLiteral("f"));
        QVERIFY(QFile::link(QStringLiteral("real/deep"), g.path(QStringLiteral("short"))));
        const UniqueFd root(::open(g.root().toUtf8().constData(), O_PATH | O_DIRECTORY | O_CLOEXEC));
        const auto through = holdAnywhere(root.get(), QStringLiteral("short/../f"));
        QVERIFY(through);
        QCOMPARE(through->path, g.path(QStringLiteral("real/f")));
        QCOMPARE(through->asked, g.path(QStringLiteral("short/../f")));
        const auto plain = holdAnywhere(root.get(), QStringLiteral("real/deep/..//f"));
        QVERIFY(plain);
        QCOMPARE(plain->asked, plain->path);
    }

    /// A link at the root of the file system, or another name of a file there, is no mount: whoever may write there would choose what is shown.
    void aLinkIsNoOtherName()
    {
        Ground g;
        const QString elsewhere = g.base.path() + QStringLiteral("-link");
        const QString real = g.write(elsewhere.mid(1) + QStringLiteral("/thesis"));
        const auto measured = [&g, &real] {
            g.ask({real});
            return g.measure().measurement;
        };
        QVERIFY(QFile::link(g.path(elsewhere.mid(1)), elsewhere));
        const auto linked = measured();
        QVERIFY(QFile::remove(elsewhere) && QDir().mkdir(elsewhere));
        QCOMPARE(::link(real.toUtf8().constData(), (elsewhere + QStringLiteral("/thesis")).toUtf8().constData()), 0);
        const auto twice = measured();
        QVERIFY(QDir(elsewhere).removeRecursively());
        for (const Measurement &m : {linked, twice}) {
            QVERIFY2(!m.fact(u"path.mounted"), qPrintable(m.fact(u"path.mounted") ? m.fact(u"path.mounted")->value : QString()));
            QCOMPARE(m.resources, QStringList{real});
            QVERIFY2(m.summaryText.contains(real), qPrintable(m.summaryText));
        }
    }

    /// A service manager mounts the directories that a service may write onto themselves.
    void aMountOntoItselfIsNoOtherName()
    {
        if (::geteuid() != 0)
            QSKIP("mounting needs root");
        Ground g;
        g.write(QStringLiteral("Notes/n1"), "note");
        const QByteArray notes = g.path(QStringLiteral("Notes")).toUtf8();
        if (::mount(notes.constData(), notes.constData(), nullptr, MS_BIND, nullptr) != 0)
            QSKIP("mounting is not allowed here");
        g.ask({g.path(QStringLiteral("Notes/n1"))});
        const auto m = g.measure().measurement;
        ::umount(notes.constData());
        QVERIFY2(!m.fact(u"path.mounted"), qPrintable(m.fact(u"path.mounted") ? m.fact(u"path.mounted")->value : QString()));
        QCOMPARE(m.confirmText, QStringLiteral("n1"));
    }

    /// Something else is mounted over the better name: two others that are left are still one thing.
    void twoMountsOfWhatIsHiddenAreOne()
    {
        if (::geteuid() != 0)
            QSKIP("mounting needs root");
        Ground g;
        g.write(QStringLiteral("Notes/n1"), "note");
        const auto bytes = [&g](const char *name) { return g.path(QString::fromLatin1(name)).toUtf8(); };
        QVERIFY(QDir().mkpath(g.path(QStringLiteral("one"))) && QDir().mkpath(g.path(QStringLiteral("two"))));
        if (::mount(bytes("Notes").constData(), bytes("one").constData(), nullptr, MS_BIND, nullptr) != 0)
            QSKIP("mounting is not allowed here");
        QCOMPARE(::mount(bytes("Notes").constData(), bytes("two").constData(), nullptr, MS_BIND, nullptr), 0);
        QCOMPARE(::mount("none", bytes("Notes").constData(), "tmpfs", 0, nullptr), 0);
        QStringList resources;
        for (const char *name : {"one/n1", "two/n1"}) {
            g.ask({g.path(QString::fromLatin1(name))});
            resources += g.measure().measurement.resources;
        }
        for (const char *name : {"Notes", "two", "one"})
            ::umount(bytes(name).constData());
        QCOMPARE(resources.size(), 3);
        QCOMPARE(resources.removeDuplicates(), 1);
    }

    /// A container's root is often a directory of its file system, and a subvolume's always: its paths have no other name for that. Under a
    /// root that is no mount at all, what it shows is on no list; a bind mount there is one all the same.
    void namesUnderAnotherRoot_data()
    {
        QTest::addColumn<bool>("rootIsBound");
        QTest::addColumn<bool>("pathIsBound");
        QTest::newRow("a bound root") << true << false;
        QTest::newRow("a root that is no mount") << false << false;
        QTest::newRow("a bind mount under a bound root") << true << true;
        QTest::newRow("a bind mount under a root that is no mount") << false << true;
    }

    void namesUnderAnotherRoot()
    {
        if (::geteuid() != 0)
            QSKIP("mounting needs root");
        QFETCH(bool, rootIsBound);
        QFETCH(bool, pathIsBound);
        const QTemporaryDir other;
        const QByteArray root = other.path().toUtf8();
        QVERIFY(QDir(other.path()).mkpath(QStringLiteral("proc")) && QDir(other.path()).mkpath(QStringLiteral("tmp")));
        enum Ends { NoOtherName, OtherName, AnotherOne, NotAllowed };
        const pid_t child = ::fork();
        if (child == 0) {
            const bool inside = ::unshare(CLONE_NEWNS) == 0 && ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0
                && (!rootIsBound || ::mount(root.constData(), root.constData(), nullptr, MS_BIND, nullptr) == 0)
                && ::mount("/proc", (root + "/proc").constData(), nullptr, MS_BIND, nullptr) == 0 && ::chdir(root.constData()) == 0 && ::chroot(".") == 0;
            if (!inside)
                ::_exit(NotAllowed);
            Ground g;
            g.write(QStringLiteral("Notes/n1"), "note");
            QDir().mkpath(g.path(QStringLiteral("notes")));
            if (pathIsBound && ::mount(g.path(QStringLiteral("Notes")).toUtf8().constData(), g.path(QStringLiteral("notes")).toUtf8().constData(), nullptr, MS_BIND, nullptr) != 0)
                ::_exit(NotAllowed);
            g.ask({g.path(pathIsBound ? QStringLiteral("notes/n1") : QStringLiteral("Notes/n1"))});
            const auto m = g.measure().measurement;
            ::_exit(!m.fact(u"path.mounted") ? NoOtherName : m.resources.contains(g.path(QStringLiteral("Notes/n1"))) ? OtherName : AnotherOne);
        }
        int status = 0;
        QCOMPARE(::waitpid(child, &status, 0), child);
        QVERIFY(WIFEXITED(status));
        if (WEXITSTATUS(status) == NotAllowed)
            QSKIP("mounting is not allowed here");
        QCOMPARE(WEXITSTATUS(status), static_cast<int>(pathIsBound ? OtherName : NoOtherName));
    }

    void fiftyThousandFiles()
    {
        Ground g;
        for (int d = 0; d < 50; ++d) {
            QDir().mkpath(g.path(QStringLiteral("t/%1").arg(d)));
            const QByteArray base = g.path(QStringLiteral("t/%1/").arg(d)).toUtf8();
            for (int f = 0; f < 1000; ++f)
                ::close(::open((base + QByteArray::number(f)).constData(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
        }
        g.ask({g.path(QStringLiteral("t"))});
        const auto out = g.measure();
        QCOMPARE(numberOf(out.measurement, fact::DestroyedFiles), 50'000);
        QCOMPARE(out.measurement.dependents.size(), std::size_t{51});
        QVERIFY(out.blobs[0].bytes.size() < 1024 * 1024);
        const auto tree = diff::parseTree(out.blobs[0].bytes);
        QCOMPARE(tree->total, 50'051);
        QCOMPARE(tree->nodes.size(), std::size_t{4000});
    }

    void tooDeepIsUnknownNotWrong()
    {
        Ground g;
        std::filesystem::path at = g.path(QStringLiteral("t")).toStdString();
        std::filesystem::create_directory(at);
        int here = ::open(at.c_str(), O_RDONLY | O_DIRECTORY);
        for (int depth = 0; depth < 260; ++depth) {
            QCOMPARE(::mkdirat(here, "d", 0700), 0);
            const int next = ::openat(here, "d", O_RDONLY | O_DIRECTORY);
            ::close(here);
            here = next;
        }
        ::close(here);
        g.ask({g.path(QStringLiteral("t"))});
        const auto m = g.measure().measurement;
        QVERIFY(m.fact(fact::DestroyedObjects)->quality == Quality::Unknown);
        QVERIFY(why(m).contains(QStringLiteral("deeper than")));
    }

private:
    static void check(const Measurement &m)
    {
        QCOMPARE(numberOf(m, u"fs.unreadable"), 1);
        QVERIFY(m.fact(fact::DestroyedFiles)->quality == Quality::Unknown);
        QVERIFY(!m.fact(fact::DestroyedFiles)->number);
        QVERIFY(m.fact(fact::DestroyedFiles)->how.contains(QStringLiteral("closed")));
        QVERIFY(m.recovery.verdict == Verdict::Unknown);
        QVERIFY(why(m).contains(QStringLiteral("cannot be read")));
    }
};

QTEST_GUILESS_MAIN(FilesystemMeasure)
#include "tst_filesystemmeasure.moc"
