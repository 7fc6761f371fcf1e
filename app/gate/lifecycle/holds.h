// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gate/lifecycle/blobshelf.h"
#include "gate/lifecycle/context.h"
#include "gate/store/holdtable.h"
#include "wire/messagesconsole.h"
#include "wire/messagesrequester.h"

#include <set>

namespace holdfast {

/// So often may measuring one request end its process before it waits for a person.
inline constexpr int mostDeaths = 2;

/// A requester's hold.wait that is not answered yet.
struct Waiter final
{
    ConnectionId connection = 0;
    RpcId id;
    HoldId hold;
    std::int64_t after = 0;
    Instant until{};
};

/// Moves holds along: every arrow is one entry, one new row, one notification, in this transaction.
class Holds final
{
public:
    explicit Holds(Context &context) : m_context(context), m_shelf([&context](const Digest &digest) { return context.store.blobs.read(digest); }) {}

    /// An event of the gate: the arrow to `state`.
    Recorded event(HoldRow &hold, State state, const QString &because, std::optional<Instant> until = {});
    /// A document that somebody signed: the arrow to `state`, or none where it stays.
    Recorded record(HoldRow &hold, EntryKind kind, const Envelope &envelope, const std::vector<BlobRef> &named, State state);
    /// As record(), for a document that the gate's own key states.
    Recorded stateDocument(HoldRow &hold, EntryKind kind, QByteArray payload, const std::vector<BlobRef> &named, State state);
    /// The row and its watchers follow an entry that was written already.
    void moved(HoldRow &hold, const Recorded &recorded, State state);
    /// Ends a hold that was approved but not begun: its grant is void from now on.
    void stop(HoldRow &hold, State state, const QString &because);

    [[nodiscard]] Head head(const HoldRow &hold) const;
    [[nodiscard]] HoldStatus status(const HoldRow &hold, HoldStatus::Form form) const;
    [[nodiscard]] std::optional<Request> requestOf(const HoldRow &hold) const;
    [[nodiscard]] std::optional<Hold> current(const HoldRow &hold) const; ///< as it was signed: its lists may be shortened
    /// The current revision with its lists whole, as rules, denials and drift read it; nullopt where one of them is not to be had.
    [[nodiscard]] std::optional<Hold> decided(const HoldRow &hold) const;
    /// Everything that a worker needs; null when the request or the target is gone.
    [[nodiscard]] std::shared_ptr<const Subject> subjectOf(const HoldRow &hold) const;
    /// `asked`: a person wants it. By itself nothing is measured again that ended `mostDeaths` processes: then the job only says so.
    /// False where the request or the target is gone: then nothing is measured.
    bool startMeasuring(const HoldRow &hold, MeasurePurpose purpose, bool asked = false);

    void wait(Waiter waiter);
    void forget(ConnectionId connection);
    /// Answers whoever waited for what this turn changed, and whoever waited long enough.
    void answerWaiters();
    [[nodiscard]] std::optional<Instant> nextWaiterEnds() const;

    /// Blobs that jobs have in hand.
    [[nodiscard]] BlobShelf &shelf() { return m_shelf; }

    /// Text that history.search finds.
    void index(const HoldRow &hold);

private:
    [[nodiscard]] bool answer(const Waiter &waiter, const HoldRow &hold);

    Context &m_context;
    mutable BlobShelf m_shelf;
    mutable Recent<Request, 16> m_requests; ///< by id digest, as m_revisions
    mutable Recent<Hold, 16> m_revisions;
    std::multimap<HoldId, Waiter> m_waiters;
    std::multimap<Instant, HoldId> m_ends; ///< when somebody's patience ends; may name holds that nobody waits for any more
    std::set<HoldId> m_touched; ///< moved, or newly waited for, since the last answers
};

} // namespace holdfast
