// SPDX-License-Identifier: Apache-2.0
#include "fakes/gatebench.h"
#include "gate/lifecycle/allowance.h"
#include "gate/lifecycle/inputqueue.h"
#include "gate/lifecycle/secrets.h"

#include <QtTest>

#include <random>

using namespace holdfast;
using namespace holdfast::tests;
using namespace std::chrono_literals;

/// The share of one client in the gate's work, and the others' work between.
class TestDoors final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void hostileTextHidesNothing();
    void secretsAcrossPieces();
    void wordsAcrossPieces();
    void eachByteIsLookedAtTwiceAtMost();
    void requestsShareOneBlob();
    void otherBytesAreNotHandedOut();
    void partsOfABlob();
    void theEndOfABlobCostsNoMoreThanItsBeginning();
    void bytesInHandAreLimited();
    void smallBlobsAreLimitedToo();
    void unfinishedBlobsOfAllAreLimited();
    void whatIsKeptIsLimited();
    void anAllowanceComesBack();
    void aMachineCallsNoFasterThanItsAllowance();
    void largeMessagesTakeMore();
    void whatWasPutBackIsPaidFor();
    void onlyBytesAreKeptOfWhatIsHeldBack();
    void nothingIsKeptOfWhoLeavesWhileHeldBack();
    void searchesAreShort();
    void oldCommandsCostNothing();
    void sessionsOfAnActorAreLimited();
    void strangersSayLittle();
    void othersGoBetween();
    void aFewCallsOfOneOwner();
    void connectionsOfAnOwnerTakeTurns();
    void aLargeMessageIsATurn();
    void aTurnEndsInTime();
    void whatIsLeftComesFirst();
    void aConnectionStaysInOrder();
    void humansAndMachinesTakeTurns();
    void agentsDelayNoRefusal();
    void sessionsDelayNoRefusal();

private:
    [[nodiscard]] std::optional<RpcReply> askWithBlob(const QByteArray &bytes, const QString &target = QStringLiteral("db"));
    /// As blob.write does it, without its 250 calls.
    void handIn(const QByteArray &bytes);
    void write(const QByteArray &bytes);

    std::unique_ptr<Human> m_lead;
    std::unique_ptr<Machine> m_agent;
    std::unique_ptr<GateBench> m_gate;
    ConnectionId m_requester = 0;
};

void TestDoors::init()
{
    initialiseCryptography();
    m_lead = std::make_unique<Human>(QStringLiteral("lead"));
    m_agent = std::make_unique<Machine>(QStringLiteral("agent"));
    m_gate = std::make_unique<GateBench>(humanBlock(*m_lead) + machineBlock(*m_agent, "dev") + targetBlocks + ruleBlock("mode = \"hold\"\ntier = \"low\"\n"));
    m_requester = m_gate->session(m_agent->request);
}

void TestDoors::write(const QByteArray &bytes)
{
    for (qsizetype at = 0; at < bytes.size(); at += limit::BlobChunk)
        resultOf(m_gate->call(m_requester, method::BlobWrite, BlobWriteParams{sha256(bytes), at, bytes.mid(at, limit::BlobChunk), bytes.size()}.toJson()));
}

void TestDoors::handIn(const QByteArray &bytes)
{
    m_gate->store().begin();
    m_gate->store().blobs.add(sha256(bytes), bytes);
    m_gate->store().blobs.own(sha256(bytes), m_agent->name, bytes.size(), m_gate->clock.now());
    QVERIFY(m_gate->store().commit());
}

std::optional<RpcReply> TestDoors::askWithBlob(const QByteArray &bytes, const QString &target)
{
    Request request = *Request::parse(sqlRequest(*m_gate, *m_agent, QStringLiteral("x"), target).payload);
    request.action = SqlAction{{}, BlobRef{sha256(bytes), bytes.size(), QStringLiteral("application/sql")}};
    return m_gate->call(m_requester, method::HoldRequest, envelopeParams(Envelope::sign(m_agent->request, payloadtype::Request, request.toPayload())));
}

// A backtracking engine gives up on the first part of this, and what comes after it passed unread.
void TestDoors::hostileTextHidesNothing()
{
    for (const char *part : {"eyJ-", "eyJaaaaaaaaaa.eyJ-", "://a:", "password='", "PRIVATE+KEY+", "-----BEGIN A", "sk-ant-"}) {
        const QByteArray hostile = QByteArray(part).repeated(300'000 / static_cast<int>(qstrlen(part)));
        write(hostile + "\n'; create user x password 'hunter2'");
        QCOMPARE(tests::codeOf(askWithBlob(hostile + "\n'; create user x password 'hunter2'")), QStringLiteral("invalid-document"));
    }
}

void TestDoors::secretsAcrossPieces()
{
    std::mt19937 random(std::random_device{}());
    const QByteArrayList secrets{"AKIAIOSFODNN7EXAMPLE", "password 'hunter2'", "postgresql://u:pw@h/d", "-----BEGIN RSA PRIVATE KEY-----\nabc", "ghp_" + QByteArray(40, 'a'),
                                 "eyJ" + QByteArray(3000, 'a') + ".eyJ" + QByteArray(3000, 'b') + "." + QByteArray(100, 'c')};
    for (int i = 0; i < 300; ++i) {
        const QByteArray &secret = secrets[i % secrets.size()];
        QByteArray bytes(300'000, ' ');
        const qsizetype at = static_cast<qsizetype>(random() % 280'000);
        bytes.replace(at, secret.size(), secret);
        SecretScan scan;
        for (qsizetype have = 0; have < bytes.size();) {
            have = std::min<qsizetype>(have + 1 + static_cast<qsizetype>(random() % 100'000), bytes.size());
            scan.look(QByteArrayView(bytes).first(have), have == bytes.size());
        }
        QVERIFY2(scan.found(), qPrintable(QStringLiteral("%1 at %2").arg(QString::fromLatin1(secret.left(40))).arg(at)));
    }
}

// A longer word of which a piece looks like a key is none, wherever the pieces end.
void TestDoors::wordsAcrossPieces()
{
    const QByteArray word = "xAKIAIOSFODNN7EXAMPLE AKIAIOSFODNN7EXAMPLEx";
    for (qsizetype i = 0; i < word.size() + 2; ++i) {
        QByteArray bytes(200'000, ' ');
        bytes.replace(65'537 - i, word.size(), word);
        SecretScan scan;
        for (const qsizetype have : {65'535, 65'536, 65'537, 65'538, 131'071, 131'073, 131'080, 200'000})
            scan.look(QByteArrayView(bytes).first(have), have == bytes.size());
        QVERIFY2(!scan.found(), qPrintable(QString::number(i)));
    }
}

void TestDoors::eachByteIsLookedAtTwiceAtMost()
{
    const QByteArray bytes(4 * 1024 * 1024, 'x');
    for (const qsizetype step : {1000, 65'536, 131'072, 1'000'000}) {
        SecretScan scan;
        for (qsizetype have = step; have < bytes.size(); have += step)
            scan.look(QByteArrayView(bytes).first(have), false);
        scan.look(bytes, true);
        QVERIFY2(scan.looked() <= 2 * bytes.size() + 131'072, qPrintable(QStringLiteral("%1: %2").arg(step).arg(scan.looked())));
    }
}

// Seen: twenty requests naming one blob of 31 MiB each read it, looked through it and kept a copy.
void TestDoors::requestsShareOneBlob()
{
    const QByteArray bytes = QByteArray("delete from bookings;\n").repeated(100'000);
    write(bytes);
    QCOMPARE(m_gate->context().secrets.of(sha256(bytes)), std::optional(false)); // known before anybody names it
    resultOf(askWithBlob(bytes));
    resultOf(askWithBlob(bytes, QStringLiteral("other")));
    QCOMPARE(m_gate->measuring.size(), std::size_t(2));
    const HeldBlob *first = m_gate->measuring.front().subject->blobs.at(sha256(bytes)).get();
    QCOMPARE(first->genuine()->read(), bytes);
    for (const MeasureJob &job : m_gate->measuring)
        QVERIFY(job.subject->blobs.at(sha256(bytes)).get() == first);
}

// The performer believes no row of the store: bytes that were exchanged after the approval are not what was approved.
void TestDoors::otherBytesAreNotHandedOut()
{
    const QByteArray bytes = "delete from bookings where id = 1", others = "delete from bookings where id > 0";
    write(bytes);
    const auto asked = resultOf(askWithBlob(bytes));
    QVERIFY(m_gate->measuring.front().subject->blobs.at(sha256(bytes))->genuine() != nullptr);
    m_gate->measure(deletes(1));
    m_gate->store().begin();
    m_gate->store().blobs.add(sha256("unrelated"), others); // a row whose bytes are not its digest's is kept like any other
    QVERIFY(m_gate->store().commit());
    auto database = Database::open(m_gate->path(QStringLiteral("gate.db")));
    QVERIFY(database);
    Query(**database, "UPDATE blobs SET bytes = (SELECT bytes FROM blobs WHERE digest = ?) WHERE digest = ?").bind(sha256("unrelated")).bind(sha256(bytes)).run();
    const auto hold = *HoldId::parse(*asked.find(u"hold")->asString());
    resultOf(m_gate->call(m_gate->session(m_lead->session), method::DecisionSubmit, envelopeParams(approval(*m_gate, *m_lead, hold))));
    const auto &subject = m_gate->performing.empty() ? m_gate->measuring.front().subject : m_gate->performing.front().subject;
    QCOMPARE(subject->blobs.at(sha256(bytes))->size(), others.size());
    QVERIFY(subject->blobs.at(sha256(bytes))->genuine() == nullptr);
}

void TestDoors::partsOfABlob()
{
    QByteArray bytes(1'000'000, Qt::Uninitialized);
    for (qsizetype i = 0; i < bytes.size(); ++i)
        bytes[i] = static_cast<char>('a' + i % 23);
    handIn(bytes);
    resultOf(askWithBlob(bytes));
    for (const std::int64_t at : {0, 1, 4095, 131'072, 999'999, 1'000'000}) {
        for (const std::int64_t length : {1, 4096, 131'072}) {
            const auto part = BlobReadResult::fromJson(resultOf(m_gate->call(m_requester, method::BlobRead, BlobReadParams{sha256(bytes), at, length}.toJson())));
            QCOMPARE(part->data, bytes.mid(at, length));
            QCOMPARE(part->size, std::int64_t(bytes.size()));
        }
    }
    QVERIFY(std::holds_alternative<RpcError>(m_gate->call(m_requester, method::BlobRead, BlobReadParams{sha256(bytes), 1'000'001, 1}.toJson())->outcome));
}

// Seen: each part of a large blob walked over everything before it.
void TestDoors::theEndOfABlobCostsNoMoreThanItsBeginning()
{
    const qsizetype size = 31LL * 1024 * 1024;
    handIn(QByteArray(size, 'x'));
    auto database = Database::open(m_gate->path(QStringLiteral("gate.db")));
    QVERIFY(database);
    const BlobTable blobs(**database);
    for (const std::int64_t at : {qsizetype{0}, size / 2, size - limit::BlobChunk}) {
        const std::int64_t before = (*database)->pagesAskedFor();
        QCOMPARE(blobs.part(sha256(QByteArray(size, 'x')), at, limit::BlobChunk)->size(), qsizetype{limit::BlobChunk});
        QVERIFY2((*database)->pagesAskedFor() - before < 100, qPrintable(QString::number((*database)->pagesAskedFor() - before)));
    }
}

void TestDoors::bytesInHandAreLimited()
{
    const QByteArrayList blobs{QByteArray(30'000'000, 'a'), QByteArray(30'000'000, 'b'), QByteArray(30'000'000, 'c')};
    for (const QByteArray &blob : blobs)
        handIn(blob);
    resultOf(askWithBlob(blobs[0]));
    resultOf(askWithBlob(blobs[1]));
    const auto third = askWithBlob(blobs[2]);
    QCOMPARE(tests::codeOf(third), QStringLiteral("rate-limited"));
    QVERIFY(std::get<RpcError>(third->outcome).retryAfterMs > 0);
    resultOf(askWithBlob(blobs[1], QStringLiteral("other"))); // no more bytes
    m_gate->measure(deletes(1));
    resultOf(askWithBlob(blobs[2]));
}

// Seen: parts of two bytes, of which the quota of bytes allowed 33 million, and each new one looked through all others.
void TestDoors::smallBlobsAreLimitedToo()
{
    const auto begin = [&](ConnectionId from, const QByteArray &bytes, qsizetype have) {
        return tests::codeOf(m_gate->call(from, method::BlobWrite, BlobWriteParams{sha256(bytes), 0, bytes.left(have), bytes.size()}.toJson()));
    };
    const int most = static_cast<int>(64LL * 1024 * 1024 / BlobTable::leastCharged);
    for (int i = 0; i < most; ++i) // some whole, some only begun
        QCOMPARE(begin(m_requester, QByteArray::number(i + 100), i % 2 == 0 ? 3 : 1), QStringLiteral("ok"));
    QCOMPARE(begin(m_requester, "one more", 1), QStringLiteral("too-large"));
    QCOMPARE(begin(m_gate->session(m_lead->session), "one more", 1), QStringLiteral("ok"));
    // A blob that a document names is no longer in hand; one that nobody finishes is forgotten.
    resultOf(askWithBlob(QByteArray::number(100)));
    QCOMPARE(begin(m_requester, "one more", 1), QStringLiteral("ok"));
    QCOMPARE(begin(m_requester, "and one", 1), QStringLiteral("too-large"));
    m_gate->clock.advance(10min);
    m_gate->turn();
    QCOMPARE(begin(m_requester, "and one", 1), QStringLiteral("ok"));
}

// Seen: each actor may hold 64 MiB of blobs that he never finishes, and nothing bounded how many do.
void TestDoors::unfinishedBlobsOfAllAreLimited()
{
    constexpr qsizetype size = 2LL * 1024 * 1024;
    QByteArray blocks = humanBlock(*m_lead) + targetBlocks + ruleBlock("mode = \"hold\"\n");
    std::vector<Machine> agents;
    for (int i = 0; i < 5; ++i)
        blocks.prepend(machineBlock(agents.emplace_back(QStringLiteral("agent-%1").arg(i)), "dev"));
    m_gate = std::make_unique<GateBench>(blocks);
    const auto part = [&](ConnectionId from, const QString &name, std::int64_t at) {
        const QByteArray bytes = name.toUtf8().leftJustified(size, 'x');
        return m_gate->call(from, method::BlobWrite, BlobWriteParams{sha256(bytes), at, bytes.mid(at, limit::BlobChunk), size}.toJson());
    };
    std::vector<ConnectionId> sessions;
    for (const Machine &agent : agents)
        sessions.push_back(m_gate->session(agent.request));
    for (const std::size_t hostile : {0U, 1U})
        for (int i = 0; i < 32; ++i) {
            m_gate->clock.advance(1s);
            QCOMPARE(tests::codeOf(part(sessions[hostile], QStringLiteral("%1 %2").arg(hostile).arg(i), 0)), QStringLiteral("ok"));
        }
    // Both have as much as an actor may, which is as much as there is: the others' uploads go on to their end all the same.
    for (std::int64_t at = 0; at < size; at += limit::BlobChunk)
        for (const std::size_t honest : {2U, 3U, 4U})
            QCOMPARE(BlobWriteResult::fromJson(resultOf(part(sessions[honest], QStringLiteral("honest %1").arg(honest), at)))->have, at + limit::BlobChunk);
    // The oldest ones made room, of both.
    for (const std::size_t hostile : {0U, 1U}) {
        const auto have = [&](int i) { return BlobWriteResult::fromJson(resultOf(part(sessions[hostile], QStringLiteral("%1 %2").arg(hostile).arg(i), limit::BlobChunk)))->have; };
        QCOMPARE(have(31), std::int64_t{2 * limit::BlobChunk});
        QCOMPARE(have(0), std::int64_t{0});
    }
    // The one who has most has nobody to take it from.
    m_gate->clock.advance(10min);
    m_gate->turn();
    for (const std::size_t each : {0U, 1U, 2U})
        for (int i = 0; i < 21; ++i)
            QCOMPARE(tests::codeOf(part(sessions[each], QStringLiteral("again %1 %2").arg(each).arg(i), 0)), QStringLiteral("ok"));
    QCOMPARE(tests::codeOf(part(sessions[3], QStringLiteral("the last"), 0)), QStringLiteral("ok"));
    QCOMPARE(tests::codeOf(part(sessions[0], QStringLiteral("more"), 0)), QStringLiteral("rate-limited"));
    QCOMPARE(tests::codeOf(part(sessions[4], QStringLiteral("another"), 0)), QStringLiteral("ok"));
}

// The ledger keeps every request, refused ones too: nobody may fill the disk with them.
void TestDoors::whatIsKeptIsLimited()
{
    const qint64 size = 30LL * 1024 * 1024;
    const auto ask = [&](int i) {
        const QByteArray bytes(size + i, 'x');
        handIn(bytes);
        const auto reply = askWithBlob(bytes);
        m_gate->measure(deletes(1));
        return reply;
    };
    for (int i = 0; i < 17; ++i)
        QCOMPARE(tests::codeOf(ask(i)), QStringLiteral("ok"));
    const auto refused = ask(17);
    QCOMPARE(tests::codeOf(refused), QStringLiteral("rate-limited"));
    // A restart gives nothing back: what the store shows of the last hour counts.
    m_gate->crash();
    QCOMPARE(m_gate->start(), QString());
    m_requester = m_gate->session(m_agent->request);
    const auto again = ask(17);
    QCOMPARE(tests::codeOf(again), QStringLiteral("rate-limited"));
    const auto after = std::get<RpcError>(again->outcome).retryAfterMs;
    QVERIFY(after && *after > 0 && *after < 3'600'000);
    // The bytes are there already: a small request costs little.
    Request small = *Request::parse(sqlRequest(*m_gate, *m_agent, QStringLiteral("x"), QStringLiteral("other")).payload);
    small.action = SqlAction{{}, BlobRef{sha256(QByteArray(size, 'x')), size, QStringLiteral("application/sql")}};
    QCOMPARE(tests::codeOf(m_gate->call(m_requester, method::HoldRequest, envelopeParams(Envelope::sign(m_agent->request, payloadtype::Request, small.toPayload())))),
             QStringLiteral("ok"));
    m_gate->clock.advance(std::chrono::milliseconds{*after + 30'000});
    QCOMPARE(tests::codeOf(ask(17)), QStringLiteral("ok"));
}

void TestDoors::anAllowanceComesBack()
{
    Allowance allowance(1000, 1000ms);
    const Instant begin = m_gate->clock.now();
    QVERIFY(!allowance.take(QStringLiteral("a"), 1000, begin));
    QCOMPARE(allowance.take(QStringLiteral("a"), 10, begin)->count(), 11);
    QVERIFY(!allowance.take(QStringLiteral("b"), 1000, begin)); // each has his own
    QVERIFY(!allowance.take(QStringLiteral("a"), 10, begin + 11ms));
    QVERIFY(allowance.take(QStringLiteral("a"), 10, begin + 11ms));
    QVERIFY(allowance.take(QStringLiteral("a"), 1001, begin + 1h)); // what never fits is never taken
    QVERIFY(!allowance.take(QStringLiteral("a"), 1000, begin + 1h));
    QVERIFY(allowance.take(QStringLiteral("a"), 1, begin)); // a clock that goes back gives nothing
}

void TestDoors::searchesAreShort()
{
    const ConnectionId console = m_gate->session(m_lead->session);
    const auto search = [&](const QString &query) { return tests::codeOf(m_gate->call(console, method::HistorySearch, SearchParams{query, 10, {}}.toJson())); };
    QCOMPARE(search(QString(512, u'a')), QStringLiteral("ok"));
    QCOMPARE(search(QStringLiteral("a ").repeated(256)), QStringLiteral("ok"));
    QCOMPARE(search(QString(513, u'a')), QStringLiteral("-32602"));
}

// Seen: each grant read every command that anybody had ever given, and a requester may withdraw as often as he likes.
void TestDoors::oldCommandsCostNothing()
{
    const ConnectionId console = m_gate->session(m_lead->session);
    const auto ask = [&](const QString &statements) {
        const auto asked = resultOf(m_gate->call(m_requester, method::HoldRequest, envelopeParams(sqlRequest(*m_gate, *m_agent, statements))));
        m_gate->measure(deletes(1));
        return *HoldId::parse(*asked.find(u"hold")->asString());
    };
    const auto withdraw = [&](const HoldId &hold) {
        Command made = commandTo(*m_gate, m_agent->request, Command::Verb::Withdraw);
        made.hold = hold;
        resultOf(m_gate->call(m_requester, method::CommandSubmit, envelopeParams(signedCommand(m_agent->request, made))));
    };
    const auto grant = [&](const QString &statements) {
        const HoldId hold = ask(statements);
        const std::int64_t before = m_gate->store().pagesAskedFor();
        resultOf(m_gate->call(console, method::DecisionSubmit, envelopeParams(approval(*m_gate, *m_lead, hold))));
        const std::int64_t pages = m_gate->store().pagesAskedFor() - before;
        m_gate->perform(Performed{Outcome::Committed, {}, {}, {}});
        return pages;
    };
    withdraw(ask(QStringLiteral("first")));
    (void)grant(QStringLiteral("a"));
    const std::int64_t few = grant(QStringLiteral("b"));
    for (int i = 0; i < 200; ++i)
        withdraw(ask(QString::number(i)));
    (void)grant(QStringLiteral("c")); // reads them once
    const std::int64_t many = grant(QStringLiteral("d"));
    QVERIFY2(many < few + 200, qPrintable(QStringLiteral("%1 pages after one command, %2 after 200").arg(few).arg(many)));
}

void TestDoors::sessionsOfAnActorAreLimited()
{
    for (int i = 1; i < 64; ++i)
        (void)m_gate->session(m_agent->request);
    const ConnectionId more = m_gate->connect();
    const auto refused = m_gate->call(more, method::SessionOpen, envelopeParams(m_gate->openEnvelope(more, m_agent->request)));
    QCOMPARE(tests::codeOf(refused), QStringLiteral("rate-limited"));
    QVERIFY(m_gate->closed.contains(more));
    (void)m_gate->session(m_lead->session); // nobody else's
    m_gate->disconnect(m_requester);
    (void)m_gate->session(m_agent->request);
}

// Nobody without a session has an allowance to spend: so he has a few messages, readable or not, and then no connection.
void TestDoors::strangersSayLittle()
{
    const std::vector<QByteArray> sayings{"[]", "{", R"({"jsonrpc":"2.0","id":1,"result":{}})", R"({"jsonrpc":"2.0","method":"target.list","params":{}})",
                                          encode(RpcCall{RpcId{std::int64_t{1}}, method::SessionOpen.toString(), Nothing{}.toJson()})};
    for (const QByteArray &saying : sayings) {
        const ConnectionId stranger = m_gate->connect();
        std::size_t answered = 0;
        for (int said = 0; said < 100; ++said) {
            m_gate->sent.clear();
            m_gate->turn({Received{stranger, saying}});
            answered += m_gate->sent[stranger].size();
        }
        QVERIFY2(m_gate->closed.contains(stranger), saying.constData());
        QVERIFY2(answered <= 16, saying.constData());
    }
    // A person who mistypes an invite a few times still gets in.
    const ConnectionId agent = m_gate->connect();
    for (int said = 0; said < 10; ++said)
        m_gate->turn({Received{agent, sayings.back()}});
    QCOMPARE(tests::codeOf(m_gate->call(agent, method::SessionOpen, envelopeParams(m_gate->openEnvelope(agent, m_agent->request)))), QStringLiteral("ok"));
    for (int said = 0; said < 100; ++said)
        QCOMPARE(tests::codeOf(m_gate->call(agent, method::TargetList, Nothing{}.toJson())), QStringLiteral("ok"));
    QVERIFY(!m_gate->closed.contains(agent));
}

namespace {

InputOwner ownerOf(ConnectionId connection)
{
    return {connection < 10 ? QStringLiteral("hostile") : connection < 20 ? QStringLiteral("honest") : QString()};
}

Received message(ConnectionId from, qsizetype size = 100)
{
    return {from, QByteArray(size, 'x')};
}

int callsOf(const std::vector<Input> &inputs, ConnectionId from)
{
    return static_cast<int>(std::count_if(inputs.begin(), inputs.end(), [from](const Input &input) {
        const auto *received = std::get_if<Received>(&input);
        return received != nullptr && received->connection == from;
    }));
}

} // namespace

// Seen: 400 messages of 2 MiB, and everybody waited for all of them.
void TestDoors::othersGoBetween()
{
    InputQueue queue({8, 8, 1'000'000});
    for (int i = 0; i < 400; ++i)
        queue.add(message(1 + static_cast<ConnectionId>(i) % 5));
    queue.add(message(10));
    queue.add(Identified{30, RpcId{std::int64_t{1}}, Failure{QString()}});
    queue.add(message(20));
    const auto turn = queue.turn(ownerOf);
    QCOMPARE(turn.size(), std::size_t(9));
    QVERIFY(std::holds_alternative<Identified>(turn[0])); // results of workers wait for nobody
    QCOMPARE(callsOf({turn.begin() + 1, turn.begin() + 4}, 10), 1); // one of each owner, however many connections he has
    QCOMPARE(callsOf({turn.begin() + 1, turn.begin() + 4}, 20), 1);
    std::size_t left = 402 - 8;
    while (!queue.isEmpty()) {
        const auto next = queue.turn(ownerOf);
        QVERIFY(!next.empty() && next.size() <= 8);
        left -= next.size();
    }
    QCOMPARE(left, std::size_t(0));
}

// A call that comes while a turn runs waits for all of that turn: so no turn is full of one owner's calls.
void TestDoors::aFewCallsOfOneOwner()
{
    InputQueue queue;
    const auto most = static_cast<int>(InputQueue::Bounds().ofOneOwner);
    for (int i = 0; i < 240; ++i)
        queue.add(message(1 + static_cast<ConnectionId>(i) % 8));
    for (int i = 0; i < 3; ++i)
        queue.add(message(10));
    const auto ofHostile = [](const std::vector<Input> &turn) {
        int calls = 0;
        for (ConnectionId each = 1; each <= 8; ++each)
            calls += callsOf(turn, each);
        return calls;
    };
    const auto first = queue.turn(ownerOf);
    QCOMPARE(ofHostile(first), most);
    QCOMPARE(callsOf(first, 10), 3);
    QCOMPARE(callsOf({first.begin(), first.begin() + 6}, 10), 3); // one after one
    for (int left = 240 - most; left > 0; left -= most) {
        queue.add(message(20));
        const auto next = queue.turn(ownerOf);
        QCOMPARE(ofHostile(next), std::min(most, left)); // alone or not
        QCOMPARE(callsOf(next, 20), 1);
    }
    QVERIFY(queue.isEmpty());
    // The end of a connection is no call: it costs nothing, and frees what it held.
    for (ConnectionId from = 1000; from < 1100; ++from)
        queue.add(Closed{from});
    QCOMPARE(queue.turn(ownerOf).size(), std::size_t(100));
}

// Seen: one client on eight sessions kept both processors busy, and everybody else waited for one.
void TestDoors::aMachineCallsNoFasterThanItsAllowance()
{
    const auto sided = [](ConnectionId from) { return from == 30 ? InputOwner{} : InputOwner{ownerOf(from).actor, from == 20}; };
    InputQueue queue;
    const auto most = static_cast<int>(InputQueue::Bounds().allowance);
    for (int i = 0; i < 3 * most; ++i)
        queue.add(message(1 + static_cast<ConnectionId>(i) % 8));
    const Instant begin{1'000'000ms};
    const auto takeAll = [&](Instant now) {
        std::vector<Input> all;
        while (queue.isReady())
            for (Input &input : queue.turn(sided, now))
                all.push_back(std::move(input));
        return all;
    };
    QCOMPARE(takeAll(begin).size(), static_cast<std::size_t>(most));
    QVERIFY(!queue.isEmpty());
    QVERIFY(queue.goesOn() && *queue.goesOn() > begin);
    // Nobody else waits for it: another machine, a human, a stranger.
    for (int i = 0; i < 2 * most; ++i)
        queue.add(message(i % 2 == 0 ? 20 : 30));
    queue.add(message(10));
    const auto others = takeAll(begin);
    QCOMPARE(callsOf(others, 10), 1);
    QCOMPARE(callsOf(others, 20), most);
    QCOMPARE(callsOf(others, 30), most);
    QCOMPARE(others.size(), static_cast<std::size_t>(2 * most + 1));
    // It goes on when it was said that it would, and not for every call that comes meanwhile.
    const Instant later = *queue.goesOn();
    queue.add(message(1));
    QVERIFY(takeAll(later - 1ms).empty());
    queue.add(message(1));
    const auto next = static_cast<std::int64_t>(takeAll(later).size());
    QCOMPARE(next, (later - begin).count() * most / 1000);
    queue.add(message(1));
    QCOMPARE(takeAll(begin + 1h).size(), static_cast<std::size_t>(most));
    // At the end of the gate nothing is left lying.
    queue.add(message(1));
    while (!queue.isEmpty())
        QVERIFY(!queue.turn(sided).empty());
}

void TestDoors::largeMessagesTakeMore()
{
    InputQueue queue;
    for (int i = 0; i < 100; ++i)
        queue.add(Received{1, QByteArray(limit::Message, 'x')});
    std::size_t taken = 0;
    while (queue.isReady())
        taken += queue.turn(ownerOf, Instant{1ms}).size();
    QVERIFY(taken > 0);
    QCOMPARE(taken, static_cast<std::size_t>(InputQueue::Bounds().allowance / (1 + limit::Message / (16 * 1024))));
}

void TestDoors::whatWasPutBackIsPaidFor()
{
    InputQueue queue;
    const auto most = static_cast<std::size_t>(InputQueue::Bounds().allowance);
    for (std::size_t i = 0; i < 2 * most; ++i)
        queue.add(message(1));
    std::size_t kept = 0;
    while (queue.isReady()) {
        auto turn = queue.turn(ownerOf, Instant{1ms});
        const auto half = turn.begin() + static_cast<std::ptrdiff_t>((turn.size() + 1) / 2);
        kept += static_cast<std::size_t>(half - turn.begin());
        queue.again({std::make_move_iterator(half), std::make_move_iterator(turn.end())});
    }
    QCOMPARE(kept, most);
}

namespace {

/// Of which `hostile` has nothing left of its allowance, with a message that waits on connection 1.
void holdBack(InputQueue &queue, Instant now)
{
    for (std::int64_t i = 0; i <= InputQueue::Bounds().allowance; ++i)
        queue.add(message(1));
    while (queue.isReady())
        (void)queue.turn(ownerOf, now);
}

} // namespace

// Seen: 64 sessions, each with a message of two mebibytes that had been read, were 380 MiB.
void TestDoors::onlyBytesAreKeptOfWhatIsHeldBack()
{
    InputQueue queue;
    holdBack(queue, Instant{1ms});
    const auto read = [&queue](ConnectionId from) {
        const QByteArray call = encode(RpcCall{RpcId{std::int64_t{1}}, method::TargetList.toString(), Nothing{}.toJson()});
        const auto parsed = std::make_shared<const Result<RpcMessage, RpcReply>>(parseRpc(call));
        queue.add(Received{from, call, parsed});
        return std::weak_ptr(parsed);
    };
    const auto first = read(1), second = read(2), honest = read(10);
    std::vector<Input> turn;
    for (int turns = 0; turns < 2; ++turns) {
        turn = queue.turn(ownerOf, Instant{1ms});
        QVERIFY(first.expired() && second.expired());
        if (turns == 0) {
            QCOMPARE(turn.size(), std::size_t(1)); // everybody else's is taken as it was read
            QVERIFY(std::get<Received>(turn.front()).parsed == honest.lock());
        }
    }
    QVERIFY(turn.empty());
    QCOMPARE(queue.turn(ownerOf, *queue.goesOn()).size(), std::size_t(3));
    QVERIFY(queue.isEmpty());
}

// The server counts only bytes of open sockets: a client that sends, leaves and comes again would have the gate keep all of them.
void TestDoors::nothingIsKeptOfWhoLeavesWhileHeldBack()
{
    InputQueue queue;
    const Instant now{1ms};
    holdBack(queue, now);
    for (ConnectionId from = 2; from <= 5; ++from) {
        for (int i = 0; i < 32; ++i)
            queue.add(message(from));
        if (from != 5)
            queue.add(Closed{from});
    }
    std::vector<Input> taken;
    while (queue.isReady())
        for (Input &input : queue.turn(ownerOf, now))
            taken.push_back(std::move(input));
    // Their ends wait for no allowance, so the sessions are free again.
    QCOMPARE(taken.size(), std::size_t(3));
    QVERIFY(std::all_of(taken.begin(), taken.end(), [](const Input &input) { return std::holds_alternative<Closed>(input); }));
    std::size_t left = 0;
    for (Instant later = now + 1h; !queue.isEmpty(); later += 1h)
        left += queue.turn(ownerOf, later).size();
    QCOMPARE(left, std::size_t(1 + 32));
}

// One session with a hundred calls does not keep another one of the same owner waiting, though a turn takes a few of them only, or ends
// before it comes to all that it took.
void TestDoors::connectionsOfAnOwnerTakeTurns()
{
    const auto oneOwner = [](ConnectionId) { return InputOwner{QStringLiteral("owner")}; };
    for (const std::size_t inTime : {1U, 3U, 4U}) {
        InputQueue queue({100, 4, 1'000'000});
        std::map<ConnectionId, int> served;
        for (int turn = 0; turn < 120; ++turn) {
            for (ConnectionId from = 1; from <= 12; ++from)
                queue.add(message(from));
            std::vector<Input> taken = queue.turn(oneOwner);
            const auto end = taken.begin() + static_cast<std::ptrdiff_t>(std::min(inTime, taken.size()));
            for (auto input = taken.begin(); input != end; ++input)
                ++served[std::get<Received>(*input).connection];
            queue.again({std::make_move_iterator(end), std::make_move_iterator(taken.end())});
        }
        QCOMPARE(served.size(), std::size_t(12));
        for (const auto &[connection, calls] : served)
            QCOMPARE(calls, static_cast<int>(10 * inTime));
    }
}

void TestDoors::aLargeMessageIsATurn()
{
    InputQueue queue({100, 100, 1000});
    for (int i = 0; i < 3; ++i)
        queue.add(message(1, 5000));
    for (int i = 0; i < 3; ++i)
        queue.add(message(10, 100));
    QList<std::pair<int, int>> turns;
    while (!queue.isEmpty()) {
        const auto turn = queue.turn(ownerOf);
        turns.append({callsOf(turn, 1), callsOf(turn, 10)});
    }
    QCOMPARE(turns, (QList<std::pair<int, int>>{{0, 1}, {1, 0}, {0, 1}, {1, 0}, {0, 1}, {1, 0}}));
}

// However long each call takes, others come between two of them.
void TestDoors::aTurnEndsInTime()
{
    m_gate->endTurnsAfterOne();
    m_requester = m_gate->session(m_agent->request);
    std::vector<Input> inputs;
    for (std::int64_t i = 1; i <= 5; ++i)
        inputs.emplace_back(Received{m_requester, encode(RpcCall{RpcId{1000 + i}, method::TargetList.toString(), Nothing{}.toJson()})});
    m_gate->sent.clear();
    InputQueue queue;
    for (Input &input : inputs)
        queue.add(std::move(input));
    for (std::size_t answered = 1; answered <= 5; ++answered) {
        m_gate->turn(queue.turn(ownerOf));
        queue.again(m_gate->left());
        QCOMPARE(m_gate->sent[m_requester].size(), answered);
        QCOMPARE(std::get<RpcReply>(m_gate->sent[m_requester].back()).id, std::optional(RpcId{1000 + static_cast<std::int64_t>(answered)}));
    }
    QVERIFY(queue.isEmpty());
}

// One that always has a slow call ready never keeps another one from its turn, though each turn has time for one call alone.
void TestDoors::whatIsLeftComesFirst()
{
    for (const auto &[slow, other] : {std::pair<ConnectionId, ConnectionId>{1, 10}, {10, 1}, {1, 20}, {20, 1}, {20, 10}}) {
        InputQueue queue;
        queue.add(message(slow));
        (void)queue.turn(ownerOf);
        queue.add(message(slow));
        queue.add(message(other));
        int turns = 0;
        for (bool taken = false; !taken; ++turns) {
            QVERIFY(turns < 2);
            std::vector<Input> turn = queue.turn(ownerOf);
            taken = callsOf({turn.begin(), turn.begin() + 1}, other) == 1;
            queue.again({turn.begin() + 1, turn.end()});
            queue.add(message(slow));
        }
    }
}

void TestDoors::aConnectionStaysInOrder()
{
    std::mt19937 random(std::random_device{}());
    InputQueue queue({7, 3, 300});
    std::map<ConnectionId, int> sent, seen;
    std::set<ConnectionId> closed;
    const auto mixed = [](ConnectionId from) { return InputOwner{ownerOf(from).actor, from % 3 == 0}; };
    const auto take = [&](const std::vector<Input> &inputs) {
        for (const Input &input : inputs) {
            if (const auto *received = std::get_if<Received>(&input)) {
                QCOMPARE(received->message.toInt(), seen[received->connection]++);
                QVERIFY(!closed.contains(received->connection));
            } else {
                closed.insert(std::get<Closed>(input).connection);
            }
        }
    };
    for (int i = 0; i < 2000; ++i) {
        const ConnectionId from = 1 + random() % 30;
        queue.add(Received{from, QByteArray::number(sent[from]++)});
        if (random() % 8 == 0)
            take(queue.turn(mixed));
    }
    for (ConnectionId from = 1; from <= 30; ++from)
        queue.add(Closed{from});
    while (!queue.isEmpty())
        take(queue.turn(mixed));
    QCOMPARE(seen, sent);
    QCOMPARE(closed.size(), std::size_t(30));
}

// Neither side can starve the other, however many actors there are on it and however few calls a turn has time for.
void TestDoors::humansAndMachinesTakeTurns()
{
    const auto sided = [](ConnectionId from) { return InputOwner{QString::number(from), from >= 100}; };
    for (const auto &[machines, humans] : {std::pair<ConnectionId, ConnectionId>{40, 1}, {1, 40}, {40, 40}}) {
        for (const std::size_t inTime : {1U, 2U, 5U}) {
            InputQueue queue;
            std::array<int, 2> served{};
            for (int turn = 0; turn < 80; ++turn) {
                for (std::size_t call = 0; call < inTime; ++call) {
                    for (ConnectionId each = 0; each < machines; ++each)
                        queue.add(message(1 + each));
                    for (ConnectionId each = 0; each < humans; ++each)
                        queue.add(message(100 + each));
                }
                std::vector<Input> taken = queue.turn(sided);
                const auto end = taken.begin() + static_cast<std::ptrdiff_t>(inTime);
                for (auto input = taken.begin(); input != end; ++input)
                    ++served[sided(std::get<Received>(*input).connection).isHuman ? 1 : 0];
                queue.again({std::make_move_iterator(end), std::make_move_iterator(taken.end())});
            }
            QVERIFY2(std::abs(served[0] - served[1]) <= 1, qPrintable(QStringLiteral("%1 of machines, %2 of humans").arg(served[0]).arg(served[1])));
        }
    }
}

namespace {

Received sent(ConnectionId from, std::int64_t id, QStringView method, const Json &params)
{
    return {from, encode(RpcCall{RpcId{id}, method.toString(), params})};
}

} // namespace

// Twenty agents of the same person, each with as much waiting as a connection may have, and each call as long as a turn.
void TestDoors::agentsDelayNoRefusal()
{
    QByteArray blocks = humanBlock(*m_lead) + targetBlocks + ruleBlock("mode = \"hold\"\ntier = \"low\"\n");
    std::vector<Machine> agents;
    for (int i = 0; i < 20; ++i)
        blocks.prepend(machineBlock(agents.emplace_back(QStringLiteral("agent-%1").arg(i)), m_lead->name.toUtf8()));
    m_gate = std::make_unique<GateBench>(blocks);
    m_gate->endTurnsAfterOne();
    const ConnectionId console = m_gate->session(m_lead->session), asking = m_gate->session(agents[0].request);
    const auto asked = resultOf(m_gate->call(asking, method::HoldRequest, envelopeParams(sqlRequest(*m_gate, agents[0], QStringLiteral("x")))));
    const HoldId hold = *HoldId::parse(*asked.find(u"hold")->asString());
    m_gate->measure(deletes(1));
    InputQueue queue;
    for (const Machine &agent : agents) {
        const ConnectionId from = m_gate->session(agent.request);
        for (std::int64_t i = 1; i <= 32; ++i)
            queue.add(sent(from, 1000 + i, method::TargetList, Nothing{}.toJson()));
    }
    const auto owner = [&](ConnectionId from) { return m_gate->ownerOf(from); };
    const auto turn = [&] {
        m_gate->turn(queue.turn(owner));
        queue.again(m_gate->left());
    };
    turn();
    turn();
    Command freeze = commandTo(*m_gate, m_lead->decide, Command::Verb::Freeze);
    freeze.actor = agents[0].name;
    const auto refusals = {sent(console, 5001, method::DecisionSubmit, envelopeParams(denial(*m_gate, *m_lead, hold))),
                           sent(console, 5002, method::CommandSubmit, envelopeParams(signedCommand(m_lead->decide, freeze)))};
    for (const Received &refusal : refusals) {
        m_gate->sent[console].clear();
        queue.add(refusal);
        turn();
        if (m_gate->sent[console].empty())
            turn();
        const auto *reply = m_gate->sent[console].empty() ? nullptr : std::get_if<RpcReply>(&m_gate->sent[console].back());
        QVERIFY(reply != nullptr && std::holds_alternative<Json>(reply->outcome));
    }
    QVERIFY(!queue.isEmpty());
    QVERIFY(m_gate->row(hold).state == State::Denied);
}

// The same where all of them speak with the person's own session key: each other session has one call before it at most.
void TestDoors::sessionsDelayNoRefusal()
{
    InputQueue queue;
    const auto oneHuman = [](ConnectionId) { return InputOwner{QStringLiteral("lead"), true}; };
    for (ConnectionId from = 1; from < 64; ++from)
        for (int i = 0; i < 32; ++i)
            queue.add(message(from));
    (void)queue.turn(oneHuman);
    queue.add(message(64));
    int turns = 0;
    for (bool taken = false; !taken; ++turns)
        taken = callsOf(queue.turn(oneHuman), 64) == 1;
    QVERIFY2(turns <= 4, qPrintable(QString::number(turns)));
}

QTEST_GUILESS_MAIN(TestDoors)
#include "doors_test.moc"
