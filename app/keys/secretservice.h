// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "keys/keystore.h"

#include <QObject>

#include <chrono>

class QDBusPendingCall;
class QDBusMessage;

namespace holdfast {

/// Asks the Secret Service over the session bus what QtKeychain does not tell: whether something is locked or absent, and why
/// there was no answer. Reads no secret. Every question has a deadline; handlers are not called once this object has ended.
class SecretService final : public QObject
{
    Q_OBJECT
public:
    explicit SecretService(std::chrono::milliseconds deadline) : m_deadline(deadline) {}

    /// The default collection: Present (unlocked), Locked, Absent (none was made yet), Unavailable, Denied.
    void state(KeyStore::StateHandler handler);
    /// The item with these attributes of QtKeychain. Locked as well when nothing is found while the default collection is locked:
    /// some services list nothing then.
    void find(const QString &service, const QString &key, KeyStore::StateHandler handler);
    /// Who owns the service's name, and its default collection. Unknown where nobody answers.
    void identify(KeyStore::IdentityHandler handler);
    /// Shows the service's own prompt, which may take `within`. Present: unlocked. Locked: dismissed, or never answered, as the detail
    /// says.
    void unlock(std::chrono::milliseconds within, KeyStore::StateHandler handler);

private Q_SLOTS:
    void promptCompleted(bool dismissed);

private:
    void ask(const QDBusMessage &message, KeyStore::StateHandler failed, std::function<void(const QDBusMessage &)> answered);
    void lockedState(const QString &collection, KeyStore::StateHandler handler);
    void defaultCollection(KeyStore::StateHandler failed, std::function<void(const QString &)> found);
    void describe(const StoreIdentity &identity, KeyStore::IdentityHandler handler);
    void unanswered();
    void promptEnded(KeyState state, const QString &detail);
    void showPrompt(const QString &prompt, std::chrono::milliseconds within, KeyStore::StateHandler handler);

    std::chrono::milliseconds m_deadline;
    KeyStore::StateHandler m_prompted;
    QString m_prompt; ///< object path of the one that is open
};

} // namespace holdfast
