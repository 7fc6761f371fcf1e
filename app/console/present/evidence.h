// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/documents/hold.h"
#include "core/documents/registry.h"
#include "core/envelope.h"
#include "core/policy/approval.h"
#include "wire/messagesconsole.h"

#include <map>
#include <memory>
#include <optional>

namespace holdfast::present {

/// One hold as this console believes it: bytes it has verified and hashed itself, and its own ruling over them.
struct Evidence final
{
    Head head;
    Envelope requestEnvelope;
    Request request;
    Digest requestDigest;
    std::optional<Envelope> holdEnvelope; ///< absent while it is measured for the first time
    std::optional<Hold> hold;
    Digest holdDigest;
    std::shared_ptr<const Hold> previous; ///< the revision before, when this console has seen one
    std::optional<Ruling> ruling; ///< recomputed from the registry's policy and the whole lists; absent while those are not here
    std::map<Digest, QByteArray> lists; ///< the blobs of the lists that the hold had no room for, as far as they are here
    QString listsProblem; ///< why one of them cannot be had
    QString unverified; ///< why nothing of it is to be believed; empty when all held
    QStringList approvals; ///< the persons whose approval of this revision counts in the ledger, whatever the head says
    std::shared_ptr<const QByteArray> content; ///< the blob that the action names: the bytes that fit its digest, once they are here
    QString contentProblem; ///< why they are not
};

/// The person who looks at it.
struct Viewer final
{
    QString person;
    QString actor;
    bool otherApprovers = false; ///< a second human approver is registered
};

/// The tier, by the policy; what this console could not rule is as grave as anything.
[[nodiscard]] inline Tier tierOf(const Evidence &evidence)
{
    return evidence.ruling ? evidence.ruling->tier : Tier::Critical;
}
/// How many approve, by the policy where this console could work that out.
[[nodiscard]] inline int needOf(const Evidence &evidence)
{
    return evidence.ruling ? evidence.ruling->rule.quorum.need : evidence.hold->policy.need;
}
/// The confirmations that it asks for, likewise.
[[nodiscard]] inline const QStringList &confirmOf(const Evidence &evidence)
{
    return evidence.ruling ? evidence.ruling->rule.confirm : evidence.hold->policy.confirm;
}

} // namespace holdfast::present
