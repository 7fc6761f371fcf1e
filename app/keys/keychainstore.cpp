// SPDX-License-Identifier: Apache-2.0
#include "keys/keychainstore.h"

#include <QAbstractEventDispatcher>
#include <QPointer>
#include <QTimer>

#include <qt6keychain/keychain.h>

#include <algorithm>
#include <memory>

namespace holdfast {

/// One call on its way. Jobs report to it; once its handler is detached they report to nobody, and run on to their end.
class KeychainStore::Task final : public QObject
{
public:
    Task(QObject *owner, QString keyName) : QObject(owner), name(std::move(keyName)) {}

    QString name;
    std::function<void(Task *)> begin;
    std::function<void(KeyStoreError)> fail;
};

bool hasGlibDispatcher()
{
    const auto *dispatcher = QAbstractEventDispatcher::instance();
    return dispatcher != nullptr && dispatcher->inherits("QEventDispatcherGlib");
}

KeychainStore::KeychainStore(QString service)
    : KeychainStore(std::move(service), Patience{})
{
}

KeychainStore::KeychainStore(QString service, Patience patience)
    : m_service(std::move(service)), m_patience(patience), m_secrets(patience.probe)
{
}

KeychainStore::~KeychainStore() = default;

void KeychainStore::probe(StateHandler handler)
{
    if (!hasGlibDispatcher()) {
        QTimer::singleShot(0, this, [handler = std::move(handler)] {
            handler(KeyState::Unavailable, QStringLiteral("the keyring needs GLib's event dispatcher: unset QT_NO_GLIB"));
        });
        return;
    }
    m_secrets.state(std::move(handler));
}

void KeychainStore::unlock(StateHandler handler)
{
    m_secrets.unlock(m_patience.deadline, std::move(handler));
}

void KeychainStore::read(const QString &name, ReadHandler handler)
{
    const auto shared = std::make_shared<ReadHandler>(std::move(handler));
    enqueue(
        name,
        [this, shared](Task *task) {
            readItem(task, [this, task, shared](Result<SecretBytes, KeyStoreError> value) {
                if (end(task))
                    (*shared)(std::move(value));
            });
        },
        [shared](KeyStoreError error) { (*shared)(Failure{std::move(error)}); });
}

void KeychainStore::write(const QString &name, SecretBytes value, DoneHandler handler)
{
    const auto shared = std::make_shared<SecretBytes>(std::move(value));
    enqueue(
        name,
        [this, shared, handler](Task *task) {
            writeItem(task, *shared, [this, task, handler](Result<Done, KeyStoreError> written) {
                if (end(task))
                    handler(std::move(written));
            });
        },
        [handler](KeyStoreError error) { handler(Failure{std::move(error)}); });
}

void KeychainStore::remove(const QString &name, DoneHandler handler)
{
    enqueue(
        name,
        [this, handler](Task *task) {
            removeItem(task, [this, task, handler](Result<Done, KeyStoreError> removed) {
                if (end(task))
                    handler(std::move(removed));
            });
        },
        [handler](KeyStoreError error) { handler(Failure{std::move(error)}); });
}

void KeychainStore::enqueue(const QString &name, std::function<void(Task *)> begin, std::function<void(KeyStoreError)> fail)
{
    auto *task = new Task(this, name);
    task->begin = std::move(begin);
    task->fail = std::move(fail);
    m_tasks.push_back(task);
    QTimer::singleShot(m_patience.still, task, [this, task] { Q_EMIT stillWaiting(task->name); });
    QTimer::singleShot(m_patience.deadline, task, [this, task] { expire(task); });
    if (m_tasks.size() == 1)
        startFirst();
}

void KeychainStore::startFirst()
{
    if (m_tasks.empty())
        return;
    QTimer::singleShot(0, m_tasks.front(), [this, task = m_tasks.front()] {
        if (hasGlibDispatcher())
            return task->begin(task);
        if (end(task))
            task->fail({KeyState::Unavailable, QStringLiteral("the keyring needs GLib's event dispatcher: unset QT_NO_GLIB")});
    });
}

bool KeychainStore::end(Task *task)
{
    const auto at = std::find(m_tasks.begin(), m_tasks.end(), task);
    if (at == m_tasks.end())
        return false;
    const bool wasFirst = at == m_tasks.begin();
    m_tasks.erase(at);
    task->deleteLater(); // one of its own slots may be running
    if (wasFirst)
        startFirst();
    return true;
}

void KeychainStore::expire(Task *task)
{
    const auto fail = task->fail;
    if (!end(task))
        return;
    // A daemon that is well and a keyring that is locked: it is its prompt that nobody answers.
    m_secrets.state([fail](KeyState state, const QString &) {
        if (state == KeyState::Locked)
            return fail({state, QStringLiteral("the keyring is locked, and its prompt was not answered: it may be hidden by another window, or shown nowhere")});
        fail({KeyState::Unavailable, QStringLiteral("the keyring did not answer in time")});
    });
}

void KeychainStore::readItem(Task *task, ReadHandler handler)
{
    // Never parented, never deleted by us: deleting a running job crashes. It deletes itself when it finishes.
    auto *job = new QKeychain::ReadPasswordJob(m_service);
    job->setKey(task->name);
    connect(job, &QKeychain::Job::finished, task, [this, task, handler = std::move(handler)](QKeychain::Job *finished) {
        if (finished->error() == QKeychain::NoError) {
            QByteArray data = static_cast<QKeychain::ReadPasswordJob *>(finished)->binaryData();
            return handler(SecretBytes::take(data));
        }
        explain(task, *finished, [handler](KeyStoreError error) { handler(Failure{std::move(error)}); });
    });
    job->start();
}

void KeychainStore::writeItem(Task *task, const SecretBytes &value, DoneHandler handler)
{
    auto *job = new QKeychain::WritePasswordJob(m_service);
    job->setKey(task->name);
    const auto written = std::make_shared<QByteArray>(reinterpret_cast<const char *>(value.data()), static_cast<qsizetype>(value.size()));
    job->setBinaryData(*written); // always binary: text and binary entries of one name are two items
    connect(job, &QKeychain::Job::finished, task, [this, task, written, handler = std::move(handler)](QKeychain::Job *finished) {
        const auto expected = std::make_shared<SecretBytes>(SecretBytes::take(*written));
        if (finished->error() != QKeychain::NoError)
            return explain(task, *finished, [handler](KeyStoreError error) { handler(Failure{std::move(error)}); });
        readItem(task, [expected, handler](Result<SecretBytes, KeyStoreError> back) {
            if (!back)
                return handler(back.failure());
            if (!back->equals(*expected))
                return handler(Failure{KeyStoreError{KeyState::Unavailable, QStringLiteral("the keyring gave back other bytes than it was given")}});
            handler(Done{});
        });
    });
    job->start();
}

void KeychainStore::removeItem(Task *task, DoneHandler handler)
{
    auto *job = new QKeychain::DeletePasswordJob(m_service);
    job->setKey(task->name);
    connect(job, &QKeychain::Job::finished, task, [this, task, handler = std::move(handler)](QKeychain::Job *finished) {
        if (finished->error() != QKeychain::NoError && finished->error() != QKeychain::EntryNotFound)
            return explain(task, *finished, [handler](KeyStoreError error) { handler(Failure{std::move(error)}); });
        // It says so too when the keyring is locked and nothing was deleted.
        m_secrets.find(m_service, task->name, [task = QPointer<Task>(task), handler](KeyState state, const QString &detail) {
            if (!task)
                return;
            if (state == KeyState::Absent)
                return handler(Done{});
            if (state == KeyState::Present)
                return handler(Failure{KeyStoreError{KeyState::Denied, QStringLiteral("the keyring still has the key")}});
            handler(Failure{KeyStoreError{state, detail}});
        });
    });
    job->start();
}

void KeychainStore::explain(Task *task, const QKeychain::Job &job, std::function<void(KeyStoreError)> handler)
{
    const QKeychain::Error error = job.error();
    if (error == QKeychain::AccessDeniedByUser)
        return handler({KeyState::Denied, QStringLiteral("access to the keyring was denied")});
    const auto answer = [task = QPointer<Task>(task), handler, error](KeyState state, const QString &detail) {
        if (!task)
            return;
        if (state != KeyState::Present && !(error != QKeychain::EntryNotFound && state == KeyState::Absent))
            return handler({state, detail});
        if (error == QKeychain::AccessDenied)
            return handler({KeyState::Denied, QStringLiteral("access to the keyring was denied")});
        handler({KeyState::Unavailable, QStringLiteral("the keyring answers, but did not do what it was asked")});
    };
    if (error == QKeychain::EntryNotFound)
        return m_secrets.find(m_service, task->name, answer);
    m_secrets.state(answer);
}

} // namespace holdfast
