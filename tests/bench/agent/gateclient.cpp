// SPDX-License-Identifier: Apache-2.0
#include "gateclient.h"

#include "core/documents/session.h"

namespace holdfast::bench {

GateClient::GateClient(const GateAddress &address, const Signer &key) : m_socket(address.url.toString(), "holdfast.v1")
{
    const auto message = parseRpc(m_socket.next());
    const auto *call = message ? std::get_if<RpcCall>(&*message) : nullptr;
    const auto challenge = call != nullptr ? Challenge::fromJson(call->params) : Parsed<Challenge>(Failure{DocumentError{}});
    if (!challenge)
        fail(QStringLiteral("the gate sent no challenge"));
    SessionOpen open;
    open.gate = challenge->gate;
    open.gateKey = challenge->key;
    open.nonce = challenge->nonce;
    open.clientNonce = randomBytes(16);
    open.key = key.key();
    open.clientName = QStringLiteral("bench");
    open.clientVersion = QStringLiteral("1");
    open.at = SystemClock().now();
    this->call(method::SessionOpen, EnvelopeParams{Envelope::sign(key, payloadtype::SessionOpen, open.toPayload())}.toJson());
}

GateClient::Prepared GateClient::prepare(QStringView method, const Json &params)
{
    const std::int64_t id = ++m_last;
    return {id, WebSocket::frame(encode(RpcCall{RpcId{id}, method.toString(), params}))};
}

RpcReply GateClient::answer(std::int64_t id)
{
    for (;;) {
        const auto message = parseRpc(m_socket.next(70'000));
        const auto *reply = message ? std::get_if<RpcReply>(&*message) : nullptr;
        if (reply != nullptr && reply->id == RpcId{id})
            return *reply;
    }
}

Json GateClient::await(std::int64_t id)
{
    const RpcReply reply = answer(id);
    if (const auto *error = std::get_if<RpcError>(&reply.outcome))
        fail(QStringLiteral("the gate refused: %1").arg(error->detail));
    return std::get<Json>(reply.outcome);
}

Json GateClient::call(QStringView method, const Json &params)
{
    const Prepared prepared = prepare(method, params);
    write(prepared);
    return await(prepared.id);
}

GateAddress gateOf(const QString &directory)
{
    const auto file = GateFile::read(directory + QStringLiteral("/gate.json"));
    if (!file)
        fail(file.error());
    return file->address;
}

} // namespace holdfast::bench
