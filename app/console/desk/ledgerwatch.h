// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "console/desk/auditfile.h"
#include "ledger/auditor.h"
#include "ledger/follower.h"
#include "ledger/merkle.h"
#include "link/gatelink.h"
#include "link/pins.h"
#include "wire/messagesledger.h"

#include <QStringList>

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
/// audited without a finding is kept in a signed file, so that the next start goes on from there.
class LedgerWatch final : public QObject
{
    Q_OBJECT
public:
    /// `session` signs what is kept and must outlive it.
    LedgerWatch(GateLink &link, Pins pins, const Signer &session, QObject *parent = nullptr);
    ~LedgerWatch() override;

    /// Entries whose signatures, chain and states this console has verified.
    [[nodiscard]] std::int64_t proven() const { return m_auditor->size(); }
    /// nullptr until the registry chain was walked.
    [[nodiscard]] std::shared_ptr<const TrustedPolicy> trusted() const { return m_trusted; }
    [[nodiscard]] const QStringList &alarms() const { return m_alarms; }
    [[nodiscard]] std::optional<CheckpointRef> highest() const;
    /// The gate's answer to a submission: proven to carry exactly `sent`. An error is an alarm already.
    void acknowledge(const Envelope &sent, const SubmitResult &answer, std::function<void(QString problem)> then);
    /// There is more in the ledger than before.
    void follow();

Q_SIGNALS:
    void advanced();
    void trustedChanged();
    void alarmed();

private:
    [[nodiscard]] AuditorOptions options() const;
    void resume();
    void keep();
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
    void alarm(const QString &sentence);
    void refreshTrusted();

    GateLink &m_link;
    Pins m_pins;
    LedgerFollower m_follower;
    MerkleTree m_tree;
    std::unique_ptr<LedgerAuditor> m_auditor;
    AuditFile m_file;
    std::int64_t m_kept = 0; ///< entries that the file covers
    std::map<Digest, QByteArray> m_blobs; ///< of the entry that is audited next
    std::set<Digest> m_askedBlobs;
    std::deque<QByteArray> m_waiting;
    std::optional<CheckpointRef> m_goal; ///< entries are fetched up to it, then the root of all of them must be its root
    bool m_asking = false, m_fetching = false, m_again = false;
    int m_missingBlobs = 0;
    int m_session = 0; ///< counts beginnings: what belongs to an earlier one means nothing any more
    std::shared_ptr<const TrustedPolicy> m_trusted;
    QStringList m_alarms;
};

} // namespace holdfast
