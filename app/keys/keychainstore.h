// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "keys/keystore.h"
#include "keys/secretservice.h"

#include <QObject>

#include <chrono>
#include <deque>

namespace QKeychain {
class Job;
}

namespace holdfast {

/// The OS keychain through QtKeychain 0.13.2 and the Secret Service. Knows what that version does wrong (README.md):
/// it says *not found* for a locked keyring and *deleted* for what is still there, it never finishes without GLib's event
/// dispatcher or against a hung daemon, and it crashes when a running job is deleted. One job at a time. Needs an event loop.
class KeychainStore final : public QObject, public KeyStore
{
    Q_OBJECT
public:
    struct Patience final
    {
        std::chrono::milliseconds still{3'000}; ///< after this stillWaiting() is emitted
        std::chrono::milliseconds deadline{120'000}; ///< of one job, prompts included; then Unavailable
        std::chrono::milliseconds probe{5'000}; ///< of one question to the bus
    };

    explicit KeychainStore(QString service = QStringLiteral("holdfast"));
    KeychainStore(QString service, Patience patience);
    ~KeychainStore() override;

    void probe(StateHandler handler) override;
    void identify(IdentityHandler handler) override { m_secrets.identify(std::move(handler)); }
    void read(const QString &name, ReadHandler handler) override;
    void write(const QString &name, SecretBytes value, DoneHandler handler) override;
    void remove(const QString &name, DoneHandler handler) override;
    /// Asks the service to unlock the default collection, which shows the desktop's own prompt.
    void unlock(StateHandler handler);

Q_SIGNALS:
    /// The keyring has not answered yet; its prompt may stand behind another window.
    void stillWaiting(const QString &name);

private:
    class Task;
    void enqueue(const QString &name, std::function<void(Task *)> begin, std::function<void(KeyStoreError)> fail);
    void startFirst();
    void expire(Task *task);
    /// Takes the task off the queue; false when its handler was detached already.
    [[nodiscard]] bool end(Task *task);
    void readItem(Task *task, ReadHandler handler);
    void writeItem(Task *task, const SecretBytes &value, DoneHandler handler);
    void removeItem(Task *task, DoneHandler handler);
    void explain(Task *task, const QKeychain::Job &job, std::function<void(KeyStoreError)> handler);

    QString m_service;
    Patience m_patience;
    SecretService m_secrets;
    std::deque<Task *> m_tasks; ///< the first one runs
};

/// Whether GLib's dispatcher runs this thread's events: without it no keychain job would ever finish.
[[nodiscard]] bool hasGlibDispatcher();

} // namespace holdfast
