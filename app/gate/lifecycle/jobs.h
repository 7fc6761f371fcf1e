// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gate/lifecycle/heldblob.h"
#include "gate/server/server.h"
#include "kinds/performing.h"
#include "wire/rpc.h"

#include <map>
#include <memory>

namespace holdfast {

/// Everything that a worker needs to know of a hold, owned by itself: workers never touch the store.
struct Subject final
{
    HoldId hold;
    Request request;
    QString actor, person;
    Target target; ///< of kind `policy`: only its name
    std::shared_ptr<const PolicyDocument> policy;
    QByteArray policyToml; ///< the exact text of `policy`
    QStringList askable; ///< targets that the requester may ask himself, in their own kind
    std::map<Digest, std::shared_ptr<const HeldBlob>> blobs; ///< that the request names
};

enum class MeasurePurpose {
    First, ///< the hold is `measuring`
    Again, ///< somebody asked, or the policy changed, while it is `pending`
    BeforeSpending, ///< it is its turn, and what follows cannot be rolled back, or the policy has moved
};

struct MeasureJob final
{
    MeasurePurpose purpose = MeasurePurpose::First;
    int revision = 0; ///< of the hold when the job was made
    std::shared_ptr<const Subject> subject;
    bool asked = false; ///< a person wants it; else it happens by itself
    QString never; ///< why it is not measured at all, though it would be by itself; empty: it is
};

struct PerformJob final
{
    QByteArray grant;
    std::shared_ptr<const Subject> subject;
    Hold approved; ///< with its lists whole
};

/// The live identity of a target, as `target.identify` asks for it.
struct IdentifyJob final
{
    ConnectionId connection = 0;
    RpcId id;
    Target target;
};

// Results of jobs and messages from sockets: the engine takes these one after another.

struct Opened final
{
    ConnectionId connection = 0;
};
struct Received final
{
    ConnectionId connection = 0;
    QByteArray message;
    std::shared_ptr<const Result<RpcMessage, RpcReply>> parsed = nullptr; ///< `message`, where another thread read it
};
struct Closed final
{
    ConnectionId connection = 0;
};
struct Measured final
{
    MeasurePurpose purpose = MeasurePurpose::First;
    int revision = 0;
    HoldId hold;
    Instant at{}; ///< when the measuring began
    MeasureOutput output;
    bool credentialReachable = true;
    bool asked = false;
    QString unmeasured; ///< why the output is only what is known without measuring; empty: it was measured
    bool died = false; ///< the measuring process came to an end over it
};
struct PerformedHold final
{
    HoldId hold;
    QByteArray grant;
    Instant startedAt{}, finishedAt{};
    std::variant<Performed, Drifted> outcome;
    bool credentialReachable = true;
};
struct Identified final
{
    ConnectionId connection = 0;
    RpcId id;
    Result<Json, QString> identity;
};
using Input = std::variant<Opened, Received, Closed, Measured, PerformedHold, Identified>;

/// The actor behind a connection. Connections without a session are one owner together.
struct InputOwner final
{
    QString actor;
    bool isHuman = false;
};

} // namespace holdfast
