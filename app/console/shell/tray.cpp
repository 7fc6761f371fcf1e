// SPDX-License-Identifier: Apache-2.0
#include "console/shell/tray.h"

#include <QDBusConnection>
#include <QPainter>
#include <QPainterPath>

namespace holdfast {

using namespace Qt::StringLiterals;

namespace {

// The mark of the application: a rounded square with two bars, closed; the figure sits in its lower right corner.
QPixmap paintMark(int size, const TrayState &state)
{
    QPixmap pixmap(size, size);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    painter.setRenderHint(QPainter::Antialiasing);
    const qreal unit = size / 16.0;
    const bool live = state.link == view::Link::Live;
    const QColor body = state.urgent ? QColor(0xB4, 0x23, 0x18) : QColor(0x1A, 0x1A, 0x19);
    QPainterPath square;
    square.addRoundedRect(QRectF(unit, unit, 14 * unit, 14 * unit), 4 * unit, 4 * unit);
    if (live)
        painter.fillPath(square, body);
    else
        painter.strokePath(square, QPen(body, 1.5 * unit, Qt::DotLine));
    painter.setBrush(live ? QColor(Qt::white) : body);
    painter.setPen(Qt::NoPen);
    painter.drawRoundedRect(QRectF(5 * unit, 5 * unit, 2 * unit, 6 * unit), unit / 2, unit / 2);
    painter.drawRoundedRect(QRectF(9 * unit, 5 * unit, 2 * unit, 6 * unit), unit / 2, unit / 2);
    if (state.waiting == 0)
        return pixmap;
    const QRectF badge(7 * unit, 7 * unit, 9 * unit, 9 * unit);
    painter.setBrush(Qt::white);
    painter.setPen(QPen(body, unit));
    painter.drawEllipse(badge.adjusted(unit / 2, unit / 2, -unit / 2, -unit / 2));
    auto font = painter.font();
    font.setPixelSize(qMax(6, static_cast<int>((state.waiting > 9 ? 5 : 6.5) * unit)));
    font.setBold(true);
    painter.setFont(font);
    painter.setPen(body);
    painter.drawText(badge, Qt::AlignCenter, state.waiting > 9 ? u"9+"_s : QString::number(state.waiting));
    return pixmap;
}

} // namespace

Tray::Tray(QObject *parent)
    : QObject(parent)
{
    m_icon.setContextMenu(&m_menu);
    connect(&m_icon, &QSystemTrayIcon::activated, this, [this](QSystemTrayIcon::ActivationReason reason) {
        if (reason == QSystemTrayIcon::Trigger || reason == QSystemTrayIcon::DoubleClick)
            Q_EMIT openAsked({});
    });
    m_icon.setIcon(paint(m_state));
    rebuildMenu();
    if (available())
        m_icon.show();
    // A panel that comes later is heard of, not looked for.
    m_panel.setConnection(QDBusConnection::sessionBus());
    m_panel.addWatchedService(u"org.kde.StatusNotifierWatcher"_s);
    m_panel.setWatchMode(QDBusServiceWatcher::WatchForRegistration);
    connect(&m_panel, &QDBusServiceWatcher::serviceRegistered, &m_icon, &QSystemTrayIcon::show);
}

bool Tray::available() const
{
    return QSystemTrayIcon::isSystemTrayAvailable();
}

void Tray::show(const TrayState &state)
{
    if (state == m_state)
        return;
    // Asking whether there is a tray opens a connection to the bus each time.
    if (!m_icon.isVisible() && available())
        m_icon.show();
    const bool sameMenu = state.holds == m_state.holds && state.freezeActor == m_state.freezeActor && state.waiting == m_state.waiting;
    m_state = state;
    m_icon.setIcon(paint(m_state));
    m_icon.setToolTip(m_state.tooltip);
    if (!sameMenu)
        rebuildMenu();
}

void Tray::rebuildMenu()
{
    m_menu.clear();
    //: First line of the tray menu: how many holds wait for a decision
    auto *title = m_menu.addAction(tr("%n waiting", nullptr, m_state.waiting));
    title->setEnabled(false);
    for (const auto &hold : m_state.holds) {
        auto *action = m_menu.addAction(hold.text);
        connect(action, &QAction::triggered, this, [this, id = hold.holdId] { Q_EMIT openAsked(id); });
    }
    m_menu.addSeparator();
    //: Tray menu: brings the window up
    connect(m_menu.addAction(tr("Open Holdfast")), &QAction::triggered, this, [this] { Q_EMIT openAsked({}); });
    if (!m_state.freezeActor.isEmpty()) {
        //: Tray menu: stops everything from the requester of the most urgent hold; %1 the requester
        connect(m_menu.addAction(tr("Freeze %1").arg(m_state.freezeActor)), &QAction::triggered, this, &Tray::freezeAsked);
    }
    //: Tray menu: ends the console and the gate that it started
    connect(m_menu.addAction(tr("Quit")), &QAction::triggered, this, &Tray::quitAsked);
}

QIcon Tray::paint(const TrayState &state)
{
    QIcon icon;
    for (const int size : {16, 22, 24, 32, 44, 48})
        icon.addPixmap(paintMark(size, state));
    return icon;
}

} // namespace holdfast
