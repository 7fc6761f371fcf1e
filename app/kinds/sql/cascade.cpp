// SPDX-License-Identifier: Apache-2.0
#include "kinds/sql/cascade.h"

#include "kinds/sql/bystanders.h"
#include "kinds/sql/latin.h"

#include <algorithm>
#include <numeric>

namespace holdfast::sql {

namespace {

constexpr std::size_t MaxTables = 300;


/// A table that loses rows. Rows are known by (tableoid, ctid), which is unique and stable in one snapshot.
struct Table final
{
    Relation relation;
    QString from; ///< as FROM names what loses rows; empty where it may not be asked
    Leaves leaves;
    int foundFrom = -1; ///< the table whose rows take these along
    std::vector<QString> keys; ///< columns that others refer to, carried along as k0, k1 …
    int component = -1;
};

struct Edge final
{
    const ForeignKey *key;
    std::size_t from, to; ///< indices of tables; `to` only for cascades
    QString referring; ///< as FROM names what refers; empty where it may not be asked
    Leaves onlyFrom; ///< the rows of `from` that the key covers; empty: all
};

bool intersects(const Leaves &a, const Leaves &b)
{
    return std::any_of(a.begin(), a.end(), [&](Oid oid) { return b.contains(oid); });
}

/// The closure as a graph, and the one query that counts it.
class Closure final
{
public:
    Closure(const Catalog &catalog, const ForeignKeys &keys, const RowSet &rows) : m_catalog(catalog), m_keys(keys), m_rows(rows) {}

    /// Empty when the graph is whole, else why it cannot be counted.
    [[nodiscard]] QString build();
    [[nodiscard]] QString countingQuery();

    std::vector<Table> tables;
    std::vector<Edge> cascades, ends; ///< ends: keys that set null, set a default, refuse, or are not enforced

private:
    [[nodiscard]] QString follow(std::size_t from, const ForeignKey &key);
    [[nodiscard]] Result<std::size_t, QString> tableOf(const Edge &edge);
    void need(Table &table, const QStringList &columns);
    void findComponents();
    [[nodiscard]] bool isCyclic(int component) const;
    [[nodiscard]] QString rowsOf(const Edge &edge, bool withKeys) const;
    [[nodiscard]] QString joinOn(const Edge &edge, bool byColumn) const;
    [[nodiscard]] QString component(int id) const;
    [[nodiscard]] QString keyColumns(const Table &table, const QString &alias) const;
    [[nodiscard]] QString endCount(const Edge &edge, bool butDeleted) const;
    const Catalog &m_catalog;
    const ForeignKeys &m_keys;
    const RowSet &m_rows;
    int m_components = 0;
    QString m_unasked; ///< not empty: why nothing may be counted
};

QString Closure::build()
{
    const auto &first = m_catalog.from(m_rows.relation, m_rows.withChildren);
    m_unasked = first ? QString() : first.error();
    tables.push_back({m_rows.relation, first ? *first : QString(), m_keys.leaves(m_rows.relation.oid, m_rows.withChildren), -1, {}, -1});
    for (std::size_t from = 0; from < tables.size(); ++from) {
        for (const ForeignKey &key : m_keys.all()) {
            if (!intersects(m_keys.covered(key.parent), tables[from].leaves))
                continue;
            if (QString why = follow(from, key); !why.isEmpty())
                return why;
        }
        if (tables.size() > MaxTables)
            return QStringLiteral("more than %1 tables hang on it").arg(MaxTables);
    }
    findComponents();
    return m_unasked;
}

QString Closure::follow(std::size_t from, const ForeignKey &key)
{
    if (!key.notCounted.isEmpty())
        return key.notCounted;
    const auto child = m_catalog.relation(key.child);
    const auto asked = child ? m_catalog.from(*child, m_keys.isPartitioned(key.child)) : Result<QString, QString>(Failure{child.error()});
    if (!asked && m_unasked.isEmpty())
        m_unasked = asked.error(); // which tables are reached is known all the same
    Edge edge{&key, from, 0, asked ? *asked : QString(), {}};
    const Leaves covered = m_keys.covered(key.parent);
    if (!std::includes(covered.begin(), covered.end(), tables[from].leaves.begin(), tables[from].leaves.end()))
        edge.onlyFrom = covered;
    need(tables[from], key.parentColumns);
    if (key.onDelete != u'c' || !key.firesOnDelete) {
        ends.push_back(edge);
        return {};
    }
    const auto to = tableOf(edge);
    if (!to)
        return to.error();
    edge.to = *to;
    cascades.push_back(edge);
    return {};
}

Result<std::size_t, QString> Closure::tableOf(const Edge &edge)
{
    const ForeignKey &key = *edge.key;
    const Leaves leaves = m_keys.covered(key.child);
    for (std::size_t i = 0; i < tables.size(); ++i) {
        if (tables[i].leaves == leaves)
            return i;
        if (intersects(tables[i].leaves, leaves))
            return Failure{QStringLiteral("partitions or inheritance let %1 be reached in two ways").arg(tables[i].relation.display())};
    }
    auto relation = m_catalog.relation(key.child);
    if (!relation)
        return relation.failure();
    if (!relation->isTable())
        return Failure{QStringLiteral("%1 is a %2").arg(relation->display(), relation->kindName())};
    tables.push_back({std::move(*relation), edge.referring, leaves, static_cast<int>(edge.from), {}, -1});
    return tables.size() - 1;
}

void Closure::need(Table &table, const QStringList &columns)
{
    for (const QString &column : columns) {
        if (std::find(table.keys.begin(), table.keys.end(), column) == table.keys.end())
            table.keys.push_back(column);
    }
}

/// Strongly connected components by mutual reachability; numbered so that a component follows those that lead into it.
void Closure::findComponents()
{
    const std::size_t n = tables.size();
    std::vector<std::set<std::size_t>> reach(n);
    for (std::size_t start = 0; start < n; ++start) {
        std::vector<std::size_t> open{start};
        while (!open.empty()) {
            const std::size_t at = open.back();
            open.pop_back();
            for (const Edge &edge : cascades) {
                if (edge.from == at && reach[start].insert(edge.to).second)
                    open.push_back(edge.to);
            }
        }
    }
    std::vector<std::size_t> order(n);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return reach[a].size() > reach[b].size(); });
    for (const std::size_t i : order) {
        if (tables[i].component >= 0)
            continue;
        tables[i].component = m_components++;
        for (const std::size_t j : reach[i]) {
            if (reach[j].contains(i))
                tables[j].component = tables[i].component;
        }
    }
}

bool Closure::isCyclic(int id) const
{
    return std::any_of(cascades.begin(), cascades.end(),
                       [&](const Edge &edge) { return tables[edge.from].component == id && tables[edge.to].component == id; });
}

QString Closure::keyColumns(const Table &table, const QString &alias) const
{
    QString columns;
    for (std::size_t k = 0; k < table.keys.size(); ++k)
        columns += QStringLiteral(", %1.%2 AS k%3").arg(alias, quoteIdent(table.keys[k]), QString::number(k));
    return columns;
}

/// Joins child rows x with parent rows p; by the parent's own columns, or by the keys that its counted rows carry.
QString Closure::joinOn(const Edge &edge, bool byColumn) const
{
    const Table &parent = tables[edge.from];
    QStringList terms;
    for (qsizetype i = 0; i < edge.key->childColumns.size(); ++i) {
        const auto key = std::find(parent.keys.begin(), parent.keys.end(), edge.key->parentColumns[i]) - parent.keys.begin();
        const QString side = byColumn ? quoteIdent(edge.key->parentColumns[i]) : QStringLiteral("k%1").arg(key);
        terms += edge.key->equal(i, QStringLiteral("p.") + side, QStringLiteral("x.") + quoteIdent(edge.key->childColumns[i]));
    }
    if (!edge.onlyFrom.empty()) {
        QStringList oids;
        for (const Oid oid : edge.onlyFrom)
            oids += QString::number(oid);
        terms += QStringLiteral("p.%1 IN (%2)").arg(byColumn ? QStringLiteral("tableoid") : QStringLiteral("o"), oids.join(u','));
    }
    return terms.join(l(" AND "));
}

QString Closure::rowsOf(const Edge &edge, bool withKeys) const
{
    return QStringLiteral("SELECT x.tableoid AS o, x.ctid AS c%1 FROM %2 AS x JOIN n%3 AS p ON %4")
        .arg(withKeys ? keyColumns(tables[edge.to], QStringLiteral("x")) : QString(), edge.referring, QString::number(edge.from), joinOn(edge, false));
}

/// The CTEs of one component: a plain table by UNION of semi-joins, a cycle by a recursive fixpoint over (tableoid, ctid).
QString Closure::component(int id) const
{
    const bool cyclic = isCyclic(id);
    QStringList seeds, steps, ctes;
    if (tables[0].component == id)
        seeds += cyclic ? QStringLiteral("SELECT o, c FROM s") : QStringLiteral("SELECT * FROM s");
    for (const Edge &edge : cascades) {
        if (tables[edge.to].component != id)
            continue;
        if (tables[edge.from].component != id) {
            seeds += rowsOf(edge, !cyclic);
            continue;
        }
        steps += QStringLiteral("SELECT x.tableoid AS o, x.ctid AS c FROM %1 AS x JOIN %2 AS p ON %3 WHERE p.tableoid = g.o AND p.ctid = g.c")
                     .arg(edge.referring, tables[edge.from].from, joinOn(edge, true));
    }
    if (cyclic) {
        ctes += QStringLiteral("g%1(o, c) AS (SELECT * FROM (%2) q UNION SELECT e.o, e.c FROM g%1 AS g CROSS JOIN LATERAL (%3) e)")
                    .arg(QString::number(id), seeds.join(l(" UNION ")), steps.join(l(" UNION ALL ")));
    }
    for (std::size_t i = 0; i < tables.size(); ++i) {
        if (tables[i].component != id)
            continue;
        const QString rows = cyclic
            ? QStringLiteral("SELECT x.tableoid AS o, x.ctid AS c%1 FROM %2 AS x JOIN g%3 AS g ON g.o = x.tableoid AND g.c = x.ctid")
                  .arg(keyColumns(tables[i], QStringLiteral("x")), tables[i].from, QString::number(id))
            : seeds.join(l(" UNION "));
        ctes += QStringLiteral("n%1 AS MATERIALIZED (%2)").arg(QString::number(i), rows);
    }
    return ctes.join(l(", "));
}

QString Closure::endCount(const Edge &edge, bool butDeleted) const
{
    QString query = QStringLiteral("(SELECT count(*) FROM %1 AS x JOIN n%2 AS p ON %3")
        .arg(edge.referring, QString::number(edge.from), joinOn(edge, false));
    const Leaves leaves = m_keys.covered(edge.key->child);
    for (std::size_t i = 0; butDeleted && i < tables.size(); ++i) {
        if (intersects(tables[i].leaves, leaves))
            query += QStringLiteral(" AND NOT EXISTS (SELECT FROM n%1 AS d WHERE d.o = x.tableoid AND d.c = x.ctid)").arg(i);
    }
    return query + u')';
}

QString Closure::countingQuery()
{
    QStringList ctes{QStringLiteral("s AS MATERIALIZED (SELECT %1.tableoid AS o, %1.ctid AS c%2 FROM %3%4)")
                         .arg(m_rows.alias, keyColumns(tables[0], m_rows.alias), m_rows.from,
                              m_rows.where.isEmpty() ? QString() : QStringLiteral(" WHERE ") + m_rows.where)};
    for (int id = 0; id < m_components; ++id)
        ctes += component(id);
    QStringList counts{QStringLiteral("(SELECT count(*) FROM s)")};
    for (std::size_t i = 0; i < tables.size(); ++i)
        counts += QStringLiteral("(SELECT count(*) FROM n%1)").arg(i);
    for (const Edge &edge : ends)
        counts += endCount(edge, false) + l(", ") + endCount(edge, true);
    return QStringLiteral("WITH RECURSIVE %1 SELECT %2").arg(ctes.join(l(", ")), counts.join(l(", ")));
}

/// What becomes of rows that refer to deleted ones without going with them.
void endEffect(const Catalog &catalog, const ForeignKeys &keys, const Edge &edge, std::int64_t all, std::int64_t staying, int parent, Effects &effects)
{
    const auto relation = catalog.relation(edge.key->child);
    const QString name = relation ? relation->display() : edge.key->name;
    for (const Oid leaf : keys.covered(edge.key->child))
        effects.touched.insert(leaf);
    const QChar action = edge.key->firesOnDelete ? edge.key->onDelete : QChar(u'o');
    if (relation && (action == u'n' || action == u'd')) {
        effects.lockTable(relation->oid, Lock::RowExclusive); // whether it finds any rows or not
        ++effects.changesThere;
        noteRowMovement(catalog, *relation, edge.key->childColumns, effects);
        noteFollowers(catalog, keys, keys.covered(relation->oid), edge.key->childColumns,
                      QStringLiteral("which rows follow the keys of %1 that foreign keys change is not known before").arg(name), effects);
    }
    if ((action == u'r' ? all : staying) == 0)
        return;
    if (action == u'a' || action == u'r') {
        effects.refusedLast = effects.refusedLast || (action == u'a' && edge.key->deferrable);
        effects.refusals += QStringLiteral("%1 rows of %2 refer to what would be deleted (%3)")
                                .arg(plain(action == u'r' ? all : staying), name, displayIdent(edge.key->name));
        effects.dependents.push_back({name, QStringLiteral("table"), QStringLiteral("refuses"), staying, parent});
        return;
    }
    if (action == u'o') {
        effects.dependents.push_back({name, QStringLiteral("table"), QStringLiteral("orphaned"), staying, parent});
        return;
    }
    effects.dependents.push_back(
        {name, QStringLiteral("table"), action == u'n' ? QStringLiteral("set-null") : QStringLiteral("set-default"), staying, parent});
    effects.changes = true;
    if (all != staying)
        effects.changed += Count::unknown(QStringLiteral("rows of %1 are both changed and deleted, and the order decides").arg(name));
    else
        effects.changed += Count::of(staying);
    if (!relation)
        return;
    const QStringList defaults = edge.key->onDelete == u'd' ? edge.key->childColumns : QStringList();
    noteCode(catalog, {*relation, keys.covered(edge.key->child), RowEvent::Update, edge.key->childColumns, defaults},
             static_cast<int>(effects.dependents.size()) - 1, effects, true);
}

void noteUnindexed(const Closure &closure, const Catalog &catalog, Effects &effects)
{
    QStringList slow;
    for (const auto *edges : {&closure.cascades, &closure.ends}) {
        for (const Edge &edge : *edges) {
            const auto relation = catalog.relation(edge.key->child);
            if (!edge.key->indexed && relation)
                slow += relation->display() + u'.' + displayIdent(edge.key->childColumns.value(0));
        }
    }
    slow.removeDuplicates();
    if (slow.isEmpty())
        return;
    effects.extra.push_back({QStringLiteral("cascade.unindexed"), QStringLiteral("foreign keys without an index"), slow.join(l(", ")).left(500),
                             slow.size(), QString(), Quality::Measured, QStringLiteral("pg_index: each row deleted scans these tables"),
                             catalog.session().at, Severity::Notice});
}

/// Each table that loses rows becomes a dependent; returns where.
std::vector<int> listTables(const Catalog &catalog, const Closure &closure, const Result<PgRows, PgError> &counted, Effects &effects)
{
    std::vector<int> shown(closure.tables.size(), -1);
    for (std::size_t i = 0; i < closure.tables.size(); ++i) {
        const Table &table = closure.tables[i];
        const std::optional<std::int64_t> count = counted ? std::optional(counted->number(0, static_cast<int>(i) + 1)) : std::nullopt;
        if (i > 0 && count == 0)
            continue;
        const int parent = table.foundFrom < 0 ? -1 : shown[static_cast<std::size_t>(table.foundFrom)];
        shown[i] = static_cast<int>(effects.dependents.size());
        const std::optional<std::int64_t> direct = i == 0 && counted ? std::optional(counted->number(0, 0)) : count;
        effects.dependents.push_back(
            {table.relation.display(), QStringLiteral("table"), i == 0 ? QStringLiteral("deleted") : QStringLiteral("cascade"), direct, parent});
        if (count != direct) // which the keys lead back to the table itself
            effects.dependents.push_back({table.relation.display(), QStringLiteral("table"), QStringLiteral("cascade"), *count - *direct, shown[i]});
        if (i > 0)
            effects.dependentTables.push_back(table.relation.oid);
        noteCode(catalog, {table.relation, table.leaves, RowEvent::Delete, {}}, shown[i], effects, i > 0);
        if (count)
            effects.destroyed += Count::of(*count);
    }
    return shown;
}

} // namespace

void measureCascade(const Catalog &catalog, const ForeignKeys &keys, const RowSet &rows, Effects &effects)
{
    effects.destroys = true;
    Closure closure(catalog, keys, rows);
    QString why = closure.build();
    for (const Table &table : closure.tables) {
        effects.touched.insert(table.leaves.begin(), table.leaves.end());
        for (const Oid leaf : table.leaves)
            effects.lockTable(leaf, Lock::RowExclusive);
    }
    for (const auto *edges : {&closure.cascades, &closure.ends}) {
        for (const Edge &edge : *edges) {
            effects.reaches = true;
            if (effects.decidedBy)
                *effects.decidedBy += edge.key->parentColumns + edge.key->childColumns;
        }
    }
    const auto counted = why.isEmpty() ? catalog.db().guarded(closure.countingQuery()) : Result<PgRows, PgError>(Failure{PgError{}});
    if (!counted) {
        why = why.isEmpty() ? counted.error().toString() : why;
        effects.destroyed += Count::unknown(why);
        effects.cascaded += Count::unknown(why);
        effects.changed += Count::unknown(why);
        effects.note(QStringLiteral("the rows that go with %1 could not be counted: %2").arg(rows.relation.display(), why));
    }
    const std::vector<int> shown = listTables(catalog, closure, counted, effects);
    if (!counted)
        return;
    const std::int64_t direct = counted->number(0, 0);
    effects.cascaded += Count::of(effects.destroyed.number.value_or(direct) - direct);
    int column = static_cast<int>(closure.tables.size()) + 1;
    for (const Edge &edge : closure.ends) {
        endEffect(catalog, keys, edge, counted->number(0, column), counted->number(0, column + 1), shown[edge.from], effects);
        column += 2;
    }
    noteUnindexed(closure, catalog, effects);
}

} // namespace holdfast::sql
