// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "console/view/rows.h"
#include "console/view/secretinput.h"
#include "console/view/view.h"

namespace holdfast {

struct KeyRow {
    Q_GADGET
    Q_PROPERTY(QString key MEMBER key)
    Q_PROPERTY(QString purpose MEMBER purpose)
    Q_PROPERTY(QString owner MEMBER owner)
    Q_PROPERTY(QString gate MEMBER gate)
    Q_PROPERTY(QString place MEMBER place)
    Q_PROPERTY(QString standing MEMBER state)
    Q_PROPERTY(holdfast::view::Tone tone MEMBER tone)

public:
    QString key;     // the verifier key, whole
    QString purpose; // "decides", "opens sessions"
    QString owner;   // actor
    QString gate;
    QString place; // "keychain", "sealed file ~/.local/…"
    QString state; // "ready", "locked", "missing"
    view::Tone tone = view::Tone::Plain;
    bool operator==(const KeyRow &) const = default;
};

struct GateRow {
    Q_GADGET
    Q_PROPERTY(QString name MEMBER key)
    Q_PROPERTY(QString address MEMBER address)
    Q_PROPERTY(QString pin MEMBER pin)
    Q_PROPERTY(QString standing MEMBER state)
    Q_PROPERTY(holdfast::view::Tone tone MEMBER tone)
    Q_PROPERTY(QString ledger MEMBER ledger)
    Q_PROPERTY(bool embedded MEMBER embedded)

public:
    QString key; // gate name
    QString address;
    QString pin; // the gate's verifier key, whole
    QString state;
    view::Tone tone = view::Tone::Plain;
    QString ledger; // "48 213 entries proven"
    bool embedded = false;
    bool operator==(const GateRow &) const = default;
};

// The places of this person's keys, and how new ones come to be. No secret passes through a property: passphrases are
// taken out of their fields in the call that needs them, and are not kept. A key is created only by createKeys(), never because
// one was not found.
class Keys : public QObject {
    Q_OBJECT
    QML_NAMED_ELEMENT(KeyRing) // QtQuick has a Keys of its own
    QML_UNCREATABLE("owned by App")
    Q_PROPERTY(QAbstractItemModel *rows READ rows CONSTANT)
    Q_PROPERTY(QAbstractItemModel *gates READ gates CONSTANT)
    Q_PROPERTY(Keychain keychain READ keychain NOTIFY changed)
    Q_PROPERTY(QString keychainText READ keychainText NOTIFY changed)
    Q_PROPERTY(Step step READ step NOTIFY changed)
    Q_PROPERTY(QString problem READ problem NOTIFY changed)
    Q_PROPERTY(QString done READ done NOTIFY changed)
    Q_PROPERTY(bool sealedFile READ sealedFile WRITE setSealedFile NOTIFY changed)
    Q_PROPERTY(int count READ count NOTIFY changed)
    Q_PROPERTY(int minimumPassphrase READ minimumPassphrase CONSTANT)
    Q_PROPERTY(QString proposedName READ proposedName CONSTANT)
    Q_PROPERTY(bool mayOwn READ mayOwn NOTIFY changed)
    Q_PROPERTY(bool mayBeInvited READ mayBeInvited NOTIFY changed)
    Q_PROPERTY(QString address READ address NOTIFY changed)

public:
    enum Keychain { Present, Locked, Absent, Unavailable, Denied };
    Q_ENUM(Keychain)
    enum Step { Ready, Working, Failed };
    Q_ENUM(Step)

    // How somebody without keys comes to them at the gate that was found.
    struct Offer {
        bool own = true; // as its first owner
        bool invited = false; // with an invite that was printed where it was started
        QString address;
    };

    explicit Keys(QObject *parent = nullptr);

    [[nodiscard]] QAbstractItemModel *rows() { return &m_rows; }
    [[nodiscard]] QAbstractItemModel *gates() { return &m_gates; }
    [[nodiscard]] Keychain keychain() const { return m_keychain; }
    [[nodiscard]] QString keychainText() const { return m_keychainText; }
    [[nodiscard]] Step step() const { return m_step; }
    [[nodiscard]] QString problem() const { return m_problem; }
    [[nodiscard]] QString done() const { return m_done; }
    [[nodiscard]] bool sealedFile() const { return m_sealedFile; }
    [[nodiscard]] int count() const { return m_rows.rowCount(); }
    [[nodiscard]] int minimumPassphrase() const { return 10; }
    // This user's name on this machine: the one that a gate of his own knows him by, unless he says otherwise.
    [[nodiscard]] QString proposedName() const;
    [[nodiscard]] bool mayOwn() const { return m_offer.own; }
    [[nodiscard]] bool mayBeInvited() const { return m_offer.invited; }
    [[nodiscard]] QString address() const { return m_offer.address; }
    void offer(const Offer &offer);
    // The user's explicit choice to keep keys in a passphrase-sealed file instead of a keychain.
    void setSealedFile(bool sealed);

    void show(const QList<KeyRow> &rows, const QList<GateRow> &gates);
    // `text` says in one sentence what was found and what to do.
    void setKeychain(Keychain state, const QString &text);
    // `text`: why it failed, or what was done.
    void advance(Step step, const QString &text = {});

    // The keys of a new person on the gate this console started (first owner): what follows is a session.
    Q_INVOKABLE void createOwner(const QString &name, holdfast::SecretInput *passphrase);
    // Keys for a gate that somebody invited this person to: `<gate vkey>#<secret>` and the gate's address.
    Q_INVOKABLE void enrol(const QString &name, const QString &address, const QString &invite, holdfast::SecretInput *passphrase);
    // Looks at the keychain again, letting the desktop show its own prompt.
    Q_INVOKABLE void unlock();
    Q_INVOKABLE void copy(const QString &key);

Q_SIGNALS:
    void changed();
    void ownerWanted(const QString &name, const holdfast::Passphrase &passphrase, bool sealedFile);
    void enrolWanted(const QString &name, const QString &address, const QString &invite, const holdfast::Passphrase &passphrase, bool sealedFile);
    void unlockWanted();
    void copyWanted(const QString &key);

private:
    [[nodiscard]] Passphrase longEnough(SecretInput *field) const;

    RowsModel<KeyRow> m_rows;
    RowsModel<GateRow> m_gates;
    Keychain m_keychain = Unavailable;
    Step m_step = Ready;
    QString m_keychainText, m_problem, m_done;
    bool m_sealedFile = false;
    Offer m_offer;
};

} // namespace holdfast
