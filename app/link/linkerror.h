// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "wire/rpc.h"

namespace holdfast {

/// Why there is no answer from the gate, or none to be believed.
struct LinkError final
{
    enum class Kind {
        BadAddress, ///< not `ws://` on loopback or `wss://`, path /v1
        Unreachable, ///< no connection, or it ended; comes back by itself
        Timeout,
        BadMessage, ///< not what protocol 3 says; the connection is dropped
        WrongGate, ///< another key than the pinned one; never retried
        BadSignature, ///< the gate's answer does not verify; never retried
        Refused, ///< the gate does not open a session with this key; never retried
        Interrupted, ///< by whoever asked
    };
    Kind kind = Kind::Unreachable;
    QString detail; ///< our own words
    [[nodiscard]] bool isFinal() const
    {
        return kind == Kind::BadAddress || kind == Kind::WrongGate || kind == Kind::BadSignature || kind == Kind::Refused;
    }
};

/// A call that brought no result: the gate refused it, or no answer came.
using CallError = std::variant<LinkError, RpcError>;
/// True for what passes by itself, without the connection ending: the gate was busy, or did not answer in time.
[[nodiscard]] bool passes(const CallError &error);
/// For a person. Foreign text in it is made visible.
[[nodiscard]] QString sentence(const CallError &error);

template<typename T>
using Called = Result<T, CallError>;

} // namespace holdfast
