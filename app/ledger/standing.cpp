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
    if (!mayUndo(by, denial->second.terms.person, registry, at))
        return refused();
    m_denials.erase(denial);
    return {};
}

void StandingOrders::deny(const Digest &id, const Decision &decision, const HoldTerms &terms, const Digest &action, std::int64_t index)
{
    const auto scope = decision.scope.value_or(Decision::Scope::This);
    m_denials.emplace(id, Denial{{scope, terms.person, terms.target, terms.kind, action, terms.operation, terms.resources}, index});
}

bool StandingOrders::isFrozen(const HoldStory &story) const
{
    return std::any_of(m_freezes.begin(), m_freezes.end(), [&](const auto &each) {
        const Command &freeze = each.second;
        const bool everything = !freeze.actor && !freeze.target;
        return everything || freeze.actor == story.actor || freeze.target == story.terms.target;
    });
}

bool StandingOrders::covers(const Denial &denial, const HoldStory &story)
{
    Measurement whole = story.hold->measured;
    whole.resources = story.terms.resources;
    return denial.index <= story.index && holdfast::covers(denial.terms, {story.terms.person, story.terms.target, story.terms.kind, story.action, &whole});
}

bool StandingOrders::isDenied(const HoldStory &story) const
{
    return story.hold && std::any_of(m_denials.begin(), m_denials.end(), [&](const auto &each) { return covers(each.second, story); });
}

QString StandingOrders::whyBarred(const HoldStory &story) const
{
    if (isFrozen(story))
        return QStringLiteral("ALARM: going on while the requester or the target is frozen");
    return isDenied(story) ? QStringLiteral("ALARM: going on although an earlier denial covers the request") : QString();
}

} // namespace holdfast
