// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "console/shell/embeddedgate.h"
#include "console/view/keys.h"
#include "console/view/passphraseprompt.h"
#include "core/documents/session.h"
#include "keys/keychainstore.h"
#include "keys/keykeeper.h"
#include "keys/sealedfilestore.h"
#include "link/gatelink.h"
#include "link/pins.h"

namespace holdfast {

/// Finds this person's keys and makes new ones. Makes keys only for createOwner and enrol, never because one was not
/// found. The keychain is the default; the passphrase-sealed file only by explicit choice.
class KeyDesk final : public QObject
{
    Q_OBJECT
public:
    KeyDesk(const Places &places, Keys &view, PassphrasePrompt &prompt, QObject *parent = nullptr);
    ~KeyDesk() override;

    /// Absent index: an error that names the file; then nothing may be made or signed.
    [[nodiscard]] bool usable() const { return m_keeper != nullptr; }
    [[nodiscard]] KeyKeeper &keeper() { return *m_keeper; }
    [[nodiscard]] bool hasKeysFor(const QString &gate) const { return m_keeper && m_keeper->wasMade(gate); }
    /// The session signer of this person at `gate`; asks for the sealed file's passphrase where that is where it lies.
    void sessionSigner(const QString &gate, KeyKeeper::SignerHandler handler);
    /// Looks at the keychain and tells the view what it found.
    void look();
    /// Makes keys for `invite`, keeps them, enrols. enrolled() or the view's Failed step follows.
    void enrol(const GateAddress &address, const Invite &invite, const QString &actor, const Passphrase &passphrase, bool sealedFile);
    /// Rows of keys, with `state` as last seen.
    void refresh(const QList<GateRow> &gates);

Q_SIGNALS:
    void enrolled(const holdfast::Pins &pins);
    /// The keychain answers again after it was locked or absent.
    void keychainOpened();

private:
    struct Enrolment;
    void keepAndEnrol(const std::shared_ptr<Enrolment> &job);
    void connectJob(const std::shared_ptr<Enrolment> &job, const Signer *signer);
    void askAnew(const std::shared_ptr<Enrolment> &job);
    void lookWhetherEnrolled(const std::shared_ptr<Enrolment> &job);
    /// Only the keys that were made for it go; what was enrolled here before stays.
    void giveUp(const std::shared_ptr<Enrolment> &job, const QString &why);
    void sendEnrolment(const std::shared_ptr<Enrolment> &job);
    void letGo(Enrolment &job);
    void takeAnswer(const std::shared_ptr<Enrolment> &job, const Called<Json> &answer);
    void failed(const QString &why);
    void showState(KeyState state, const QString &detail);
    [[nodiscard]] bool isElsewhere(const KeyRecord &record) const;
    /// The first of the recorded keys that was kept in another keyring than the one that answers now.
    [[nodiscard]] const KeyRecord *elsewhere() const;

    Places m_places;
    Keys &m_view;
    PassphrasePrompt &m_prompt;
    KeychainStore m_keychain;
    SealedFileStore m_sealed;
    std::unique_ptr<KeyKeeper> m_keeper;
    KeyState m_state = KeyState::Unavailable;
    StoreIdentity m_answering; ///< the keyring that answered last
    QList<GateRow> m_gates;
    std::function<void()> m_afterUnlock;
    std::weak_ptr<Enrolment> m_enrolling; ///< the last that was begun
};

} // namespace holdfast
