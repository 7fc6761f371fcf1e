// SPDX-License-Identifier: Apache-2.0
#include "kinds/sql/credentialfacts.h"

namespace holdfast::sql {

namespace {

struct Reach final
{
    std::int64_t owned = 0, writable = 0, tables = 0, needed = 0;
};

std::optional<Reach> reachOf(const Session &session, const Effects &effects)
{
    const auto rows = session.db.guarded(QStringLiteral(
        "SELECT count(*) FILTER (WHERE pg_has_role($1, c.relowner, 'USAGE')),"
        " count(*) FILTER (WHERE has_table_privilege($1, c.oid, 'DELETE, UPDATE, TRUNCATE')), count(*), count(*) FILTER (WHERE c.oid = ANY($2::oid[]))"
        " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p')"
        " AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')"), {session.login.user, oidParameter(effects.touched)});
    if (!rows)
        return std::nullopt;
    return Reach{rows->number(0, 0), rows->number(0, 1), rows->number(0, 2), rows->number(0, 3)};
}

} // namespace

CredentialFacts credentialFacts(const Session *session, const Credential *credential, const Effects &effects)
{
    CredentialFacts facts;
    facts.name = credential && !credential->name.isEmpty() ? credential->name : QStringLiteral("none");
    facts.reachableByRequester = !credential || credential->reachableByRequester;
    if (!session || !session->login.known())
        return facts;
    const Login &login = session->login;
    facts.name += QStringLiteral(" (%1)").arg(displayIdent(login.user));
    facts.expiresAt = login.validUntil;
    const std::pair<bool, const char *> powers[] = {
        {login.superuser, "everything: it is a superuser"}, {login.ownsDatabase, "drop the database"}, {login.createDb, "create databases"},
        {login.createRole, "create and change roles"}, {login.replication, "copy the whole server by replication"},
        {login.bypassRls, "ignore row security"}};
    for (const auto &[has, words] : powers) {
        if (has)
            facts.excess += QString::fromLatin1(words);
    }
    for (const QString &role : login.memberOf) {
        if (role.startsWith(QLatin1StringView("pg_")))
            facts.excess += QStringLiteral("act as %1").arg(role);
    }
    if (const auto reach = reachOf(*session, effects)) {
        facts.can += QStringLiteral("drop or alter %1 of %2 tables").arg(plain(reach->owned), plain(reach->tables));
        facts.can += QStringLiteral("change or delete rows of %1 of %2 tables").arg(plain(reach->writable), plain(reach->tables));
        if (reach->writable > reach->needed)
            facts.excess += QStringLiteral("reach %1 tables that this action does not touch").arg(plain(reach->writable - reach->needed));
    }
    facts.can += facts.excess;
    return facts;
}

} // namespace holdfast::sql
