// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QKeyEvent>
#include <QPointer>
#include <QTimer>

#include <memory>

namespace holdfast {

/// A filter for a window's key events. X11 tells of a key that is held down by a release and a press of the same instant, again
/// and again. Qt knows that pair from a key pressed anew only while both stand in its queue; where the press comes a moment later,
/// what is held looks like let go and pressed again. Here the time that the server wrote decides: such a pair goes on as the
/// repeat that it is. Therefore a release waits for `patience`, or for the next key, before it goes on.
class KeyRepeats final : public QObject
{
    Q_OBJECT
public:
    static constexpr int patience = 30; ///< milliseconds
    static constexpr quint64 sameInstant = 5; ///< milliseconds between release and press; no finger is as quick

    explicit KeyRepeats(QObject *parent = nullptr);
    bool eventFilter(QObject *window, QEvent *event) override;

private:
    [[nodiscard]] bool takeRelease(QObject *window, const QKeyEvent &release);
    [[nodiscard]] bool takePress(QObject *window, QKeyEvent &press);
    void letGo(bool repeat);

    std::unique_ptr<QKeyEvent> m_release; ///< waits for the press that would make it a repeat
    QPointer<QObject> m_window;
    QTimer m_patience;
    quint32 m_lastCode = 0;
    quint64 m_lastTime = 0;
    bool m_sending = false;
};

} // namespace holdfast
