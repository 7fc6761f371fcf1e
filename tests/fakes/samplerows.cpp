// SPDX-License-Identifier: Apache-2.0
#include "fakes/sampleapp.h"

using namespace Qt::StringLiterals;

namespace holdfast::fakes {

using view::Quality;
using view::Severity;
using view::Tier;
using view::Tone;

DecisionTerms sampleTerms()
{
    DecisionTerms terms;
    terms.holdId = u"hkz3qhbt5xw2m7ad4cn6yjvre"_s;
    terms.revision = 1;
    terms.tier = Tier::Critical;
    terms.confirm = {u"type-target"_s};
    terms.confirmText = terms.confirmShown = u"bookings-prod"_s;
    terms.approveVerb = u"Approve deletion"_s;
    terms.heldVerb = u"Hold to approve deletion"_s;
    terms.needs = u"Needs 2 of 5 approvers, not sam"_s;
    terms.then = u"then 10 min in which anyone can stop it"_s;
    terms.sections = {{u"facts"_s, u"Look at the figures"_s}, {u"dependents"_s, u"Open all that goes with it"_s},
        {u"recovery"_s, u"Look at the recovery verdict"_s}, {u"diff"_s, u"Look at the diff"_s}, {u"payload"_s, u"Open the payload"_s}};
    return terms;
}

HoldView sampleHold()
{
    HoldView hold;
    hold.holdId = u"hkz3qhbt5xw2m7ad4cn6yjvre"_s;
    hold.revision = 1;
    hold.tier = Tier::Critical;
    hold.sentence = u"Drop table bookings in bookings-prod, with 11 dependent tables"_s;
    hold.origin = u"cursor-frontend asked 3 minutes ago, for sam, from a laptop in pocketos/web at 4f1c2ab"_s;
    hold.environment = u"production"_s;
    hold.environmentMeasured = true;
    hold.enforcementWhy = u"The gate runs as the same user as the agent, so the agent could go round it."_s;
    hold.left = u"11:42 left"_s;
    hold.urgent = true;
    hold.code = u"418207"_s;
    hold.verdict = view::Verdict::None;
    hold.verdictWhy = u"The only recent backup lies on the volume that this call deletes."_s;
    hold.measuredAt = u"measured 4 s ago"_s;
    hold.current = true;
    return hold;
}

Review::Lists sampleLists()
{
    Review::Lists lists;
    lists.contradictions = {{u"environment"_s, u"The request claims staging. The database it would hit is production."_s, u"system 7420…9311, 38 live connections"_s, Severity::Danger}};
    lists.facts = {{u"destroyed.rows"_s, u"1 284 003"_s, u"rows destroyed"_s, Quality::Measured, u"exact, 4 s ago"_s, Severity::Danger, u"count(*) over the closure of ON DELETE CASCADE, in one snapshot"_s},
        {u"destroyed.objects"_s, u"12"_s, u"tables, 11 by cascade"_s, Quality::Measured, u"exact, 4 s ago"_s, Severity::Info, u"pg_depend"_s},
        {u"destroyed.bytes"_s, u"4.1 GB"_s, u"of data and indexes"_s, Quality::Measured, u"exact, 4 s ago"_s, Severity::Info, u"pg_total_relation_size"_s},
        {u"last.used"_s, u"214 /min"_s, u"writes in the last hour"_s, Quality::Estimated, u"estimate, 1 min"_s, Severity::Info, u"pg_stat_user_tables"_s},
        {u"lock.level"_s, u"access exclusive"_s, u"lock it would take"_s, Quality::Measured, u"by static table"_s, Severity::Notice, {}},
        {u"dependents.live"_s, u"38"_s, u"live connections"_s, Quality::Measured, u"exact, 4 s ago"_s, Severity::Warning, {}},
        {u"backup.newest"_s, u"6 h old"_s, u"newest backup"_s, Quality::Configured, u"as the owner says"_s, Severity::Info, {}},
        {u"replica.lag"_s, u"unknown"_s, u"replicas that would follow"_s, Quality::Unknown, u"the role may not read pg_stat_replication"_s, Severity::Warning, {}},
        {u"server.identity"_s, u"system 7420118863259319311, database bookings (oid 16384), timeline 1, PostgreSQL 15.18, at unix:/run/postgresql/.s.PGSQL.5432 uid 112 machine 5f0c3e91a2b4"_s, u"server"_s, Quality::Measured, u"exact, 4 s ago"_s, Severity::Info, u"pg_control_system()"_s, true}};
    const auto dependent = [&](const QString &name, const QString &effect, int depth, const QString &count, double share) {
        lists.dependents.append({QString::number(lists.dependents.size()), name, effect, depth, count, share});
    };
    dependent(u"bookings"_s, u"table"_s, 0, u"412 006"_s, 0.55);
    dependent(u"booking_lines"_s, u"cascade"_s, 1, u"748 311"_s, 1);
    dependent(u"line_taxes"_s, u"cascade"_s, 2, u"98 220"_s, 0.13);
    dependent(u"payments_view"_s, u"view dropped"_s, 1, u"—"_s, -1);
    dependent(u"invoices.booking_reference_fkey"_s, u"orphaned"_s, 1, u"25 466"_s, 0.04);
    for (int i = 0; i < 7; ++i)
        dependent(u"booking_archive_2026_%1"_s.arg(i + 1), u"cascade"_s, 1, QString::number(900 + i * 31), 0.01);
    lists.recovery = {{u"next"_s, u"Next copy"_s, u"92 days old, other account"_s, Tone::Plain, false}, {u"tested"_s, u"Restore tested"_s, u"never"_s, Tone::Bad, false}, {u"undo"_s, u"Undo window"_s, u"none"_s, Tone::Bad, false}};
    lists.diffs = {{u"schema"_s, u"Schema"_s, u"14 changes"_s}, {u"rows"_s, u"bookings, 12 sample rows"_s, u"12 rows go"_s}};
    const QStringList payload{u"-- clean up staging"_s, u"DROP TABLE public.bookings CASCADE;"_s, u"-- ⟨U+202E⟩gnigats⟨U+202C⟩"_s};
    for (const auto &line : payload)
        lists.payload.append({QString::number(lists.payload.size()), QString::number(lists.payload.size() + 1), line, line.contains(u'⟨')});
    lists.credential = {{u"name"_s, u"Credential"_s, u"prod-db.cred"_s, Tone::Plain, true}, {u"can"_s, u"It can"_s, u"read, write, drop in bookings; create roles"_s, Tone::Plain, false},
        {u"excess"_s, u"More than it needs"_s, u"create roles, drop in every schema"_s, Tone::Caution, false}, {u"reach"_s, u"Within the requester's reach"_s, u"yes: the gate shares its user"_s, Tone::Bad, false}};
    lists.policy = {{u"rule"_s, u"Rule"_s, u"drop-in-production"_s, Tone::Plain, true}, {u"why"_s, u"Why critical"_s, u"rows are destroyed in production, and nothing restorable survives"_s, Tone::Plain, false},
        {u"quorum"_s, u"Who must sign"_s, u"2 of: ines, kim, lee, noor, ola. sam asked, and cannot."_s, Tone::Plain, false}, {u"cool"_s, u"Cooling-off"_s, u"10 min"_s, Tone::Plain, false}};
    lists.requester = {{u"who"_s, u"Requester"_s, u"cursor-frontend"_s, Tone::Plain, true}, {u"person"_s, u"Answers for it"_s, u"sam"_s, Tone::Plain, false}, {u"record"_s, u"Last 30 days"_s, u"41 asked, 36 approved, 3 denied, 2 expired"_s, Tone::Plain, false}, {u"claims"_s, u"Claims that did not hold"_s, u"2 of 41"_s, Tone::Caution, false}};
    return lists;
}

QList<DiffRow> sampleDiff()
{
    QList<DiffRow> rows;
    const auto line = [&](view::LineKind kind, const QString &old, const QString &now, const QStringList &parts) {
        rows.append({QString::number(rows.size()), static_cast<int>(kind), old, now, parts});
    };
    line(view::LineKind::Context, u"214"_s, u"214"_s, {u"CREATE SCHEMA public;"_s});
    line(view::LineKind::Removed, u"215"_s, {}, {u"CREATE TABLE public.bookings ("_s});
    line(view::LineKind::Removed, u"216"_s, {}, {u"    id bigint NOT NULL, customer_id bigint NOT NULL, vehicle_id bigint NOT NULL,"_s});
    line(view::LineKind::Removed, u"217"_s, {}, {u"    starts_at timestamptz NOT NULL, ends_at timestamptz NOT NULL, state text NOT NULL"_s});
    line(view::LineKind::Removed, u"218"_s, {}, {u");"_s});
    line(view::LineKind::Gap, {}, {}, {u"⋯ 302 lines without change ⋯"_s});
    line(view::LineKind::Removed, u"521"_s, {}, {u"COMMENT ON SCHEMA public IS '"_s, u"12 tables"_s, u" of bookings';"_s});
    line(view::LineKind::Added, {}, u"217"_s, {u"COMMENT ON SCHEMA public IS '"_s, u"no table"_s, u" of bookings';"_s});
    for (int i = 0; i < 40; ++i)
        line(view::LineKind::Context, QString::number(522 + i), QString::number(218 + i), {u"GRANT SELECT ON customers_%1 TO reporting;"_s.arg(i)});
    return rows;
}

QList<InboxRow> sampleInbox()
{
    QList<InboxRow> rows;
    const auto row = [&](const QString &id, Tier tier, const QString &sentence, const QString &environment, const QString &requester, const QString &person, const QString &left, int have, int need) {
        InboxRow next;
        next.key = id;
        next.tier = tier;
        next.sentence = sentence;
        next.environment = environment;
        next.environmentMeasured = true;
        next.requester = requester;
        next.person = person;
        next.left = left;
        next.have = have;
        next.need = need;
        rows.append(next);
    };
    row(u"hkz3qhbt5xw2m7ad4cn6yjvre"_s, Tier::Critical, u"Drop table bookings and all that hangs on it"_s, u"production"_s, u"cursor-frontend"_s, u"sam"_s, u"11 min left"_s, 0, 2);
    rows[0].urgent = rows[0].contradicted = true;
    row(u"h2"_s, Tier::Critical, u"Delete volume 3d2c42fb and its 14 backups"_s, u"production"_s, u"claude-ops"_s, u"ines"_s, u"26 min left"_s, 1, 2);
    row(u"h3"_s, Tier::High, u"Force-push main, 59 commits would be lost"_s, u"shared"_s, u"ci-release"_s, {}, u"1 h 40 left"_s, 0, 1);
    row(u"h4"_s, Tier::High, u"Terraform: replace 1 database, destroy 4"_s, u"production"_s, u"terraform-bot"_s, u"ines"_s, u"3 h left"_s, 0, 2);
    row(u"h5"_s, Tier::Elevated, u"Rotate secret payments/stripe-live"_s, u"production"_s, u"rotation-job"_s, {}, u"5 h left"_s, 0, 1);
    row(u"h6"_s, Tier::Elevated, u"Update 18 402 customers, column plan"_s, u"staging"_s, u"agent-billing"_s, u"kim"_s, u"7 h left"_s, 0, 1);
    rows[5].environmentMeasured = false;
    row(u"h7"_s, Tier::Low, u"Delete 212 files under /srv/cache/thumbnails"_s, u"staging"_s, u"janitor"_s, {}, u"7 h left"_s, 0, 1);
    return rows;
}

QList<RunningRow> sampleRunning()
{
    return {{u"r1"_s, Tier::Critical, u"Delete volume 3d2c42fb and its 14 backups"_s, u"production"_s, u"claude-ops"_s, u"cooling off"_s, Tone::Caution, u"runs in 8 min 12"_s, 0.18, true, false, {}, {}},
        {u"r2"_s, Tier::High, u"Delete 4 311 rows of bookings older than 2019"_s, u"production"_s, u"retention-job"_s, u"executing"_s, Tone::Plain, u"for 4 s"_s, -1, false, false, {}, {}},
        {u"r3"_s, Tier::Elevated, u"Update 18 402 customers, column plan"_s, u"staging"_s, u"agent-billing"_s, u"committed"_s, Tone::Good, u"2 min ago"_s, -1, false, true, u"18 402 rows changed, as signed"_s, u"UPDATE 18402"_s},
        {u"r4"_s, Tier::High, u"Force-push main, 59 commits would be lost"_s, u"shared"_s, u"ci-release"_s, u"failed"_s, Tone::Bad, u"20 min ago"_s, -1, false, true, u"The remote refused: protected branch. Nothing was changed."_s, u"remote: error: GH006"_s},
        {u"r5"_s, Tier::Critical, u"Drop table audit_2019"_s, u"production"_s, u"retention-job"_s, u"unknown"_s, Tone::Caution, u"1 h ago"_s, -1, false, true, u"The gate stopped while it ran. Look at the target before asking again."_s, {}}};
}

QList<HistoryRow> sampleHistory()
{
    return {{u"d1"_s, u"today 10:41"_s, Tier::Critical, u"Drop table bookings and all that hangs on it"_s, u"cursor-frontend"_s, u"2 approvers"_s, u"4 min 10"_s, false, u"denied"_s, Tone::Bad},
        {u"d2"_s, u"today 09:02"_s, Tier::High, u"Delete 4 311 rows of bookings older than 2019"_s, u"retention-job"_s, u"1 approver"_s, u"6 min 02"_s, false, u"committed, 4 311"_s, Tone::Good},
        {u"d3"_s, u"yesterday 17:30"_s, Tier::High, u"Alter table bookings, column state to smallint"_s, u"migrations-ci"_s, u"1 approver"_s, u"3 s"_s, true, u"committed"_s, Tone::Good},
        {u"d4"_s, u"yesterday 11:15"_s, Tier::Critical, u"Delete volume 3d2c42fb and its 14 backups"_s, u"claude-ops"_s, u"nobody"_s, u"4 h"_s, false, u"expired"_s, Tone::Plain},
        {u"d5"_s, u"Thu 20 Nov"_s, Tier::Critical, u"Terraform: replace database bookings-prod"_s, u"terraform-bot"_s, u"2 approvers"_s, u"22 min"_s, false, u"stopped in cooling"_s, Tone::Caution},
        {u"d6"_s, u"Wed 19 Nov"_s, Tier::High, u"Force-push main, 59 commits would be lost"_s, u"ci-release"_s, u"1 approver"_s, u"1 min 20"_s, false, u"denied, class"_s, Tone::Bad},
        {u"d7"_s, u"Tue 18 Nov"_s, Tier::Elevated, u"Update 18 402 customers, column plan"_s, u"agent-billing"_s, u"1 approver"_s, u"9 min"_s, false, u"drifted, asked again"_s, Tone::Caution}};
}

QList<TimelineRow> sampleTimeline()
{
    const auto digest = u"sha256:217751fac2c4f14edb2c9297fbc34abcb016ba88e74757e875ec4ac16fb6b6a1"_s;
    return {{u"48201"_s, u"10:37:02"_s, u"requested"_s, u"cursor-frontend, for sam"_s, u"claims staging"_s, digest, true, Tone::Plain},
        {u"48202"_s, u"10:37:04"_s, u"measured, revision 1"_s, u"the gate"_s, u"1 284 003 rows in production"_s, digest, true, Tone::Plain},
        {u"48207"_s, u"10:39:40"_s, u"approved by kim"_s, u"reached 9 of 9 sections in 2 min 20"_s, {}, digest, true, Tone::Good},
        {u"48209"_s, u"10:41:12"_s, u"denied by ines"_s, u"this resource"_s, u"This is the wrong target"_s, digest, true, Tone::Bad}};
}

} // namespace holdfast::fakes
