// SPDX-License-Identifier: Apache-2.0
#include "decider.h"

#include "asker.h"
#include "core/documents/decision.h"
#include "wire/messagesconsole.h"
#include "wire/messagesrequester.h"

namespace holdfast::bench {

namespace {

using namespace std::chrono_literals;

QByteArray decisionPayload(const GateAddress &gate, const Cast &cast, const Head &head)
{
    Decision decision;
    decision.hold = head.hold;
    decision.revision = head.revision;
    decision.request = head.requestDigest;
    decision.holdDigest = head.holdDigest.value_or(Digest{});
    decision.verdict = Decision::Verdict::Approve;
    decision.gate = gate.key.name;
    decision.gateKey = gate.key;
    decision.key = cast.decide.key();
    decision.nonce = randomBytes(16);
    decision.view.locale = QStringLiteral("en");
    decision.view.console = QStringLiteral("bench");
    decision.decidedAt = SystemClock().now();
    decision.notAfter = decision.decidedAt + 10min;
    return decision.toPayload();
}

class ProductDecider final : public Decider
{
public:
    ProductDecider(const GateAddress &address, const Cast &cast)
        : m_address(address), m_cast(cast), m_agent(address, cast.request), m_owner(address, cast.session)
    {
    }

    void prepare() override
    {
        const auto payload = requestPayload(m_address.key.name, m_address.key, AskedTarget, SystemClock().now(), RequestSize);
        m_hold = HoldId::of(m_cast.request.key().bytes, payload);
        (void)m_agent.call(method::HoldRequest, EnvelopeParams{Envelope::sign(m_cast.request, payloadtype::Request, payload)}.toJson());
        for (m_status = {}; m_status.state != State::Pending;)
            waitOn();
        const auto documents = HoldDocuments::fromJson(m_owner.call(method::HoldGet, HoldParams{m_hold}.toJson()));
        const auto decision = decisionPayload(m_address, m_cast, documents->head);
        m_decision = m_owner.prepare(method::DecisionSubmit, EnvelopeParams{Envelope::sign(m_cast.decide, payloadtype::Decision, decision)}.toJson());
        ask();
        // Calls of one connection are taken in order: once this is answered, the question before it is outstanding.
        (void)m_agent.call(method::TargetList, Nothing{}.toJson());
    }
    void decide() override { m_owner.write(m_decision); }
    void awaitRelease() override
    {
        take();
        while (m_status.state == State::Pending || m_status.state == State::Approved || m_status.state == State::Cooling)
            waitOn();
    }
    void finish() override
    {
        if (m_status.state != State::Released && m_status.state != State::Executing && m_status.state != State::Done)
            fail(QStringLiteral("a decision released nothing: the hold is %1").arg(toString(m_status.state)));
        (void)m_owner.await(m_decision.id);
        while (!isFinal(m_status.state))
            waitOn();
    }

private:
    void ask()
    {
        m_question = m_agent.prepare(method::HoldWait, WaitParams{m_hold, m_status.sequence, limit::WaitMs}.toJson());
        m_agent.write(m_question);
    }
    void take()
    {
        const auto status = HoldStatus::fromJson(m_agent.await(m_question.id));
        if (!status)
            fail(status.error().sentence());
        m_status = *status;
    }
    void waitOn()
    {
        ask();
        take();
    }

    GateAddress m_address;
    const Cast &m_cast;
    GateClient m_agent, m_owner;
    GateClient::Prepared m_decision, m_question;
    HoldId m_hold;
    HoldStatus m_status;
};

class PeerDecider final : public Decider
{
public:
    PeerDecider(const QString &url, const Cast &cast) : m_cast(cast), m_agent(url), m_owner(url) {}

    void prepare() override
    {
        const auto payload = requestPayload(QStringLiteral("peer"), m_cast.decide.key(), AskedTarget, SystemClock().now(), RequestSize);
        m_agent.say(peerMessage(QStringLiteral("request"), payload, m_cast.request));
        const QString hold = peerText(m_agent.next(), QStringLiteral("hold"));
        const JsonObject decision{{QStringLiteral("hold"), Json(hold)},
                                  {QStringLiteral("verdict"), Json(QStringLiteral("approve"))},
                                  {QStringLiteral("request"), Json(sha256(payload).toString())},
                                  {QStringLiteral("nonce"), Json(QString::fromLatin1(randomBytes(16).toHex()))},
                                  {QStringLiteral("view"), Json(QString(900, QLatin1Char('v')))}}; // as long as the product's decision
        m_decision = WebSocket::frame(peerMessage(QStringLiteral("decide"), Json(decision).toBytes(), m_cast.decide));
        m_agent.say(peerMessage(QStringLiteral("wait"), hold.toUtf8(), m_cast.request));
        if (peerText(m_agent.next(), QStringLiteral("op")) != QStringLiteral("waiting"))
            fail(QStringLiteral("the peer's gate does not let an agent wait"));
    }
    void decide() override { m_owner.write(m_decision); }
    void awaitRelease() override
    {
        if (peerText(m_agent.next(), QStringLiteral("op")) != QStringLiteral("released"))
            fail(QStringLiteral("the peer's gate released nothing"));
    }
    void finish() override { (void)m_owner.next(); }

private:
    const Cast &m_cast;
    WebSocket m_agent, m_owner;
    QByteArray m_decision;
};

/// Key ‖ signature ‖ message to a program that verifies, appends, makes durable and answers.
class FloorDecider final : public Decider
{
public:
    FloorDecider(quint16 port, const Cast &cast) : m_cast(cast), m_gate(port) {}

    void prepare() override
    {
        const QByteArray message = randomBytes(16).toHex().repeated(45);
        const auto signature = m_cast.decide.sign(message);
        const auto &key = m_cast.decide.key().bytes;
        m_frame = PlainSocket::frame('v' + QByteArray(reinterpret_cast<const char *>(key.data()), qsizetype(key.size()))
                                     + QByteArray(reinterpret_cast<const char *>(signature.data()), qsizetype(signature.size())) + message);
    }
    void decide() override { m_gate.write(m_frame); }
    void awaitRelease() override
    {
        if (m_gate.next() != "ok")
            fail(QStringLiteral("the floor program refused a signature"));
    }
    void finish() override {}

private:
    const Cast &m_cast;
    PlainSocket m_gate;
    QByteArray m_frame;
};

} // namespace

std::unique_ptr<Decider> decideProduct(const QString &directory, const Cast &cast)
{
    return std::make_unique<ProductDecider>(gateOf(directory), cast);
}

std::unique_ptr<Decider> decidePeer(const QString &url, const Cast &cast)
{
    return std::make_unique<PeerDecider>(url, cast);
}

std::unique_ptr<Decider> decideFloor(quint16 port, const Cast &cast)
{
    return std::make_unique<FloorDecider>(port, cast);
}

} // namespace holdfast::bench
