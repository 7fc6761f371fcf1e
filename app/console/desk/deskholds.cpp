// SPDX-License-Identifier: Apache-2.0
// Desk: what is shown of holds: inbox, the open one, tray and notifications.
#include "console/desk/desk.h"

#include "console/desk/documenttext.h"
#include "console/desk/evidencecheck.h"
#include "console/desk/inboxfilter.h"
#include "console/present/format.h"
#include "console/present/holdpresenter.h"
#include "wire/messages.h"

#include <algorithm>

namespace holdfast {

using namespace Qt::StringLiterals;
using present::Evidence;
using present::shown;

namespace {

constexpr std::chrono::milliseconds everySecond = std::chrono::seconds(1), often = std::chrono::seconds(10), seldom = std::chrono::minutes(10);
constexpr auto urgentWithin = std::chrono::minutes(15); // as isUrgent() has it

Instant now()
{
    return SystemClock().now();
}

} // namespace

const Evidence *Desk::current() const
{
    return m_seat && !m_open.isNull() ? m_seat->book().find(m_open) : nullptr;
}

void Desk::holdChanged(const HoldId &hold)
{
    const auto *evidence = m_seat->book().find(hold);
    if (evidence != nullptr && evidence->head.state == State::Done && !m_receipts.contains(hold)) {
        fetchReceipt(hold);
    }
    if (evidence != nullptr)
        m_seat->decider().reconsider(*evidence);
    if (hold == m_open)
        refreshReview(false);
    placeHold(hold);
    if (!m_shell.isActive())
        m_shell.start();
    if (m_app.page() == App::HistoryPage && m_history)
        m_history->refresh();
    schedule();
}

// Puts one hold where it now belongs: among those that wait, or among those that are on their way or over.
void Desk::placeHold(const HoldId &hold)
{
    const auto *evidence = m_seat->book().find(hold);
    const bool waits = evidence != nullptr && WaitingList::waits(*evidence);
    if (waits)
        showWaiting(*evidence);
    else if (m_waiting.drop(hold))
        m_app.inbox()->drop(hold.toString(), m_waiting.size());
    const bool wasBeyond = m_beyond.remove(hold);
    if (evidence != nullptr && !waits)
        m_beyond.insert(hold);
    if (wasBeyond || m_beyond.contains(hold))
        refreshRunning();
}

void Desk::showWaiting(const Evidence &evidence)
{
    const auto at = m_waiting.take(evidence, now());
    // A filter's rows stand elsewhere than their holds do.
    if (m_app.inbox()->filter().isEmpty())
        m_app.inbox()->put(m_waiting.row(evidence.head.hold), at, m_waiting.size());
    else
        refreshInbox();
}

// Everything anew, from the book.
void Desk::refreshAll()
{
    m_waiting.clear();
    m_beyond.clear();
    const auto holds = m_seat ? m_seat->book().all() : std::vector<const Evidence *>{};
    for (const auto *evidence : holds) {
        if (WaitingList::waits(*evidence))
            m_waiting.take(*evidence, now());
        else
            m_beyond.insert(evidence->head.hold);
    }
    refreshInbox();
    refreshReview(false);
    refreshRunning();
    refreshBlocks();
    refreshShell();
    schedule();
}

void Desk::refreshInbox()
{
    if (!m_seat)
        return;
    const InboxFilter filter(m_app.inbox()->filter());
    m_app.inbox()->setFilterProblem(filter.problem());
    QList<InboxRow> rows;
    for (const auto &place : m_waiting.order()) {
        if (const auto &row = m_waiting.row(place.hold); filter.passes(row))
            rows.append(row);
    }
    m_app.inbox()->show(rows, m_waiting.size());
}

void Desk::openHold(const QString &holdId)
{
    const auto hold = HoldId::parse(holdId);
    m_app.setPage(App::InboxPage);
    if (!hold || !m_seat)
        return;
    m_open = *hold;
    m_shownRevision = -1;
    m_diffs.reset();
    m_shownDigest = {};
    m_app.decision()->block(u"measuring"_s, {});
    m_app.inbox()->setCurrent(holdId);
    if (m_seat->book().find(*hold) == nullptr)
        m_seat->book().fetch(*hold); // over, and named by a link or a notification
    refreshReview(true);
    schedule();
}

HoldView Desk::holdViewOf(const Evidence &evidence) const
{
    auto view = present::holdView(evidence, m_seat->viewer(), now());
    if (m_beyond.contains(evidence.head.hold)) {
        const auto row = runningRow(evidence);
        view.standing = row.state;
        view.result = row.result;
        view.tone = row.tone;
    }
    return view;
}

void Desk::refreshReview(bool anew)
{
    const auto *evidence = current();
    if (evidence == nullptr) {
        if (anew)
            m_app.review()->show(Review::Loading, {}, {});
        return;
    }
    const auto viewer = m_seat->viewer();
    const auto view = holdViewOf(*evidence);
    if (!evidence->unverified.isEmpty()) {
        m_app.decision()->close();
        return m_app.review()->show(Review::Unverified, view, {}, evidence->unverified);
    }
    const bool newRevision = m_shownRevision != evidence->head.revision || m_shownDigest != evidence->holdDigest || m_app.review()->state() != Review::Shown
        || m_contentShown != (evidence->content != nullptr) || m_ruledShown != evidence->ruling.has_value();
    if (!evidence->hold) {
        m_app.decision()->close();
        m_shownRevision = -1;
        return m_app.review()->show(Review::Measuring, view, present::reviewLists(*evidence, viewer, now()));
    }
    if (!newRevision) {
        m_app.review()->setHold(view);
        m_app.review()->setFacts(present::factRows(*evidence->hold, now()));
        m_app.decision()->setNeeds(present::needsText(*evidence, viewer));
        return refreshBlocks();
    }
    m_shownRevision = evidence->head.revision;
    if (m_shownDigest != evidence->holdDigest)
        m_diffs.reset();
    m_shownDigest = evidence->holdDigest;
    m_contentShown = evidence->content != nullptr;
    m_ruledShown = evidence->ruling.has_value();
    m_seat->book().fetchContent(m_open);
    const auto lists = present::reviewLists(*evidence, viewer, now());
    m_app.review()->show(Review::Shown, view, lists);
    m_app.decision()->open(present::decisionTerms(*evidence, viewer));
    m_app.review()->setDiffLines({}, nullptr, 0);
    if (!m_diffs) {
        m_diffs = std::make_unique<DiffShelf>(m_seat->link(), evidence->hold->measured.diffs);
        connect(m_diffs.get(), &DiffShelf::arrived, this, [this](const QString &key) {
            showDiff(key);
            refreshBlocks();
        });
    }
    if (!lists.diffs.isEmpty())
        chooseDiff(lists.diffs.first().key);
    refreshBlocks();
}

void Desk::refreshBlocks()
{
    const auto *evidence = current();
    auto *lock = m_app.decision();
    // Without the session key there is nothing to connect with: that reason stands first, and alone.
    const bool live = m_seat && m_seat->feed().isLive();
    //: Why nothing can be decided: the gate does not answer
    lock->block(u"link"_s, live || m_keyMissing ? QString() : tr("Connect to the gate"));
    //: Why approving and denying are locked; the inbox says which key, and where it was kept
    lock->block(u"keys"_s, m_keyMissing ? tr("Restore your session key") : QString());
    if (evidence == nullptr || !evidence->hold)
        return;
    const auto state = evidence->head.state;
    //: Why nothing can be decided: the hold is over; %1 its state
    lock->block(u"ended"_s, state == State::Pending ? QString() : tr("This hold is %1").arg(wordOf(state)));
    //: Why approving is locked: a newer revision is on its way
    lock->block(u"evidence"_s, evidence->head.revision == evidence->hold->revision ? QString() : tr("Wait for the newest measurement"));
    //: Why approving is locked: a list of what is reached did not fit the hold, and is still being fetched
    lock->block(u"lists"_s, evidence->ruling ? QString() : evidence->listsProblem.isEmpty() ? tr("Wait for the whole lists")
        //: Why approving is locked: a list of what is reached cannot be had whole; %1 the reason
        : tr("The whole lists cannot be shown: %1").arg(shown(evidence->listsProblem, 200)));
    //: Why approving is locked: the console's own reading of the policy differs from the gate's
    lock->block(u"policy"_s, agrees(*evidence) ? QString() : tr("Measure again: the policy in force asks for something else than the gate says"));
    const bool whole = evidence->content != nullptr || evidence->request.blobs().empty();
    //: Why approving is locked: the statements, or what else the request names without carrying it, are still being fetched
    lock->block(u"payload"_s, whole ? QString() : evidence->contentProblem.isEmpty() ? tr("Wait for the payload")
        //: Why approving is locked: what the request names cannot be shown; %1 the reason
        : tr("The payload cannot be shown: %1").arg(shown(evidence->contentProblem, 200)));
    //: Why approving is locked: diffs are still being fetched
    lock->block(u"diffs"_s, !m_diffs || !m_diffs->isComplete() ? tr("Wait for the diffs") : m_diffs->problem());
    const bool late = evidence->hold->policy.approveUntil <= now();
    //: Why approving is locked: the deadline is over
    lock->block(u"expired"_s, late ? tr("The time to decide is over") : QString());
    lock->block(u"own"_s, whyNotMine(*evidence, termsOf(*evidence)));
    const auto standing = inLedger(*evidence, m_seat->watch());
    //: Why approving is locked: the console has not yet verified the ledger up to this hold
    lock->block(u"ledger"_s, standing == InLedger::Waits ? QString() : standing == InLedger::NotYet ? tr("Wait for the ledger")
        //: Why approving is locked: the verified ledger has another revision of the hold, or does not have it waiting
        : tr("The ledger says otherwise of this hold"));
    //: Why approving is locked: this console's witness found the ledger wanting
    lock->block(u"alarm"_s, m_seat->watch().alarms().isEmpty() ? QString() : tr("The ledger does not verify: see the alarm"));
}

// Nothing is offered that the gate would refuse: both ask the same function.
QString Desk::whyNotMine(const Evidence &evidence, const ApprovalTerms &terms) const
{
    // The person is known only while connected. Without a connection approving is locked anyway.
    if (!m_seat->feed().isLive())
        return {};
    const auto trusted = m_seat->watch().trusted();
    const auto *me = trusted ? trusted->registry.actor(m_seat->viewer().actor) : nullptr;
    if (me == nullptr) {
        //: Why approving is locked: the registry, as this console verified it, does not list the person who looks
        return tr("The registry does not list you");
    }
    const auto refusal = whyNotApprovable(*me, *evidence.hold, trusted->registry, terms, now());
    if (!refusal)
        return {};
    switch (*refusal) {
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

void Desk::chooseDiff(const QString &key)
{
    m_chosenDiff = key;
    showDiff(key);
}

// Called again when the diff has arrived.
void Desk::showDiff(const QString &key)
{
    if (key != m_chosenDiff || !m_diffs)
        return;
    auto *lines = m_diffs->lines(key);
    m_app.review()->setDiffLines(key, lines, lines != nullptr ? lines->columns() : 0);
}

std::vector<const Evidence *> Desk::urgentHolds() const
{
    std::vector<const Evidence *> urgent;
    if (m_lastLive == Instant{})
        return urgent; // as it stood when this console was closed: nobody is called for that
    for (const auto &place : m_waiting.order()) {
        if (place.calm || !m_seat)
            break;
        const auto *evidence = m_seat->book().find(place.hold);
        const bool known = evidence != nullptr && evidence->head.state == State::Pending && evidence->unverified.isEmpty() && evidence->hold;
        // Its tier is not known while a list that the hold had no room for is on its way.
        if (known && (evidence->ruling || !evidence->listsProblem.isEmpty()))
            urgent.push_back(evidence);
    }
    return urgent;
}

void Desk::refreshShell()
{
    if (!m_seat)
        return;
    const auto urgent = urgentHolds();
    TrayState tray;
    tray.waiting = m_waiting.pending();
    tray.urgent = !urgent.empty();
    tray.link = m_app.gate()->link();
    //: Tooltip of the tray icon; %1 gate
    tray.tooltip = tr("Holdfast · %1 · %n waiting", nullptr, tray.waiting).arg(m_app.gate()->name());
    QList<Notice> notices;
    for (const auto *evidence : urgent) {
        const auto grade = present::tierOf(*evidence);
        const auto tier = present::word(grade);
        const auto id = evidence->head.hold.toString();
        if (tray.holds.size() < 5)
            tray.holds.append({id, tier + u" · "_s + present::left(evidence->hold->policy.approveUntil, now())});
        Notice notice;
        notice.holdId = id;
        //: Title of a notification; %1 tier, %2 gate. Never a word of the requester's
        notice.title = tr("A %1 hold waits at %2").arg(tier, m_app.gate()->name());
        const auto until = QDateTime::fromMSecsSinceEpoch(evidence->hold->policy.approveUntil.time_since_epoch().count());
        //: Body of a notification; %1 a time of day
        notice.body = tr("Decide before %1.").arg(QLocale().toString(until.time(), u"HH:mm"_s));
        notice.critical = grade == Tier::Critical;
        const auto &facts = evidence->hold->measured.facts;
        const bool danger = std::ranges::any_of(facts, [](const Fact &fact) { return fact.severity == Severity::Danger; });
        notice.rank = 2 * static_cast<int>(grade) + (danger ? 1 : 0);
        notices.append(notice);
    }
    if (!urgent.empty())
        tray.freezeActor = shown(urgent.front()->hold->requesterActor, 60);
    m_tray.show(tray);
    //: Title of the one notification for those that came shortly after another; %1 gate
    const Notice group{{}, tr("More holds wait at %1").arg(m_app.gate()->name()), {}, 0, false};
    m_notifier.show(m_app.settings()->notifyUrgent() ? notices : QList<Notice>{}, group);
}

void Desk::tick()
{
    if (m_seat) {
        for (const auto &hold : m_waiting.aged(now())) {
            if (const auto *evidence = m_seat->book().find(hold))
                showWaiting(*evidence);
        }
    }
    if (m_visible) {
        if (const auto *evidence = current(); evidence != nullptr && evidence->hold && evidence->unverified.isEmpty()) {
            m_app.review()->setHold(holdViewOf(*evidence));
            m_app.review()->setFacts(present::factRows(*evidence->hold, now()));
            refreshBlocks();
        }
        refreshRunning();
    }
    refreshShell();
    schedule();
}

// Hidden, only the tray's countdown of urgent holds is worth waking for, and that every ten seconds; while none is urgent, only
// often enough to see in time that one becomes it.
void Desk::schedule()
{
    const bool onTheWay = m_seat && std::ranges::any_of(m_beyond, [this](const HoldId &hold) {
        const auto *evidence = m_seat->book().find(hold);
        return evidence != nullptr && !isFinal(evidence->head.state);
    });
    const bool wanted = m_waiting.size() > 0 || onTheWay || (m_visible && m_app.running()->endedCount() > 0);
    if (!wanted)
        return m_tick.stop();
    const auto soon = now() + urgentWithin + 2 * seldom;
    const bool anySoon = onTheWay || std::ranges::any_of(m_waiting.order(), [soon](const auto &place) { return !place.calm || place.until < soon; });
    const int interval = static_cast<int>((m_visible ? everySecond : anySoon ? often : seldom).count());
    if (!m_tick.isActive() || m_tick.interval() != interval)
        m_tick.start(interval);
}

} // namespace holdfast
