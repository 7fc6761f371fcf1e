// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/documents/decision.h"
#include "core/documents/grant.h"
#include "link/scriptedgate.h"
#include "wire/messagesrequester.h"

#include <QProcess>
#include <QTemporaryDir>

namespace holdfast {

/// What one run of the real `hold` left behind.
struct Ran final
{
    int code = -1;
    QByteArray out, err;
    [[nodiscard]] QByteArray both() const { return out + err; }
};

/// The real program, in a home of its own, against a scripted gate.
class Bench final
{
public:
    Bench();

    /// Runs to the end while the gate answers; `during` is called once it has been started.
    [[nodiscard]] Ran run(const QStringList &arguments, const QByteArray &input = {}, const std::function<void(QProcess &)> &during = {});
    [[nodiscard]] QString path(const QString &name) const { return m_home.filePath(name); }
    void write(const QString &name, const QByteArray &bytes) const;

    /// The gate takes any request and measures for ever, until end() says how it ends.
    void takeRequests();
    /// From now on hold.wait and hold.get answer with this; its hold is the one that was requested.
    void end(HoldStatus status) { m_status = std::move(status); }
    [[nodiscard]] HoldStatus ended(State state) const;
    [[nodiscard]] HoldStatus committed(Outcome outcome) const;
    [[nodiscard]] Receipt receipt(Outcome outcome) const;
    [[nodiscard]] Decision denial(const QString &reason) const;
    [[nodiscard]] HoldStatus denied(const Decision &decision) const;

    ScriptedGate gate;
    SeedSigner decider{QStringLiteral("ops-lead"), SecretBytes::random(32)};
    std::optional<Request> request; ///< the last one that came
    HoldId hold;
    QStringList environment; ///< more NAME=value

    // Made when the hold is known.
    std::function<HoldStatus()> ending;

private:
    QTemporaryDir m_home;
    std::optional<HoldStatus> m_status;
    std::optional<Envelope> m_requestEnvelope;
};

} // namespace holdfast
