// SPDX-License-Identifier: Apache-2.0
#include "keys/secretservice.h"

#include <QDBusConnection>
#include <QDBusError>
#include <QDBusMessage>
#include <QDBusMetaType>
#include <QDBusObjectPath>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QDBusVariant>
#include <QFile>
#include <QTimer>

#include <algorithm>
#include <utility>

namespace holdfast {

namespace {

const QString Name = QStringLiteral("org.freedesktop.secrets");
const QString Path = QStringLiteral("/org/freedesktop/secrets");
const QString ServiceInterface = QStringLiteral("org.freedesktop.Secret.Service");
const QString CollectionInterface = QStringLiteral("org.freedesktop.Secret.Collection");
const QString PromptInterface = QStringLiteral("org.freedesktop.Secret.Prompt");

using Attributes = QMap<QString, QString>;

std::pair<KeyState, QString> meaningOf(const QDBusMessage &error)
{
    switch (QDBusError(error).type()) {
    case QDBusError::AccessDenied: return {KeyState::Denied, QStringLiteral("the session bus does not let this program speak to the keyring")};
    case QDBusError::ServiceUnknown: return {KeyState::Unavailable, QStringLiteral("no keyring service (org.freedesktop.secrets) runs here")};
    case QDBusError::NoReply:
    case QDBusError::Timeout:
    case QDBusError::TimedOut: return {KeyState::Unavailable, QStringLiteral("the keyring does not answer")};
    default: return {KeyState::Unavailable, QStringLiteral("the keyring service answered with an error: %1").arg(error.errorName())};
    }
}

QDBusMessage busCall(const QString &method, const QVariantList &arguments)
{
    QDBusMessage message = QDBusMessage::createMethodCall(QStringLiteral("org.freedesktop.DBus"), QStringLiteral("/org/freedesktop/DBus"),
                                                          QStringLiteral("org.freedesktop.DBus"), method);
    message.setArguments(arguments);
    return message;
}

// What the kernel calls the process; empty where it may not be looked at.
QString programOf(uint process)
{
    QFile name(QStringLiteral("/proc/%1/comm").arg(process));
    return name.open(QIODevice::ReadOnly) ? QString::fromUtf8(name.readLine(64)).trimmed() : QString();
}

QDBusMessage serviceCall(const QString &method, const QVariantList &arguments)
{
    QDBusMessage message = QDBusMessage::createMethodCall(Name, Path, ServiceInterface, method);
    message.setArguments(arguments);
    return message;
}

} // namespace

void SecretService::ask(const QDBusMessage &message, KeyStore::StateHandler failed, std::function<void(const QDBusMessage &)> answered)
{
    const QDBusConnection bus = QDBusConnection::sessionBus();
    if (!bus.isConnected()) {
        QTimer::singleShot(0, this, [failed = std::move(failed)] { failed(KeyState::Unavailable, QStringLiteral("there is no session bus")); });
        return;
    }
    auto *watcher = new QDBusPendingCallWatcher(bus.asyncCall(message, static_cast<int>(m_deadline.count())), this);
    connect(watcher, &QDBusPendingCallWatcher::finished, this,
            [failed = std::move(failed), answered = std::move(answered)](QDBusPendingCallWatcher *done) {
                done->deleteLater();
                const QDBusMessage reply = done->reply();
                if (reply.type() == QDBusMessage::ReplyMessage)
                    return answered(reply);
                const auto [state, detail] = meaningOf(reply);
                failed(state, detail);
            });
}

void SecretService::defaultCollection(KeyStore::StateHandler failed, std::function<void(const QString &)> found)
{
    ask(serviceCall(QStringLiteral("ReadAlias"), {QStringLiteral("default")}), std::move(failed), [found = std::move(found)](const QDBusMessage &reply) {
        found(QDBusPendingReply<QDBusObjectPath>(reply).value().path());
    });
}

void SecretService::lockedState(const QString &collection, KeyStore::StateHandler handler)
{
    QDBusMessage get = QDBusMessage::createMethodCall(Name, collection, QStringLiteral("org.freedesktop.DBus.Properties"), QStringLiteral("Get"));
    get.setArguments({CollectionInterface, QStringLiteral("Locked")});
    ask(get, handler, [handler](const QDBusMessage &reply) {
        const bool locked = QDBusPendingReply<QDBusVariant>(reply).value().variant().toBool();
        handler(locked ? KeyState::Locked : KeyState::Present, locked ? QStringLiteral("the keyring is locked") : QString());
    });
}

void SecretService::state(KeyStore::StateHandler handler)
{
    defaultCollection(handler, [this, handler](const QString &collection) {
        if (collection.isEmpty() || collection == u"/")
            return handler(KeyState::Absent, QStringLiteral("the keyring service has no default keyring yet"));
        lockedState(collection, handler);
    });
}

void SecretService::find(const QString &service, const QString &key, KeyStore::StateHandler handler)
{
    qDBusRegisterMetaType<Attributes>();
    const Attributes attributes{{QStringLiteral("server"), service}, {QStringLiteral("user"), key}};
    ask(serviceCall(QStringLiteral("SearchItems"), {QVariant::fromValue(attributes)}), handler, [this, handler](const QDBusMessage &reply) {
        const QDBusPendingReply<QList<QDBusObjectPath>, QList<QDBusObjectPath>> found(reply);
        if (!found.argumentAt<0>().isEmpty())
            return handler(KeyState::Present, {});
        if (!found.argumentAt<1>().isEmpty())
            return handler(KeyState::Locked, QStringLiteral("the key is there, and its keyring is locked"));
        state([handler](KeyState whole, const QString &detail) {
            if (whole == KeyState::Present || whole == KeyState::Absent)
                return handler(KeyState::Absent, QStringLiteral("the keyring has no such key"));
            handler(whole, detail);
        });
    });
}

void SecretService::identify(KeyStore::IdentityHandler handler)
{
    const auto nobody = [handler](KeyState, const QString &) { handler({}); };
    ask(busCall(QStringLiteral("GetConnectionUnixProcessID"), {Name}), nobody, [this, handler](const QDBusMessage &reply) {
        StoreIdentity identity;
        identity.program = programOf(QDBusPendingReply<uint>(reply).value());
        describe(identity, handler);
    });
}

void SecretService::describe(const StoreIdentity &identity, KeyStore::IdentityHandler handler)
{
    const auto undescribed = [identity, handler](KeyState, const QString &) { handler(identity); };
    defaultCollection(undescribed, [this, identity, handler, undescribed](const QString &collection) {
        if (collection.isEmpty() || collection == u"/")
            return handler(identity);
        QDBusMessage all = QDBusMessage::createMethodCall(Name, collection, QStringLiteral("org.freedesktop.DBus.Properties"), QStringLiteral("GetAll"));
        all.setArguments({CollectionInterface});
        ask(all, undescribed, [collection, handler, found = identity](const QDBusMessage &reply) mutable {
            const auto properties = QDBusPendingReply<QVariantMap>(reply).value();
            found.collection = collection;
            found.label = properties.value(QStringLiteral("Label")).toString();
            found.createdAt = std::clamp<qint64>(properties.value(QStringLiteral("Created")).toLongLong(), 0, StoreIdentity::latest);
            handler(found);
        });
    });
}

void SecretService::unlock(std::chrono::milliseconds within, KeyStore::StateHandler handler)
{
    defaultCollection(handler, [this, within, handler](const QString &collection) {
        if (collection.isEmpty() || collection == u"/")
            return handler(KeyState::Absent, QStringLiteral("the keyring service has no default keyring yet"));
        const QList<QDBusObjectPath> wanted{QDBusObjectPath(collection)};
        ask(serviceCall(QStringLiteral("Unlock"), {QVariant::fromValue(wanted)}), handler, [this, within, handler](const QDBusMessage &reply) {
            const QString prompt = QDBusPendingReply<QList<QDBusObjectPath>, QDBusObjectPath>(reply).argumentAt<1>().path();
            if (prompt.isEmpty() || prompt == u"/")
                return state(handler);
            showPrompt(prompt, within, handler);
        });
    });
}

void SecretService::showPrompt(const QString &prompt, std::chrono::milliseconds within, KeyStore::StateHandler handler)
{
    if (m_prompted)
        return handler(KeyState::Locked, QStringLiteral("its prompt is open already"));
    m_prompted = handler;
    m_prompt = prompt;
    QDBusConnection::sessionBus().connect(Name, prompt, PromptInterface, QStringLiteral("Completed"), this, SLOT(promptCompleted(bool)));
    QTimer::singleShot(within, this, [this, prompt] {
        if (m_prompted && m_prompt == prompt)
            unanswered();
    });
    QDBusMessage show = QDBusMessage::createMethodCall(Name, prompt, PromptInterface, QStringLiteral("Prompt"));
    show.setArguments({QString()});
    ask(show, [this](KeyState state, const QString &detail) { promptEnded(state, detail); }, [](const QDBusMessage &) {});
}

// It is left standing: gnome-keyring 42.1 aborts when a prompt that its prompter has not begun is dismissed.
void SecretService::unanswered()
{
    promptEnded(KeyState::Locked, QStringLiteral("the keyring's prompt was not answered: it may be hidden by another window, or shown nowhere"));
}

void SecretService::promptEnded(KeyState state, const QString &detail)
{
    if (m_prompted)
        std::exchange(m_prompted, nullptr)(state, detail);
}

void SecretService::promptCompleted(bool dismissed)
{
    if (dismissed)
        return promptEnded(KeyState::Locked, QStringLiteral("the keyring's prompt was dismissed, and it stayed locked"));
    if (m_prompted)
        state(std::exchange(m_prompted, nullptr));
}

} // namespace holdfast
