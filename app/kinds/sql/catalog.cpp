// SPDX-License-Identifier: Apache-2.0
#include "kinds/sql/catalog.h"

#include <algorithm>

namespace holdfast::sql {

namespace {

QLatin1StringView kindText(QChar kind)
{
    switch (kind.unicode()) {
    case u'r': case u'p': return QLatin1StringView("table");
    case u'v': return QLatin1StringView("view");
    case u'm': return QLatin1StringView("materialized view");
    case u'f': return QLatin1StringView("foreign table");
    case u'S': return QLatin1StringView("sequence");
    case u'i': case u'I': return QLatin1StringView("index");
    case u'c': return QLatin1StringView("type");
    default: return QLatin1StringView("relation");
    }
}

Result<std::vector<Oid>, QString> oids(const Result<PgRows, PgError> &rows)
{
    if (!rows)
        return Failure{rows.error().toString()};
    std::vector<Oid> list;
    list.reserve(static_cast<std::size_t>(rows->count()));
    for (int row = 0; row < rows->count(); ++row)
        list.push_back(rows->oid(row, 0));
    return list;
}

} // namespace

QString Relation::display() const
{
    return schema == QLatin1StringView("public") ? displayIdent(name) : canonical();
}

bool Relation::isSystem() const
{
    return schema == QLatin1StringView("pg_catalog") || schema == QLatin1StringView("information_schema") || schema.startsWith(QLatin1StringView("pg_toast"));
}

QString Relation::kindName() const { return kindText(kind); }

const Column *Relation::column(const QString &columnName) const
{
    const auto found = std::find_if(columns.begin(), columns.end(), [&](const Column &column) { return column.name == columnName; });
    return found == columns.end() ? nullptr : &*found;
}

QString Column::castFrom(const QString &expression) const
{
    return QStringLiteral("CAST(%1 AS %2)").arg(expression, castName) + (collation.isEmpty() ? QString() : QStringLiteral(" COLLATE ") + collation);
}

QString Column::asText(const QString &expression) const
{
    // Casts of a type may be made by the same person as the type.
    return type < FirstUserOid ? QStringLiteral("CAST(%1 AS pg_catalog.text)").arg(expression)
                               : QStringLiteral("CASE WHEN pg_catalog.num_nulls(%1) = 0 THEN pg_catalog.format('%s', %1) END").arg(expression);
}

QStringList Relation::key() const
{
    QStringList list;
    for (const Column &column : columns) {
        if (column.identifying)
            list += column.name;
    }
    return list;
}

QString RelationName::display() const
{
    return schema.isEmpty() ? displayIdent(name) : displayIdent(schema) + u'.' + displayIdent(name);
}

RelationName relationName(const Fields &rangeVar)
{
    expect(rangeVar, QLatin1StringView("relpersistence"), QLatin1StringView("p")); // what is looked up may be of any persistence
    return {text(rangeVar, QLatin1StringView("schemaname")), text(rangeVar, QLatin1StringView("relname")),
            text(rangeVar, QLatin1StringView("catalogname"))};
}

std::optional<RelationName> relationName(const QStringList &parts)
{
    switch (parts.size()) {
    case 1: return RelationName{{}, parts[0], {}};
    case 2: return RelationName{parts[0], parts[1], {}};
    case 3: return RelationName{parts[1], parts[2], parts[0]};
    default: return std::nullopt;
    }
}

Result<Relation, QString> Catalog::resolve(const RelationName &name) const
{
    if (!name.database.isEmpty()) {
        const auto same = db().query(QStringLiteral("SELECT current_database() = $1"), {name.database});
        if (!same || !same->flag(0, 0))
            return Failure{QStringLiteral("%1 names another database").arg(name.display())};
    }
    if (!name.schema.isEmpty())
        return load(QStringLiteral("n.nspname = $1 AND c.relname = $2"), {name.schema, name.name});
    const Login &login = m_session.login;
    if (!login.known())
        return Failure{
            QStringLiteral("%1 cannot be resolved: the performing login's search_path is not known (%2)").arg(name.display(), login.whyUnknown)};
    return load(QStringLiteral("n.nspname = ANY($1::name[]) AND c.relname = $2 ORDER BY array_position($1::name[], n.nspname) LIMIT 1"),
                {arrayParameter(login.searchPath), name.name});
}

Result<Relation, QString> Catalog::relation(Oid oid) const
{
    if (const auto known = m_relations.find(oid); known != m_relations.end())
        return known->second;
    return load(QStringLiteral("c.oid = $1::oid AND $2 = ''"), {QString::number(oid), QString()});
}

Result<Relation, QString> Catalog::load(const QString &where, const QStringList &parameters) const
{
    const Login &login = m_session.login;
    const auto rows = db().guarded(QStringLiteral(
        "SELECT c.oid, n.nspname, c.relname, c.relkind, c.relispartition,"
        " c.relrowsecurity AND NOT $3::bool AND NOT ($4 <> '' AND NOT c.relforcerowsecurity AND"
        "   EXISTS (SELECT FROM pg_roles r WHERE r.rolname = $4 AND pg_has_role(r.oid, c.relowner, 'USAGE'))),"
        " EXISTS (SELECT FROM pg_inherits i WHERE i.inhparent = c.oid)"
        " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ") + where,
        parameters + QStringList{login.superuser || login.bypassRls ? QStringLiteral("t") : QStringLiteral("f"), login.user});
    if (!rows)
        return Failure{rows.error().toString()};
    if (rows->count() == 0)
        return Failure{QStringLiteral("%1 does not exist").arg(displayIdent(parameters.last().isEmpty() ? parameters.first() : parameters.last()))};
    Relation relation;
    relation.oid = rows->oid(0, 0);
    relation.schema = rows->text(0, 1);
    relation.name = rows->text(0, 2);
    relation.kind = rows->text(0, 3).at(0);
    relation.partition = rows->flag(0, 4);
    relation.rowSecurity = rows->flag(0, 5);
    relation.hasChildren = rows->flag(0, 6);
    if (const auto columns = loadColumns(relation); !columns)
        return columns.failure();
    m_relations[relation.oid] = relation;
    return relation;
}

Result<Done, QString> Catalog::loadColumns(Relation &relation) const
{
    const auto rows = db().guarded(QStringLiteral(
        "SELECT a.attname, a.atttypid, format_type(a.atttypid, a.atttypmod),"
        " CASE WHEN tn.nspname = 'pg_catalog' OR coalesce(e.typtype, t.typtype) = 'e' THEN"
        "   CASE WHEN tn.nspname = 'pg_catalog' THEN format_type(a.atttypid, a.atttypmod)"
        "        ELSE quote_ident(tn.nspname) || '.' || quote_ident(t.typname) END ELSE '' END,"
        " (tn.nspname = 'pg_catalog' AND t.typtype <> 'p' OR coalesce(e.typtype, t.typtype) = 'e'),"
        " NOT (t.typcategory IN ('N', 'B', 'D', 'T', 'E') OR t.typname IN ('uuid', 'oid', 'pg_lsn', 'xid', 'bit', 'varbit')),"
        " EXISTS (SELECT FROM pg_index i WHERE i.indrelid = a.attrelid AND i.indisprimary AND a.attnum = ANY(i.indkey)), a.attnotnull, a.attgenerated <> '',"
        " coalesce((SELECT quote_ident(n.nspname) || '.' || quote_ident(o.collname) FROM pg_collation o JOIN pg_namespace n ON n.oid = o.collnamespace"
        "  WHERE o.oid = a.attcollation AND a.attcollation <> t.typcollation), '')"
        " FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid JOIN pg_namespace tn ON tn.oid = t.typnamespace"
        " LEFT JOIN pg_type e ON e.oid = t.typelem AND t.typcategory = 'A'"
        " WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum"), {QString::number(relation.oid)});
    if (!rows)
        return Failure{rows.error().toString()};
    for (int row = 0; row < rows->count(); ++row) {
        relation.columns.push_back({rows->text(row, 0), rows->oid(row, 1), rows->text(row, 2), rows->text(row, 3), rows->flag(row, 4),
                                    rows->flag(row, 5), rows->flag(row, 6), rows->flag(row, 7), rows->flag(row, 8), rows->text(row, 9)});
    }
    return Done{};
}

const Result<PlannedCodes, QString> &Catalog::planning() const
{
    if (!m_planning)
        m_planning = codeOfPlanning(db());
    return *m_planning;
}

const Result<QString, QString> &Catalog::from(const Relation &relation, bool withChildren) const
{
    const auto key = std::pair(relation.oid, withChildren);
    if (const auto known = m_from.find(key); known != m_from.end())
        return known->second;
    QString why = whyNotAsked(relation, withChildren);
    const QString only = withChildren ? QString() : QStringLiteral("ONLY ");
    return m_from.emplace(key, why.isEmpty() ? Result<QString, QString>(only + quoteIdent(relation.schema) + u'.' + quoteIdent(relation.name))
                                             : Result<QString, QString>(Failure{std::move(why)})).first->second;
}

QString Catalog::whyNotAsked(const Relation &relation, bool withChildren) const
{
    if (!planning())
        return QStringLiteral("what a query on %1 would run could not be asked: %2").arg(relation.display(), planning().error());
    auto read = withChildren && relation.hasChildren ? descendants(relation.oid) : Result<std::vector<Oid>, QString>(std::vector<Oid>{relation.oid});
    // How a partition is bounded is for its parent's key to say.
    const auto above = read && relation.partition ? ancestors(relation.oid) : Result<std::vector<Oid>, QString>(std::vector<Oid>());
    if (!read || !above)
        return (read ? above : read).error();
    const auto foreign = db().guarded(QStringLiteral("SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'f' AND c.oid = ANY($1::oid[]) LIMIT 1"),
                                      {oidParameter(*read)});
    if (!foreign || foreign->count() > 0)
        return foreign ? QStringLiteral("%1.%2 is a foreign table").arg(displayIdent(foreign->text(0, 0)), displayIdent(foreign->text(0, 1))) : foreign.error().toString();
    read->insert(read->end(), above->begin(), above->end());
    for (const Oid oid : *read) {
        if (const auto found = planning()->find(oid); found != planning()->end())
            return QStringLiteral("%1 is not asked: for %2 the server would run %3, which is not inspected (md5 %4)")
                .arg(relation.display(), found->second.where, found->second.function, found->second.version);
    }
    return {};
}

Result<std::vector<Oid>, QString> Catalog::descendants(Oid oid) const
{
    return oids(db().guarded(QStringLiteral(
        "WITH RECURSIVE d(oid) AS (SELECT $1::oid UNION SELECT i.inhrelid FROM d JOIN pg_inherits i ON i.inhparent = d.oid)"
        " SELECT oid FROM d ORDER BY oid <> $1::oid, oid"), {QString::number(oid)}));
}

Result<std::vector<Oid>, QString> Catalog::ancestors(Oid oid) const
{
    return oids(db().guarded(QStringLiteral(
        "WITH RECURSIVE d(oid) AS (SELECT $1::oid UNION SELECT i.inhparent FROM d JOIN pg_inherits i ON i.inhrelid = d.oid)"
        " SELECT oid FROM d WHERE oid <> $1::oid ORDER BY oid"), {QString::number(oid)}));
}

} // namespace holdfast::sql
