// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "socket.h"

#include "core/signer.h"
#include "wire/gateaddress.h"
#include "wire/messages.h"
#include "wire/rpc.h"

namespace holdfast::bench {

/// A session at the gate under test, spoken by hand. Any refusal ends the program.
class GateClient final
{
public:
    GateClient(const GateAddress &address, const Signer &key);

    /// The bytes of a call, and its id. Nothing is sent.
    struct Prepared final
    {
        std::int64_t id = 0;
        QByteArray frame;
    };
    [[nodiscard]] Prepared prepare(QStringView method, const Json &params);
    void write(const Prepared &call) { m_socket.write(call.frame); }
    /// The result of that call; what else comes meanwhile is dropped.
    Json await(std::int64_t id);
    /// The same whatever the answer is.
    RpcReply answer(std::int64_t id);
    Json call(QStringView method, const Json &params);

private:
    WebSocket m_socket;
    std::int64_t m_last = 0;
};

/// The gate that wrote `directory`/gate.json, beside its store.
[[nodiscard]] GateAddress gateOf(const QString &directory);

} // namespace holdfast::bench
