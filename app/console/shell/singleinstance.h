// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QLocalServer>
#include <QLockFile>
#include <QObject>

#include <memory>

namespace holdfast {

/// One console per user: the first holds a lock and listens on a socket that only its user reaches; a later start tells it to
/// come up (and which hold to open) and ends.
class SingleInstance final : public QObject
{
    Q_OBJECT
public:
    explicit SingleInstance(const QString &runtimeDirectory, QObject *parent = nullptr);

    /// True: this is the first. False: the first was told to come up with `holdId` (may be empty).
    [[nodiscard]] bool claim(const QString &holdId);

Q_SIGNALS:
    void raiseAsked(const QString &holdId);

private:
    void accept();

    QString m_socket;
    QLockFile m_lock;
    QLocalServer m_server;
};

} // namespace holdfast
