// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "console/view/secretinput.h"

#include <QObject>
#include <QtQml/qqmlregistration.h>

namespace holdfast {

// Asks for the passphrase of the deciding key: each time to approve at high and critical, else once a session. What is
// typed goes from the field, which is empty then, to `given`, and is not kept here.
class PassphrasePrompt : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("owned by App")
    Q_PROPERTY(bool wanted READ wanted NOTIFY changed)
    Q_PROPERTY(bool working READ working NOTIFY changed)
    Q_PROPERTY(bool withdrawn READ withdrawn NOTIFY changed)
    Q_PROPERTY(QString reason READ reason NOTIFY changed)
    Q_PROPERTY(QString problem READ problem NOTIFY changed)

public:
    explicit PassphrasePrompt(QObject *parent = nullptr);

    [[nodiscard]] bool wanted() const { return m_wanted; }
    [[nodiscard]] bool working() const { return m_working; }
    [[nodiscard]] bool withdrawn() const { return m_withdrawn; }
    [[nodiscard]] QString reason() const { return m_reason; }
    [[nodiscard]] QString problem() const { return m_problem; }

    // `reason` names the act: "To approve: Drop table bookings in bookings-prod". `problem` after a wrong one.
    void ask(const QString &reason, const QString &problem = {});
    // Nothing will be signed any more, and `problem` says why. It stays until it is left, by giving or cancelling, of which nobody is
    // told: the rest of a passphrase must not go to whatever would have the keyboard then.
    void withdraw(const QString &problem);
    void close();

    // Ignored unless wanted, not working, and not empty.
    Q_INVOKABLE void give(holdfast::SecretInput *field);
    Q_INVOKABLE void cancel();

Q_SIGNALS:
    void changed();
    void given(const holdfast::Passphrase &passphrase);
    void cancelled();

private:
    bool m_wanted = false;
    bool m_working = false;
    bool m_withdrawn = false;
    QString m_reason, m_problem;
};

} // namespace holdfast
