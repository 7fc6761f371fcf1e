// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gate/lifecycle/jobs.h"
#include "wire/messagesledger.h"

namespace holdfast {

// Effects leave the engine once its transaction is durable, in order; none of them before.

/// An answer. A SubmitResult still lacks entry, proof and checkpoint: they exist only after the commit.
struct Reply final
{
    ConnectionId to = 0;
    RpcId id;
    std::variant<Json, RpcError, SubmitResult> outcome;
};
struct Notify final
{
    std::vector<ConnectionId> to;
    QByteArray message;
};
struct Admit final
{
    ConnectionId connection = 0;
};
struct Disconnect final
{
    ConnectionId connection = 0;
    std::uint16_t code = 1008;
    QString reason;
};
/// The store is the authority on policy; the file follows it.
struct RewritePolicy final
{
    QByteArray toml;
};
using Effect = std::variant<Reply, Notify, Admit, Disconnect, MeasureJob, PerformJob, IdentifyJob, RewritePolicy>;

/// Where effects go: sockets and workers, or a test. Called on the store thread after the commit.
class Outside
{
public:
    virtual ~Outside() = default;
    virtual void send(ConnectionId to, QByteArray message) = 0;
    virtual void broadcast(std::vector<ConnectionId> to, QByteArray message) = 0;
    virtual void admit(ConnectionId connection) = 0;
    virtual void close(ConnectionId connection, std::uint16_t code, QString reason) = 0;
    virtual void start(MeasureJob job) = 0;
    virtual void start(PerformJob job) = 0;
    virtual void start(IdentifyJob job) = 0;
    virtual void rewritePolicy(QByteArray toml) = 0;
    /// A checkpoint was signed: to be kept outside the store.
    virtual void keepCheckpoint(QByteArray note) = 0;
};

} // namespace holdfast
