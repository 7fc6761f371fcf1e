// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/policy/ruling.h"
#include "kinds/measuring.h"

#include <map>

namespace holdfast {

/// Rules the same holds under two policies and keeps where the second asks for less. What a rule says of itself does not matter
/// here: only what becomes of an action.
class Weakening final
{
public:
    Weakening(const PolicyDocument &before, const PolicyDocument &after) : m_before(before), m_after(after) {}

    /// One hold, real or made up; `measured` as the policy before had it.
    void judge(const PastHold &hold);
    /// Every combination of what the rules of either policy ask for, for every requester; or, where those are more than
    /// `most`, that many of them, drawn in the same way each time.
    void judgeMadeUp(std::size_t most = 60'000);

    /// One phrase for each pair of rules and each thing that the second asks less of, in the order of the rules' ids.
    [[nodiscard]] QStringList phrases() const;
    /// Whether the rule let go of anything that it ruled before.
    [[nodiscard]] bool concerns(const QString &rule) const;
    [[nodiscard]] std::int64_t judged() const { return m_judged; }
    /// The combinations were more than could be tried.
    [[nodiscard]] bool isSample() const { return m_sample; }

private:
    struct Found final
    {
        QString from, to, aspect;
        friend std::strong_ordering operator<=>(const Found &, const Found &) = default;
    };
    void compare(const Ruling &was, const Ruling &is, const QString &operation);
    /// What would be measured were the second policy in force: a target may be called another environment by then.
    [[nodiscard]] Measurement underAfter(const PastHold &hold) const;

    const PolicyDocument &m_before, &m_after;
    std::map<Found, QString> m_found; ///< and the operation that showed it first
    std::int64_t m_judged = 0;
    bool m_sample = false;
};

} // namespace holdfast
