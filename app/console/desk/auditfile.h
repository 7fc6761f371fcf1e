// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/signer.h"
#include "ledger/merkle.h"

namespace holdfast {

/// Where a console goes on auditing after it was closed: the ledger's tree and what the auditor knew, as far as nothing was found
/// wrong. Signed with this person's session key, so that no other program's words are taken for what this console verified.
///
///     holdfast-audit-v1\n ‖ signature (64 bytes) ‖ body
///     body = QDataStream of: size, edge of the tree, the auditor's state
///     signed: "holdfast-audit-v1\n" gate's verifier key "\n" SHA-256(body) as 64 hex digits
class AuditFile final
{
public:
    struct Start final
    {
        MerkleTree tree;
        QByteArray auditor;
    };

    /// `session` must outlive it.
    AuditFile(QString path, VerifierKey gateKey, const Signer &session);

    /// nullopt: there is none, or it is not what this console wrote. Then everything is audited from the beginning.
    [[nodiscard]] std::optional<Start> load() const;
    /// 0600, replaced whole. False: it could not be written, and the next start is a longer one.
    bool save(const MerkleTree &tree, const QByteArray &auditor) const;

private:
    [[nodiscard]] QByteArray signedBytes(const QByteArray &body) const;

    QString m_path;
    VerifierKey m_gateKey;
    const Signer &m_session;
};

} // namespace holdfast
