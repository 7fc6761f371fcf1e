// SPDX-License-Identifier: Apache-2.0
#include "kinds/sql/notices.h"

#include "kinds/sql/latin.h"
#include "kinds/sql/samples.h"

#include <algorithm>

namespace holdfast::sql {

namespace {

Fact notice(const Catalog &catalog, const char *id, const QString &label, const QString &value, const QString &how)
{
    return {l(id), label, value.left(500), std::nullopt, QString(), Quality::Measured, how, catalog.session().at, Severity::Warning};
}

/// The name of a column without its table, or nothing.
QString bareColumn(const Node &node)
{
    const QStringList path = node.is(l("ColumnRef")) ? names(node.fields, l("fields")) : QStringList();
    return path.isEmpty() ? QString() : path.last();
}

/// `key IN (SELECT key FROM the same table … LIMIT n)`: whichever rows these are, so many go. Not where the sub-select's own rows, or how many
/// it takes, are open themselves, or other for each row.
bool picksByKey(const Catalog &catalog, const Composer &composer, const Relation &target, const Node &where)
{
    if (!composer.ctes().empty() || composer.isOpenInside() || composer.isCorrelated())
        return false;
    const Node inner = child(where.fields, l("subselect"));
    if (!where.is(l("SubLink")) || text(where.fields, l("subLinkType")) != l("ANY_SUBLINK") || !names(where.fields, l("operName")).isEmpty())
        return false;
    const std::vector<Node> from = children(inner.fields, l("fromClause")), outputs = children(inner.fields, l("targetList"));
    if (from.size() != 1 || outputs.size() != 1 || !from[0].is(l("RangeVar")) || target.hasChildren || inner.fields.has(l("withClause"))
        || object(from[0].fields, l("alias")).has(l("colnames")))
        return false;
    const QStringList key = target.key();
    const auto read = catalog.resolve(relationName(from[0].fields));
    return key.size() == 1 && read && read->oid == target.oid && bareColumn(child(where.fields, l("testexpr"))) == key.first()
        && bareColumn(child(outputs[0].fields, l("val"))) == key.first();
}

void forget(Dependent &dependent)
{
    dependent.count = dependent.least = dependent.most = std::nullopt;
    dependent.quality = std::nullopt;
}

} // namespace

void Composer::noteChoice(const QStringList &order)
{
    const auto &sources = m_scopes.back().sources;
    const Source *only = sources.size() == 1 && sources.front()->relation.oid != 0 && !sources.front()->relation.hasChildren ? sources.front().get() : nullptr;
    const QStringList key = only ? only->relation.key() : QStringList();
    const bool settled = !key.isEmpty() && std::all_of(key.begin(), key.end(), [&](const QString &column) { return order.contains(only->alias + u'.' + quoteIdent(column)); });
    m_open = m_open || !settled;
    m_openInside = m_openInside || (!settled && m_queries > 1);
}

void noticeOpen(const Catalog &catalog, Choice choice, Effects &effects)
{
    if (effects.choice == Choice::Settled)
        effects.extra.push_back(notice(catalog, "rows.open", QStringLiteral("rows chosen by LIMIT"), QStringLiteral("open"),
                                       QStringLiteral("no ORDER BY settles which rows LIMIT takes: it may take others than those counted and shown")));
    effects.choice = std::max(effects.choice, choice);
}

void noticeCondition(const Catalog &catalog, const Composer &composer, const Relation &target, const Node &where, bool alone, Effects &effects)
{
    if (!composer.outer().isEmpty())
        effects.extra.push_back(notice(catalog, "column.outer", QStringLiteral("column of the outer table"), composer.outer().join(l(", ")),
                                       QStringLiteral("the sub-select has no column of that name; qualify it if another was meant")));
    if (!composer.isOpen())
        return;
    noticeOpen(catalog, alone && picksByKey(catalog, composer, target, where) ? Choice::OfRows : Choice::OfNumber, effects);
}

void boundByChoice(Effects &effects)
{
    if (effects.choice == Choice::Settled || (effects.choice == Choice::OfRows && !effects.reaches))
        return;
    const QString why = QStringLiteral("which rows LIMIT takes is open");
    const bool counted = effects.choice == Choice::OfRows && effects.destroyed.isExact() && effects.cascaded.isExact();
    const std::int64_t direct = counted ? *effects.destroyed.number - *effects.cascaded.number : 0;
    if (effects.destroys) {
        effects.destroyed = Count::between(direct, std::nullopt, why);
        effects.cascaded = Count::unknown(why);
    }
    if (effects.changes || effects.adds)
        effects.changed = Count::unknown(why);
    for (Dependent &dependent : effects.dependents) {
        if (dependent.parent >= 0 || !counted)
            forget(dependent);
    }
}

void countWholeTable(const Catalog &catalog, const RowSet &rows, const Count &direct, Effects &effects)
{
    if (rows.where.isEmpty() || !direct.isExact() || *direct.number == 0)
        return;
    const auto whole = catalog.db().guarded(QStringLiteral("SELECT count(*) FROM ") + rows.from);
    if (whole && whole->number(0, 0) >= *direct.number)
        effects.partOf = WholeTable{rows.relation.display(), whole->number(0, 0), catalog.session().at};
}

namespace {

/// As the dependents tell it, without what the keys lead to.
Count hitIn(const QString &table, const Effects &effects)
{
    const auto found = std::find_if(effects.dependents.begin(), effects.dependents.end(), [&](const Dependent &one) { return one.name == table; });
    return found == effects.dependents.end() ? Count::unknown({}) : countOf(*found);
}

void tellShare(const WholeTable &whole, Effects &effects)
{
    Count hit = Count::of(0);
    for (const Dependent &one : effects.dependents) {
        if (one.name == whole.table && (one.effect == l("deleted") || one.effect == l("cascade")))
            hit += countOf(one);
    }
    const auto most = hit.atMost();
    if (!most || *most > whole.rows)
        return;
    const bool exact = hit.isExact() || hit.least == hit.most;
    const std::int64_t perMille = *most * 1000 / whole.rows;
    effects.extra.push_back({fact::DestroyedShare.toString(), QStringLiteral("share of %1").arg(whole.table),
                             QStringLiteral("%1 of %2 rows (%3%4.%5 %)")
                                 .arg(words(hit), QString::number(whole.rows), exact ? QString() : QStringLiteral("up to "),
                                      QString::number(perMille / 10), QString::number(perMille % 10)),
                             std::nullopt, exact ? QString() : QStringLiteral("rows"), exact ? Quality::Measured : Quality::Bounded,
                             QStringLiteral("counted in the same snapshot"), whole.at, perMille >= 500 ? Severity::Warning : Severity::Info,
                             exact ? std::nullopt : std::optional(hit.atLeast()), exact ? std::nullopt : most});
}

} // namespace

void tellRows(Effects &effects)
{
    for (const Sampled &sample : effects.samples) {
        const bool sure = effects.choice == Choice::Settled && sample.matching.isExact() && hitIn(sample.table, effects).atLeast() >= *sample.matching.number;
        effects.diffs[sample.diff].title = sampleTitle(sample.table, sample.changes, sure);
    }
    if (effects.partOf)
        tellShare(*effects.partOf, effects);
}

} // namespace holdfast::sql
