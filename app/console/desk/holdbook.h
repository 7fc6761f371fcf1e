// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "console/desk/ledgerwatch.h"
#include "console/present/evidence.h"
#include "link/holdfeed.h"

#include <QHash>
#include <QSet>

#include <deque>

namespace holdfast {

/// The holds that this console knows, each with bytes it has verified and hashed itself. A hold whose bytes do not verify stays
/// in the book with `unverified` set: it is shown, and nothing can be decided on it.
class HoldBook final : public QObject
{
    Q_OBJECT
public:
    HoldBook(GateLink &link, HoldFeed &feed, LedgerWatch &watch, QObject *parent = nullptr);

    /// nullptr when it is not in the book. Valid until the event loop turns.
    [[nodiscard]] const present::Evidence *find(const HoldId &hold) const;
    /// True if only the gate can perform any of them.
    [[nodiscard]] bool anyEnforced() const { return !m_enforced.isEmpty(); }
    [[nodiscard]] std::vector<const present::Evidence *> all() const;
    /// Fetches a hold that is not open any more (for a timeline). changed() follows.
    void fetch(const HoldId &hold);
    /// Fetches the blob that the hold's action names, where it names one that is not here. changed() follows.
    void fetchContent(const HoldId &hold);
    /// Takes the holds that had not ended when this console last followed the ledger, verified anew; the gate's own word, once it
    /// comes, replaces them.
    void recall();
    /// A hold that ended leaves the book.
    void forget(const HoldId &hold);

Q_SIGNALS:
    void changed(const holdfast::HoldId &hold);
    /// The open holds were told whole.
    void snapshot();

private:
    void takeHead(const Head &head);
    void fetchMore();
    void takeView(const HoldDocuments &view);
    void fetchLists();
    void wantLists(const HoldId &hold);
    void fetchLost();
    void letGoOfRecalled(const std::vector<Head> &open);
    [[nodiscard]] std::optional<BlobRef> missingList(const HoldId &hold) const;
    void takeList(const HoldId &hold, const Digest &digest, Called<QByteArray> bytes);
    /// The ledger was verified up to now: what the gate said is held to it.
    void compare();
    void verifyAgain();
    /// Counts anew who has approved: the ledger says so, not the gate's word for it.
    bool countApprovals(present::Evidence &evidence) const;
    void noteEnforcement(const present::Evidence &evidence);
    /// Empty when everything holds, else the reason.
    [[nodiscard]] QString verifyInto(present::Evidence &evidence) const;

    GateLink &m_link;
    HoldFeed &m_feed;
    LedgerWatch &m_watch;
    QHash<HoldId, std::shared_ptr<present::Evidence>> m_holds;
    QSet<HoldId> m_enforced;
    QSet<HoldId> m_recalled; ///< not told by the gate since
    std::deque<HoldId> m_wanted; ///< to be fetched, in this order
    QSet<HoldId> m_queued; ///< the same
    QSet<HoldId> m_untold; ///< asked for because the ledger has them waiting
    std::deque<HoldId> m_unruled; ///< without a ruling until their whole lists are here
    bool m_fetchingList = false;
    int m_asked = 0; ///< fetches that the gate has not answered yet
};

} // namespace holdfast
