// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "console/view/view.h"

#include <QStringList>

namespace holdfast {

// How this console stands with its gate. Offline and Connecting lock every decision (Decision::block("link", …)).
class GateStatus : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("owned by App")
    Q_PROPERTY(QString name READ name NOTIFY changed)
    Q_PROPERTY(holdfast::view::Link link READ link NOTIFY changed)
    Q_PROPERTY(QString linkText READ linkText NOTIFY changed)
    Q_PROPERTY(QString staleText READ staleText NOTIFY changed)
    Q_PROPERTY(QString staleWhy READ staleWhy NOTIFY changed)
    Q_PROPERTY(QString proven READ proven NOTIFY changed)
    Q_PROPERTY(QStringList alarms READ alarms NOTIFY changed)
    Q_PROPERTY(bool enforced READ enforced NOTIFY changed)
    Q_PROPERTY(QString enforcementWhy READ enforcementWhy NOTIFY changed)

public:
    struct Standing {
        QString name;
        view::Link link = view::Link::Connecting;
        QString linkText;   // "live", "offline, trying again in 4 s"
        QString staleText;  // "Stale since 10:41. Nothing can be signed."; empty when live
        QString staleWhy;   // the reason, up to 1000 characters; empty where staleText says it all
        QString proven;     // "48 213 entries proven"; empty before the first proof
        QStringList alarms; // a rewritten history, a grant for what was denied: stays until acknowledged
        bool enforced = false;
        QString enforcementWhy;
    };

    explicit GateStatus(QObject *parent = nullptr);

    [[nodiscard]] QString name() const { return m_standing.name; }
    [[nodiscard]] view::Link link() const { return m_standing.link; }
    [[nodiscard]] QString linkText() const { return m_standing.linkText; }
    [[nodiscard]] QString staleText() const { return m_standing.staleText; }
    [[nodiscard]] QString staleWhy() const { return m_standing.staleWhy; }
    [[nodiscard]] QString proven() const { return m_standing.proven; }
    [[nodiscard]] QStringList alarms() const { return m_standing.alarms; }
    [[nodiscard]] bool enforced() const { return m_standing.enforced; }
    [[nodiscard]] QString enforcementWhy() const { return m_standing.enforcementWhy; }

    void show(const Standing &standing);

    Q_INVOKABLE void connectNow();

Q_SIGNALS:
    void changed();
    void connectWanted();

private:
    Standing m_standing;
};

} // namespace holdfast
