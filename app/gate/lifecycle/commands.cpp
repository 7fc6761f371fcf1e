// SPDX-License-Identifier: Apache-2.0
#include "gate/lifecycle/commands.h"

#include "core/policy/approval.h"
#include "gate/lifecycle/signeddocument.h"
#include "gate/lifecycle/standing.h"

#include <algorithm>

namespace holdfast {

namespace {

SubmitResult submitted(std::int64_t index, const HoldRow *hold = nullptr)
{
    SubmitResult result;
    result.index = index;
    if (hold != nullptr) {
        result.state = hold->state;
        result.sequence = hold->sequence;
    }
    return result;
}

Refused missing(const QString &member)
{
    return Refused(ErrorCode::InvalidDocument, QStringLiteral("$.%1 is needed for this verb").arg(member));
}

} // namespace

Answer Commands::submit(const Caller &caller, const Json &params)
{
    const auto given = read<EnvelopeParams>(params);
    if (!given)
        return given.error();
    const QStringView purposeName = caller.isMachine() ? purpose::Request : purpose::Decide;
    const VerifierKey *key = caller.actor->key(purposeName);
    if (key == nullptr)
        return Refused(ErrorCode::Forbidden, QStringLiteral("this actor has no key for commands"));
    const auto command = openSigned<Command>(m_context, given->envelope, *key, purposeName, payloadtype::Command);
    if (!command)
        return command.error();
    if (const auto before = submittedBefore(m_context, given->envelope.idDigest(), *key, command->nonce)) {
        if (!*before)
            return before->error();
        const auto hold = command->hold ? m_context.store.holds.find(*command->hold) : std::nullopt;
        return submitted(**before, hold ? &*hold : nullptr);
    }
    if (m_context.now >= command->notAfter)
        return Refused(ErrorCode::Expired, QStringLiteral("$.not_after has passed"));
    if (caller.isMachine() && command->verb != Command::Verb::Withdraw)
        return Refused(ErrorCode::Forbidden, QStringLiteral("$.verb: a requester can only withdraw"));
    return carryOut({caller, given->envelope, *command});
}

Answer Commands::carryOut(const Order &order)
{
    switch (order.command.verb) {
    case Command::Verb::Withdraw: return withdraw(order);
    case Command::Verb::Stop: return stop(order);
    case Command::Verb::Freeze: return freeze(order);
    case Command::Verb::Unfreeze: return unfreeze(order);
    case Command::Verb::Lift: return lift(order);
    case Command::Verb::Revoke: return revoke(order);
    }
    return Refused(ErrorCode::InvalidDocument, QStringLiteral("$.verb"));
}

Recorded Commands::append(const Order &order)
{
    const Recorded recorded = m_context.book.append(EntryKind::Command, order.envelope, {}, {}, m_context.now);
    m_context.store.standing.useNonce(order.command.key.bytes, order.command.nonce, recorded.id);
    return recorded;
}

Answer Commands::withdraw(const Order &order)
{
    if (!order.command.hold)
        return missing(QStringLiteral("hold"));
    auto hold = m_context.store.holds.find(*order.command.hold);
    if (!hold || (order.caller.isMachine() && hold->actor != order.caller.actor->name))
        return Refused(ErrorCode::NotFound, QStringLiteral("$.hold: this actor has no such hold"));
    if (hold->actor != order.caller.actor->name)
        return Refused(ErrorCode::Forbidden, QStringLiteral("$.verb: only the requester withdraws; deny it or stop it"));
    return end(order, std::move(*hold), State::Withdrawn);
}

Answer Commands::stop(const Order &order)
{
    if (!order.caller.actor->has(role::Approver))
        return Refused(ErrorCode::Forbidden, QStringLiteral("$.verb: only approvers stop"));
    if (!order.command.hold)
        return missing(QStringLiteral("hold"));
    auto hold = m_context.store.holds.find(*order.command.hold);
    if (!hold)
        return Refused(ErrorCode::NotFound, QStringLiteral("$.hold: no such hold"));
    return end(order, std::move(*hold), State::Stopped);
}

Answer Commands::end(const Order &order, HoldRow hold, State state)
{
    if (isFinal(hold.state) || hold.state == State::Executing) {
        RpcError error = RpcError::of(ErrorCode::Conflict, QStringLiteral("it is too late: the hold is %1").arg(toString(hold.state)));
        error.hold = hold.id.toString();
        return Refused(error);
    }
    if (const auto grant = m_context.store.grants.find(hold.id, hold.revision))
        m_context.store.grants.cancel(grant->id);
    hold.reason = order.command.reason;
    const Recorded recorded = m_holds.record(hold, EntryKind::Command, order.envelope, {}, state);
    m_context.store.standing.useNonce(order.command.key.bytes, order.command.nonce, recorded.id);
    m_holds.index(hold);
    return submitted(recorded.index, &hold);
}

Answer Commands::freeze(const Order &order)
{
    if (!order.caller.actor->has(role::Approver))
        return Refused(ErrorCode::Forbidden, QStringLiteral("$.verb: only approvers freeze"));
    const Command &command = order.command;
    if (!command.actor && !command.target)
        return missing(QStringLiteral("actor (or target)"));
    if (command.actor && m_context.active().registry.actor(*command.actor) == nullptr)
        return Refused(ErrorCode::NotFound, QStringLiteral("$.actor: no such actor"));
    if (command.target && m_context.active().policy->target(*command.target) == nullptr)
        return Refused(ErrorCode::UnknownTarget, QStringLiteral("$.target: no such target"));
    const Recorded recorded = append(order);
    const Freeze freeze{recorded.id, command.actor, command.target, true};
    m_context.store.standing.addFreeze(freeze);
    stopApproved([&](const HoldRow &hold) { return covers(freeze, hold.actor, hold.target); }, QStringLiteral("frozen"));
    return submitted(recorded.index);
}

void Commands::stopApproved(const std::function<bool(const HoldRow &)> &fits, const QString &because)
{
    for (const State state : {State::Approved, State::Released}) {
        for (HoldRow &hold : m_context.store.holds.inState(state)) {
            if (fits(hold))
                m_holds.stop(hold, State::Stopped, because);
        }
    }
}

std::optional<Refused> Commands::whyNotUndo(const Order &order, const QString &sponsor) const
{
    const Actor &actor = *order.caller.actor;
    const bool isSponsor = actor.person == sponsor;
    QStringList others = m_context.active().registry.approverPersons(m_context.now);
    others.removeAll(sponsor);
    if (actor.has(role::Lead) && (!isSponsor || others.isEmpty()))
        return std::nullopt;
    return Refused(ErrorCode::Forbidden, isSponsor ? QStringLiteral("$.verb: another lead must undo what stands against your own machine")
                                                   : QStringLiteral("$.verb: only leads undo a freeze or a denial"));
}

Answer Commands::unfreeze(const Order &order)
{
    if (!order.command.subject)
        return missing(QStringLiteral("subject"));
    const auto freeze = m_context.store.standing.freeze(*order.command.subject);
    if (!freeze || !freeze->standing)
        return Refused(ErrorCode::NotFound, QStringLiteral("$.subject: no such freeze stands"));
    const Actor *frozen = freeze->actor ? m_context.active().registry.actor(*freeze->actor) : nullptr;
    if (auto refused = whyNotUndo(order, frozen == nullptr ? QString() : frozen->person))
        return *refused;
    const Recorded recorded = append(order);
    m_context.store.standing.unfreeze(*order.command.subject);
    return submitted(recorded.index);
}

Answer Commands::lift(const Order &order)
{
    if (!order.command.subject)
        return missing(QStringLiteral("subject"));
    const auto denial = m_context.store.standing.denial(*order.command.subject);
    if (!denial || !denial->standing)
        return Refused(ErrorCode::NotFound, QStringLiteral("$.subject: no such denial stands"));
    if (auto refused = whyNotUndo(order, denial->person))
        return *refused;
    const Recorded recorded = append(order);
    m_context.store.standing.liftDenial(*order.command.subject);
    return submitted(recorded.index);
}

Answer Commands::revoke(const Order &order)
{
    const Command &command = order.command;
    if (!command.actor)
        return missing(QStringLiteral("actor"));
    const Registry &registry = m_context.active().registry;
    std::vector<Actor> actors = registry.actors;
    const auto revoked = std::find_if(actors.begin(), actors.end(), [&](const Actor &each) { return each.name == *command.actor; });
    if (revoked == actors.end())
        return Refused(ErrorCode::NotFound, QStringLiteral("$.actor: no such actor"));
    if (revoked->name != order.caller.actor->name && !order.caller.actor->has(role::Admin))
        return Refused(ErrorCode::Forbidden, QStringLiteral("$.actor: only an admin revokes the keys of others"));
    if (revoked->keys.empty())
        return Refused(ErrorCode::Conflict, QStringLiteral("$.actor has no keys"));
    const std::map<QString, VerifierKey> gone = std::exchange(revoked->keys, {});
    Registry next = registry;
    next.actors = actors;
    std::vector<Quorum> quorums{Quorum{}};
    for (const Rule &each : m_context.active().policy->rules)
        quorums.push_back(each.quorum);
    for (const Quorum &quorum : quorums)
        if (quorumReachable(quorum, registry, m_context.now) && !quorumReachable(quorum, next, m_context.now))
            return Refused(ErrorCode::Conflict, QStringLiteral("$.actor: without these keys a quorum could not be reached any more"));
    const QString name = revoked->name;
    const Recorded recorded = append(order);
    for (const auto &[purposeName, key] : gone)
        m_context.store.standing.revokeKey(key, m_context.now);
    m_context.registries.follow(std::move(actors), RegistryCause{{}, recorded.id}, m_context.now);
    // Approvals by these keys that have not begun do not begin.
    stopApproved([&](const HoldRow &hold) { return hold.actor == name; }, QStringLiteral("the requester's key was revoked"));
    for (const ConnectionId connection : m_context.connections.of(name))
        m_context.effects.emplace_back(Disconnect{connection, 1008, QStringLiteral("the key was revoked")});
    return submitted(recorded.index);
}

} // namespace holdfast
