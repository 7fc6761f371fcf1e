// SPDX-License-Identifier: Apache-2.0
#include "console/desk/receiptshelf.h"

#include "core/text/visible.h"
#include "link/blobs.h"
#include "wire/messages.h"

#include <algorithm>

namespace holdfast {

using namespace Qt::StringLiterals;

namespace {

constexpr std::int64_t largestOutput = 256LL * 1024;

} // namespace

ReceiptShelf::ReceiptShelf(GateSeat &seat, QObject *parent)
    : QObject(parent)
    , m_seat(seat)
{
    connect(&m_seat.book(), &HoldBook::changed, this, [this](const HoldId &hold) {
        const auto *evidence = m_seat.book().find(hold);
        if (evidence != nullptr && evidence->head.state == State::Done && !m_receipts.contains(hold))
            fetch(hold);
    });
}

const Receipt *ReceiptShelf::find(const HoldId &hold) const
{
    const auto found = m_receipts.constFind(hold);
    return found == m_receipts.constEnd() ? nullptr : &*found;
}

// The receipt is the last document of a hold that is done.
void ReceiptShelf::fetch(const HoldId &hold)
{
    m_seat.link().ask<HoldDocuments>(method::HoldGet, HoldParams{hold}.toJson(), this, [this, hold](Called<HoldDocuments> view) {
        if (!view)
            return;
        const auto row = std::find_if(view->documents.rbegin(), view->documents.rend(), [](const DocumentRow &one) { return one.kind == u"receipt"_s; });
        if (row == view->documents.rend())
            return;
        m_seat.link().ask<DocumentResult>(method::DocumentGet, DocumentParams{row->idDigest}.toJson(), this, [this, hold](Called<DocumentResult> answer) {
            if (answer)
                take(hold, answer->envelope);
        });
    });
}

void ReceiptShelf::take(const HoldId &hold, const Envelope &envelope)
{
    const auto trusted = m_seat.watch().trusted();
    if (!trusted || !verify(envelope, trusted->registry.gateKeys.performKey, payloadtype::Receipt))
        return;
    const auto receipt = Receipt::parse(envelope.payload);
    if (!receipt || receipt->hold != hold)
        return;
    m_receipts.insert(hold, *receipt);
    Q_EMIT arrived(hold);
    fetchOutput(hold);
}

void ReceiptShelf::fetchOutput(const HoldId &hold)
{
    const auto &output = m_receipts[hold].output;
    if (!output || output->size > largestOutput)
        return;
    fetchBlob(&m_seat.link(), *output, this, [this, hold](Called<QByteArray> bytes) {
        if (!bytes)
            return;
        m_outputs.insert(hold, visible(QString::fromUtf8(*bytes), {.keepLines = true, .limit = 20'000}));
        Q_EMIT arrived(hold);
    });
}

} // namespace holdfast
