// SPDX-License-Identifier: Apache-2.0
#include "asker.h"

#include "core/base64.h"
#include "wire/messagesrequester.h"

#include <QJsonDocument>
#include <QJsonObject>

namespace holdfast::bench {

namespace {

class ProductAsker final : public Asker
{
public:
    ProductAsker(const GateAddress &address, const Cast &cast) : m_address(address), m_cast(cast), m_gate(address, cast.request) {}

    void prepare() override
    {
        const auto payload = requestPayload(m_address.key.name, m_address.key, AskedTarget, SystemClock().now(), RequestSize);
        m_hold = HoldId::of(m_cast.request.key().bytes, payload);
        m_call = m_gate.prepare(method::HoldRequest, EnvelopeParams{Envelope::sign(m_cast.request, payloadtype::Request, payload)}.toJson());
    }
    void send() override { m_gate.write(m_call); }
    void takeBack() override
    {
        (void)m_gate.await(m_call.id);
        (void)m_gate.call(method::CommandSubmit, withdrawal(m_address.key, m_cast.request, m_hold));
    }

private:
    GateAddress m_address;
    const Cast &m_cast;
    GateClient m_gate;
    GateClient::Prepared m_call;
    HoldId m_hold;
};

class PeerAsker final : public Asker
{
public:
    PeerAsker(const QString &url, const Cast &cast) : m_cast(cast), m_gate(url), m_gateKey(cast.decide.key()) {}

    void prepare() override
    {
        const auto payload = requestPayload(QStringLiteral("peer"), m_gateKey, AskedTarget, SystemClock().now(), RequestSize);
        m_frame = WebSocket::frame(peerMessage(QStringLiteral("request"), payload, m_cast.request));
    }
    void send() override { m_gate.write(m_frame); }
    void takeBack() override
    {
        const QString hold = peerText(m_gate.next(), QStringLiteral("hold"));
        m_gate.say(peerMessage(QStringLiteral("withdraw"), hold.toUtf8(), m_cast.request));
        (void)m_gate.next();
    }

private:
    const Cast &m_cast;
    WebSocket m_gate;
    VerifierKey m_gateKey; // any key of the right form: the peer's documents carry as much as the product's
    QByteArray m_frame;
};

class FloorAsker final : public Asker
{
public:
    explicit FloorAsker(quint16 port) : m_window(port) {}

    void prepare() override { m_frame = PlainSocket::frame(QByteArray(1, '+') + QByteArray(RequestSize, 'x')); }
    void send() override { m_window.write(m_frame); }
    void takeBack() override
    {
        (void)m_window.next();
        m_window.write(PlainSocket::frame(QByteArray(1, '-')));
        (void)m_window.next();
    }

private:
    PlainSocket m_window;
    QByteArray m_frame;
};

} // namespace

std::unique_ptr<Asker> askProduct(const QString &directory, const Cast &cast)
{
    return std::make_unique<ProductAsker>(gateOf(directory), cast);
}

std::unique_ptr<Asker> askPeer(const QString &url, const Cast &cast)
{
    return std::make_unique<PeerAsker>(url, cast);
}

std::unique_ptr<Asker> askFloor(quint16 port)
{
    return std::make_unique<FloorAsker>(port);
}

QByteArray peerMessage(const QString &operation, const QByteArray &payload, const Signer &signer)
{
    const auto signature = signer.sign(payload);
    return Json(JsonObject{{QStringLiteral("op"), Json(operation)},
                           {QStringLiteral("payload"), Json(QString::fromUtf8(payload))},
                           {QStringLiteral("sig"), Json(QString::fromLatin1(QByteArray(reinterpret_cast<const char *>(signature.data()), qsizetype(signature.size())).toBase64()))}})
        .toBytes();
}

QString peerText(const QByteArray &message, const QString &member)
{
    return QJsonDocument::fromJson(message).object().value(member).toString();
}

} // namespace holdfast::bench
