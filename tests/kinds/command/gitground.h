// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/command/bench.h"

#include <QProcess>

#include <unistd.h>

namespace holdfast::gitground {

/// As root, the repositories belong to the user that git will be.
inline void handOver(const Bench &b)
{
    if (::geteuid() == 0)
        QProcess::execute(QStringLiteral("chown"), {QStringLiteral("-R"), QStringLiteral("65534:65534"), b.work()});
}
inline QByteArray git(const QString &directory, const QStringList &arguments)
{
    QProcess process;
    process.setWorkingDirectory(directory);
    auto environment = QProcessEnvironment::systemEnvironment();
    for (const char *who : {"AUTHOR", "COMMITTER"}) {
        environment.insert(QStringLiteral("GIT_%1_NAME").arg(QString::fromUtf8(who)), QStringLiteral("Ada"));
        environment.insert(QStringLiteral("GIT_%1_EMAIL").arg(QString::fromUtf8(who)), QStringLiteral("ada@example.org"));
    }
    // The test is root where the repository is nobody's.
    static const QTemporaryDir own;
    const QString configuration = own.filePath(QStringLiteral("gitconfig"));
    QFile file(configuration);
    if (!file.open(QIODevice::WriteOnly) || file.write("[safe]\n\tdirectory = *\n") < 0)
        qFatal("cannot write the test's own file");
    file.close();
    environment.insert(QStringLiteral("GIT_CONFIG_GLOBAL"), configuration);
    process.setProcessEnvironment(environment);
    process.start(QStringLiteral("git"), arguments);
    if (!process.waitForFinished(60'000) || process.exitCode() != 0)
        qFatal("git %s: %s", qPrintable(arguments.join(u' ')), process.readAllStandardError().constData());
    return process.readAllStandardOutput().trimmed();
}
inline void commits(const QString &directory, int count)
{
    static int serial = 0; // equal commits on two branches would be one commit
    for (int i = 0; i < count; ++i)
        git(directory, {QStringLiteral("commit"), QStringLiteral("-q"), QStringLiteral("--allow-empty"), QStringLiteral("-m"), QStringLiteral("c%1").arg(++serial)});
}
/// origin has main (5 commits) and topic (main's first 3 and 4 of its own); the clone is at main.
inline void make(Bench &b)
{
    b.target.programs = {QStringLiteral("/usr/bin/git")};
    git(b.work(), {QStringLiteral("init"), QStringLiteral("-q"), QStringLiteral("--bare"), QStringLiteral("origin.git")});
    const QString clone = b.path(QStringLiteral("clone"));
    QDir().mkpath(clone);
    git(clone, {QStringLiteral("init"), QStringLiteral("-q"), QStringLiteral("-b"), QStringLiteral("main")});
    git(clone, {QStringLiteral("remote"), QStringLiteral("add"), QStringLiteral("origin"), b.path(QStringLiteral("origin.git"))});
    commits(clone, 3);
    git(clone, {QStringLiteral("branch"), QStringLiteral("topic")});
    commits(clone, 2);
    git(clone, {QStringLiteral("checkout"), QStringLiteral("-q"), QStringLiteral("topic")});
    commits(clone, 4);
    git(clone, {QStringLiteral("checkout"), QStringLiteral("-q"), QStringLiteral("main")});
    git(clone, {QStringLiteral("push"), QStringLiteral("-q"), QStringLiteral("origin"), QStringLiteral("main"), QStringLiteral("topic")});
    handOver(b);
}

} // namespace holdfast::gitground
