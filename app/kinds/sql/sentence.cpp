// SPDX-License-Identifier: Apache-2.0
#include "kinds/sql/sentence.h"

#include "kinds/sql/latin.h"

#include <algorithm>

namespace holdfast::sql {

namespace {

QString number(const Count &count)
{
    return count.number ? plain(*count.number) : QStringLiteral("an unknown number of");
}

QString tables(std::size_t count)
{
    return count == 1 ? QStringLiteral("1 dependent table") : QStringLiteral("%1 dependent tables").arg(count);
}

/// Tables that stay, and whose references to what is dropped go.
QString referredBy(std::size_t count)
{
    if (count == 0)
        return {};
    return count == 1 ? QStringLiteral(", to which 1 other table refers") : QStringLiteral(", to which %1 other tables refer").arg(count);
}

QString rowWord(const Count &count) { return count.number == 1 ? QStringLiteral("row") : QStringLiteral("rows"); }

QString targetsOf(const Effects &effects)
{
    QStringList names;
    for (const Relation &relation : effects.targets)
        names += relation.display();
    names.removeDuplicates();
    if (names.size() > 3)
        return QStringLiteral("%1 and %2 more").arg(names.first()).arg(names.size() - 1);
    return names.isEmpty() ? QStringLiteral("what is not known") : names.join(l(", "));
}

/// `table bookings`, `tables a, b`, `view v`.
QString things(const Effects &effects)
{
    if (effects.operation != l("database.drop-table") || effects.targets.empty()) {
        if (!effects.detail.isEmpty())
            return effects.detail;
        return effects.uninspectable.isEmpty() ? QStringLiteral("nothing that exists") : QStringLiteral("what is not known");
    }
    return (effects.targets.size() == 1 ? l("table ") : l("tables ")) + targetsOf(effects);
}

Count direct(const Effects &effects)
{
    if (!effects.destroyed.number || !effects.cascaded.number)
        return effects.destroyed;
    return Count::of(*effects.destroyed.number - *effects.cascaded.number);
}

QString sentence(const Effects &effects, const QString &target)
{
    const QString &operation = effects.operation;
    const QString at = QStringLiteral(" in ") + target;
    const std::size_t dependents = effects.dependentTables.size();
    const QString with = dependents > 0 ? QStringLiteral(", with ") + tables(dependents) : QString();
    if (operation == l("database.drop-table"))
        return QStringLiteral("Drop ") + things(effects) + at + referredBy(dependents);
    if (operation.startsWith(l("database.drop"))) {
        const QString what = operation == l("database.drop-database") ? QStringLiteral("database ") : QString();
        return QStringLiteral("Drop ") + what + things(effects) + at + with;
    }
    if (operation == l("database.truncate"))
        return QStringLiteral("Empty table %1%2%3").arg(targetsOf(effects), at, with);
    if (operation == l("database.delete")) {
        const QString more = effects.cascaded.number.value_or(0) > 0 ? QStringLiteral(" (%1 more by cascade)").arg(number(effects.cascaded)) : QString();
        return QStringLiteral("Delete %1 %2 of %3%4%5").arg(number(direct(effects)), rowWord(direct(effects)), targetsOf(effects), at, more);
    }
    if (operation == l("database.update"))
        return QStringLiteral("Update %1 %2 of %3%4").arg(number(effects.changed), rowWord(effects.changed), targetsOf(effects), at);
    if (operation == l("database.insert"))
        return QStringLiteral("Add %1 %2 to %3%4").arg(number(effects.changed), rowWord(effects.changed), targetsOf(effects), at);
    if (operation == l("database.select"))
        return QStringLiteral("Read %1%2").arg(targetsOf(effects), at);
    if (operation == l("database.alter-table"))
        return effects.detail.isEmpty() ? QStringLiteral("Alter table %1%2").arg(targetsOf(effects), at)
                                        : QStringLiteral("Drop %1 of table %2%3").arg(effects.detail, targetsOf(effects), at);
    return QStringLiteral("Run SQL that is not inspected (%1)%2").arg(effects.detail.isEmpty() ? QStringLiteral("not parsed") : effects.detail, at);
}

} // namespace

void writeSentence(const Effects &effects, const QString &targetName, Measurement &measurement)
{
    measurement.operation = effects.operation;
    measurement.summaryTemplate = QStringLiteral("sql.") + effects.operation.section(u'.', 1);
    measurement.summaryText = sentence(effects, targetName);
    measurement.summaryParams = {{QStringLiteral("target"), targetName},
                                 {QStringLiteral("tables"), targetsOf(effects)},
                                 {QStringLiteral("detail"), effects.detail},
                                 {QStringLiteral("rows"), number(effects.destroys ? direct(effects) : effects.changed)},
                                 {QStringLiteral("cascade"), number(effects.cascaded)},
                                 {QStringLiteral("dependents"), QString::number(effects.dependentTables.size())}};
}

} // namespace holdfast::sql
