// SPDX-License-Identifier: Apache-2.0
// Desk: what is shown of holds after their quorum: on their way, or over, with receipt and output.
#include "console/desk/desk.h"

#include "console/desk/documenttext.h"
#include "console/present/format.h"
#include "console/present/holdpresenter.h"
#include "core/text/visible.h"
#include "link/blobs.h"
#include "wire/messages.h"

#include <algorithm>

namespace holdfast {

using namespace Qt::StringLiterals;
using present::Evidence;
using present::shown;

namespace {

constexpr auto endedShownFor = std::chrono::minutes(30);

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
    for (const auto &fact : receipt.effects) {
        const auto label = shown(fact.label, 120);
        // Effects of zero are left out, unless it is the only one.
        if (fact.number && (*fact.number != 0 || receipt.effects.size() == 1))
            effects += (fact.unit == u"bytes"_s ? present::bytes(*fact.number) : present::count(*fact.number)) + u' ' + label;
        else if (!fact.number)
            effects += label + u": "_s + shown(fact.value, 200);
    }
    return effects.join(u", "_s);
}

} // namespace

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
            const auto receipt = Receipt::parse(answer->envelope.payload);
            if (receipt && receipt->hold == hold) {
                m_receipts.insert(hold, *receipt);
                refreshRunning();
                if (hold == m_open)
                    refreshReview(false);
                fetchOutput(hold);
            }
        });
    });
}

void Desk::fetchOutput(const HoldId &hold)
{
    const auto &output = m_receipts[hold].output;
    if (!output || output->size > 256LL * 1024)
        return;
    fetchBlob(&m_seat->link(), *output, this, [this, hold](Called<QByteArray> bytes) {
        if (bytes) {
            m_outputs.insert(hold, visible(QString::fromUtf8(*bytes), {.keepLines = true, .limit = 20'000}));
            refreshRunning();
        }
    });
}

void Desk::refreshRunning()
{
    if (!m_seat)
        return;
    std::vector<const Evidence *> holds;
    std::vector<HoldId> stale;
    for (const auto &hold : m_beyond) {
        const auto *evidence = m_seat->book().find(hold);
        const bool over = evidence == nullptr || isFinal(evidence->head.state);
        if (over && (evidence == nullptr || (SystemClock().now() - evidence->head.at > endedShownFor && hold != m_open)))
            stale.push_back(hold);
        else if (!over || m_app.page() == App::RunningPage) // what is over is shown nowhere else
            holds.push_back(evidence);
    }
    for (const auto &hold : stale) {
        m_beyond.remove(hold);
        m_seat->book().forget(hold);
    }
    std::ranges::sort(holds, [](const Evidence *a, const Evidence *b) { return a->head.at > b->head.at; });
    QList<RunningRow> rows;
    for (const auto *evidence : holds)
        rows.append(runningRow(*evidence));
    m_app.running()->show(rows);
}

RunningRow Desk::runningRow(const Evidence &evidence) const
{
    const auto view = present::holdView(evidence, m_seat->viewer(), SystemClock().now());
    RunningRow row;
    row.key = evidence.head.hold.toString();
    row.tier = view.tier;
    row.sentence = view.sentence;
    row.environment = view.environment;
    row.requester = evidence.hold ? shown(evidence.hold->requesterActor, 120) : QString();
    row.state = wordOf(evidence.head.state);
    row.ended = isFinal(evidence.head.state);
    const bool stoppable = evidence.head.state == State::Approved || evidence.head.state == State::Cooling || evidence.head.state == State::Released;
    row.mayStop = stoppable && m_seat->feed().isLive();
    row.when = row.ended ? present::age(evidence.head.at, SystemClock().now())
                         //: Running page: for how long the action has been in this state
                         : tr("for %1").arg(present::duration(SystemClock().now() - evidence.head.at));
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

} // namespace holdfast
