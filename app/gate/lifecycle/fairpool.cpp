// SPDX-License-Identifier: Apache-2.0
#include "gate/lifecycle/fairpool.h"

#include <utility>

namespace holdfast {

void FairPool::stop(Waiting waiting)
{
    std::vector<std::thread> threads;
    {
        const std::lock_guard lock(m_mutex);
        m_stop = true;
        if (waiting == Waiting::Dropped) {
            m_queues.clear();
            m_waiting = 0;
        }
        threads = std::exchange(m_threads, {});
    }
    m_wake.notify_all();
    for (std::thread &thread : threads)
        thread.join();
}

bool FairPool::add(const QString &owner, const QString &lane, std::function<void()> work)
{
    {
        const std::lock_guard lock(m_mutex);
        if (m_stop)
            return false;
        m_queues[owner].waiting[lane].push_back(std::move(work));
        ++m_waiting;
        if (m_idle < m_waiting && m_threads.size() < static_cast<std::size_t>(m_bounds.threads))
            m_threads.emplace_back([this] { run(); });
    }
    m_wake.notify_one();
    return true;
}

std::int64_t FairPool::waiting() const
{
    const std::lock_guard lock(m_mutex);
    return m_waiting;
}

std::optional<FairPool::Work> FairPool::next()
{
    auto owner = m_queues.upper_bound(m_lastOwner);
    for (std::size_t tried = 0; tried < m_queues.size(); ++tried, ++owner) {
        if (owner == m_queues.end())
            owner = m_queues.begin();
        auto work = nextOf(owner->first, owner->second);
        if (!work)
            continue;
        m_lastOwner = owner->first;
        if (owner->second.waiting.empty())
            m_queues.erase(owner);
        --m_waiting;
        return work;
    }
    return std::nullopt;
}

std::optional<FairPool::Work> FairPool::nextOf(const QString &owner, Lanes &lanes)
{
    if (const auto working = m_working.find(owner); working != m_working.end() && working->second >= m_bounds.perOwner)
        return std::nullopt;
    auto lane = lanes.waiting.upper_bound(lanes.last);
    for (std::size_t tried = 0; tried < lanes.waiting.size(); ++tried, ++lane) {
        if (lane == lanes.waiting.end())
            lane = lanes.waiting.begin();
        const auto busy = m_busy.find(lane->first);
        if (busy != m_busy.end() && busy->second >= m_bounds.perLane)
            continue;
        Work work{owner, lane->first, std::move(lane->second.front())};
        lanes.last = lane->first;
        lane->second.pop_front();
        if (lane->second.empty())
            lanes.waiting.erase(lane);
        return work;
    }
    return std::nullopt;
}

void FairPool::run()
{
    std::unique_lock lock(m_mutex);
    for (;;) {
        std::optional<Work> work = next();
        if (!work) {
            if (m_stop && m_queues.empty())
                return;
            ++m_idle;
            m_wake.wait(lock);
            --m_idle;
            continue;
        }
        ++m_busy[work->lane];
        ++m_working[work->owner];
        lock.unlock();
        work->run();
        work->run = nullptr; // what it owns ends here, not under the lock
        lock.lock();
        if (const auto busy = m_busy.find(work->lane); --busy->second == 0)
            m_busy.erase(busy);
        if (const auto working = m_working.find(work->owner); --working->second == 0)
            m_working.erase(working);
        // Threads that looked while this lane was full found nothing.
        m_stop ? m_wake.notify_all() : m_wake.notify_one();
    }
}

} // namespace holdfast
