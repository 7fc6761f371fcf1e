// SPDX-License-Identifier: Apache-2.0
#include "kinds/command/bench.h"
#include "kinds/command/readcatalogue.h"

#include <QDirIterator>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QStandardPaths>
#include <QTest>

using namespace holdfast;

/// Forms of programs that only read: `ls` was critical, and nobody looked any more when the deletion came.
class CommandRead final : public QObject
{
    Q_OBJECT

private:
    static QJsonArray catalogue()
    {
        QFile file(QStringLiteral(":/holdfast/catalogues/programs.json"));
        return file.open(QIODevice::ReadOnly) ? QJsonDocument::fromJson(file.readAll()).object().value(QStringLiteral("read")).toArray() : QJsonArray();
    }
    /// Path, size and modification time of everything below.
    static QStringList stateOf(const QString &directory)
    {
        QStringList state;
        for (QDirIterator at(directory, QDir::AllEntries | QDir::Hidden | QDir::System | QDir::NoDotAndDotDot, QDirIterator::Subdirectories); at.hasNext();) {
            const QFileInfo info(at.next());
            state.append(QStringLiteral("%1 %2 %3").arg(info.filePath()).arg(info.size()).arg(info.lastModified().toMSecsSinceEpoch()));
        }
        state.sort();
        return state;
    }

private Q_SLOTS:
    void forms_data()
    {
        QTest::addColumn<QString>("line");
        QTest::addColumn<bool>("reads");
        const auto add = [](const char *line, bool reads) { QTest::newRow(line) << QString::fromLatin1(line) << reads; };
        add("ls", true);
        add("ls -la t", true);
        add("ls -l --sort=size -- -x", true);
        add("ls --al", false); // cut short: the program may know more names than the catalogue
        add("ls --unheard-of", false);
        add("stat -c %s t/a", true);
        add("du -sh t", true);
        add("wc -l t/a", true);
        add("wc --files0-from=t/a", false); // prints the content in its complaint
        add("find t -name *.log -mtime +3 -print", true);
        add("find t ( -name a -o -name b ) -printf %s", true);
        add("find t -delete", false);
        add("find t -exec rm {} ;", false);
        add("find t -execdir rm {} ;", false);
        add("find t -ok rm {} ;", false);
        add("find t -fprint t/out", false);
        add("find t -fls t/out", false);
        add("find -files0-from t/a", false);
        add("find t -name", false);
        add("date", true);
        add("date +%s", true);
        add("date -s 2020-01-01", false);
        add("date 010203042020", false);
        add("date --set=2020-01-01", false);
        add("id", true);
        add("pwd", true);
        add("pwd t", false);
        add("cat t/a", false);
        add("head t/a", false);
        add("env", false);
        add("ps e", false);
        add("tee t/a", false);
        add("grep -r password t", false);
        add("sha256sum t/a", false);
    }

    void forms()
    {
        QFETCH(QString, line);
        QFETCH(bool, reads);
        Bench b;
        b.write(QStringLiteral("t/a"), "x");
        const QStringList argv = line.split(u' ');
        const QString program = QStandardPaths::findExecutable(argv.first(), {QStringLiteral("/usr/bin"), QStringLiteral("/bin")});
        QVERIFY2(!program.isEmpty(), qPrintable(argv.first()));
        b.target.programs = {program};
        b.ask(argv);
        const auto m = b.measure();
        QCOMPARE(m.operation, reads ? QStringLiteral("command.read") : QStringLiteral("command.opaque"));
        QVERIFY2(m.uninspectable.isEmpty() == reads, qPrintable(reasons(m)));
        QVERIFY(m.fact(fact::Stop) == nullptr);
        if (reads)
            QVERIFY(m.recovery.verdict == Verdict::Recoverable);
    }

    /// A name says nothing of a file that somebody else can write.
    void notTheSystems()
    {
        Bench b;
        b.write(QStringLiteral("bin/ls"), "#!/bin/sh\nrm -rf /\n");
        QFile::setPermissions(b.path(QStringLiteral("bin/ls")), QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner | QFile::ReadOther | QFile::ExeOther);
        b.target.programs = {b.path(QStringLiteral("bin/ls"))};
        b.ask({QStringLiteral("ls")});
        QVERIFY2(reasons(b.measure()).contains(QStringLiteral("not a program of the system")), qPrintable(reasons(b.measure())));
    }

    void flags_data()
    {
        QTest::addColumn<QString>("program");
        QTest::addColumn<QStringList>("arguments");
        for (const auto &value : catalogue()) {
            const QJsonObject form = value.toObject();
            const QString program = form.value(QStringLiteral("program")).toString();
            const bool names = form.value(QStringLiteral("operands")).toBool();
            for (const QChar letter : form.value(QStringLiteral("short")).toString())
                QTest::addRow("%s -%c", qPrintable(program), letter.toLatin1()) << program << (QStringList{u'-' + QString(letter)} + (names ? QStringList{QStringLiteral(".")} : QStringList()));
            for (const auto &name : form.value(QStringLiteral("long")).toArray())
                QTest::addRow("%s --%s", qPrintable(program), qPrintable(name.toString())) << program << (QStringList{QStringLiteral("--") + name.toString()} + (names ? QStringList{QStringLiteral(".")} : QStringList()));
            const QJsonObject words = form.value(QStringLiteral("words")).toObject();
            for (auto word = words.begin(); word != words.end(); ++word) {
                if (word.key().startsWith(u'-') && word->toInt() == 0)
                    QTest::addRow("%s %s", qPrintable(program), qPrintable(word.key())) << program << QStringList{QStringLiteral("."), word.key()};
            }
        }
    }

    /// The catalogue is of the programs that are here: each knows every option, and none of them changes anything.
    void flags()
    {
        QFETCH(QString, program);
        QFETCH(QStringList, arguments);
        QVERIFY2(readFormOf(program)->whyNot(arguments).isEmpty(), qPrintable(readFormOf(program)->whyNot(arguments)));
        const QString path = QStandardPaths::findExecutable(program, {QStringLiteral("/usr/bin"), QStringLiteral("/bin")});
        if (path.isEmpty())
            QSKIP("this program is not installed");
        const QTemporaryDir directory;
        QDir(directory.path()).mkpath(QStringLiteral("d/e"));
        QFile file(directory.filePath(QStringLiteral("d/f")));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write("xyzzy\n") == 6);
        file.close();
        const QStringList before = stateOf(directory.path());
        QProcess process;
        process.setWorkingDirectory(directory.path());
        process.start(path, arguments);
        QVERIFY(process.waitForFinished(20'000));
        const QByteArray complaint = process.readAllStandardError();
        const bool unknown = complaint.contains("invalid option") || complaint.contains("unrecognized option") || complaint.contains("unknown predicate") || complaint.contains("requires an argument");
        QVERIFY2(!unknown, complaint.constData());
        QCOMPARE(stateOf(directory.path()), before);
        QVERIFY(!process.readAllStandardOutput().contains("xyzzy"));
    }
};

QTEST_GUILESS_MAIN(CommandRead)
#include "tst_commandread.moc"
