// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/digest.h"
#include "core/json.h"

#include <QByteArrayView>

#include <deque>
#include <map>
#include <optional>

namespace holdfast {

/// True where a secret is recognised in `text`. Looks for forms that cannot be anything else: private keys, tokens of known services,
/// passwords in connection strings and assignments. A short list on purpose: an unknown form passes, a known one is never a false
/// alarm in ordinary SQL. The time taken grows with the length of `text` and with nothing else.
[[nodiscard]] bool holdsSecret(QByteArrayView text);

/// Where in a payload a secret is recognised (`$.action.statements`), or nothing.
[[nodiscard]] std::optional<QString> whereSecret(const Json &payload);

/// `text` with every recognised secret replaced by `[secret masked]`.
[[nodiscard]] QByteArray maskSecrets(const QByteArray &text);

/// Looks for secrets in bytes while they arrive, so that no single call looks at all of them. A secret longer than 64 KiB may be missed.
class SecretScan final
{
public:
    /// `have`: all bytes that have arrived, from the first one on; `whole`: no more will come. Looks at what is new once it is worth it.
    void look(QByteArrayView have, bool whole);
    [[nodiscard]] bool found() const { return m_found; }
    /// Bytes that it has looked at, repetitions included.
    [[nodiscard]] qsizetype looked() const { return m_looked; }

private:
    qsizetype m_done = 0, m_looked = 0;
    bool m_found = false;
};

/// The blobs that hold a secret, by digest; remembers only the latest ones.
class KnownSecrets final
{
public:
    [[nodiscard]] std::optional<bool> of(const Digest &digest) const;
    void put(const Digest &digest, bool holdsOne);

private:
    std::map<Digest, bool> m_known;
    std::deque<Digest> m_order;
};

} // namespace holdfast
