// SPDX-License-Identifier: Apache-2.0
#include "killground.h"

#include "config/policyreader.h"
#include "keys/plainfilestore.h"
#include "ledger/auditor.h"
#include "wire/gateaddress.h"

#include <QDir>
#include <QElapsedTimer>
#include <QProcess>
#include <QTest>

namespace holdfast::tests {

using namespace std::chrono_literals;

namespace {

constexpr std::int64_t waitMs = 20'000;

} // namespace

KillGround::KillGround() : m_witness(m_agent.request.key().bytes)
{
    if (m_cluster.url().isEmpty())
        return;
    (void)m_cluster.sql(QStringLiteral("CREATE DATABASE ") + m_database);
    m_rows = std::make_unique<Rows>(url());
    m_daemon = std::make_unique<Daemon>(policy());
}

QByteArray KillGround::policy() const
{
    return humanBlock(m_lead) + machineBlock(m_agent, "dev") + "[[target]]\nname = \"db\"\nkind = \"sql\"\nenvironment = \"staging\"\nurl = \"" + url().toUtf8()
        + "\"\n\n" + ruleBlock("mode = \"hold\"\ntier = \"low\"\nconfirm = []\n");
}

void KillGround::blame(const QString &problem)
{
    if (m_problem.isEmpty())
        m_problem = problem;
}

QString KillGround::makeTable(int number)
{
    const QString table = QStringLiteral("t%1").arg(number);
    m_rows->run(QStringLiteral("CREATE TABLE %1 (n bigint NOT NULL)").arg(table));
    m_rows->run(QStringLiteral("INSERT INTO %1 VALUES (0)").arg(table));
    expect(table, 0);
    return table;
}

QStringList KillGround::sessions()
{
    return m_rows->column(QStringLiteral("SELECT pid || ' ' || backend_start FROM pg_stat_activity WHERE application_name = 'holdfast'"));
}

void KillGround::waitForEndOf(const QStringList &those)
{
    const auto gone = [&] {
        const QStringList now = sessions();
        return std::none_of(those.begin(), those.end(), [&](const QString &each) { return now.contains(each); });
    };
    if (!QTest::qWaitFor(gone, static_cast<int>(waitMs)))
        blame(QStringLiteral("a session of a dead gate goes on at the server"));
}

std::optional<Standing> KillGround::autopsy(const HoldId &hold)
{
    blame(m_witness.readStore(m_daemon->path(QStringLiteral("gate.db"))));
    return m_witness.ledger().of(hold);
}

void KillGround::comeBack()
{
    const std::map<HoldId, Standing> before = m_witness.ledger().holds();
    QElapsedTimer timer;
    timer.start();
    if (!m_daemon->start())
        return blame(QStringLiteral("the gate does not start: %1").arg(QString::fromUtf8(m_daemon->errors())));
    m_startingMs = static_cast<double>(timer.elapsed());
    m_agentClient = std::make_unique<Client>(m_daemon->url());
    m_console = std::make_unique<Client>(m_daemon->url());
    m_console->onNotification([this](const RpcCall &call) {
        if (const auto change = HoldChange::fromJson(call.params); call.method == method::HoldChanged && change)
            m_witness.heard(*change);
    });
    if (!m_agentClient->openSession(m_agent.request) || !m_console->openSession(m_lead.session))
        return blame(QStringLiteral("a session does not open"));
    m_witness.meet(m_console->challenge());
    blame(m_witness.seen(m_console->session().checkpoint));
    blame(m_witness.follow(*m_console));
    if (const auto open = result<SubscribeResult>(*m_console, method::HoldSubscribe, SubscribeParams{}.toJson()))
        blame(m_witness.compareOpen(*open));
    // A restart measures what was being measured, ends what was being performed, and leaves everything else as it was.
    for (const auto &[hold, was] : before) {
        const Standing now = m_witness.ledger().of(hold).value_or(Standing{});
        const bool moves = was.state == State::Measuring || was.state == State::Executing;
        if (!moves && now.entries != was.entries)
            blame(QStringLiteral("hold %1 was %2 and is %3").arg(hold.toString(), toString(was.state), toString(now.state)));
        if (was.state == State::Executing && (now.state != State::Done || now.outcome != Outcome::Unknown || now.entries != was.entries + 1))
            blame(QStringLiteral("hold %1 was executing and did not end unknown").arg(hold.toString()));
        if (now.executions > 1 || now.receipts > 1 || now.requests != 1)
            blame(QStringLiteral("hold %1 was performed or recorded twice").arg(hold.toString()));
    }
}

void KillGround::check(bool everything)
{
    blame(m_witness.follow(*m_console, everything));
    QStringList selects;
    for (const auto &[table, n] : m_expected)
        selects.append(QStringLiteral("SELECT '%1 ' || n FROM %1").arg(table));
    for (const QString &line : m_rows->column(selects.join(QStringLiteral(" UNION ALL ")))) {
        const QStringList words = line.split(u' ');
        if (words.at(1).toLongLong() != m_expected.at(words.at(0)))
            blame(QStringLiteral("n of %1 is %2, and should be %3").arg(words.at(0), words.at(1)).arg(m_expected.at(words.at(0))));
    }
}

Envelope KillGround::request(const QString &table) const
{
    Request request;
    request.gate = m_agentClient->challenge().gate;
    request.gateKey = m_agentClient->challenge().key;
    request.nonce = randomBytes(16);
    request.kind = kind::Sql.toString();
    request.target = QStringLiteral("db");
    request.action = SqlAction{QStringLiteral("UPDATE %1 SET n = n + 1").arg(table), {}};
    request.createdAt = SystemClock().now();
    return Envelope::sign(m_agent.request, payloadtype::Request, request.toPayload());
}

template<typename T>
std::optional<T> KillGround::result(Client &client, QStringView method, const Json &params)
{
    const auto reply = client.call(method, params);
    if (!reply)
        return std::nullopt;
    const Json *json = std::get_if<Json>(&reply->outcome);
    auto parsed = json != nullptr ? T::fromJson(*json) : Parsed<T>(Failure{DocumentError{}});
    if (!parsed) {
        blame(QStringLiteral("%1 is answered with %2").arg(method, tests::codeOf(reply)));
        return std::nullopt;
    }
    return std::move(*parsed);
}

std::optional<HoldStatus> KillGround::status(QStringView method, const Json &params, const HoldId &hold)
{
    auto status = result<HoldStatus>(*m_agentClient, method, params);
    if (status)
        blame(m_witness.told(hold, *status));
    return status;
}

std::optional<HoldStatus> KillGround::ask(const Envelope &request)
{
    return status(method::HoldRequest, envelopeParams(request), idOf(request));
}

std::optional<HoldStatus> KillGround::wait(const HoldId &hold, std::int64_t after)
{
    return status(method::HoldWait, WaitParams{hold, after, waitMs}.toJson(), hold);
}

std::optional<HoldStatus> KillGround::settle(const HoldId &hold)
{
    auto now = status(method::HoldGet, HoldParams{hold}.toJson(), hold);
    while (now && !isFinal(now->state) && now->state != State::Pending) {
        now = wait(hold, now->sequence);
        if (now && now->timedOut) {
            blame(QStringLiteral("hold %1 stays %2").arg(hold.toString(), toString(now->state)));
            return now;
        }
    }
    return now;
}

std::optional<Envelope> KillGround::approval(const HoldId &hold)
{
    const auto view = result<HoldDocuments>(*m_console, method::HoldGet, HoldParams{hold}.toJson());
    if (!view || !view->current)
        return std::nullopt;
    return signedDecision(m_lead, decisionAbout(*view, m_console->challenge(), m_lead, Decision::Verdict::Approve, SystemClock().now()));
}

std::optional<SubmitResult> KillGround::decide(const Envelope &decision)
{
    auto submitted = result<SubmitResult>(*m_console, method::DecisionSubmit, envelopeParams(decision));
    if (submitted)
        blame(m_witness.acknowledged(*submitted, decision));
    return submitted;
}

void KillGround::measureAgain(const HoldId &hold)
{
    (void)result<MeasureResult>(*m_console, method::HoldMeasure, HoldParams{hold}.toJson());
}

bool KillGround::isUnknown(const HoldId &hold)
{
    return tests::codeOf(m_agentClient->call(method::HoldGet, HoldParams{hold}.toJson())) == QStringLiteral("not-found");
}

QString KillGround::audit()
{
    AuditorOptions options;
    options.pin = m_console->challenge().key;
    options.policy = policyOrNothing;
    options.blobs = [this](const Digest &digest) -> std::optional<QByteArray> {
        const auto blob = result<BlobReadResult>(*m_console, method::BlobRead, BlobReadParams{digest, 0, limit::BlobChunk}.toJson());
        return blob ? std::optional(blob->data) : std::nullopt;
    };
    LedgerAuditor auditor(std::move(options));
    for (std::int64_t index = 0; index < m_witness.ledger().size(); ++index)
        for (const Finding &finding : auditor.add(m_witness.ledger().entry(index)))
            return QStringLiteral("entry %1: %2").arg(finding.index).arg(finding.sentence);
    return {};
}

int KillGround::runProgram(const QString &program, const QStringList &arguments, QByteArray &said)
{
    QProcess process;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("HOME"), m_daemon->path(QStringLiteral("home")));
    for (const char *name : {"XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"})
        environment.remove(QString::fromLatin1(name));
    environment.insert(QStringLiteral("HOLDFAST_GATE"), GateAddress{m_daemon->url(), m_console->challenge().key}.toString());
    process.setProcessEnvironment(environment);
    process.start(program, arguments);
    process.waitForFinished(120'000);
    said = process.readAllStandardOutput() + process.readAllStandardError();
    return process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1;
}

QString KillGround::exportAndVerify()
{
    const QString hold = qEnvironmentVariable("HOLDFAST_BIN") + QStringLiteral("/hold");
    const QString directory = m_daemon->path(QStringLiteral("export"));
    const QString key = m_daemon->path(QStringLiteral("session.key"));
    const QString gate = m_console->challenge().key.toString();
    QDir().mkpath(m_daemon->path(QStringLiteral("home")));
    QByteArray said;
    if (!PlainFileStore::write(key, m_lead.session))
        return QStringLiteral("the session key cannot be written");
    if (runProgram(hold, {QStringLiteral("export"), directory, QStringLiteral("--key"), key}, said) != 0)
        return QStringLiteral("hold export: ") + QString::fromUtf8(said);
    if (runProgram(hold, {QStringLiteral("verify"), directory, QStringLiteral("--gate"), gate}, said) != 0)
        return QStringLiteral("hold verify: ") + QString::fromUtf8(said);
    const QString python = QStringLiteral("/usr/bin/python3");
    if (runProgram(python, {QStringLiteral("-c"), QStringLiteral("import nacl.bindings")}, said) != 0) {
        qInfo("python3-nacl is not installed: only hold verify looked at the export");
        return {};
    }
    const QString script = qEnvironmentVariable("HOLDFAST_SOURCE") + QStringLiteral("/tests/e2e/verify_ledger.py");
    return runProgram(python, {script, directory, QStringLiteral("--gate"), gate}, said) == 0 ? QString() : QStringLiteral("verify_ledger.py: ") + QString::fromUtf8(said);
}

} // namespace holdfast::tests
