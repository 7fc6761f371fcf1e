// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "console/desk/gateseat.h"
#include "core/documents/grant.h"

namespace holdfast {

/// Receipts of the holds that are done, none that the performer did not sign, with the output of their programs.
class ReceiptShelf final : public QObject
{
    Q_OBJECT
public:
    explicit ReceiptShelf(GateSeat &seat, QObject *parent = nullptr);

    /// nullptr while it is not here. Valid until the event loop turns.
    [[nodiscard]] const Receipt *find(const HoldId &hold) const;
    /// Visible text; empty while it is not here, or where nothing was printed.
    [[nodiscard]] QString output(const HoldId &hold) const { return m_outputs.value(hold); }

Q_SIGNALS:
    /// The receipt, and again the output.
    void arrived(const holdfast::HoldId &hold);

private:
    void fetch(const HoldId &hold);
    void take(const HoldId &hold, const Envelope &envelope);
    void fetchOutput(const HoldId &hold);

    GateSeat &m_seat;
    QHash<HoldId, Receipt> m_receipts;
    QHash<HoldId, QString> m_outputs;
};

} // namespace holdfast
