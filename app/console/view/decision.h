// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "console/view/decisionterms.h"

#include <QElapsedTimer>
#include <QTimer>

namespace holdfast {

// The lock between a person and a signature. All of it is decided here: a click, a key and a press over AT-SPI reach
// approve(), which does nothing unless mayApprove(). Conditions: nothing blocks (link, evidence, keys: block()), every
// section reached, confirmations fit, and 600 ms have passed since anything on the screen changed.
class DecisionLock : public QObject {
    Q_OBJECT
    QML_NAMED_ELEMENT(Decision)
    QML_UNCREATABLE("owned by App")
    Q_PROPERTY(QString holdId READ holdId NOTIFY changed)
    Q_PROPERTY(State state READ state NOTIFY changed)
    Q_PROPERTY(bool mayApprove READ mayApprove NOTIFY changed)
    Q_PROPERTY(bool mayDeny READ mayDeny NOTIFY changed)
    Q_PROPERTY(QString denyLock READ denyLock NOTIFY changed)
    Q_PROPERTY(QStringList unmet READ unmet NOTIFY changed)
    Q_PROPERTY(QString unmetText READ unmetText NOTIFY changed)
    Q_PROPERTY(QStringList unreached READ unreached NOTIFY changed)
    Q_PROPERTY(bool wantsPress READ wantsPress NOTIFY changed)
    Q_PROPERTY(bool wantsTarget READ wantsTarget NOTIFY changed)
    Q_PROPERTY(bool wantsCode READ wantsCode NOTIFY changed)
    Q_PROPERTY(QString confirmShown READ confirmShown NOTIFY changed)
    Q_PROPERTY(QString typedTarget READ typedTarget WRITE setTypedTarget NOTIFY changed)
    Q_PROPERTY(QString typedCode READ typedCode WRITE setTypedCode NOTIFY changed)
    Q_PROPERTY(bool targetFits READ targetFits NOTIFY changed)
    Q_PROPERTY(QString approveVerb READ approveVerb NOTIFY changed)
    Q_PROPERTY(QString openVerb READ openVerb NOTIFY changed)
    Q_PROPERTY(QString needs READ needs NOTIFY changed)
    Q_PROPERTY(QString then READ then NOTIFY changed)
    Q_PROPERTY(QString message READ message NOTIFY changed)
    Q_PROPERTY(qreal pressed READ pressed NOTIFY pressedChanged)

public:
    enum State { Closed, Open, AskingPassphrase, Signing, Sending, Acknowledged, Failed };
    Q_ENUM(State)
    enum Scope { This, Resource, Class };
    Q_ENUM(Scope)
    static constexpr int armMs = 600;
    static constexpr int pressMs = 1200;
    static constexpr int doubleClickMs = 400;

    explicit DecisionLock(QObject *parent = nullptr);

    [[nodiscard]] QString holdId() const { return m_terms.holdId; }
    [[nodiscard]] State state() const { return m_state; }
    [[nodiscard]] bool mayApprove() const;
    [[nodiscard]] bool mayDeny() const;
    // Why it may not be denied, in words; empty when it may, and while a decision is on its way.
    [[nodiscard]] QString denyLock() const;
    [[nodiscard]] QStringList unmet() const;
    [[nodiscard]] QString unmetText() const { return unmet().join(QStringLiteral(". ")); }
    // Ids of the sections that must still be seen.
    [[nodiscard]] QStringList unreached() const;
    [[nodiscard]] bool wantsPress() const;
    [[nodiscard]] bool wantsTarget() const;
    [[nodiscard]] bool wantsCode() const;
    [[nodiscard]] QString confirmShown() const { return m_terms.confirmShown; }
    [[nodiscard]] QString typedTarget() const { return m_typedTarget; }
    [[nodiscard]] QString typedCode() const { return m_typedCode; }
    [[nodiscard]] bool targetFits() const;
    [[nodiscard]] QString approveVerb() const { return m_terms.approveVerb; }
    // The label of the button once it is open.
    [[nodiscard]] QString openVerb() const { return wantsPress() ? m_terms.heldVerb : m_terms.approveVerb; }
    [[nodiscard]] QString needs() const { return m_terms.needs; }
    [[nodiscard]] QString then() const { return m_terms.then; }
    [[nodiscard]] QString message() const { return m_message; }
    [[nodiscard]] qreal pressed() const;
    void setTypedTarget(const QString &text);
    void setTypedCode(const QString &text);

    // Another hold or revision: forgets what was typed and reached, arms anew. Without terms (closed) nothing can be decided.
    void open(const DecisionTerms &terms);
    void close();
    // The terms' words for who must sign, as that now stands.
    void setNeeds(const QString &needs);
    // A condition from outside, by id; `words` say what is missing, empty lifts it. Ids that denying heeds too: `link`, `ended`, `keys`.
    void block(const QString &id, const QString &words);
    // Anything on the screen changed (a new figure, the window gained focus): the arm delay starts again.
    Q_INVOKABLE void rearm();
    // A section has been in the viewport to its end. Unknown ids are ignored.
    Q_INVOKABLE void reach(const QString &section);
    // Pointer or key goes down and up. Hold-to-confirm: at pressMs it becomes approve(). Auto-repeat is the caller's to drop.
    Q_INVOKABLE void beginPress();
    Q_INVOKABLE void endPress();
    // A click. It becomes approve() after doubleClickMs if the lock was open already when its press began; another click before
    // that takes it back, and one that follows a click so soon never counts.
    Q_INVOKABLE void click();
    // Returns whether it went through the lock.
    Q_INVOKABLE bool approve();
    // Refused (false) with an empty reason. `counter` may be empty.
    Q_INVOKABLE bool deny(const QString &reason, holdfast::DecisionLock::Scope scope, const QString &counter);
    // Back from Failed to Open, with what was typed kept.
    Q_INVOKABLE void dismiss();
    // Progress of the signature, told by whoever signs and sends. Acknowledged only after the inclusion proof.
    void advance(State state, const QString &message = {});

Q_SIGNALS:
    void changed();
    void pressedChanged();
    void approveWanted(const holdfast::Approval &approval);
    void denyWanted(const QString &holdId, const QString &reason, holdfast::DecisionLock::Scope scope, const QString &counter);

private:
    [[nodiscard]] bool wants(const char16_t *kind) const;
    [[nodiscard]] QStringList missing() const;
    [[nodiscard]] Approval approval() const;
    void pressTick();

    DecisionTerms m_terms;
    State m_state = Closed;
    QList<std::pair<QString, QString>> m_blocks;
    QStringList m_reached;
    QString m_typedTarget;
    QString m_typedCode;
    QString m_message;
    QTimer m_arm;
    QTimer m_click;
    QTimer m_pressTick;
    QElapsedTimer m_opened;
    QElapsedTimer m_pressClock;
    QElapsedTimer m_lastClick;
    bool m_pressCounts = false; // the press that a click would end began on the open lock, with no click just before
    qint64 m_heldMs = 0;
};

} // namespace holdfast
