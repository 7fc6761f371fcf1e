// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/policychange.h"
#include "config/policywriter.h"

namespace holdfast {

namespace {

Expected<Actor> actorOf(const InviteOptions &options, const QString &mark)
{
    const auto usage = [](const QString &sentence) { return Failure{Problem{ExitCode::Usage, sentence}}; };
    Actor actor;
    actor.name = options.name;
    actor.kind = options.kind == u"human" ? ActorKind::Human : ActorKind::Machine;
    actor.person = options.person;
    if (actor.person.isEmpty() && actor.kind == ActorKind::Machine)
        return usage(QStringLiteral("--person is needed: who answers for this machine"));
    if (actor.person.isEmpty())
        actor.person = options.name;
    actor.roles = options.roles;
    if (actor.roles.isEmpty())
        actor.roles = {(actor.kind == ActorKind::Human ? role::Approver : role::Requester).toString()};
    if (!options.groups.isEmpty())
        actor.groups = options.groups;
    if (!options.targets.isEmpty())
        actor.targets = options.targets;
    if (!options.kinds.isEmpty())
        actor.kinds = options.kinds;
    actor.mark = mark;
    if (options.expires.isEmpty())
        return actor;
    actor.expires = parseInstant(options.expires);
    if (!actor.expires)
        return usage(QStringLiteral("--expires: an instant like 2026-11-23T00:00:00.000Z was expected"));
    return actor;
}

/// A known name gets a new invite; a new one is added.
Expected<QByteArray> invited(QByteArrayView toml, const Registry &registry, const Actor &actor)
{
    if (registry.actor(actor.name) == nullptr)
        return withActor(toml, actor);
    auto changed = withInvite(toml, actor.name, *actor.mark);
    if (!changed)
        return Failure{Problem{ExitCode::Usage, changed.error().sentence()}};
    return std::move(changed).value();
}

/// The holder of an invite's secret chooses the keys, so an invite for a person is made with the session key of an admin.
Expected<InviteResult> newInvite(const Program &program, const InviteOptions &options, GateAccess &gate)
{
    if (options.kind != u"human")
        return gate.call<InviteResult>(method::InviteNew, Nothing{}.toJson());
    GlobalOptions own = program.options;
    own.key = options.sessionKey;
    auto access = GateAccess::asHuman({own, program.output});
    return access ? (*access)->call<InviteResult>(method::InviteNew, Nothing{}.toJson()) : access.failure();
}

} // namespace

ExitCode runAdminInvite(const Program &program, const InviteOptions &options)
{
    if (const auto checked = actorOf(options, QStringLiteral("unused")); !checked)
        return program.output.problem(checked.error());
    auto access = GateAccess::asRequester(program);
    if (!access)
        return program.output.problem(access.error());
    GateAccess &gate = **access;
    const Interrupt interrupt([&gate] { gate.link().interrupt(); });
    const auto invite = newInvite(program, options, gate);
    if (!invite)
        return program.output.problem(invite.error());
    const auto parsed = Invite::parse(invite->invite);
    if (!parsed || parsed->gateKey != gate.gateKey() || parsed->mark() != invite->mark)
        return program.output.problem({ExitCode::BadProof, QStringLiteral("the gate made an invite for another gate")});
    const auto actor = actorOf(options, invite->mark);
    const Program quiet{program.options, Output(false, program.options.quiet)}; // with --json the one object is the invite's
    const PolicyChanged changed = changePolicy(quiet, gate, QStringLiteral("invite %1").arg(options.name), [&gate, &actor](QByteArrayView toml) -> Expected<QByteArray> {
        const auto registry = gate.registry();
        if (!registry)
            return registry.failure();
        return invited(toml, *registry, *actor);
    });
    if (changed.code == ExitCode::Waiting)
        program.output.note(QStringLiteral("Once it is approved, this invite is good: %1").arg(invite->invite));
    if (!changed.registry)
        return changed.code;
    const Actor *listed = changed.registry->actor(options.name);
    if (listed == nullptr || listed->mark != invite->mark)
        return program.output.problem({ExitCode::BadProof, QStringLiteral("the gate says committed, and its registry does not list the invite")});
    program.output.note(QStringLiteral("Hand this over by a way that nobody else reads. A machine enrols with `hold key new --invite …`, a person in the console:"));
    program.output.print(invite->invite);
    program.output.result(JsonBuilder().add(QStringLiteral("actor"), options.name).add(QStringLiteral("invite"), invite->invite).build());
    return ExitCode::Done;
}

} // namespace holdfast
