// SPDX-License-Identifier: Apache-2.0
#include "kinds/sql/conclude.h"

#include "core/policy/reach.h"
#include "kinds/sql/backups.h"
#include "kinds/sql/credentialfacts.h"
#include "kinds/sql/latin.h"
#include "kinds/sql/sentence.h"

#include <algorithm>

namespace holdfast::sql {

namespace {

constexpr qsizetype MaxText = 500;

void addCounts(const Effects &effects, Instant at, std::vector<Fact> &facts)
{
    const QString counted = QStringLiteral("counted in one snapshot, by SQL that the gate composed");
    // Unread code may destroy rows whatever the statement is: where the count is not certainly none, it is said.
    if (effects.destroys || effects.destroyed != Count::of(0)) {
        facts.push_back(countFact(fact::DestroyedRows, QStringLiteral("rows destroyed"), effects.destroyed, QStringLiteral("rows"), counted, at,
                                  Severity::Danger));
    }
    if (effects.destroys) {
        facts.push_back(countFact(fact::CascadeRows, QStringLiteral("rows destroyed by cascade"), effects.cascaded, QStringLiteral("rows"), counted,
                                  at, Severity::Danger));
    }
    if (effects.changes || effects.adds || effects.changed != Count::of(0)) {
        const QString label = !effects.adds ? QStringLiteral("rows changed")
            : effects.changes               ? QStringLiteral("rows changed or added")
                                            : QStringLiteral("rows added");
        facts.push_back(countFact(fact::ChangedRows, label, effects.changed, QStringLiteral("rows"), counted, at, Severity::Warning));
    }
    if (!effects.columnsChanged.isEmpty()) {
        QStringList columns = effects.columnsChanged;
        columns.removeDuplicates();
        facts.push_back({QStringLiteral("changed.columns"), QStringLiteral("columns changed"), columns.join(l(", ")).left(MaxText), columns.size(),
                         QString(), Quality::Measured, QStringLiteral("from the statement"), at, Severity::Info});
    }
}

void addObjects(const Effects &effects, Instant at, std::vector<Fact> &facts)
{
    std::int64_t major = 0, cascade = 0, keys = 0;
    for (const LostObject &object : effects.objects) {
        major += object.major || !object.cascade ? 1 : 0;
        cascade += object.major && object.cascade ? 1 : 0;
        keys += object.type == l("table constraint") || object.type == l("domain constraint") ? 1 : 0;
    }
    const QString how = QStringLiteral("closure of pg_depend");
    if (!effects.objects.empty()) {
        facts.push_back(countFact(fact::DestroyedObjects, QStringLiteral("objects destroyed"), Count::of(major), QStringLiteral("objects"), how, at,
                                  Severity::Danger));
        facts.push_back(countFact(fact::CascadeObjects, QStringLiteral("objects destroyed by cascade"), Count::of(cascade), QStringLiteral("objects"),
                                  how, at, Severity::Danger));
        facts.push_back(countFact(QStringView(u"destroyed.constraints"), QStringLiteral("constraints destroyed"), Count::of(keys),
                                  QStringLiteral("constraints"), how, at, Severity::Notice));
    }
    if (!effects.wholeTables.empty()) {
        const bool dropped = !effects.dropped.empty();
        facts.push_back(countFact(QStringView(u"destroyed.tables"),
                                  dropped ? QStringLiteral("tables dropped or emptied") : QStringLiteral("tables emptied"),
                                  Count::of(static_cast<std::int64_t>(effects.wholeTables.size())), QStringLiteral("tables"),
                                  QStringLiteral("closure of the catalog"), at, Severity::Danger));
    }
    if (effects.bytes.number != 0)
        facts.push_back(countFact(fact::DestroyedBytes, QStringLiteral("bytes freed"), effects.bytes, QStringLiteral("bytes"),
                                  QStringLiteral("main forks of tables, indexes and TOAST"), at, Severity::Warning));
}

/// The relations that are locked at the strongest level: what changes or empties a table locks its indexes alike.
Count lockedMost(const Session &session, const Effects &effects)
{
    std::set<Oid> strongest, withIndexes;
    for (const auto &[oid, level] : effects.locked) {
        if (level != effects.lock)
            continue;
        strongest.insert(oid);
        const bool looksUp = level == Lock::AccessShare || (level == Lock::RowExclusive && !effects.lockedAlone.contains(oid));
        if (looksUp || (effects.wholeTables.contains(oid) && !effects.dropped.contains(oid)))
            withIndexes.insert(oid);
    }
    const auto rows = session.db.guarded(QStringLiteral("SELECT count(*) FROM (SELECT unnest($1::oid[]) UNION SELECT i.indexrelid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
                                                        " WHERE i.indrelid = ANY($2::oid[]) AND c.relkind = 'i') x"),
                                         {oidParameter(strongest), oidParameter(withIndexes)});
    return rows ? Count::of(rows->number(0, 0)) : Count::unknown(rows.error().toString());
}

void addLocks(const Session &session, const Effects &effects, Instant at, std::vector<Fact> &facts)
{
    if (effects.lock == Lock::None)
        return;
    const QString how = QStringLiteral("from PostgreSQL's table of locks, not observed");
    const Severity severity = effects.lock == Lock::AccessExclusive ? Severity::Warning : Severity::Info;
    facts.push_back({fact::LockLevel.toString(), QStringLiteral("strongest lock"), toString(effects.lock), std::nullopt, QString(),
                     Quality::Estimated, how, at, severity});
    Count locked = lockedMost(session, effects);
    locked.estimated = true;
    locked.why = locked.number ? how : locked.why;
    facts.push_back(countFact(fact::LockObjects, QStringLiteral("tables and indexes locked so"), locked, QStringLiteral("relations"), how, at, severity));
}

void addLive(const Session &session, const Effects &effects, std::vector<Fact> &facts)
{
    const auto rows = session.db.guarded(QStringLiteral(
        "SELECT count(*), coalesce(string_agg(DISTINCT nullif(application_name, ''), ', '), '') FROM pg_stat_activity"
        " WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid() AND application_name <> 'holdfast'"));
    facts.push_back(countFact(fact::DependentsLive, QStringLiteral("live connections to the database"),
                              rows ? Count::of(rows->number(0, 0)) : Count::unknown(rows.error().toString()), QStringLiteral("connections"),
                              rows && !rows->text(0, 1).isEmpty() ? QStringLiteral("pg_stat_activity: %1").arg(rows->text(0, 1))
                                                                  : QStringLiteral("pg_stat_activity"),
                              session.at, Severity::Notice));
    if (effects.touched.empty())
        return;
    const auto used = session.db.guarded(
        QStringLiteral(
            "SELECT (SELECT count(DISTINCT pid) FROM pg_locks WHERE relation = ANY($1::oid[]) AND pid <> pg_backend_pid() AND database = (SELECT oid FROM pg_database WHERE datname = current_database())),"
            " (SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0) FROM pg_stat_user_tables WHERE relid = ANY($1::oid[])),"
            " (SELECT to_char(coalesce(stats_reset, pg_postmaster_start_time()) AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"') FROM pg_stat_database WHERE datname = current_database())"),
        {oidParameter(effects.touched)});
    Fact last{fact::LastUsed.toString(),
              QStringLiteral("last used"),
              QStringLiteral("unknown"),
              std::nullopt,
              QString(),
              Quality::Unknown,
              QString(),
              session.at,
              Severity::Notice};
    if (!used) {
        last.how = used.error().toString();
    } else if (used->number(0, 0) > 0) {
        last.value = QStringLiteral("now, by %1 connections").arg(used->number(0, 0));
        last.quality = Quality::Measured;
        last.how = QStringLiteral("pg_locks");
    } else {
        last.label = QStringLiteral("row writes since %1").arg(used->text(0, 2));
        last.value = plain(used->number(0, 1));
        last.number = used->number(0, 1);
        last.quality = Quality::Estimated;
        last.how = QStringLiteral("pg_stat_user_tables; PostgreSQL keeps no time of last use");
    }
    facts.push_back(last);
}

void addRefusals(const Effects &effects, Instant at, std::vector<Fact> &facts)
{
    if (effects.refusals.isEmpty())
        return;
    facts.push_back({QStringLiteral("refused"), QStringLiteral("the server will refuse it"), effects.refusals.join(l("; ")).left(MaxText),
                     effects.refusals.size(), QString(), Quality::Measured, QStringLiteral("foreign keys and dependencies in the catalog"), at,
                     Severity::Notice});
}

/// One id, one fact: a second statement's is told apart by its place.
void addExtra(Effects &effects, std::vector<Fact> &facts)
{
    for (Fact &fact : effects.extra) {
        const auto same = std::count_if(facts.begin(), facts.end(),
                                        [&](const Fact &known) { return known.id == fact.id || known.id.startsWith(fact.id + u'.'); });
        if (same > 0)
            fact.id += QStringLiteral(".%1").arg(same + 1);
        facts.push_back(fact);
    }
}

/// Rows of a partition are rows of what it is a partition of, and what hits a table by its name hits what inherits from it.
QStringList partsAndWholes(const Session &session, const Effects &effects)
{
    std::set<Oid> written, hit = effects.altered, named = effects.altered; // hit: rows of them
    for (const auto &[oid, level] : effects.locked) {
        if (level >= Lock::RowExclusive)
            written.insert(oid);
    }
    for (const auto &[oid, level] : effects.locked) {
        if (level == Lock::RowExclusive)
            hit.insert(oid);
    }
    for (const Relation &relation : effects.targets) {
        if (hit.contains(relation.oid))
            named.insert(relation.oid);
    }
    std::copy_if(effects.dependentTables.begin(), effects.dependentTables.end(), std::inserter(named, named.end()), [&](Oid oid) { return hit.contains(oid); });
    const auto rows = session.db.guarded(
        QStringLiteral("WITH RECURSIVE d(oid) AS (SELECT unnest($2::oid[]) UNION SELECT i.inhrelid FROM d JOIN pg_inherits i ON i.inhparent = d.oid)"
                       " SELECT DISTINCT n.nspname, c.relname FROM (SELECT a.oid FROM unnest($1::oid[]) t(oid) CROSS JOIN LATERAL pg_partition_ancestors(t.oid) a(oid) WHERE a.oid <> t.oid"
                       "  UNION SELECT d.oid FROM d JOIN pg_class k ON k.oid = d.oid WHERE k.relkind IN ('r', 'p', 'f') AND (k.relispartition OR d.oid = ANY($3::oid[]))) q"
                       " JOIN pg_class c ON c.oid = q.oid JOIN pg_namespace n ON n.oid = c.relnamespace ORDER BY 1, 2"),
        {oidParameter(written), oidParameter(named), oidParameter(hit)});
    QStringList names;
    for (int row = 0; rows && row < rows->count(); ++row)
        names += displayIdent(rows->text(row, 0)) + u'.' + displayIdent(rows->text(row, 1));
    return names;
}

/// True for a name as shown that has a schema; a dot inside quotes separates nothing.
bool namesSchema(const QString &shown)
{
    bool quoted = false;
    return std::any_of(shown.begin(), shown.end(), [&](QChar letter) {
        quoted = quoted != (letter == u'"');
        return letter == u'.' && !quoted;
    });
}

QStringList resourcesOf(const Effects &effects, const LiveIdentity *live, const Session *session)
{
    QStringList resources;
    if (!live)
        return resources;
    const QString base = resourcePrefix(live->identity);
    for (const QString &name : session ? partsAndWholes(*session, effects) : QStringList())
        resources += base + name;
    for (const Relation &relation : effects.targets)
        resources += base + relation.canonical();
    for (const LostObject &object : effects.objects) {
        if (object.major)
            resources += base + object.name;
    }
    for (const Dependent &dependent : effects.dependents) {
        if (dependent.type == l("table") || dependent.effect == l("altered"))
            resources += base + (namesSchema(dependent.name) ? dependent.name : QStringLiteral("public.") + dependent.name);
    }
    for (const QString &database : effects.databases)
        resources += resourcePrefix({live->identity.system, database});
    if (resources.isEmpty())
        resources += base;
    resources.removeDuplicates();
    std::sort(resources.begin(), resources.end(), [](const QString &a, const QString &b) { return a.toUtf8() < b.toUtf8(); });
    return resources;
}

Digest fingerprintOf(const Measurement &measurement, const MeasureInput &input, const LiveIdentity *live)
{
    QStringList lines{live ? live->toString() : QStringLiteral("no server"), sha256(input.request->actionBytes).toString(), measurement.operation,
                      measurement.environment.value};
    lines += measurement.resources;
    lines += measurement.uninspectable;
    for (const Fact &fact : measurement.facts) {
        if (fact.id != fact::LastUsed && fact.id != fact::DependentsLive && !fact.id.startsWith(l("lock.")))
            lines += fact.id + u'=' + fact.value;
    }
    for (QString &line : lines)
        line.replace(u'\n', u' ');
    return sha256(lines.join(u'\n').toUtf8());
}

} // namespace

Fact countFact(QStringView id, const QString &label, const Count &count, const QString &unit, const QString &how, Instant at, Severity ifAny)
{
    if (count.isBounded())
        return {id.toString(), label, words(count), std::nullopt, unit, Quality::Bounded, count.why, at, count.most == 0 ? Severity::Info : ifAny, count.least, count.most};
    if (!count.number)
        return {id.toString(), label, QStringLiteral("unknown"), std::nullopt, unit, Quality::Unknown, count.why, at, Severity::Danger};
    return {id.toString(),
            label,
            plain(*count.number),
            count.number,
            unit,
            count.estimated ? Quality::Estimated : Quality::Measured,
            count.estimated ? count.why : how,
            at,
            *count.number == 0 ? Severity::Info : ifAny};
}

MeasureOutput conclude(const MeasureInput &input, Effects effects, const Session *session, const LiveIdentity *live, const Recognition &recognition)
{
    MeasureOutput output;
    Measurement &made = output.measurement;
    made.environment = recognition.environment;
    made.contradictions = recognition.contradictions;
    made.confirmText = recognition.is ? recognition.is->name : input.target->name;
    made.resources = resourcesOf(effects, live, session);
    writeSentence(effects, made.confirmText, made);
    addCounts(effects, input.at, made.facts);
    addObjects(effects, input.at, made.facts);
    addExtra(effects, made.facts);
    addRefusals(effects, input.at, made.facts);
    if (session)
        addLive(*session, effects, made.facts);
    if (session)
        addLocks(*session, effects, input.at, made.facts);
    if (live) {
        made.facts.push_back({QStringLiteral("server.identity"), QStringLiteral("server"), live->toString(), std::nullopt, QString(),
                              Quality::Measured, QStringLiteral("asked on the connection that measured"), input.at, Severity::Info});
    }
    const bool harms = effects.destroys || effects.changes || !effects.uninspectable.isEmpty();
    // The backups of the server that would be hit count, whatever the target asked for was called.
    const Target &owner = recognition.is ? *recognition.is : *input.target;
    const Backups backups = measureBackups(owner, live, session && session->db.host().startsWith(u'/'), harms, input.at);
    made.recovery = backups.recovery;
    made.facts.insert(made.facts.end(), backups.facts.begin(), backups.facts.end());
    if (input.request->claims.reversible == true && (made.recovery.verdict == Verdict::None || made.recovery.verdict == Verdict::Unknown))
        made.contradictions.push_back({QStringLiteral("reversible"), QStringLiteral("yes"), toString(made.recovery.verdict), Severity::Danger});
    made.credential = credentialFacts(session, input.credential, effects);
    made.dependents = std::move(effects.dependents);
    made.diffs = std::move(effects.diffs);
    output.blobs = std::move(effects.blobs);
    made.uninspectable = std::move(effects.uninspectable);
    made.fingerprint = fingerprintOf(made, input, live);
    return output;
}

} // namespace holdfast::sql
