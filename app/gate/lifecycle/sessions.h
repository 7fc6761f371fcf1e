// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/documents/session.h"
#include "gate/lifecycle/context.h"

namespace holdfast {

/// Decides who may speak: challenge, session.open, actor.enrol, invites (protocol 3.2).
class Sessions final
{
public:
    /// `ownerSecret`: of the first owner, 16 bytes; empty when there is none to come.
    Sessions(Context &context, QByteArray ownerSecret) : m_context(context), m_ownerSecret(std::move(ownerSecret)) {}

    void challenge(ConnectionId connection);
    [[nodiscard]] Answer open(ConnectionId connection, const Json &params);
    [[nodiscard]] Answer enrol(ConnectionId connection, const Json &params);
    /// A new invite: the secret stays here and goes to the caller, never into the ledger.
    [[nodiscard]] Answer invite(const Caller &caller, const Json &params);
    /// The session's actor under the newest registry, or why it is none any more.
    [[nodiscard]] Result<Caller, Refused> callerOf(ConnectionId connection, const RpcId &id) const;

private:
    struct Candidate final
    {
        const Actor *actor = nullptr;
        VerifierKey key;
    };
    [[nodiscard]] Result<Candidate, Refused> signerOf(const Envelope &envelope) const;
    [[nodiscard]] std::optional<Refused> whyNotThisSession(const SessionOpen &open, const VerifierKey &signer, const QByteArray &nonce) const;
    [[nodiscard]] Answer enrolOwner(const Enrol &enrol, const Envelope &envelope, QByteArrayView nonce);
    [[nodiscard]] Answer enrolInvited(const Enrol &enrol, const Envelope &envelope, QByteArrayView nonce);
    [[nodiscard]] std::optional<Refused> whyNotTheseKeys(const Enrol &enrol, ActorKind kind) const;

    Context &m_context;
    QByteArray m_ownerSecret;
    int m_ownerFailures = 0;
};

} // namespace holdfast
