// SPDX-License-Identifier: Apache-2.0
#include "core/policy/registrychain.h"

#include "core/documents/command.h"
#include "core/documents/session.h"
#include "core/policy/approval.h"
#include "core/policy/ruling.h"

#include <algorithm>

namespace holdfast {

namespace {

struct Step final
{
    const Registry &previous;
    const Registry &next;
    const RegistryEvidence &evidence;
};

bool sameActors(const std::vector<Actor> &left, const std::vector<Actor> &right)
{
    const auto isIn = [](const std::vector<Actor> &list) { return [&list](const Actor &actor) { return std::find(list.begin(), list.end(), actor) != list.end(); }; };
    return left.size() == right.size() && std::all_of(left.begin(), left.end(), isIn(right));
}

/// Nothing but the actors moved, and of those only `changed`.
bool onlyChanged(const Step &step, const Actor &before, const Actor &after)
{
    std::vector<Actor> expected = step.previous.actors;
    std::replace(expected.begin(), expected.end(), before, after);
    return step.next.policy == step.previous.policy && step.next.actors == expected;
}

QString whyNotPlaced(const Step &step, const Digest &previousPayload)
{
    if (step.next.gate != step.previous.gate)
        return QStringLiteral("the registry is of another gate");
    if (step.next.serial != step.previous.serial + 1)
        return QStringLiteral("the registry's serial is not the next one");
    if (step.next.previous != previousPayload)
        return QStringLiteral("the registry does not name the one before it");
    if (step.next.gateKeys != step.previous.gateKeys)
        return QStringLiteral("the registry changes the gate's keys, which nothing permits");
    return step.next.cause ? QString() : QStringLiteral("the registry names no cause");
}

/// The keys of an enrolment are in its own payload: it is read for them, and believed only after each has signed it.
QString whyNotEnrolled(const Step &step)
{
    const Envelope &envelope = *step.evidence.enrolment;
    const Parsed<Enrol> enrol = Enrol::parse(envelope.payload);
    if (envelope.idDigest() != step.next.cause->document || !enrol)
        return QStringLiteral("the enrolment is not the document that the registry names");
    std::vector<VerifierKey> keys;
    for (const auto &[name, key] : enrol->keys)
        keys.push_back(key);
    if (!verifyAll(envelope, keys, payloadtype::Enrol))
        return QStringLiteral("the enrolment is not signed by every key in it");
    if (enrol->gate != step.previous.gate || enrol->gateKey != step.previous.gateKeys.key)
        return QStringLiteral("the enrolment is for another gate");
    const auto invited = std::find_if(step.previous.actors.begin(), step.previous.actors.end(), [&](const Actor &actor) { return actor.mark == enrol->mark; });
    if (invited == step.previous.actors.end())
        return QStringLiteral("no actor was invited with the mark of the enrolment");
    Actor enrolled = *invited;
    enrolled.mark.reset();
    enrolled.keys = enrol->keys;
    return onlyChanged(step, *invited, enrolled) ? QString() : QStringLiteral("the registry does more than fill in the keys of the enrolled actor");
}

/// Whether `after` is `before` less some of its keys.
bool onlyLost(const Actor &before, const Actor &after)
{
    Actor expected = before;
    expected.keys = after.keys;
    const bool subset = std::includes(before.keys.begin(), before.keys.end(), after.keys.begin(), after.keys.end());
    return expected == after && subset && after.keys.size() < before.keys.size();
}

QString whyQuorumBreaks(const Step &step)
{
    std::vector<Quorum> quorums{Quorum{}};
    if (step.evidence.policyBefore != nullptr) {
        for (const Rule &each : step.evidence.policyBefore->rules)
            quorums.push_back(each.quorum);
    }
    const auto breaks = [&](const Quorum &quorum) {
        return quorumReachable(quorum, step.previous, step.evidence.at) && !quorumReachable(quorum, step.next, step.evidence.at);
    };
    return std::any_of(quorums.begin(), quorums.end(), breaks) ? QStringLiteral("the revocation makes a quorum unreachable") : QString();
}

QString whyNotPermitted(const Step &step, const Command &command)
{
    if (command.verb != Command::Verb::Revoke || !command.actor)
        return QStringLiteral("the command is not a revocation");
    if (command.gate != step.previous.gate || command.gateKey != step.previous.gateKeys.key)
        return QStringLiteral("the revocation is for another gate");
    if (step.evidence.at >= command.notAfter)
        return QStringLiteral("the revocation came too late");
    const Actor *signer = step.previous.actorByKey(command.key.bytes, purpose::Decide);
    if (signer == nullptr || *signer->key(purpose::Decide) != command.key || !signer->isActive(step.evidence.at))
        return QStringLiteral("the revocation is not by a deciding key that is active");
    if (signer->name != *command.actor && !signer->has(role::Admin))
        return QStringLiteral("only an admin revokes the keys of others");
    return {};
}

QString whyNotRevoked(const Step &step)
{
    const Envelope &envelope = *step.evidence.revocation;
    const Parsed<Command> command = Command::parse(envelope.payload);
    if (envelope.idDigest() != step.next.cause->document || !command)
        return QStringLiteral("the revocation is not the document that the registry names");
    if (!verify(envelope, command->key, payloadtype::Command))
        return QStringLiteral("the revocation is not signed by the key that it names");
    if (const QString reason = whyNotPermitted(step, *command); !reason.isEmpty())
        return reason;
    const Actor *before = step.previous.actor(*command->actor);
    const Actor *after = step.next.actor(*command->actor);
    if (before == nullptr || after == nullptr || !onlyLost(*before, *after) || !onlyChanged(step, *before, *after))
        return QStringLiteral("the registry does more than remove keys of the revoked actor");
    return whyQuorumBreaks(step);
}

/// A policy hold whose signatures hold and whose parts belong together.
struct PolicyCase final
{
    Request request;
    Hold hold;
    const Actor *requester = nullptr;
    QString problem;
};

PolicyCase problem(const char16_t *sentence)
{
    PolicyCase found;
    found.problem = QString::fromUtf16(sentence);
    return found;
}

PolicyCase readCase(const Step &step)
{
    const RegistryEvidence &evidence = step.evidence;
    if (!verify(*evidence.hold, step.previous.gateKeys.key, payloadtype::Hold))
        return problem(u"the policy hold is not signed by the gate's key");
    const Parsed<Hold> hold = Hold::parse(evidence.hold->payload);
    if (!hold || hold->hold != step.next.cause->hold || hold->gate != step.previous.gate || hold->kind != kind::Policy)
        return problem(u"the hold is not the policy hold that the registry names");
    const VerifierKey &key = hold->requesterKey;
    const Actor *requester = step.previous.actorByKey(key.bytes, purpose::Request);
    if (requester == nullptr || requester->name != hold->requesterActor || requester->person != hold->requesterPerson)
        return problem(u"the policy hold names a requester that the registry does not");
    if (!verify(*evidence.request, key, payloadtype::Request))
        return problem(u"the policy request is not signed by its requester");
    const Parsed<Request> request = Request::parse(evidence.request->payload);
    const bool belongs = request && evidence.request->payloadDigest() == hold->request && HoldId::of(key.bytes, evidence.request->payload) == hold->hold;
    if (!belongs || request->kind != kind::Policy || request->gate != step.previous.gate || request->gateKey != step.previous.gateKeys.key)
        return problem(u"the policy request is not the one that the hold is about");
    return {*request, *hold, requester, {}};
}

/// The terms of the hold, taken from the policy itself where that is at hand; false when it would not be held at all.
bool takeTerms(const Step &step, const PolicyCase &found, ApprovalTerms &terms)
{
    if (step.evidence.policyBefore == nullptr) {
        terms = ApprovalTerms::claimedBy(found.hold);
        terms.sponsorMayApprove = step.evidence.sponsorMayApprove;
        return found.hold.mode == Mode::Hold;
    }
    // Of its lists the ruling of a policy hold asks only whether they are empty: what the hold shows of them is enough.
    terms = ApprovalTerms::of(rule(*step.evidence.policyBefore, {found.hold.kind, found.hold.target, found.requester->name,
                                                                 found.request.origin.agent.value_or(QString()), &found.hold.measured, found.hold.measuredAt}));
    return terms.mode == Mode::Hold && found.hold.mode == Mode::Hold;
}

QStringList approvingPersons(const Step &step, const ApprovalContext &context)
{
    QStringList persons;
    for (const Envelope *envelope : step.evidence.decisions) {
        const Parsed<Decision> decision = Decision::parse(envelope->payload);
        if (!decision || !verify(*envelope, decision->key, payloadtype::Decision))
            continue;
        if (const auto person = countsAsApproval(*decision, context))
            persons.append(*person);
    }
    return persons;
}

QString whyNotApproved(const Step &step)
{
    const PolicyCase found = readCase(step);
    if (!found.problem.isEmpty())
        return found.problem;
    ApprovalContext context;
    context.registry = &step.previous;
    context.holdDigest = step.evidence.hold->payloadDigest();
    context.gateKey = step.previous.gateKeys.key;
    context.at = step.evidence.quorumAt.value_or(step.evidence.at);
    if (!takeTerms(step, found, context.terms))
        return QStringLiteral("the policy does not let this change take effect");
    context.hold = &found.hold;
    if (!quorumReached(approvingPersons(step, context), context.terms.quorum, step.previous))
        return QStringLiteral("the policy hold has no quorum under the registry before");
    const BlobRef &approved = std::get<PolicyAction>(found.request.action).toml;
    if (approved.digest != step.next.policy.digest || approved.size != step.next.policy.size)
        return QStringLiteral("the registry's policy is not the one that was approved");
    const RegistryEvidence &evidence = step.evidence;
    const bool known = evidence.policyBefore != nullptr && evidence.policyAfter != nullptr;
    if (known && !sameActors(step.next.actors, actorsUnder(*evidence.policyAfter, *evidence.policyBefore, step.previous)))
        return QStringLiteral("the registry's actors are not those of the approved policy");
    return {};
}

} // namespace

QString whyNotFollowing(const Registry &previous, const Digest &previousPayload, const Registry &next, const RegistryEvidence &evidence)
{
    const Step step{previous, next, evidence};
    if (const QString reason = whyNotPlaced(step, previousPayload); !reason.isEmpty())
        return reason;
    if (next.cause->document) {
        if (evidence.enrolment != nullptr)
            return whyNotEnrolled(step);
        return evidence.revocation != nullptr ? whyNotRevoked(step) : QStringLiteral("the document that the registry names as its cause is not there");
    }
    if (evidence.request == nullptr || evidence.hold == nullptr || !next.cause->hold)
        return QStringLiteral("the policy hold that the registry names as its cause is not there");
    return whyNotApproved(step);
}

} // namespace holdfast
