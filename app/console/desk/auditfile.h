// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "console/desk/recentledger.h"
#include "core/clock.h"
#include "core/result.h"
#include "core/signer.h"

namespace holdfast {

/// The state of a console's audit between two runs: the newest entries of the ledger and the auditor's knowledge, as far as nothing was
/// found wrong. The next run goes on from it, and shows it when it cannot open a session. Signed with this person's session key, so that no other
/// program's words are taken for what this console verified; reading it needs only the public half.
///
///     holdfast-audit-v2\n ‖ signature (64 bytes) ‖ body
///     body = QDataStream of: when it stood so, size and edge of the tree before the kept entries, the entries each with the payload
///            that it only names, the checkpoint that the gate signed over all of them, the auditor's state
///     signed: "holdfast-audit-v2\n" gate's verifier key "\n" SHA-256(body) as 64 hex digits
class AuditFile final
{
public:
    struct State final
    {
        Instant asOf{}; ///< until when the console followed the ledger
        RecentLedger recent;
        QByteArray checkpoint; ///< signed note; its root is that of recent.after()
        QByteArray auditor;
    };
    enum class Problem {
        None, ///< nothing was kept, or by another version of this program
        Changed, ///< there is a file, and this console did not leave it so
    };

    AuditFile(QString path, VerifierKey gateKey, VerifierKey session);

    /// Without it everything is audited from the beginning. The checkpoint in it is the caller's to open.
    [[nodiscard]] Result<State, Problem> load() const;
    /// 0600, replaced whole. `session` is the key that load() verifies under. False: it could not be written, and the next start is a
    /// longer one.
    [[nodiscard]] bool save(const State &state, const Signer &session) const;
    [[nodiscard]] const QString &path() const { return m_path; }

private:
    [[nodiscard]] QByteArray signedBytes(const QByteArray &body) const;

    QString m_path;
    VerifierKey m_gateKey;
    VerifierKey m_session;
};

} // namespace holdfast
