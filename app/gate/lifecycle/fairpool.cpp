// SPDX-License-Identifier: Apache-2.0
#include "gate/lifecycle/fairpool.h"

namespace holdfast {

FairPool::FairPool(int threads)
{
    for (int i = 0; i < threads; ++i)
        m_threads.emplace_back([this] { run(); });
}

void FairPool::stop()
{
    {
        const std::lock_guard lock(m_mutex);
        m_stop = true;
        m_queues.clear();
    }
    m_wake.notify_all();
    for (std::thread &thread : m_threads)
        if (thread.joinable())
            thread.join();
}

void FairPool::add(const QString &owner, std::function<void()> work)
{
    {
        const std::lock_guard lock(m_mutex);
        if (m_stop)
            return;
        m_queues[owner].push_back(std::move(work));
        ++m_waiting;
    }
    m_wake.notify_one();
}

std::int64_t FairPool::waiting() const
{
    const std::lock_guard lock(m_mutex);
    return m_waiting;
}

std::function<void()> FairPool::next()
{
    auto owner = m_queues.upper_bound(m_lastOwner);
    if (owner == m_queues.end())
        owner = m_queues.begin();
    m_lastOwner = owner->first;
    std::function<void()> work = std::move(owner->second.front());
    owner->second.pop_front();
    if (owner->second.empty())
        m_queues.erase(owner);
    --m_waiting;
    return work;
}

void FairPool::run()
{
    std::unique_lock lock(m_mutex);
    for (;;) {
        m_wake.wait(lock, [this] { return m_stop || !m_queues.empty(); });
        if (m_stop)
            return;
        const std::function<void()> work = next();
        lock.unlock();
        work();
        lock.lock();
    }
}

} // namespace holdfast
