// SPDX-License-Identifier: Apache-2.0
// Said against happened: a canary is planted in every place of a statement, or of the schema under it, and what the statement does is
// compared with what the hold says of it. The reading of the text has to hold alone, without the comparison before COMMIT.
#include "campaign.h"
#include "corpus.h"
#include "files.h"
#include "planting.h"

#include "kinds/sql/execution.h"

#include <QRegularExpression>
#include <QTest>

#include <algorithm>

using namespace holdfast;
using namespace holdfast::said;

namespace {

bool isLong() { return qEnvironmentVariableIsSet("HOLDFAST_LONG"); }

/// How much of a kind is done: the second number in the long form.
QString corpusFolder() { return qEnvironmentVariable("HOLDFAST_SHARED") + QStringLiteral("/corpus/postgres"); }
int amount(int brief, int full) { return isLong() ? full : brief; }

quint64 seedOfTheDay()
{
    const QString given = qEnvironmentVariable("HOLDFAST_SEED");
    return given.isEmpty() ? QDate::currentDate().toString(QStringLiteral("yyyyMMdd")).toULongLong() : given.toULongLong();
}

} // namespace

class TestSqlSaid : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init() { m_random.seed(m_seed); }
    void unplanted();
    void ownStatements();
    void corpus();
    void corpusStaysMeasured();
    void worlds();
    void shadows();
    void nothingWasSilent();
    void lenientReaderIsCaught();
    void cleanupTestCase();

private:
    [[nodiscard]] bool slipsThrough(const Campaign &lenient, const QString &shadow, const QByteArrayList &statements) const;
    void plantIn(const std::vector<QByteArray> &statements, const QString &database, int enough);
    int runAll(const QString &database, const std::vector<QByteArray> &statements, const QString &place, int enough);
    template<typename T>
    std::vector<T> sample(std::vector<T> all, int count)
    {
        std::shuffle(all.begin(), all.end(), m_random);
        all.resize(std::min(all.size(), static_cast<std::size_t>(count)));
        return all;
    }
    std::unique_ptr<Campaign> m_campaign;
    std::unique_ptr<Grammar> m_grammar;
    quint64 m_seed = seedOfTheDay();
    std::mt19937_64 m_random;
};

void TestSqlSaid::initTestCase()
{
    m_campaign = std::make_unique<Campaign>();
    if (m_campaign->cluster().missing())
        QSKIP("PostgreSQL's server programs are not installed");
    QVERIFY2(m_campaign->cluster().why().isEmpty(), qPrintable(m_campaign->cluster().why()));
    m_grammar = std::make_unique<Grammar>();
    qInfo("seed %llu", m_seed);
}

void TestSqlSaid::plantIn(const std::vector<QByteArray> &statements, const QString &database, int enough)
{
    Planting planting(*m_grammar, statementsIn(QStringLiteral("donors.sql")), statementsIn(QStringLiteral("canary-expressions.sql")), m_seed);
    for (const QByteArray &statement : statements)
        QVERIFY2(planting.add(statement), statement.constData());
    planting.begin();
    Witness witness(m_campaign->url(database));
    std::set<QString> kinds;
    int found = 0;
    while (found < enough) {
        const auto planted = planting.next();
        if (!planted)
            break;
        const Happened happened = witness.run(planted->text);
        if (!happened.accepted()) {
            m_campaign->rejected();
            continue;
        }
        ++found;
        kinds.insert(planted->kind());
        m_campaign->judge(database, happened, planted->text, planted->kind(), planted->base);
    }
    qInfo("%d statements: %d kinds of place, %d of them in statements that PostgreSQL accepted; %d accepted of %d trees", static_cast<int>(statements.size()),
          planting.kindsOfPlace(), static_cast<int>(kinds.size()), found, planting.tried());
}

/// What was measured before stays so: whoever leaves a statement uninspected lists it, with the reason.
void TestSqlSaid::unplanted()
{
    const QString database = QStringLiteral("base");
    QCOMPARE(m_campaign->fresh(database), QString());
    const auto unmeasured = statementsIn(QStringLiteral("unmeasured.sql"));
    Witness witness(m_campaign->url(database));
    QByteArrayList wrong;
    for (const QByteArray &statement : statementsIn(QStringLiteral("own.sql"))) {
        const bool listed = std::find(unmeasured.begin(), unmeasured.end(), statement) != unmeasured.end();
        if (!witness.run(statement).accepted())
            continue;
        const Measurement measured = m_campaign->measure(database, statement);
        if (saysUnknown(measured) != listed)
            wrong += statement + (listed ? "\n    is listed in unmeasured.sql, and is measured" : "\n    is not measured: " + measured.uninspectable.join(u'|').toUtf8());
    }
    if (!wrong.isEmpty())
        qInfo("%s", wrong.join('\n').constData());
    QVERIFY2(wrong.isEmpty(), (QByteArrayList{QByteArray::number(wrong.size())} + wrong).join('\n').constData());
}

namespace {

QByteArray digestOf(const QByteArray &statement) { return sha256(statement).toString().mid(7, 16).toLatin1(); }

std::set<QByteArray> digestsIn(const QString &file)
{
    const auto lines = statementsIn(file);
    return {lines.begin(), lines.end()};
}

} // namespace

/// The same for the corpus: of what was measured once, only what corpus-unmeasured.txt lists, each with the reason, may have become uninspectable.
void TestSqlSaid::corpusStaysMeasured()
{
    const QString folder = corpusFolder();
    if (!QFileInfo(folder).isDir())
        QSKIP("the corpus of statements is not here");
    const QString database = QStringLiteral("corpus");
    QCOMPARE(m_campaign->fresh(database), QString());
    const Corpus corpus(*m_grammar, folder);
    const std::set<QByteArray> known = digestsIn(QStringLiteral("corpus-measured.txt")), excepted = digestsIn(QStringLiteral("corpus-unmeasured.txt"));
    std::vector<QByteArray> once;
    std::copy_if(corpus.statements().begin(), corpus.statements().end(), std::back_inserter(once), [&](const QByteArray &one) { return known.contains(digestOf(one)); });
    QVERIFY2(once.size() == known.size(), QByteArray::number(static_cast<qulonglong>(once.size())).constData());
    auto db = sql::PgConnection::open({m_campaign->cluster().url(database), {}, {}, true});
    QVERIFY(db && db->run(QStringLiteral("SET statement_timeout = '3s'")));
    // What one needs may be what another stands on, so all of them are settled first, whichever are looked at.
    for (const QByteArray &statement : once)
        static_cast<void>(corpus.settle(*db, statement));
    QByteArrayList wrong;
    int accepted = 0;
    for (const QByteArray &statement : sample(once, amount(40, 100000))) {
        if (!corpus.settle(*db, statement))
            continue;
        ++accepted;
        const QByteArray digest = digestOf(statement);
        const Measurement now = m_campaign->measure(database, statement);
        if (saysUnknown(now) != excepted.contains(digest))
            wrong += digest + ' ' + statement + "\n    " + (saysUnknown(now) ? now.uninspectable.join(u'|').toUtf8() : QByteArray("is listed in corpus-unmeasured.txt, and is measured"));
    }
    qInfo("corpus: %d of the %d statements that were measured once are looked at", accepted, static_cast<int>(once.size()));
    if (!wrong.isEmpty())
        qInfo("%s", wrong.join('\n').constData());
    QVERIFY2(wrong.isEmpty(), wrong.join('\n').constData());
    QVERIFY(accepted >= amount(20, 350));
}

void TestSqlSaid::ownStatements()
{
    const QString database = QStringLiteral("base");
    QCOMPARE(m_campaign->fresh(database), QString());
    const int insteadOfCorpus = QFileInfo(corpusFolder()).isDir() ? 0 : amount(130, 10000);
    plantIn(statementsIn(QStringLiteral("own.sql")), database, amount(330, 10000) + insteadOfCorpus);
    m_campaign->performMeasured(database, static_cast<std::size_t>(amount(10, 2000)));
}

void TestSqlSaid::corpus()
{
    const QString folder = corpusFolder();
    if (!QFileInfo(folder).isDir())
        QSKIP("the corpus of statements is not here");
    const QString database = QStringLiteral("corpus");
    QCOMPARE(m_campaign->fresh(database), QString());
    const Corpus corpus(*m_grammar, folder);
    auto db = sql::PgConnection::open({m_campaign->cluster().url(database), {}, {}, true});
    QVERIFY(db && db->run(QStringLiteral("SET statement_timeout = '3s'")));
    std::vector<QByteArray> accepted;
    const auto chosen = sample(corpus.statements(), amount(60, 1000000));
    for (const QByteArray &statement : chosen) {
        if (corpus.settle(*db, statement))
            accepted.push_back(statement);
    }
    qInfo("corpus: %d statements parse, %d tried, %d accepted", static_cast<int>(corpus.statements().size()), static_cast<int>(chosen.size()),
          static_cast<int>(accepted.size()));
    const auto measured = std::count_if(accepted.begin(), accepted.end(), [&](const QByteArray &one) { return !saysUnknown(m_campaign->measure(database, one)); });
    qInfo("corpus: %d of %d accepted statements are measured as they are", static_cast<int>(measured), static_cast<int>(accepted.size()));
    plantIn(accepted, database, amount(130, 10000));
}

/// Each statement that a canary runs in, at most `enough`; how many there were.
int TestSqlSaid::runAll(const QString &database, const std::vector<QByteArray> &statements, const QString &place, int enough)
{
    Witness witness(m_campaign->url(database));
    int ran = 0;
    for (const QByteArray &statement : statements) {
        const Happened happened = witness.run(statement);
        if (!happened.accepted() || happened.canaries.isEmpty() || ran == enough)
            continue;
        ++ran;
        m_campaign->judge(database, happened, statement, place, place);
    }
    return ran;
}

void TestSqlSaid::worlds()
{
    const auto statements = statementsIn(QStringLiteral("own.sql"));
    for (const Section &world : sample(sectionsIn(QStringLiteral("worlds.sql"), QStringLiteral("world")), amount(12, 1000))) {
        QCOMPARE(m_campaign->fresh(QStringLiteral("world"), world.text), QString());
        m_campaign->become(world.name.section(QStringLiteral(", as "), 1).isEmpty() ? QStringLiteral("postgres") : world.name.section(QStringLiteral(", as "), 1));
        const int ran = runAll(QStringLiteral("world"), sample(statements, 1000), QStringLiteral("world: ") + world.name, amount(8, 1000));
        m_campaign->become(QStringLiteral("postgres"));
        QVERIFY2(ran > 0, qPrintable(QStringLiteral("no canary ever ran in world ") + world.name));
    }
}

void TestSqlSaid::shadows()
{
    const QString database = QStringLiteral("shadow");
    QCOMPARE(m_campaign->fresh(database), QString());
    std::vector<Section> all;
    for (const Section &section : sectionsIn(QStringLiteral("shadows.sql"), QStringLiteral("shadow"))) {
        const bool operators = section.text.contains(QLatin1StringView("{op}")), functions = section.text.contains(QLatin1StringView("{fn}"));
        const QString names = operators ? QStringLiteral("= <> < > <= >= || ~~ + - * % @> ->>")
            : functions ? QStringLiteral("lower upper length concat abs count min max sum avg replace now") : QStringLiteral("it");
        const QStringList each = names.split(u' ');
        for (const QString &name : sample(std::vector<QString>(each.begin(), each.end()), amount(2, 1000))) {
            QString text = section.text;
            text.replace(QLatin1StringView("{op}"), name).replace(QLatin1StringView("{fn}"), name).replace(QLatin1StringView("{db}"), database);
            all.push_back({section.name + u' ' + name, text});
        }
    }
    const auto statements = statementsIn(QStringLiteral("own.sql"));
    auto db = sql::PgConnection::open({m_campaign->cluster().url(database), {}, {}, true});
    QVERIFY(db);
    int ran = 0;
    for (const Section &shadow : all) {
        QVERIFY(db->run(QStringLiteral("ALTER DATABASE shadow SET search_path = evil, public")) && db->run(QStringLiteral("CREATE SCHEMA evil")));
        // An operator that a pattern does not fit (`->>` gives no boolean) is not made.
        if (!sql::execute(*db, shadow.text).error)
            ran += runAll(database, sample(statements, 1000), QStringLiteral("shadow: ") + shadow.name, amount(5, 1000));
        QVERIFY(db->run(QStringLiteral("DROP SCHEMA evil CASCADE")));
    }
    QVERIFY(ran > 0);
}

void TestSqlSaid::nothingWasSilent()
{
    if (!m_campaign->silent().empty())
        qInfo("%s", qPrintable(m_campaign->silentOnes()));
    QVERIFY2(m_campaign->silent().empty(), qPrintable(m_campaign->silentOnes()));
    QVERIFY2(m_campaign->judged() >= amount(500, 20000), qPrintable(m_campaign->figures()));
}

/// Whether of one of these statements, under such an object, more happened than was said.
bool TestSqlSaid::slipsThrough(const Campaign &lenient, const QString &shadow, const QByteArrayList &statements) const
{
    const QString database = QStringLiteral("shadow");
    const auto all = sectionsIn(QStringLiteral("shadows.sql"), QStringLiteral("shadow"));
    const auto found = std::find_if(all.begin(), all.end(), [&](const Section &section) { return section.name == shadow; });
    if (found == all.end())
        return false;
    const QString path = QStringLiteral("ALTER DATABASE %1 SET search_path = evil, public; CREATE SCHEMA evil;").arg(database);
    if (!lenient.fresh(database, path + QString(found->text).replace(QLatin1StringView("{op}"), QLatin1StringView("="))).isEmpty())
        return false;
    Witness witness(lenient.url(database));
    return std::any_of(statements.begin(), statements.end(), [&](const QByteArray &statement) {
        const Happened happened = witness.run(statement);
        return happened.accepted() && !happened.canaries.isEmpty() && !unsaid(lenient.measure(database, statement), happened).isEmpty();
    });
}

/// The generator can fail: a gate that looks away from what it did not read lets these pass, and each is found.
void TestSqlSaid::lenientReaderIsCaught()
{
    Campaign lenient(sql::Reading::lenient({QStringLiteral("distinctClause"), QStringLiteral("sortClause"), QStringLiteral("withClause")}));
    const QString database = QStringLiteral("base");
    QCOMPARE(lenient.fresh(database), QString());
    Planting planting(*m_grammar, statementsIn(QStringLiteral("donors.sql")), {"said.one()", "set_config('said.canary', 'on', false)"}, m_seed);
    for (const QByteArray &statement : statementsIn(QStringLiteral("own.sql"))) {
        if (statement.startsWith("INSERT INTO plain") || statement.startsWith("SELECT id, name FROM") || statement.contains("; DELETE FROM kept"))
            QVERIFY2(planting.add(statement), statement.constData());
    }
    planting.begin({QStringLiteral("SelectStmt.distinct_clause"), QStringLiteral("SelectStmt.sort_clause"), QStringLiteral("ResTarget.val")});
    std::map<QString, QRegularExpression> missing;
    for (const char *pattern : {"SELECT DISTINCT ON \\(said.one", "SELECT DISTINCT ON \\(set_config", "INSERT INTO .* VALUES .* ORDER BY .*said", "INSERT INTO .* WITH .*said.* VALUES"})
        missing.emplace(QString::fromLatin1(pattern), QRegularExpression(QString::fromLatin1(pattern)));
    Witness witness(lenient.url(database));
    constexpr int patience = 3000;
    for (int attempt = 0; attempt < patience && !missing.empty(); ++attempt) {
        const auto planted = planting.next();
        if (!planted)
            break;
        const Happened happened = witness.run(planted->text);
        if (!happened.accepted() || happened.canaries.isEmpty() || unsaid(lenient.measure(database, planted->text), happened).isEmpty())
            continue;
        const QString text = QString::fromUtf8(planted->text);
        std::erase_if(missing, [&](const auto &one) { return one.second.match(text).hasMatch(); });
    }
    QStringList patterns;
    for (const auto &[pattern, expression] : missing)
        patterns += pattern;
    QVERIFY2(patterns.isEmpty(), qPrintable(patterns.join(QLatin1StringView(" | "))));
    const QByteArrayList comparing{"DELETE FROM plain WHERE v = 'v3'"};
    QVERIFY(slipsThrough(lenient, QStringLiteral("operator over varchar and a domain"), comparing));
    QVERIFY(!slipsThrough(*m_campaign, QStringLiteral("operator over varchar and a domain"), comparing));
}

void TestSqlSaid::cleanupTestCase()
{
    if (m_grammar)
        qInfo("seed %llu: %s", m_seed, qPrintable(m_campaign->figures()));
    m_campaign.reset();
}

int main(int argc, char *argv[])
{
    const QCoreApplication application(argc, argv);
    if (isLong()) // Qt Test ends a function after five minutes otherwise
        qputenv("QTEST_FUNCTION_TIMEOUT", "14400000");
    TestSqlSaid test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_sql_said.moc"
