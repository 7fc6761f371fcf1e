// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/documents/request.h"
#include "link/blobs.h"

#include <QEventLoop>

namespace holdfast {

/// A GateLink for programs that do one thing after the other. Runs an event loop of its own inside each call.
class BlockingLink final
{
public:
    BlockingLink(LinkOptions options, const Signer *signer);

    /// Waits for a session; losses on the way are retried until `within` has passed.
    [[nodiscard]] Called<Session> open(std::chrono::milliseconds within);
    /// Waits for the gate's challenge, for a link without a signer.
    [[nodiscard]] Called<Challenge> challenge(std::chrono::milliseconds within);
    template<typename T>
    [[nodiscard]] Called<T> call(QStringView method, const Json &params, std::chrono::milliseconds deadline = {});
    [[nodiscard]] Called<EnvelopeResult> enrol(const Envelope &envelope);
    [[nodiscard]] Called<Digest> send(const QByteArray &bytes);
    [[nodiscard]] Called<QByteArray> fetch(const BlobRef &blob);

    /// Ends the wait that is running, and every later one, with Interrupted. May be called from a slot.
    void interrupt();
    [[nodiscard]] GateLink &link() { return m_link; }

private:
    template<typename T>
    [[nodiscard]] Called<T> wait(const std::function<void(std::function<void(Called<T>)>)> &start);
    [[nodiscard]] std::optional<LinkError> waitFor(GateLink::State wanted, std::chrono::milliseconds within);

    QObject m_context;
    GateLink m_link;
    QEventLoop *m_loop = nullptr;
    bool m_interrupted = false;
};

template<typename T>
Called<T> BlockingLink::wait(const std::function<void(std::function<void(Called<T>)>)> &start)
{
    const Failure interrupted{CallError{LinkError{LinkError::Kind::Interrupted, QStringLiteral("interrupted")}}};
    if (m_interrupted)
        return interrupted;
    QEventLoop loop;
    QObject context; // an answer after an interruption finds nobody
    std::optional<Called<T>> outcome;
    m_loop = &loop;
    start([&loop, &outcome, guard = QPointer<QObject>(&context)](Called<T> answer) {
        if (!guard)
            return;
        outcome = std::move(answer);
        loop.quit();
    });
    if (!outcome)
        loop.exec();
    m_loop = nullptr;
    if (!outcome)
        return interrupted;
    return *std::move(outcome);
}

template<typename T>
Called<T> BlockingLink::call(QStringView method, const Json &params, std::chrono::milliseconds deadline)
{
    return wait<T>([&](std::function<void(Called<T>)> handler) { m_link.call<T>(method, params, &m_context, std::move(handler), deadline); });
}

} // namespace holdfast
