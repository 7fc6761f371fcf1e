// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gate/lifecycle/storethread.h"
#include "gate/lifecycle/workers.h"
#include "gate/store/housekeeper.h"
#include "gate/store/storelock.h"

#include <atomic>
#include <mutex>

namespace holdfast {

/// Why a gate does not run, in one sentence.
struct NotStarted final
{
    bool held = false; ///< another gate has the store
    QString sentence;
};

/// A whole gate: keys, store, engine, workers, sockets. One object of this is one holdfastd.
class Gate final : private Outside
{
public:
    /// `ownerSecret`: of the first owner; empty when none is awaited.
    Gate(GateConfig config, QByteArray ownerSecret);
    ~Gate() override;

    /// Everything runs when this returns the url.
    [[nodiscard]] Result<QString, NotStarted> start();
    /// Ends cleanly: takes nothing more, waits for what is being performed, records it.
    void stop();

private:
    void send(ConnectionId to, QByteArray message) override;
    void broadcast(std::vector<ConnectionId> to, QByteArray message) override;
    void admit(ConnectionId connection) override;
    void close(ConnectionId connection, std::uint16_t code, QString reason) override;
    void start(MeasureJob job) override;
    void start(PerformJob job) override;
    void start(IdentifyJob job) override;
    void rewritePolicy(QByteArray toml) override;
    void keepCheckpoint(QByteArray note) override;

    [[nodiscard]] Result<Done, NotStarted> lock();
    [[nodiscard]] Result<Done, QString> open();
    void build(); ///< engine, workers and sockets, none of them running yet
    [[nodiscard]] Result<quint16, QString> listen();
    void reportDifferences() const;
    void writeGateFile();

    std::optional<StoreLock> m_lock; ///< ends last
    GateConfig m_config;
    QByteArray m_ownerSecret;
    std::mutex m_fileMutex; ///< over gate.json
    QString m_url; ///< empty: gate.json is not this gate's
    std::atomic<bool> m_awaitsOwner = false;
    SystemClock m_clock;
    GateIdentity m_identity;
    std::unique_ptr<Store> m_store;
    std::unique_ptr<Housekeeper> m_housekeeper;
    std::unique_ptr<Workers> m_workers;
    std::unique_ptr<Server> m_server;
    std::unique_ptr<Engine> m_engine;
    std::unique_ptr<StoreThread> m_thread;
};

} // namespace holdfast
