// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gate/lifecycle/engine.h"
#include "gate/lifecycle/inputqueue.h"

#include <condition_variable>
#include <mutex>
#include <thread>

namespace holdfast {

/// The thread that owns the store. Takes what came in while the last commit ran in one transaction, as far as a turn has room for
/// it: that is the whole of group commit.
class StoreThread final
{
public:
    /// `engine` has been started; it is used on this thread only from now on.
    explicit StoreThread(Engine &engine) : m_engine(engine) {}
    ~StoreThread() { stop(); }
    StoreThread(const StoreThread &) = delete;
    StoreThread &operator=(const StoreThread &) = delete;

    /// A message of `bytes` no longer waits: its connection may send another one. Called on the store thread; set before start().
    using Taken = std::function<void(ConnectionId, std::size_t bytes)>;
    void onTaken(Taken taken) { m_taken = std::move(taken); }

    void start();
    /// Any thread.
    void post(Input input);
    /// Takes what was posted before, then ends. Any thread but its own.
    void stop();

private:
    void run();
    void tell(std::map<ConnectionId, std::vector<std::size_t>> messages, const std::vector<Input> &left) const;
    [[nodiscard]] std::vector<Input> next(std::optional<Instant> until);

    Engine &m_engine;
    std::mutex m_mutex;
    std::condition_variable m_wake;
    InputQueue m_inputs;
    Taken m_taken;
    bool m_stop = false;
    std::thread m_thread;
};

} // namespace holdfast
