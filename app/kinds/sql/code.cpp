// SPDX-License-Identifier: Apache-2.0
#include "kinds/sql/code.h"

#include "kinds/sql/latin.h"

namespace holdfast::sql {

namespace {

constexpr int rowTrigger = 1, beforeTrigger = 2, insteadTrigger = 64; // of pg_trigger.tgtype

struct EventWords final
{
    int triggerBit; ///< of pg_trigger.tgtype
    QLatin1StringView ruleType; ///< of pg_rewrite.ev_type
    QLatin1StringView letter; ///< in our own queries
};

EventWords wordsOf(RowEvent event)
{
    switch (event) {
    case RowEvent::Insert: return {4, l("3"), l("i")};
    case RowEvent::Update: return {16, l("2"), l("u")};
    case RowEvent::Delete: return {8, l("4"), l("d")};
    case RowEvent::Truncate: break;
    }
    return {32, l("-"), l("t")};
}

/// Whether a trigger or a rule fires in the performing session. Where its role is not known, all that can be enabled counts.
QString fires(const Catalog &catalog, const QString &enabled)
{
    const Login &login = catalog.session().login;
    if (!login.known())
        return enabled + l(" <> 'D'");
    return QStringLiteral("%1 IN ('A', '%2')").arg(enabled, login.replica ? l("R") : l("O"));
}

/// The tables written ($1), their columns written ($2, empty: all), and the generated columns that follow from these: the prefix of both queries.
/// A BEFORE trigger may set any column, so that all of them follow.
QString writtenColumns()
{
    return QStringLiteral(
        "WITH RECURSIVE rel(oid) AS (SELECT unnest($1::oid[])),"
        " named(rel, num) AS (SELECT a.attrelid, a.attnum FROM rel JOIN pg_attribute a ON a.attrelid = rel.oid AND a.attnum > 0 AND NOT a.attisdropped"
        "  WHERE $2::text[] = '{}' OR a.attname = ANY($2::text[])),"
        " written(rel, num) AS (SELECT * FROM named UNION SELECT d.adrelid, d.adnum FROM rel JOIN pg_attrdef d ON d.adrelid = rel.oid"
        "  JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum AND a.attgenerated <> ''"
        "  WHERE EXISTS (SELECT FROM pg_depend x JOIN named n ON n.rel = x.refobjid AND n.num = x.refobjsubid"
        "   WHERE x.classid = 'pg_attrdef'::regclass AND x.objid = d.oid AND x.refclassid = 'pg_class'::regclass)"
        "  OR EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = d.adrelid AND NOT t.tgisinternal AND (t.tgtype::int & 19) = 19))");
}

/// A trigger on an inheritance child or a partition fires there; one on a partitioned table is copied to its partitions.
QString triggersQuery(const Catalog &catalog)
{
    return writtenColumns()
        + QStringLiteral(" SELECT t.tgname, t.tgrelid, p.oid::regprocedure::text, md5(concat(%2, encode(t.tgargs, 'hex'), t.tgqual)), t.tgtype::int FROM rel JOIN pg_trigger t ON t.tgrelid = rel.oid"
                         " JOIN pg_proc p ON p.oid = t.tgfoid WHERE NOT t.tgisinternal AND %1 AND (t.tgtype::int & $3::int) <> 0"
                         " AND (t.tgattr = '' OR EXISTS (SELECT FROM written w WHERE w.rel = t.tgrelid AND w.num = ANY(t.tgattr))) ORDER BY 1, 2, 3")
              .arg(fires(catalog, QStringLiteral("t.tgenabled")), contentOf());
}

/// What of a table calls functions when a row is written, by object: $3 is the event, $4 whether policies apply.
QString callersQuery()
{
    return QStringLiteral(
        ", up(oid) AS (SELECT oid FROM rel UNION SELECT i.inhparent FROM up JOIN pg_inherits i ON i.inhrelid = up.oid"
        "  JOIN pg_class p ON p.oid = i.inhparent AND p.relkind = 'p'),"
        " seed(what, rel, classid, objid) AS ("
        "  SELECT CASE c.contype WHEN 'c' THEN 'check constraint' WHEN 'x' THEN 'exclusion constraint' ELSE 'foreign key' END, rel.oid, 'pg_constraint'::regclass::oid, c.oid"
        "   FROM rel JOIN pg_constraint c ON (c.conrelid = rel.oid AND $3 IN ('i', 'u') AND c.contype IN ('c', 'x', 'f'))"
        "    OR (c.confrelid = rel.oid AND $3 IN ('u', 'd') AND c.contype = 'f')"
        "  UNION ALL SELECT 'foreign key', rel.oid, 'pg_cast'::regclass, k.oid FROM rel JOIN pg_constraint c ON c.contype = 'f' AND $3 IN ('i', 'u', 'd')"
        "    AND rel.oid IN (c.conrelid, c.confrelid) JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY(c.conkey) JOIN pg_attribute b"
        "    ON b.attrelid = c.confrelid AND b.attnum = ANY(c.confkey) JOIN pg_cast k ON a.atttypid <> b.atttypid AND a.atttypid IN (k.castsource, k.casttarget)"
        "    AND b.atttypid IN (k.castsource, k.casttarget)"
        "  UNION ALL SELECT CASE WHEN a.attgenerated = '' THEN 'default' ELSE 'generated column' END, w.rel, 'pg_attrdef'::regclass, d.oid"
        "   FROM written w JOIN pg_attrdef d ON d.adrelid = w.rel AND d.adnum = w.num JOIN pg_attribute a ON a.attrelid = w.rel AND a.attnum = w.num WHERE $3 IN ('i', 'u')"
        "  UNION ALL SELECT 'column', w.rel, 'pg_type'::regclass, a.atttypid FROM written w JOIN pg_attribute a ON a.attrelid = w.rel AND a.attnum = w.num WHERE $3 IN ('i', 'u')"
        "  UNION ALL SELECT 'index', rel.oid, 'pg_class'::regclass, i.indexrelid FROM rel JOIN pg_index i ON i.indrelid = rel.oid WHERE $3 IN ('i', 'u')"
        "  UNION ALL SELECT 'partition key', up.oid, 'pg_class'::regclass, up.oid FROM up JOIN pg_partitioned_table p ON p.partrelid = up.oid WHERE $3 IN ('i', 'u')"
        "  UNION ALL SELECT 'policy', rel.oid, 'pg_policy'::regclass, p.oid FROM rel JOIN pg_policy p ON p.polrelid = rel.oid WHERE $4::bool)");
}

/// The functions behind these objects, through operators, operator classes, types and the checks of domains.
QString functionsQuery()
{
    return writtenColumns() + callersQuery()
        + QStringLiteral(
               ", used(what, rel, classid, objid) AS (SELECT * FROM seed UNION SELECT u.what, u.rel, e.classid, e.objid FROM used u CROSS JOIN LATERAL ("
               "  SELECT d.refclassid, d.refobjid FROM pg_depend d WHERE d.classid = u.classid AND d.objid = u.objid AND d.objsubid = 0 AND u.classid <> 'pg_proc'::regclass"
               "   AND d.refobjid >= 16384 AND d.refclassid IN ('pg_proc'::regclass, 'pg_operator'::regclass, 'pg_type'::regclass, 'pg_opclass'::regclass, 'pg_opfamily'::regclass)"
               "  UNION ALL SELECT 'pg_proc'::regclass, k.castfunc FROM pg_cast k WHERE u.classid = 'pg_cast'::regclass AND k.oid = u.objid"
               "  UNION ALL SELECT 'pg_operator'::regclass, k.o FROM pg_constraint c CROSS JOIN LATERAL unnest(c.conexclop || c.conpfeqop || c.conppeqop || c.conffeqop) k(o)"
               "   WHERE u.classid = 'pg_constraint'::regclass AND c.oid = u.objid"
               "  UNION ALL SELECT 'pg_proc'::regclass, o.oprcode FROM pg_operator o WHERE u.classid = 'pg_operator'::regclass AND o.oid = u.objid"
               "  UNION ALL SELECT 'pg_opfamily'::regclass, o.opcfamily FROM pg_opclass o WHERE u.classid = 'pg_opclass'::regclass AND o.oid = u.objid"
               "  UNION ALL SELECT 'pg_proc'::regclass, m.amproc FROM pg_amproc m WHERE u.classid = 'pg_opfamily'::regclass AND m.amprocfamily = u.objid"
               "  UNION ALL SELECT 'pg_operator'::regclass, m.amopopr FROM pg_amop m WHERE u.classid = 'pg_opfamily'::regclass AND m.amopfamily = u.objid"
               "  UNION ALL SELECT 'pg_type'::regclass, s.o FROM pg_type t CROSS JOIN LATERAL unnest(ARRAY[t.typelem, t.typbasetype]) s(o)"
               "   WHERE u.classid = 'pg_type'::regclass AND t.oid = u.objid AND s.o <> 0"
               "  UNION ALL SELECT 'pg_type'::regclass, a.atttypid FROM pg_type t JOIN pg_attribute a ON a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped"
               "   WHERE u.classid = 'pg_type'::regclass AND t.oid = u.objid AND t.typrelid <> 0"
               "  UNION ALL SELECT 'pg_type'::regclass, r.rngsubtype FROM pg_range r WHERE u.classid = 'pg_type'::regclass AND u.objid IN (r.rngtypid, r.rngmultitypid)"
               "  UNION ALL SELECT 'pg_proc'::regclass, s.o FROM pg_range r CROSS JOIN LATERAL unnest(ARRAY[r.rngcanonical::oid, r.rngsubdiff::oid]) s(o)"
               "   WHERE u.classid = 'pg_type'::regclass AND u.objid IN (r.rngtypid, r.rngmultitypid)"
               "  UNION ALL SELECT 'pg_opclass'::regclass, r.rngsubopc FROM pg_range r WHERE u.classid = 'pg_type'::regclass AND u.objid IN (r.rngtypid, r.rngmultitypid)"
               "  UNION ALL SELECT 'pg_constraint'::regclass, c.oid FROM pg_constraint c WHERE u.classid = 'pg_type'::regclass AND c.contypid = u.objid) e(classid, objid))"
               // No dependency on a built-in function is recorded: only the stored expression tells.
               ", trees(what, rel, classid, objid, tree) AS (SELECT u.*, e.tree::text FROM used u CROSS JOIN LATERAL ("
               "  SELECT c.conbin FROM pg_constraint c WHERE u.classid = 'pg_constraint'::regclass AND c.oid = u.objid"
               "  UNION ALL SELECT d.adbin FROM pg_attrdef d WHERE u.classid = 'pg_attrdef'::regclass AND d.oid = u.objid"
               "  UNION ALL SELECT t.typdefaultbin FROM pg_type t WHERE u.classid = 'pg_type'::regclass AND t.oid = u.objid"
               "  UNION ALL SELECT x.tree FROM pg_policy p CROSS JOIN LATERAL (VALUES (p.polqual), (p.polwithcheck)) x(tree)"
               "   WHERE u.classid = 'pg_policy'::regclass AND p.oid = u.objid) e(tree) WHERE e.tree IS NOT NULL)"
               " SELECT DISTINCT u.what, u.rel, p.oid::regprocedure::text, md5(%1) FROM used u JOIN pg_proc p ON p.oid = u.objid"
               " WHERE u.classid = 'pg_proc'::regclass AND p.oid >= 16384"
               " UNION SELECT t.what, t.rel, p.oid::regprocedure::text, md5(%1) FROM trees t"
               "  CROSS JOIN LATERAL regexp_matches(t.tree, ':(?:funcid|opfuncid) ([0-9]+)', 'g') f(oids) JOIN pg_proc p ON p.oid = f.oids[1]::oid"
               "  WHERE p.oid < 16384 AND (p.provolatile = 'v' OR p.proname ~ '_to_xml') AND NOT p.proname = ANY ($5::text[])"
               // The sequence that such a default advances is known by its dependency; without one, it is whatever the text comes to.
               "  AND NOT (p.proname = 'nextval' AND t.classid IN ('pg_attrdef'::regclass, 'pg_type'::regclass) AND EXISTS (SELECT FROM pg_depend d"
               "   JOIN pg_class s ON s.oid = d.refobjid AND s.relkind = 'S' WHERE d.classid = t.classid AND d.objid = t.objid AND d.refclassid = 'pg_class'::regclass))"
               " UNION SELECT 'sequence', t.rel, regexp_replace(s.oid::regclass::text, '^public\\.', ''), '' FROM trees t JOIN pg_depend d ON d.classid = t.classid AND d.objid = t.objid"
               "  AND d.refclassid = 'pg_class'::regclass JOIN pg_class s ON s.oid = d.refobjid AND s.relkind = 'S' WHERE $3 = 'i' OR ($6::text[] <> '{}' AND t.classid = 'pg_type'::regclass)"
               "   OR EXISTS (SELECT FROM pg_attrdef f JOIN pg_attribute a ON a.attrelid = f.adrelid AND a.attnum = f.adnum WHERE t.classid = 'pg_attrdef'::regclass AND f.oid = t.objid AND a.attname = ANY($6::text[]))"
               " UNION SELECT 'sequence', rel.oid, regexp_replace(s.oid::regclass::text, '^public\\.', ''), '' FROM rel JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.refobjid = rel.oid"
               "  AND d.refclassid = 'pg_class'::regclass AND d.deptype = 'i' JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S' WHERE $3 = 'i'"
               "  OR EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = d.refobjid AND a.attnum = d.refobjsubid AND a.attname = ANY($6::text[])) ORDER BY 1, 2, 3").arg(contentOf());
}

/// Volatile built-ins that only answer.
QString harmless()
{
    return arrayParameter({QStringLiteral("random"), QStringLiteral("clock_timestamp"), QStringLiteral("timeofday"), QStringLiteral("gen_random_uuid"),
                           QStringLiteral("currval"), QStringLiteral("lastval")});
}

RunCode::Power powerOf(std::int64_t tgtype)
{
    const bool perRow = (tgtype & rowTrigger) != 0;
    return perRow && (tgtype & (beforeTrigger | insteadTrigger)) != 0 ? RunCode::Power::Suppresses : RunCode::Power::Adds;
}

/// The server looks for the rows of the other side of a foreign key by queries of its own, for which it plans.
Result<std::vector<RunCode>, QString> codeOfChecking(const Catalog &catalog, const QString &holds, QLatin1StringView letter)
{
    std::vector<RunCode> code;
    if (!catalog.planning())
        return Failure{catalog.planning().error()};
    if (catalog.planning()->empty())
        return code;
    const auto sides = catalog.db().guarded(
        QStringLiteral("SELECT conrelid, confrelid FROM pg_constraint WHERE contype = 'f' AND conrelid = ANY($1::oid[]) AND $2 IN ('i', 'u')"
                       " UNION SELECT confrelid, conrelid FROM pg_constraint WHERE contype = 'f' AND confrelid = ANY($1::oid[]) AND $2 IN ('u', 'd') ORDER BY 1, 2"),
        {holds, letter});
    if (!sides)
        return Failure{sides.error().toString()};
    for (int row = 0; row < sides->count(); ++row) {
        const auto found = catalog.planning()->find(sides->oid(row, 1));
        if (found != catalog.planning()->end())
            code.push_back({QStringLiteral("foreign key"), found->second.function, sides->oid(row, 0), found->second.function, found->second.version});
    }
    return code;
}

} // namespace

QString contentOf()
{
    return QStringLiteral("concat(p.prosrc, p.prosqlbody, p.probin, p.proconfig, CASE WHEN p.prosecdef THEN ' security definer ' || p.proowner::text END)");
}

Result<std::vector<RunCode>, QString> codeRunBy(const Catalog &catalog, const Write &write)
{
    const EventWords words = wordsOf(write.event);
    const QString holds = oidParameter(write.holds), columns = arrayParameter(write.columns);
    const auto triggers = catalog.db().guarded(triggersQuery(catalog), {holds, columns, QString::number(words.triggerBit)});
    if (!triggers)
        return Failure{triggers.error().toString()};
    // The rules of a partition or a child do not apply where its parent is named.
    const auto rules = catalog.db().guarded(
        QStringLiteral("SELECT rulename, ev_class, md5(pg_get_ruledef(oid)) FROM pg_rewrite WHERE ev_class = $1::oid AND ev_type = $2 AND rulename <> '_RETURN' AND %1 ORDER BY 1")
            .arg(fires(catalog, QStringLiteral("ev_enabled"))),
        {QString::number(write.relation.oid), words.ruleType});
    if (!rules)
        return Failure{rules.error().toString()};
    const auto functions =
        catalog.db().guarded(functionsQuery(), {holds, columns, words.letter, write.relation.rowSecurity ? QStringLiteral("t") : QStringLiteral("f"), harmless(), arrayParameter(write.defaulted)});
    if (!functions)
        return Failure{functions.error().toString()};
    auto code = codeOfChecking(catalog, holds, words.letter);
    if (!code)
        return code;
    code->reserve(code->size() + static_cast<std::size_t>(triggers->count()) + static_cast<std::size_t>(rules->count()) + static_cast<std::size_t>(functions->count()));
    for (int row = 0; row < triggers->count(); ++row)
        code->push_back({QStringLiteral("trigger"), displayIdent(triggers->text(row, 0)), triggers->oid(row, 1), triggers->text(row, 2), triggers->text(row, 3),
                        powerOf(triggers->number(row, 4))});
    for (int row = 0; row < rules->count(); ++row)
        code->push_back({QStringLiteral("rule"), displayIdent(rules->text(row, 0)), rules->oid(row, 1), {}, rules->text(row, 2), RunCode::Power::Rewrites});
    for (int row = 0; row < functions->count(); ++row)
        code->push_back({functions->text(row, 0), functions->text(row, 2), functions->oid(row, 1), functions->text(row, 2), functions->text(row, 3)});
    return code;
}

Result<std::vector<RunCode>, QString> codeRunByDdl(const Catalog &catalog)
{
    const auto rows = catalog.db().guarded(QStringLiteral("SELECT e.evtname, p.oid::regprocedure::text, md5(%2), e.evtevent FROM pg_event_trigger e"
                                                          " JOIN pg_proc p ON p.oid = e.evtfoid WHERE %1 ORDER BY 1")
                                               .arg(fires(catalog, QStringLiteral("e.evtenabled")), contentOf()));
    if (!rows)
        return Failure{rows.error().toString()};
    std::vector<RunCode> code;
    code.reserve(static_cast<std::size_t>(rows->count()));
    for (int row = 0; row < rows->count(); ++row) {
        // Code that runs before the rows go may take them away first.
        const bool before = rows->text(row, 3) == l("ddl_command_start") || rows->text(row, 3) == l("table_rewrite");
        code.push_back({QStringLiteral("event trigger"), displayIdent(rows->text(row, 0)), 0, rows->text(row, 1), rows->text(row, 2),
                        before ? RunCode::Power::Suppresses : RunCode::Power::Adds});
    }
    return code;
}

} // namespace holdfast::sql
