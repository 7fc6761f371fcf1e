// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gate/lifecycle/engine.h"

#include <condition_variable>
#include <mutex>
#include <thread>

namespace holdfast {

/// The thread that owns the store. Takes whatever came in while the last commit ran, all of it in one transaction: that is the
/// whole of group commit.
class StoreThread final
{
public:
    /// `engine` has been started; it is used on this thread only from now on.
    explicit StoreThread(Engine &engine) : m_engine(engine) {}
    ~StoreThread() { stop(); }
    StoreThread(const StoreThread &) = delete;
    StoreThread &operator=(const StoreThread &) = delete;

    void start();
    /// Any thread.
    void post(Input input);
    /// Takes what was posted before, then ends. Any thread but its own.
    void stop();

private:
    void run();
    [[nodiscard]] std::vector<Input> next(std::optional<Instant> until);

    Engine &m_engine;
    std::mutex m_mutex;
    std::condition_variable m_wake;
    std::vector<Input> m_inputs;
    bool m_stop = false;
    std::thread m_thread;
};

} // namespace holdfast
