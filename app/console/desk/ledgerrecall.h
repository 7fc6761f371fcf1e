// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "console/desk/ledgerwatch.h"
#include "wire/messagesconsole.h"

namespace holdfast {

/// The history without the gate: the holds of the newest entries, told from their documents alone, each verified under the registry.
/// A hold that was requested before the oldest of them is told from where they begin.
class LedgerRecall final
{
public:
    struct Document final
    {
        DocumentRow row;
        Envelope envelope;
    };

    /// Of a watch that has a registry; without one it is empty.
    explicit LedgerRecall(const LedgerWatch &watch);

    /// Those in which each of the words stands, newest first; empty words: all.
    [[nodiscard]] std::vector<HistoryItem> holds(const QStringList &words) const;
    /// In ledger order.
    [[nodiscard]] std::vector<Document> documents(const HoldId &hold) const;

private:
    struct Told final
    {
        HistoryItem item;
        std::optional<Instant> opened;
        std::vector<Document> documents;
    };
    void tell(const Entry &entry, const Envelope &envelope, const Registry &registry);
    static void take(Told &told, const Entry &entry, const Envelope &envelope, const QString &person);

    std::map<HoldId, Told> m_told;
};

} // namespace holdfast
