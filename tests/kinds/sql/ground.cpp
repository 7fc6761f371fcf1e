// SPDX-License-Identifier: Apache-2.0
#include "ground.h"

#include "core/policy/drift.h"
#include "kinds/shown.h"
#include "kinds/sql/sqlmeasurer.h"

#include <QTest>

namespace holdfast::tests {

Ground::Ground(const fakes::PostgresCluster &cluster, const QString &database) : m_cluster(cluster), m_database(database)
{
    target.name = QStringLiteral("ground");
    target.kind = QStringLiteral("sql");
    target.environment = QStringLiteral("staging");
    target.url = cluster.url(database);
}

Request Ground::request(const QString &text) const
{
    Request request;
    request.kind = QStringLiteral("sql");
    request.target = target.name;
    request.action = SqlAction{text, std::nullopt};
    request.actionBytes = text.toUtf8();
    request.claims = claims;
    return request;
}

MeasureOutput Ground::measure(const QString &text) const
{
    const Request asked = request(text);
    std::vector<Target> all = targets;
    all.push_back(target);
    MeasureInput input;
    input.request = &asked;
    input.target = &target;
    input.targets = &all;
    input.at = SystemClock().now();
    MeasureOutput output = shown(SqlMeasurer(reading).measure(input));
    // What the console will read: recognition points into `all`, the output must not.
    return output;
}

std::variant<Performed, Drifted> Ground::perform(const QString &text, const MeasureOutput &approved, const std::vector<Tolerance> &tolerances) const
{
    const Request asked = request(text);
    std::vector<Target> all = targets;
    all.push_back(target);
    Hold hold;
    hold.measured = approved.measurement;
    hold.tolerances = tolerances;
    PerformInput input;
    input.measure.request = &asked;
    input.measure.target = &target;
    input.measure.targets = &all;
    input.measure.at = SystemClock().now();
    input.approved = &hold;
    input.compare = [&](const Measurement &now) { return compare(hold, now, hold.mode, hold.tier); };
    return SqlPerformer(secondLine, reading).perform(input);
}

Shop::Shop(const QString &schema)
{
    m_why = m_cluster.why();
    for (const auto &[text, database] : {std::pair{QStringLiteral("CREATE DATABASE shop"), QStringLiteral("postgres")}, std::pair{schema, QStringLiteral("shop")}}) {
        if (m_why.isEmpty() && !missing())
            m_why = m_cluster.sql(text, database);
    }
}

Ground Shop::fresh()
{
    const QString name = QStringLiteral("shop%1").arg(++m_made);
    const QString error = m_cluster.sql(QStringLiteral("CREATE DATABASE %1 TEMPLATE shop").arg(name));
    if (!error.isEmpty())
        qWarning("%s", qPrintable(error));
    return {m_cluster, name};
}

QString shopSchema()
{
    return QStringLiteral(
        "CREATE TABLE item (id int PRIMARY KEY, price int NOT NULL, name text); INSERT INTO item SELECT i, i * 10, 'n' || i FROM generate_series(1, 100) i;"
        "CREATE TABLE tag (item int REFERENCES item ON DELETE CASCADE, word text); INSERT INTO tag SELECT 1 + i % 100, 'w' FROM generate_series(1, 300) i;"
        "CREATE TABLE other (id int PRIMARY KEY, n int); INSERT INTO other SELECT i, i FROM generate_series(1, 40) i;"
        "CREATE TABLE third (id int); INSERT INTO third VALUES (1), (2);");
}

void addExpected()
{
    QTest::addColumn<QString>("statements");
    for (const char *name : {"destroyedLeast", "destroyedMost", "changedLeast", "changedMost"})
        QTest::addColumn<qint64>(name);
}

void expect(const char *statements, qint64 destroyedLeast, qint64 destroyedMost, qint64 changedLeast, qint64 changedMost)
{
    QTest::newRow(statements) << QString::fromLatin1(statements) << destroyedLeast << destroyedMost << changedLeast << changedMost;
}

namespace {

template<typename T>
const T &cell(const QByteArray &name)
{
    return *static_cast<const T *>(QTest::qData(name.constData(), qMetaTypeId<T>()));
}

} // namespace

QByteArray unexpected(const Ground &ground)
{
    const auto statements = cell<QString>("statements");
    const MeasureOutput output = ground.measure(statements);
    if (!output.measurement.uninspectable.isEmpty())
        return dump(output).toUtf8();
    const auto outcome = ground.perform(statements, output);
    const QByteArray came = (dump(output) + dump(outcome)).toUtf8();
    const Performed *performed = std::get_if<Performed>(&outcome);
    if (performed == nullptr || performed->outcome != Outcome::Committed)
        return came;
    for (const auto &[id, name] : {std::pair{fact::DestroyedRows, "destroyed"}, std::pair{fact::ChangedRows, "changed"}}) {
        const auto least = cell<qint64>(QByteArray(name) + "Least"), most = cell<qint64>(QByteArray(name) + "Most");
        const std::int64_t happened = number(*performed, id);
        const bool said = least == most ? number(output, id) == least : isBetween(output, id, least, most);
        const bool happens = least == -1 || (least < 0 ? happened <= 0 : happened >= least && (most < 0 || happened <= most));
        if (!said || !happens)
            return came;
    }
    return {};
}

std::int64_t number(const MeasureOutput &output, QStringView id)
{
    const Fact *fact = output.measurement.fact(id);
    return fact ? fact->number.value_or(-1) : -2;
}

std::int64_t number(const Performed &performed, QStringView id)
{
    for (const Fact &fact : performed.effects) {
        if (fact.id == id)
            return fact.number.value_or(-1);
    }
    return -2;
}

bool isBetween(const MeasureOutput &output, QStringView id, std::int64_t least, std::int64_t most)
{
    const Fact *fact = output.measurement.fact(id);
    return fact && fact->quality == Quality::Bounded && !fact->number && fact->least.value_or(0) == least
        && (most < 0 ? !fact->most : fact->most == most);
}

QString dump(const MeasureOutput &output)
{
    const Measurement &made = output.measurement;
    QString text = QStringLiteral("\n%1 | %2\nenvironment %3 (%4) %5\n")
                       .arg(made.operation, made.summaryText, made.environment.value, toString(made.environment.quality), made.environment.how);
    for (const Fact &fact : made.facts)
        text += QStringLiteral("  %1 = %2 %3 (%4) %5\n").arg(fact.id, fact.value, fact.unit, toString(fact.quality), fact.how);
    for (const Dependent &dependent : made.dependents)
        text += QStringLiteral("  - %1 %2 %3 %4 (%5)\n")
                    .arg(dependent.name, dependent.type, dependent.effect)
                    .arg(dependent.count.value_or(-1))
                    .arg(dependent.parent);
    text +=
        QStringLiteral("  ! %1\n  resources %2\n  recovery %3 %4\n")
            .arg(made.uninspectable.join(QStringLiteral("\n  ! ")), made.resources.join(u' '), toString(made.recovery.verdict), made.recovery.how);
    text += QStringLiteral("  credential %1: %2 | excess %3\n")
                .arg(made.credential.name, made.credential.can.join(u';'), made.credential.excess.join(u';'));
    for (const Contradiction &contradiction : made.contradictions)
        text += QStringLiteral("  ≠ %1: %2 / %3\n").arg(contradiction.claim, contradiction.claimed, contradiction.measured);
    for (const DiffRef &diff : made.diffs)
        text += QStringLiteral("  diff %1 %2 %3\n").arg(diff.title, diff.format).arg(diff.blob.size);
    return text;
}

QString dump(const std::variant<Performed, Drifted> &outcome)
{
    if (const auto *drifted = std::get_if<Drifted>(&outcome)) {
        QString reported; // first: QtTest cuts long messages
        for (const Fact &fact : drifted->now.measurement.facts)
            reported += fact.how.startsWith(QStringLiteral("reported")) ? QStringLiteral(" %1 = %2;").arg(fact.id, fact.value) : QString();
        return QStringLiteral("drifted:%1").arg(reported) + dump(drifted->now);
    }
    const auto &performed = std::get<Performed>(outcome);
    QString text = QStringLiteral("%1: %2").arg(toString(performed.outcome), QString::fromUtf8(performed.output));
    for (const Fact &fact : performed.effects)
        text += QStringLiteral("  %1 = %2\n").arg(fact.id, fact.value);
    return text;
}

} // namespace holdfast::tests
