// SPDX-License-Identifier: Apache-2.0
#include "link/blockinglink.h"

namespace holdfast {

BlockingLink::BlockingLink(LinkOptions options, const Signer *signer)
    : m_link(std::move(options), signer)
{
}

std::optional<LinkError> BlockingLink::waitFor(GateLink::State wanted, std::chrono::milliseconds within)
{
    if (m_interrupted)
        return LinkError{LinkError::Kind::Interrupted, QStringLiteral("interrupted")};
    LinkError last{LinkError::Kind::Timeout, QStringLiteral("the gate did not answer in time")};
    QEventLoop loop;
    QObject context;
    QObject::connect(&m_link, &GateLink::stateChanged, &context, [&](GateLink::State state) {
        if (state == wanted)
            loop.quit();
    });
    QObject::connect(&m_link, &GateLink::failed, &context, [&](const LinkError &error) {
        last = error;
        if (error.isFinal())
            loop.quit();
    });
    QTimer::singleShot(within, &context, [&loop] { loop.quit(); });
    m_loop = &loop;
    m_link.open();
    if (m_link.state() != wanted && m_link.state() != GateLink::State::Failed)
        loop.exec();
    m_loop = nullptr;
    if (m_link.state() == wanted)
        return std::nullopt;
    if (m_interrupted)
        return LinkError{LinkError::Kind::Interrupted, QStringLiteral("interrupted")};
    return last;
}

Called<Session> BlockingLink::open(std::chrono::milliseconds within)
{
    if (auto error = waitFor(GateLink::State::Open, within))
        return Failure{CallError{*std::move(error)}};
    return m_link.session();
}

Called<Challenge> BlockingLink::challenge(std::chrono::milliseconds within)
{
    if (auto error = waitFor(GateLink::State::Challenged, within))
        return Failure{CallError{*std::move(error)}};
    return m_link.challenge();
}

Called<EnvelopeResult> BlockingLink::enrol(const Envelope &envelope)
{
    return wait<EnvelopeResult>([&](std::function<void(Called<EnvelopeResult>)> handler) {
        m_link.enrol(envelope, &m_context, [handler = std::move(handler)](Called<Json> answer) {
            if (!answer)
                return handler(answer.failure());
            auto result = EnvelopeResult::fromJson(*answer);
            if (!result)
                return handler(Failure{CallError{LinkError{LinkError::Kind::BadMessage, result.error().sentence()}}});
            handler(std::move(result).value());
        });
    });
}

Called<Digest> BlockingLink::send(const QByteArray &bytes)
{
    return wait<Digest>([&](std::function<void(Called<Digest>)> handler) { sendBlob(&m_link, bytes, &m_context, std::move(handler)); });
}

Called<QByteArray> BlockingLink::fetch(const BlobRef &blob)
{
    return wait<QByteArray>([&](std::function<void(Called<QByteArray>)> handler) { fetchBlob(&m_link, blob, &m_context, std::move(handler)); });
}

void BlockingLink::interrupt()
{
    m_interrupted = true;
    if (m_loop != nullptr)
        m_loop->quit();
}

} // namespace holdfast
