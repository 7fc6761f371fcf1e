// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "console/desk/auditfile.h"
#include "ledger/auditor.h"
#include "ledger/follower.h"
#include "ledger/merkle.h"
#include "ledger/holdstory.h"
#include "link/gatelink.h"
#include "link/pins.h"
#include "wire/messagesledger.h"

#include <QStringList>
#include <QTimer>

#include <deque>
#include <memory>
#include <set>

namespace holdfast {

/// Registry and policy that this console has walked to itself, from the pinned first entry on.
struct TrustedPolicy final
{
    Registry registry;
    Digest registryDigest;
    PolicyDocument policy;
};

/// This console's own witness of the gate's ledger: asks for a consistency proof at each connect, follows every entry with the
/// auditor, keeps the highest checkpoint outside the gate, and turns whatever does not hold into an alarm that stays. What was
/// audited without a finding is kept in a signed file: the next start goes on from there, and shows it when the gate or the key that
/// opens a session is not there. It is verified anew whenever it is read, without any secret.
class LedgerWatch final : public QObject
{
    Q_OBJECT
public:
    /// The kept file was signed by `sessionKey`. `session` signs it anew and must outlive this; without it nothing is written.
    LedgerWatch(GateLink &link, Pins pins, const VerifierKey &sessionKey, const Signer *session, QObject *parent = nullptr);
    ~LedgerWatch() override;

    /// Entries whose signatures, chain and states this console has verified.
    [[nodiscard]] std::int64_t proven() const { return m_auditor->size(); }
    /// True once everything up to a checkpoint that the gate signed over this connection was verified.
    [[nodiscard]] bool follows() const { return m_follows; }
    /// nullptr until the registry chain was walked.
    [[nodiscard]] std::shared_ptr<const TrustedPolicy> trusted() const { return m_trusted; }
    /// The first ones, each once.
    [[nodiscard]] const QStringList &alarms() const { return m_alarms; }
    [[nodiscard]] std::optional<CheckpointRef> highest() const;
    /// Until when this console has followed the ledger, in this run or an earlier one; nullopt: never, or nothing of it is left.
    [[nodiscard]] std::optional<Instant> asOf() const;
    /// The file that an earlier run kept and that is not as it left it, so that nothing of it is shown; else empty.
    [[nodiscard]] const QString &changedFile() const { return m_changedFile; }
    /// The newest entries, oldest first, and what the auditor makes of them and of all before.
    [[nodiscard]] const RecentLedger &recent() const { return m_recent; }
    [[nodiscard]] const std::map<HoldId, HoldStory> &openHolds() const { return m_auditor->openHolds(); }
    [[nodiscard]] std::optional<State> stateOf(const HoldId &hold) const { return m_auditor->stateOf(hold); }
    /// The gate's answer to a submission: proven to carry exactly `sent`. An error is an alarm already.
    void acknowledge(const Envelope &sent, const SubmitResult &answer, std::function<void(QString problem)> then);
    /// Something else that the gate says cannot be, by the ledger that was verified.
    void alarm(const QString &sentence);
    /// There is more in the ledger than before.
    void follow();

Q_SIGNALS:
    void advanced();
    void trustedChanged();
    void alarmed();

private:
    [[nodiscard]] AuditorOptions options() const;
    void resume();
    /// True if the gate signed the entries in it.
    [[nodiscard]] bool isSigned(const AuditFile::State &kept) const;
    void keep();
    void lost();
    void begin();
    void accept(const QByteArray &note, std::function<void(QString problem)> then);
    void fetch();
    void take(std::vector<QByteArray> entries, std::int64_t asked);
    /// Asks for what the auditor needs besides `entry` and is not here; false when nothing is left to ask for.
    [[nodiscard]] bool fetchMissing(QByteArrayView entry);
    void fetchBlobs(const QList<BlobRef> &blobs);
    void giveUp();
    void audit(int session);
    void reachedGoal();
    void refreshTrusted();

    GateLink &m_link;
    Pins m_pins;
    const Signer *m_session;
    LedgerFollower m_follower;
    MerkleTree m_tree;
    RecentLedger m_recent;
    QByteArray m_checkpoint; ///< signed note whose root is that of m_tree
    std::optional<Instant> m_asOf;
    bool m_follows = false; ///< everything up to now, over this connection
    QString m_changedFile;
    std::unique_ptr<LedgerAuditor> m_auditor;
    AuditFile m_file;
    QTimer m_keepSoon;
    std::int64_t m_kept = 0; ///< entries that the file covers
    std::map<Digest, QByteArray> m_blobs; ///< of the entry that is audited next
    std::set<Digest> m_askedBlobs;
    std::deque<QByteArray> m_waiting;
    std::optional<CheckpointRef> m_goal; ///< entries are fetched up to it, then the root of all of them must be its root
    QByteArray m_goalNote;
    bool m_asking = false, m_fetching = false, m_again = false;
    int m_missingBlobs = 0;
    int m_beginning = 0; ///< counts them: what belongs to an earlier one means nothing any more
    std::shared_ptr<const TrustedPolicy> m_trusted;
    QStringList m_alarms;
};

} // namespace holdfast
