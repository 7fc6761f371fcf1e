// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace holdfast {

/// Threads that take turns among owners of work, and among the lanes of each, and let no lane and no owner have all of them: whoever queues ten thousand jobs, or
/// names many targets that never answer, delays only himself, and such a target delays only what waits for it. Threads are made when needed.
class FairPool final
{
public:
    struct Bounds final
    {
        int threads = 16, perLane = 2, perOwner = 12;
    };
    explicit FairPool(Bounds bounds) : m_bounds(bounds) {}
    ~FairPool() { stop(); }
    FairPool(const FairPool &) = delete;
    FairPool &operator=(const FairPool &) = delete;

    /// False: stop() came first, and the work will never begin.
    [[nodiscard]] bool add(const QString &owner, const QString &lane, std::function<void()> work);
    [[nodiscard]] std::int64_t waiting() const;
    enum class Waiting { Dropped, Done };
    /// Waits for what has begun; what waits is dropped, or done first. From then on nothing is taken.
    void stop(Waiting waiting = Waiting::Dropped);

private:
    struct Work final
    {
        QString owner, lane;
        std::function<void()> run;
    };
    /// The waiting work of one owner.
    struct Lanes final
    {
        std::map<QString, std::deque<std::function<void()>>> waiting;
        QString last; ///< that work was taken from
    };
    void run();
    [[nodiscard]] std::optional<Work> next();
    [[nodiscard]] std::optional<Work> nextOf(const QString &owner, Lanes &lanes);

    const Bounds m_bounds;
    mutable std::mutex m_mutex;
    std::condition_variable m_wake;
    std::map<QString, Lanes> m_queues; ///< by owner
    std::map<QString, int> m_busy; ///< threads that work in a lane
    std::map<QString, int> m_working; ///< threads that work for an owner
    QString m_lastOwner;
    std::int64_t m_waiting = 0;
    int m_idle = 0;
    bool m_stop = false;
    std::vector<std::thread> m_threads;
};

} // namespace holdfast
