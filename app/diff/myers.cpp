// SPDX-License-Identifier: Apache-2.0
#include "diff/myers.h"

#include <algorithm>
#include <limits>
#include <optional>

namespace holdfast::diff {

namespace {

/// A region [a0, a1) × [b0, b1) of the edit graph.
struct Box final
{
    int a0, a1, b0, b1;
};
struct Point final
{
    int a, b;
};

constexpr int unreached = std::numeric_limits<int>::min() / 2;
constexpr int maximumDistance = 4000; ///< edits on either side before a region counts as replaced

/// One direction of the search: how far each diagonal has been followed.
class Front final
{
public:
    explicit Front(int distance) : m_offset(distance + 1), m_reached(2 * static_cast<std::size_t>(distance) + 3, unreached) { at(1) = 0; }
    [[nodiscard]] int &at(int diagonal)
    {
        const int index = diagonal + m_offset;
        return m_reached[static_cast<std::size_t>(index)];
    }

    /// The furthest point on `diagonal` after one more edit, followed along equal elements.
    template<typename Equal>
    int advance(int diagonal, int width, int height, Equal equal)
    {
        const int down = at(diagonal + 1);
        const int right = at(diagonal - 1) + 1;
        int x = unreached;
        if (down >= 0 && down - diagonal <= height)
            x = down;
        if (right > x && right <= width)
            x = right;
        if (x - diagonal < 0)
            x = unreached;
        while (x >= 0 && x < width && x - diagonal < height && equal(x, x - diagonal))
            ++x;
        return at(diagonal) = x;
    }

private:
    int m_offset;
    std::vector<int> m_reached;
};

class Search final
{
public:
    Search(const std::vector<int> &before, const std::vector<int> &after, Deadline deadline)
        : m_before(before), m_after(after), m_deadline(deadline), m_changes{std::vector<bool>(before.size()), std::vector<bool>(after.size()), true}
    {
        m_open.push_back({0, static_cast<int>(before.size()), 0, static_cast<int>(after.size())});
    }

    [[nodiscard]] Changes run()
    {
        while (!m_open.empty()) {
            Box box = m_open.back();
            m_open.pop_back();
            solve(box);
        }
        return std::move(m_changes);
    }

private:
    [[nodiscard]] bool equal(int a, int b) const { return m_before[static_cast<std::size_t>(a)] == m_after[static_cast<std::size_t>(b)]; }

    void solve(Box box)
    {
        while (box.a0 < box.a1 && box.b0 < box.b1 && equal(box.a0, box.b0))
            ++box.a0, ++box.b0;
        while (box.a0 < box.a1 && box.b0 < box.b1 && equal(box.a1 - 1, box.b1 - 1))
            --box.a1, --box.b1;
        const bool oneSided = box.a0 == box.a1 || box.b0 == box.b1;
        const auto middle = oneSided ? std::nullopt : findMiddle(box);
        if (middle) {
            m_open.push_back({box.a0, middle->a, box.b0, middle->b});
            m_open.push_back({middle->a, box.a1, middle->b, box.b1});
            return;
        }
        m_changes.complete = m_changes.complete && oneSided;
        std::fill(m_changes.removed.begin() + box.a0, m_changes.removed.begin() + box.a1, true);
        std::fill(m_changes.added.begin() + box.b0, m_changes.added.begin() + box.b1, true);
    }

    /// A point that the shortest edit script passes, about half way. Both ends of the box differ, so it lies strictly inside.
    [[nodiscard]] std::optional<Point> findMiddle(const Box &box) const
    {
        const int width = box.a1 - box.a0;
        const int height = box.b1 - box.b0;
        const int delta = width - height;
        const int most = std::min((width + height + 1) / 2, maximumDistance);
        Front forward(most);
        Front backward(most);
        for (int edits = 0; edits <= most; ++edits) {
            if (std::chrono::steady_clock::now() > m_deadline)
                return std::nullopt;
            for (int k = -edits; k <= edits; k += 2) {
                const int x = forward.advance(k, width, height, [&](int a, int b) { return equal(box.a0 + a, box.b0 + b); });
                const int other = delta - k;
                if (delta % 2 != 0 && x >= 0 && std::abs(other) < edits && backward.at(other) >= 0 && x + backward.at(other) >= width)
                    return Point{box.a0 + x, box.b0 + x - k};
            }
            for (int k = -edits; k <= edits; k += 2) {
                const int x = backward.advance(k, width, height, [&](int a, int b) { return equal(box.a1 - 1 - a, box.b1 - 1 - b); });
                const int other = delta - k;
                if (delta % 2 == 0 && x >= 0 && std::abs(other) <= edits && forward.at(other) >= 0 && x + forward.at(other) >= width)
                    return Point{box.a1 - x, box.b1 - (x - k)};
            }
        }
        return std::nullopt;
    }

    const std::vector<int> &m_before;
    const std::vector<int> &m_after;
    Deadline m_deadline;
    Changes m_changes;
    std::vector<Box> m_open;
};

} // namespace

Changes findChanges(const std::vector<int> &before, const std::vector<int> &after, Deadline deadline)
{
    return Search(before, after, deadline).run();
}

} // namespace holdfast::diff
