// SPDX-License-Identifier: Apache-2.0
#include "kinds/sql/builtins.h"

#include <algorithm>

namespace holdfast::sql {

namespace {

// Objects made by initdb have oids below this (FirstNormalObjectId).
constexpr auto FirstUserOid = QLatin1StringView("16384");

const std::set<QString> &functions()
{
    static const std::set<QString> names = [] {
        const QString list = QStringLiteral(
            "abs ceil ceiling floor round trunc mod power sqrt sign div gcd lcm width_bucket "
            "lower upper initcap length char_length character_length octet_length bit_length btrim ltrim rtrim substring substr left right "
            "position strpos replace translate starts_with split_part reverse md5 ascii concat concat_ws overlay encode decode sha256 "
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

QString parameterOf(const std::set<Oid> &oids)
{
    QStringList list;
    for (const Oid oid : oids)
        list += QString::number(oid);
    return u'{' + list.join(u',') + u'}';
}

/// A type that the statement's values can have: a built-in one, or one of its columns'.
QString reachable(const QString &type, const QString &usedParameter)
{
    return QStringLiteral(
               "(%1 = 0 OR %1 = ANY(%2::oid[]) OR EXISTS (SELECT FROM pg_type t WHERE t.oid = %1 AND t.typnamespace = 'pg_catalog'::regnamespace))")
        .arg(type, usedParameter);
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
        "  OR p.prolang NOT IN (SELECT oid FROM pg_language WHERE lanname IN ('internal', 'sql')))").arg(FirstUserOid), {parameterOf(used.operators)}),
        QStringLiteral("operator %1 is not an unchanged built-in"));
}

QString whyNotOwnFunctions(const Catalog &catalog, const Used &used)
{
    return firstName(catalog.db().guarded(QStringLiteral(
        "SELECT n.name FROM unnest($1::text[]) n(name) WHERE NOT EXISTS (SELECT FROM pg_proc p WHERE p.proname = n.name"
        "  AND p.pronamespace = 'pg_catalog'::regnamespace)"
        " UNION ALL SELECT p.proname FROM pg_proc p WHERE p.proname = ANY($1::text[]) AND p.pronamespace = 'pg_catalog'::regnamespace"
        "  AND (p.oid >= %1 OR p.provolatile NOT IN ('i', 's') OR p.prolang NOT IN (SELECT oid FROM pg_language WHERE lanname IN ('internal', 'sql')))")
        .arg(FirstUserOid), {parameterOf(used.functions)}), QStringLiteral("function %1 is not an unchanged built-in"));
}

QString whyShadowed(const Catalog &catalog, const Used &used)
{
    const QString path = arrayParameter(catalog.session().login.searchPath);
    const QString types = parameterOf(used.types);
    const QString op = firstName(catalog.db().guarded(QStringLiteral(
        "SELECT o.oprname, n.nspname FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace WHERE o.oprname = ANY($1::text[])"
        " AND n.nspname <> 'pg_catalog' AND n.nspname = ANY($2::name[]) AND ") + reachable(QStringLiteral("o.oprleft"), QStringLiteral("$3"))
        + QStringLiteral(" AND ") + reachable(QStringLiteral("o.oprright"), QStringLiteral("$3")), {parameterOf(used.operators), path, types}),
        QStringLiteral("operator %1 is also defined in schema %2, and that one could run instead"));
    if (!op.isEmpty())
        return op;
    const QString function = firstName(catalog.db().guarded(QStringLiteral(
        "SELECT p.proname, n.nspname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE p.proname = ANY($1::text[])"
        " AND n.nspname <> 'pg_catalog' AND n.nspname = ANY($2::name[])"
        " AND NOT EXISTS (SELECT FROM unnest(p.proargtypes) a(t) WHERE NOT ") + reachable(QStringLiteral("a.t"), QStringLiteral("$3")) + u')',
        {parameterOf(used.functions), path, types}), QStringLiteral("function %1 is also defined in schema %2, and that one could run instead"));
    if (!function.isEmpty())
        return function;
    return firstName(catalog.db().guarded(QStringLiteral(
        "SELECT format_type(c.castsource, NULL), format_type(c.casttarget, NULL) FROM pg_cast c WHERE c.oid >= %1 AND ").arg(FirstUserOid)
        + reachable(QStringLiteral("c.castsource"), QStringLiteral("$1")) + QStringLiteral(" AND ")
        + reachable(QStringLiteral("c.casttarget"), QStringLiteral("$1")), {types}),
        QStringLiteral("a cast from %1 to %2 that somebody made could run"));
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

QString whyNotBuiltin(const Catalog &catalog, const Used &used)
{
    const Login &login = catalog.session().login;
    if (!login.known())
        return QStringLiteral("the performing login's search_path is not known (%1)").arg(login.whyUnknown);
    // The server puts pg_catalog first unless the path names it later; pg_temp is never searched for functions and operators.
    const QString first = login.searchPath.value(0);
    if (first != QLatin1StringView("pg_catalog") && !first.startsWith(QLatin1StringView("pg_temp")))
        return QStringLiteral("the performing login's search_path puts %1 before pg_catalog").arg(displayIdent(first));
    if (QString why = whyNotOwnOperators(catalog, used); !why.isEmpty())
        return why;
    if (QString why = whyNotOwnFunctions(catalog, used); !why.isEmpty())
        return why;
    return whyShadowed(catalog, used);
}

} // namespace holdfast::sql
