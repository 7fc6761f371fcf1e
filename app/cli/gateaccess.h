// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/program.h"
#include "link/blockinglink.h"
#include "link/pins.h"

#include <memory>

namespace holdfast {

/// A gate as `hold` found it, and what it must prove.
struct FoundGate final
{
    GateAddress address;
    std::optional<GateKeys> keys; ///< from pins or gate.json; without them only the gate key is known
    std::optional<Pins> pins;
};

/// --gate, then HOLDFAST_GATE, then gate.json (protocol 5).
[[nodiscard]] Expected<FoundGate> findGate(const GlobalOptions &options);

/// A session with the gate for one command, held to the pins of this user.
class GateAccess final
{
public:
    /// With the requester's key file.
    [[nodiscard]] static Expected<std::unique_ptr<GateAccess>> asRequester(const Program &program);
    /// With a human's session key: --key, else the keychain or the sealed file that the key index names.
    [[nodiscard]] static Expected<std::unique_ptr<GateAccess>> asHuman(const Program &program);

    [[nodiscard]] BlockingLink &link() { return m_link; }
    [[nodiscard]] const Session &session() const { return m_session; }
    [[nodiscard]] const Signer &signer() const { return *m_signer; }
    [[nodiscard]] const VerifierKey &gateKey() const { return m_gate.address.key; }
    [[nodiscard]] QString gateArgument() const { return m_gate.address.toString(); }
    [[nodiscard]] const QByteArray &pinnedCheckpoint() const { return m_pinnedCheckpoint; }
    /// The newest registry, signed by the pinned gate and naming its pinned keys. Asked once, unless `fresh`.
    [[nodiscard]] Expected<Registry> registry(bool fresh = false);

    template<typename T>
    [[nodiscard]] Expected<T> call(QStringView method, const Json &params, std::chrono::milliseconds deadline = {})
    {
        auto answer = m_link.call<T>(method, params, deadline);
        if (!answer)
            return Failure{problemOf(answer.error())};
        return std::move(answer).value();
    }

private:
    GateAccess(FoundGate gate, std::unique_ptr<Signer> signer);
    [[nodiscard]] static Expected<std::unique_ptr<GateAccess>> open(const Output &output, FoundGate gate, std::unique_ptr<Signer> signer);
    [[nodiscard]] Expected<Done> pin(const Output &output);
    [[nodiscard]] Expected<Registry> registryAt(std::optional<std::int64_t> serial, Digest *payload = nullptr);

    FoundGate m_gate;
    std::unique_ptr<Signer> m_signer;
    BlockingLink m_link;
    Session m_session;
    QByteArray m_pinnedCheckpoint; ///< as it was before this session
    std::optional<Registry> m_registry;
};

} // namespace holdfast
