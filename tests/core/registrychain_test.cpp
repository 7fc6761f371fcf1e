// SPDX-License-Identifier: Apache-2.0
#include "core/policy/registrychain.h"

#include "core/documents/command.h"
#include "core/documents/session.h"
#include "core/samples.h"

#include <QTest>

using namespace holdfast;

/// What a registry may follow on: an approved policy hold, an enrolment, a revocation; nothing else.
class RegistryChainTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { initialiseCryptography(); }
    void place();
    void enrolment();
    void badEnrolments();
    void revocation();
    void badRevocations();
    void unreachableQuorums();
    void policyHold();
    void badPolicyHolds();
    void recomputedTerms();
    void actorsUnderPolicy();
};

namespace {

const Instant now = samples::instant(u"2026-11-22T10:10:00.000Z");

Registry first()
{
    Registry made = samples::registry();
    made.serial = 0;
    made.previous.reset();
    made.cause.reset();
    made.actors = {samples::human(QStringLiteral("alice"), QStringLiteral("alice"), {QStringLiteral("approver"), QStringLiteral("admin")}),
                   samples::human(QStringLiteral("bob"), QStringLiteral("bob")), samples::machine(QStringLiteral("agent"), QStringLiteral("web-dev"))};
    Actor invited = samples::human(QStringLiteral("carol"), QStringLiteral("carol"));
    invited.keys.clear();
    invited.mark = QStringLiteral("0011223344556677");
    made.actors.push_back(invited);
    return made;
}

Registry after(const Registry &previous, RegistryCause cause)
{
    Registry next = previous;
    next.serial += 1;
    next.previous = sha256(previous.toPayload());
    next.cause = std::move(cause);
    return next;
}

Actor &actorOf(Registry &registry, const char *name)
{
    for (Actor &each : registry.actors) {
        if (each.name == QLatin1StringView(name))
            return each;
    }
    qFatal("no such actor");
}

QString why(const Registry &previous, const Registry &next, const RegistryEvidence &evidence)
{
    return whyNotFollowing(previous, sha256(previous.toPayload()), next, evidence);
}

/// carol answers her invite.
struct Enrolling final
{
    Registry previous = first();
    Enrol enrol;
    Envelope envelope;
    Registry next;
    RegistryEvidence evidence;

    Enrolling()
    {
        enrol.gate = samples::gateName();
        enrol.gateKey = samples::gateKey();
        enrol.nonce = QByteArray(16, 'n');
        enrol.keys = samples::human(QStringLiteral("carol"), QStringLiteral("carol")).keys;
        enrol.mark = QStringLiteral("0011223344556677");
        enrol.mac = QString(64, u'0'); // only the gate knows the secret that it proves
        seal();
    }
    /// Signs anew and lets the next registry follow.
    void seal()
    {
        envelope = Envelope{enrol.toPayload(), QString::fromLatin1(payloadtype::Enrol), {}};
        for (const auto &[name, key] : enrol.keys) {
            const SeedSigner signer = samples::signer(key.name, key.type);
            envelope.signatures.push_back(Envelope::sign(signer, payloadtype::Enrol, envelope.payload).signatures.front());
        }
        next = after(previous, {std::nullopt, envelope.idDigest()});
        actorOf(next, "carol").keys = enrol.keys;
        actorOf(next, "carol").mark.reset();
    }
    [[nodiscard]] QString why()
    {
        evidence.enrolment = &envelope;
        evidence.at = now;
        return ::why(previous, next, evidence);
    }
};

/// alice, an admin, revokes bob.
struct Revoking final
{
    Registry previous = first();
    Command command;
    QString signer = QStringLiteral("alice");
    Envelope envelope;
    Registry next;
    RegistryEvidence evidence;

    Revoking()
    {
        command.verb = Command::Verb::Revoke;
        command.gate = samples::gateName();
        command.gateKey = samples::gateKey();
        command.key = samples::key(signer);
        command.actor = QStringLiteral("bob");
        command.reason = QStringLiteral("lost his laptop");
        command.nonce = QByteArray(16, 'n');
        command.at = now;
        command.notAfter = now + std::chrono::minutes(5);
        seal();
    }
    void by(const QString &name)
    {
        signer = name;
        command.key = samples::key(name);
    }
    void seal()
    {
        envelope = Envelope::sign(samples::signer(signer), payloadtype::Command, command.toPayload());
        next = after(previous, {std::nullopt, envelope.idDigest()});
        for (Actor &each : next.actors) {
            if (each.name == command.actor)
                each.keys.clear();
        }
    }
    [[nodiscard]] QString why()
    {
        evidence.revocation = &envelope;
        evidence.at = now;
        return ::why(previous, next, evidence);
    }
};

/// agent asks for a policy, alice and bob approve.
struct Policing final
{
    Registry previous = first();
    Request request = samples::policyRequest();
    Hold hold = samples::hold();
    QString requester = QStringLiteral("agent");
    QStringList approvers{QStringLiteral("alice"), QStringLiteral("bob")};
    Envelope requestEnvelope, holdEnvelope;
    std::vector<Envelope> decisions;
    Registry next;
    RegistryEvidence evidence;

    Policing()
    {
        hold.kind = kind::Policy.toString();
        hold.target = QStringLiteral("policy");
        hold.policy.confirm.clear();
        seal();
    }
    void seal()
    {
        requestEnvelope = Envelope::sign(samples::signer(requester), payloadtype::Request, request.toPayload());
        hold.requesterKey = samples::key(requester);
        hold.hold = HoldId::of(hold.requesterKey.bytes, requestEnvelope.payload);
        hold.request = requestEnvelope.payloadDigest();
        sealHold();
    }
    void sealHold()
    {
        holdEnvelope = Envelope::sign(samples::signer(samples::gateName()), payloadtype::Hold, hold.toPayload());
        decisions.clear();
        for (const QString &name : approvers) {
            Decision decision = samples::approval();
            decision.hold = hold.hold;
            decision.revision = hold.revision;
            decision.request = hold.request;
            decision.holdDigest = holdEnvelope.payloadDigest();
            decision.key = samples::key(name);
            decision.confirmations.clear();
            decisions.push_back(Envelope::sign(samples::signer(name), payloadtype::Decision, decision.toPayload()));
        }
        next = after(previous, {hold.hold, std::nullopt});
        next.policy = std::get<PolicyAction>(request.action).toml;
        next.actors.pop_back(); // the new policy knows no carol
    }
    [[nodiscard]] QString why()
    {
        evidence.request = &requestEnvelope;
        evidence.hold = &holdEnvelope;
        evidence.decisions.clear();
        for (const Envelope &each : decisions)
            evidence.decisions.push_back(&each);
        evidence.at = now;
        return ::why(previous, next, evidence);
    }
};

/// A copy of a scene with one thing changed is refused.
template<typename Scene, typename Change>
bool refused(Change change)
{
    Scene scene;
    change(scene);
    return !scene.why().isEmpty();
}

} // namespace

void RegistryChainTest::place()
{
    Enrolling scene;
    QCOMPARE(scene.why(), QString());
    QVERIFY(refused<Enrolling>([](Enrolling &s) { s.next.serial = 2; }));
    QVERIFY(refused<Enrolling>([](Enrolling &s) { s.next.serial = 0; }));
    QVERIFY(refused<Enrolling>([](Enrolling &s) { s.next.gate = QStringLiteral("other"); }));
    QVERIFY(refused<Enrolling>([](Enrolling &s) { s.next.previous = sha256("other"); }));
    QVERIFY(refused<Enrolling>([](Enrolling &s) { s.next.previous.reset(); }));
    QVERIFY(refused<Enrolling>([](Enrolling &s) { s.next.gateKeys.performKey = samples::key(QStringLiteral("x")); }));
    QVERIFY(refused<Enrolling>([](Enrolling &s) { s.next.gateKeys.ledgerKey = samples::key(QStringLiteral("x")); }));
    QVERIFY(refused<Enrolling>([](Enrolling &s) { s.next.gateKeys.key = samples::key(QStringLiteral("x")); }));
    QVERIFY(refused<Enrolling>([](Enrolling &s) { s.next.cause.reset(); }));
    QVERIFY(refused<Enrolling>([](Enrolling &s) { s.next.cause = RegistryCause{}; }));
    // A cause that nobody shows is none.
    QVERIFY(!why(scene.previous, scene.next, RegistryEvidence{}).isEmpty());
    QVERIFY(!why(scene.previous, after(scene.previous, {samples::hold().hold, std::nullopt}), RegistryEvidence{}).isEmpty());
}

void RegistryChainTest::enrolment()
{
    Enrolling scene;
    QCOMPARE(scene.why(), QString());
    // Both registries are documents.
    QVERIFY(Registry::parse(scene.previous.toPayload()));
    QVERIFY(Registry::parse(scene.next.toPayload()));
}

void RegistryChainTest::badEnrolments()
{
    QVERIFY(refused<Enrolling>([](Enrolling &s) { s.next.cause->document = sha256("other"); }));
    QVERIFY(refused<Enrolling>([](Enrolling &s) { s.enrol.mark = QStringLiteral("ffffffffffffffff"), s.seal(); }));
    QVERIFY(refused<Enrolling>([](Enrolling &s) { s.enrol.gate = QStringLiteral("other"), s.seal(); }));
    QVERIFY(refused<Enrolling>([](Enrolling &s) { s.enrol.gateKey = samples::key(QStringLiteral("x")), s.seal(); }));
    QVERIFY(refused<Enrolling>([](Enrolling &s) { s.envelope.signatures.pop_back(); }));
    QVERIFY(refused<Enrolling>([](Enrolling &s) { s.envelope.signatures.front().signature[0] ^= 1; }));
    QVERIFY(refused<Enrolling>([](Enrolling &s) { s.envelope.payloadType = QString::fromLatin1(payloadtype::Command); }));
    QVERIFY(refused<Enrolling>([](Enrolling &s) { actorOf(s.next, "carol").keys.erase(QStringLiteral("cosign")); }));
    QVERIFY(refused<Enrolling>([](Enrolling &s) { actorOf(s.next, "carol").keys[QStringLiteral("decide")] = samples::key(QStringLiteral("x")); }));
    QVERIFY(refused<Enrolling>([](Enrolling &s) { actorOf(s.next, "carol").roles.append(QStringLiteral("admin")); }));
    QVERIFY(refused<Enrolling>([](Enrolling &s) { actorOf(s.next, "carol").person = QStringLiteral("else"); }));
    QVERIFY(refused<Enrolling>([](Enrolling &s) { actorOf(s.next, "bob").roles.append(QStringLiteral("admin")); }));
    QVERIFY(refused<Enrolling>([](Enrolling &s) { s.next.actors.pop_back(); }));
    QVERIFY(refused<Enrolling>([](Enrolling &s) { s.next.actors.push_back(samples::machine(QStringLiteral("extra"), QStringLiteral("x"))); }));
    QVERIFY(refused<Enrolling>([](Enrolling &s) { s.next.policy = samples::blob("other"); }));
    // An actor who has enrolled has no mark, so the same enrolment leads nowhere a second time.
    Enrolling scene;
    const Registry later = scene.next;
    Registry again = after(later, {std::nullopt, scene.envelope.idDigest()});
    RegistryEvidence evidence;
    evidence.enrolment = &scene.envelope;
    evidence.at = now;
    QVERIFY(!why(later, again, evidence).isEmpty());
}

void RegistryChainTest::revocation()
{
    Revoking byAdmin;
    QCOMPARE(byAdmin.why(), QString());
    Revoking ofMachine;
    ofMachine.command.actor = QStringLiteral("agent");
    ofMachine.seal();
    QCOMPARE(ofMachine.why(), QString());
    Revoking own;
    own.by(QStringLiteral("bob")); // no admin
    own.seal();
    QCOMPARE(own.why(), QString());
    Revoking oneKey;
    oneKey.next.actors = oneKey.previous.actors;
    actorOf(oneKey.next, "bob").keys.erase(QStringLiteral("session"));
    QCOMPARE(oneKey.why(), QString());
}

void RegistryChainTest::badRevocations()
{
    QVERIFY(refused<Revoking>([](Revoking &s) { s.by(QStringLiteral("bob")), s.command.actor = QStringLiteral("agent"), s.seal(); })); // bob is no admin
    QVERIFY(refused<Revoking>([](Revoking &s) { s.by(QStringLiteral("nobody")), s.seal(); }));
    QVERIFY(refused<Revoking>([](Revoking &s) { s.by(QStringLiteral("alice-session")), s.seal(); }));
    QVERIFY(refused<Revoking>([](Revoking &s) { s.signer = QStringLiteral("bob"), s.seal(); })); // signed by another than it names
    QVERIFY(refused<Revoking>([](Revoking &s) { s.command.verb = Command::Verb::Freeze, s.seal(); }));
    QVERIFY(refused<Revoking>([](Revoking &s) { s.command.gate = QStringLiteral("other"), s.seal(); }));
    QVERIFY(refused<Revoking>([](Revoking &s) { s.command.gateKey = samples::key(QStringLiteral("x")), s.seal(); }));
    QVERIFY(refused<Revoking>([](Revoking &s) { s.command.notAfter = now, s.seal(); }));
    QVERIFY(refused<Revoking>([](Revoking &s) { s.command.actor = QStringLiteral("stranger"), s.seal(); }));
    QVERIFY(refused<Revoking>([](Revoking &s) { s.command.actor = QStringLiteral("carol"), s.seal(); })); // she has none to lose
    QVERIFY(refused<Revoking>([](Revoking &s) { s.next.cause->document = sha256("other"); }));
    QVERIFY(refused<Revoking>([](Revoking &s) { s.envelope.signatures.front().signature[0] ^= 1; }));
    QVERIFY(refused<Revoking>([](Revoking &s) { s.next.actors = s.previous.actors; })); // nothing lost
    QVERIFY(refused<Revoking>([](Revoking &s) { actorOf(s.next, "bob").keys = {{QStringLiteral("decide"), samples::key(QStringLiteral("x"))}}; }));
    QVERIFY(refused<Revoking>([](Revoking &s) { actorOf(s.next, "bob").roles.clear(); }));
    QVERIFY(refused<Revoking>([](Revoking &s) { actorOf(s.next, "alice").keys.clear(); }));
    QVERIFY(refused<Revoking>([](Revoking &s) { s.next.policy = samples::blob("other"); }));
    QVERIFY(refused<Revoking>([](Revoking &s) { s.previous.actors.front().expires = now, s.seal(); }));
}

void RegistryChainTest::unreachableQuorums()
{
    // bob is the last approver but alice; a rule that wants two would never be met again.
    Rule two;
    two.quorum.need = 2;
    PolicyDocument policy;
    policy.rules = {two};
    Revoking scene;
    QCOMPARE(scene.why(), QString());
    scene.evidence.policyBefore = &policy;
    QVERIFY(scene.why().contains(QStringLiteral("quorum")));
    // A rule that could not be met before is no reason.
    policy.rules.front().quorum.need = 9;
    QCOMPARE(scene.why(), QString());
    // And the last approver never goes, whatever the rules are.
    Revoking last;
    last.previous.actors.erase(last.previous.actors.begin() + 1);
    last.command.actor = QStringLiteral("alice");
    last.seal();
    QVERIFY(last.why().contains(QStringLiteral("quorum")));
}

void RegistryChainTest::policyHold()
{
    Policing scene;
    QCOMPARE(scene.why(), QString());
    // More approvals than wanted do no harm, nor does one that does not count.
    scene.approvers.append(QStringLiteral("stranger"));
    scene.sealHold();
    QCOMPARE(scene.why(), QString());
    // Cooling may outlast the time for deciding: what matters is when the quorum stood.
    Policing late;
    late.evidence.quorumAt = now;
    late.hold.policy.approveUntil = now + std::chrono::milliseconds(1);
    late.sealHold();
    QCOMPARE(late.why(), QString());
    late.evidence.quorumAt = now + std::chrono::milliseconds(1);
    QVERIFY(!late.why().isEmpty());
    // A lone sponsor, where the rule lets him.
    Policing lone;
    lone.previous.actors = {samples::human(QStringLiteral("alice"), QStringLiteral("alice")), samples::machine(QStringLiteral("agent"), QStringLiteral("alice"))};
    lone.hold.requesterPerson = QStringLiteral("alice");
    lone.hold.policy.need = 1;
    lone.approvers = {QStringLiteral("alice")};
    lone.sealHold();
    QVERIFY(!lone.why().isEmpty());
    lone.evidence.sponsorMayApprove = true;
    QCOMPARE(lone.why(), QString());
}

void RegistryChainTest::badPolicyHolds()
{
    QVERIFY(refused<Policing>([](Policing &s) { s.approvers = {QStringLiteral("alice")}, s.sealHold(); })); // two are needed
    QVERIFY(refused<Policing>([](Policing &s) { s.approvers = {QStringLiteral("alice"), QStringLiteral("alice")}, s.sealHold(); }));
    QVERIFY(refused<Policing>([](Policing &s) { s.approvers = {QStringLiteral("alice"), QStringLiteral("agent")}, s.sealHold(); }));
    QVERIFY(refused<Policing>([](Policing &s) { s.decisions.clear(); }));
    QVERIFY(refused<Policing>([](Policing &s) { s.decisions.front().signatures.front().signature[0] ^= 1; }));
    QVERIFY(refused<Policing>([](Policing &s) { s.decisions.front() = s.decisions.back(); }));
    QVERIFY(refused<Policing>([](Policing &s) { s.holdEnvelope.signatures.front().signature[0] ^= 1; }));
    QVERIFY(refused<Policing>([](Policing &s) { s.requestEnvelope.signatures.front().signature[0] ^= 1; }));
    QVERIFY(refused<Policing>([](Policing &s) { s.next.cause->hold = samples::hold().hold; }));
    QVERIFY(refused<Policing>([](Policing &s) { s.next.policy = samples::blob("other"); }));
    QVERIFY(refused<Policing>([](Policing &s) { s.next.policy.size += 1; }));
    QVERIFY(refused<Policing>([](Policing &s) { s.hold.kind = QStringLiteral("sql"), s.sealHold(); }));
    QVERIFY(refused<Policing>([](Policing &s) { s.hold.mode = Mode::Propose, s.sealHold(); })); // a human does that himself, elsewhere
    QVERIFY(refused<Policing>([](Policing &s) { s.hold.mode = Mode::Allow, s.sealHold(); }));
    QVERIFY(refused<Policing>([](Policing &s) { s.hold.gate = QStringLiteral("other"), s.sealHold(); }));
    QVERIFY(refused<Policing>([](Policing &s) { s.hold.requesterPerson = QStringLiteral("else"), s.sealHold(); }));
    QVERIFY(refused<Policing>([](Policing &s) { s.hold.requesterActor = QStringLiteral("else"), s.sealHold(); }));
    QVERIFY(refused<Policing>([](Policing &s) { s.requester = QStringLiteral("stranger"), s.seal(); }));
    QVERIFY(refused<Policing>([](Policing &s) { s.request.gate = QStringLiteral("other"), s.seal(); }));
    QVERIFY(refused<Policing>([](Policing &s) { // the hold says policy, the request sql
        s.requestEnvelope = Envelope::sign(samples::signer(s.requester), payloadtype::Request, samples::request().toPayload());
        s.hold.hold = HoldId::of(s.hold.requesterKey.bytes, s.requestEnvelope.payload);
        s.hold.request = s.requestEnvelope.payloadDigest();
        s.sealHold();
    }));
    QVERIFY(refused<Policing>([](Policing &s) { s.hold.request = sha256("x"), s.sealHold(); }));
    QVERIFY(refused<Policing>([](Policing &s) { s.hold.policy.approveUntil = now, s.sealHold(); }));
    // An approval of an earlier revision is none of this one.
    QVERIFY(refused<Policing>([](Policing &s) {
        const std::vector<Envelope> old = s.decisions;
        s.hold.revision = 3;
        s.sealHold();
        s.decisions = old;
    }));
}

void RegistryChainTest::recomputedTerms()
{
    // The gate's hold says that one approval is enough; the policy says two.
    Policing scene;
    scene.hold.policy.need = 1;
    scene.approvers = {QStringLiteral("alice")};
    scene.sealHold();
    QCOMPARE(scene.why(), QString());
    Rule two;
    two.when.kind = QStringLiteral("policy");
    two.quorum.need = 2;
    two.confirm.clear();
    PolicyDocument policy;
    policy.rules = {two};
    scene.evidence.policyBefore = &policy;
    QVERIFY(scene.why().contains(QStringLiteral("quorum")));
    policy.rules.front().quorum.need = 1;
    QCOMPARE(scene.why(), QString());
    policy.rules.front().confirm = {QStringLiteral("type-target")};
    QVERIFY(!scene.why().isEmpty());
    policy.rules.front().confirm.clear();
    policy.rules.front().mode = Mode::Forbid;
    QVERIFY(!scene.why().isEmpty());
    policy.rules.front().mode = Mode::Allow; // which a policy never is
    QCOMPARE(scene.why(), QString());

    // With the new policy at hand the actors are held against it, in any order.
    PolicyDocument nextPolicy;
    policy.actors = scene.previous.actors;
    nextPolicy.actors = scene.next.actors;
    scene.evidence.policyAfter = &nextPolicy;
    QCOMPARE(scene.why(), QString());
    std::swap(scene.next.actors.front(), scene.next.actors.back());
    QCOMPARE(scene.why(), QString());
    scene.next.actors.front().roles.append(QStringLiteral("approver"));
    QVERIFY(scene.why().contains(QStringLiteral("actors")));
}

void RegistryChainTest::actorsUnderPolicy()
{
    const QString mark = QStringLiteral("0011223344556677");
    const auto names = [](const std::vector<Actor> &actors) {
        QStringList list;
        for (const Actor &each : actors)
            list.append(each.name);
        return list;
    };
    Actor owner = samples::human(QStringLiteral("owner"), QStringLiteral("owner"));
    Actor carol = samples::human(QStringLiteral("carol"), QStringLiteral("carol"));
    Actor invited = carol;
    invited.keys.clear();
    invited.mark = mark;
    const Actor agent = samples::machine(QStringLiteral("agent"), QStringLiteral("owner"));

    PolicyDocument before;
    before.actors = {invited, agent};
    Registry registry = first();
    registry.actors = {owner, carol, agent}; // carol has enrolled since, the owner was never written

    PolicyDocument next = before;
    next.actors.front().roles.append(QStringLiteral("lead"));
    std::vector<Actor> actors = actorsUnder(next, before, registry);
    QCOMPARE(names(actors), (QStringList{QStringLiteral("carol"), QStringLiteral("agent"), QStringLiteral("owner")}));
    QCOMPARE(actors[0].keys, carol.keys); // enrolled keys stay
    QVERIFY(!actors[0].mark);
    QVERIFY(actors[0].has(u"lead"));
    QCOMPARE(actors[2], owner);

    next.actors.front().mark = QStringLiteral("8899aabbccddeeff"); // invited anew
    actors = actorsUnder(next, before, registry);
    QVERIFY(actors[0].keys.empty());
    QCOMPARE(actors[0].mark, next.actors.front().mark);

    registry.actors[2].keys.clear(); // revoked keys do not come back
    actors = actorsUnder(before, before, registry);
    QVERIFY(actors[1].keys.empty());
    next = before;
    next.actors[1].keys[QStringLiteral("request")] = samples::key(QStringLiteral("agent-2")); // unless new ones are written
    QCOMPARE(actorsUnder(next, before, registry)[1].keys, next.actors[1].keys);

    next.actors = {agent}; // who is written no more is gone
    QCOMPARE(names(actorsUnder(next, before, registry)), (QStringList{QStringLiteral("agent"), QStringLiteral("owner")}));
}

QTEST_GUILESS_MAIN(RegistryChainTest)
#include "registrychain_test.moc"
