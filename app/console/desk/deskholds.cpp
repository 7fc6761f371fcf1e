// SPDX-License-Identifier: Apache-2.0
// Desk: what is shown of holds: inbox, the open one, running, tray and notifications.
#include "console/desk/desk.h"

#include "console/desk/documenttext.h"
#include "console/desk/inboxfilter.h"
#include "console/present/difflines.h"
#include "console/present/format.h"
#include "console/present/holdpresenter.h"
#include "core/text/visible.h"
#include "diff/formats.h"
#include "link/blobs.h"
#include "wire/messages.h"

#include <algorithm>

namespace holdfast {

using namespace Qt::StringLiterals;
using present::Evidence;
using present::shown;

namespace {

constexpr auto endedShownFor = std::chrono::minutes(30);

Instant now()
{
    return SystemClock().now();
}

bool waits(const Evidence &evidence)
{
    const auto state = evidence.head.state;
    return state == State::Measuring || state == State::Pending || state == State::Drifted;
}

bool moreUrgent(const Evidence *a, const Evidence *b)
{
    const auto rank = [](const Evidence *evidence) {
        const auto tier = evidence->hold ? static_cast<int>(evidence->hold->tier) : -1;
        const auto until = evidence->hold ? evidence->hold->policy.approveUntil : Instant::max();
        return std::tuple(present::isUrgent(*evidence, now()) ? 0 : 1, -tier, until, evidence->head.hold);
    };
    return rank(a) < rank(b);
}

view::Tone toneOf(Outcome outcome)
{
    switch (outcome) {
    case Outcome::Committed: return view::Tone::Good;
    case Outcome::Failed: return view::Tone::Bad;
    case Outcome::Partial:
    case Outcome::NotStarted:
    case Outcome::Unknown: return view::Tone::Caution;
    }
    return view::Tone::Plain;
}

QString effectsText(const Receipt &receipt)
{
    QStringList effects;
    for (const auto &fact : receipt.effects)
        effects += (fact.number ? (fact.unit == u"bytes"_s ? present::bytes(*fact.number) : present::count(*fact.number)) : shown(fact.value, 200))
            + u' ' + shown(fact.label, 120);
    return effects.join(u", "_s);
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
    if (hold == m_open)
        refreshReview(false);
    refreshInbox();
    refreshRunning();
    refreshShell();
    if (m_app.page() == App::HistoryPage && m_history)
        m_history->refresh();
    schedule();
}

// The receipt is the last document of a hold that is done.
void Desk::fetchReceipt(const HoldId &hold)
{
    m_seat->link().call<HoldDocuments>(method::HoldGet, HoldParams{hold}.toJson(), this, [this, hold](Called<HoldDocuments> view) {
        if (!view)
            return;
        const auto row = std::find_if(view->documents.rbegin(), view->documents.rend(), [](const DocumentRow &one) { return one.kind == u"receipt"_s; });
        if (row == view->documents.rend())
            return;
        m_seat->link().call<DocumentResult>(method::DocumentGet, DocumentParams{row->idDigest}.toJson(), this, [this, hold](Called<DocumentResult> answer) {
            const auto trusted = m_seat->watch().trusted();
            if (!answer || !trusted || !verify(answer->envelope, trusted->registry.gateKeys.performKey, payloadtype::Receipt))
                return;
            auto receipt = Receipt::parse(answer->envelope.payload);
            if (receipt && receipt->hold == hold) {
                m_receipts.insert(hold, std::move(*receipt));
                refreshRunning();
                fetchOutput(hold);
            }
        });
    });
}

void Desk::fetchOutput(const HoldId &hold)
{
    const auto &output = m_receipts[hold].output;
    if (!output || output->size > 256 * 1024)
        return;
    fetchBlob(&m_seat->link(), *output, this, [this, hold](Called<QByteArray> bytes) {
        if (bytes) {
            m_outputs.insert(hold, visible(QString::fromUtf8(*bytes), {.keepLines = true, .limit = 20'000}));
            refreshRunning();
        }
    });
}

void Desk::refreshAll()
{
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
    std::vector<const Evidence *> waiting;
    for (const auto *evidence : m_seat->book().all()) {
        if (waits(*evidence))
            waiting.push_back(evidence);
    }
    std::ranges::sort(waiting, moreUrgent);
    const InboxFilter filter(m_app.inbox()->filter());
    m_app.inbox()->setFilterProblem(filter.problem());
    QList<InboxRow> rows;
    for (const auto *evidence : waiting) {
        if (const auto row = present::inboxRow(*evidence, now()); filter.passes(row))
            rows.append(row);
    }
    m_app.inbox()->show(rows, static_cast<int>(waiting.size()));
}

void Desk::openHold(const QString &holdId)
{
    const auto hold = HoldId::parse(holdId);
    m_app.setPage(App::InboxPage);
    if (!hold || !m_seat)
        return;
    m_open = *hold;
    m_shownRevision = -1;
    m_app.inbox()->setCurrent(holdId);
    refreshReview(true);
    schedule();
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
    const auto view = present::holdView(*evidence, viewer, now());
    if (!evidence->unverified.isEmpty()) {
        m_app.decision()->close();
        return m_app.review()->show(Review::Unverified, view, {}, evidence->unverified);
    }
    const bool newRevision = m_shownRevision != evidence->head.revision || m_app.review()->state() != Review::Shown;
    if (!evidence->hold) {
        m_app.decision()->close();
        m_shownRevision = -1;
        return m_app.review()->show(Review::Measuring, view, present::reviewLists(*evidence, viewer, now()));
    }
    if (!newRevision) {
        m_app.review()->setHold(view);
        m_app.review()->setFacts(present::factRows(*evidence->hold, now()));
        return refreshBlocks();
    }
    m_shownRevision = evidence->head.revision;
    const auto lists = present::reviewLists(*evidence, viewer, now());
    m_app.review()->show(Review::Shown, view, lists);
    m_app.decision()->open(present::decisionTerms(*evidence, viewer));
    m_diff.reset();
    if (!lists.diffs.isEmpty())
        chooseDiff(lists.diffs.first().key);
    else
        m_app.review()->setDiffLines({}, nullptr, 0);
    refreshBlocks();
}

void Desk::refreshBlocks()
{
    const auto *evidence = current();
    auto *lock = m_app.decision();
    //: Why nothing can be decided: the gate does not answer
    lock->block(u"link"_s, m_seat && m_seat->feed().isLive() ? QString() : tr("Connect to the gate"));
    if (evidence == nullptr || !evidence->hold)
        return;
    const auto state = evidence->head.state;
    //: Why nothing can be decided: the hold is over; %1 its state
    lock->block(u"ended"_s, state == State::Pending ? QString() : tr("This hold is %1").arg(wordOf(state)));
    //: Why approving is locked: a newer revision is on its way
    lock->block(u"evidence"_s, evidence->head.revision == evidence->hold->revision ? QString() : tr("Wait for the newest measurement"));
    const bool same = evidence->ruling && evidence->ruling->tier == evidence->hold->tier && evidence->ruling->mode == evidence->hold->mode;
    //: Why approving is locked: the console's own reading of the policy differs from the gate's
    lock->block(u"policy"_s, same ? QString() : tr("Measure again: the policy in force gives another tier than the gate says"));
    const bool late = evidence->hold->policy.approveUntil <= now();
    //: Why approving is locked: the deadline is over
    lock->block(u"expired"_s, late ? tr("The time to decide is over") : QString());
    const auto viewer = m_seat->viewer();
    const bool own = evidence->hold->requesterPerson == viewer.person;
    const bool sponsor = own && evidence->ruling && evidence->ruling->rule.sponsorMayApprove && !viewer.otherApprovers;
    //: Why approving is locked: the requester answers to the same person
    lock->block(u"own"_s, !own || sponsor ? QString() : tr("Another approver must sign: this is your own agent"));
    //: Why approving is locked: this console's witness found the ledger wanting
    lock->block(u"alarm"_s, m_seat->watch().alarms().isEmpty() ? QString() : tr("The ledger does not verify: see the alarm"));
}

void Desk::chooseDiff(const QString &key)
{
    const auto *evidence = current();
    if (evidence == nullptr || !evidence->hold)
        return;
    for (const auto &diff : evidence->hold->measured.diffs) {
        if (diff.blob.digest.toString() != key)
            continue;
        fetchBlob(&m_seat->link(), diff.blob, this, [this, key, format = diff.format, hold = m_open, revision = m_shownRevision](Called<QByteArray> bytes) {
            if (hold != m_open || revision != m_shownRevision)
                return;
            auto parsed = bytes ? diff::parse(format, *bytes) : Result<diff::Document, diff::Error>(Failure{diff::Error{diff::Error::Kind::Malformed, sentence(bytes.error())}});
            diff::Document document;
            if (parsed) {
                document = std::move(*parsed);
            } else {
                diff::Hunk hunk;
                //: In the place of a diff that could not be shown; %1 the reason
                hunk.lines.push_back({diff::LineKind::Context, 0, 0, tr("This diff could not be shown: %1").arg(parsed.error().sentence()), {}});
                document.hunks.push_back(hunk);
            }
            auto lines = std::make_unique<present::DiffLines>(std::move(document));
            m_app.review()->setDiffLines(key, lines.get(), lines->columns());
            m_diff = std::move(lines);
        });
        return;
    }
}

void Desk::refreshRunning()
{
    if (!m_seat)
        return;
    QList<RunningRow> rows;
    std::vector<HoldId> stale;
    auto holds = m_seat->book().all();
    std::ranges::sort(holds, [](const Evidence *a, const Evidence *b) { return a->head.at > b->head.at; });
    for (const auto *evidence : holds) {
        const bool over = isFinal(evidence->head.state);
        if (waits(*evidence))
            continue;
        if (over && now() - evidence->head.at > endedShownFor && evidence->head.hold != m_open) {
            stale.push_back(evidence->head.hold);
            continue;
        }
        rows.append(runningRow(*evidence));
    }
    for (const auto &hold : stale)
        m_seat->book().forget(hold);
    m_app.running()->show(rows);
}

RunningRow Desk::runningRow(const Evidence &evidence) const
{
    const auto view = present::holdView(evidence, m_seat->viewer(), now());
    RunningRow row;
    row.key = evidence.head.hold.toString();
    row.tier = view.tier;
    row.sentence = view.sentence;
    row.environment = view.environment;
    row.requester = evidence.hold ? shown(evidence.hold->requesterActor, 120) : QString();
    row.state = wordOf(evidence.head.state);
    row.ended = isFinal(evidence.head.state);
    row.mayStop = evidence.head.state == State::Approved || evidence.head.state == State::Cooling || evidence.head.state == State::Released;
    row.when = row.ended ? present::age(evidence.head.at, now())
                         //: Running page: for how long the action has been in this state
                         : tr("for %1").arg(present::duration(now() - evidence.head.at));
    if (evidence.head.state == State::Denied || evidence.head.state == State::Refused)
        row.tone = view::Tone::Bad;
    if (const auto receipt = m_receipts.constFind(evidence.head.hold); receipt != m_receipts.constEnd()) {
        row.state = present::word(receipt->outcome);
        row.tone = toneOf(receipt->outcome);
        row.result = effectsText(*receipt);
        row.output = m_outputs.value(evidence.head.hold);
    }
    return row;
}

void Desk::refreshShell()
{
    if (!m_seat)
        return;
    std::vector<const Evidence *> urgent;
    TrayState tray;
    for (const auto *evidence : m_seat->book().all()) {
        if (evidence->head.state != State::Pending)
            continue;
        ++tray.waiting;
        if (evidence->unverified.isEmpty() && present::isUrgent(*evidence, now()))
            urgent.push_back(evidence);
    }
    std::ranges::sort(urgent, moreUrgent);
    tray.urgent = !urgent.empty();
    tray.link = m_app.gate()->link();
    //: Tooltip of the tray icon; %1 gate
    tray.tooltip = tr("Holdfast · %1 · %n waiting", nullptr, tray.waiting).arg(m_app.gate()->name());
    QList<Notice> notices;
    for (const auto *evidence : urgent) {
        const auto tier = present::word(evidence->hold->tier);
        const auto id = evidence->head.hold.toString();
        if (tray.holds.size() < 5)
            tray.holds.append({id, tier + u" · "_s + present::left(evidence->hold->policy.approveUntil, now())});
        Notice notice;
        notice.holdId = id;
        //: Title of a notification; %1 tier, %2 gate. Never a word of the requester's
        notice.title = tr("A %1 hold waits at %2").arg(tier, m_app.gate()->name());
        const auto until = QDateTime::fromMSecsSinceEpoch(evidence->hold->policy.approveUntil.time_since_epoch().count());
        //: Body of a notification; %n holds wait, %1 a time of day
        notice.body = tr("%n waiting. Decide before %1.", nullptr, tray.waiting).arg(QLocale().toString(until.time(), u"HH:mm"_s));
        notice.critical = evidence->hold->tier == Tier::Critical;
        notices.append(notice);
    }
    if (!urgent.empty())
        tray.freezeActor = shown(urgent.front()->hold->requesterActor, 60);
    m_tray.show(tray);
    m_notifier.show(m_app.settings()->notifyUrgent() ? notices : QList<Notice>{});
}

void Desk::tick()
{
    if (m_visible) {
        refreshInbox();
        if (const auto *evidence = current(); evidence != nullptr && evidence->hold && evidence->unverified.isEmpty()) {
            m_app.review()->setHold(present::holdView(*evidence, m_seat->viewer(), now()));
            m_app.review()->setFacts(present::factRows(*evidence->hold, now()));
            refreshBlocks();
        }
        refreshRunning();
    }
    refreshShell();
    schedule();
}

// Hidden, only the tray's countdown of urgent holds is worth waking for, and that every ten seconds.
void Desk::schedule()
{
    const bool pending = m_seat && std::ranges::any_of(m_seat->book().all(), [](const Evidence *evidence) { return !isFinal(evidence->head.state); });
    const bool wanted = pending || (m_visible && m_app.running()->endedCount() > 0);
    if (!wanted)
        return m_tick.stop();
    const int interval = m_visible ? 1000 : 10'000;
    if (!m_tick.isActive() || m_tick.interval() != interval)
        m_tick.start(interval);
}

} // namespace holdfast
