// SPDX-License-Identifier: Apache-2.0
#include "core/samples.h"

#include "core/envelope.h"

namespace holdfast::samples {

namespace {

const QByteArray nonce = QByteArray::fromHex("000102030405060708090a0b0c0d0e0f");

Request requestOf(QStringView kindWord, const QString &target, Action action)
{
    Request made = request();
    made.kind = kindWord.toString();
    made.target = target;
    made.action = std::move(action);
    return made;
}

Decision denial(std::optional<Json> counter)
{
    Decision made = approval();
    made.verdict = Decision::Verdict::Deny;
    made.reason = QStringLiteral("the table is in use");
    made.scope = Decision::Scope::Resource;
    made.counter = std::move(counter);
    made.confirmations.clear();
    return made;
}

Command command(Command::Verb verb)
{
    Command made;
    made.verb = verb;
    made.gate = gateName();
    made.gateKey = gateKey();
    made.key = key(QStringLiteral("alice"));
    made.hold = hold().hold;
    made.actor = QStringLiteral("agent");
    made.target = QStringLiteral("prod-db");
    made.subject = sha256("an order");
    made.reason = QStringLiteral("look first");
    made.nonce = nonce;
    made.at = instant(u"2026-11-22T10:06:00.000Z");
    made.notAfter = instant(u"2026-11-22T10:16:00.000Z");
    return made;
}

Grant grant()
{
    const Hold held = hold();
    Grant made;
    made.grant = nonce;
    made.gate = gateName();
    made.hold = held.hold;
    made.revision = held.revision;
    made.request = held.request;
    made.holdDigest = sha256(held.toPayload());
    made.decisions = {sha256("one"), sha256("two")};
    made.notBefore = instant(u"2026-11-22T10:10:00.000Z");
    made.notAfter = instant(u"2026-11-22T10:11:00.000Z");
    made.performer = key(QStringLiteral("gate-perform"));
    return made;
}

Receipt receipt()
{
    Receipt made;
    made.grant = nonce;
    made.hold = hold().hold;
    made.outcome = Outcome::Committed;
    made.exitCode = -1;
    made.output = blob("DROP TABLE\n");
    made.effects = measurement().facts;
    made.startedAt = instant(u"2026-11-22T10:10:01.000Z");
    made.finishedAt = instant(u"2026-11-22T10:10:01.250Z");
    return made;
}

SessionOpen sessionOpen()
{
    SessionOpen made;
    made.gate = gateName();
    made.gateKey = gateKey();
    made.nonce = nonce;
    made.clientNonce = nonce + nonce;
    made.key = key(QStringLiteral("agent"));
    made.clientName = QStringLiteral("hold");
    made.clientVersion = QStringLiteral("0.1.0");
    made.channel = sha256("certificate");
    made.at = instant(u"2026-11-22T10:00:00.000Z");
    return made;
}

Session session()
{
    Session made;
    made.gate = gateName();
    made.nonce = nonce;
    made.clientNonce = nonce;
    made.key = key(QStringLiteral("agent"));
    made.session = QStringLiteral("s1");
    made.actorName = QStringLiteral("agent");
    made.actorPerson = QStringLiteral("web-dev");
    made.actorRoles = {QStringLiteral("requester")};
    made.checkpoint = QStringLiteral("pocketos.example/gate/ledger\n1\n…\n\n— …\n");
    made.registry = sha256("registry");
    made.time = instant(u"2026-11-22T10:00:00.001Z");
    return made;
}

Enrol enrol()
{
    Enrol made;
    made.gate = gateName();
    made.gateKey = gateKey();
    made.nonce = nonce;
    made.keys = human(QStringLiteral("carol"), QStringLiteral("carol")).keys;
    made.mark = Invite{gateKey(), nonce}.mark();
    made.mac = enrolMac(nonce, made.nonce, made.keys);
    return made;
}

Event event()
{
    Event made;
    made.gate = gateName();
    made.hold = hold().hold;
    made.revision = 2;
    made.state = State::Cooling;
    made.because = QStringLiteral("the quorum stands");
    made.at = instant(u"2026-11-22T10:10:00.000Z");
    made.until = instant(u"2026-11-22T10:20:00.000Z");
    return made;
}

void addRequests(std::vector<Sample> &list)
{
    const QStringList claims{QStringLiteral("$.claims.intent"), QStringLiteral("$.claims.environment"), QStringLiteral("$.claims.reversible"), QStringLiteral("$.claims.ticket")};
    QStringList optional = claims;
    for (const char16_t *member : {u"agent", u"session", u"host", u"cwd", u"repository", u"commit", u"pipeline", u"on_behalf_of"})
        optional.append(QStringLiteral("$.origin.%1").arg(QStringView(member)));
    optional.append(QStringLiteral("$.wanted_by"));
    const auto add = [&](const char16_t *name, const Request &made, const QStringList &more = {}) {
        list.push_back(sample(name, u"request", payloadtype::Request, made, optional + more));
    };
    add(u"request-sql", request());
    add(u"request-sql-blob", requestOf(kind::Sql, QStringLiteral("prod-db"), SqlAction{std::nullopt, blob("DELETE FROM bookings")}));
    add(u"request-filesystem", requestOf(kind::Filesystem, QStringLiteral("home"), FilesystemAction{{QStringLiteral("/srv/a"), QStringLiteral("/srv/b")}, true}));
    add(u"request-command", requestOf(kind::Command, QStringLiteral("shell"), CommandAction{{QStringLiteral("/bin/rm"), QStringLiteral("-r")}, QStringLiteral("/srv"), blob("yes")}),
        {QStringLiteral("$.action.stdin")});
    add(u"request-policy", policyRequest());
    Request least = request();
    least.claims = {};
    least.origin = {};
    least.wantedBy.reset();
    add(u"request-least", least);
}

void addRegistries(std::vector<Sample> &list)
{
    const QStringList optional{QStringLiteral("$.actors[0].groups"), QStringLiteral("$.actors[0].targets"), QStringLiteral("$.actors[0].kinds"), QStringLiteral("$.actors[0].expires"),
                               QStringLiteral("$.actors[0].keys.session"), QStringLiteral("$.actors[0].keys.decide"), QStringLiteral("$.actors[0].keys.cosign"),
                               QStringLiteral("$.actors[1].keys.request")};
    Registry next = registry();
    next.cause = RegistryCause{std::nullopt, sha256("an enrolment")};
    list.push_back(sample(u"registry", u"registry", payloadtype::Registry, registry(), optional));
    list.push_back(sample(u"registry-by-document", u"registry", payloadtype::Registry, next, optional));
    Registry first = registry();
    first.serial = 0;
    first.previous.reset();
    first.cause.reset();
    list.push_back(sample(u"registry-first", u"registry", payloadtype::Registry, first, optional));
}

void addHolds(std::vector<Sample> &list)
{
    QStringList optional{QStringLiteral("$.credential"), QStringLiteral("$.credential.expires_at"), QStringLiteral("$.confirm_text"),
                         QStringLiteral("$.facts[0].number"), QStringLiteral("$.facts[0].unit"), QStringLiteral("$.dependents[0].count"),
                         QStringLiteral("$.whole"), QStringLiteral("$.whole.resources"), QStringLiteral("$.whole.dependents"), QStringLiteral("$.whole.uninspectable")};
    for (const char16_t *member : {u"newest_copy", u"failure_domain", u"restore_tested_at", u"undo_window_s", u"dies_with_target"})
        optional.append(QStringLiteral("$.recovery.%1").arg(QStringView(member)));
    // Every parameter of a summary is one more or less: the template says which it wants.
    optional.append(QStringLiteral("$.summary.params.table"));
    list.push_back(sample(u"hold", u"hold", payloadtype::Hold, hold(), optional));
    Hold least = hold();
    least.measured = Measurement{};
    least.measured.operation = QStringLiteral("command.run");
    least.measured.summaryText = QStringLiteral("A command would run.");
    Fact unknown = measurement().facts.front();
    unknown.number.reset();
    unknown.unit.clear();
    unknown.quality = Quality::Unknown;
    unknown.how = QStringLiteral("the server does not answer");
    least.measured.facts = {unknown};
    least.measured.environment = {QStringLiteral("unknown"), Quality::Unknown, QStringLiteral("no target answers")};
    least.tolerances.clear();
    least.policy.confirm.clear();
    list.push_back(sample(u"hold-least", u"hold", payloadtype::Hold, least));
}

void addDecisions(std::vector<Sample> &list)
{
    const QStringList approving{QStringLiteral("$.predicate.checkpoint")};
    const QStringList denying{QStringLiteral("$.predicate.checkpoint"), QStringLiteral("$.predicate.scope"), QStringLiteral("$.predicate.counter")};
    list.push_back(sample(u"decision-approve", u"decision", payloadtype::Decision, approval(), approving));
    list.push_back(sample(u"decision-deny", u"decision", payloadtype::Decision, denial(Json(QStringLiteral("delete the old rows only"))), denying));
    const Json narrower = JsonBuilder().add(QStringLiteral("statements"), QStringLiteral("DELETE FROM bookings WHERE old")).build();
    list.push_back(sample(u"decision-counter", u"decision", payloadtype::Decision, denial(narrower), denying + QStringList{QStringLiteral("$.predicate.counter.statements")}));
}

void addCommands(std::vector<Sample> &list)
{
    const auto add = [&](const char16_t *name, Command::Verb verb, const QStringList &optional) {
        list.push_back(sample(name, u"command", payloadtype::Command, command(verb), optional));
    };
    const QString aboutHold = QStringLiteral("$.hold"), actor = QStringLiteral("$.actor"), target = QStringLiteral("$.target"), subject = QStringLiteral("$.subject");
    add(u"command-withdraw", Command::Verb::Withdraw, {actor, target, subject});
    add(u"command-stop", Command::Verb::Stop, {actor, target, subject});
    add(u"command-freeze", Command::Verb::Freeze, {aboutHold, actor, target, subject});
    add(u"command-unfreeze", Command::Verb::Unfreeze, {aboutHold, actor, target});
    add(u"command-lift", Command::Verb::Lift, {aboutHold, actor, target});
    add(u"command-revoke", Command::Verb::Revoke, {aboutHold, target, subject});
}

} // namespace

std::vector<Sample> all()
{
    std::vector<Sample> list;
    list.push_back(sample(u"session-open", u"session-open", payloadtype::SessionOpen, sessionOpen(), {QStringLiteral("$.channel")}));
    list.push_back(sample(u"session", u"session", payloadtype::Session, session()));
    list.push_back(sample(u"enrol", u"enrol", payloadtype::Enrol, enrol(),
                          {QStringLiteral("$.keys.cosign"), QStringLiteral("$.keys.decide"), QStringLiteral("$.keys.session")}));
    Enrol ofMachine = enrol();
    ofMachine.keys = machine(QStringLiteral("agent"), QStringLiteral("web-dev")).keys;
    list.push_back(sample(u"enrol-machine", u"enrol", payloadtype::Enrol, ofMachine));
    addRequests(list);
    addRegistries(list);
    addHolds(list);
    addDecisions(list);
    addCommands(list);
    list.push_back(sample(u"event", u"event", payloadtype::Event, event(), {QStringLiteral("$.until")}));
    list.push_back(sample(u"grant", u"grant", payloadtype::Grant, grant()));
    QStringList optional{QStringLiteral("$.grant"), QStringLiteral("$.exit_code"), QStringLiteral("$.output"), QStringLiteral("$.effects[0].number"), QStringLiteral("$.effects[0].unit")};
    list.push_back(sample(u"receipt", u"receipt", payloadtype::Receipt, receipt(), optional));
    return list;
}

} // namespace holdfast::samples
