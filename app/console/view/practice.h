// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QObject>
#include <QtQml/qqmlregistration.h>

namespace holdfast {

// The practice ground: replays *nine seconds* with a real agent against a real database of its own.
class Practice : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("owned by App")
    Q_PROPERTY(State state READ state NOTIFY changed)
    Q_PROPERTY(QString text READ text NOTIFY changed)

public:
    // None: no practice ground on this machine, the page does not offer it.
    enum State { None, Ready, Preparing, Replaying, Failed };
    Q_ENUM(State)

    explicit Practice(QObject *parent = nullptr);

    [[nodiscard]] State state() const { return m_state; }
    [[nodiscard]] QString text() const { return m_text; }

    // `text` says what is going on or what failed, naming it.
    void advance(State state, const QString &text = {});

    // Ignored unless Ready or Failed.
    Q_INVOKABLE void replay();

Q_SIGNALS:
    void changed();
    void replayWanted();

private:
    State m_state = None;
    QString m_text;
};

} // namespace holdfast
