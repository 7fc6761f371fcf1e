// SPDX-License-Identifier: Apache-2.0
// A snapshot of a cluster says of itself what the original says; only where it is, or the certificate, tells them apart.
#include "ground.h"

#include "config/policyreader.h"
#include "core/policy/reach.h"
#include "core/policy/ruling.h"
#include "kinds/sql/session.h"

#include <QDir>
#include <QTest>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace holdfast;
using namespace holdfast::tests;

class TestSqlCopies : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();
    void saysTheSame();
    void registeredPlaceIsMeasured();
    void copyIsNotTheOriginal();
    void copyOfItsOwn();
    void withoutPlaceConfigured();
    void anotherWayIsNotTaken();
    void certificateTells();
    void performingElsewhereIsDrift();

private:
    [[nodiscard]] Ground at(const fakes::PostgresCluster &cluster) const { return {cluster, QStringLiteral("p")}; }
    [[nodiscard]] static SqlIdentity identify(const Target &target);
    [[nodiscard]] Target registered(const QString &name, const fakes::PostgresCluster &cluster, const QString &environment) const;
    [[nodiscard]] QString overTcp(const QString &options) const;
    std::unique_ptr<fakes::PostgresCluster> m_original, m_copy;
    int m_port = 0;
};

namespace {

/// One that nobody listens on now.
int freePort()
{
    const int probe = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    const bool bound = bind(probe, reinterpret_cast<const sockaddr *>(&address), size) == 0 && getsockname(probe, reinterpret_cast<sockaddr *>(&address), &size) == 0;
    close(probe);
    return bound ? ntohs(address.sin_port) : 0;
}

const QString statement = QStringLiteral("DELETE FROM t WHERE id = 1");

} // namespace

void TestSqlCopies::initTestCase()
{
    m_original = std::make_unique<fakes::PostgresCluster>();
    if (m_original->missing())
        QSKIP("PostgreSQL's server programs are not installed");
    QVERIFY2(m_original->why().isEmpty(), qPrintable(m_original->why()));
    QCOMPARE(m_original->sql(QStringLiteral("CREATE DATABASE p")), QString());
    QCOMPARE(at(*m_original).sql(QStringLiteral("CREATE TABLE t (id int); INSERT INTO t SELECT generate_series(1, 9)")), QString());
    m_port = freePort();
    m_copy = std::make_unique<fakes::PostgresCluster>(*m_original, m_port);
    QVERIFY2(m_copy->why().isEmpty(), qPrintable(m_copy->why()));
}

void TestSqlCopies::cleanupTestCase()
{
    m_copy.reset();
    m_original.reset();
}

SqlIdentity TestSqlCopies::identify(const Target &target)
{
    const auto live = sql::identifySql(target, nullptr, SystemClock().now());
    if (!live)
        qFatal("%s", qPrintable(live.error().toString()));
    return live->identity;
}

Target TestSqlCopies::registered(const QString &name, const fakes::PostgresCluster &cluster, const QString &environment) const
{
    Target target = at(cluster).target;
    target.name = name;
    target.environment = environment;
    target.identity = identify(target);
    return target;
}

QString TestSqlCopies::overTcp(const QString &options) const
{
    return QStringLiteral("postgresql://postgres@127.0.0.1:%1/p%2").arg(m_port).arg(options);
}

void TestSqlCopies::saysTheSame()
{
    const SqlIdentity one = identify(at(*m_original).target), other = identify(at(*m_copy).target);
    QCOMPARE(one.system, other.system);
    QCOMPARE(one.database, other.database);
    QCOMPARE(one.timeline, other.timeline);
    QVERIFY(one.host && other.host && one.host != other.host);
    QVERIFY2(one.host->startsWith(QStringLiteral("unix:") + QDir(m_original->socketDirectory()).canonicalPath()), qPrintable(*one.host));
    QVERIFY(!answersTo(other, one) && answersTo(one, one));
}

void TestSqlCopies::registeredPlaceIsMeasured()
{
    Ground ground = at(*m_original);
    ground.target.identity = identify(ground.target);
    const MeasureOutput measured = ground.measure(statement);
    QVERIFY2(measured.measurement.environment.quality == Quality::Measured && measured.measurement.contradictions.empty(), qPrintable(dump(measured)));
}

void TestSqlCopies::copyIsNotTheOriginal()
{
    // The registered target's url leads to the copy now: nothing that the server says tells.
    Ground ground = at(*m_copy);
    ground.target.identity = identify(at(*m_original).target);
    const MeasureOutput measured = ground.measure(statement);
    QVERIFY2(measured.measurement.environment.quality == Quality::Unknown, qPrintable(dump(measured)));
    QCOMPARE(measured.measurement.contradictions.size(), 1U);
    QCOMPARE(measured.measurement.contradictions.front().claim, QStringLiteral("target"));
    QVERIFY2(measured.measurement.environment.how.contains(QStringLiteral("a copy of it, or another way to it")), qPrintable(dump(measured)));
}

void TestSqlCopies::copyOfItsOwn()
{
    // A staging copy that is registered by its own place is what it is, and not the production that it was made from.
    Ground ground = at(*m_copy);
    const Target production = registered(QStringLiteral("prod"), *m_original, QStringLiteral("production"));
    ground.targets = {production};
    ground.target.identity = identify(ground.target);
    const MeasureOutput measured = ground.measure(statement);
    QVERIFY2(measured.measurement.environment.quality == Quality::Measured && measured.measurement.environment.value == QStringLiteral("staging"), qPrintable(dump(measured)));
    QVERIFY2(measured.measurement.contradictions.empty(), qPrintable(dump(measured)));
    // The protection of the one does not stop the other, though their resources have one name.
    PolicyDocument policy;
    policy.targets = {production, ground.target};
    policy.targets[0].isProtected = true;
    QVERIFY(!protectedTarget(policy, ground.target.name, measured.measurement));
    policy.targets[1].identity->host.reset();
    QVERIFY(protectedTarget(policy, ground.target.name, measured.measurement)); // what cannot tell copies is told apart from nothing
}

void TestSqlCopies::withoutPlaceConfigured()
{
    Ground ground = at(*m_original);
    ground.target.identity = identify(ground.target);
    ground.target.identity->host.reset();
    const MeasureOutput measured = ground.measure(statement);
    QVERIFY2(measured.measurement.environment.quality == Quality::Configured, qPrintable(dump(measured)));
    QVERIFY2(measured.measurement.environment.how.contains(QStringLiteral("without host or certificate")), qPrintable(dump(measured)));
    PolicyDocument policy;
    policy.targets = {ground.target};
    QVERIFY(explain(policy).join(u'\n').contains(QStringLiteral("WITHOUT host or certificate")));
}

void TestSqlCopies::anotherWayIsNotTaken()
{
    // "staging", registered with nothing, leads to the server of production by another door: that is not staging.
    Ground ground = at(*m_copy);
    ground.targets = {registered(QStringLiteral("prod"), *m_copy, QStringLiteral("production"))};
    ground.target.url = overTcp(QStringLiteral("?sslmode=disable"));
    const MeasureOutput measured = ground.measure(statement);
    QVERIFY2(measured.measurement.environment.quality == Quality::Unknown, qPrintable(dump(measured)));
    QVERIFY2(measured.measurement.contradictions.size() == 1 && measured.measurement.contradictions.front().claim == QStringLiteral("target"), qPrintable(dump(measured)));
    QVERIFY(identify(ground.target).host->startsWith(QStringLiteral("127.0.0.1:%1 machine ").arg(m_port)));
    QVERIFY(!identify(ground.target).host->contains(QStringLiteral(" as "))); // the server's word and the kernel's agree
}

void TestSqlCopies::certificateTells()
{
    Ground ground = at(*m_copy);
    ground.target.url = overTcp(QStringLiteral("?sslmode=require"));
    const SqlIdentity live = identify(ground.target);
    QVERIFY(live.certificate && Digest::fromString(*live.certificate));
    ground.target.identity = live;
    ground.target.identity->host.reset();
    QVERIFY(ground.measure(statement).measurement.environment.quality == Quality::Measured);
    ground.target.url = overTcp(QStringLiteral("?sslmode=disable")); // nothing is proved without TLS
    QVERIFY(ground.measure(statement).measurement.environment.quality == Quality::Unknown);
    ground.target.url = overTcp(QStringLiteral("?sslmode=require"));
    ground.target.identity->certificate = sha256("another certificate").toString();
    QVERIFY(ground.measure(statement).measurement.environment.quality == Quality::Unknown);
}

void TestSqlCopies::performingElsewhereIsDrift()
{
    Ground ground = at(*m_original);
    ground.target.identity = identify(ground.target);
    const MeasureOutput approved = ground.measure(statement);
    ground.target.url = at(*m_copy).target.url;
    const auto outcome = ground.perform(statement, approved);
    QVERIFY2(std::holds_alternative<Drifted>(outcome), qPrintable(dump(outcome)));
    QCOMPARE(at(*m_copy).sql(QStringLiteral("SELECT count(*) FROM t")), QStringLiteral("9"));
}

QTEST_GUILESS_MAIN(TestSqlCopies)
#include "tst_sql_copies.moc"
