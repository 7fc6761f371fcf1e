// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

namespace holdfast {

/// A few threads that take turns among owners of work: whoever queues ten thousand jobs delays only himself.
class FairPool final
{
public:
    explicit FairPool(int threads);
    ~FairPool() { stop(); }
    FairPool(const FairPool &) = delete;
    FairPool &operator=(const FairPool &) = delete;

    void add(const QString &owner, std::function<void()> work);
    [[nodiscard]] std::int64_t waiting() const;
    /// Drops what has not begun, waits for what has; from then on nothing is taken.
    void stop();

private:
    void run();
    [[nodiscard]] std::function<void()> next();

    mutable std::mutex m_mutex;
    std::condition_variable m_wake;
    std::map<QString, std::deque<std::function<void()>>> m_queues;
    QString m_lastOwner;
    std::int64_t m_waiting = 0;
    bool m_stop = false;
    std::vector<std::thread> m_threads;
};

} // namespace holdfast
