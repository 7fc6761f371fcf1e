// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "core/signer.h"

#include <QQuickItem>

namespace holdfast {

// A passphrase on its way from a field to whoever needs it: UTF-8 in locked memory, wiped when its last holder lets go.
using Passphrase = std::shared_ptr<SecretBytes>;

// A field for a passphrase. The characters go straight into locked memory and exist nowhere else as text: no string, no
// undo history, no clipboard, and nothing for the accessibility bus, over which Qt 6.4 gives away the text of a password
// field. Draws nothing: SecretField.qml shows how many characters there are. Typing goes on at the end only; Backspace takes
// the last character, Ctrl+Backspace and Ctrl+U take all, Ctrl+A marks all to be replaced, Ctrl+V pastes one line.
class SecretInput : public QQuickItem {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(int length READ length NOTIFY edited)
    Q_PROPERTY(int edits READ edits NOTIFY edited)
    Q_PROPERTY(bool marked READ marked NOTIFY markedChanged)
    Q_PROPERTY(QString spoken READ spoken WRITE setSpoken NOTIFY spokenChanged)

public:
    explicit SecretInput(QQuickItem *parent = nullptr);

    // Characters (code points) typed so far.
    [[nodiscard]] int length() const { return m_length; }
    // Counts changes: a binding that compares two fields reads it, since the length alone does not tell.
    [[nodiscard]] int edits() const { return m_edits; }
    // All of it is marked; the next character replaces it.
    [[nodiscard]] bool marked() const { return m_marked; }
    // The name of the field for assistive technology.
    [[nodiscard]] QString spoken() const { return m_spoken; }
    void setSpoken(const QString &spoken);

    Q_INVOKABLE void clear();
    Q_INVOKABLE bool sameAs(const holdfast::SecretInput *other) const;
    // The passphrase, and an empty field. Null where nothing was typed.
    [[nodiscard]] Passphrase take();
    // As typed; what does not fit or is no text is left out.
    void append(const QString &text);

    [[nodiscard]] QVariant inputMethodQuery(Qt::InputMethodQuery query) const override;

Q_SIGNALS:
    void edited();
    void markedChanged();
    void spokenChanged();
    // Enter, not repeated by a held key.
    void accepted();

protected:
    bool event(QEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    void inputMethodEvent(QInputMethodEvent *event) override;
    void focusOutEvent(QFocusEvent *event) override;

private:
    [[nodiscard]] bool edit(const QKeyEvent &event);
    void removeLast();
    void setMarked(bool marked);
    void changed();

    SecretBytes m_bytes;
    std::size_t m_used = 0;
    int m_length = 0;
    int m_edits = 0;
    bool m_marked = false;
    QString m_spoken;
};

} // namespace holdfast
