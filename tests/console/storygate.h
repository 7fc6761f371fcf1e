// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "keys/keykeeper.h"
#include "keys/memorystore.h"
#include "ledger/story.h"
#include "link/gatelink.h"
#include "link/pins.h"
#include "link/scriptedgate.h"
#include "wire/messagesconsole.h"
#include "wire/messagesledger.h"

#include <QTemporaryDir>

#include <deque>

namespace holdfast {

/// A copy of the signer, for who wants to own one.
[[nodiscard]] std::unique_ptr<SeedSigner> copyOf(const SeedSigner &signer);

/// Serves a story as an honest gate hands it out, to its owner `sam`; it may grow while it is served. A test bends it by answering
/// methods of `gate` otherwise. XDG directories lie in a home of its own.
class StoryGate final
{
public:
    using Case = Story::Case;

    StoryGate();

    /// Makes the head of a hold as it now stands in the story. Not told before tell() or the next connection.
    Head &put(const Case &about, State state);
    /// An asked and measured hold that waits, put.
    Case pending(std::int64_t rows = 3);
    void tell(const HoldId &hold);
    /// Takes what was signed into the story, and proves that it did.
    [[nodiscard]] SubmitResult submit(const Envelope &envelope, EntryKind kind);
    [[nodiscard]] HoldDocuments documentsOf(const HoldId &hold) const;
    [[nodiscard]] DocumentResult document(const Digest &idDigest) const;
    /// Answers the method when release() is called, in whatever way the test then says.
    void holdBack(QStringView method);
    void release(std::variant<Json, RpcError> answer);
    [[nodiscard]] std::size_t heldBack() const { return m_late.size(); }

    [[nodiscard]] LinkOptions linkOptions() const;
    /// As kept in the home, or those of a first meeting.
    [[nodiscard]] Pins pins() const;
    [[nodiscard]] std::unique_ptr<Signer> session() const { return copyOf(story.ownerSession); }
    /// The owner's keys in `store`, under the passphrase `correct horse`.
    [[nodiscard]] KeyKeeper keeper(MemoryStore &store) const;
    [[nodiscard]] static std::shared_ptr<SecretBytes> passphrase(QByteArray text = "correct horse");

    QTemporaryDir home;
    Story story;
    ScriptedGate gate;
    std::map<HoldId, Case> cases;
    std::map<HoldId, Head> heads;
    std::vector<Decision> decisions; ///< as they came, verified under the owner's deciding key
    std::vector<Command> commands; ///< the same

private:
    void serveLedger();
    void serveHolds();
    void serveSubmissions();

    std::deque<ScriptedGate::Reply> m_late;
};

} // namespace holdfast
