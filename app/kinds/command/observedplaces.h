// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/command/commandplan.h"

#include <map>

namespace holdfast {

/// What lies at the places that a hold named: the paths in the arguments and the working directory, links not followed, bounded. Looked at
/// before and after a command, so that its receipt says what became of them.
class ObservedPlaces final
{
public:
    [[nodiscard]] static ObservedPlaces look(const CommandPlan &plan);

    struct Difference final
    {
        QStringList vanished, changed, appeared; ///< absolute paths, sorted
    };
    [[nodiscard]] Difference until(const ObservedPlaces &later) const;
    /// False: there was more than was looked at.
    [[nodiscard]] bool isWhole() const { return m_whole; }

private:
    struct State final
    {
        unsigned long inode = 0;
        unsigned type = 0;
        std::int64_t size = 0, modified = 0; ///< of a directory neither: its entries are looked at themselves
        friend bool operator==(const State &, const State &) = default;
    };
    void add(const QByteArray &path);
    void addTree(const QByteArray &top);

    std::map<QByteArray, State> m_states;
    bool m_whole = true;
};

} // namespace holdfast
