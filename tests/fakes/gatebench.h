// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/documents/command.h"
#include "core/documents/decision.h"
#include "core/documents/session.h"
#include "fakes/manualclock.h"
#include "gate/lifecycle/engine.h"

#include <QFileInfo>
#include <QTemporaryDir>

#include <deque>

namespace holdfast::tests {

/// A person with the two keys that a human has at a gate.
struct Human final
{
    explicit Human(const QString &actorName)
        : name(actorName), session(actorName, SecretBytes::random(32)), decide(actorName, SecretBytes::random(32))
    {
    }
    QString name;
    SeedSigner session, decide;
};

struct Machine final
{
    explicit Machine(const QString &actorName) : name(actorName), request(actorName, SecretBytes::random(32)) {}
    QString name;
    SeedSigner request;
};

/// The real engine on a real store in a directory of its own; sockets and workers are the test.
class GateBench final : private Outside
{
public:
    /// `policy`: from the first `[[` on.
    explicit GateBench(const QByteArray &policy, QByteArray ownerSecret = {});
    ~GateBench() override;

    /// As after a crash: everything in memory is lost, what was not committed too.
    void crash();
    /// Only the start; empty when it succeeded.
    [[nodiscard]] QString start();
    [[nodiscard]] ConnectionId connect();
    void disconnect(ConnectionId connection);
    /// Sends a call and gives its answer; nullopt when none came in this turn.
    std::optional<RpcReply> call(ConnectionId connection, QStringView method, const Json &params);
    /// The answer that came later to the last call on this connection.
    [[nodiscard]] std::optional<RpcReply> laterReply(ConnectionId connection);
    void turn(std::vector<Input> inputs = {});
    /// Starts anew: from now on each turn has time for one call alone; left() is what it had none for.
    void endTurnsAfterOne();
    [[nodiscard]] std::vector<Input> left() { return m_engine->takeLeft(); }
    [[nodiscard]] InputOwner ownerOf(ConnectionId connection) { return m_engine->ownerOf(connection); }
    void beginNothing() { m_engine->beginNothing(); }

    /// Answers every measuring job that waits, with `measurement`.
    void measure(const Measurement &measurement);
    /// Ends every performing job that waits.
    void perform(const std::variant<Performed, Drifted> &outcome);

    [[nodiscard]] Challenge challengeOf(ConnectionId connection) const;
    /// A connection with an open session; ends the test's patience when it cannot be opened.
    [[nodiscard]] ConnectionId session(const Signer &key);
    [[nodiscard]] Envelope openEnvelope(ConnectionId connection, const Signer &key) const;

    [[nodiscard]] const GateIdentity &identity() const { return *m_identity; }
    [[nodiscard]] const Context &context() const { return m_engine->context(); }
    [[nodiscard]] Store &store() { return *m_store; }
    /// As whoever writes to the store behind the gate's back sees it.
    [[nodiscard]] Book &book() { return m_engine->context().book; }
    [[nodiscard]] HoldRow row(const HoldId &hold) const;
    [[nodiscard]] QString path(const QString &name) const { return m_directory.filePath(name); }

    ManualClock clock;
    std::deque<MeasureJob> measuring;
    std::deque<PerformJob> performing;
    std::map<ConnectionId, std::vector<RpcMessage>> sent;
    std::set<ConnectionId> closed;
    QByteArray keptCheckpoint;
    QByteArray rewritten; ///< policy that went to the file

private:
    void send(ConnectionId to, QByteArray message) override;
    void broadcast(std::vector<ConnectionId> to, QByteArray message) override;
    void admit(ConnectionId) override {}
    void close(ConnectionId connection, std::uint16_t, QString) override { closed.insert(connection); }
    void start(MeasureJob job) override { measuring.push_back(std::move(job)); }
    void start(PerformJob job) override { performing.push_back(std::move(job)); }
    void start(IdentifyJob) override {}
    void rewritePolicy(QByteArray toml) override { rewritten = std::move(toml); }
    void keepCheckpoint(QByteArray note) override { keptCheckpoint = std::move(note); }

    /// In memory where there is such a place: what a power failure leaves is not what these tests ask.
    QTemporaryDir m_directory{QFileInfo(QStringLiteral("/dev/shm")).isWritable() ? QStringLiteral("/dev/shm/holdfast-gate-XXXXXX") : QStringLiteral("holdfast-gate-XXXXXX")};
    GateConfig m_config;
    QByteArray m_ownerSecret;
    std::unique_ptr<GateIdentity> m_identity;
    std::unique_ptr<Store> m_store;
    std::unique_ptr<Engine> m_engine;
    std::chrono::nanoseconds m_turnTime{0};
    std::vector<Input> m_again;
    ConnectionId m_lastConnection = 0;
    std::int64_t m_lastCall = 0;
};

/// Documents as their signers make them; each with a nonce of its own.
[[nodiscard]] Envelope sqlRequest(const GateBench &gate, const Machine &by, const QString &statements, const QString &target = QStringLiteral("db"));
[[nodiscard]] Envelope approval(const GateBench &gate, const Human &by, const HoldId &hold);
[[nodiscard]] Envelope denial(const GateBench &gate, const Human &by, const HoldId &hold, Decision::Scope scope = Decision::Scope::This);
[[nodiscard]] Envelope signedDecision(const Human &by, const Decision &decision);
/// A decision about the hold's current revision, everything filled in, nothing signed.
[[nodiscard]] Decision decisionOn(const GateBench &gate, const Human &by, const HoldId &hold, Decision::Verdict verdict);
/// The same, from what a console was shown of the hold.
[[nodiscard]] Decision decisionAbout(const HoldDocuments &shown, const Challenge &gate, const Human &by, Decision::Verdict verdict, Instant now);
[[nodiscard]] Command commandTo(const GateBench &gate, const Signer &by, Command::Verb verb);
[[nodiscard]] Envelope signedCommand(const Signer &by, const Command &command);
[[nodiscard]] Json envelopeParams(const Envelope &envelope);

/// A measurement of a DELETE that destroys `rows` rows of `resource`.
[[nodiscard]] Measurement deletes(std::int64_t rows, const QString &resource = QStringLiteral("table:public.bookings"));

/// `[[actor]]` blocks.
[[nodiscard]] QByteArray humanBlock(const Human &human, const QByteArray &roles = "\"approver\", \"lead\", \"admin\"", const QByteArray &more = {});
[[nodiscard]] QByteArray machineBlock(const Machine &machine, const QByteArray &person, const QByteArray &more = {});
extern const QByteArray targetBlocks; ///< `db` and `other` of kind sql, `tree` of kind filesystem
[[nodiscard]] QByteArray ruleBlock(const QByteArray &more);

/// The error's code as text, or `-32601` and the like; `ok` for a result.
[[nodiscard]] QString codeOf(const std::optional<RpcReply> &reply);
/// Ends the test where there is none.
Json resultOf(const std::optional<RpcReply> &reply);

} // namespace holdfast::tests
