// SPDX-License-Identifier: Apache-2.0
#include "wire/messagesconsole.h"
#include "wire/messagesledger.h"
#include "wire/messagesrequester.h"

#include <QTest>

using namespace holdfast;

/// Params refuse what nobody asked for, results ignore it; what is written is read back the same.
class MessagesTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { initialiseCryptography(); }
    void paramsRefuseStrangers_data();
    void paramsRefuseStrangers();
    void bounds_data();
    void bounds();
    void resultsIgnoreStrangers();
    void headsSurvive();
    void statusForms();
    void requiredMembers();
    void challengeSurvives();
};

namespace {

const HoldId Id = *HoldId::parse(u"hbla3ca6vtjioqwgme3ibk4s2");

Json with(const Json &object, const QString &name, Json value)
{
    JsonObject members = *object.asObject();
    std::erase_if(members, [&name](const JsonMember &member) { return member.first == name; });
    members.emplace_back(name, std::move(value));
    return Json(std::move(members));
}

Envelope envelope()
{
    return Envelope::sign(SeedSigner(QStringLiteral("k"), SecretBytes::random(32)), payloadtype::Request, "{}");
}

Head head()
{
    Head result;
    result.hold = Id;
    result.state = State::Pending;
    result.sequence = 7;
    result.revision = 2;
    result.holdDigest = sha256("hold");
    result.requestDigest = sha256("request");
    result.approvals = {QStringLiteral("ops-lead")};
    result.at = *parseInstant(u"2026-11-22T10:00:00.000Z");
    return result;
}

using Reads = bool (*)(const Json &);
template<typename T>
bool reads(const Json &value)
{
    return static_cast<bool>(T::fromJson(value));
}

struct Case final
{
    const char *name;
    Json good;
    Reads read;
};
std::vector<Case> params()
{
    return {
        {"nothing", Nothing{}.toJson(), reads<Nothing>},
        {"envelope", EnvelopeParams{envelope()}.toJson(), reads<EnvelopeParams>},
        {"hold", HoldParams{Id}.toJson(), reads<HoldParams>},
        {"registry", RegistryParams{3}.toJson(), reads<RegistryParams>},
        {"newest registry", RegistryParams{}.toJson(), reads<RegistryParams>},
        {"wait", WaitParams{Id, 4, 1000}.toJson(), reads<WaitParams>},
        {"subscribe", SubscribeParams{12, QStringLiteral("page")}.toJson(), reads<SubscribeParams>},
        {"document", DocumentParams{sha256("x")}.toJson(), reads<DocumentParams>},
        {"identify", IdentifyParams{QStringLiteral("t"), {}}.toJson(), reads<IdentifyParams>},
        {"search", SearchParams{QStringLiteral("q"), 500, {}}.toJson(), reads<SearchParams>},
        {"cosign", CosignParams{QStringLiteral("note")}.toJson(), reads<CosignParams>},
        {"range", RangeParams{2, 5}.toJson(), reads<RangeParams>},
        {"inclusion", InclusionParams{0, 1}.toJson(), reads<InclusionParams>},
        {"blob.write", BlobWriteParams{sha256("ab"), 0, "ab", 2}.toJson(), reads<BlobWriteParams>},
        {"blob.read", BlobReadParams{sha256("ab"), 0, 131072}.toJson(), reads<BlobReadParams>},
    };
}

} // namespace

void MessagesTest::paramsRefuseStrangers_data()
{
    QTest::addColumn<int>("index");
    const auto cases = params();
    for (std::size_t i = 0; i < cases.size(); ++i)
        QTest::newRow(cases[i].name) << static_cast<int>(i);
}

void MessagesTest::paramsRefuseStrangers()
{
    QFETCH(int, index);
    const Case one = params()[static_cast<std::size_t>(index)];
    QVERIFY(one.read(one.good));
    QVERIFY(!one.read(with(one.good, QStringLiteral("stranger"), Json(1))));
    QVERIFY(!one.read(Json(JsonArray{})));
}

void MessagesTest::bounds_data()
{
    QTest::addColumn<int>("index");
    QTest::addColumn<QString>("member");
    QTest::addColumn<qint64>("value");
    const auto row = [](const char *name, int index, const char *member, qint64 value) { QTest::newRow(name) << index << QString::fromLatin1(member) << value; };
    row("wait longer than a minute", 5, "timeout_ms", 60001);
    row("wait backwards", 5, "timeout_ms", -1);
    row("after nothing", 5, "after", -1);
    row("cursor below zero", 6, "cursor", -1);
    row("no rows", 9, "limit", 0);
    row("too many rows", 9, "limit", 501);
    row("range backwards", 11, "from", 6);
    row("leaf beyond the tree", 12, "index", 1);
    row("chunk beyond the blob", 13, "offset", 1);
    row("nothing to read", 14, "length", 0);
    row("more than a chunk", 14, "length", 131073);
    row("serial below zero", 3, "serial", -1);
}

void MessagesTest::bounds()
{
    QFETCH(int, index);
    QFETCH(QString, member);
    QFETCH(qint64, value);
    const Case one = params()[static_cast<std::size_t>(index)];
    QVERIFY(!one.read(with(one.good, member, Json(std::int64_t{value}))));
}

void MessagesTest::resultsIgnoreStrangers()
{
    SubmitResult submitted{State::Approved, 9, 8, "entry", {sha256("a"), sha256("b")}, QStringLiteral("note")};
    const auto back = SubmitResult::fromJson(with(submitted.toJson(), QStringLiteral("later"), Json(JsonArray{})));
    QVERIFY(back);
    QCOMPARE(back->proof, submitted.proof);
    QCOMPARE(back->entry, submitted.entry);
    QVERIFY(!SubmitResult::fromJson(with(submitted.toJson(), QStringLiteral("proof"), Json(JsonArray{Json(QStringLiteral("YWI="))})))); // no hash
    QVERIFY(!SubmitResult::fromJson(with(submitted.toJson(), QStringLiteral("state"), Json(QStringLiteral("tomorrow")))));

    TargetListResult targets{{{QStringLiteral("prod-db"), QStringLiteral("sql"), QStringLiteral("production"), Enforcement::Enforced}}};
    QCOMPARE(TargetListResult::fromJson(targets.toJson())->targets, targets.targets);
}

void MessagesTest::headsSurvive()
{
    SubscribeResult page{{head()}, {head()}, 40, QStringLiteral("next")};
    const auto back = SubscribeResult::fromJson(page.toJson());
    QVERIFY(back);
    QCOMPARE(back->holds, page.holds);
    QCOMPARE(back->missed, page.missed);
    QCOMPARE(back->after, page.after);
    SearchResult found{{{head(), QStringLiteral("s"), QStringLiteral("database.drop-table"), QStringLiteral("production"), QStringLiteral("agent"), Tier::Critical,
                         Outcome::Committed, 1234}},
                       {}, 1};
    QCOMPARE(SearchResult::fromJson(found.toJson())->items, found.items);
    const auto damaged = with(page.toJson(), QStringLiteral("holds"), Json(JsonArray{with(head().toJson(), QStringLiteral("hold"), Json(QStringLiteral("x")))}));
    QVERIFY(!SubscribeResult::fromJson(damaged));
}

void MessagesTest::statusForms()
{
    HoldStatus status;
    status.hold = Id;
    status.state = State::Denied;
    status.sequence = 5;
    status.revision = 1;
    status.holdDigest = sha256("hold");
    status.code = codeOf(*status.holdDigest);
    status.reason = QStringLiteral("no");
    status.counter = Json(QStringLiteral("less"));
    status.decisions = {envelope(), envelope()};
    status.receipt = envelope();
    status.request = envelope();
    const Json request = status.toJson(HoldStatus::Form::Request);
    QVERIFY(request.find(u"hold") != nullptr && request.find(u"decisions") == nullptr && request.find(u"timed_out") == nullptr);
    const Json wait = status.toJson(HoldStatus::Form::Wait);
    QVERIFY(wait.find(u"hold") == nullptr && wait.find(u"request") == nullptr && wait.find(u"timed_out") != nullptr);
    const auto back = HoldStatus::fromJson(status.toJson(HoldStatus::Form::Get));
    QVERIFY(back);
    QCOMPARE(back->decisions.size(), std::size_t{2});
    QCOMPARE(back->decisions[1].idDigest(), status.decisions[1].idDigest());
    QVERIFY(back->request && back->receipt);
    QCOMPARE(back->counter, status.counter);
}

void MessagesTest::requiredMembers()
{
    for (const Case &one : params()) {
        for (const auto &[name, value] : *one.good.asObject()) {
            JsonObject members = *one.good.asObject();
            std::erase_if(members, [&name = name](const JsonMember &member) { return member.first == name; });
            const bool optional = name == u"serial" || name == u"cursor" || name == u"after" || name == u"target";
            const bool stillOptional = optional && QByteArray(one.name) != "wait" && QByteArray(one.name) != "identify";
            QVERIFY2(one.read(Json(members)) == stillOptional, qPrintable(QString::fromLatin1(one.name) + u'.' + name));
        }
    }
}

void MessagesTest::challengeSurvives()
{
    const SeedSigner key(QStringLiteral("g/gate"), SecretBytes::random(32));
    const SeedSigner ledger(QStringLiteral("g/gate/ledger"), SecretBytes::random(32));
    const Challenge challenge{QStringLiteral("g/gate"), key.key(), ledger.key(), randomBytes(16), *parseInstant(u"2026-11-22T10:00:00.000Z"), {1, 2}};
    const auto back = Challenge::fromJson(challenge.toJson());
    QVERIFY(back);
    QCOMPARE(back->key, challenge.key);
    QCOMPARE(back->versions, challenge.versions);
    QVERIFY(Challenge::fromJson(with(challenge.toJson(), QStringLiteral("motd"), Json(QStringLiteral("hello")))));
}

QTEST_GUILESS_MAIN(MessagesTest)
#include "messages_test.moc"
