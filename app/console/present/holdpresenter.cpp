// SPDX-License-Identifier: Apache-2.0
#include "console/present/holdpresenter.h"

#include "console/present/format.h"
#include "console/present/reviewlists.h"

#include <QCoreApplication>

namespace holdfast::present {

using namespace Qt::StringLiterals;

namespace {

constexpr auto urgentWithin = std::chrono::minutes(15);

QString tr(const char *text)
{
    return QCoreApplication::translate("Review", text);
}

QString originText(const Request &request, const Hold *hold, Instant now)
{
    const auto &origin = request.origin;
    auto text = hold
        //: Under the headline: who asked and when. %1 actor, %2 "3 min ago", %3 the person who answers for it
        ? tr("%1 asked %2, for %3").arg(shown(hold->requesterActor, 200), age(request.createdAt, now), shown(hold->requesterPerson, 200))
        //: Under the headline while the hold is measured: when it was asked
        : tr("asked %1").arg(age(request.createdAt, now));
    if (origin.host) {
        //: Continues "… asked 3 min ago, for sam": the machine that the requester says it runs on
        text += tr(", from %1").arg(shown(*origin.host, 200));
    }
    if (origin.repository) {
        //: Continues the origin: repository, as the requester tells it
        text += tr(" in %1").arg(shown(*origin.repository, 200));
    }
    if (origin.commit) {
        //: Continues the origin: commit, as the requester tells it
        text += tr(" at %1").arg(shown(*origin.commit, 60));
    }
    return text;
}

QString enforcementWhy(Enforcement enforcement)
{
    if (enforcement == Enforcement::Enforced) {
        //: Tooltip of the chip "enforced"
        return tr("Only the gate can read the credential; the requester cannot go round it.");
    }
    //: Tooltip of the chip "cooperative"
    return tr("The gate runs as the same user as the requester, who could go round it.");
}

QString ownership(const Hold &hold, const Viewer &viewer)
{
    if (hold.requesterPerson != viewer.person)
        return {};
    if (viewer.otherApprovers) {
        //: Beside the requester: the approver is the sponsor of the agent and another approver exists
        return tr("This is your own agent. Another approver must sign.");
    }
    //: Beside the requester: a lone owner approves what his own agent asks
    return tr("You answer for this agent");
}

// The label of the button: `first` while it is locked or pressed once, `second` where it must be held down.
std::pair<QString, QString> approveVerbs(const Hold &hold)
{
    const auto &operation = hold.measured.operation;
    if (operation.startsWith(u"policy."_s)) {
        //: Approve button for a change of actors, targets or rules; the second where the button must be held down
        return {tr("Approve policy change"), tr("Hold to approve policy change")};
    }
    if (operation == u"database.update"_s || operation == u"database.insert"_s || operation == u"database.alter-table"_s) {
        //: Approve button for an action that changes data; the second where the button must be held down
        return {tr("Approve change"), tr("Hold to approve change")};
    }
    if (operation.startsWith(u"command."_s)) {
        //: Approve button for a command that is run; the second where the button must be held down
        return {tr("Approve command"), tr("Hold to approve command")};
    }
    //: Approve button for an action that destroys; the second where the button must be held down
    return {tr("Approve deletion"), tr("Hold to approve deletion")};
}

QList<std::pair<QString, QString>> sectionsToReach(const Evidence &evidence, const Review::Lists &lists)
{
    QList<std::pair<QString, QString>> sections;
    if (!lists.contradictions.isEmpty()) {
        //: What remains before approving: the banners that say what the request claims and what was measured
        sections.append({u"contradictions"_s, tr("See the contradictions")});
    }
    //: What remains before approving: a part of the page that was not on the screen yet
    sections.append({u"facts"_s, tr("See all figures")});
    if (!lists.delta.isEmpty()) {
        //: What remains before approving: the list of what changed since the last revision
        sections.append({u"delta"_s, tr("See what changed")});
    }
    if (!lists.dependents.isEmpty()) {
        //: What remains before approving: the tree of what goes with it
        sections.append({u"dependents"_s, tr("See what goes with it")});
    }
    //: What remains before approving: the card that says whether it comes back
    sections.append({u"recovery"_s, tr("See whether it comes back")});
    if (!lists.diffs.isEmpty()) {
        //: What remains before approving: the diff
        sections.append({u"diff"_s, tr("See the diff")});
    }
    if (evidence.ruling && evidence.ruling->tier == Tier::Critical) {
        //: What remains before approving at tier critical: the tab with the exact request
        sections.append({u"payload"_s, tr("Open the payload")});
    }
    return sections;
}

QString measuringSentence(const Request &request)
{
    //: Headline while the gate measures what a new request would do; %1 kind, %2 target
    return tr("Measuring a %1 request on %2").arg(shown(request.kind, 60), shown(request.target, 200));
}

} // namespace

bool isUrgent(const Evidence &evidence, Instant now)
{
    if (!evidence.hold)
        return false;
    return tierOf(evidence) == Tier::Critical || evidence.hold->policy.approveUntil - now < urgentWithin;
}

HoldView holdView(const Evidence &evidence, const Viewer &viewer, Instant now)
{
    HoldView view;
    view.holdId = evidence.head.hold.toString();
    view.revision = evidence.head.revision;
    view.origin = originText(evidence.request, evidence.hold ? &*evidence.hold : nullptr, now);
    view.intent = shown(evidence.request.claims.intent.value_or(QString()), 600);
    if (!evidence.hold) {
        view.sentence = measuringSentence(evidence.request);
        return view;
    }
    const auto &hold = *evidence.hold;
    const auto &measured = hold.measured;
    view.tier = toView(tierOf(evidence));
    view.sentence = shown(measured.summaryText, 600);
    view.environment = shown(measured.environment.value, 60);
    view.environmentMeasured = measured.environment.quality == Quality::Measured;
    view.enforced = hold.enforcement == Enforcement::Enforced;
    view.enforcementWhy = enforcementWhy(hold.enforcement);
    view.ownership = ownership(hold, viewer);
    view.uninspectable = shown(measured.uninspectable.join(u"; "_s), 2000);
    view.left = evidence.head.state == State::Pending ? left(hold.policy.approveUntil, now) : QString();
    view.urgent = isUrgent(evidence, now);
    if (!confirmOf(evidence).contains(u"match-code"_s))
        view.code = codeOf(evidence.holdDigest);
    view.verdict = toView(measured.recovery.verdict);
    view.verdictWhy = spoken(measured.recovery.how, now, 600);
    //: Beside "measure again": how old the figures are
    view.measuredAt = tr("measured %1").arg(age(hold.measuredAt, now));
    view.current = evidence.head.state == State::Pending && evidence.unverified.isEmpty() && evidence.head.revision == hold.revision;
    return view;
}

QString needsText(const Evidence &evidence, const Viewer &viewer)
{
    const auto &hold = *evidence.hold;
    const auto need = needOf(evidence);
    auto text = need == 1
        //: In the decision bar: one approval is wanted
        ? tr("Needs one approver")
        //: In the decision bar: %1 have approved of %2 wanted
        : tr("%1 of %2 approvals").arg(QString::number(evidence.approvals.size()), QString::number(need));
    if (hold.requesterPerson != viewer.person) {
        //: Continues "Needs one approver": the person who asked may not approve
        text += tr(", not %1").arg(shown(hold.requesterPerson, 60));
    }
    return text;
}

DecisionTerms decisionTerms(const Evidence &evidence, const Viewer &viewer)
{
    DecisionTerms terms;
    const auto &hold = *evidence.hold;
    terms.holdId = evidence.head.hold.toString();
    terms.revision = hold.revision;
    terms.tier = toView(tierOf(evidence));
    terms.confirm = confirmOf(evidence);
    terms.confirmText = hold.measured.confirmText;
    terms.confirmShown = shown(hold.measured.confirmText, 400);
    terms.code = codeOf(evidence.holdDigest);
    std::tie(terms.approveVerb, terms.heldVerb) = approveVerbs(hold);
    terms.needs = needsText(evidence, viewer);
    if (hold.policy.executeWithinSeconds > 0) {
        //: In the decision bar, after who must sign: how long the permission lasts once given
        terms.then = tr("then it runs at once, within %1").arg(duration(std::chrono::seconds(hold.policy.executeWithinSeconds)));
    }
    terms.sections = sectionsToReach(evidence, reviewLists(evidence, viewer, hold.measuredAt));
    return terms;
}

void passTime(InboxRow &row, const Evidence &evidence, Instant now)
{
    if (!evidence.hold || !evidence.unverified.isEmpty())
        return;
    row.left = evidence.head.state == State::Pending ? left(evidence.hold->policy.approveUntil, now) : QString();
    row.urgent = isUrgent(evidence, now);
}

Instant sameUntil(const Evidence &evidence, Instant now)
{
    if (!evidence.hold)
        return Instant::max();
    const auto until = evidence.hold->policy.approveUntil;
    auto same = leftSameUntil(until, now);
    if (!isUrgent(evidence, now))
        same = std::min(same, until - urgentWithin + std::chrono::milliseconds(1));
    return same;
}

InboxRow inboxRow(const Evidence &evidence, Instant now)
{
    InboxRow row;
    row.key = evidence.head.hold.toString();
    row.have = static_cast<int>(evidence.approvals.size());
    row.ended = isFinal(evidence.head.state);
    if (!evidence.unverified.isEmpty()) {
        //: Inbox row of a hold whose signature or digest did not hold
        row.sentence = tr("A hold that could not be verified");
        row.state = shown(evidence.unverified, 200);
        return row;
    }
    if (evidence.hold) {
        const auto &hold = *evidence.hold;
        row.tier = toView(tierOf(evidence));
        row.sentence = shown(hold.measured.summaryText, 600);
        row.environment = shown(hold.measured.environment.value, 60);
        row.environmentMeasured = hold.measured.environment.quality == Quality::Measured;
        row.requester = shown(hold.requesterActor, 120);
        row.person = shown(hold.requesterPerson, 120);
        row.need = needOf(evidence);
        row.contradicted = !hold.measured.contradictions.empty();
        passTime(row, evidence, now);
    } else {
        row.tier = HoldView().tier;
        row.sentence = measuringSentence(evidence.request);
    }
    if (evidence.head.state == State::Measuring || evidence.head.state == State::Drifted) {
        //: Small word in an inbox row: the gate is looking at what the action would do
        row.state = tr("measuring");
    }
    return row;
}

} // namespace holdfast::present
