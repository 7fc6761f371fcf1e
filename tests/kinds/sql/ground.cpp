// SPDX-License-Identifier: Apache-2.0
#include "ground.h"

#include "core/policy/drift.h"
#include "kinds/shown.h"
#include "kinds/sql/sqlmeasurer.h"

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
