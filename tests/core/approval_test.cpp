// SPDX-License-Identifier: Apache-2.0
#include "core/policy/approval.h"

#include "core/samples.h"

#include <QTest>

using namespace holdfast;
using Refusal = ApprovalRefusal;

/// Who may approve what, and when: protocol 1.4, *Approval counts*.
class ApprovalTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { initialiseCryptography(); }
    void persons_data();
    void persons();
    void keyAliases();
    void roles();
    void expiry();
    void halfOpen_data();
    void halfOpen();
    void subjects();
    void quorumRoles();
    void termsAreThePolicys();
    void requesterGone();
    void denialsNeverCount();
    void confirmations_data();
    void confirmations();
    void quorum();
    void reachable();
};

namespace {

/// agent's sponsor is web-dev; alice and bob are persons of their own.
struct Scene final
{
    Registry registry = samples::registry();
    Hold hold = samples::hold();
    Decision decision = samples::approval();
    ApprovalTerms terms = ApprovalTerms::claimedBy(samples::hold());
    Instant at = samples::instant(u"2026-11-22T10:10:00.000Z");

    Scene() { registry.actors = {samples::human(QStringLiteral("alice"), QStringLiteral("alice")), samples::machine(QStringLiteral("agent"), QStringLiteral("web-dev"))}; }
    [[nodiscard]] Result<QString, Refusal> counts() const
    {
        ApprovalContext context;
        context.registry = &registry;
        context.hold = &hold;
        context.holdDigest = sha256(samples::hold().toPayload());
        context.terms = terms;
        context.gateKey = samples::gateKey();
        context.at = at;
        return countsAsApproval(decision, context);
    }
    void signedBy(const QString &name) { decision.key = samples::key(name); }
};

QString outcome(const Result<QString, Refusal> &result)
{
    return result ? QStringLiteral("counts for ") + *result : toString(result.error());
}

#define COUNTS(scene, person) QCOMPARE(outcome((scene).counts()), QStringLiteral("counts for ") + QStringLiteral(person))
#define REFUSED(scene, refusal) QCOMPARE(outcome((scene).counts()), toString(refusal))

} // namespace

void ApprovalTest::persons_data()
{
    QTest::addColumn<bool>("machine"); // the requester
    QTest::addColumn<QString>("requesterPerson");
    QTest::addColumn<QString>("approver"); // actor and person alike
    QTest::addColumn<bool>("sponsorRule");
    QTest::addColumn<bool>("second"); // another human approver is registered
    QTest::addColumn<bool>("counts");
    for (const bool machine : {true, false}) {
        for (const bool self : {true, false}) {
            for (const bool rule : {true, false}) {
                for (const bool second : {true, false}) {
                    const bool counts = !self || (machine && rule && !second);
                    QTest::addRow("%s %s rule=%d second=%d", machine ? "machine" : "human", self ? "own person" : "other", rule, second)
                        << machine << QStringLiteral("web-dev") << (self ? QStringLiteral("web-dev") : QStringLiteral("alice")) << rule << second << counts;
                }
            }
        }
    }
}

void ApprovalTest::persons()
{
    QFETCH(bool, machine);
    QFETCH(QString, requesterPerson);
    QFETCH(QString, approver);
    QFETCH(bool, sponsorRule);
    QFETCH(bool, second);
    QFETCH(bool, counts);
    Scene scene;
    scene.registry.actors = {samples::human(approver, approver), samples::machine(QStringLiteral("agent"), requesterPerson)};
    if (second)
        scene.registry.actors.push_back(samples::human(QStringLiteral("bob"), QStringLiteral("bob")));
    scene.registry.actors[1].kind = machine ? ActorKind::Machine : ActorKind::Human;
    scene.terms.sponsorMayApprove = sponsorRule;
    scene.signedBy(approver);
    QCOMPARE(outcome(scene.counts()), counts ? QStringLiteral("counts for ") + approver : toString(Refusal::SelfApproval));
}

void ApprovalTest::keyAliases()
{
    Scene scene;
    COUNTS(scene, "alice");
    scene.signedBy(QStringLiteral("nobody"));
    REFUSED(scene, Refusal::UnknownKey);
    scene.signedBy(QStringLiteral("alice-session")); // the key of another purpose
    REFUSED(scene, Refusal::UnknownKey);
    scene.signedBy(QStringLiteral("agent")); // a machine's
    REFUSED(scene, Refusal::UnknownKey);
    scene.decision.key = samples::key(QStringLiteral("alice-cosign"), VerifierKey::Type::Cosignature);
    REFUSED(scene, Refusal::UnknownKey);
    scene.decision.key = samples::key(QStringLiteral("alice"));
    scene.decision.key.name = QStringLiteral("bob"); // alice's bytes under another name
    REFUSED(scene, Refusal::UnknownKey);

    // A second actor of the requester's person is the requester's person, whatever its name and key.
    Scene alias;
    alias.registry.actors.push_back(samples::human(QStringLiteral("other-hat"), QStringLiteral("web-dev")));
    alias.terms.sponsorMayApprove = true;
    alias.signedBy(QStringLiteral("other-hat"));
    REFUSED(alias, Refusal::SelfApproval);
    // Two actors of one person are no second approver either.
    alias.registry.actors = {samples::human(QStringLiteral("hat"), QStringLiteral("web-dev")), samples::human(QStringLiteral("other-hat"), QStringLiteral("web-dev")),
                             samples::machine(QStringLiteral("agent"), QStringLiteral("web-dev"))};
    COUNTS(alias, "web-dev");
    alias.terms.sponsorMayApprove = false;
    REFUSED(alias, Refusal::SelfApproval);
}

void ApprovalTest::roles()
{
    Scene scene;
    scene.registry.actors.front().roles = {QStringLiteral("lead"), QStringLiteral("admin")};
    REFUSED(scene, Refusal::NotApprover); // administrators are not exempt
    scene.registry.actors.front().roles = {};
    REFUSED(scene, Refusal::NotApprover);
    scene.registry.actors.front().roles = {QStringLiteral("approver")};
    scene.registry.actors.front().kind = ActorKind::Machine;
    REFUSED(scene, Refusal::NotApprover);

    // Who cannot approve is no second approver: without role, invited only, or expired.
    Scene lone;
    lone.terms.sponsorMayApprove = true;
    lone.hold.requesterPerson = QStringLiteral("alice");
    COUNTS(lone, "alice");
    lone.registry.actors.push_back(samples::human(QStringLiteral("bob"), QStringLiteral("bob"), {QStringLiteral("lead")}));
    COUNTS(lone, "alice");
    lone.registry.actors.back().roles = {QStringLiteral("approver")};
    REFUSED(lone, Refusal::SelfApproval);
    lone.registry.actors.back().keys.clear();
    lone.registry.actors.back().mark = QStringLiteral("0011223344556677");
    COUNTS(lone, "alice");
    lone.registry.actors.back() = samples::human(QStringLiteral("bob"), QStringLiteral("bob"));
    lone.registry.actors.back().expires = lone.at;
    COUNTS(lone, "alice");
}

void ApprovalTest::expiry()
{
    using namespace std::chrono_literals;
    Scene scene;
    scene.registry.actors.front().expires = scene.at + 1ms;
    COUNTS(scene, "alice");
    scene.registry.actors.front().expires = scene.at;
    REFUSED(scene, Refusal::Expired);
    scene.registry.actors.front().expires = scene.at - 1ms;
    REFUSED(scene, Refusal::Expired);
}

void ApprovalTest::halfOpen_data()
{
    QTest::addColumn<int>("beforeApproveUntil"); // milliseconds
    QTest::addColumn<int>("beforeNotAfter");
    QTest::addColumn<bool>("counts");
    QTest::newRow("both later") << 1 << 1 << true;
    QTest::newRow("approve_until now") << 0 << 1 << false;
    QTest::newRow("not_after now") << 1 << 0 << false;
    QTest::newRow("approve_until past") << -1 << 1 << false;
    QTest::newRow("not_after past") << 1 << -1 << false;
    QTest::newRow("both now") << 0 << 0 << false;
}

void ApprovalTest::halfOpen()
{
    QFETCH(int, beforeApproveUntil);
    QFETCH(int, beforeNotAfter);
    QFETCH(bool, counts);
    Scene scene;
    scene.hold.policy.approveUntil = scene.at + std::chrono::milliseconds(beforeApproveUntil);
    scene.decision.notAfter = scene.at + std::chrono::milliseconds(beforeNotAfter);
    QCOMPARE(outcome(scene.counts()), counts ? QStringLiteral("counts for alice") : toString(Refusal::Late));
}

void ApprovalTest::subjects()
{
    const auto with = [](auto change) {
        Scene scene;
        change(scene.decision);
        return outcome(scene.counts());
    };
    QCOMPARE(with([](Decision &d) { d.gate = QStringLiteral("other.example/gate"); }), toString(Refusal::WrongGate));
    QCOMPARE(with([](Decision &d) { d.gateKey = samples::key(QStringLiteral("other")); }), toString(Refusal::WrongGate));
    QCOMPARE(with([](Decision &d) { d.hold = HoldId::of(d.key.bytes, "x"); }), toString(Refusal::WrongDigest));
    QCOMPARE(with([](Decision &d) { d.revision = 1; }), toString(Refusal::StaleRevision));
    QCOMPARE(with([](Decision &d) { d.revision = 3; }), toString(Refusal::StaleRevision));
    QCOMPARE(with([](Decision &d) { d.request = sha256("other"); }), toString(Refusal::WrongDigest));
    QCOMPARE(with([](Decision &d) { d.holdDigest = sha256("other"); }), toString(Refusal::WrongDigest));
}

void ApprovalTest::quorumRoles()
{
    Scene scene;
    scene.terms.quorum.from = {QStringLiteral("lead")};
    REFUSED(scene, Refusal::NotFromQuorum);
    scene.registry.actors.front().roles.append(QStringLiteral("lead"));
    COUNTS(scene, "alice");
    scene.terms.quorum.from = {QStringLiteral("dba")};
    REFUSED(scene, Refusal::NotFromQuorum);
    scene.registry.actors.front().groups = QStringList{QStringLiteral("dba")};
    COUNTS(scene, "alice");
    scene.terms.quorum.from = {};
    REFUSED(scene, Refusal::NotFromQuorum);
}

// A hold's word for quorum and confirmations is read by nobody.
void ApprovalTest::termsAreThePolicys()
{
    Scene scene;
    scene.hold.policy.from = {QStringLiteral("nobody")};
    scene.hold.policy.confirm = {QStringLiteral("press")};
    scene.hold.mode = Mode::Forbid;
    COUNTS(scene, "alice");
    for (const Mode mode : {Mode::Allow, Mode::Forbid}) {
        scene.terms.mode = mode;
        REFUSED(scene, Refusal::NotAsked);
    }
    scene.terms.mode = Mode::Propose;
    COUNTS(scene, "alice");
    scene.terms.confirm = {QStringLiteral("press")};
    REFUSED(scene, Refusal::Unconfirmed);
}

void ApprovalTest::requesterGone()
{
    Scene scene;
    scene.registry.actors[1].keys.clear();
    REFUSED(scene, Refusal::RequesterGone);
    scene.registry.actors[1] = samples::machine(QStringLiteral("agent"), QStringLiteral("web-dev"));
    scene.registry.actors[1].expires = scene.at;
    REFUSED(scene, Refusal::RequesterGone);
    scene.registry.actors[1].expires.reset();
    scene.registry.actors[1].name = QStringLiteral("other");
    REFUSED(scene, Refusal::RequesterGone);
    // The person who answers for it by now is its own judge as much as the one who did.
    scene.registry.actors[1].name = QStringLiteral("agent");
    scene.registry.actors[1].person = QStringLiteral("alice");
    REFUSED(scene, Refusal::SelfApproval);
}

void ApprovalTest::denialsNeverCount()
{
    Scene scene;
    scene.decision.verdict = Decision::Verdict::Deny;
    REFUSED(scene, Refusal::Unconfirmed);
}

void ApprovalTest::confirmations_data()
{
    QTest::addColumn<QStringList>("asked");
    QTest::addColumn<QStringList>("given"); // kind, value, kind, value …
    QTest::addColumn<bool>("fit");
    const QString code = codeOf(sha256(samples::hold().toPayload()));
    const QString press = QStringLiteral("press"), type = QStringLiteral("type-target"), match = QStringLiteral("match-code"), name = QStringLiteral("bookings-prod");
    const QStringList none;
    QTest::newRow("none") << none << none << true;
    QTest::newRow("more than asked") << none << QStringList{press, QStringLiteral("900")} << false;
    QTest::newRow("none given") << QStringList{type} << none << false;
    QTest::newRow("name") << QStringList{type} << QStringList{type, name} << true;
    QTest::newRow("name in capitals") << QStringList{type} << QStringList{type, name.toUpper()} << false;
    QTest::newRow("name and space") << QStringList{type} << QStringList{type, name + u' '} << false;
    QTest::newRow("no name") << QStringList{type} << QStringList{type, QString()} << false;
    QTest::newRow("another kind") << QStringList{type} << QStringList{press, name} << false;
    QTest::newRow("press 500") << QStringList{press} << QStringList{press, QStringLiteral("500")} << true;
    QTest::newRow("press 499") << QStringList{press} << QStringList{press, QStringLiteral("499")} << false;
    QTest::newRow("press signed") << QStringList{press} << QStringList{press, QStringLiteral("+500")} << false;
    QTest::newRow("press in words") << QStringList{press} << QStringList{press, QStringLiteral("long")} << false;
    QTest::newRow("press of nothing") << QStringList{press} << QStringList{press, QString()} << false;
    QTest::newRow("press beyond numbers") << QStringList{press} << QStringList{press, QString(40, u'9')} << false;
    QTest::newRow("code") << QStringList{match} << QStringList{match, code} << true;
    QTest::newRow("other code") << QStringList{match} << QStringList{match, code == u"000000" ? QStringLiteral("000001") : QStringLiteral("000000")} << false;
    QTest::newRow("both") << QStringList{type, match} << QStringList{type, name, match, code} << true;
    QTest::newRow("other order") << QStringList{type, match} << QStringList{match, code, type, name} << false;
    QTest::newRow("one of two") << QStringList{type, match} << QStringList{type, name} << false;
    QTest::newRow("unknown word") << QStringList{QStringLiteral("wave")} << QStringList{QStringLiteral("wave"), QStringLiteral("x")} << false;
}

void ApprovalTest::confirmations()
{
    QFETCH(QStringList, asked);
    QFETCH(QStringList, given);
    QFETCH(bool, fit);
    Hold hold = samples::hold();
    std::vector<Confirmation> list;
    for (qsizetype i = 0; i + 1 < given.size(); i += 2)
        list.push_back({given[i], given[i + 1]});
    QCOMPARE(confirmationsFit(list, asked, hold, sha256(samples::hold().toPayload())), fit);
    hold.measured.confirmText.clear(); // then nothing fits, not even nothing
    if (asked.contains(QStringLiteral("type-target")))
        QVERIFY(!confirmationsFit(list, asked, hold, sha256(samples::hold().toPayload())));
}

void ApprovalTest::quorum()
{
    Registry registry = samples::registry();
    registry.actors = {samples::human(QStringLiteral("a"), QStringLiteral("ann")), samples::human(QStringLiteral("a2"), QStringLiteral("ann")),
                       samples::human(QStringLiteral("b"), QStringLiteral("ben")), samples::human(QStringLiteral("c"), QStringLiteral("cat"), {QStringLiteral("lead")})};
    registry.actors[2].groups = QStringList{QStringLiteral("dba")};
    Quorum policy;
    const QString ann = QStringLiteral("ann"), ben = QStringLiteral("ben"), cat = QStringLiteral("cat");
    policy.need = 1;
    QVERIFY(!quorumReached({}, policy, registry));
    QVERIFY(quorumReached({ann}, policy, registry));
    QVERIFY(!quorumReached({cat}, policy, registry)); // no approver
    QVERIFY(!quorumReached({QStringLiteral("stranger")}, policy, registry));
    policy.need = 2;
    QVERIFY(!quorumReached({ann, ann}, policy, registry)); // a quorum counts persons
    QVERIFY(quorumReached({ann, ben}, policy, registry));
    policy.from = {QStringLiteral("dba")};
    QVERIFY(!quorumReached({ann, ben}, policy, registry));
    policy.from = {QStringLiteral("dba"), QStringLiteral("approver")};
    QVERIFY(quorumReached({ann, ben}, policy, registry));
    policy.need = 0;
    QVERIFY(!quorumReached({ann}, policy, registry));
}

void ApprovalTest::reachable()
{
    Registry registry = samples::registry();
    const Instant at = samples::instant(u"2026-11-22T10:00:00.000Z");
    registry.actors = {samples::human(QStringLiteral("a"), QStringLiteral("ann")), samples::human(QStringLiteral("b"), QStringLiteral("ben"))};
    const Quorum two{2, {QStringLiteral("approver")}};
    QVERIFY(quorumReachable(two, registry, at));
    registry.actors[1].expires = at;
    QVERIFY(!quorumReachable(two, registry, at));
    registry.actors[1].expires.reset();
    registry.actors[1].keys.clear();
    QVERIFY(!quorumReachable(two, registry, at));
    QVERIFY(quorumReachable({1, {QStringLiteral("approver")}}, registry, at));
    QVERIFY(!quorumReachable({1, {QStringLiteral("dba")}}, registry, at));
}

QTEST_GUILESS_MAIN(ApprovalTest)
#include "approval_test.moc"
