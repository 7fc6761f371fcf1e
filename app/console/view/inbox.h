// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "console/view/rows.h"
#include "console/view/view.h"

namespace holdfast {

// One pending hold as the inbox shows it. Every string is already visible text (core/text/visible.h) in the user's locale.
struct InboxRow {
    Q_GADGET
    Q_PROPERTY(QString holdId MEMBER key)
    Q_PROPERTY(holdfast::view::Tier tier MEMBER tier)
    Q_PROPERTY(QString sentence MEMBER sentence)
    Q_PROPERTY(QString environment MEMBER environment)
    Q_PROPERTY(bool environmentMeasured MEMBER environmentMeasured)
    Q_PROPERTY(QString requester MEMBER requester)
    Q_PROPERTY(QString person MEMBER person)
    Q_PROPERTY(QString timeLeft MEMBER left)
    Q_PROPERTY(bool urgent MEMBER urgent)
    Q_PROPERTY(int have MEMBER have)
    Q_PROPERTY(int need MEMBER need)
    Q_PROPERTY(bool contradicted MEMBER contradicted)
    Q_PROPERTY(bool ended MEMBER ended)
    Q_PROPERTY(QString standing MEMBER state)

public:
    QString key; // hold id
    view::Tier tier = view::Tier::Critical;
    QString sentence;
    QString environment;
    bool environmentMeasured = false;
    QString requester;
    QString person;
    QString left; // "11 min left", without the deadline when there is none
    bool urgent = false;
    int have = 0;
    int need = 1;
    bool contradicted = false;
    bool ended = false; // decided or expired while the list is held still: stays, struck through, until it is let go
    QString state;      // "measuring", "drifted, measured again", … ; empty when simply pending
    bool operator==(const InboxRow &) const = default;
};

// Pending holds by urgency. The order never changes while `still` (pointer over the list, or a key held): rows change in
// place, ended ones stay with `ended`, new ones join below; letting go brings the order of the day.
// Its feeder calls show(); it emits intents and performs nothing. Act by hold id, never by row.
class Inbox : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("owned by App")
    Q_PROPERTY(QAbstractItemModel *rows READ rows CONSTANT)
    Q_PROPERTY(QString filter READ filter WRITE setFilter NOTIFY filterChanged)
    Q_PROPERTY(QString filterProblem READ filterProblem NOTIFY changed)
    Q_PROPERTY(bool still READ still WRITE setStill NOTIFY stillChanged)
    Q_PROPERTY(int total READ total NOTIFY changed)
    Q_PROPERTY(int shown READ shown NOTIFY changed)
    Q_PROPERTY(QString lastDecision READ lastDecision NOTIFY changed)
    Q_PROPERTY(QString current READ current NOTIFY currentChanged)

public:
    explicit Inbox(QObject *parent = nullptr);

    [[nodiscard]] QAbstractItemModel *rows() { return &m_rows; }
    [[nodiscard]] QString filter() const { return m_filter; }
    [[nodiscard]] QString filterProblem() const { return m_filterProblem; }
    [[nodiscard]] bool still() const { return m_still; }
    [[nodiscard]] int total() const { return m_total; }
    [[nodiscard]] int shown() const { return m_rows.rowCount(); }
    [[nodiscard]] QString lastDecision() const { return m_lastDecision; }
    [[nodiscard]] QString current() const { return m_current; }
    void setFilter(const QString &filter);
    void setStill(bool still);

    // The holds that pass the filter, in order of urgency, and how many wait in all.
    void show(const QList<InboxRow> &rows, int total);
    // One hold that is new or changed, where it stands among the others (`at` counts the rows without it), and how many wait now.
    void put(const InboxRow &row, qsizetype at, int total);
    // One hold that waits no more.
    void drop(const QString &holdId, int total);
    // `problem` names the word of the filter that is not understood; empty when all is.
    void setFilterProblem(const QString &problem);
    // For the empty inbox: "Last decision 14 min ago".
    void setLastDecision(const QString &text);
    // The hold that the review shows. Set by App, after open() was asked for.
    void setCurrent(const QString &holdId);

    // The user wants to read this hold. Unknown ids are ignored.
    Q_INVOKABLE void open(const QString &holdId);
    // Next (+1) or previous (-1) hold from the current one, in the order shown; stays at the ends. Opens it.
    Q_INVOKABLE void step(int by);

Q_SIGNALS:
    void changed();
    void stillChanged();
    void currentChanged();
    void filterChanged(const QString &filter);
    void openWanted(const QString &holdId);

private:
    [[nodiscard]] QList<InboxRow> heldStill() const;
    void takeOut(const QString &holdId);

    RowsModel<InboxRow> m_rows;
    QList<InboxRow> m_latest;
    QString m_filter;
    QString m_filterProblem;
    QString m_lastDecision;
    QString m_current;
    int m_total = 0;
    bool m_still = false;
};

} // namespace holdfast
