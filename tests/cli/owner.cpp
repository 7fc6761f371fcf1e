// SPDX-License-Identifier: Apache-2.0
#include "cli/owner.h"

#include "link/enrolment.h"

#include <QElapsedTimer>
#include <QTest>

namespace holdfast {

using namespace std::chrono_literals;

Owner::Owner(const QString &name)
    : session(name, SecretBytes::random(32)), decider(name, SecretBytes::random(32))
{
}

bool Owner::enrol(const GateAddress &address, const Invite &invite)
{
    LinkOptions options;
    options.address = address;
    BlockingLink link(options, nullptr);
    const auto challenge = link.challenge(10s);
    if (!challenge)
        return false;
    const QString sessionPurpose = purpose::Session.toString();
    const QString decidePurpose = purpose::Decide.toString();
    const auto answer = link.enrol(enrolment(invite, *challenge, {{sessionPurpose, &session}, {decidePurpose, &decider}}));
    return answer && enrolledRegistry(answer->envelope, address.key, {{sessionPurpose, session.key()}, {decidePurpose, decider.key()}});
}

bool Owner::connect(const GateAddress &address)
{
    LinkOptions options;
    options.address = address;
    m_link = std::make_unique<BlockingLink>(options, &session);
    return static_cast<bool>(m_link->open(10s));
}

std::optional<Hold> Owner::pending()
{
    QElapsedTimer since;
    since.start();
    while (since.elapsed() < 30'000) {
        const auto page = m_link->call<SubscribeResult>(method::HoldSubscribe, SubscribeParams{}.toJson());
        for (const Head &head : page ? page->holds : std::vector<Head>()) {
            if (head.state != State::Pending)
                continue;
            const auto shown = m_link->call<HoldDocuments>(method::HoldGet, HoldParams{head.hold}.toJson());
            auto hold = shown && shown->current ? Hold::parse(shown->current->payload) : Parsed<Hold>(Failure{DocumentError{}});
            if (hold)
                return std::move(hold).value();
        }
        QTest::qWait(20); // between two questions, not for a result
    }
    return std::nullopt;
}

Called<SubmitResult> Owner::decide(const Hold &hold, Decision::Verdict verdict, const QString &reason, std::optional<Json> counter)
{
    Decision decision;
    decision.hold = hold.hold;
    decision.revision = hold.revision;
    decision.request = hold.request;
    decision.holdDigest = sha256(hold.toPayload());
    decision.verdict = verdict;
    decision.gate = hold.gate;
    decision.gateKey = m_link->link().address().key;
    decision.key = decider.key();
    decision.nonce = randomBytes(16);
    decision.reason = reason;
    if (verdict == Decision::Verdict::Deny)
        decision.scope = Decision::Scope::This;
    decision.counter = std::move(counter);
    for (const QString &kind : verdict == Decision::Verdict::Approve ? hold.policy.confirm : QStringList())
        decision.confirmations.push_back({kind, kind == u"type-target" ? hold.measured.confirmText : QStringLiteral("900")});
    decision.view = {sha256("view"), {QStringLiteral("payload")}, 4000, QStringLiteral("en"), QStringLiteral("test")};
    decision.decidedAt = SystemClock().now();
    decision.notAfter = decision.decidedAt + 5min;
    return m_link->call<SubmitResult>(method::DecisionSubmit, EnvelopeParams{Envelope::sign(decider, payloadtype::Decision, decision.toPayload())}.toJson());
}

} // namespace holdfast
