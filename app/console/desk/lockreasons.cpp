// SPDX-License-Identifier: Apache-2.0
#include "console/desk/lockreasons.h"

#include "console/desk/documenttext.h"
#include "console/desk/evidencecheck.h"
#include "console/present/format.h"

#include <QCoreApplication>

namespace holdfast {

using namespace Qt::StringLiterals;
using present::Evidence;
using present::shown;

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("LockReasons", text);
}

QString listsReason(const Evidence &evidence)
{
    if (evidence.ruling)
        return {};
    return evidence.listsProblem.isEmpty()
        //: Why approving is locked: a list of what is reached did not fit the hold, and is still being fetched
        ? tr("Wait for the whole lists")
        //: Why approving is locked: a list of what is reached cannot be had whole; %1 the reason
        : tr("The whole lists cannot be shown: %1").arg(shown(evidence.listsProblem, 200));
}

QString payloadReason(const Evidence &evidence)
{
    if (evidence.content != nullptr || evidence.request.blobs().empty())
        return {};
    return evidence.contentProblem.isEmpty()
        //: Why approving is locked: the statements, or what else the request names without carrying it, are still being fetched
        ? tr("Wait for the payload")
        //: Why approving is locked: what the request names cannot be shown; %1 the reason
        : tr("The payload cannot be shown: %1").arg(shown(evidence.contentProblem, 200));
}

QString ledgerReason(const Evidence &evidence, const LedgerWatch &watch)
{
    switch (inLedger(evidence, watch)) {
    case InLedger::Waits:
        return {};
    case InLedger::NotYet:
        //: Why approving is locked: the console has not yet verified the ledger up to this hold
        return tr("Wait for the ledger");
    case InLedger::Otherwise:
        break;
    }
    //: Why approving is locked: the verified ledger has another revision of the hold, or does not have it waiting
    return tr("The ledger says otherwise of this hold");
}

QString wordsOf(ApprovalRefusal refusal, const ApprovalTerms &terms)
{
    switch (refusal) {
    case ApprovalRefusal::SelfApproval:
        //: Why approving is locked: the requester answers to the same person
        return tr("Another approver must sign: this is your own agent");
    case ApprovalRefusal::Expired:
        //: Why approving is locked: the approver's registration has run out
        return tr("Your registration has expired");
    case ApprovalRefusal::NotFromQuorum:
        //: Why approving is locked: the rule names roles or groups that the approver is not in; %1 their names
        return tr("Another approver must sign: the rule wants %1").arg(shown(terms.quorum.from.join(u", "_s), 100));
    case ApprovalRefusal::RequesterGone:
        //: Why approving is locked: the key that signed the request was revoked or has expired
        return tr("The requester's key was revoked or has expired");
    case ApprovalRefusal::NotAsked:
        //: Why approving is locked: the rules let it pass or refuse it, and ask nobody
        return tr("The rules ask nobody to approve this");
    default:
        //: Why approving is locked: the person who looks has not the role of an approver, or no deciding key
        return tr("You are not an approver of this gate");
    }
}

// Nothing is offered that the gate would refuse: both ask the same function.
QString ownReason(const Evidence &evidence, GateSeat &seat, Instant now)
{
    // The person is known only while connected. Without a connection approving is locked anyway.
    if (!seat.feed().isLive())
        return {};
    const auto trusted = seat.watch().trusted();
    const auto *me = trusted ? trusted->registry.actor(seat.viewer().actor) : nullptr;
    if (me == nullptr) {
        //: Why approving is locked: the registry, as this console verified it, does not list the person who looks
        return tr("The registry does not list you");
    }
    const auto terms = termsOf(evidence);
    const auto refusal = whyNotApprovable(*me, *evidence.hold, trusted->registry, terms, now);
    return refusal ? wordsOf(*refusal, terms) : QString();
}

} // namespace

QList<LockReason> lockReasons(const Evidence &evidence, GateSeat &seat, const QString &diffs, Instant now)
{
    const auto state = evidence.head.state;
    const bool isNewest = evidence.head.revision == evidence.hold->revision;
    return {
        //: Why nothing can be decided: the hold is over; %1 its state
        {u"ended"_s, state == State::Pending ? QString() : tr("This hold is %1").arg(wordOf(state))},
        //: Why approving is locked: a newer revision is on its way
        {u"evidence"_s, isNewest ? QString() : tr("Wait for the newest measurement")},
        {u"lists"_s, listsReason(evidence)},
        //: Why approving is locked: the console's own reading of the policy differs from the gate's
        {u"policy"_s, agrees(evidence) ? QString() : tr("Measure again: the policy in force asks for something else than the gate says")},
        {u"payload"_s, payloadReason(evidence)},
        {u"diffs"_s, diffs},
        //: Why approving is locked: the deadline is over
        {u"expired"_s, evidence.hold->policy.approveUntil > now ? QString() : tr("The time to decide is over")},
        {u"own"_s, ownReason(evidence, seat, now)},
        {u"ledger"_s, ledgerReason(evidence, seat.watch())},
        //: Why approving is locked: this console's witness found the ledger wanting
        {u"alarm"_s, seat.watch().alarms().isEmpty() ? QString() : tr("The ledger does not verify: see the alarm")},
    };
}

} // namespace holdfast
