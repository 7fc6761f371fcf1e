// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fakes/gatebench.h"
#include "gate/lifecycle/storethread.h"
#include "gate/lifecycle/workers.h"

#include <atomic>

namespace holdfast::tests {

/// A clock that any thread may read while a test moves it.
class SharedClock final : public Clock
{
public:
    [[nodiscard]] Instant now() const override { return Instant{std::chrono::milliseconds{m_now}}; }
    void advance(std::chrono::milliseconds by) { m_now += by.count(); }

private:
    std::atomic<std::int64_t> m_now = parseInstant(u"2026-11-22T10:00:00.000Z")->time_since_epoch().count();
};

/// A performer that counts by statement; one that begins with `block` lasts until it is let go.
class Stage final
{
public:
    void play(const QString &statement);
    void letGo(const QString &statement);
    void letAllGo();
    [[nodiscard]] int played(const QString &statement) const;

private:
    mutable std::mutex m_mutex;
    std::condition_variable m_changed;
    std::map<QString, int> m_played;
    std::set<QString> m_free;
    bool m_allFree = false;
};

/// The engine, the thread that owns it, and the workers, as in a real gate; only what they measure and perform is a stage. Each
/// statement names the resource that it touches: its last word.
class Arena final : private Outside
{
public:
    Arena(const QByteArray &policy, Stage &stage);
    ~Arena() override;

    [[nodiscard]] ConnectionId session(const Signer &key);
    /// Waits for the answer; nullopt when none comes.
    std::optional<RpcReply> call(ConnectionId connection, QStringView method, const Json &params);
    [[nodiscard]] Envelope request(const Machine &by, const QString &statement, const QString &target = QStringLiteral("db")) const;
    /// Asked, measured, and decided: an approval.
    HoldId approved(ConnectionId requester, const Machine &agent, ConnectionId console, const Human &lead, const QString &statement,
                    const QString &target = QStringLiteral("db"));
    [[nodiscard]] Decision decisionOn(ConnectionId console, const Human &by, const HoldId &hold, Decision::Verdict verdict);
    [[nodiscard]] Command command(const Signer &by, Command::Verb verb) const;
    /// Waits until the hold has left `state`.
    HoldStatus waitWhile(ConnectionId requester, const HoldId &hold, State state);
    /// Ends it: then the store may be read.
    void stop();
    [[nodiscard]] Store &store() { return *m_store; }
    [[nodiscard]] const GateIdentity &identity() const { return *m_identity; }

    SharedClock clock;

private:
    void send(ConnectionId to, QByteArray message) override;
    void broadcast(std::vector<ConnectionId> to, QByteArray message) override;
    void admit(ConnectionId) override {}
    void close(ConnectionId, std::uint16_t, QString) override {}
    void start(MeasureJob job) override { m_workers->start(std::move(job)); }
    void start(PerformJob job) override { m_workers->start(std::move(job)); }
    void start(IdentifyJob job) override { m_workers->start(std::move(job)); }
    void rewritePolicy(QByteArray) override {}
    void keepCheckpoint(QByteArray) override {}
    [[nodiscard]] std::optional<RpcReply> await(std::int64_t id);

    QTemporaryDir m_directory{QFileInfo(QStringLiteral("/dev/shm")).isWritable() ? QStringLiteral("/dev/shm/holdfast-arena-XXXXXX") : QStringLiteral("holdfast-arena-XXXXXX")};
    GateConfig m_config;
    std::unique_ptr<GateIdentity> m_identity;
    std::unique_ptr<Store> m_store;
    std::unique_ptr<Workers> m_workers;
    std::unique_ptr<Engine> m_engine;
    std::unique_ptr<StoreThread> m_thread;
    std::atomic<ConnectionId> m_lastConnection = 0;
    std::atomic<std::int64_t> m_lastCall = 0;
    std::mutex m_mutex;
    std::condition_variable m_heard;
    std::map<std::int64_t, RpcReply> m_replies;
    std::map<ConnectionId, Challenge> m_challenges;
};

} // namespace holdfast::tests
