// SPDX-License-Identifier: Apache-2.0
#include "kinds/sql/foreignkeys.h"

#include "kinds/sql/latin.h"

#include <algorithm>

namespace holdfast::sql {

namespace {

QString operandTypes(QLatin1StringView side)
{
    return QStringLiteral("(SELECT json_agg(CASE WHEN t.typtype = 'p' THEN '' ELSE quote_ident(n.nspname) || '.' || quote_ident(t.typname) END ORDER BY k.n)"
                          " FROM unnest(c.conpfeqop) WITH ORDINALITY k(o, n) JOIN pg_operator o ON o.oid = k.o JOIN pg_type t ON t.oid = o.%1"
                          " JOIN pg_namespace n ON n.oid = t.typnamespace)")
        .arg(side);
}

/// True where the server casts the values of a column before it compares them, and somebody made that cast.
QString castsByCode()
{
    return QStringLiteral("EXISTS (SELECT FROM unnest(c.conkey, c.confkey, c.conpfeqop) k(child, parent, op) JOIN pg_operator o ON o.oid = k.op"
                          " CROSS JOIN LATERAL (VALUES (c.conrelid, k.child, o.oprright), (c.confrelid, k.parent, o.oprleft)) s(rel, num, compared)"
                          " JOIN pg_attribute a ON a.attrelid = s.rel AND a.attnum = s.num"
                          " CROSS JOIN LATERAL (WITH RECURSIVE b(t) AS (SELECT a.atttypid UNION SELECT t.typbasetype FROM b JOIN pg_type t ON t.oid = b.t WHERE t.typbasetype <> 0) SELECT t FROM b) b"
                          " JOIN pg_cast x ON x.castsource = b.t AND x.casttarget = s.compared AND x.castfunc >= %1)").arg(FirstUserOid);
}

/// `replica`: the performing session is one in which ordinary triggers do not fire.
QString keysQuery(bool replica)
{
    return QStringLiteral(
        "SELECT c.oid, c.conname, c.conrelid, c.confrelid, c.confdeltype, c.confupdtype,"
        " (SELECT json_agg(a.attname ORDER BY k.n) FROM unnest(c.conkey) WITH ORDINALITY k(a, n)"
        "  JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.a),"
        " (SELECT json_agg(a.attname ORDER BY k.n) FROM unnest(c.confkey) WITH ORDINALITY k(a, n)"
        "  JOIN pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.a),"
        " (SELECT json_agg(o.oprname ORDER BY k.n) FROM unnest(c.conpfeqop) WITH ORDINALITY k(o, n) JOIN pg_operator o ON o.oid = k.o),"
        " (SELECT bool_and(o.oprnamespace = 'pg_catalog'::regnamespace) FROM unnest(c.conpfeqop) k(o) JOIN pg_operator o ON o.oid = k.o),"
        " f.deletes, f.updates, f.partly,"
        " EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.conrelid AND i.indisvalid AND i.indkey[0] = ANY(c.conkey)), c.condeferrable, %2, %3, %4"
        " FROM pg_constraint c CROSS JOIN LATERAL (WITH RECURSIVE k(oid) AS (SELECT c.oid UNION ALL SELECT d.oid FROM k JOIN pg_constraint d ON d.conparentid = k.oid),"
        // The checks of the table that refers lie on the parent as well where both are one.
        "  s(event, fires) AS (SELECT t.tgtype::int & 24, t.tgenabled IN ('%1', 'A') FROM k JOIN pg_trigger t ON t.tgconstraint = k.oid JOIN pg_constraint o ON o.oid = k.oid AND o.confrelid = t.tgrelid"
        "   JOIN pg_proc p ON p.oid = t.tgfoid AND p.proname NOT LIKE 'RI\\_FKey\\_check\\_%')"
        "  SELECT coalesce(bool_or(fires) FILTER (WHERE event = 8), true), coalesce(bool_or(fires) FILTER (WHERE event = 16), true),"
        "   coalesce(bool_or(fires) FILTER (WHERE event = 8) <> bool_and(fires) FILTER (WHERE event = 8) OR bool_or(fires) FILTER (WHERE event = 16) <> bool_and(fires) FILTER (WHERE event = 16), false) FROM s"
        " ) f(deletes, updates, partly) WHERE c.contype = 'f' AND c.conparentid = 0 ORDER BY c.conrelid, c.oid")
        .arg(replica ? l("R") : l("O"), operandTypes(l("oprleft")), operandTypes(l("oprright")), castsByCode());
}

QString as(const QString &type, const QString &column) { return type.isEmpty() ? column : QStringLiteral("CAST(%1 AS %2)").arg(column, type); }

} // namespace

QString ForeignKey::equal(qsizetype i, const QString &parentColumn, const QString &childColumn) const
{
    return QStringLiteral("%1 OPERATOR(pg_catalog.%2) %3").arg(as(parentTypes.value(i), parentColumn), operators[i], as(childTypes.value(i), childColumn));
}

Result<ForeignKeys, QString> ForeignKeys::load(const Session &session)
{
    const PgConnection &db = session.db;
    const auto keys = db.guarded(keysQuery(session.login.replica));
    if (!keys)
        return Failure{keys.error().toString()};
    const auto tree = db.guarded(QStringLiteral("SELECT i.inhparent, i.inhrelid, c.relkind = 'p' FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhparent"
                                                " WHERE c.relkind IN ('r', 'p', 'f') ORDER BY 1, 2"));
    if (!tree)
        return Failure{tree.error().toString()};
    const auto generated = db.guarded(QStringLiteral("SELECT attrelid, attname FROM pg_attribute WHERE attgenerated <> '' AND NOT attisdropped"));
    if (!generated)
        return Failure{generated.error().toString()};
    ForeignKeys result;
    for (int row = 0; row < keys->count(); ++row) {
        const QString name = displayIdent(keys->text(row, 1));
        const QString why = !keys->flag(row, 9) ? QStringLiteral("foreign key %1 compares with an operator that is not built in").arg(name)
            : keys->flag(row, 17)               ? QStringLiteral("foreign key %1 compares by a cast that somebody made").arg(name)
            : keys->flag(row, 12)               ? QStringLiteral("foreign key %1 is not enforced in all partitions").arg(name)
                                                : QString();
        result.m_keys.push_back({keys->oid(row, 0), keys->text(row, 1), keys->oid(row, 2), keys->oid(row, 3), keys->text(row, 4).at(0),
                                 keys->text(row, 5).at(0), keys->list(row, 6), keys->list(row, 7), keys->list(row, 8), why,
                                 keys->flag(row, 10), keys->flag(row, 11), keys->flag(row, 12), keys->flag(row, 13), keys->flag(row, 14), keys->list(row, 15), keys->list(row, 16)});
    }
    for (int row = 0; row < tree->count(); ++row) {
        result.m_children.emplace(tree->oid(row, 0), tree->oid(row, 1));
        if (tree->flag(row, 2))
            result.m_partitioned.insert(tree->oid(row, 0));
    }
    for (int row = 0; row < generated->count(); ++row)
        result.m_generated.emplace(generated->oid(row, 0), generated->text(row, 1));
    return result;
}

Leaves ForeignKeys::leaves(Oid table, bool withChildren) const
{
    Leaves found{table};
    std::vector<Oid> open{table};
    while (withChildren && !open.empty()) {
        const Oid next = open.back();
        open.pop_back();
        const auto [from, to] = m_children.equal_range(next);
        for (auto edge = from; edge != to; ++edge) {
            if (found.insert(edge->second).second)
                open.push_back(edge->second);
        }
    }
    return found;
}

QStringList ForeignKeys::generated(Oid table) const
{
    QStringList columns;
    for (const Oid leaf : leaves(table, true)) {
        const auto [from, to] = m_generated.equal_range(leaf);
        for (auto column = from; column != to; ++column)
            columns += column->second;
    }
    return columns;
}

std::vector<const ForeignKey *> ForeignKeys::followers(const std::set<Oid> &tables, const QStringList &columns) const
{
    std::vector<const ForeignKey *> found;
    std::vector<std::pair<std::set<Oid>, QStringList>> open{{tables, columns}};
    while (!open.empty()) {
        const std::set<Oid> changed = open.back().first;
        QStringList names = open.back().second;
        open.pop_back();
        for (const Oid table : changed)
            names += generated(table);
        for (const ForeignKey &key : m_keys) {
            const Leaves parents = covered(key.parent);
            const bool hit = std::any_of(parents.begin(), parents.end(), [&](Oid oid) { return changed.contains(oid); })
                && std::any_of(names.begin(), names.end(), [&](const QString &name) { return key.parentColumns.contains(name); });
            if (!hit || !key.firesOnUpdate || key.onUpdate == u'a' || key.onUpdate == u'r' || std::find(found.begin(), found.end(), &key) != found.end())
                continue;
            found.push_back(&key);
            open.emplace_back(covered(key.child), key.childColumns);
        }
    }
    return found;
}

std::vector<Oid> ForeignKeys::truncateClosure(const std::vector<Oid> &roots) const
{
    std::vector<Oid> order;
    for (const Reference &reference : references(roots)) {
        if (reference.first)
            order.push_back(reference.table);
    }
    return order;
}

std::vector<Reference> ForeignKeys::references(const std::vector<Oid> &roots) const
{
    std::vector<Reference> found;
    std::vector<Oid> order = roots;
    std::set<Oid> seen(roots.begin(), roots.end());
    for (std::size_t i = 0; i < order.size(); ++i) {
        for (const ForeignKey &key : m_keys) {
            // A key of a partitioned table is copied to its partitions and refers to the partitions of its parent.
            if (!covered(key.parent).contains(order[i]))
                continue;
            for (const Oid leaf : covered(key.child)) {
                const bool first = seen.insert(leaf).second;
                if (first)
                    order.push_back(leaf);
                if (std::find(roots.begin(), roots.end(), leaf) == roots.end())
                    found.push_back({leaf, order[i], &key, first});
            }
        }
    }
    return found;
}

std::vector<const ForeignKey *> ForeignKeys::referringFromOutside(const std::set<Oid> &inside) const
{
    std::vector<const ForeignKey *> found;
    for (const ForeignKey &key : m_keys) {
        const Leaves parents = covered(key.parent);
        const bool into = std::any_of(parents.begin(), parents.end(), [&](Oid oid) { return inside.contains(oid); });
        if (into && !inside.contains(key.child))
            found.push_back(&key);
    }
    return found;
}

} // namespace holdfast::sql
