// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "keys/keystore.h"
#include "keys/passphrase.h"

#include <QObject>

#include <map>
#include <optional>

namespace holdfast {

/// Keys in one file, sealed with a passphrase: for desktops without a Secret Service, where the user chose it. Never a
/// fallback. Mode 0600, replaced whole with QSaveFile, a fresh nonce each time.
///
///   0   8  "hfkeys1\n"
///   8   4  Argon2id passes, big-endian
///  12   4  Argon2id memory in KiB, big-endian
///  16  16  salt
///  32  24  nonce
///  56   n  crypto_secretbox (16 bytes tag ‖ ciphertext) under the Argon2id key of: a run of
///          u16 length ‖ name (UTF-8) ‖ u16 length ‖ value, lengths big-endian, names in order
class SealedFileStore final : public QObject, public KeyStore
{
    Q_OBJECT
public:
    explicit SealedFileStore(QString path, ArgonCost cost = {});
    ~SealedFileStore() override;

    [[nodiscard]] const QString &path() const { return m_path; }
    /// By the user's explicit choice only. Refuses where a file is already. Unlocked afterwards.
    [[nodiscard]] Result<Done, KeyStoreError> create(const SecretBytes &passphrase);
    /// Denied: the passphrase is wrong, or the file was changed; they cannot be told apart. Takes as long as Argon2id does.
    [[nodiscard]] Result<Done, KeyStoreError> unlock(const SecretBytes &passphrase);
    /// Forgets the sealing key and everything read with it.
    void lock();
    [[nodiscard]] bool isUnlocked() const { return m_key.has_value(); }

    void probe(StateHandler handler) override;
    void read(const QString &name, ReadHandler handler) override;
    void write(const QString &name, SecretBytes value, DoneHandler handler) override;
    void remove(const QString &name, DoneHandler handler) override;

private:
    using Values = std::map<QString, SecretBytes>;

    [[nodiscard]] std::optional<KeyStoreError> notUsable() const;
    [[nodiscard]] Result<Done, KeyStoreError> save() const;
    [[nodiscard]] Result<Done, KeyStoreError> saveAndCompare();
    [[nodiscard]] Result<Values, KeyStoreError> openWith(const SecretBytes &key, const QByteArray &file) const;

    QString m_path;
    ArgonCost m_cost;
    QByteArray m_salt;
    std::optional<SecretBytes> m_key;
    Values m_values;
};

} // namespace holdfast
