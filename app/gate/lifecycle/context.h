// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gate/lifecycle/connections.h"
#include "gate/lifecycle/effects.h"
#include "gate/lifecycle/registries.h"
#include "gate/lifecycle/secrets.h"

#include <chrono>
#include <functional>

namespace holdfast {

/// How far the clock of whoever signed something may be from the gate's.
inline constexpr std::chrono::minutes tolerableSkew{10};

/// Shared by all parts of the engine during one turn. Belongs to the engine; used on the store thread.
struct Context final
{
    Store &store;
    const Clock &clock;
    const GateIdentity &identity;
    const GateConfig &config;
    Book book;
    Registries registries;
    Connections connections;
    KnownSecrets secrets; ///< of blobs that were handed in
    Instant now{}; ///< of the running turn
    std::vector<Effect> effects;

    Context(Store &theStore, const Clock &theClock, const GateIdentity &theIdentity, const GateConfig &theConfig)
        : store(theStore), clock(theClock), identity(theIdentity), config(theConfig), book(theStore, theIdentity),
          registries(theStore, book, theIdentity)
    {
    }

    [[nodiscard]] const ActiveRegistry &active() const { return *registries.current(); }
    /// Runs a part of the turn; where it gives false, all that it wrote is undone. Gives what it gave.
    bool attempt(const std::function<bool()> &work);
};

/// The caller and his rights. `actor` is valid for the length of the call.
struct Caller final
{
    ConnectionId connection = 0;
    RpcId id;
    const Actor *actor = nullptr;
    VerifierKey key; ///< of the session

    [[nodiscard]] bool isMachine() const { return actor->kind == ActorKind::Machine; }
};

/// How a call ends. A refusal undoes what the call wrote, unless it is itself on record.
struct Refused final
{
    RpcError error;
    bool recorded = false;

    Refused(RpcError why, bool keep = false) : error(std::move(why)), recorded(keep) {}
    Refused(ErrorCode code, QString detail) : error(RpcError::of(code, std::move(detail))) {}
};
/// The answer follows in a later turn.
struct Later final
{
};
using Answer = std::variant<Json, SubmitResult, Refused, Later>;

/// Reads the params of a call; the refusal names the member that is wrong.
template<typename T>
[[nodiscard]] Result<T, Refused> read(const Json &params)
{
    auto parsed = T::fromJson(params);
    if (parsed)
        return std::move(*parsed);
    const DocumentError &error = parsed.error();
    if (error.path.startsWith(QStringLiteral("$.envelope.")) || (error.path == QStringLiteral("$.envelope") && error.kind == DocumentError::Kind::InvalidValue))
        return Failure{Refused(ErrorCode::InvalidDocument, error.sentence())};
    return Failure{Refused(RpcError::invalidParams(error.sentence()))};
}

} // namespace holdfast
