// SPDX-License-Identifier: Apache-2.0
#include "link/holdfeed.h"
#include "link/scriptedgate.h"

#include <QSignalSpy>
#include <QTest>

using namespace holdfast;
using namespace std::chrono_literals;

/// Heads arrive in order, none lost, none twice, across pages and losses.
class FeedTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { initialiseCryptography(); }
    void init();
    void cleanup();
    void pagesThenChanges();
    void changesDuringPages();
    void duplicatesAndOldOnes();
    void resumesByCursor();
    void damagedChangeIsNotShown();
    void asksAgain_data();
    void asksAgain();

private:
    void start(std::chrono::milliseconds patience = 10s);

    std::unique_ptr<ScriptedGate> m_gate;
    std::unique_ptr<SeedSigner> m_key;
    std::unique_ptr<GateLink> m_link;
    HoldFeed *m_feed = nullptr;
    std::vector<Head> m_open, m_missed, m_changed;
    int m_snapshots = 0;
    QList<Json> m_asked;
};

namespace {

Head head(int number, std::int64_t sequence, State state = State::Pending)
{
    Head result;
    result.hold = HoldId::of(PublicKeyBytes{}, QByteArray::number(number));
    result.state = state;
    result.sequence = sequence;
    result.requestDigest = sha256("request");
    result.at = *parseInstant(u"2026-11-22T10:00:00.000Z");
    return result;
}

} // namespace

void FeedTest::init()
{
    m_gate = std::make_unique<ScriptedGate>();
    m_key = std::make_unique<SeedSigner>(QStringLiteral("lead"), SecretBytes::random(32));
    m_open.clear();
    m_missed.clear();
    m_changed.clear();
    m_asked.clear();
    m_snapshots = 0;
}

void FeedTest::cleanup()
{
    m_link.reset();
    m_gate.reset();
}

void FeedTest::start(std::chrono::milliseconds patience)
{
    LinkOptions options;
    options.address = m_gate->address();
    options.firstDelay = 20ms;
    options.answer = patience;
    m_link = std::make_unique<GateLink>(options, m_key.get());
    m_feed = new HoldFeed(m_link.get());
    connect(m_feed, &HoldFeed::snapshot, this, [this](const std::vector<Head> &open, const std::vector<Head> &missed) {
        m_open = open;
        m_missed = missed;
        ++m_snapshots;
    });
    connect(m_feed, &HoldFeed::changed, this, [this](const Head &changed) { m_changed.push_back(changed); });
    m_link->open();
}

void FeedTest::pagesThenChanges()
{
    m_gate->on(method::HoldSubscribe, [this](const Json &params, const ScriptedGate::Reply &reply) {
        m_asked.append(params);
        const bool first = params.find(u"after") == nullptr;
        reply(SubscribeResult{{head(first ? 1 : 2, first ? 3 : 4)}, {}, 10, first ? std::optional(QStringLiteral("p2")) : std::nullopt}.toJson());
    });
    start();
    QTRY_COMPARE(m_snapshots, 1);
    QCOMPARE(m_open, std::vector<Head>({head(1, 3), head(2, 4)}));
    QVERIFY(m_feed->isLive());
    QCOMPARE(m_feed->cursor(), std::optional<std::int64_t>(10));
    m_gate->notify(method::HoldChanged, HoldChange{11, head(1, 11, State::Denied)}.toJson());
    QTRY_COMPARE(m_changed, std::vector<Head>({head(1, 11, State::Denied)}));
    QCOMPARE(m_feed->cursor(), std::optional<std::int64_t>(11));
}

void FeedTest::changesDuringPages()
{
    m_gate->on(method::HoldSubscribe, [this](const Json &params, const ScriptedGate::Reply &reply) {
        if (params.find(u"after") == nullptr) {
            reply(SubscribeResult{{head(1, 3)}, {}, 10, QStringLiteral("p2")}.toJson());
            m_gate->notify(method::HoldChanged, HoldChange{11, head(2, 11)}.toJson()); // the second page knows it already
            m_gate->notify(method::HoldChanged, HoldChange{12, head(1, 12)}.toJson());
            return;
        }
        reply(SubscribeResult{{head(2, 11)}, {}, 11, {}}.toJson());
    });
    start();
    QTRY_COMPARE(m_changed, std::vector<Head>({head(1, 12)}));
    QCOMPARE(m_open, std::vector<Head>({head(1, 3), head(2, 11)}));
}

void FeedTest::duplicatesAndOldOnes()
{
    m_gate->answer(method::HoldSubscribe, SubscribeResult{{head(1, 5)}, {}, 10, {}}.toJson());
    start();
    QTRY_COMPARE(m_snapshots, 1);
    for (const std::int64_t sequence : {5, 4, 11, 11, 12})
        m_gate->notify(method::HoldChanged, HoldChange{sequence, head(1, sequence)}.toJson());
    QTRY_COMPARE(m_changed, std::vector<Head>({head(1, 11), head(1, 12)}));
}

void FeedTest::resumesByCursor()
{
    m_gate->on(method::HoldSubscribe, [this](const Json &params, const ScriptedGate::Reply &reply) {
        m_asked.append(params);
        reply(SubscribeResult{{}, {head(1, 20, State::Done)}, 20 + m_asked.size(), {}}.toJson());
    });
    start();
    QTRY_COMPARE(m_snapshots, 1);
    QSignalSpy live(m_feed, &HoldFeed::liveChanged);
    m_gate->drop();
    QTRY_COMPARE(live.size(), 1);
    QVERIFY(!m_feed->isLive());
    QVERIFY(m_gate->listen());
    QTRY_COMPARE(m_snapshots, 2);
    QVERIFY(m_asked[0].find(u"cursor") == nullptr);
    QCOMPARE(*m_asked[1].find(u"cursor")->asInteger(), std::int64_t{21});
    QCOMPARE(m_missed, std::vector<Head>({head(1, 20, State::Done)}));
}

void FeedTest::damagedChangeIsNotShown()
{
    m_gate->answer(method::HoldSubscribe, SubscribeResult{{}, {}, 10, {}}.toJson());
    start();
    QTRY_COMPARE(m_snapshots, 1);
    m_gate->notify(method::HoldChanged, Json(JsonObject{{QStringLiteral("cursor"), Json(11)}}));
    m_gate->notify(method::HoldChanged, HoldChange{12, head(1, 12)}.toJson());
    QTRY_COMPARE(m_changed.size(), std::size_t{1});
}

void FeedTest::asksAgain_data()
{
    QTest::addColumn<bool>("late");
    QTest::newRow("the gate is busy") << false;
    QTest::newRow("no answer in time") << true;
}

// The connection stays open all the same, and nothing else would ever ask.
void FeedTest::asksAgain()
{
    QFETCH(bool, late);
    m_gate->on(method::HoldSubscribe, [this, late](const Json &params, const ScriptedGate::Reply &reply) {
        m_asked.append(params);
        const bool second = params.find(u"after") != nullptr;
        if (m_asked.size() == 2)
            return late ? void() : reply(RpcError::of(ErrorCode::Unavailable, QStringLiteral("busy")));
        reply(SubscribeResult{{head(second ? 2 : 1, 3)}, {}, 10, second ? std::nullopt : std::optional(QStringLiteral("p2"))}.toJson());
    });
    start(500ms);
    QTRY_COMPARE(m_snapshots, 1);
    QCOMPARE(m_asked.size(), 3);
    QCOMPARE(m_open, std::vector<Head>({head(1, 3), head(2, 3)}));
    QVERIFY(m_feed->isLive());
    QCOMPARE(m_gate->connections, 1);
}

QTEST_GUILESS_MAIN(FeedTest)
#include "feed_test.moc"
