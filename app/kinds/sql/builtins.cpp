// SPDX-License-Identifier: Apache-2.0
#include "kinds/sql/builtins.h"

#include <algorithm>

namespace holdfast::sql {

namespace {

// Objects made by initdb have oids below this (FirstNormalObjectId).

const std::set<QString> &functions()
{
    static const std::set<QString> names = [] {
        const QString list = QStringLiteral(
            "abs ceil ceiling floor round trunc mod power sqrt sign div gcd lcm width_bucket "
            "lower upper initcap length char_length character_length octet_length bit_length btrim ltrim rtrim substring substr left right "
            "lpad rpad position strpos replace translate starts_with split_part reverse md5 ascii concat concat_ws overlay encode decode sha256 "
            "regexp_replace regexp_match regexp_like like_escape similar_to_escape "
            "to_char to_date to_timestamp to_number date_trunc date_part extract age now statement_timestamp transaction_timestamp "
            "make_date make_time make_timestamp make_interval justify_days justify_hours justify_interval isfinite timezone overlaps date_bin "
            "array_length array_upper array_lower cardinality array_position array_ndims "
            "jsonb_typeof json_typeof jsonb_array_length json_array_length num_nulls num_nonnulls isempty lower_inc upper_inc "
            "family host masklen network "
            "count min max sum avg bool_and bool_or");
        std::set<QString> made;
        for (const QString &name : list.split(u' '))
            made.insert(name);
        return made;
    }();
    return names;
}

QString parameterOf(const std::set<QString> &names) { return arrayParameter(QStringList(names.begin(), names.end())); }

/// Names that are looked up along the search path; with `untyped`, only those that are used with nothing but literals.
QString searched(const std::map<QString, Use> &uses, bool untyped)
{
    QStringList list;
    for (const auto &[name, use] : uses) {
        if (use.searched && (use.untyped || !untyped))
            list += name;
    }
    return arrayParameter(list);
}

QString namesOf(const std::map<QString, Use> &uses)
{
    QStringList list;
    for (const auto &[name, use] : uses)
        list += name;
    return arrayParameter(list);
}

/// `known`: types that a value of the statement can have, the built-in ones and those of its columns ($1) with their elements and bases.
/// `reachable`: those that a value of such a type becomes without being asked to (can_coerce_type): implicit casts, domains over them,
/// arrays of them, and rows. A parameter of any other type takes only an untyped literal.
QString typesOf()
{
    return QStringLiteral(
        "WITH RECURSIVE known(t) AS (SELECT t.oid FROM pg_type t WHERE t.typnamespace = 'pg_catalog'::regnamespace UNION SELECT unnest($1::oid[])"
        "  UNION SELECT x.t FROM known k JOIN pg_type t ON t.oid = k.t CROSS JOIN LATERAL (VALUES (t.typelem), (t.typbasetype)) x(t) WHERE x.t <> 0),"
        " reachable(t) AS (SELECT t FROM known UNION SELECT t.oid FROM pg_type t WHERE t.typtype = 'c'"
        "  UNION SELECT x.t FROM reachable r CROSS JOIN LATERAL (SELECT t.oid FROM pg_type t WHERE t.typbasetype = r.t"
        "   UNION ALL SELECT t.typarray FROM pg_type t WHERE t.oid = r.t AND t.typarray <> 0"
        "   UNION ALL SELECT c.casttarget FROM pg_cast c WHERE c.castsource = r.t AND c.castcontext = 'i') x(t)) ");
}

QString firstName(const Result<PgRows, PgError> &rows, const QString &sentence)
{
    if (!rows)
        return QStringLiteral("the catalog could not be asked: %1").arg(rows.error().toString());
    return rows->count() == 0 ? QString() : sentence.arg(rows->text(0, 0), rows->columns() > 1 ? rows->text(0, 1) : QString());
}

QString whyNotOwnOperators(const Catalog &catalog, const Used &used)
{
    return firstName(catalog.db().guarded(QStringLiteral(
        "SELECT n.name FROM unnest($1::text[]) n(name) WHERE NOT EXISTS (SELECT FROM pg_operator o WHERE o.oprname = n.name"
        "  AND o.oprnamespace = 'pg_catalog'::regnamespace)"
        " UNION ALL SELECT o.oprname FROM pg_operator o JOIN pg_proc p ON p.oid = o.oprcode WHERE o.oprname = ANY($1::text[])"
        "  AND o.oprnamespace = 'pg_catalog'::regnamespace AND (o.oid >= %1 OR p.oid >= %1 OR p.provolatile NOT IN ('i', 's')"
        "  OR p.prolang NOT IN (SELECT oid FROM pg_language WHERE lanname IN ('internal', 'sql')))").arg(FirstUserOid), {namesOf(used.operators)}),
        QStringLiteral("operator %1 is not an unchanged built-in"));
}

QString whyNotOwnFunctions(const Catalog &catalog, const Used &used)
{
    return firstName(catalog.db().guarded(QStringLiteral(
        "SELECT n.name FROM unnest($1::text[]) n(name) WHERE NOT EXISTS (SELECT FROM pg_proc p WHERE p.proname = n.name"
        "  AND p.pronamespace = 'pg_catalog'::regnamespace)"
        " UNION ALL SELECT p.proname FROM pg_proc p WHERE p.proname = ANY($1::text[]) AND p.pronamespace = 'pg_catalog'::regnamespace"
        "  AND (p.oid >= %1 OR p.provolatile NOT IN ('i', 's') OR p.prolang NOT IN (SELECT oid FROM pg_language WHERE lanname IN ('internal', 'sql')))")
        .arg(FirstUserOid), {namesOf(used.functions)}), QStringLiteral("function %1 is not an unchanged built-in"));
}

QString whyNotOwnTypes(const Catalog &catalog, const Used &used)
{
    return firstName(catalog.db().guarded(QStringLiteral(
        "SELECT n.name FROM unnest($1::text[]) n(name) WHERE NOT EXISTS (SELECT FROM pg_type t WHERE t.typname = n.name"
        "  AND t.typnamespace = 'pg_catalog'::regnamespace AND t.oid < %1 AND t.typtype = 'b')").arg(FirstUserOid), {parameterOf(used.casts)}),
        QStringLiteral("type %1 is not an unchanged built-in"));
}

/// pg_catalog comes first, but a better match of the operands' types wins wherever it lies.
QString whyOtherOperator(const Catalog &catalog, const Used &used)
{
    const QString fits = used.shortSighted ? QStringLiteral("o.oprname <> ALL($4::text[]) AND o.oprleft IN (SELECT t FROM known) AND o.oprright IN (SELECT t FROM known)")
                                           : QStringLiteral("(o.oprname = ANY($4::text[]) OR o.oprleft IN (SELECT t FROM reachable) OR o.oprright IN (SELECT t FROM reachable))");
    return firstName(catalog.db().guarded(typesOf() + QStringLiteral(
        "SELECT o.oprname, n.nspname FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace WHERE n.nspname <> 'pg_catalog'"
        " AND n.nspname = ANY($2::name[]) AND o.oprname = ANY($3::text[]) AND %1 ORDER BY 1, 2").arg(fits),
        {oidParameter(used.types), arrayParameter(catalog.session().login.searchPath), searched(used.operators, false), searched(used.operators, true)}),
        QStringLiteral("operator %1 is also defined in schema %2, and that one could run instead"));
}

QString whyOtherFunction(const Catalog &catalog, const Used &used)
{
    return firstName(catalog.db().guarded(typesOf() + QStringLiteral(
        "SELECT p.proname, n.nspname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname <> 'pg_catalog'"
        " AND n.nspname = ANY($2::name[]) AND p.proname = ANY($3::text[]) AND (p.proname = ANY($4::text[]) OR p.pronargs = 0"
        "  OR EXISTS (SELECT FROM unnest(p.proargtypes) a(t) WHERE a.t IN (SELECT t FROM reachable))) ORDER BY 1, 2"),
        {oidParameter(used.types), arrayParameter(catalog.session().login.searchPath), searched(used.functions, false), searched(used.functions, true)}),
        QStringLiteral("function %1 is also defined in schema %2, and that one could run instead"));
}

/// What runs without being named: casts between the types at hand, and the default order and equality of a type (DISTINCT, GROUP BY, IN, max).
QString whyOtherImplicit(const Catalog &catalog, const Used &used)
{
    const QString cast = firstName(catalog.db().guarded(typesOf() + QStringLiteral(
        "SELECT format_type(c.castsource, NULL), format_type(c.casttarget, NULL) FROM pg_cast c WHERE c.oid >= %1"
        " AND c.castsource IN (SELECT t FROM known) AND c.casttarget IN (SELECT t FROM known) ORDER BY 1, 2").arg(FirstUserOid), {oidParameter(used.types)}),
        QStringLiteral("a cast from %1 to %2 that somebody made could run"));
    if (!cast.isEmpty())
        return cast;
    return firstName(catalog.db().guarded(typesOf() + QStringLiteral(
        "SELECT format_type(o.opcintype, NULL), m.amname FROM pg_opclass o JOIN pg_am m ON m.oid = o.opcmethod WHERE o.oid >= %1"
        " AND o.opcdefault AND m.amname IN ('btree', 'hash') AND o.opcintype IN (SELECT t FROM reachable)"
        " UNION ALL SELECT format_type(p.amproclefttype, NULL), m.amname FROM pg_amproc p JOIN pg_opfamily f ON f.oid = p.amprocfamily"
        "  JOIN pg_am m ON m.oid = f.opfmethod WHERE p.oid >= %1 AND f.oid < %1 AND m.amname IN ('btree', 'hash')"
        "  AND p.amproclefttype IN (SELECT t FROM known) AND p.amprocrighttype IN (SELECT t FROM known) ORDER BY 1, 2").arg(FirstUserOid),
        {oidParameter(used.types)}), QStringLiteral("values of type %1 are compared by code that somebody made (%2)"));
}

/// A literal has no type of its own, nor has NULL; in a row or a list any of them may be one.
bool mayBeUntyped(const Node &node)
{
    if (node.type == QLatin1StringView("A_Const"))
        return node.fields.has(QLatin1StringView("sval")) || node.fields.has(QLatin1StringView("isnull"));
    return node.type == QLatin1StringView("RowExpr") || node.type == QLatin1StringView("List");
}

} // namespace

bool isListedFunction(const QString &name) { return functions().contains(name); }

bool isListedOperator(const QString &name)
{
    static const std::set<QString> names = [] {
        std::set<QString> made;
        for (const QString &op :
             QStringLiteral("= <> != < <= > >= + - * / % ^ || ~~ !~~ ~~* !~~* ~ !~ ~* !~* & | # << >> -> ->> #> #>> @> <@ && ? ?| ?& -|- @@")
                 .split(u' '))
            made.insert(op);
        return made;
    }();
    return names.contains(name);
}

bool isListedType(const QString &name)
{
    static const std::set<QString> names = [] {
        std::set<QString> made;
        for (const QString &type :
             QStringLiteral("bool int2 int4 int8 numeric float4 float8 text varchar bpchar char name date time timetz timestamp timestamptz "
                            "interval uuid json jsonb inet cidr bytea bit varbit oid")
                 .split(u' '))
            made.insert(type);
        return made;
    }();
    return names.contains(name);
}

void Use::add(bool qualified, const std::vector<Node> &operands)
{
    searched = searched || !qualified;
    untyped = untyped || (!qualified && std::all_of(operands.begin(), operands.end(), mayBeUntyped));
}

QString whyNotBuiltin(const Catalog &catalog, const Used &used)
{
    const Login &login = catalog.session().login;
    if (!login.known())
        return QStringLiteral("the performing login's search_path is not known (%1)").arg(login.whyUnknown);
    // The server puts pg_catalog first unless the path names it later.
    const QString first = login.searchPath.value(0);
    if (first != QLatin1StringView("pg_catalog"))
        return QStringLiteral("the performing login's search_path puts %1 before pg_catalog").arg(displayIdent(first));
    for (const auto ask : {&whyNotOwnOperators, &whyNotOwnFunctions, &whyNotOwnTypes, &whyOtherOperator, &whyOtherFunction, &whyOtherImplicit}) {
        if (QString why = ask(catalog, used); !why.isEmpty())
            return why;
    }
    return {};
}

} // namespace holdfast::sql
