// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/documents/registry.h"
#include "core/policy/policydocument.h"
#include "gate/lifecycle/book.h"

namespace holdfast {

/// One registry with the policy it names, read once.
struct ActiveRegistry final
{
    Registry registry;
    Digest payload; ///< payload digest
    Envelope envelope;
    QByteArray toml;
    std::shared_ptr<const PolicyDocument> policy;
};

/// The newest registry, and how the next one comes to be.
class Registries final
{
public:
    Registries(Store &store, Book &book, const GateIdentity &identity) : m_store(store), m_book(book), m_identity(identity) {}

    [[nodiscard]] Result<Done, StoreError> load();
    /// nullptr until the first owner has enrolled.
    [[nodiscard]] const std::shared_ptr<const ActiveRegistry> &current() const { return m_current; }
    [[nodiscard]] std::optional<Envelope> at(std::int64_t serial) const;

    /// Registry 0. `toml` must have been read as `policy`.
    Recorded found(std::vector<Actor> actors, const QByteArray &toml, const PolicyDocument &policy, Instant now);
    /// The next one with the same policy.
    Recorded follow(std::vector<Actor> actors, RegistryCause cause, Instant now);
    /// The next one with another policy. `hold` is the policy hold that causes it.
    Recorded follow(std::vector<Actor> actors, const QByteArray &toml, const PolicyDocument &policy, const HoldId &hold, Instant now);

    void reset(std::shared_ptr<const ActiveRegistry> mark) { m_current = std::move(mark); }

private:
    Recorded write(Registry registry, const QByteArray &toml, std::shared_ptr<const PolicyDocument> policy, Instant now);

    Store &m_store;
    Book &m_book;
    const GateIdentity &m_identity;
    std::shared_ptr<const ActiveRegistry> m_current;
};

/// As a registry and a policy request name it.
inline const QString tomlMedia = QStringLiteral("application/toml");

} // namespace holdfast
