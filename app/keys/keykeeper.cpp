// SPDX-License-Identifier: Apache-2.0
#include "keys/keykeeper.h"

#include "core/documents/registry.h"
#include "core/text/visible.h"

#include <algorithm>

namespace holdfast {

namespace {

constexpr std::size_t KeySeedSize = 32;

Failure<KeyStoreError> fail(KeyState state, const QString &detail)
{
    return Failure{KeyStoreError{state, detail}};
}

/// Names in the store are unique for each key ever made, so that a new one never overwrites an old one.
KeyRecord recordOf(const SeedSigner &signer, const QString &gate, const QString &actor, QStringView purposeName, KeyPlace place)
{
    const QString id = QStringLiteral("%1 %2 %3").arg(gate, purposeName, signer.key().hint());
    return {gate, actor, purposeName.toString(), signer.key(), id, place, SystemClock().now(), {}};
}

} // namespace

FreshKeys FreshKeys::make(const QString &actor)
{
    return {SeedSigner(actor, SecretBytes::random(KeySeedSize)), SeedSigner(actor, SecretBytes::random(KeySeedSize))};
}

KeyKeeper::KeyKeeper(KeyIndex index, KeyStore *keychain, KeyStore *sealed)
    : m_index(std::move(index)), m_keychain(keychain), m_sealed(sealed)
{
}

KeyStore *KeyKeeper::storeOf(KeyPlace place) const
{
    return place == KeyPlace::Keychain ? m_keychain : m_sealed;
}

void KeyKeeper::keep(const FreshKeys &keys, const QString &gate, const QString &actor, KeyPlace place, const SecretBytes &passphrase,
                     KeyStore::DoneHandler handler, ArgonCost cost)
{
    KeyStore *store = storeOf(place);
    if (store == nullptr)
        return handler(fail(KeyState::Unavailable, QStringLiteral("there is no store of that kind here")));
    const auto wrapped = WrappedSeed::wrap(keys.decide.seed(), passphrase, cost);
    if (!wrapped)
        return handler(fail(KeyState::Denied, QStringLiteral("a passphrase was expected, and memory for Argon2id")));
    const KeyRecord session = recordOf(keys.session, gate, actor, purpose::Session, place);
    const KeyRecord decide = recordOf(keys.decide, gate, actor, purpose::Decide, place);
    const auto record = [this, store, session, decide, handler](const StoreIdentity &identity) {
        auto recorded = std::pair(session, decide);
        recorded.first.store = recorded.second.store = identity;
        if (m_index.add(recorded.first) && m_index.add(recorded.second))
            return handler(Done{});
        static_cast<void>(m_index.remove(session.key));
        store->remove(session.id, [store, decide, handler](Result<Done, KeyStoreError>) {
            store->remove(decide.id, [handler](Result<Done, KeyStoreError>) {
                handler(fail(KeyState::Unavailable, QStringLiteral("the list of keys cannot be written")));
            });
        });
    };
    QByteArray wrappedBytes = wrapped->toBytes();
    auto decideValue = std::make_shared<SecretBytes>(SecretBytes::take(wrappedBytes));
    store->write(session.id, keys.session.seed().copy(),
                 [store, session, decide, decideValue, record, handler](Result<Done, KeyStoreError> first) {
                     if (!first)
                         return handler(std::move(first));
                     store->write(decide.id, std::move(*decideValue), [store, session, record, handler](Result<Done, KeyStoreError> second) {
                         if (second)
                             return store->identify(record);
                         store->remove(session.id, [handler, error = second.error()](Result<Done, KeyStoreError>) { handler(Failure{error}); });
                     });
                 });
}

void KeyKeeper::fetch(const QString &gate, QStringView purposeName, std::function<void(Result<SecretBytes, KeyStoreError>, const KeyRecord &)> handler)
{
    const KeyRecord *found = m_index.find(gate, purposeName);
    if (found == nullptr)
        return handler(fail(KeyState::Absent, QStringLiteral("no key for this gate was made here")), KeyRecord{});
    KeyStore *store = storeOf(found->place);
    if (store == nullptr)
        return handler(fail(KeyState::Unavailable, QStringLiteral("the key is in a %1, which is not in use here").arg(toString(found->place))), *found);
    store->read(found->id, [this, record = *found, handler = std::move(handler)](Result<SecretBytes, KeyStoreError> value) {
        if (value)
            return handler(std::move(value), record);
        explain(record, value.error(), [record, handler](KeyStoreError error) { handler(Failure{std::move(error)}, record); });
    });
}

void KeyKeeper::explain(const KeyRecord &record, const KeyStoreError &error, std::function<void(KeyStoreError)> handler)
{
    const bool sealed = record.place == KeyPlace::SealedFile;
    const auto key = QStringLiteral("The %1 key %2 for %3").arg(record.purpose, record.key.hint(), visible(record.gate, {.keepLines = false, .limit = 80}));
    if (sealed && error.state != KeyState::Absent)
        return handler(error);
    if (sealed)
        return handler({KeyState::Absent, QStringLiteral("%1 was made here, and its sealed file no longer has it: restore it, or enrol anew.").arg(key)});
    storeOf(record.place)->identify([record, error, key, handler = std::move(handler)](const StoreIdentity &now) {
        const auto had = record.store.isKnown() ? record.store.words() : QStringLiteral("a keyring that was not noted");
        const Likeness likeness = likenessOf(now, record.store);
        const auto answers = !now.isKnown() ? QStringLiteral("no keyring answers now") : likeness == Likeness::Same ? QStringLiteral("the same one answers now")
            : QStringLiteral("%1 answers now%2").arg(now.words(), likeness == Likeness::Maybe && record.store.isKnown() ? QStringLiteral(", the same one or another of that name") : QString());
        const auto way = error.state == KeyState::Absent || !now.isKnown() || likeness == Likeness::Other
            ? QStringLiteral("Start the desktop session that has it, or restore it; nothing was made in its place.") : QString();
        handler({error.state, QStringLiteral("%1 was kept in %2; %3: %4. %5").arg(key, had, answers, error.detail, way).trimmed()});
    });
}

void KeyKeeper::sessionSigner(const QString &gate, SignerHandler handler)
{
    fetch(gate, purpose::Session, [handler = std::move(handler)](Result<SecretBytes, KeyStoreError> seed, const KeyRecord &record) {
        if (!seed)
            return handler(seed.failure());
        if (seed->size() != KeySeedSize)
            return handler(fail(KeyState::Unavailable, QStringLiteral("what the store has is not a seed")));
        auto signer = std::make_unique<SeedSigner>(record.key.name, std::move(seed).value());
        if (signer->key() != record.key)
            return handler(fail(KeyState::Unavailable, QStringLiteral("what the store has is another key")));
        handler(std::unique_ptr<Signer>(std::move(signer)));
    });
}

void KeyKeeper::decidingKey(const QString &gate, DecidingHandler handler)
{
    fetch(gate, purpose::Decide, [handler = std::move(handler)](Result<SecretBytes, KeyStoreError> value, const KeyRecord &record) {
        if (!value)
            return handler(value.failure());
        auto wrapped = WrappedSeed::parse(QByteArrayView(reinterpret_cast<const char *>(value->data()), static_cast<qsizetype>(value->size())));
        if (!wrapped)
            return handler(fail(KeyState::Unavailable, QStringLiteral("what the store has is not a wrapped deciding key")));
        handler(DecidingKey(record.key, *std::move(wrapped)));
    });
}

void KeyKeeper::discard(const FreshKeys &keys, KeyStore::DoneHandler handler)
{
    std::vector<KeyRecord> records;
    std::copy_if(m_index.records().begin(), m_index.records().end(), std::back_inserter(records),
                 [&keys](const KeyRecord &record) { return record.key == keys.session.key() || record.key == keys.decide.key(); });
    forgetNext(std::move(records), std::move(handler));
}

void KeyKeeper::forget(const QString &gate, KeyStore::DoneHandler handler)
{
    std::vector<KeyRecord> records;
    std::copy_if(m_index.records().begin(), m_index.records().end(), std::back_inserter(records),
                 [&gate](const KeyRecord &record) { return record.gate == gate; });
    forgetNext(std::move(records), std::move(handler));
}

void KeyKeeper::forgetNext(std::vector<KeyRecord> records, KeyStore::DoneHandler handler)
{
    if (records.empty())
        return handler(Done{});
    const KeyRecord record = records.back();
    records.pop_back();
    KeyStore *store = storeOf(record.place);
    if (store == nullptr)
        return handler(fail(KeyState::Unavailable, QStringLiteral("the key is in a %1, which is not in use here").arg(toString(record.place))));
    store->remove(record.id, [this, record, records = std::move(records), handler = std::move(handler)](Result<Done, KeyStoreError> removed) mutable {
        if (!removed)
            return handler(std::move(removed));
        if (!m_index.remove(record.key))
            return handler(fail(KeyState::Unavailable, QStringLiteral("the list of keys cannot be written")));
        forgetNext(std::move(records), std::move(handler));
    });
}

} // namespace holdfast
