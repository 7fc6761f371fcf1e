// SPDX-License-Identifier: Apache-2.0
#include "core/samples.h"

namespace holdfast::samples {

Instant instant(const char16_t *text)
{
    return parseInstant(QStringView(text)).value_or(Instant{});
}

SeedSigner signer(const QString &name, VerifierKey::Type type)
{
    QByteArray seed = sha256(name.toUtf8()).toBytes();
    return SeedSigner(name, SecretBytes::take(seed), type);
}

VerifierKey key(const QString &name, VerifierKey::Type type)
{
    return signer(name, type).key();
}

QString gateName()
{
    return QStringLiteral("pocketos.example/gate");
}

VerifierKey gateKey()
{
    return key(gateName());
}

BlobRef blob(const char *content)
{
    const QByteArray bytes(content);
    return {sha256(bytes), bytes.size(), QStringLiteral("text/plain")};
}

Actor human(const QString &name, const QString &person, QStringList roles)
{
    Actor actor;
    actor.name = name;
    actor.kind = ActorKind::Human;
    actor.person = person;
    actor.roles = std::move(roles);
    actor.keys = {{purpose::Session.toString(), key(name + QStringLiteral("-session"))},
                  {purpose::Decide.toString(), key(name)},
                  {purpose::Cosign.toString(), key(name + QStringLiteral("-cosign"), VerifierKey::Type::Cosignature)}};
    return actor;
}

Actor machine(const QString &name, const QString &person)
{
    Actor actor;
    actor.name = name;
    actor.person = person;
    actor.roles = {role::Requester.toString()};
    actor.keys = {{purpose::Request.toString(), key(name)}};
    return actor;
}

Registry registry()
{
    Registry made;
    made.gate = gateName();
    made.serial = 3;
    made.previous = sha256("the registry before");
    made.policy = blob("[[rule]]\n");
    made.gateKeys = {gateKey(), key(gateName() + QStringLiteral("/ledger")), key(QStringLiteral("gate-perform"))};
    Actor alice = human(QStringLiteral("alice"), QStringLiteral("alice"), {QStringLiteral("approver"), QStringLiteral("lead"), QStringLiteral("admin")});
    alice.groups = QStringList{QStringLiteral("dba")};
    alice.targets = QStringList{};
    alice.kinds = QStringList{QStringLiteral("sql")};
    alice.expires = instant(u"2027-01-01T00:00:00.000Z");
    Actor invited = human(QStringLiteral("bob"), QStringLiteral("bob"));
    invited.keys.clear();
    invited.mark = QStringLiteral("0011223344556677");
    made.actors = {alice, machine(QStringLiteral("agent"), QStringLiteral("web-dev")), invited};
    made.cause = RegistryCause{hold().hold, std::nullopt};
    return made;
}

Request request()
{
    Request made;
    made.gate = gateName();
    made.gateKey = gateKey();
    made.nonce = QByteArray::fromHex("000102030405060708090a0b0c0d0e0f");
    made.kind = kind::Sql.toString();
    made.target = QStringLiteral("prod-db");
    made.action = SqlAction{QStringLiteral("DROP TABLE bookings CASCADE;"), std::nullopt};
    made.claims = {QStringLiteral("clean up the staging schema"), QStringLiteral("staging"), QStringLiteral("OPS-1"), true};
    const QString word = QStringLiteral("as told");
    made.origin = {QStringLiteral("cursor"), word, word, word, word, word, word, word};
    made.createdAt = instant(u"2026-11-22T10:00:00.000Z");
    made.wantedBy = instant(u"2026-11-22T12:00:00.000Z");
    return made;
}

Request policyRequest()
{
    Request made = request();
    made.kind = kind::Policy.toString();
    made.target = QStringLiteral("policy");
    made.action = PolicyAction{blob("[[rule]]\nid = \"next\"\n")};
    return made;
}

namespace {

Fact count(QStringView id, std::int64_t number, Quality quality = Quality::Measured)
{
    Fact made;
    made.id = id.toString();
    made.label = QStringLiteral("rows destroyed");
    made.value = QString::number(number);
    made.number = number;
    made.unit = QStringLiteral("rows");
    made.quality = quality;
    made.how = QStringLiteral("counted in a snapshot");
    made.at = instant(u"2026-11-22T10:00:01.000Z");
    made.severity = Severity::Danger;
    return made;
}

Fact bounded(QStringView id, std::int64_t least, std::int64_t most)
{
    Fact made = count(id, 0, Quality::Bounded);
    made.value = QStringLiteral("%1 to %2").arg(least).arg(most);
    made.number.reset();
    made.least = least;
    made.most = most;
    return made;
}

Fact backup(const QString &value)
{
    Fact made = count(fact::BackupNewest, 0, Quality::Configured);
    made.label = QStringLiteral("newest backup");
    made.value = value;
    made.number.reset();
    made.unit.clear();
    made.severity = Severity::Notice;
    return made;
}

} // namespace

Measurement measurement()
{
    Measurement made;
    made.resources = {QStringLiteral("postgresql:7420/bookings/public.bookings"), QStringLiteral("postgresql:7420/bookings/public.guests")};
    made.operation = QStringLiteral("database.drop-table");
    made.summaryTemplate = QStringLiteral("drop-table");
    made.summaryText = QStringLiteral("Drops table bookings with 1000 rows.");
    made.summaryParams = {{QStringLiteral("table"), QStringLiteral("bookings")}};
    made.environment = {QStringLiteral("production"), Quality::Measured, QStringLiteral("system identifier 7420")};
    made.facts = {count(fact::DestroyedRows, 1000), count(fact::DestroyedBytes, 8192), count(fact::DependentsLive, 3), count(fact::LockObjects, 2),
                  count(fact::LastUsed, 5), bounded(fact::CascadeRows, 10, 40), backup(QStringLiteral("2026-11-01T00:00:00.000Z"))};
    made.contradictions = {{QStringLiteral("environment"), QStringLiteral("staging"), QStringLiteral("production"), Severity::Danger}};
    made.dependents = {{QStringLiteral("public.guests"), QStringLiteral("table"), QStringLiteral("cascade"), 17, -1},
                       {QStringLiteral("public.v"), QStringLiteral("view"), QStringLiteral("dropped"), std::nullopt, 0},
                       {QStringLiteral("public.log"), QStringLiteral("table"), QStringLiteral("trigger"), std::nullopt, -1, Quality::Bounded, 0, 40}};
    made.recovery = {Verdict::None, instant(u"2026-11-01T00:00:00.000Z"), QStringLiteral("same disk"), instant(u"2026-10-01T00:00:00.000Z"), 3600, true, Quality::Configured,
                     QStringLiteral("the owner's list of backups")};
    made.diffs = {{QStringLiteral("schema"), QStringLiteral("unified"), blob("-table\n")}};
    made.credential = {QStringLiteral("file:prod-db.cred"), {QStringLiteral("DROP")}, {QStringLiteral("SUPERUSER")}, instant(u"2026-12-01T00:00:00.000Z"), false};
    made.uninspectable = {QStringLiteral("a trigger calls a function")};
    made.whole = {blob("\"postgresql:7420/bookings/public.bookings\"\n"), blob("{}\n"), blob("\"a trigger calls a function\"\n")};
    made.fingerprint = sha256("state");
    made.confirmText = QStringLiteral("bookings-prod");
    return made;
}

Hold hold()
{
    const QByteArray payload = request().toPayload();
    Hold made;
    made.requesterKey = key(QStringLiteral("agent"));
    made.hold = HoldId::of(made.requesterKey.bytes, payload);
    made.revision = 2;
    made.gate = gateName();
    made.request = sha256(payload);
    made.requesterActor = QStringLiteral("agent");
    made.requesterPerson = QStringLiteral("web-dev");
    made.kind = kind::Sql.toString();
    made.target = QStringLiteral("prod-db");
    made.ruleId = QStringLiteral("drop-in-production");
    made.ruleBecause = QStringLiteral("Rule drop-in-production is the first that matches.");
    made.enforcement = Enforcement::Enforced;
    made.measured = measurement();
    made.tolerances = {{fact::DestroyedRows.toString(), 1010}};
    made.policy = {sha256("registry"), 2, {QStringLiteral("approver")}, {QStringLiteral("type-target"), QStringLiteral("press")}, 600,
                   instant(u"2026-11-22T14:00:00.000Z"), 900};
    made.openedAt = instant(u"2026-11-22T10:00:00.500Z");
    made.measuredAt = instant(u"2026-11-22T10:00:01.000Z");
    return made;
}

Decision approval()
{
    const Hold held = hold();
    Decision made;
    made.hold = held.hold;
    made.revision = held.revision;
    made.request = held.request;
    made.holdDigest = sha256(held.toPayload());
    made.verdict = Decision::Verdict::Approve;
    made.gate = gateName();
    made.gateKey = gateKey();
    made.key = key(QStringLiteral("alice"));
    made.nonce = QByteArray::fromHex("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff");
    made.confirmations = {{QStringLiteral("type-target"), QStringLiteral("bookings-prod")}, {QStringLiteral("press"), QStringLiteral("1200")}};
    made.view = {sha256("seen"), {QStringLiteral("facts"), QStringLiteral("payload")}, 61'000, QStringLiteral("en"), QStringLiteral("holdfast 0.1.0")};
    made.checkpoint = CheckpointRef{12, sha256("root")};
    made.decidedAt = instant(u"2026-11-22T10:05:00.000Z");
    made.notAfter = instant(u"2026-11-22T11:05:00.000Z");
    return made;
}

} // namespace holdfast::samples
