// SPDX-License-Identifier: Apache-2.0
#include "console/shell/keyrepeats.h"

#include <QCoreApplication>

#include <utility>

namespace holdfast {

namespace {

std::unique_ptr<QKeyEvent> copyOf(const QKeyEvent &event, bool repeat)
{
    auto copy = std::make_unique<QKeyEvent>(event.type(), event.key(), event.modifiers(), event.nativeScanCode(), event.nativeVirtualKey(),
                                            event.nativeModifiers(), event.text(), repeat, static_cast<quint16>(event.count()));
    copy->setTimestamp(event.timestamp());
    return copy;
}

} // namespace

KeyRepeats::KeyRepeats(QObject *parent)
    : QObject(parent)
{
    m_patience.setSingleShot(true);
    m_patience.setInterval(patience);
    connect(&m_patience, &QTimer::timeout, this, [this] { letGo(false); });
}

bool KeyRepeats::eventFilter(QObject *window, QEvent *event)
{
    if (m_sending || (event->type() != QEvent::KeyPress && event->type() != QEvent::KeyRelease))
        return false;
    auto &key = *static_cast<QKeyEvent *>(event);
    if (key.isAutoRepeat()) {
        letGo(false);
        return false;
    }
    return event->type() == QEvent::KeyRelease ? takeRelease(window, key) : takePress(window, key);
}

bool KeyRepeats::takeRelease(QObject *window, const QKeyEvent &release)
{
    letGo(false);
    m_lastCode = release.nativeScanCode();
    m_lastTime = release.timestamp();
    m_release = copyOf(release, false);
    m_window = window;
    m_patience.start();
    return true;
}

bool KeyRepeats::takePress(QObject *window, QKeyEvent &press)
{
    const bool repeat = m_lastTime != 0 && press.nativeScanCode() == m_lastCode && press.timestamp() - m_lastTime <= sameInstant;
    letGo(repeat);
    if (!repeat)
        return false;
    const auto copy = copyOf(press, true);
    const auto sending = std::exchange(m_sending, true);
    QCoreApplication::sendEvent(window, copy.get());
    m_sending = sending;
    press.setAccepted(copy->isAccepted());
    return true;
}

void KeyRepeats::letGo(bool repeat)
{
    m_patience.stop();
    const auto waiting = std::move(m_release);
    if (!waiting || !m_window)
        return;
    const auto copy = copyOf(*waiting, repeat);
    const auto sending = std::exchange(m_sending, true);
    QCoreApplication::sendEvent(m_window, copy.get());
    m_sending = sending;
}

} // namespace holdfast
