// SPDX-License-Identifier: Apache-2.0
#include "console/desk/historydesk.h"

#include "console/desk/documenttext.h"
#include "console/desk/ledgerrecall.h"
#include "console/present/format.h"
#include "wire/messages.h"

#include <QElapsedTimer>

#include <algorithm>

namespace holdfast {

using namespace Qt::StringLiterals;
using present::count;
using present::shown;

namespace {

constexpr int page = 100;
constexpr int pauseMs = 60;
// A page of evidence read at 15 characters a second would take longer than this.
constexpr std::int64_t quickMs = 8'000;

QString outcomeText(const HistoryItem &item)
{
    if (item.outcome)
        return present::word(*item.outcome);
    return wordOf(item.head.state);
}

view::Tone toneOf(const HistoryItem &item)
{
    if (item.outcome)
        return *item.outcome == Outcome::Committed ? view::Tone::Good : view::Tone::Caution;
    if (item.head.state == State::Denied || item.head.state == State::Refused)
        return view::Tone::Bad;
    return item.head.state == State::Stopped || item.head.state == State::Drifted ? view::Tone::Caution : view::Tone::Plain;
}

BarRow bar(const QString &name, double value, bool standsOut = false)
{
    BarRow row;
    row.key = name;
    row.value = value;
    row.standsOut = standsOut;
    return row;
}

} // namespace

struct HistoryDesk::Timeline final
{
    QString holdId, sentence;
    int round = 0;
    std::vector<DocumentRow> documents;
    QList<TimelineRow> rows;
};

HistoryDesk::HistoryDesk(GateSeat &seat, History &view, QObject *parent)
    : QObject(parent)
    , m_seat(seat)
    , m_view(view)
{
    m_pause.setSingleShot(true);
    m_pause.setInterval(pauseMs);
    connect(&m_pause, &QTimer::timeout, this, [this] { ask(false); });
    connect(&m_view, &History::queryChanged, &m_pause, qOverload<>(&QTimer::start));
    connect(&m_view, &History::moreWanted, this, [this] {
        if (m_after)
            ask(true);
    });
    connect(&m_view, &History::timelineWanted, this, &HistoryDesk::openTimeline);
    connect(&m_seat.watch(), &LedgerWatch::advanced, this, &HistoryDesk::showAgain);
}

void HistoryDesk::refresh()
{
    if (!m_pause.isActive())
        m_pause.start();
}

void HistoryDesk::setKept(bool kept)
{
    if (std::exchange(m_fromKept, kept) != kept)
        refresh();
}

// A filter of the gate cannot be applied here. Rows that it was meant to leave out are not shown in its place.
void HistoryDesk::askKept()
{
    const auto words = m_view.query().split(u' ', Qt::SkipEmptyParts);
    m_rows.clear();
    m_items.clear();
    m_after.reset();
    const auto field = std::ranges::find_if(words, [](const QString &word) { return word.contains(u':'); });
    if (field == words.end())
        m_items = LedgerRecall(m_seat.watch()).holds(words);
    for (const auto &item : m_items)
        m_rows.append(rowOf(item));
    //: Right end of the history search field, without a connection: how many of the kept holds are shown
    m_view.show(m_rows, tr("%1 kept on this computer").arg(count(m_rows.size())));
    showCharts();
    if (field != words.end()) {
        //: History, without a connection: a filter of the gate was typed; %1 is it
        m_view.setProblem(tr("%1 needs the gate. Without it, search by words.").arg(shown(*field, 60)));
    }
}

void HistoryDesk::ask(bool more)
{
    if (m_fromKept)
        return askKept();
    if (m_asking) {
        m_again = true;
        return;
    }
    m_asking = true;
    m_again = false;
    m_view.setSearching(true);
    QElapsedTimer clock;
    clock.start();
    const SearchParams params{m_view.query(), page, more ? m_after : std::nullopt};
    m_seat.link().call<SearchResult>(method::HistorySearch, params.toJson(), this, [this, more, clock, asked = params.query](Called<SearchResult> answer) {
        m_asking = false;
        m_view.setSearching(false);
        // An answer to what was asked before the query changed is none to the query: that one is asked in a moment.
        if (asked != m_view.query())
            m_again = !m_pause.isActive();
        else if (answer)
            take(*answer, more, clock.elapsed());
        else
            m_view.setProblem(sentence(answer.error()));
        if (m_again)
            ask(false);
    });
}

void HistoryDesk::take(const SearchResult &result, bool more, qint64 tookMs)
{
    m_view.setProblem({});
    if (!more) {
        m_rows.clear();
        m_items.clear();
    }
    for (const auto &item : result.items) {
        m_rows.append(rowOf(item));
        m_items.push_back(item);
    }
    m_after = result.after;
    const auto shownCount = count(m_rows.size());
    m_found = result.total
                    //: Right end of the history search field: how many are shown of how many, and how long the search took
                    ? tr("%1 of %2, %3 ms").arg(shownCount, count(*result.total), QString::number(tookMs))
                    //: Right end of the history search field: how many are shown and how long the search took
                    : tr("%1 shown, %2 ms").arg(shownCount, QString::number(tookMs));
    m_view.show(m_rows, m_found);
    showCharts();
}

void HistoryDesk::showAgain()
{
    if (m_fromKept || !m_seat.watch().follows())
        return;
    QList<HistoryRow> rows;
    for (const auto &item : m_items)
        rows.append(rowOf(item));
    if (std::exchange(m_rows, rows) == rows)
        return;
    m_view.show(m_rows, m_found);
    showCharts();
}

HistoryItem HistoryDesk::settled(HistoryItem item) const
{
    const auto state = m_fromKept ? std::nullopt : m_seat.watch().stateOf(item.head.hold);
    if (!state)
        return item;
    item.head.state = *state;
    if (*state != State::Done)
        item.outcome.reset();
    return item;
}

HistoryRow HistoryDesk::rowOf(const HistoryItem &told) const
{
    const auto item = settled(told);
    HistoryRow row;
    row.key = item.head.hold.toString();
    row.decided = present::when(item.head.at, SystemClock().now());
    row.tier = present::toView(item.tier.value_or(Tier::Critical));
    row.sentence = shown(item.summary, 400);
    row.requester = shown(item.requester, 120);
    const auto approvals = item.head.approvals.size();
    //: History, column "decided by": the approvers by name; where it was not approved, whether a person ended it at all
    row.decidedBy = approvals > 0 ? shown(item.head.approvals.join(u", "_s), 120) : item.decidedMs ? tr("an approver") : tr("nobody");
    row.took = item.decidedMs ? present::duration(std::chrono::milliseconds(*item.decidedMs)) : u"—"_s;
    row.quick = item.decidedMs && *item.decidedMs < quickMs && approvals > 0;
    row.outcome = outcomeText(item);
    row.tone = toneOf(item);
    if (!isRecorded(item) && !m_seat.watch().follows()) {
        //: History, column "outcome": the console is still verifying the ledger, and has not come to this hold
        row.outcome = tr("not verified yet");
        row.tone = view::Tone::Plain;
    } else if (!isRecorded(item)) {
        //: History, column "outcome": the gate tells of a hold that the ledger, as far as this console has verified it, does not have
        row.outcome = tr("not in the ledger");
        row.tone = view::Tone::Bad;
    }
    return row;
}

// The charts show the rows that the search found, and nothing else.
void HistoryDesk::showCharts()
{
    History::Charts charts;
    std::vector<std::int64_t> times;
    std::map<Tier, std::pair<int, int>> byTier;
    int quick = 0;
    for (const auto &told : m_items) {
        const auto item = settled(told);
        if (!item.decidedMs || !item.tier || !isRecorded(item))
            continue;
        times.push_back(*item.decidedMs);
        auto &[approved, all] = byTier[*item.tier];
        ++all;
        approved += item.head.state == State::Denied ? 0 : 1;
        quick += *item.decidedMs < quickMs && item.head.state != State::Denied ? 1 : 0;
    }
    if (times.empty())
        return m_view.setCharts(charts);
    const auto shownTimes = std::min<std::size_t>(times.size(), 24);
    const auto longest = *std::max_element(times.begin(), times.begin() + static_cast<std::ptrdiff_t>(shownTimes));
    for (auto i = shownTimes; i-- > 0;) {
        const auto share = longest > 0 ? static_cast<double>(times[i]) / static_cast<double>(longest) : 0;
        charts.time.append(bar(QString::number(shownTimes - i) + u": "_s + present::duration(std::chrono::milliseconds(times[i])), share));
        charts.quick.append(bar(QString::number(shownTimes - i) + u": "_s + present::duration(std::chrono::milliseconds(times[i])),
                                times[i] < quickMs ? 1.0 : 0.1, times[i] < quickMs));
    }
    auto sorted = times;
    std::nth_element(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2), sorted.end());
    //: Under the chart "Time to decide": the middle value of what the search found
    charts.timeText = tr("median %1 of %2 decided").arg(present::duration(std::chrono::milliseconds(sorted[sorted.size() / 2])), count(static_cast<std::int64_t>(times.size())));
    QStringList shares;
    for (const auto &[tier, counts] : byTier) {
        const auto share = static_cast<double>(counts.first) / counts.second;
        const auto text = present::word(tier) + u' ' + QLocale().toString(share * 100, 'f', 0) + u" %"_s;
        charts.share.append(bar(text, share));
        shares.prepend(text);
    }
    charts.shareText = shares.join(u", "_s);
    //: Under the chart "Faster than the evidence can be read"
    charts.quickText = tr("%1 of %2").arg(count(quick), count(static_cast<std::int64_t>(times.size())));
    m_view.setCharts(charts);
}

void HistoryDesk::openTimeline(const QString &holdId)
{
    const auto id = HoldId::parse(holdId);
    if (!id)
        return;
    auto timeline = std::make_shared<Timeline>();
    timeline->holdId = holdId;
    timeline->round = ++m_timelineRound;
    for (const auto &item : m_items) {
        if (item.head.hold == *id)
            timeline->sentence = shown(item.summary, 400);
    }
    if (m_fromKept)
        return openKeptTimeline(*id, *timeline);
    m_seat.link().call<HoldDocuments>(method::HoldGet, HoldParams{*id}.toJson(), this, [this, timeline](Called<HoldDocuments> answer) {
        if (timeline->round != m_timelineRound)
            return;
        if (!answer)
            return m_view.setProblem(sentence(answer.error()));
        timeline->documents = answer->documents;
        fetchDocument(timeline, 0);
    });
}

void HistoryDesk::openKeptTimeline(const HoldId &hold, Timeline timeline)
{
    for (const auto &document : LedgerRecall(m_seat.watch()).documents(hold))
        timeline.rows.append(entryOf(timeline, document.row, document.envelope));
    m_view.showTimeline(timeline.holdId, timeline.sentence, timeline.rows);
}

void HistoryDesk::fetchDocument(const std::shared_ptr<Timeline> &timeline, std::size_t at)
{
    if (timeline->round != m_timelineRound)
        return;
    if (at >= timeline->documents.size()) {
        addUnlisted(*timeline, *HoldId::parse(timeline->holdId));
        return m_view.showTimeline(timeline->holdId, timeline->sentence, timeline->rows);
    }
    const auto &row = timeline->documents[at];
    m_seat.link().call<DocumentResult>(method::DocumentGet, DocumentParams{row.idDigest}.toJson(), this,
                                       [this, timeline, at](Called<DocumentResult> answer) {
                                           const auto &document = timeline->documents[at];
                                           timeline->rows.append(answer ? entryOf(*timeline, document, answer->envelope) : missingEntry(document, sentence(answer.error())));
                                           fetchDocument(timeline, at + 1);
                                       });
}

// A document that the gate left out of its list stands in the ledger all the same: a denial cannot be hidden by not naming it.
void HistoryDesk::addUnlisted(Timeline &timeline, const HoldId &hold) const
{
    for (const auto &kept : LedgerRecall(m_seat.watch()).documents(hold)) {
        const auto same = [&kept](const DocumentRow &row) { return row.index == kept.row.index && row.idDigest == kept.row.idDigest && row.kind == kept.row.kind; };
        if (std::ranges::any_of(timeline.documents, same))
            continue;
        auto entry = entryOf(timeline, kept.row, kept.envelope);
        //: Timeline: a document of the ledger that the gate did not list; %1 what it is, such as "denied"
        entry.what = tr("%1, which the gate does not list").arg(entry.what);
        entry.tone = view::Tone::Bad;
        const auto after = std::ranges::find_if(timeline.rows, [&kept](const TimelineRow &row) { return row.key.toLongLong() > kept.row.index; });
        timeline.rows.insert(after, entry);
    }
}

// A document that cannot be had is a line all the same: a timeline with a gap would tell another story.
TimelineRow HistoryDesk::missingEntry(const DocumentRow &row, const QString &why) const
{
    TimelineRow entry;
    entry.key = QString::number(row.index);
    //: Timeline: the gate did not hand out a document that it lists
    entry.what = tr("not handed out");
    entry.detail = shown(why, 400);
    entry.digest = row.idDigest.toString();
    entry.tone = view::Tone::Bad;
    return entry;
}

TimelineRow HistoryDesk::entryOf(const Timeline &timeline, const DocumentRow &row, const Envelope &envelope) const
{
    const auto trusted = m_seat.watch().trusted();
    const auto text = describe(row.kind, envelope, trusted ? &trusted->registry : nullptr);
    TimelineRow entry;
    entry.key = QString::number(row.index);
    entry.when = text.at ? present::when(*text.at, SystemClock().now()) : QString();
    entry.what = text.what;
    entry.who = text.who;
    entry.detail = text.detail;
    entry.digest = row.idDigest.toString();
    // Genuine, the one that was listed, and of this hold.
    entry.verified = text.verified && envelope.idDigest() == row.idDigest && text.hold == HoldId::parse(timeline.holdId);
    entry.tone = text.tone;
    return entry;
}

} // namespace holdfast
