// SPDX-License-Identifier: Apache-2.0
#include "kinds/sql/dropclosure.h"

#include "kinds/sql/latin.h"

#include <algorithm>

namespace holdfast::sql {

namespace {

using Found = Result<std::optional<Address>, QString>;

/// One row (classid, oid) of the catalogs, or nothing.
Found ask(const Catalog &catalog, const QString &query, const QStringList &parameters)
{
    const auto rows = catalog.db().guarded(query, parameters);
    if (!rows)
        return Failure{rows.error().toString()};
    if (rows->count() > 1)
        return Failure{QStringLiteral("%1 is ambiguous").arg(parameters.first())};
    if (rows->count() == 0)
        return std::optional<Address>();
    return std::optional(Address{rows->oid(0, 0), rows->oid(0, 1), 0});
}

/// An object with a schema-qualified or searched name.
Found askNamed(const Catalog &catalog, const QString &table, const QString &nameColumn, const QString &schemaColumn, const QStringList &name,
               const QString &extra = {})
{
    const QStringList path = name.size() > 1 ? QStringList{name[name.size() - 2]} : catalog.session().login.searchPath;
    return ask(
        catalog,
        QStringLiteral(
            "SELECT '%1'::regclass::oid, o.oid FROM %1 o JOIN pg_namespace n ON n.oid = o.%3 WHERE o.%2 = $1 AND n.nspname = ANY($2::name[])%4")
            .arg(table, nameColumn, schemaColumn, extra),
        {name.last(), arrayParameter(path)});
}

/// The parts of a dropped object's name, however its kind is written.
QStringList partsOf(const Node &object)
{
    if (object.is(l("List")))
        return names(object.fields, l("items"));
    if (object.is(l("ObjectWithArgs")))
        return names(object.fields, l("objname"));
    if (!object.is(l("TypeName")))
        return object.is(l("String")) ? QStringList{text(object.fields, l("sval"))} : QStringList();
    return integer(object.fields, l("typemod")) == -1 ? names(object.fields, l("names")) : QStringList();
}

/// The oid of a type that stands in a list of arguments.
Result<Oid, QString> argumentType(const Catalog &catalog, const Fields &type)
{
    const QStringList name = names(type, l("names"));
    const bool array = isArray(type);
    const bool plain = integer(type, l("typemod")) == -1 && !flag(type, l("setof")) && !flag(type, l("pct_type"));
    const QStringList path = name.size() > 1 ? QStringList{name[name.size() - 2]} : catalog.session().login.searchPath;
    const auto rows = catalog.db().guarded(
        QStringLiteral("SELECT CASE WHEN $3::bool THEN t.typarray ELSE t.oid END FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace"
                       " WHERE t.typname = $1 AND n.nspname = ANY($2::name[]) ORDER BY array_position($2::name[], n.nspname) LIMIT 1"),
        {name.value(name.size() - 1), arrayParameter(path), array ? l("t") : l("f")});
    if (!plain || !rows || rows->count() != 1)
        return Failure{QStringLiteral("%1 is not a type that is known").arg(name.join(u'.'))};
    return rows->oid(0, 0);
}

/// The arguments that tell a function from others of its name, as pg_proc.proargtypes writes them; none where they are left out.
Result<std::optional<QString>, QString> argumentsOf(const Catalog &catalog, const QString &type, const Node &object)
{
    QStringList oids;
    QString unread;
    if (flag(object.fields, l("args_unspecified")) || !object.is(l("ObjectWithArgs")))
        return std::optional<QString>();
    for (const Node &argument : children(object.fields, l("objargs"))) {
        const auto oid = argument.is(l("TypeName")) ? argumentType(catalog, argument.fields) : Result<Oid, QString>(Failure{QStringLiteral("its arguments are not read")});
        if (!oid)
            return oid.failure();
        oids += QString::number(*oid);
    }
    for (const Node &parameter : children(object.fields, l("objfuncargs"))) {
        const QString mode = parameter.is(l("FunctionParameter")) ? text(parameter.fields, l("mode")) : QString();
        const bool isOut = type == l("OBJECT_FUNCTION") && mode == l("FUNC_PARAM_OUT"); // of a function it does not stand among `objargs`, nor in the lookup
        if (mode != l("FUNC_PARAM_DEFAULT") && mode != l("FUNC_PARAM_IN") && !isOut)
            unread = mode;
        static_cast<void>(text(parameter.fields, l("name"))); // the server takes no notice of it here
        const auto again = argumentType(catalog, ::holdfast::sql::object(parameter.fields, l("argType")));
        if (!again)
            return again.failure();
    }
    if (!unread.isEmpty())
        return Failure{QStringLiteral("which function it means is not read (%1)").arg(unread)};
    return std::optional(oids.join(u' '));
}

Found functionOf(const Catalog &catalog, const QString &type, const QStringList &parts, const Node &object)
{
    const auto arguments = argumentsOf(catalog, type, object);
    const auto anyOfName = askNamed(catalog, QStringLiteral("pg_proc"), QStringLiteral("proname"), QStringLiteral("pronamespace"), parts);
    if (anyOfName && !*anyOfName)
        return anyOfName; // whichever it means
    if (!arguments)
        return arguments.failure();
    const auto found = askNamed(catalog, QStringLiteral("pg_proc"), QStringLiteral("proname"), QStringLiteral("pronamespace"), parts,
                                *arguments ? QStringLiteral(" AND o.proargtypes::text = '%1'").arg(**arguments) : QString());
    // A procedure may also be named by its OUT arguments.
    if (found && !*found && *arguments && type != l("OBJECT_FUNCTION") && type != l("OBJECT_AGGREGATE"))
        return Failure{QStringLiteral("which procedure it means is not read")};
    return found;
}

Found addressOf(const Catalog &catalog, const QString &type, const Node &object)
{
    static const QStringList relations{QStringLiteral("OBJECT_TABLE"), QStringLiteral("OBJECT_VIEW"),     QStringLiteral("OBJECT_MATVIEW"),
                                       QStringLiteral("OBJECT_INDEX"), QStringLiteral("OBJECT_SEQUENCE"), QStringLiteral("OBJECT_FOREIGN_TABLE")};
    const QStringList parts = partsOf(object);
    if (parts.isEmpty())
        return Failure{QStringLiteral("what it drops is not read (%1)").arg(object.type)};
    if (relations.contains(type)) {
        const auto name = relationName(parts);
        const auto relation = name ? catalog.resolve(*name) : Result<Relation, QString>(Failure{QStringLiteral("the name has too many parts")});
        if (!relation && relation.error().endsWith(l("does not exist")))
            return std::optional<Address>();
        if (!relation)
            return relation.failure();
        return std::optional(Address{1259, relation->oid, 0}); // pg_class
    }
    if (type == l("OBJECT_SCHEMA"))
        return ask(catalog, QStringLiteral("SELECT 'pg_namespace'::regclass::oid, oid FROM pg_namespace WHERE nspname = $1"), parts);
    if (type == l("OBJECT_EXTENSION"))
        return ask(catalog, QStringLiteral("SELECT 'pg_extension'::regclass::oid, oid FROM pg_extension WHERE extname = $1"), parts);
    if (type == l("OBJECT_TYPE") || type == l("OBJECT_DOMAIN"))
        return askNamed(catalog, QStringLiteral("pg_type"), QStringLiteral("typname"), QStringLiteral("typnamespace"), parts);
    if (type == l("OBJECT_FUNCTION") || type == l("OBJECT_PROCEDURE") || type == l("OBJECT_ROUTINE") || type == l("OBJECT_AGGREGATE"))
        return functionOf(catalog, type, parts, object);
    if ((type == l("OBJECT_TRIGGER") || type == l("OBJECT_POLICY") || type == l("OBJECT_RULE")) && parts.size() >= 2) {
        const auto name = relationName(parts.mid(0, parts.size() - 1));
        const auto relation = name ? catalog.resolve(*name) : Result<Relation, QString>(Failure{QStringLiteral("the name has too many parts")});
        if (!relation)
            return relation.failure();
        const QString table = type == l("OBJECT_TRIGGER") ? QStringLiteral("pg_trigger WHERE tgrelid = $2::oid AND tgname = $1")
            : type == l("OBJECT_POLICY")                  ? QStringLiteral("pg_policy WHERE polrelid = $2::oid AND polname = $1")
                                                          : QStringLiteral("pg_rewrite WHERE ev_class = $2::oid AND rulename = $1");
        return ask(catalog, QStringLiteral("SELECT tableoid, oid FROM ") + table, {parts.last(), QString::number(relation->oid)});
    }
    return Failure{QStringLiteral("DROP of this kind of object is not measured (%1)").arg(type)};
}

QString closureQuery(const std::vector<Address> &roots, bool cascade)
{
    QStringList values;
    for (const Address &root : roots)
        values += QStringLiteral("(%1::oid, %2::oid, %3, true)")
            .arg(QString::number(root.catalog), QString::number(root.oid), QString::number(root.column));
    // Forward: what depends on it. Back: a part that goes takes the whole along (a view's rule its view, an index its constraint).
    return QStringLiteral(
               "WITH RECURSIVE d(classid, objid, objsubid, root) AS (VALUES %1 UNION"
               " SELECT e.classid, e.objid, e.objsubid, false FROM d CROSS JOIN LATERAL ("
               "  SELECT x.classid, x.objid, x.objsubid FROM pg_depend x WHERE x.refclassid = d.classid AND x.refobjid = d.objid"
               "   AND (d.objsubid = 0 OR x.refobjsubid = d.objsubid) AND x.deptype = ANY(%2)"
               "  UNION ALL SELECT y.refclassid, y.refobjid, y.refobjsubid FROM pg_depend y WHERE y.classid = d.classid AND y.objid = d.objid"
               "   AND y.objsubid = d.objsubid AND y.deptype IN ('i', 'e') AND NOT d.root) e),"
               " u AS (SELECT classid, objid, objsubid, bool_or(root) AS root FROM d GROUP BY 1, 2, 3)"
               " SELECT u.classid, u.objid, u.objsubid, i.type, i.identity, u.root,"
               "  i.type IN ('table', 'view', 'materialized view', 'foreign table', 'function', 'procedure', 'aggregate', 'type', 'domain', 'schema', 'extension', 'composite type')"
               "   OR (i.type = 'sequence' AND (u.root OR NOT EXISTS (SELECT FROM pg_depend s WHERE s.classid = u.classid AND s.objid = u.objid AND s.deptype IN ('a', 'i')))), coalesce(p.relation, 0), coalesce(p.attname, '')"
               " FROM u CROSS JOIN LATERAL pg_identify_object(u.classid, u.objid, u.objsubid) i"
               " LEFT JOIN pg_type t ON u.classid = 'pg_type'::regclass AND t.oid = u.objid"
               " LEFT JOIN pg_class tc ON tc.oid = t.typrelid"
               " LEFT JOIN pg_trigger g ON u.classid = 'pg_trigger'::regclass AND g.oid = u.objid"
               // Of which relation it is a part.
               " LEFT JOIN LATERAL (SELECT attrelid AS relation, attname FROM pg_attribute WHERE u.classid = 'pg_class'::regclass AND attrelid = u.objid AND attnum = u.objsubid AND u.objsubid > 0"
               "  UNION ALL SELECT indrelid, NULL FROM pg_index WHERE u.classid = 'pg_class'::regclass AND indexrelid = u.objid"
               "  UNION ALL SELECT s.refobjid, NULL FROM pg_depend s JOIN pg_class sc ON sc.oid = s.objid AND sc.relkind = 'S' WHERE u.classid = 'pg_class'::regclass AND s.classid = u.classid"
               "   AND s.objid = u.objid AND s.refclassid = 'pg_class'::regclass AND s.deptype IN ('a', 'i')"
               "  UNION ALL SELECT conrelid, NULL FROM pg_constraint WHERE u.classid = 'pg_constraint'::regclass AND oid = u.objid"
               "  UNION ALL SELECT tgrelid, NULL FROM pg_trigger WHERE u.classid = 'pg_trigger'::regclass AND oid = u.objid"
               "  UNION ALL SELECT polrelid, NULL FROM pg_policy WHERE u.classid = 'pg_policy'::regclass AND oid = u.objid"
               "  UNION ALL SELECT ev_class, NULL FROM pg_rewrite WHERE u.classid = 'pg_rewrite'::regclass AND oid = u.objid"
               "  UNION ALL SELECT adrelid, NULL FROM pg_attrdef WHERE u.classid = 'pg_attrdef'::regclass AND oid = u.objid"
               "  UNION ALL SELECT stxrelid, NULL FROM pg_statistic_ext WHERE u.classid = 'pg_statistic_ext'::regclass AND oid = u.objid"
               "  UNION ALL SELECT prrelid, NULL FROM pg_publication_rel WHERE u.classid = 'pg_publication_rel'::regclass AND oid = u.objid LIMIT 1) p ON true"
               " WHERE i.type IS NOT NULL AND i.type <> 'toast table' AND NOT coalesce(g.tgisinternal, false)"
               " AND NOT (i.type = 'rule' AND i.identity LIKE '\"\\_RETURN\" on %')"
               " AND (t.oid IS NULL OR (t.typcategory <> 'A' AND coalesce(tc.relkind, 'c') = 'c')) AND coalesce((SELECT c.relkind FROM pg_class c"
               "  WHERE u.classid = 'pg_class'::regclass AND c.oid = u.objid AND (c.relkind <> 'c' OR u.objsubid = 0)), 'x') NOT IN ('t', 'c')"
               " AND NOT EXISTS (SELECT FROM pg_attrdef f JOIN u w ON w.classid = 'pg_class'::regclass AND w.objid = f.adrelid AND w.objsubid IN (0, f.adnum)"
               "  WHERE u.classid = 'pg_attrdef'::regclass AND f.oid = u.objid)"
               " AND NOT EXISTS (SELECT FROM pg_index ti JOIN pg_class tt ON tt.oid = ti.indrelid WHERE u.classid = 'pg_class'::regclass AND ti.indexrelid = u.objid AND tt.relkind = 't')"
               " AND (u.objsubid = 0 OR NOT EXISTS (SELECT FROM u w WHERE w.classid = u.classid AND w.objid = u.objid AND w.objsubid = 0))"
               " ORDER BY u.root DESC, i.type, i.identity")
        .arg(values.join(l(", ")),
             cascade ? QStringLiteral("ARRAY['n','a','i','P','S','e']::\"char\"[]") : QStringLiteral("ARRAY['a','i','P','S','e']::\"char\"[]"));
}

} // namespace

Result<std::vector<Address>, QString> droppedAddresses(const Catalog &catalog, const Fields &dropStmt)
{
    const QString type = text(dropStmt, l("removeType"));
    const bool missingOk = flag(dropStmt, l("missing_ok"));
    std::vector<Address> found;
    for (const Node &object : children(dropStmt, l("objects"))) {
        const auto address = addressOf(catalog, type, object);
        if (!address)
            return address.failure();
        if (*address)
            found.push_back(**address);
        else if (!missingOk)
            return Failure{QStringLiteral("what it drops does not exist")};
    }
    return found;
}

Result<std::vector<LostObject>, QString> dropClosure(const Catalog &catalog, const std::vector<Address> &roots, bool cascade)
{
    if (roots.empty())
        return std::vector<LostObject>();
    const auto rows = catalog.db().guarded(closureQuery(roots, cascade));
    if (!rows)
        return Failure{rows.error().toString()};
    std::vector<LostObject> objects;
    objects.reserve(static_cast<std::size_t>(rows->count()));
    for (int row = 0; row < rows->count(); ++row) {
        objects.push_back({rows->oid(row, 0), rows->oid(row, 1), static_cast<int>(rows->number(row, 2)), rows->text(row, 3), rows->text(row, 4),
                           rows->oid(row, 7), rows->text(row, 8), !rows->flag(row, 5), rows->flag(row, 6)});
    }
    return objects;
}

} // namespace holdfast::sql
