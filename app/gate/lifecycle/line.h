// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/ids.h"

#include <QStringList>

#include <cstdint>
#include <map>
#include <set>

namespace holdfast {

/// A hold that was let through and has not begun.
struct LinePlace final
{
    HoldId hold;
    QString owner; ///< the actor: owners take turns
    QString target;
    QStringList resources; ///< what it touches; empty where that is not known: then the whole target
};

/// The order in which holds are performed. Two that touch the same resource, or one what the other contains, go strictly one after
/// another, in the order in which they joined. Each target has performers of its own, so no slow target delays another one.
/// Kept in memory: what stands in the store as approved or executing makes it anew. Used on the store thread.
class Line final
{
public:
    struct Bounds final
    {
        int perTarget = 4, total = 64; ///< holds under way at the same time
    };
    explicit Line(Bounds bounds) : m_bounds(bounds) {}

    /// At the end; a place that the hold had before is given up.
    void join(const LinePlace &place);
    /// Takes the next hold whose turn it is: it is under way until it leaves.
    [[nodiscard]] std::optional<HoldId> next();
    /// Ended, performed, or measured anew: the next one may follow.
    void leave(const HoldId &hold);
    /// Under way already, as after a start of the gate.
    void begin(const HoldId &hold);
    [[nodiscard]] bool isUnderWay(const HoldId &hold) const;
    /// Holds that wait.
    [[nodiscard]] std::int64_t waiting() const { return static_cast<std::int64_t>(m_places.size()) - m_underWay; }
    void clear();

private:
    using Number = std::uint64_t; ///< grows in the order of joining
    struct Place final
    {
        LinePlace of;
        QStringList keys; ///< what it occupies in m_queues
        bool underWay = false;
    };
    struct Target final
    {
        int underWay = 0;
        QString lastOwner;
        std::map<QString, std::set<Number>> ready; ///< by owner: nothing before them touches the same
    };
    [[nodiscard]] bool isFirst(Number number) const;
    [[nodiscard]] std::set<Number> firstNear(const QString &key) const;
    void start(Number number);
    void makeReady(Number number);
    void forgetReady(Number number);

    const Bounds m_bounds;
    Number m_last = 0;
    int m_underWay = 0;
    QString m_lastTarget;
    std::map<Number, Place> m_places;
    std::map<HoldId, Number> m_numbers;
    std::map<QString, std::set<Number>> m_queues; ///< by resource
    std::map<QString, Target> m_targets;
};

} // namespace holdfast
