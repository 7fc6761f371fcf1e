// SPDX-License-Identifier: Apache-2.0
#include "kinds/sql/sentence.h"

#include "kinds/sql/latin.h"

#include <algorithm>

namespace holdfast::sql {

namespace {

constexpr std::size_t maxClauses = 5;

QString number(const Count &count)
{
    return count.number || count.isBounded() ? words(count) : QStringLiteral("an unknown number of");
}

QString rowWord(const Count &count) { return count.atMost() == 1 || count.number == 1 ? QStringLiteral("row") : QStringLiteral("rows"); }

QString rows(const Count &count) { return number(count) + u' ' + rowWord(count); }

/// `1 table references it`, `9 tables reference them`: tables that stay, and whose references to what is dropped go.
QString referredBy(std::size_t tables, std::size_t dropped)
{
    if (tables == 0)
        return {};
    return QStringLiteral("%1 %2")
        .arg(QString::number(tables), tables == 1 ? l("table references ") : l("tables reference ")) + (dropped == 1 ? l("it") : l("them"));
}

QString andDependents(const Effects &effects)
{
    const std::size_t tables = effects.dependentTables.size();
    if (tables == 0)
        return {};
    return tables == 1 ? QStringLiteral(" and 1 dependent table") : QStringLiteral(" and %1 dependent tables").arg(tables);
}

QString targetsOf(const Effects &effects)
{
    QStringList names;
    for (const Relation &relation : effects.targets)
        names += relation.display();
    names.removeDuplicates();
    if (names.size() > 3)
        return QStringLiteral("%1 and %2 more").arg(names.first(), QString::number(names.size() - 1));
    return names.isEmpty() ? QStringLiteral("a table that is not known") : names.join(l(", "));
}

/// `table bookings`, `tables a, b`, `view v`.
QString things(const Effects &effects)
{
    if (effects.operation != l("database.drop-table") || effects.targets.empty()) {
        if (!effects.detail.isEmpty())
            return effects.detail;
        return effects.uninspectable.isEmpty() ? QStringLiteral("nothing that exists") : QStringLiteral("something that is not known");
    }
    return (effects.targets.size() == 1 ? l("table ") : l("tables ")) + targetsOf(effects);
}

Count direct(const Effects &effects)
{
    if (const Dependent *named = effects.dependents.empty() ? nullptr : &effects.dependents.front(); named && named->effect == l("deleted"))
        return countOf(*named);
    const Count &all = effects.destroyed, &cascaded = effects.cascaded;
    if (all.number && cascaded.number)
        return Count::of(*all.number - *cascaded.number);
    if (!all.isBounded() || !all.most)
        return all;
    // The part that does not go by cascade is bounded by what is certain of both.
    const std::int64_t most = *all.most - cascaded.most.value_or(cascaded.number.value_or(0));
    return Count::between(std::min(all.least.value_or(0), most), most, all.why);
}

/// Rows of the named table that are changed; those that follow by foreign keys are told apart.
Count changedHere(const Effects &effects)
{
    const Dependent *named = effects.dependents.empty() ? nullptr : &effects.dependents.front();
    if (!named || named->effect != l("updated") || (!named->count && !named->least && !named->most))
        return effects.changed;
    Count here = countOf(*named);
    if (!here.number)
        here.why = effects.changed.why;
    return here;
}

/// `4 more by foreign keys`
QString following(const Effects &effects)
{
    const Count here = changedHere(effects), &all = effects.changed;
    const bool said = here.number || here.isBounded(); // else the sentence has said that it knows nothing
    if (here == all || !said)
        return {};
    if (!all.number && !all.isBounded())
        return QStringLiteral("an unknown number more by foreign keys");
    const auto most = all.atMost() ? std::optional(std::max<std::int64_t>(*all.atMost() - here.atLeast(), 0)) : std::nullopt;
    const std::int64_t least = here.atMost() ? std::max<std::int64_t>(all.atLeast() - *here.atMost(), 0) : 0;
    const Count more = Count::between(least, most, {});
    if (more.atMost() == 0)
        return {};
    return (more.number || more.isBounded() ? words(more) : QStringLiteral("an unknown number")) + l(" more by foreign keys");
}

/// `2 more by cascade`
QString cascade(const Effects &effects)
{
    const Count named = direct(effects);
    const bool known = effects.cascaded.number || effects.cascaded.isBounded();
    if (!known && (named.number || named.isBounded())) // else the sentence has said that it knows nothing
        return QStringLiteral("an unknown number more by cascade");
    const bool any = effects.cascaded.number.value_or(0) > 0 || effects.cascaded.most.value_or(0) > 0 || (effects.cascaded.isBounded() && !effects.cascaded.most);
    return any ? words(effects.cascaded) + l(" more by cascade") : QString();
}

QString destroying(const Effects &effects)
{
    const QString &operation = effects.operation;
    if (operation == l("database.truncate") && effects.targets.empty())
        return QStringLiteral("Empty tables that are not known");
    if (operation == l("database.truncate"))
        return (effects.targets.size() > 1 ? l("Empty tables ") : l("Empty table ")) + targetsOf(effects) + andDependents(effects);
    if (operation == l("database.drop-database"))
        return QStringLiteral("Drop database ") + things(effects);
    if (operation == l("database.drop-table"))
        return QStringLiteral("Drop ") + things(effects);
    if (operation.startsWith(l("database.drop")))
        return QStringLiteral("Drop ") + things(effects) + andDependents(effects);
    if (effects.targets.empty() && !effects.destroyed.number)
        return QStringLiteral("Delete rows; table and number unknown");
    return QStringLiteral("Delete %1 from %2").arg(rows(direct(effects)), targetsOf(effects));
}

QString writing(const Effects &effects)
{
    const QString &operation = effects.operation;
    if (operation == l("database.update") && effects.adds)
        return QStringLiteral("Add or overwrite %1 of %2").arg(rows(effects.changed), targetsOf(effects));
    if (operation == l("database.update"))
        return effects.targets.empty() ? QStringLiteral("Update rows; table and number unknown")
                                       : QStringLiteral("Update %1 of %2").arg(rows(changedHere(effects)), targetsOf(effects));
    if (operation == l("database.insert"))
        return effects.targets.empty() ? QStringLiteral("Add rows; table and number unknown")
                                       : QStringLiteral("Add %1 to %2").arg(rows(effects.changed), targetsOf(effects));
    if (operation == l("database.create-table"))
        return QStringLiteral("Create table %1 with %2").arg(effects.detail, rows(effects.changed));
    if (operation == l("database.read"))
        return effects.targets.empty() ? QStringLiteral("Run a query that reads no table") : QStringLiteral("Read ") + targetsOf(effects);
    if (operation == l("database.alter-table"))
        return effects.detail.isEmpty() ? QStringLiteral("Alter table ") + targetsOf(effects)
                                        : QStringLiteral("Drop %1 of table %2").arg(effects.detail, targetsOf(effects));
    return effects.detail.isEmpty() ? QStringLiteral("Run SQL that could not be analysed") : QStringLiteral("Run a %1 that could not be analysed").arg(effects.detail);
}

bool isDestroying(const QString &operation)
{
    return operation == l("database.truncate") || operation == l("database.delete") || operation.startsWith(l("database.drop"));
}

QString lowered(const QString &head) { return head.left(1).toLower() + head.mid(1); }

QString joined(const std::vector<Clause> &clauses, const QString &at)
{
    QStringList parts;
    for (std::size_t i = 0; i < clauses.size() && i < maxClauses; ++i)
        parts += (i == 0 ? clauses[i].head : lowered(clauses[i].head)) + (clauses[i].tail.isEmpty() ? QString() : QStringLiteral(" (%1)").arg(clauses[i].tail));
    if (clauses.size() <= maxClauses)
        return parts.join(l("; ")) + at;
    const auto hidden = std::count_if(clauses.begin() + maxClauses, clauses.end(), [](const Clause &clause) { return clause.destroys; });
    const std::size_t more = clauses.size() - maxClauses;
    return parts.join(l("; ")) + QStringLiteral("; %1 more %2, %3 of them destructive")
        .arg(QString::number(more), more == 1 ? l("statement") : l("statements"), QString::number(hidden)) + at;
}

QString sentence(const std::vector<Clause> &clauses, const QString &target)
{
    const QString at = QStringLiteral(" in ") + target;
    if (clauses.empty())
        return QStringLiteral("Run SQL that could not be analysed") + at;
    if (clauses.size() > 1)
        return joined(clauses, at);
    const Clause &only = clauses.front();
    if (only.tail.isEmpty())
        return only.head + at;
    return only.operation == l("database.drop-table") ? only.head + at + l("; ") + only.tail : QStringLiteral("%1%2 (%3)").arg(only.head, at, only.tail);
}

} // namespace

Clause clauseOf(const Effects &effects)
{
    const QString &operation = effects.operation;
    Clause clause{operation, isDestroying(operation) ? destroying(effects) : writing(effects), {}, effects.destroys};
    if (operation == l("database.drop-table"))
        clause.tail = referredBy(effects.dependentTables.size(), effects.targets.size());
    else if (operation == l("database.delete"))
        clause.tail = cascade(effects);
    else if (operation == l("database.update"))
        clause.tail = following(effects);
    QStringList tails = QStringList{clause.tail} + effects.besides;
    tails.removeAll(QString());
    clause.tail = tails.join(l(", "));
    return clause;
}

void writeSentence(const Effects &effects, const QString &targetName, Measurement &measurement)
{
    const bool several = effects.clauses.size() > 1;
    measurement.operation = effects.operation;
    measurement.summaryTemplate = several ? QStringLiteral("sql.several") : QStringLiteral("sql.") + effects.operation.section(u'.', 1);
    measurement.summaryText = sentence(effects.clauses, targetName);
    measurement.summaryParams = {{QStringLiteral("target"), targetName},
                                 {QStringLiteral("tables"), targetsOf(effects)},
                                 {QStringLiteral("detail"), effects.detail},
                                 {QStringLiteral("rows"), words(effects.destroys ? direct(effects) : changedHere(effects))},
                                 {QStringLiteral("cascade"), words(effects.cascaded)},
                                 {QStringLiteral("dependents"), QString::number(effects.dependentTables.size())}};
}

} // namespace holdfast::sql
