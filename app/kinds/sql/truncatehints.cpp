// SPDX-License-Identifier: Apache-2.0
#include "kinds/sql/truncatehints.h"

#include "kinds/sql/code.h"
#include "kinds/sql/latin.h"

#include <algorithm>

namespace holdfast::sql {

namespace {

QString onDelete(const ForeignKey &key)
{
    switch (key.onDelete.unicode()) {
    case u'c': return QStringLiteral("CASCADE");
    case u'n': return QStringLiteral("SET NULL");
    case u'd': return QStringLiteral("SET DEFAULT");
    case u'r': return QStringLiteral("RESTRICT");
    default: return QStringLiteral("NO ACTION");
    }
}

QString nameOf(const Measuring &measuring, Oid oid)
{
    const auto relation = measuring.catalog.relation(oid);
    return relation ? relation->display() : QString::number(oid);
}

int indexOf(const Effects &effects, const QString &table)
{
    const auto found = std::find_if(effects.dependents.begin(), effects.dependents.end(), [&](const Dependent &dependent) {
        return dependent.name == table && (dependent.effect == l("emptied") || dependent.effect == l("cascade"));
    });
    return found == effects.dependents.end() ? -1 : static_cast<int>(found - effects.dependents.begin());
}

/// Each emptied table hangs on the one that it refers to; the keys that would have protected it from a DELETE are named beneath.
void hang(const Measuring &measuring, const std::vector<Reference> &references, Effects &effects)
{
    QStringList bare;
    for (const Reference &reference : references) {
        const int table = indexOf(effects, nameOf(measuring, reference.table)), parent = indexOf(effects, nameOf(measuring, reference.from));
        if (table < 0 || parent < 0)
            continue;
        if (reference.first && parent < table)
            effects.dependents[static_cast<std::size_t>(table)].parent = parent;
        if (reference.key->onDelete == u'c')
            continue;
        bare += QStringLiteral("%1 (%2)").arg(displayIdent(reference.key->name), onDelete(*reference.key));
        effects.dependents.push_back({displayIdent(reference.key->name), QStringLiteral("foreign key"),
                                      QStringLiteral("ON DELETE %1 does not protect").arg(onDelete(*reference.key)), std::nullopt, table});
    }
    bare.removeDuplicates();
    if (bare.isEmpty())
        return;
    effects.extra.push_back({QStringLiteral("truncate.references"), QStringLiteral("references that do not protect"), bare.join(l(", ")).left(500), bare.size(), QString(),
                             Quality::Measured, QStringLiteral("TRUNCATE … CASCADE empties each table that refers, whatever ON DELETE says"),
                             measuring.catalog.session().at, Severity::Danger});
}

/// What DELETE of the same tables would do: fewer rows where references are set to null instead.
void compareWithDelete(const Measuring &measuring, Effects &effects)
{
    QStringList statements;
    Effects deletion;
    for (const Relation &table : effects.targets) {
        const auto &from = measuring.catalog.from(table, true);
        if (!from)
            return;
        measureCascade(measuring.catalog, measuring.keys, {table, true, *from + l(" AS a0"), QStringLiteral("a0"), {}}, deletion);
        statements += QStringLiteral("DELETE FROM ") + table.display();
    }
    const bool known = deletion.destroyed.isExact() && deletion.changed.isExact() && effects.destroyed.isExact();
    if (!known || deletion.code.runs || !deletion.refusals.isEmpty() || *deletion.destroyed.number >= *effects.destroyed.number)
        return;
    const QString change = *deletion.changed.number == 0 ? QString() : QStringLiteral(" and change %1").arg(plain(*deletion.changed.number));
    effects.extra.push_back({QStringLiteral("narrower.statement"), QStringLiteral("narrower"),
                             QStringLiteral("%1 would destroy %2 rows%3").arg(statements.join(l("; ")), plain(*deletion.destroyed.number), change),
                             std::nullopt, QString(), Quality::Measured, QStringLiteral("counted in the same snapshot"), measuring.catalog.session().at,
                             Severity::Notice});
}

/// What would fire, or decide, if the rows were deleted.
void nameSkipped(const Measuring &measuring, Effects &effects)
{
    QStringList skipped;
    for (const auto &[oid, rows] : effects.wholeTables) {
        const auto relation = measuring.catalog.relation(oid);
        const auto code = relation ? codeRunBy(measuring.catalog, {*relation, {oid}, RowEvent::Delete, {}}) : Result<std::vector<RunCode>, QString>(relation.failure());
        for (std::size_t i = 0; code && i < code->size(); ++i) {
            if ((*code)[i].kind == l("trigger") || (*code)[i].kind == l("rule"))
                skipped += QStringLiteral("%1 %2 on %3").arg((*code)[i].kind, (*code)[i].name, relation->display());
        }
    }
    if (skipped.isEmpty())
        return;
    effects.extra.push_back({QStringLiteral("truncate.skips"), QStringLiteral("skipped"), skipped.join(l(", ")).left(500), skipped.size(), QString(),
                             Quality::Measured, QStringLiteral("TRUNCATE runs neither rules nor triggers of DELETE"), measuring.catalog.session().at,
                             Severity::Warning});
}

} // namespace

void explainTruncate(const Measuring &measuring, Effects &effects)
{
    std::vector<Oid> named;
    for (const Relation &table : effects.targets) {
        for (const Oid leaf : measuring.keys.leaves(table.oid, true)) {
            if (effects.wholeTables.contains(leaf))
                named.push_back(leaf);
        }
    }
    hang(measuring, measuring.keys.references(named), effects);
    nameSkipped(measuring, effects);
    if (!effects.dependentTables.empty())
        compareWithDelete(measuring, effects);
}

} // namespace holdfast::sql
