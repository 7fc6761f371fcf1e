// SPDX-License-Identifier: Apache-2.0
#include "gate/store/pastholds.h"

#include "core/documents/wholelists.h"
#include "gate/store/blobtable.h"
#include "gate/store/holdtable.h"
#include "gate/store/ledgertable.h"
#include "ledger/entry.h"

#include <limits>

namespace holdfast {

namespace {

class Reading final
{
public:
    explicit Reading(Database &database) : m_ledger(database), m_holds(database), m_blobs(database) {}

    bool run(Instant since, const std::function<bool(const PastHold &)> &take) const
    {
        constexpr int atOnce = 100;
        std::int64_t below = std::numeric_limits<std::int64_t>::max();
        for (auto page = m_holds.measuredSince(since, below, atOnce); !page.empty(); page = m_holds.measuredSince(since, below, atOnce)) {
            for (const HoldRow &row : page) {
                below = row.row;
                const auto past = pastOf(row);
                if (!past)
                    return false;
                if (!take(*past))
                    return true;
            }
        }
        return true;
    }

private:
    [[nodiscard]] std::optional<PastHold> pastOf(const HoldRow &row) const
    {
        const auto asked = payloadOf(row.requestDocument), held = payloadOf(*row.holdDocument);
        const auto request = asked ? Request::parse(*asked) : Parsed<Request>(Failure{DocumentError{}});
        const auto hold = held ? Hold::parse(*held) : Parsed<Hold>(Failure{DocumentError{}});
        if (!request || !hold)
            return std::nullopt;
        auto whole = wholeOf(hold->measured, blobs());
        if (!whole)
            return std::nullopt;
        return PastHold{hold->kind, hold->target, row.actor, request->origin.agent.value_or(QString()), std::move(*whole), hold->measuredAt};
    }

    [[nodiscard]] std::optional<QByteArray> payloadOf(const Digest &document) const
    {
        const auto place = m_ledger.document(document);
        const auto bytes = place ? m_ledger.entry(place->index) : std::nullopt;
        const auto entry = bytes ? Entry::parse(*bytes) : Result<Entry, EntryError>(Failure{EntryError{}});
        if (!entry)
            return std::nullopt;
        const auto envelope = entry->wholeEnvelope(blobs());
        return envelope ? std::optional(envelope->payload) : std::nullopt;
    }

    [[nodiscard]] BlobSource blobs() const
    {
        return [this](const Digest &digest) { return m_blobs.read(digest); };
    }

    LedgerTable m_ledger;
    HoldTable m_holds;
    BlobTable m_blobs;
};

} // namespace

PastHolds pastHoldsOf(const QString &storeFile)
{
    return [storeFile](Instant since, const std::function<bool(const PastHold &)> &take) {
        const auto database = Database::open(storeFile);
        return database && Reading(**database).run(since, take) && !(*database)->failed();
    };
}

} // namespace holdfast
