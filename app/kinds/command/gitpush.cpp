// SPDX-License-Identifier: Apache-2.0
#include "kinds/command/gitpush.h"

#include "kinds/command/gitconfiguration.h"
#include "kinds/command/gitrefspec.h"
#include "kinds/command/optionreader.h"
#include "kinds/posix/directory.h"

#include <fcntl.h>

#include <algorithm>

namespace holdfast {

namespace {

/// git 2.39, git-push(1).
const OptionTable &pushTable()
{
    static const OptionTable table{QStringLiteral("fdnqvu46"), QStringLiteral("o"),
                                   {QStringLiteral("force"), QStringLiteral("force-if-includes"), QStringLiteral("delete"), QStringLiteral("mirror"),
                                    QStringLiteral("all"), QStringLiteral("branches"), QStringLiteral("tags"), QStringLiteral("prune"), QStringLiteral("dry-run"), QStringLiteral("porcelain"),
                                    QStringLiteral("follow-tags"), QStringLiteral("atomic"), QStringLiteral("no-atomic"), QStringLiteral("quiet"), QStringLiteral("verbose"),
                                    QStringLiteral("set-upstream"), QStringLiteral("no-verify"), QStringLiteral("verify"), QStringLiteral("thin"), QStringLiteral("no-thin"),
                                    QStringLiteral("progress"), QStringLiteral("no-progress"), QStringLiteral("no-signed"),
                                    QStringLiteral("no-recurse-submodules"), QStringLiteral("no-force-if-includes"), QStringLiteral("no-follow-tags"), QStringLiteral("ipv4"), QStringLiteral("ipv6")},
                                   {QStringLiteral("push-option"), QStringLiteral("repo"), QStringLiteral("receive-pack"), QStringLiteral("exec")},
                                   {QStringLiteral("force-with-lease"), QStringLiteral("signed"), QStringLiteral("recurse-submodules")}, true, false};
    return table;
}

/// What this reading mirrors; the rest changes what is pushed, where, by which program, or writes into the clone.
const QStringList &mirroredOptions()
{
    static const QStringList mirrored{QStringLiteral("f"), QStringLiteral("force"), QStringLiteral("force-with-lease"), QStringLiteral("d"), QStringLiteral("delete"), QStringLiteral("atomic"),
                                      QStringLiteral("no-atomic"), QStringLiteral("q"), QStringLiteral("quiet"), QStringLiteral("v"), QStringLiteral("verbose"), QStringLiteral("porcelain"),
                                      QStringLiteral("no-verify"), QStringLiteral("verify"), QStringLiteral("thin"), QStringLiteral("no-thin"), QStringLiteral("progress"), QStringLiteral("no-progress"),
                                      QStringLiteral("no-signed"), QStringLiteral("no-recurse-submodules"), QStringLiteral("no-force-if-includes"), QStringLiteral("no-follow-tags")};
    return mirrored;
}

std::vector<TellingFlag> pushFlags(const ReadArguments &arguments)
{
    static const std::vector<std::pair<QStringList, TellingFlag>> telling{
        {{QStringLiteral("f"), QStringLiteral("force")}, {QStringLiteral("--force"), QStringLiteral("replaces what the remote has, whatever it is by then")}},
        {{QStringLiteral("force-with-lease")}, {QStringLiteral("--force-with-lease"), QStringLiteral("replaces what the remote has, if it is what the clone believes")}},
        {{QStringLiteral("d"), QStringLiteral("delete")}, {QStringLiteral("--delete"), QStringLiteral("deletes the references from the remote")}},
        {{QStringLiteral("mirror")}, {QStringLiteral("--mirror"), QStringLiteral("deletes every reference that the clone does not have")}},
        {{QStringLiteral("prune")}, {QStringLiteral("--prune"), QStringLiteral("deletes references that the clone does not have")}},
        {{QStringLiteral("no-verify")}, {QStringLiteral("--no-verify"), QStringLiteral("leaves out the clone's own check before pushing")}}};
    std::vector<TellingFlag> flags;
    for (const auto &[names, flag] : telling) {
        if (arguments.has(names))
            flags.push_back(flag);
    }
    return flags;
}

/// `git [-C <path>]… push …`, read; and the clone it is asked in.
struct AskedPush final
{
    ReadArguments arguments;
    UniqueFd directory;
    [[nodiscard]] bool forces() const { return arguments.has({QStringLiteral("f"), QStringLiteral("force")}); }
    [[nodiscard]] bool removes() const { return arguments.has({QStringLiteral("d"), QStringLiteral("delete")}); }
    [[nodiscard]] QStringList leases() const;
};

QStringList AskedPush::leases() const
{
    QStringList leases;
    for (const auto &option : arguments.options) {
        if (option.name == u"force-with-lease")
            leases.append(option.value.value_or(QString()));
    }
    return leases;
}

using Read = Result<Done, QString>;

Read readArgumentsOf(AskedPush &asked, const QStringList &after)
{
    asked.arguments = readArguments(after, pushTable());
    const auto &arguments = asked.arguments;
    if (!arguments.unknown.isEmpty())
        return Failure{QStringLiteral("git push's argument %1 is not understood").arg(arguments.unknown.join(u' '))};
    for (const auto &option : arguments.options) {
        if (!mirroredOptions().contains(option.name))
            return Failure{QStringLiteral("git push's option %1%2 is not mirrored").arg(option.name.size() == 1 ? QStringLiteral("-") : QStringLiteral("--"), option.name)};
    }
    if (arguments.operands.size() < 2)
        return Failure{QStringLiteral("without a remote and a reference git decides by the clone's configuration")};
    return Done{};
}

Read readEnvironment(const CommandPlan &plan)
{
    for (const auto &entry : plan.environment) {
        if (entry.startsWith("GIT_"))
            return Failure{QStringLiteral("the variable %1 is passed on, and changes what git does").arg(QString::fromUtf8(entry.first(entry.indexOf('='))))};
    }
    return Done{};
}

/// A repository on this machine runs hooks and settings of its own when it receives: without any, what is shown is what happens.
Read readReceiver(const GitAddress &address, const std::optional<ProcessUser> &user)
{
    const UniqueFd top(::open(address.directory.toUtf8().constData(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    const UniqueFd below(top ? ::openat(top.get(), ".git", O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1);
    const int repository = below ? below.get() : top.get();
    if (!top || ::faccessat(repository, "HEAD", F_OK, 0) != 0)
        return Failure{QStringLiteral("%1 is no repository").arg(address.directory)};
    QString why;
    const auto configuration = GitConfiguration::read(SafeGit(repository, {true, false, user, "none", {}, std::chrono::seconds(20)}), ".", why);
    if (!configuration)
        return Failure{why};
    if (const auto deciding = configuration->decidingReceive(); !deciding.isEmpty())
        return Failure{QStringLiteral("the remote is on this machine, and its setting %1 decides how it receives").arg(deciding.join(QStringLiteral(", ")))};
    Directory hooks(repository, "hooks");
    while (const char *name = hooks.next()) {
        if (!std::string_view(name).ends_with(".sample"))
            return Failure{QStringLiteral("the remote is on this machine, and its hook %1 would run here").arg(QString::fromUtf8(name))};
    }
    return Done{};
}

/// The clone, read without its configuration taking part.
struct Clone final
{
    SafeGit git;
    QByteArray common; ///< its common directory
    GitConfiguration configuration;
    References references;
};

Result<Clone, QString> readClone(const AskedPush &asked, const std::optional<ProcessUser> &user)
{
    QString why;
    SafeGit git(asked.directory.get(), {false, true, user, "none", {}, std::chrono::seconds(20)});
    const auto common = git.ask({"rev-parse", "--path-format=absolute", "--git-common-dir"}, why);
    auto configuration = common ? GitConfiguration::read(git, common->trimmed(), why) : std::nullopt;
    const auto listing = configuration ? git.ask({"for-each-ref", "--format=%(objectname) %(refname)"}, why) : std::nullopt;
    if (!listing)
        return Failure{why};
    References references;
    for (const auto &line : QString::fromUtf8(*listing).split(u'\n', Qt::SkipEmptyParts))
        references[line.section(u' ', 1)] = line.section(u' ', 0, 0);
    return Clone{std::move(git), common->trimmed(), std::move(*configuration), std::move(references)};
}

Result<GitAddress, QString> addressOf(const Clone &clone, const QString &operand)
{
    const auto url = clone.configuration.urlOf(operand);
    const auto address = GitAddress::parse(url.value_or(operand));
    if (!address || (!url && !operand.contains(u'/')))
        return Failure{QStringLiteral("%1 is not the name of a remote with one address, nor an address that says all of it").arg(operand)};
    if (const auto deciding = clone.configuration.decidingPushTo(url ? operand : QString()); !deciding.isEmpty())
        return Failure{QStringLiteral("the clone's setting %1 decides about a push").arg(deciding.join(QStringLiteral(", ")))};
    return *address;
}

/// What --force-with-lease lets through. Bare, it believes the clone's tracking reference, which must then be what the remote really has.
Read readLease(const Clone &clone, const QString &remote, const QString &lease, RefUpdate &update)
{
    const QString name = lease.section(u':', 0, 0);
    if (!name.isEmpty() && name != update.ref && QStringLiteral("refs/heads/") + name != update.ref)
        return Failure{QStringLiteral("--force-with-lease=%1 names another reference").arg(lease)};
    QString believed = lease.section(u':', 1);
    if (!lease.contains(u':')) {
        const auto tracked = clone.references.find(QStringLiteral("refs/remotes/%1/%2").arg(remote, update.ref.mid(11)));
        if (!clone.configuration.tracksAsUsual(remote) || !update.ref.startsWith(u"refs/heads/") || tracked == clone.references.end())
            return Failure{QStringLiteral("what --force-with-lease would compare %1 with is not clear").arg(update.ref)};
        believed = tracked->second;
    }
    if (believed != update.old)
        return Failure{QStringLiteral("git would refuse: the remote has %1 at %2, not %3").arg(update.ref, update.old.isEmpty() ? QStringLiteral("nothing") : update.old, believed)};
    update.forced = true;
    return Done{};
}

Result<std::vector<RefUpdate>, QString> readUpdates(const AskedPush &asked, const Clone &clone, const References &there)
{
    const QStringList &operands = asked.arguments.operands;
    std::vector<RefUpdate> updates;
    for (const auto &spec : operands.sliced(1)) {
        auto update = readRefspec({clone.git, clone.references, there}, spec, asked.forces(), asked.removes());
        if (!update)
            return update.failure();
        for (const auto &lease : asked.leases()) {
            if (const auto read = readLease(clone, operands.front(), lease, *update); !read)
                return read.failure();
        }
        if (std::any_of(updates.begin(), updates.end(), [&](const RefUpdate &each) { return each.ref == update->ref; }))
            return Failure{QStringLiteral("%1 is named twice").arg(update->ref)};
        updates.push_back(std::move(*update));
    }
    return updates;
}

/// What git would refuse by itself is never forced by the way in which it is performed here.
Read readOutcome(const GitRemote &remote, std::vector<RefUpdate> &updates)
{
    for (auto &update : updates) {
        const bool both = !update.old.isEmpty() && !update.next.isEmpty();
        update.fastForward = both && (update.old == update.next || (!update.ref.startsWith(u"refs/tags/") && remote.isFastForward(update.old, update.next)));
        if (both && !update.fastForward && !update.forced)
            return Failure{QStringLiteral("git would refuse: %1 is there already, and the new value does not follow from it").arg(update.ref)};
        if (update.next.isEmpty() && update.old.isEmpty())
            return Failure{QStringLiteral("git would refuse: the remote has no %1 to delete").arg(update.ref)};
    }
    return Done{};
}

Result<std::shared_ptr<PushPlan>, QString> planPush(const CommandPlan &plan, const AskedPush &asked)
{
    const auto user = plan.runAs ? plan.runAs : ownerOf(asked.directory.get());
    const auto clone = readClone(asked, user);
    if (!clone)
        return clone.failure();
    const auto address = addressOf(*clone, asked.arguments.operands.front());
    if (!address)
        return address.failure();
    if (address->isHere()) {
        if (const auto receiver = readReceiver(*address, user); !receiver)
            return receiver.failure();
    }
    auto push = std::make_shared<PushPlan>(GitRemote(plan, *address));
    const auto there = push->remote.references();
    auto updates = there ? readUpdates(asked, *clone, *there) : Result<std::vector<RefUpdate>, QString>(Failure{QStringLiteral("the remote could not be asked: ") + push->remote.why()});
    if (!updates)
        return updates.failure();
    QStringList commits;
    for (const auto &update : *updates)
        commits += update.next.isEmpty() ? QStringList() : QStringList{update.next};
    commits.removeDuplicates();
    if (!push->remote.fetch() || !push->remote.fetchFrom(clone->common, commits))
        return Failure{QStringLiteral("what is pushed, and what is there, could not be fetched: ") + push->remote.why()};
    if (const auto read = readOutcome(push->remote, *updates); !read)
        return read.failure();
    push->updates = std::move(*updates);
    push->atomic = asked.arguments.has({QStringLiteral("atomic")}) && !asked.arguments.has({QStringLiteral("no-atomic")});
    push->hook = ::faccessat(AT_FDCWD, QByteArray(clone->common + "/hooks/pre-push").constData(), F_OK, 0) == 0;
    return push;
}

/// A push that git would have to read by itself is not run at all: hooks and settings of the clone would run with it.
Understanding neverPushed(const CommandPlan &plan, const ReadArguments &arguments, const QString &reason)
{
    auto result = understandNothing(plan, reason);
    result.flags = pushFlags(arguments);
    result.stops = {QStringLiteral("%1. Only git push <remote> <reference>… is performed, from a copy of the gate's own: the clone's hooks and settings would run and decide otherwise").arg(reason)};
    return result;
}

/// Whatever else git does there, it heeds the repository: hooks, filters, helpers, aliases.
Understanding understandOther(const CommandPlan &plan, const QStringList &rest, Instant at)
{
    auto result = understandNothing(plan, QStringLiteral("git %1 is not understood").arg(rest.value(0)));
    result.inner.measurement.facts.push_back({QStringLiteral("command.repository-code"), QStringLiteral("code of the repository"), QStringLiteral("may run as %1").arg(plan.userName), std::nullopt, {}, Quality::Unknown,
                                              QStringLiteral("git runs hooks, filters and helpers that whoever writes the repository chooses"), at, plan.runAs ? Severity::Notice : Severity::Danger});
    return result;
}

} // namespace

Understanding understandGit(CommandPlan &plan, const MeasureInput &input)
{
    if (!plan.directory)
        return understandNothing(plan, QStringLiteral("its working directory cannot be opened"));
    AskedPush asked;
    asked.directory = UniqueFd(::openat(plan.directory.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    QStringList rest = plan.argv.sliced(1);
    while (rest.size() >= 2 && rest[0] == u"-C") {
        asked.directory = UniqueFd(::openat(asked.directory.get(), rest[1].toUtf8().constData(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        rest = rest.sliced(2);
    }
    const bool hasOptions = rest.value(0).startsWith(u'-');
    if (!rest.contains(QStringLiteral("push")) || (!hasOptions && rest.front() != u"push"))
        return understandOther(plan, rest, input.at);
    if (hasOptions)
        return neverPushed(plan, {}, QStringLiteral("git's option %1 can change what it does").arg(rest.front()));
    auto read = readArgumentsOf(asked, rest.sliced(1));
    if (read)
        read = asked.directory ? readEnvironment(plan) : Read(Failure{QStringLiteral("the directory of the repository cannot be opened")});
    if (!read)
        return neverPushed(plan, asked.arguments, read.error());
    const auto push = planPush(plan, asked);
    if (!push)
        return neverPushed(plan, asked.arguments, push.error());
    const auto lost = (*push)->remote.lostBy((*push)->updates);
    if (!lost)
        return neverPushed(plan, asked.arguments, QStringLiteral("what becomes unreachable could not be counted: ") + (*push)->remote.why());
    Understanding understanding;
    understanding.flags = pushFlags(asked.arguments);
    describePush(understanding.inner, **push, *lost, input);
    understanding.push = *push;
    return understanding;
}

} // namespace holdfast
