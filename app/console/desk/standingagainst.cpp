// SPDX-License-Identifier: Apache-2.0
#include "console/desk/standingagainst.h"

#include "console/desk/documenttext.h"
#include "console/present/format.h"
#include "core/documents/decision.h"
#include "wire/messages.h"

#include <algorithm>

namespace holdfast {

using namespace Qt::StringLiterals;

StandingAgainst::StandingAgainst(GateSeat &seat, const QString &requester, QObject *parent)
    : QObject(parent)
    , m_seat(seat)
    , m_requester(requester)
{
}

void StandingAgainst::find()
{
    const SearchParams params{u"requester:"_s + m_requester, 30, {}};
    m_seat.link().call<SearchResult>(method::HistorySearch, params.toJson(), this, [this](Called<SearchResult> answer) {
        if (!answer)
            return Q_EMIT failed(sentence(answer.error()));
        for (const auto &item : answer->items)
            m_holds.push_back(item.head.hold);
        nextHold();
    });
}

void StandingAgainst::nextHold()
{
    if (m_holds.empty()) {
        std::erase_if(m_standing, [this](const Standing &one) { return std::ranges::find(m_undone, one.subject) != m_undone.end(); });
        Q_EMIT found(m_standing);
        return;
    }
    const auto hold = m_holds.back();
    m_holds.pop_back();
    m_seat.link().call<HoldDocuments>(method::HoldGet, HoldParams{hold}.toJson(), this, [this, hold](Called<HoldDocuments> answer) {
        if (!answer)
            return Q_EMIT failed(sentence(answer.error()));
        const auto trusted = m_seat.watch().trusted();
        const auto asked = describe(u"request"_s, answer->request, trusted ? &trusted->registry : nullptr);
        if (!asked.verified || asked.hold != hold)
            return unverified();
        // The gate's search may find more; what stands against somebody else is none of ours.
        if (asked.who != present::shown(m_requester, 200))
            return nextHold();
        std::erase_if(answer->documents, [](const DocumentRow &row) { return row.kind != u"decision"_s && row.kind != u"command"_s; });
        nextDocument(hold, std::move(answer->documents), 0);
    });
}

void StandingAgainst::nextDocument(const HoldId &hold, std::vector<DocumentRow> documents, std::size_t at)
{
    if (at >= documents.size())
        return nextHold();
    const auto params = DocumentParams{documents[at].idDigest}.toJson();
    m_seat.link().call<DocumentResult>(method::DocumentGet, params, this, [this, hold, documents, at](Called<DocumentResult> answer) {
        if (!answer)
            return Q_EMIT failed(sentence(answer.error()));
        if (take(hold, documents[at], answer->envelope))
            nextDocument(hold, documents, at + 1);
        else
            unverified();
    });
}

void StandingAgainst::unverified()
{
    //: Why what stands against a requester is not lifted: the gate hands out documents that are not what it says
    Q_EMIT failed(tr("The gate's documents about this requester do not verify. Nothing was signed."));
}

// Everything found here will be lifted by a signature: only genuine documents count, and only those of this hold.
bool StandingAgainst::take(const HoldId &hold, const DocumentRow &row, const Envelope &envelope)
{
    const auto trusted = m_seat.watch().trusted();
    const auto text = describe(row.kind, envelope, trusted ? &trusted->registry : nullptr);
    if (!text.verified || text.hold != hold || envelope.idDigest() != row.idDigest)
        return false;
    if (row.kind == u"decision"_s) {
        const auto decision = Decision::parse(envelope.payload);
        if (decision && decision->verdict == Decision::Verdict::Deny)
            m_standing.push_back({row.idDigest, hold, Command::Verb::Lift, {}});
        return true;
    }
    const auto command = Command::parse(envelope.payload);
    if (command->verb == Command::Verb::Freeze && command->actor == m_requester)
        m_standing.push_back({row.idDigest, hold, Command::Verb::Unfreeze, command->actor});
    if (command->subject)
        m_undone.push_back(*command->subject);
    return true;
}

} // namespace holdfast
