// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "keys/decidingkey.h"
#include "keys/keyindex.h"
#include "keys/keystore.h"

#include <memory>

namespace holdfast {

/// Keys that were just made by a deliberate act, for one human at one gate. Sign the enrolment with all of them, then let go.
struct FreshKeys final
{
    SeedSigner session, decide;
    /// Key names are the actor's name.
    [[nodiscard]] static FreshKeys make(const QString &actor);
};

/// A human's keys at his gates: what stands in the index, fetched from the store that the record names. Never creates a key
/// because one was not found. Handlers are called once, sometimes before the call returns; the keeper must outlive them.
class KeyKeeper final
{
public:
    using SignerHandler = std::function<void(Result<std::unique_ptr<Signer>, KeyStoreError>)>;
    using DecidingHandler = std::function<void(Result<DecidingKey, KeyStoreError>)>;

    /// `keychain` and `sealed` may be null where they are not in use. Neither is owned.
    KeyKeeper(KeyIndex index, KeyStore *keychain, KeyStore *sealed);

    [[nodiscard]] const KeyIndex &index() const { return m_index; }
    /// Stores both keys in `place`, the deciding one wrapped with `passphrase`, reads them back, then records them. On failure
    /// nothing is recorded and what was stored is removed again.
    void keep(const FreshKeys &keys, const QString &gate, const QString &actor, KeyPlace place, const SecretBytes &passphrase,
              KeyStore::DoneHandler handler, ArgonCost cost = {});
    /// The session key of this person at `gate`. An error names the key, the store that had it, and the store that answers now.
    /// Absent without a record says that none was made here; with a record, that it is lost.
    void sessionSigner(const QString &gate, SignerHandler handler);
    void decidingKey(const QString &gate, DecidingHandler handler);
    /// Whether a key for that gate was ever made here and is not forgotten.
    [[nodiscard]] bool wasMade(QStringView gate) const { return m_index.find(gate, u"decide") != nullptr; }
    /// Removes these two from their store and from the records: they were made for an enrolment that came to nothing.
    void discard(const FreshKeys &keys, KeyStore::DoneHandler handler);
    /// Removes every key of `gate` from its store, then its records.
    void forget(const QString &gate, KeyStore::DoneHandler handler);

private:
    [[nodiscard]] KeyStore *storeOf(KeyPlace place) const;
    /// The error, with the key that is missing, the store that had it and the one that answers now.
    void explain(const KeyRecord &record, const KeyStoreError &error, std::function<void(KeyStoreError)> handler);
    void fetch(const QString &gate, QStringView purpose, std::function<void(Result<SecretBytes, KeyStoreError>, const KeyRecord &)> handler);
    void forgetNext(std::vector<KeyRecord> records, KeyStore::DoneHandler handler);

    KeyIndex m_index;
    KeyStore *m_keychain;
    KeyStore *m_sealed;
};

} // namespace holdfast
