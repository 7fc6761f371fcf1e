// SPDX-License-Identifier: Apache-2.0
#include "gate/lifecycle/registries.h"

#include "config/policyreader.h"

namespace holdfast {

Result<Done, StoreError> Registries::load()
{
    const auto newest = m_store.registries.newest();
    if (!newest) {
        m_current.reset();
        return Done{};
    }
    const auto damaged = [](const QString &what) {
        return Failure{StoreError{StoreError::Kind::Corrupt, QStringLiteral("the newest registry: %1").arg(what)}};
    };
    auto entry = m_book.entry(newest->index);
    if (!entry || !verify(entry->envelope, m_identity.key->key(), payloadtype::Registry))
        return damaged(QStringLiteral("it is not signed by this gate's key"));
    auto registry = Registry::parse(entry->envelope.payload);
    if (!registry)
        return damaged(registry.error().sentence());
    auto toml = m_store.blobs.read(registry->policy.digest);
    auto policy = toml ? readPolicy(*toml) : Result<PolicyDocument, ConfigError>(Failure{ConfigError{}});
    if (!policy)
        return damaged(toml ? policy.error().sentence() : QStringLiteral("its policy is not stored"));
    m_current = std::make_shared<const ActiveRegistry>(ActiveRegistry{std::move(*registry), newest->payload, std::move(entry->envelope), std::move(*toml),
                                                                      std::make_shared<const PolicyDocument>(std::move(*policy))});
    return Done{};
}

std::optional<Envelope> Registries::at(std::int64_t serial) const
{
    if (m_current && m_current->registry.serial == serial)
        return m_current->envelope;
    const auto stored = m_store.registries.at(serial);
    return stored ? m_book.document(stored->document) : std::nullopt;
}

Recorded Registries::found(std::vector<Actor> actors, const QByteArray &toml, const PolicyDocument &policy, Instant now)
{
    Registry first;
    first.gate = m_identity.name;
    first.policy = {sha256(toml), toml.size(), tomlMedia};
    first.gateKeys = m_identity.publicKeys();
    first.actors = std::move(actors);
    return write(std::move(first), toml, std::make_shared<const PolicyDocument>(policy), now);
}

Recorded Registries::follow(std::vector<Actor> actors, RegistryCause cause, Instant now)
{
    Registry next = m_current->registry;
    next.serial += 1;
    next.previous = m_current->payload;
    next.actors = std::move(actors);
    next.cause = std::move(cause);
    return write(std::move(next), m_current->toml, m_current->policy, now);
}

Recorded Registries::follow(std::vector<Actor> actors, const QByteArray &toml, const PolicyDocument &policy, const HoldId &hold, Instant now)
{
    Registry next = m_current->registry;
    next.serial += 1;
    next.previous = m_current->payload;
    next.policy = {sha256(toml), toml.size(), tomlMedia};
    next.actors = std::move(actors);
    next.cause = RegistryCause{hold, {}};
    return write(std::move(next), toml, std::make_shared<const PolicyDocument>(policy), now);
}

Recorded Registries::write(Registry registry, const QByteArray &toml, std::shared_ptr<const PolicyDocument> policy, Instant now)
{
    m_store.blobs.add(registry.policy.digest, toml);
    Envelope envelope = Envelope::sign(*m_identity.key, payloadtype::Registry, registry.toPayload());
    const Recorded recorded = m_book.append(EntryKind::Registry, envelope, {}, {registry.policy}, now);
    m_store.registries.add({registry.serial, recorded.payload, recorded.id, recorded.index});
    m_current = std::make_shared<const ActiveRegistry>(
        ActiveRegistry{std::move(registry), recorded.payload, std::move(envelope), toml, std::move(policy)});
    return recorded;
}

} // namespace holdfast
