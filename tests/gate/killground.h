// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fakes/gatebench.h"
#include "fakes/postgres.h"
#include "rowwatch.h"
#include "witness.h"

namespace holdfast::tests {

/// A real gate before a real PostgreSQL, one approver, one agent, and a witness of all that is said. The gate may die at any
/// moment: then a call gives nullopt. What a living gate must not do is kept as `problem()`, the first of it.
class KillGround final
{
public:
    KillGround();

    [[nodiscard]] const fakes::PostgresCluster &cluster() const { return m_cluster; }
    [[nodiscard]] QString url() const { return m_cluster.url(m_database); }
    [[nodiscard]] Daemon &daemon() { return *m_daemon; }
    [[nodiscard]] const Witness &witness() const { return m_witness; }
    [[nodiscard]] Client &console() { return *m_console; }
    [[nodiscard]] const QString &problem() const { return m_problem; }
    /// Sticks when there was none before.
    void blame(const QString &problem);

    /// A table `t<number>` with one row, n = 0.
    [[nodiscard]] QString makeTable(int number);
    [[nodiscard]] qint64 n(const QString &table) { return m_rows->number(QStringLiteral("SELECT n FROM ") + table); }
    /// Says which value n has from now on.
    void expect(const QString &table, qint64 n) { m_expected[table] = n; }
    /// Sessions that the gate has open at the server.
    [[nodiscard]] QStringList sessions();
    /// Waits until those are gone: until then n may still become 1.
    void waitForEndOf(const QStringList &sessions);

    /// Everything that the dead gate told must lie in its store; where it left the hold.
    [[nodiscard]] std::optional<Standing> autopsy(const HoldId &hold);
    /// Starts the gate, again or for the first time, and compares it with all that is known.
    void comeBack();
    /// How long it took to listen, the last time.
    [[nodiscard]] double startingMs() const { return m_startingMs; }
    /// True in any quiet moment: the ledger follows, no row is other than expected.
    void check(bool everything = false);

    [[nodiscard]] Envelope request(const QString &table) const;
    [[nodiscard]] HoldId idOf(const Envelope &request) const { return HoldId::of(m_agent.request.key().bytes, request.payload); }
    std::optional<HoldStatus> ask(const Envelope &request);
    /// Until something happens to the hold.
    std::optional<HoldStatus> wait(const HoldId &hold, std::int64_t after);
    /// Until nothing happens to it by itself any more.
    std::optional<HoldStatus> settle(const HoldId &hold);
    std::optional<Envelope> approval(const HoldId &hold);
    std::optional<SubmitResult> decide(const Envelope &decision);
    void measureAgain(const HoldId &hold);
    /// The gate knows nothing of such a hold, and says so.
    [[nodiscard]] bool isUnknown(const HoldId &hold);

    /// The offline auditor's findings in the whole ledger.
    [[nodiscard]] QString audit();
    /// `hold export`, `hold verify`, and the verifier that shares no code with them.
    [[nodiscard]] QString exportAndVerify();

private:
    template<typename T>
    std::optional<T> result(Client &client, QStringView method, const Json &params);
    std::optional<HoldStatus> status(QStringView method, const Json &params, const HoldId &hold);
    [[nodiscard]] QByteArray policy() const;
    [[nodiscard]] int runProgram(const QString &program, const QStringList &arguments, QByteArray &said);

    Human m_lead{QStringLiteral("lead")};
    Machine m_agent{QStringLiteral("agent")};
    fakes::PostgresCluster m_cluster;
    QString m_database = QStringLiteral("kills");
    std::unique_ptr<Rows> m_rows;
    std::map<QString, qint64> m_expected;
    Witness m_witness;
    std::unique_ptr<Daemon> m_daemon;
    std::unique_ptr<Client> m_agentClient, m_console;
    double m_startingMs = 0;
    QString m_problem;
};

} // namespace holdfast::tests
