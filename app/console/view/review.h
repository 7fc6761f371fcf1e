// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "console/view/holdview.h"
#include "console/view/reviewrows.h"
#include "console/view/rows.h"

namespace holdfast {

// The open hold, rendered only from bytes that this console has verified and hashed. Fed by show() and the models' feeders;
// emits intents. Everything belongs to one revision: show() replaces the whole.
class Review : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("owned by App")
    Q_PROPERTY(State state READ state NOTIFY changed)
    Q_PROPERTY(QString problem READ problem NOTIFY changed)
    Q_PROPERTY(holdfast::HoldView hold READ hold NOTIFY changed)
    Q_PROPERTY(QAbstractItemModel *contradictions READ contradictions CONSTANT)
    Q_PROPERTY(QAbstractItemModel *delta READ delta CONSTANT)
    Q_PROPERTY(QAbstractItemModel *facts READ facts CONSTANT)
    Q_PROPERTY(QAbstractItemModel *dependents READ dependents CONSTANT)
    Q_PROPERTY(QAbstractItemModel *recovery READ recovery CONSTANT)
    Q_PROPERTY(QAbstractItemModel *diffs READ diffs CONSTANT)
    Q_PROPERTY(QString diff READ diff NOTIFY diffChanged)
    Q_PROPERTY(QAbstractItemModel *diffLines READ diffLines NOTIFY diffChanged)
    Q_PROPERTY(int diffColumns READ diffColumns NOTIFY diffChanged)
    Q_PROPERTY(QAbstractItemModel *payload READ payload CONSTANT)
    Q_PROPERTY(QAbstractItemModel *credential READ credential CONSTANT)
    Q_PROPERTY(QAbstractItemModel *policy READ policy CONSTANT)
    Q_PROPERTY(QAbstractItemModel *requester READ requester CONSTANT)

public:
    // Unverified: a signature or digest did not hold; nothing of the hold is shown, `problem` says which.
    enum State { Nothing, Loading, Shown, Measuring, Unverified };
    Q_ENUM(State)

    struct Lists {
        QList<ContradictionRow> contradictions;
        QList<DetailRow> delta; // what changed since the revision that was last signed or seen; empty on the first
        QList<FactRow> facts;
        QList<DependentRow> dependents;
        QList<DetailRow> recovery;
        QList<DiffTab> diffs;
        QList<PayloadRow> payload;
        QList<DetailRow> credential;
        QList<DetailRow> policy;
        QList<DetailRow> requester;
    };

    explicit Review(QObject *parent = nullptr);

    [[nodiscard]] State state() const { return m_state; }
    [[nodiscard]] QString problem() const { return m_problem; }
    [[nodiscard]] HoldView hold() const { return m_hold; }
    [[nodiscard]] QAbstractItemModel *contradictions() { return &m_contradictions; }
    [[nodiscard]] QAbstractItemModel *delta() { return &m_delta; }
    [[nodiscard]] QAbstractItemModel *facts() { return &m_facts; }
    [[nodiscard]] QAbstractItemModel *dependents() { return &m_dependents; }
    [[nodiscard]] QAbstractItemModel *recovery() { return &m_recovery; }
    [[nodiscard]] QAbstractItemModel *diffs() { return &m_diffs; }
    [[nodiscard]] QString diff() const { return m_diff; }
    [[nodiscard]] QAbstractItemModel *diffLines() const { return m_diffLines; }
    [[nodiscard]] int diffColumns() const { return m_diffColumns; }
    [[nodiscard]] QAbstractItemModel *payload() { return &m_payload; }
    [[nodiscard]] QAbstractItemModel *credential() { return &m_credential; }
    [[nodiscard]] QAbstractItemModel *policy() { return &m_policy; }
    [[nodiscard]] QAbstractItemModel *requester() { return &m_requester; }

    void show(State state, const HoldView &hold, const Lists &lists, const QString &problem = {});
    // Ages and countdowns only; what was read stays.
    void setHold(const HoldView &hold);
    void setFacts(const QList<FactRow> &facts) { m_facts.replace(facts); }
    // Lines of the chosen diff (roles of DiffRow) and the width of its longest line. The model stays the caller's.
    void setDiffLines(const QString &diff, QAbstractItemModel *lines, int columns);

    Q_INVOKABLE void measureAgain();
    Q_INVOKABLE void chooseDiff(const QString &key);
    // Stop everything from this requester until lifted. Ignored with an empty reason.
    Q_INVOKABLE void freezeRequester(const QString &reason);

Q_SIGNALS:
    void changed();
    void diffChanged();
    void measureWanted(const QString &holdId);
    void diffWanted(const QString &holdId, const QString &key);
    void freezeWanted(const QString &holdId, const QString &reason);

private:
    State m_state = Nothing;
    QString m_problem;
    HoldView m_hold;
    RowsModel<ContradictionRow> m_contradictions;
    RowsModel<DetailRow> m_delta, m_recovery, m_credential, m_policy, m_requester;
    RowsModel<FactRow> m_facts;
    RowsModel<DependentRow> m_dependents;
    RowsModel<DiffTab> m_diffs;
    RowsModel<PayloadRow> m_payload;
    QString m_diff;
    QAbstractItemModel *m_diffLines = nullptr;
    int m_diffColumns = 0;
};

} // namespace holdfast
