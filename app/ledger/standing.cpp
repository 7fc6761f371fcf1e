// SPDX-License-Identifier: Apache-2.0
#include "ledger/standing.h"

#include <algorithm>

namespace holdfast {

namespace {

QString refused()
{
    return QStringLiteral("the command's signer may not give it");
}

/// A lead who is not the sponsor, or the sponsor while no second human approver is registered.
bool mayUndo(const Actor &actor, const QString &sponsor, const Registry &registry, Instant at)
{
    return actor.has(role::Lead) && (actor.person != sponsor || registry.approverPersons(at).size() < 2);
}

} // namespace

QString StandingOrders::apply(const Command &command, const Actor &by, const Registry &registry, const Digest &id, Instant at)
{
    switch (command.verb) {
    case Command::Verb::Freeze:
        if (!by.has(role::Approver))
            return refused();
        m_freezes.emplace(id, command);
        return {};
    case Command::Verb::Unfreeze: return unfreeze(command, by, registry, at);
    case Command::Verb::Lift: return lift(command, by, registry, at);
    case Command::Verb::Revoke: return command.actor == by.name || by.has(role::Admin) ? QString() : refused();
    case Command::Verb::Withdraw:
    case Command::Verb::Stop: return QStringLiteral("the command names no hold");
    }
    return {};
}

QString StandingOrders::unfreeze(const Command &command, const Actor &by, const Registry &registry, Instant at)
{
    const auto freeze = command.subject ? m_freezes.find(*command.subject) : m_freezes.end();
    if (freeze == m_freezes.end())
        return QStringLiteral("no such freeze stands");
    const Actor *frozen = freeze->second.actor ? registry.actor(*freeze->second.actor) : nullptr;
    if (!mayUndo(by, frozen ? frozen->person : QString(), registry, at))
        return refused();
    m_freezes.erase(freeze);
    return {};
}

QString StandingOrders::lift(const Command &command, const Actor &by, const Registry &registry, Instant at)
{
    const auto denial = command.subject ? m_denials.find(*command.subject) : m_denials.end();
    if (denial == m_denials.end())
        return QStringLiteral("no such denial stands");
    if (!mayUndo(by, denial->second.person, registry, at))
        return refused();
    m_denials.erase(denial);
    return {};
}

void StandingOrders::deny(const Digest &id, const Decision &decision, const HoldStory &denied, std::int64_t index)
{
    Denial denial{decision.scope.value_or(Decision::Scope::This), denied.person, denied.request.kind, denied.request.target,
                  sha256(denied.request.actionBytes), {}, {}, index};
    if (denied.hold) {
        denial.operation = denied.hold->measured.operation;
        denial.resources = denied.hold->measured.resources;
    }
    m_denials.emplace(id, std::move(denial));
}

bool StandingOrders::isFrozen(const HoldStory &story) const
{
    return std::any_of(m_freezes.begin(), m_freezes.end(), [&](const auto &each) {
        const Command &freeze = each.second;
        const bool everything = !freeze.actor && !freeze.target;
        return everything || freeze.actor == story.actor || freeze.target == story.request.target;
    });
}

bool StandingOrders::covers(const Denial &denial, const HoldStory &story)
{
    const Request &request = story.request;
    if (denial.index > story.index || denial.person != story.person)
        return false;
    const QStringList &resources = story.hold->measured.resources;
    const bool sameOperation = !denial.operation.isEmpty() && denial.operation == story.hold->measured.operation;
    switch (denial.scope) {
    case Decision::Scope::This:
        return denial.target == request.target && denial.kind == request.kind
            && (denial.action == sha256(request.actionBytes) || (sameOperation && !resources.isEmpty() && denial.resources == resources));
    case Decision::Scope::Resource:
        return std::any_of(resources.begin(), resources.end(), [&](const QString &each) { return denial.resources.contains(each); });
    case Decision::Scope::Class: return sameOperation && denial.target == request.target;
    }
    return false;
}

bool StandingOrders::isDenied(const HoldStory &story) const
{
    return story.hold && std::any_of(m_denials.begin(), m_denials.end(), [&](const auto &each) { return covers(each.second, story); });
}

} // namespace holdfast
