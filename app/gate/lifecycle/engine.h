// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gate/lifecycle/methods.h"

#include <memory>

namespace holdfast {

struct EngineOptions final
{
    QByteArray ownerSecret; ///< of the first owner; empty when none is awaited
    std::set<QString> measuredFirst; ///< kinds whose performer cannot roll back
    Line::Bounds bounds; ///< of what is performed at the same time
    std::function<std::int64_t()> queueLength; ///< jobs that wait for a worker; may be empty
    std::chrono::nanoseconds turnTime{0}; ///< after which a turn begins no further call; zero: it takes all
    std::optional<Digest> pin; ///< the first registry, as this gate's performer pinned it
};

/// The heart of the gate. Takes what came in, all of it inside one transaction; commits; signs the ledger's head; and only then
/// lets anything out. Everything runs on the thread that calls turn().
class Engine final
{
public:
    /// None of the references is owned.
    Engine(Store &store, const Clock &clock, const GateIdentity &identity, const GateConfig &config, Outside &outside, EngineOptions options);
    ~Engine();

    /// Loads the ledger and the registry; makes registry 0 where no owner is awaited; continues what a crash interrupted.
    [[nodiscard]] Result<Done, StoreError> start(QByteArrayView highestNote);
    /// One transaction. Results of workers that could not be committed are given back, to be taken again.
    [[nodiscard]] std::vector<Input> turn(std::vector<Input> inputs);
    /// The inputs that the last turn had no time for, in order.
    [[nodiscard]] std::vector<Input> takeLeft() { return std::exchange(m_left, {}); }
    /// When turn() must be called even if nothing comes in.
    [[nodiscard]] std::optional<Instant> nextTurn() const;
    [[nodiscard]] const Context &context() const { return m_context; }
    [[nodiscard]] Context &context() { return m_context; }
    [[nodiscard]] InputOwner ownerOf(ConnectionId connection);
    /// The first registry, pinned by the performer; set once there is one.
    [[nodiscard]] std::optional<Digest> pin() const;
    /// From now on nothing more begins to be performed: the gate is ending. Any thread.
    void beginNothing() { m_releasing.beginNothing(); }
    /// The file has followed the registry: noted in the next turn.
    void policyWritten() { m_policyWritten = true; }

private:
    [[nodiscard]] std::vector<Input> takeInTime(std::vector<Input> &inputs);
    void take(const Input &input);
    void call(const Received &received);
    void answer(ConnectionId to, const RpcCall &call, Answer answer);
    void refuse(ConnectionId to, const std::optional<RpcId> &id, RpcError error);
    void closed(ConnectionId connection);
    void release();
    void releaseOne(Effect &effect);
    void reply(const Reply &reply);
    void giveUp(const StoreError &error);

    Context m_context;
    Outside &m_outside;
    EngineOptions m_options;
    Holds m_holds;
    Evidence m_evidence;
    PerformerCheck m_check;
    Releasing m_releasing;
    Sessions m_sessions;
    Requests m_requests;
    Decisions m_decisions;
    Commands m_commands;
    Consoles m_consoles;
    LedgerQueries m_ledger;
    Blobs m_blobs;
    Methods m_methods;
    std::vector<Input> m_left;
    bool m_policyWritten = false;
};

} // namespace holdfast
