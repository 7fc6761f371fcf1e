// SPDX-License-Identifier: Apache-2.0
#include "ledger/story.h"

#include "core/documents/bounds.h"

namespace holdfast {

namespace {

const QString gateName = QStringLiteral("story.example/gate");

SeedSigner signer(const char *name)
{
    return SeedSigner(QString::fromLatin1(name), SecretBytes::random(32));
}

QByteArray machine(const char *name, const SeedSigner &key)
{
    return "[[actor]]\nname = \"" + QByteArray(name) + "\"\nkind = \"machine\"\nperson = \"sam\"\nroles = [\"requester\"]\nkeys = { request = \"" + key.key().toString().toUtf8() + "\" }\n\n";
}

const QByteArray targets = "[[target]]\nname = \"db\"\nkind = \"sql\"\nenvironment = \"staging\"\nurl = \"postgresql:///db\"\n\n";
const QByteArray rules = "[[rule]]\nid = \"policy\"\nwhen = { kind = \"policy\" }\ntier = \"elevated\"\nsponsor_may_approve = true\nconfirm = [\"press\"]\n\n"
                         "[[rule]]\nid = \"many\"\nwhen = { rows_over = 100 }\ntier = \"critical\"\nsponsor_may_approve = true\nconfirm = [\"type-target\"]\n\n"
                         "[[rule]]\nid = \"rest\"\ntier = \"low\"\nsponsor_may_approve = true\nconfirm = [\"press\"]\n";

Actor human(const char *name, const SeedSigner &session, const SeedSigner &decide, QStringList roles)
{
    Actor actor;
    actor.name = actor.person = QString::fromLatin1(name);
    actor.kind = ActorKind::Human;
    actor.roles = std::move(roles);
    actor.keys = {{purpose::Session.toString(), session.key()}, {purpose::Decide.toString(), decide.key()}};
    return actor;
}

} // namespace

Story::Story()
    : gate(signer("story.example/gate")), ledger(signer("gate-ledger")), performer(signer("gate-perform")), ownerSession(signer("sam-session")), ownerDecide(signer("sam-decide")),
      ownerRequest(signer("sam-laptop")), agent(signer("cursor")), secondSession(signer("kim-session")), secondDecide(signer("kim-decide"))
{
    toml = machine("sam-laptop", ownerRequest) + machine("cursor", agent) + targets + rules;
    policy = *readPolicy(toml);
    registry.gate = gateName;
    registry.gateKeys = {gate.key(), ledger.key(), performer.key()};
    registry.actors = policy.actors;
    registry.actors.push_back(human("sam", ownerSession, ownerDecide, {role::Approver.toString(), role::Lead.toString(), role::Admin.toString()}));
    blobs[sha256(toml)] = toml;
    registry.policy = {sha256(toml), toml.size(), QStringLiteral("application/toml")};
    registryPayload = add(EntryKind::Registry, gate, registry.toPayload()).payloadDigest();
}

void Story::addEnvelope(EntryKind kind, const Envelope &envelope)
{
    const BuiltEntry built = buildEntry(now, envelope, static_cast<std::int64_t>(entries.size()), kind);
    if (built.payloadBlob)
        blobs[envelope.payloadDigest()] = *built.payloadBlob;
    entries.push_back(built.bytes);
    now += std::chrono::seconds(1);
}

Envelope Story::add(EntryKind kind, const Signer &by, const QByteArray &payload)
{
    Envelope envelope = Envelope::sign(by, payloadTypeOf(kind), payload);
    addEnvelope(kind, envelope);
    return envelope;
}

Request Story::requestBy(const QString &kind, const QString &target) const
{
    Request request;
    request.gate = gateName;
    request.gateKey = gate.key();
    request.nonce = randomBytes(16);
    request.kind = kind;
    request.target = target;
    request.createdAt = now;
    return request;
}

Story::Case Story::record(const Request &request, const Signer &by)
{
    Case about;
    about.request = add(EntryKind::Request, by, request.toPayload());
    about.id = HoldId::of(by.key().bytes, about.request.payload);
    Hold &hold = about.current;
    hold.hold = about.id;
    hold.revision = 0;
    hold.gate = gateName;
    hold.request = about.request.payloadDigest();
    const Actor *actor = registry.actorByKey(by.key().bytes, purpose::Request);
    hold.requesterActor = actor->name;
    hold.requesterPerson = actor->person;
    hold.requesterKey = by.key();
    hold.kind = request.kind;
    hold.target = request.target;
    hold.openedAt = now;
    return about;
}

Story::Case Story::ask(const QString &sql)
{
    Request request = requestBy(kind::Sql.toString(), QStringLiteral("db"));
    request.action = SqlAction{sql, {}};
    return record(request, agent);
}

Story::Case Story::askPolicy(const QByteArray &changed)
{
    Request request = requestBy(kind::Policy.toString(), QStringLiteral("policy"));
    request.action = PolicyAction{{sha256(changed), changed.size(), QStringLiteral("application/toml")}};
    blobs[sha256(changed)] = changed;
    return record(request, ownerRequest);
}

void Story::measure(Case &about, std::int64_t rows, const QStringList &alsoTouched, const QStringList &uninspectable)
{
    Hold &hold = about.current;
    ++hold.revision;
    const bool sql = hold.kind == kind::Sql;
    Measurement &measured = hold.measured;
    measured.resources = QStringList{sql ? QStringLiteral("public.t%1").arg(about.id.toString()) : QStringLiteral("policy")} + alsoTouched;
    measured.uninspectable = uninspectable;
    measured.operation = sql ? QStringLiteral("database.delete") : QStringLiteral("policy.change");
    measured.summaryText = QStringLiteral("Deletes rows.");
    measured.summaryTemplate = QStringLiteral("delete");
    measured.environment = {QStringLiteral("staging"), Quality::Measured, QStringLiteral("identity")};
    measured.facts = {{fact::DestroyedRows.toString(), QStringLiteral("rows destroyed"), QString::number(rows), rows, QStringLiteral("rows"), Quality::Measured, QStringLiteral("count"), now, Severity::Warning}};
    measured.recovery.verdict = Verdict::None;
    measured.recovery.quality = Quality::Measured;
    measured.confirmText = QStringLiteral("db");
    hold.measuredAt = now;
    const Bounded fit = bound(measured);
    for (const WholeList &list : fit.lists)
        blobs[list.ref.digest] = list.bytes;
    measured = fit.shown;
    const Ruling ruling = rule(policy, {hold.kind, hold.target, hold.requesterActor, {}, &fit.whole, hold.measuredAt});
    hold.mode = ruling.mode;
    hold.tier = ruling.tier;
    hold.ruleId = ruling.rule.id;
    hold.ruleBecause = ruling.because;
    hold.tolerances = ruling.tolerances;
    hold.policy = {registryPayload, ruling.rule.quorum.need, ruling.rule.quorum.from, ruling.rule.confirm, ruling.rule.coolOff.count(), now + ruling.rule.approveWithin, ruling.rule.executeWithin.count()};
    about.approvals.clear();
    about.hold = add(EntryKind::Hold, gate, hold.toPayload());
}

Decision Story::decisionOn(const Case &about, Decision::Verdict verdict, const Signer &by) const
{
    Decision decision;
    decision.hold = about.id;
    decision.revision = about.current.revision;
    decision.request = about.request.payloadDigest();
    decision.holdDigest = about.hold.payloadDigest();
    decision.verdict = verdict;
    decision.gate = gateName;
    decision.gateKey = gate.key();
    decision.key = by.key();
    decision.nonce = randomBytes(16);
    decision.view.locale = QStringLiteral("C");
    decision.decidedAt = now;
    decision.notAfter = now + std::chrono::minutes(5);
    if (verdict == Decision::Verdict::Approve) {
        for (const QString &kind : about.current.policy.confirm)
            decision.confirmations.push_back({kind, kind == QStringLiteral("press") ? QStringLiteral("1200") : QStringLiteral("db")});
    } else {
        decision.reason = QStringLiteral("not today");
    }
    return decision;
}

void Story::approve(Case &about, const Signer *by)
{
    const Signer &signing = by ? *by : ownerDecide;
    about.approvals.push_back(add(EntryKind::Decision, signing, decisionOn(about, Decision::Verdict::Approve, signing).toPayload()).idDigest());
}

Digest Story::deny(const Case &about, Decision::Scope scope, const Signer *by)
{
    const Signer &signing = by ? *by : ownerDecide;
    Decision decision = decisionOn(about, Decision::Verdict::Deny, signing);
    decision.scope = scope;
    return add(EntryKind::Decision, signing, decision.toPayload()).idDigest();
}

void Story::event(const Case &about, State state)
{
    Event event;
    event.gate = gateName;
    event.hold = about.id;
    event.revision = about.current.revision;
    event.state = state;
    event.because = QStringLiteral("so it is");
    event.at = now;
    add(EntryKind::Event, gate, event.toPayload());
}

void Story::grant(Case &about)
{
    Grant &grant = about.grant;
    grant.grant = randomBytes(16);
    grant.gate = gateName;
    grant.hold = about.id;
    grant.revision = about.current.revision;
    grant.request = about.request.payloadDigest();
    grant.holdDigest = about.hold.payloadDigest();
    grant.decisions = about.approvals;
    grant.notBefore = now;
    grant.notAfter = now + std::chrono::minutes(10);
    grant.performer = performer.key();
    add(EntryKind::Grant, gate, grant.toPayload());
}

void Story::receipt(const Case &about, Outcome outcome)
{
    Receipt receipt;
    receipt.grant = about.grant.grant;
    receipt.hold = about.id;
    receipt.outcome = outcome;
    receipt.startedAt = receipt.finishedAt = now;
    add(EntryKind::Receipt, performer, receipt.toPayload());
}

Story::Case Story::perform(const Signer *by)
{
    Case about = ask();
    measure(about);
    approve(about, by);
    event(about, State::Approved);
    grant(about);
    event(about, State::Executing);
    receipt(about);
    return about;
}

Digest Story::order(Command::Verb verb, const Signer &by, const std::optional<HoldId> &hold, const QString &actor, const std::optional<Digest> &subject)
{
    Command command;
    command.verb = verb;
    command.gate = gateName;
    command.gateKey = gate.key();
    command.key = by.key();
    command.hold = hold;
    if (!actor.isEmpty())
        command.actor = actor;
    command.subject = subject;
    command.reason = QStringLiteral("because");
    command.nonce = randomBytes(16);
    command.at = now;
    command.notAfter = now + std::chrono::minutes(5);
    return add(EntryKind::Command, by, command.toPayload()).idDigest();
}

void Story::follow(std::vector<Actor> actors, const QByteArray &changed, const RegistryCause &cause)
{
    registry.previous = registryPayload;
    ++registry.serial;
    registry.actors = std::move(actors);
    registry.policy = {sha256(changed), changed.size(), QStringLiteral("application/toml")};
    registry.cause = cause;
    toml = changed;
    policy = *readPolicy(toml);
    registryPayload = add(EntryKind::Registry, gate, registry.toPayload()).payloadDigest();
}

void Story::applyPolicy(const Case &about)
{
    const QByteArray changed = blobs.at(std::get<PolicyAction>(Request::parse(about.request.payload)->action).toml.digest);
    follow(actorsUnder(*readPolicy(changed), policy, registry), changed, {about.id, {}});
}

void Story::enrolSecond()
{
    const Invite invite{gate.key(), randomBytes(16)};
    const QByteArray block = "[[actor]]\nname = \"kim\"\nkind = \"human\"\nperson = \"kim\"\nroles = [\"approver\"]\ninvite = \"" + invite.mark().toUtf8() + "\"\n\n";
    Case about = askPolicy(block + toml);
    measure(about, 0);
    approve(about);
    event(about, State::Approved);
    grant(about);
    event(about, State::Executing);
    applyPolicy(about);
    receipt(about);

    Enrol enrol;
    enrol.gate = gateName;
    enrol.gateKey = gate.key();
    enrol.nonce = randomBytes(16);
    enrol.keys = {{purpose::Session.toString(), secondSession.key()}, {purpose::Decide.toString(), secondDecide.key()}};
    enrol.mark = invite.mark();
    enrol.mac = enrolMac(invite.secret, enrol.nonce, enrol.keys);
    Envelope envelope = Envelope::sign(secondSession, payloadtype::Enrol, enrol.toPayload());
    envelope.signatures.push_back(Envelope::sign(secondDecide, payloadtype::Enrol, enrol.toPayload()).signatures.front());
    addEnvelope(EntryKind::Enrol, envelope);
    std::vector<Actor> actors = registry.actors;
    for (Actor &actor : actors) {
        if (actor.mark == enrol.mark) {
            actor.mark.reset();
            actor.keys = enrol.keys;
        }
    }
    follow(std::move(actors), toml, {{}, envelope.idDigest()});
}

void Story::rebuild(std::vector<QByteArray> changed)
{
    entries = std::move(changed);
}

QByteArray Story::checkpoint() const
{
    MerkleTree tree;
    for (const QByteArray &entry : entries)
        tree.append(leafHash(entry));
    return signCheckpoint({gateName, tree.size(), tree.root()}, ledger);
}

BlobSource Story::blobSource() const
{
    return [this](const Digest &digest) {
        const auto found = blobs.find(digest);
        return found == blobs.end() ? std::nullopt : std::optional(found->second);
    };
}

bool Story::writeTo(const QString &directory) const
{
    ExportSource source{checkpoint(), static_cast<std::int64_t>(entries.size()), [this](std::int64_t i) { return std::optional(entries[static_cast<std::size_t>(i)]); }, {}, blobSource()};
    for (const auto &[digest, bytes] : blobs)
        source.blobs.push_back(digest);
    return static_cast<bool>(exportTiles(directory, source));
}

} // namespace holdfast
