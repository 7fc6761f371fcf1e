// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "console/view/rows.h"
#include "console/view/view.h"

namespace holdfast {

// A hold after its quorum: on its way, or what came of it. Visible text throughout.
struct RunningRow {
    Q_GADGET
    Q_PROPERTY(QString holdId MEMBER key)
    Q_PROPERTY(holdfast::view::Tier tier MEMBER tier)
    Q_PROPERTY(QString sentence MEMBER sentence)
    Q_PROPERTY(QString environment MEMBER environment)
    Q_PROPERTY(QString requester MEMBER requester)
    Q_PROPERTY(QString standing MEMBER state)
    Q_PROPERTY(holdfast::view::Tone tone MEMBER tone)
    Q_PROPERTY(QString when MEMBER when)
    Q_PROPERTY(double progress MEMBER progress)
    Q_PROPERTY(bool mayStop MEMBER mayStop)
    Q_PROPERTY(bool ended MEMBER ended)
    Q_PROPERTY(QString result MEMBER result)
    Q_PROPERTY(QString output MEMBER output)

public:
    QString key; // hold id
    view::Tier tier = view::Tier::Critical;
    QString sentence;
    QString environment;
    QString requester;
    QString state; // "cooling off", "executing", "committed", "rolled back, measured again", "unknown"
    view::Tone tone = view::Tone::Plain;
    QString when;         // "runs in 8 min 12", "for 4 s", "2 min ago"
    double progress = -1; // of the cooling-off, 0…1; negative: none
    bool mayStop = false; // the cord: before `executing` only
    bool ended = false;
    QString result; // "1 284 003 rows destroyed, as signed"
    QString output; // what the program printed, masked; may be long
    bool operator==(const RunningRow &) const = default;
};

class Running : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("owned by App")
    Q_PROPERTY(QAbstractItemModel *rows READ rows CONSTANT)
    Q_PROPERTY(QAbstractItemModel *ended READ ended CONSTANT)
    Q_PROPERTY(int count READ count NOTIFY changed)
    Q_PROPERTY(int endedCount READ endedCount NOTIFY changed)

public:
    explicit Running(QObject *parent = nullptr);

    [[nodiscard]] QAbstractItemModel *rows() { return &m_rows; }
    [[nodiscard]] QAbstractItemModel *ended() { return &m_ended; }
    [[nodiscard]] int count() const { return m_rows.rowCount(); }
    [[nodiscard]] int endedCount() const { return m_ended.rowCount(); }

    // Actions on their way, soonest first, and those that ended lately, newest first. Rows with `ended` go into the second list.
    void show(const QList<RunningRow> &rows);

    // Pull the cord. Ignored unless this hold may be stopped now.
    Q_INVOKABLE void stop(const QString &holdId);

Q_SIGNALS:
    void changed();
    void stopWanted(const QString &holdId);

private:
    RowsModel<RunningRow> m_rows;
    RowsModel<RunningRow> m_ended;
};

} // namespace holdfast
