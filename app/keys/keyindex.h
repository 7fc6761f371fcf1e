// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/clock.h"
#include "core/documenterror.h"
#include "core/verifierkey.h"
#include "keys/keystore.h"

#include <optional>
#include <vector>

namespace holdfast {

enum class KeyPlace { Keychain, SealedFile };
[[nodiscard]] QString toString(KeyPlace place);

/// A key that was made for a gate: kept in a config file beside the store, so that a store that does not answer, or has lost it, is
/// never mistaken for *no key yet*. Holds nothing secret.
struct KeyRecord final
{
    QString gate; ///< the gate's name
    QString actor;
    QString purpose; ///< session | decide | cosign
    VerifierKey key;
    QString id; ///< the name in the store
    KeyPlace place = KeyPlace::Keychain;
    Instant madeAt{};
    StoreIdentity store; ///< that had it when it was made; unknown in records of before
    friend bool operator==(const KeyRecord &, const KeyRecord &) = default;
};

/// `keys.json`: {"version": 1, "keys": [{gate, actor, purpose, key, id, place, made_at, store?}]}, strict JSON, 0600, replaced whole.
/// `store`: {program, label, collection, created_at} of a keychain.
class KeyIndex final
{
public:
    /// `$XDG_CONFIG_HOME/holdfast/keys.json`
    [[nodiscard]] static QString defaultPath();
    /// An absent file is an empty index; one that cannot be read or is malformed is an error, never an empty index.
    [[nodiscard]] static Result<KeyIndex, DocumentError> load(const QString &path);

    [[nodiscard]] const std::vector<KeyRecord> &records() const { return m_records; }
    /// The newest for that gate and purpose, or nullptr.
    [[nodiscard]] const KeyRecord *find(QStringView gate, QStringView purpose) const;
    /// Durable when it returns true. Replaces a record with the same key.
    [[nodiscard]] bool add(KeyRecord record);
    [[nodiscard]] bool remove(const VerifierKey &key);

private:
    explicit KeyIndex(QString path) : m_path(std::move(path)) {}
    [[nodiscard]] bool save(const std::vector<KeyRecord> &records) const;

    QString m_path;
    std::vector<KeyRecord> m_records;
};

} // namespace holdfast
