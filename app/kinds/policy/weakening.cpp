// SPDX-License-Identifier: Apache-2.0
#include "kinds/policy/weakening.h"

#include "core/policy/reach.h"
#include "kinds/policy/madeup.h"
#include "kinds/policy/strictness.h"

#include <algorithm>

namespace holdfast {

namespace {

/// Persons whose approval a rule takes; only those who are approvers by `known`, so that a new approver is told once, as an actor.
QStringList personsFor(const Quorum &quorum, const PolicyDocument &policy, const PolicyDocument &known)
{
    const auto isApprover = [](const Actor &actor) { return actor.kind == ActorKind::Human && actor.has(role::Approver); };
    QStringList persons;
    for (const Actor &actor : policy.actors) {
        const bool wanted = std::any_of(quorum.from.begin(), quorum.from.end(), [&](const QString &name) {
            return actor.has(name) || (actor.groups && actor.groups->contains(name));
        });
        const bool was = std::any_of(known.actors.begin(), known.actors.end(), [&](const Actor &each) { return each.person == actor.person && isApprover(each); });
        if (wanted && was && isApprover(actor))
            persons.append(actor.person);
    }
    return persons;
}

bool hasMore(const QStringList &is, const QStringList &was)
{
    return std::any_of(is.begin(), is.end(), [&](const QString &each) { return !was.contains(each); });
}

bool toleratesMore(const std::vector<Tolerance> &is, const std::vector<Tolerance> &was)
{
    return std::any_of(is.begin(), is.end(), [&](const Tolerance &each) {
        const auto before = std::find_if(was.begin(), was.end(), [&](const Tolerance &other) { return other.fact == each.fact; });
        return before == was.end() || before->max < each.max;
    });
}

} // namespace

void Weakening::judge(const PastHold &hold)
{
    ++m_judged;
    const RulingInput input{hold.kind, hold.target, hold.requester, hold.origin, &hold.measured, hold.at};
    RulingInput later = input;
    const Measurement changed = underAfter(hold);
    later.measured = &changed;
    compare(rule(m_before, input), rule(m_after, later), hold.measured.operation);
}

Measurement Weakening::underAfter(const PastHold &hold) const
{
    Measurement measured = hold.measured;
    const QString name = measuredTarget(hold.target, measured);
    const Target *was = m_before.target(name), *is = m_after.target(name);
    if (was != nullptr && is != nullptr && was->environment == measured.environment.value)
        measured.environment.value = is->environment;
    return measured;
}

void Weakening::compare(const Ruling &was, const Ruling &is, const QString &operation)
{
    const auto found = [&](const QString &aspect) { m_found.emplace(Found{was.rule.id, is.rule.id, aspect}, operation); };
    if (strictness(is.mode) < strictness(was.mode))
        found(QStringLiteral("%1 instead of %2").arg(toString(is.mode), toString(was.mode)));
    const bool bothAsk = (is.mode == Mode::Hold || is.mode == Mode::Propose) && (was.mode == Mode::Hold || was.mode == Mode::Propose);
    if (!bothAsk)
        return;
    if (is.tier < was.tier)
        found(QStringLiteral("tier %1 instead of %2").arg(toString(is.tier), toString(was.tier)));
    if (is.rule.quorum.need < was.rule.quorum.need)
        found(QStringLiteral("fewer approvals"));
    // Every approver has that role: nobody is added to a rule that takes them all.
    const bool anybody = was.rule.quorum.from.contains(role::Approver);
    if ((!anybody && hasMore(is.rule.quorum.from, was.rule.quorum.from))
        || hasMore(personsFor(is.rule.quorum, m_after, m_before), personsFor(was.rule.quorum, m_before, m_before)))
        found(QStringLiteral("other approvers"));
    if (is.rule.sponsorMayApprove && !was.rule.sponsorMayApprove)
        found(QStringLiteral("the sponsor may approve"));
    if (hasMore(was.rule.confirm, is.rule.confirm))
        found(QStringLiteral("less confirmation"));
    if (is.rule.coolOff < was.rule.coolOff)
        found(QStringLiteral("a shorter time to stop it"));
    if (is.rule.executeWithin > was.rule.executeWithin)
        found(QStringLiteral("a longer time to run after the approval"));
    if (toleratesMore(is.tolerances, was.tolerances))
        found(QStringLiteral("more drift"));
}

void Weakening::judgeMadeUp(std::size_t most)
{
    m_sample = !madeUpHolds(m_before, m_after, most, [this](const PastHold &hold) { judge(hold); });
}

QStringList Weakening::phrases() const
{
    QStringList phrases;
    for (const auto &[found, operation] : m_found) {
        const QString rules = found.from == found.to ? QStringLiteral("rule %1").arg(found.from) : QStringLiteral("rule %1 instead of %2").arg(found.to, found.from);
        phrases.append(QStringLiteral("%1: %2 (%3)").arg(rules, found.aspect, operation));
    }
    return phrases;
}

bool Weakening::concerns(const QString &rule) const
{
    return std::any_of(m_found.begin(), m_found.end(), [&](const auto &each) { return each.first.from == rule; });
}

} // namespace holdfast
