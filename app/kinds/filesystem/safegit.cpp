// SPDX-License-Identifier: Apache-2.0
#include "kinds/filesystem/safegit.h"

#include <fcntl.h>
#include <sys/stat.h>

namespace holdfast {

namespace {

constexpr qsizetype OutputLimit = 32LL * 1024 * 1024;

std::vector<QByteArray> environmentOf(const SafeGit::Options &options)
{
    std::vector<QByteArray> names{"PATH=/usr/bin:/bin", "HOME=/nonexistent", "LC_ALL=C", "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null",
                                  "GIT_CONFIG_SYSTEM=/dev/null", "GIT_ATTR_NOSYSTEM=1", "GIT_OPTIONAL_LOCKS=0", "GIT_TERMINAL_PROMPT=0",
                                  "GIT_ALLOW_PROTOCOL=" + options.protocols, "GIT_PAGER=cat", "GIT_LITERAL_PATHSPECS=1", "GIT_NO_REPLACE_OBJECTS=1"};
    if (!options.discover)
        names.push_back(options.bare ? "GIT_DIR=." : "GIT_DIR=.git");
    if (!options.discover && !options.bare)
        names.push_back("GIT_WORK_TREE=.");
    names.insert(names.end(), options.environment.begin(), options.environment.end());
    return names;
}

} // namespace

std::optional<ProcessUser> ownerOf(int directory)
{
    struct stat entry{};
    if (::geteuid() != 0 || ::fstat(directory, &entry) != 0 || entry.st_uid == 0)
        return std::nullopt;
    return ProcessUser{entry.st_uid, entry.st_gid};
}

SafeGit::SafeGit(int directory, Options options)
    : m_program(::open("/usr/bin/git", O_PATH | O_CLOEXEC)), m_directory(directory), m_options(std::move(options))
{
}

ProcessEnd SafeGit::run(const QList<QByteArray> &arguments, bool errors) const
{
    ProcessSpec spec;
    spec.program = m_program.get();
    spec.argv = {"git", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "core.pager=cat", "-c", "core.untrackedCache=false",
                 "-c", "core.alternateRefsCommand=", "-c", "safe.directory=*", "-c", "credential.helper=", "-c", "http.followRedirects=false"};
    spec.argv.insert(spec.argv.end(), arguments.begin(), arguments.end());
    spec.environment = environmentOf(m_options);
    spec.directory = m_directory;
    spec.deadline = m_options.deadline;
    spec.outputLimit = OutputLimit;
    spec.mergeErrors = errors;
    spec.runAs = m_options.runAs;
    return runProcess(spec);
}

std::optional<QByteArray> SafeGit::ask(const QList<QByteArray> &arguments, QString &why) const
{
    if (!m_program) {
        why = QStringLiteral("git is not installed where the gate runs");
        return std::nullopt;
    }
    ProcessEnd end = run(arguments, false);
    if (end.succeeded() && end.outputTotal <= OutputLimit)
        return std::move(end.output);
    const QString command = QString::fromUtf8(arguments.first());
    why = end.timedOut ? QStringLiteral("git %1 took longer than %2 s").arg(command, QString::number(m_options.deadline.count()))
                       : QStringLiteral("git %1 failed (%2)").arg(command, QString::number(end.exitCode.value_or(-1)));
    return std::nullopt;
}

} // namespace holdfast
