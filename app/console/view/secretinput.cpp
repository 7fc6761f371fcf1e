// SPDX-License-Identifier: Apache-2.0
#include "console/view/secretinput.h"

#include "console/view/secretaccess.h"

#include <QClipboard>
#include <QCursor>
#include <QGuiApplication>
#include <QKeyEvent>

#include <sodium.h>

#include <cstring>
#include <utility>

namespace holdfast {

namespace {

constexpr std::size_t capacity = 1024; // bytes of UTF-8; guessing 1 kB is nobody's problem

bool isContinuation(unsigned char byte)
{
    return (byte & 0xC0) == 0x80;
}

} // namespace

SecretInput::SecretInput(QQuickItem *parent)
    : QQuickItem(parent)
    , m_bytes(capacity)
{
    static const bool installed = (installSecretAccess(), true);
    Q_UNUSED(installed);
    // Dead keys and compose sequences come through the input method.
    setFlag(ItemAcceptsInputMethod);
    setActiveFocusOnTab(true);
    setAcceptedMouseButtons(Qt::LeftButton);
    setCursor(QCursor(Qt::IBeamCursor));
}

void SecretInput::setSpoken(const QString &spoken)
{
    if (m_spoken == spoken)
        return;
    m_spoken = spoken;
    Q_EMIT spokenChanged();
}

void SecretInput::clear()
{
    sodium_memzero(m_bytes.data(), m_used);
    const bool was = m_used > 0;
    m_used = 0;
    m_length = 0;
    setMarked(false);
    if (was)
        changed();
}

bool SecretInput::sameAs(const SecretInput *other) const
{
    return other != nullptr && m_used == other->m_used && sodium_memcmp(m_bytes.data(), other->m_bytes.data(), m_used) == 0;
}

Passphrase SecretInput::take()
{
    if (m_used == 0)
        return nullptr;
    auto taken = std::make_shared<SecretBytes>(m_used);
    std::memcpy(taken->data(), m_bytes.data(), m_used);
    clear();
    return taken;
}

void SecretInput::append(const QString &text)
{
    const int before = m_length;
    const bool replaces = m_marked && !text.isEmpty();
    if (replaces)
        clear();
    const auto points = text.toUcs4();
    for (const char32_t point : points) {
        // Nothing that a key cannot type: a pasted line's end, or a control character, is not part of a passphrase.
        if (!QChar::isPrint(point))
            continue;
        QByteArray utf8 = QString::fromUcs4(&point, 1).toUtf8();
        const auto size = static_cast<std::size_t>(utf8.size());
        if (m_used + size > capacity)
            break;
        std::memcpy(m_bytes.data() + m_used, utf8.constData(), size);
        sodium_memzero(utf8.data(), size);
        m_used += size;
        ++m_length;
    }
    if (m_length != before || replaces)
        changed();
}

void SecretInput::removeLast()
{
    if (m_marked)
        return clear();
    if (m_used == 0)
        return;
    unsigned char removed = 0;
    do {
        removed = std::exchange(m_bytes.data()[--m_used], static_cast<unsigned char>(0));
    } while (m_used > 0 && isContinuation(removed));
    --m_length;
    changed();
}

void SecretInput::setMarked(bool marked)
{
    if (m_marked == marked)
        return;
    m_marked = marked;
    Q_EMIT markedChanged();
}

void SecretInput::changed()
{
    ++m_edits;
    setMarked(false);
    Q_EMIT edited();
}

bool SecretInput::edit(const QKeyEvent &event)
{
    if (event.matches(QKeySequence::SelectAll)) {
        setMarked(m_length > 0);
        return true;
    }
    if (event.matches(QKeySequence::Paste)) {
        append(QGuiApplication::clipboard()->text());
        return true;
    }
    const bool control = event.modifiers().testFlag(Qt::ControlModifier);
    if (event.key() == Qt::Key_Backspace || event.key() == Qt::Key_Delete || (control && event.key() == Qt::Key_U)) {
        if (control)
            clear();
        else
            removeLast();
        return true;
    }
    // There is no place but the end: what would move a cursor, or copy, does nothing here and nothing elsewhere.
    if (event.key() == Qt::Key_Left || event.key() == Qt::Key_Right || event.key() == Qt::Key_Home || event.key() == Qt::Key_End
        || event.matches(QKeySequence::Copy) || event.matches(QKeySequence::Cut))
        return true;
    if (control || event.modifiers().testFlag(Qt::AltModifier) || event.modifiers().testFlag(Qt::MetaModifier))
        return false;
    const auto text = event.text();
    if (text.isEmpty() || !text.front().isPrint())
        return false;
    append(text);
    return true;
}

bool SecretInput::event(QEvent *event)
{
    // A letter typed here is no shortcut of the window.
    if (event->type() == QEvent::ShortcutOverride) {
        const auto *key = static_cast<QKeyEvent *>(event);
        const bool plain = (key->modifiers() & ~(Qt::ShiftModifier | Qt::KeypadModifier | Qt::GroupSwitchModifier)) == 0;
        if ((plain && !key->text().isEmpty() && key->text().front().isPrint()) || key->matches(QKeySequence::SelectAll)
            || key->matches(QKeySequence::Paste) || key->key() == Qt::Key_Backspace || key->key() == Qt::Key_Delete) {
            event->accept();
            return true;
        }
    }
    return QQuickItem::event(event);
}

void SecretInput::keyPressEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) {
        if (!event->isAutoRepeat())
            Q_EMIT accepted();
        return;
    }
    if (!edit(*event))
        event->ignore();
}

void SecretInput::mousePressEvent(QMouseEvent *event)
{
    forceActiveFocus(Qt::MouseFocusReason);
    event->accept();
}

void SecretInput::inputMethodEvent(QInputMethodEvent *event)
{
    append(event->commitString());
    event->accept();
}

QVariant SecretInput::inputMethodQuery(Qt::InputMethodQuery query) const
{
    if (query == Qt::ImEnabled)
        return true;
    if (query == Qt::ImHints)
        return static_cast<int>(Qt::ImhHiddenText | Qt::ImhSensitiveData | Qt::ImhNoPredictiveText | Qt::ImhNoAutoUppercase);
    if (query == Qt::ImCursorRectangle)
        return QRectF(width(), 0, 1, height());
    return {};
}

void SecretInput::focusOutEvent(QFocusEvent *event)
{
    setMarked(false);
    QQuickItem::focusOutEvent(event);
}

} // namespace holdfast
