// SPDX-License-Identifier: Apache-2.0
#include "kinds/command/commandplan.h"

#include "kinds/command/decidingfiles.h"
#include "kinds/filesystem/heldpath.h"

#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>

#include <algorithm>

namespace holdfast {

namespace {

constexpr std::int64_t MaxProgram = 1024LL * 1024 * 1024;
constexpr std::int64_t MaxFile = 64LL * 1024 * 1024;
constexpr std::size_t MaxFiles = 32;
constexpr uid_t Nobody = 65534;

QString baseName(const QString &path)
{
    return path.mid(path.lastIndexOf(u'/') + 1);
}

/// The target's program that argv[0] means: its very path, or the only one of that name. Empty: none.
QString configuredProgram(const QString &asked, const QStringList &programs)
{
    if (asked.contains(u'/'))
        return programs.contains(asked) ? asked : QString();
    QStringList matches;
    for (const auto &program : programs) {
        if (baseName(program) == asked)
            matches.append(program);
    }
    return matches.size() == 1 ? matches.front() : QString();
}

void holdProgram(CommandPlan &plan, const Target &target)
{
    const QString asked = plan.argv.value(0);
    plan.configured = configuredProgram(asked, target.programs);
    plan.name = baseName(plan.configured.isEmpty() ? asked : plan.configured);
    if (plan.configured.isEmpty()) {
        plan.refused.append(QStringLiteral("%1 is not one of the target's programs").arg(asked));
        return;
    }
    if (plan.configured.startsWith(u'/'))
        plan.program = hashFile(AT_FDCWD, plan.configured.toUtf8(), MaxProgram);
    if (!plan.program)
        plan.refused.append(QStringLiteral("%1 cannot be opened as a program").arg(plan.configured));
}

/// Beneath the target's directory, links not followed, where the request names one.
void holdDirectory(CommandPlan &plan, const Target &target, const QString &asked)
{
    const QString base = target.cwd.isEmpty() && asked.isEmpty() ? QStringLiteral("/") : target.cwd;
    const auto open = [](const QString &path) { return UniqueFd(::open(path.toUtf8().constData(), O_PATH | O_DIRECTORY | O_CLOEXEC)); };
    if (asked.isEmpty() || asked == base) {
        plan.directory = open(base);
    } else if (base.isEmpty()) {
        plan.directory = asked.startsWith(u'/') ? open(asked) : UniqueFd();
    } else {
        const auto held = holdBeneath(holdRoots({base}, plan.refused), asked);
        if (!held) {
            plan.refused.append(held.error().sentence());
            return;
        }
        plan.directory = UniqueFd(::openat(held->parent.get(), held->name.constData(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    }
    if (plan.directory)
        plan.directoryPath = pathOf(plan.directory.get());
    else
        plan.refused.append(QStringLiteral("the working directory %1 cannot be opened").arg(asked.isEmpty() ? base : asked));
}

void chooseEnvironment(CommandPlan &plan, const Target &target)
{
    for (const auto &name : target.environmentNames) {
        const QByteArray key = name.toUtf8();
        if (!qEnvironmentVariableIsSet(key.constData())) {
            plan.unsetNames.append(name);
            continue;
        }
        plan.environmentNames.append(name);
        plan.environment.push_back(key + '=' + qgetenv(key.constData()));
    }
}

/// The gate's own keys must be out of reach: where it is root, the command runs as the owner of the target's working
/// directory, which is the owner's choice; as nobody where that would be root.
void chooseUser(CommandPlan &plan, const Target &target)
{
    uid_t uid = ::geteuid();
    if (uid == 0) {
        ProcessUser user{Nobody, Nobody};
        struct stat entry{};
        if (!target.cwd.isEmpty() && ::stat(target.cwd.toUtf8().constData(), &entry) == 0 && entry.st_uid != 0)
            user = {entry.st_uid, entry.st_gid != 0 ? entry.st_gid : Nobody};
        plan.runAs = user;
        uid = user.uid;
    }
    passwd account{};
    passwd *found = nullptr;
    char buffer[4096];
    const bool named = ::getpwuid_r(uid, &account, buffer, sizeof buffer, &found) == 0 && found != nullptr;
    plan.userName = named ? QString::fromUtf8(account.pw_name) : QStringLiteral("uid %1").arg(uid);
}

/// `x`, `@x`, `--option=x`: what of an argument may name a file.
QList<QByteArray> candidates(const QString &argument)
{
    const QByteArray whole = argument.toUtf8();
    QList<QByteArray> result{whole};
    if (whole.startsWith('@'))
        result.append(whole.sliced(1));
    if (const auto equals = whole.indexOf('='); whole.startsWith('-') && equals > 0)
        result.append(whole.sliced(equals + 1));
    return result;
}

void hashFiles(CommandPlan &plan)
{
    for (const auto &argument : plan.argv.sliced(1)) {
        for (const auto &path : candidates(argument)) {
            auto file = path.isEmpty() ? std::nullopt : hashFile(plan.directory.get(), path, MaxFile);
            if (file)
                plan.addFile(std::move(*file));
        }
    }
}

void readInput(CommandPlan &plan, const MeasureInput &input, const CommandAction &action)
{
    if (!action.input)
        return;
    const auto bytes = input.blobs ? input.blobs(action.input->digest) : std::nullopt;
    if (bytes) {
        plan.input = *bytes;
        plan.inputDigest = action.input->digest;
    } else {
        plan.refused.append(QStringLiteral("the standard input is not stored"));
    }
}

} // namespace

CommandPlan planCommand(const MeasureInput &input)
{
    const auto &action = std::get<CommandAction>(input.request->action);
    CommandPlan plan;
    plan.argv = action.argv;
    holdProgram(plan, *input.target);
    holdDirectory(plan, *input.target, action.cwd);
    chooseEnvironment(plan, *input.target);
    chooseUser(plan, *input.target);
    readInput(plan, input, action);
    // What rm names are its victims, counted by the tree's own measuring; for every other program they may be its orders.
    if (plan.directory && plan.name != u"rm")
        hashFiles(plan);
    if (plan.directory)
        addDecidingFiles(plan);
    return plan;
}

void CommandPlan::addFile(HashedFile file)
{
    const bool known = std::any_of(files.begin(), files.end(), [&](const HashedFile &each) { return each.path == file.path; });
    if (!known && files.size() == MaxFiles)
        moreFiles = true;
    else if (!known)
        files.push_back(std::move(file));
}

Digest CommandPlan::fingerprint() const
{
    Sha256 hash;
    const auto add = [&hash](const QByteArray &text) { hash.add(QByteArray::number(text.size()) + ':' + text); };
    add(program ? program->path.toUtf8() + program->digest.toBytes() : QByteArray());
    for (const auto &argument : argv)
        add(argument.toUtf8());
    add(directoryPath.toUtf8());
    add(environmentNames.join(u'\n').toUtf8());
    add(runAs ? QByteArray::number(runAs->uid) : QByteArray());
    add(inputDigest ? inputDigest->toBytes() : QByteArray());
    for (const auto &file : files)
        add(file.path.toUtf8() + file.digest.toBytes());
    add(absent.join(u'\n').toUtf8());
    return hash.finish();
}

} // namespace holdfast
