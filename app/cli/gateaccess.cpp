// SPDX-License-Identifier: Apache-2.0
#include "cli/gateaccess.h"

#include "cli/humankey.h"
#include "keys/plainfilestore.h"
#include "ledger/checkpoint.h"

namespace holdfast {

namespace {

using namespace std::chrono_literals;

constexpr auto PatienceToConnect = 4s;

Expected<GateAddress> addressFrom(const QString &text, const QString &source)
{
    auto address = GateAddress::parse(text);
    if (!address)
        return Failure{Problem{ExitCode::Usage, QStringLiteral("%1: <url>#<gate vkey> was expected, ws:// on loopback or wss://, path /v1").arg(source)}};
    return *std::move(address);
}

LinkOptions linkOptions(const FoundGate &gate)
{
    LinkOptions options;
    options.address = gate.address;
    if (gate.keys)
        options.ledgerKey = gate.keys->ledgerKey;
    options.clientName = QStringLiteral("hold");
    return options;
}

Problem badProof(const QString &sentence)
{
    return {ExitCode::BadProof, sentence};
}

Expected<FoundGate> withPins(FoundGate gate)
{
    const auto pins = PinFile(gate.address.key).load();
    if (!pins)
        return Failure{badProof(QStringLiteral("what was pinned of this gate cannot be read: ") + pins.error().sentence())};
    if (!pins->has_value())
        return gate;
    if (gate.keys && (*pins)->keys != *gate.keys)
        return Failure{badProof(QStringLiteral("the gate names other keys than those that were pinned"))};
    gate.keys = (*pins)->keys;
    gate.pins = **pins;
    return gate;
}

/// What can be told without a proof: a requester is not given one.
std::optional<QString> whyNotAfter(const Checkpoint &now, const QByteArray &pinned, const VerifierKey &ledgerKey)
{
    if (pinned.isEmpty())
        return std::nullopt;
    const auto before = openCheckpoint(pinned, ledgerKey, now.gate);
    if (!before)
        return QStringLiteral("the pinned checkpoint does not verify");
    if (before->size > now.size)
        return QStringLiteral("the gate's ledger has become shorter than it was: %1 entries, after %2")
            .arg(QString::number(now.size), QString::number(before->size));
    if (before->size == now.size && before->root != now.root)
        return QStringLiteral("the gate shows another ledger than before");
    return std::nullopt;
}

} // namespace

Expected<FoundGate> findGate(const GlobalOptions &options)
{
    const QString environment = qEnvironmentVariable("HOLDFAST_GATE");
    const bool given = !options.gate.isEmpty();
    if (given || !environment.isEmpty()) {
        auto address = addressFrom(given ? options.gate : environment, given ? QStringLiteral("--gate") : QStringLiteral("HOLDFAST_GATE"));
        if (!address)
            return address.failure();
        return withPins({std::move(address).value(), {}, {}});
    }
    const auto file = GateFile::read(GateFile::defaultPath());
    if (!file)
        return Failure{Problem{ExitCode::Unreachable,
                               QStringLiteral("no gate was found: %1. Start one, or name it with --gate or HOLDFAST_GATE").arg(file.error())}};
    if (!file->isOfRunning())
        return Failure{Problem{ExitCode::Unreachable,
                               QStringLiteral("the gate of this desktop (process %1) has ended. Start one, or name it with --gate or HOLDFAST_GATE").arg(file->pid)}};
    return withPins({file->address, GateKeys{file->address.key, file->ledgerKey, file->performKey}, {}});
}

GateAccess::GateAccess(FoundGate gate, std::unique_ptr<Signer> signer)
    : m_gate(std::move(gate)), m_signer(std::move(signer)), m_link(linkOptions(m_gate), m_signer.get())
{
    if (m_gate.pins)
        m_pinnedCheckpoint = m_gate.pins->checkpoint;
}

Expected<std::unique_ptr<GateAccess>> GateAccess::asRequester(const Program &program)
{
    auto gate = findGate(program.options);
    if (!gate)
        return gate.failure();
    auto key = PlainFileStore::read(program.keyPath());
    if (!key)
        return Failure{Problem{ExitCode::Usage, key.error().detail + QStringLiteral(". `hold key new` makes one")}};
    return open(program.output, std::move(gate).value(), std::make_unique<SeedSigner>(std::move(key).value()));
}

Expected<std::unique_ptr<GateAccess>> GateAccess::asHuman(const Program &program)
{
    auto gate = findGate(program.options);
    if (!gate)
        return gate.failure();
    if (!program.options.key.isEmpty())
        return asRequester(program);
    auto signer = humanSessionKey(gate->address.key.name, program.output);
    if (!signer)
        return signer.failure();
    return open(program.output, std::move(gate).value(), std::move(signer).value());
}

Expected<std::unique_ptr<GateAccess>> GateAccess::open(const Output &output, FoundGate gate, std::unique_ptr<Signer> signer)
{
    auto access = std::unique_ptr<GateAccess>(new GateAccess(std::move(gate), std::move(signer)));
    auto session = access->m_link.open(PatienceToConnect);
    if (!session)
        return Failure{problemOf(session.error())};
    access->m_session = std::move(session).value();
    if (auto pinned = access->pin(output); !pinned)
        return pinned.failure();
    return access;
}

Expected<Done> GateAccess::pin(const Output &output)
{
    const auto now = openCheckpoint(m_session.checkpoint.toUtf8(), m_link.link().ledgerKey(), m_session.gate);
    if (!now)
        return Failure{badProof(now.error().sentence())};
    if (const auto why = whyNotAfter(*now, m_pinnedCheckpoint, m_link.link().ledgerKey()))
        return Failure{badProof(*why)};
    Pins pins = m_gate.pins.value_or(Pins{});
    if (!m_gate.pins) {
        Digest first;
        if (auto oldest = registryAt(0, &first); !oldest)
            return oldest.failure();
        auto newest = registry();
        if (!newest)
            return newest.failure();
        pins = {m_session.gate, {}, newest->gateKeys, first, {}};
    }
    pins.url = m_gate.address.url.toString();
    pins.checkpoint = m_session.checkpoint.toUtf8();
    // The address pins the gate's key in any case; without a file only going back would not be noticed the next time.
    if (pins.checkpoint != m_pinnedCheckpoint && !PinFile(gateKey()).save(pins))
        output.note(QStringLiteral("what this gate proved is not kept: %1 cannot be written").arg(PinFile(gateKey()).path()));
    m_gate.pins = std::move(pins);
    return Done{};
}

Expected<Registry> GateAccess::registryAt(std::optional<std::int64_t> serial, Digest *payload)
{
    const auto answer = call<EnvelopeResult>(method::RegistryGet, RegistryParams{serial}.toJson());
    if (!answer)
        return answer.failure();
    if (const auto verified = verify(answer->envelope, gateKey(), payloadtype::Registry); !verified)
        return Failure{badProof(QStringLiteral("the registry is not signed by the pinned gate: ") + verified.error().sentence())};
    auto registry = Registry::parse(answer->envelope.payload);
    if (!registry)
        return Failure{badProof(QStringLiteral("the registry cannot be read: ") + registry.error().sentence())};
    const bool expected = registry->gate == m_session.gate && registry->gateKeys.key == gateKey()
        && registry->gateKeys.ledgerKey == m_link.link().ledgerKey() && (!m_gate.keys || registry->gateKeys == *m_gate.keys);
    if (!expected)
        return Failure{badProof(QStringLiteral("the registry names other gate keys than the pinned ones"))};
    if (payload != nullptr)
        *payload = answer->envelope.payloadDigest();
    return std::move(registry).value();
}

Expected<Registry> GateAccess::registry(bool fresh)
{
    if (m_registry && !fresh)
        return *m_registry;
    auto newest = registryAt({});
    if (newest)
        m_registry = *newest;
    return newest;
}

} // namespace holdfast
