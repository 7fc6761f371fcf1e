// SPDX-License-Identifier: Apache-2.0
#include "config/policyreader.h"
#include "config/policywriter.h"
#include "core/policy/ruling.h"
#include "kinds/command/performing.h"
#include "kinds/command/tellingflags.h"

#include <QTest>

using namespace holdfast;

namespace {

const QByteArray secret = "pa55-of-nobody";

/// A stand-in with the same shape as `npx prisma db push`: no node, no network; the database is chosen by a file.
Bench prismaProject(const QStringList &more)
{
    Bench b;
    const QString npx = b.write(QStringLiteral("bin/npx"), "#!/bin/sh\n. ./.env\n: \"$DATABASE_URL\"\n", true);
    b.target.programs = {npx};
    b.target.cwd = b.work();
    b.write(QStringLiteral(".env"), "DATABASE_URL=\"postgresql://shop:" + secret + "@db.internal/shop_production\"\n");
    b.write(QStringLiteral("prisma/schema.prisma"), "datasource db { provider = \"postgresql\"\n  url = env(\"DATABASE_URL\") }\n");
    b.ask(QStringList{QStringLiteral("npx"), QStringLiteral("prisma"), QStringLiteral("db"), QStringLiteral("push")} + more);
    b.request.claims.environment = QStringLiteral("staging");
    return b;
}

QStringList flagsOf(const QString &line)
{
    QStringList flags;
    for (const auto &flag : tellingFlagsIn(line.split(u' ')))
        flags.append(flag.flag);
    return flags;
}

const Fact *fileFact(const Measurement &m, const QString &path)
{
    for (const auto &fact : m.facts) {
        if (fact.id.startsWith(u"command.file.") && fact.value.startsWith(path))
            return &fact;
    }
    return nullptr;
}

} // namespace

/// Files that decide what a program does, and switches that take its safety net away.
class CommandFiles final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theFileThatChoosesTheDatabaseIsNamedAndHashed();
    void withoutTheSwitchNothingIsSaidOfIt();
    void editingItAfterTheSignatureIsDrift();
    void oneThatAppearsIsDrift();
    void aShellsTextIsLookedThrough();
    void switchesAreKnownInEverySpelling_data();
    void switchesAreKnownInEverySpelling();
};

void CommandFiles::theFileThatChoosesTheDatabaseIsNamedAndHashed()
{
    const Bench b = prismaProject({QStringLiteral("--force-reset"), QStringLiteral("--skip-generate")});
    const auto m = b.measure();
    QVERIFY(!m.uninspectable.isEmpty());
    QVERIFY(m.fact(u"command.flag.--force-reset")->value.contains(QStringLiteral("removes the safety net")));
    QVERIFY(m.fact(fact::DestroyedRows)->quality == Quality::Unknown);
    const Fact *file = fileFact(m, b.path(QStringLiteral(".env")));
    QVERIFY(file != nullptr && file->label.contains(QStringLiteral("prisma")));
    QVERIFY(fileFact(m, b.path(QStringLiteral("prisma/schema.prisma")))->value.contains(QStringLiteral("sha256:")));
    for (const auto &fact : m.facts)
        QVERIFY(!(fact.value + fact.how + fact.label).contains(QString::fromUtf8(secret)));
    // A digest of a short secret can be tried out.
    QVERIFY(!file->value.contains(QStringLiteral("sha256:")));
    const auto policy = readPolicy(defaultPolicy());
    QVERIFY(policy);
    const auto ruling = rule(*policy, {b.request.kind, b.target.name, QStringLiteral("agent"), {}, &m, b.input().at});
    QVERIFY(ruling.mode == Mode::Hold && ruling.tier == Tier::Critical);
}

void CommandFiles::withoutTheSwitchNothingIsSaidOfIt()
{
    const auto m = prismaProject({QStringLiteral("--skip-generate")}).measure();
    QVERIFY(m.fact(u"command.flag.--force-reset") == nullptr);
    QVERIFY(!m.uninspectable.isEmpty()); // push alone may drop columns
}

void CommandFiles::editingItAfterTheSignatureIsDrift()
{
    const Bench b = prismaProject({QStringLiteral("--force-reset")});
    const auto hold = approve(b);
    QVERIFY(std::holds_alternative<Performed>(perform(b, hold)));
    b.write(QStringLiteral(".env"), "DATABASE_URL=\"postgresql://shop:" + secret + "@db.internal/shop_productioN\"\n");
    QVERIFY(std::holds_alternative<Drifted>(perform(b, hold)));
}

void CommandFiles::oneThatAppearsIsDrift()
{
    const Bench b = prismaProject({});
    const auto hold = approve(b);
    b.write(QStringLiteral("prisma/.env"), "DATABASE_URL=other\n");
    QVERIFY(std::holds_alternative<Drifted>(perform(b, hold)));
}

void CommandFiles::aShellsTextIsLookedThrough()
{
    Bench b;
    b.target.programs = {QStringLiteral("/bin/sh")};
    b.write(QStringLiteral(".env"), "X=1\n");
    b.ask({QStringLiteral("sh"), QStringLiteral("-c"), QStringLiteral("cd . && npx prisma@5 db push --force-reset; rm -rf notes/Vault")});
    const auto m = b.measure();
    QVERIFY(!m.uninspectable.isEmpty());
    QVERIFY(fileFact(m, b.path(QStringLiteral(".env"))) != nullptr);
    QVERIFY(m.fact(u"command.flag.--force-reset") != nullptr && m.fact(u"command.flag.-rf") != nullptr);
}

void CommandFiles::switchesAreKnownInEverySpelling_data()
{
    QTest::addColumn<QString>("flag"); // empty: none
    const auto row = [](const char *line, const char *flag) { QTest::newRow(line) << QString::fromLatin1(flag); };
    for (const char *line : {"x --force-reset", "x --force-reset=true", "x -force-reset", "x --force_reset", "x --Force-Reset", "x --force-res", "x --force-reset=1"})
        row(line, "--force-reset");
    for (const char *line : {"x -auto-approve", "x --auto-approve", "x -auto-approve=true", "x --auto-app"})
        row(line, "--auto-approve");
    for (const char *line : {"x -y", "x -fy", "x -yq"})
        row(line, "-y");
    for (const char *line : {"x -rf a", "x -fr a", "x -Rfv a", "sh -c x\n-rf"})
        row(line, "-rf");
    row("aws rds modify-db-instance --no-deletion-protection", "--no-deletion-protection");
    row("gcloud x --deletion-protection=false", "--deletion-protection=false");
    row("kubectl delete --grace-period 0", "--grace-period=0");
    row("kubectl delete --grace-period=0", "--grace-period=0");
    row("terraform apply -lock=false", "--lock=false");
    row("aws --skip-final-snapshot", "--skip-final-snapshot");
    for (const char *line : {"x --force-reset=false", "x --no-force-reset", "x --for", "x force-reset", "x --no-skip-final-snapshot", "x --deletion-protection=true", "x --grace-period=30", "x -- a", "x --lock=true"})
        row(line, "");
}

void CommandFiles::switchesAreKnownInEverySpelling()
{
    QFETCH(QString, flag);
    const QStringList flags = flagsOf(QString::fromUtf8(QTest::currentDataTag()));
    QVERIFY2(flag.isEmpty() ? flags.isEmpty() : flags.contains(flag), qPrintable(flags.join(u' ')));
}

QTEST_GUILESS_MAIN(CommandFiles)
#include "tst_commandfiles.moc"
