// SPDX-License-Identifier: Apache-2.0
#include "gate/lifecycle/enforcement.h"

#include "kinds/posix/process.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QProcess>
#include <QStandardPaths>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

namespace holdfast {

namespace {

constexpr uid_t lastSystemUser = 999;
constexpr std::chrono::seconds commandTimeout{10};
constexpr qint64 longestCredential = 64LL * 1024;

const QString filePrefix = QStringLiteral("file:");
const QString commandPrefix = QStringLiteral("command:");

bool isDedicatedUser()
{
    return geteuid() > 0 && geteuid() <= lastSystemUser;
}

QString pathOf(const QString &credential, const QString &directory)
{
    return QDir(directory).absoluteFilePath(credential.mid(filePrefix.size()));
}

bool isPrivate(const struct stat &status)
{
    return S_ISREG(status.st_mode) && status.st_uid == geteuid() && (status.st_mode & (S_IRWXG | S_IRWXO)) == 0;
}

QByteArray chomped(QByteArray bytes)
{
    while (bytes.endsWith('\n') || bytes.endsWith('\r'))
        bytes.chop(1);
    return bytes;
}

Result<QByteArray, QString> readPrivate(const QString &path)
{
    const int descriptor = open(QFile::encodeName(path).constData(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    struct stat status{};
    if (descriptor < 0 || fstat(descriptor, &status) != 0) {
        if (descriptor >= 0)
            close(descriptor);
        return Failure{QStringLiteral("the credential file cannot be read")};
    }
    QFile file;
    if (!file.open(descriptor, QIODevice::ReadOnly, QFileDevice::AutoCloseHandle))
        return Failure{QStringLiteral("the credential file cannot be read")};
    if (!isPrivate(status))
        return Failure{QStringLiteral("the credential file is not the gate's own with mode 0600")};
    return chomped(file.read(longestCredential));
}

Result<QByteArray, QString> runForCredential(const QString &commandLine)
{
    const QStringList argv = QProcess::splitCommand(commandLine);
    if (argv.isEmpty())
        return Failure{QStringLiteral("the credential command is empty")};
    const QString &program = argv.front();
    ProcessSpec spec;
    spec.path = QFile::encodeName(program.contains(u'/') ? QFileInfo(program).absoluteFilePath() : QStandardPaths::findExecutable(program));
    for (const QString &argument : argv)
        spec.argv.push_back(QFile::encodeName(argument));
    for (char **variable = environ; *variable != nullptr; ++variable)
        spec.environment.emplace_back(*variable); // the owner's own command, not a requester's
    const UniqueFd here(open(".", O_PATH | O_DIRECTORY | O_CLOEXEC));
    spec.directory = here.get();
    spec.deadline = commandTimeout;
    spec.outputLimit = longestCredential;
    spec.mergeErrors = false;
    ProcessEnd end = runProcess(spec);
    if (end.timedOut)
        return Failure{QStringLiteral("the credential command did not end in time")};
    if (!end.succeeded())
        return Failure{QStringLiteral("the credential command failed")};
    return chomped(std::move(end.output));
}

} // namespace

Result<Credential, QString> resolveCredential(const Target &target, const QString &directory)
{
    Credential credential;
    credential.reachableByRequester = reachableByRequester(target, directory);
    if (!target.credential)
        return credential;
    credential.name = *target.credential;
    auto secret = credential.name.startsWith(commandPrefix) ? runForCredential(credential.name.mid(commandPrefix.size()))
                                                            : readPrivate(pathOf(credential.name, directory));
    if (!secret)
        return Failure{secret.error()};
    credential.secret = std::move(*secret);
    return credential;
}

QStringList credentialFiles(const Target &target, const QString &directory)
{
    if (!target.credential || !target.credential->startsWith(filePrefix))
        return {};
    return {pathOf(*target.credential, directory)};
}

bool reachableByRequester(const Target &target, const QString &directory)
{
    if (!isDedicatedUser() || !target.credential || !target.credential->startsWith(filePrefix))
        return true;
    struct stat status{};
    return stat(QFile::encodeName(pathOf(*target.credential, directory)).constData(), &status) != 0 || !isPrivate(status);
}

Enforcement enforcementOf(const Target &target, bool credentialReachable)
{
    if (!isDedicatedUser())
        return Enforcement::Cooperative;
    if (target.kind == kind::Filesystem) {
        const auto ours = [](const QString &root) {
            struct stat status{};
            return stat(QFile::encodeName(root).constData(), &status) == 0 && status.st_uid == geteuid() && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
        };
        return std::all_of(target.roots.begin(), target.roots.end(), ours) ? Enforcement::Enforced : Enforcement::Cooperative;
    }
    return target.credential && !credentialReachable ? Enforcement::Enforced : Enforcement::Cooperative;
}

Enforcement enforcementOfPolicy()
{
    return isDedicatedUser() ? Enforcement::Enforced : Enforcement::Cooperative;
}

} // namespace holdfast
