// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "console/view/rows.h"
#include "console/view/view.h"

namespace holdfast {

struct HistoryRow {
    Q_GADGET
    Q_PROPERTY(QString holdId MEMBER key)
    Q_PROPERTY(QString decided MEMBER decided)
    Q_PROPERTY(holdfast::view::Tier tier MEMBER tier)
    Q_PROPERTY(QString sentence MEMBER sentence)
    Q_PROPERTY(QString requester MEMBER requester)
    Q_PROPERTY(QString decidedBy MEMBER decidedBy)
    Q_PROPERTY(QString took MEMBER took)
    Q_PROPERTY(bool quick MEMBER quick)
    Q_PROPERTY(QString outcome MEMBER outcome)
    Q_PROPERTY(holdfast::view::Tone tone MEMBER tone)

public:
    QString key; // hold id
    QString decided;
    view::Tier tier = view::Tier::Critical;
    QString sentence;
    QString requester;
    QString decidedBy;
    QString took;
    bool quick = false; // faster than the evidence can be read
    QString outcome;    // the word, with the figure: "committed, 4 311"
    view::Tone tone = view::Tone::Plain;
    bool operator==(const HistoryRow &) const = default;
};

// One column of a chart. `value` is 0…1 of the tallest; `name` says bar and figure for a screen reader.
struct BarRow {
    Q_GADGET
    Q_PROPERTY(QString name MEMBER key)
    Q_PROPERTY(double value MEMBER value)
    Q_PROPERTY(bool standsOut MEMBER standsOut)

public:
    QString key;
    double value = 0;
    bool standsOut = false;
    bool operator==(const BarRow &) const = default;
};

// One entry of the ledger that concerns a hold, oldest first.
struct TimelineRow {
    Q_GADGET
    Q_PROPERTY(QString key MEMBER key)
    Q_PROPERTY(QString when MEMBER when)
    Q_PROPERTY(QString what MEMBER what)
    Q_PROPERTY(QString who MEMBER who)
    Q_PROPERTY(QString detail MEMBER detail)
    Q_PROPERTY(QString digest MEMBER digest)
    Q_PROPERTY(bool verified MEMBER verified)
    Q_PROPERTY(holdfast::view::Tone tone MEMBER tone)

public:
    QString key; // ledger index
    QString when;
    QString what; // "approved", "measured, revision 2"
    QString who;
    QString detail;
    QString digest; // id digest, whole
    bool verified = false;
    view::Tone tone = view::Tone::Plain;
    bool operator==(const TimelineRow &) const = default;
};

// The decided holds, searched as one types, and the timeline of one of them.
class History : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("owned by App")
    Q_PROPERTY(QAbstractItemModel *rows READ rows CONSTANT)
    Q_PROPERTY(QAbstractItemModel *timeline READ timeline CONSTANT)
    Q_PROPERTY(QAbstractItemModel *timeBars READ timeBars CONSTANT)
    Q_PROPERTY(QAbstractItemModel *shareBars READ shareBars CONSTANT)
    Q_PROPERTY(QAbstractItemModel *quickBars READ quickBars CONSTANT)
    Q_PROPERTY(QString timeText READ timeText NOTIFY changed)
    Q_PROPERTY(QString shareText READ shareText NOTIFY changed)
    Q_PROPERTY(QString quickText READ quickText NOTIFY changed)
    Q_PROPERTY(QString query READ query WRITE setQuery NOTIFY queryChanged)
    Q_PROPERTY(QString problem READ problem NOTIFY changed)
    Q_PROPERTY(QString found READ found NOTIFY changed)
    Q_PROPERTY(bool searching READ searching NOTIFY changed)
    Q_PROPERTY(int count READ count NOTIFY changed)
    Q_PROPERTY(QString timelineOf READ timelineOf NOTIFY timelineChanged)
    Q_PROPERTY(QString timelineSentence READ timelineSentence NOTIFY timelineChanged)

public:
    // Texts of the charts stand under their titles; a chart without bars is not drawn.
    struct Charts {
        QList<BarRow> time, share, quick;
        QString timeText, shareText, quickText;
    };

    explicit History(QObject *parent = nullptr);

    [[nodiscard]] QAbstractItemModel *rows() { return &m_rows; }
    [[nodiscard]] QAbstractItemModel *timeline() { return &m_timeline; }
    [[nodiscard]] QAbstractItemModel *timeBars() { return &m_time; }
    [[nodiscard]] QAbstractItemModel *shareBars() { return &m_share; }
    [[nodiscard]] QAbstractItemModel *quickBars() { return &m_quick; }
    [[nodiscard]] QString timeText() const { return m_charts.timeText; }
    [[nodiscard]] QString shareText() const { return m_charts.shareText; }
    [[nodiscard]] QString quickText() const { return m_charts.quickText; }
    [[nodiscard]] QString query() const { return m_query; }
    [[nodiscard]] QString problem() const { return m_problem; }
    [[nodiscard]] QString found() const { return m_found; }
    [[nodiscard]] bool searching() const { return m_searching; }
    [[nodiscard]] int count() const { return m_rows.rowCount(); }
    [[nodiscard]] QString timelineOf() const { return m_timelineOf; }
    [[nodiscard]] QString timelineSentence() const { return m_timelineSentence; }
    void setQuery(const QString &query);

    // The answer to the newest query. `found`: "312 of 1 048 117, 6 ms".
    void show(const QList<HistoryRow> &rows, const QString &found);
    void setSearching(bool searching);
    // Names what went wrong or what the filter does not understand; the rows stay.
    void setProblem(const QString &problem);
    void setCharts(const Charts &charts);
    void showTimeline(const QString &holdId, const QString &sentence, const QList<TimelineRow> &entries);

    Q_INVOKABLE void openTimeline(const QString &holdId);
    Q_INVOKABLE void closeTimeline();
    // The list was scrolled to its end.
    Q_INVOKABLE void more();

Q_SIGNALS:
    void changed();
    void timelineChanged();
    void queryChanged(const QString &query);
    void timelineWanted(const QString &holdId);
    void moreWanted();

private:
    RowsModel<HistoryRow> m_rows;
    RowsModel<TimelineRow> m_timeline;
    RowsModel<BarRow> m_time, m_share, m_quick;
    Charts m_charts;
    QString m_query, m_problem, m_found, m_timelineOf, m_timelineSentence;
    bool m_searching = false;
};

} // namespace holdfast
