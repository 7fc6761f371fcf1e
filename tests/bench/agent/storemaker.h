// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "identity.h"

#include "gate/lifecycle/engine.h"
#include "gate/store/housekeeper.h"

#include <deque>

namespace holdfast::bench {

/// A clock that the maker of a past moves.
class MadeClock final : public Clock
{
public:
    [[nodiscard]] Instant now() const override { return at; }
    Instant at{};
};

/// Makes a gate directory whose store has a past: the real engine writes it, turn by turn, with real signatures, so that whoever
/// reads it (gate, console, `hold verify`) finds what a gate that had lived through it would have left. Only clock and workers are made up.
class StoreMaker final : private Outside
{
public:
    /// `directory` gets gate.toml, keys and gate.db; must not have a store yet.
    StoreMaker(const QString &directory, const Cast &cast);
    ~StoreMaker() override;

    /// Holds that were asked, measured, approved, released and performed, until the ledger has `entries` entries.
    void live(std::int64_t entries);
    /// Holds that wait for a decision.
    void leaveWaiting(int holds);
    [[nodiscard]] std::int64_t size() const { return m_engine->context().book.size(); }
    [[nodiscard]] const GateIdentity &identity() const { return *m_identity; }
    [[nodiscard]] std::optional<Digest> firstRegistry() const { return m_engine->pin(); }

private:
    void send(ConnectionId to, QByteArray message) override;
    void broadcast(std::vector<ConnectionId>, QByteArray) override {}
    void admit(ConnectionId) override {}
    void close(ConnectionId, std::uint16_t, QString) override;
    void start(MeasureJob job) override { m_measuring.push_back(std::move(job)); }
    void start(PerformJob job) override { m_performing.push_back(std::move(job)); }
    void start(IdentifyJob) override {}
    void rewritePolicy(QByteArray) override {}
    void keepCheckpoint(QByteArray note) override { m_housekeeper->keep(std::move(note)); }

    [[nodiscard]] ConnectionId session(const Signer &key);
    [[nodiscard]] Received received(ConnectionId from, QStringView method, const Json &params);
    void turn(std::vector<Input> inputs);
    /// Asks for `holds` and answers the measuring.
    [[nodiscard]] std::vector<HoldId> ask(int holds);
    void approve(const std::vector<HoldId> &holds);
    void perform();

    MadeClock m_clock;
    const Cast &m_cast;
    GateConfig m_config;
    std::unique_ptr<GateIdentity> m_identity;
    std::unique_ptr<Store> m_store;
    std::unique_ptr<Housekeeper> m_housekeeper;
    std::unique_ptr<Engine> m_engine;
    std::deque<MeasureJob> m_measuring;
    std::deque<PerformJob> m_performing;
    QByteArray m_challenge;
    ConnectionId m_last = 0, m_agent = 0, m_owner = 0;
    std::int64_t m_call = 0;
};

} // namespace holdfast::bench
