// SPDX-License-Identifier: Apache-2.0
#include "gate/lifecycle/storethread.h"

namespace holdfast {

namespace {

constexpr std::chrono::seconds retryAfterFailure{1};
constexpr std::chrono::seconds longestSleep{30}; ///< the clock may be set while nothing happens

/// For allowances: nobody sets this clock.
Instant steadyNow()
{
    return Instant{std::chrono::duration_cast<Instant::duration>(std::chrono::steady_clock::now().time_since_epoch())};
}

} // namespace

void StoreThread::start()
{
    m_thread = std::thread([this] { run(); });
}

void StoreThread::post(Input input)
{
    {
        const std::lock_guard lock(m_mutex);
        m_inputs.add(std::move(input));
    }
    m_wake.notify_one();
}

void StoreThread::stop()
{
    {
        const std::lock_guard lock(m_mutex);
        m_stop = true;
    }
    m_wake.notify_one();
    if (m_thread.joinable())
        m_thread.join();
}

std::vector<Input> StoreThread::next(std::optional<Instant> until)
{
    std::unique_lock lock(m_mutex);
    const Instant latest = m_engine.context().clock.now() + longestSleep;
    const Instant wake = until ? std::min(*until, latest) : latest;
    const auto pause = wake - m_engine.context().clock.now();
    const auto goesOn = m_inputs.goesOn();
    m_wake.wait_for(lock, goesOn ? std::min(pause, *goesOn - steadyNow()) : pause, [this] { return m_stop || m_inputs.isReady(); });
    return m_inputs.turn([this](ConnectionId id) { return m_engine.ownerOf(id); }, m_stop ? std::nullopt : std::optional(steadyNow()));
}

void StoreThread::tell(std::map<ConnectionId, std::vector<std::size_t>> messages, const std::vector<Input> &left) const
{
    // The inputs that are left of a connection came last.
    for (const Input &input : left)
        if (const auto *received = std::get_if<Received>(&input))
            messages[received->connection].pop_back();
    for (const auto &[connection, sizes] : messages) {
        for (const std::size_t size : sizes)
            if (m_taken)
                m_taken(connection, size);
    }
}

void StoreThread::run()
{
    for (;;) {
        std::vector<Input> inputs = next(m_engine.nextTurn());
        const bool nothing = inputs.empty();
        std::map<ConnectionId, std::vector<std::size_t>> messages;
        for (const Input &input : inputs)
            if (const auto *received = std::get_if<Received>(&input))
                messages[received->connection].push_back(static_cast<std::size_t>(received->message.size()));
        std::vector<Input> again = m_engine.turn(std::move(inputs));
        std::vector<Input> left = m_engine.takeLeft();
        tell(std::move(messages), left);
        std::unique_lock lock(m_mutex);
        m_inputs.again(std::move(left));
        if (!again.empty() && !m_stop) {
            // The results of workers outlive a failing disk: they are taken again until they are kept.
            m_wake.wait_for(lock, retryAfterFailure, [this] { return m_stop; });
            m_inputs.again(std::move(again));
        }
        if (m_stop && nothing && m_inputs.isEmpty())
            return;
    }
}

} // namespace holdfast
