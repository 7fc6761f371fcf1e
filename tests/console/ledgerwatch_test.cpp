// SPDX-License-Identifier: Apache-2.0
#include "console/desk/ledgerwatch.h"
#include "console/storygate.h"

#include <QDir>
#include <QTest>
#include <QTimer>

using namespace holdfast;

/// A console's own witness: what it proves, where it goes on after a start, what is an alarm and what is only a lost connection.
class LedgerWatchTest final : public QObject
{
    Q_OBJECT

private:
    struct Console;

    [[nodiscard]] QStringList keptFiles() const { return QDir(PinFile::defaultDirectory()).entryList({QStringLiteral("*.audit")}); }

    std::unique_ptr<StoryGate> m_served;
    Story *m_story = nullptr;
    ScriptedGate *m_gate = nullptr;
    std::unique_ptr<SeedSigner> m_session;
    QList<std::pair<std::int64_t, std::int64_t>> m_asked; ///< ranges of entries, as the console asked for them
    std::int64_t m_surplus = 0; ///< entries that the gate hands out beyond what it was asked for

private Q_SLOTS:
    void init();
    void provesEverything();
    void goesOnWhereItEnded();
    void keepsOnlyEachThousand();
    void aLostConnectionIsNoAlarm();
    void moreThanWasAskedForIsAnAlarm();
    void nothingIsKeptAfterAnAlarm();
    void anotherFirstRegistryIsAnAlarm();
};

/// One start of a console.
struct LedgerWatchTest::Console final
{
    explicit Console(const LedgerWatchTest &test, const std::optional<Digest> &firstRegistry = {})
        : link(test.m_served->linkOptions(), test.m_session.get()), watch(link, pinsFor(*test.m_served, firstRegistry), *test.m_session)
    {
    }

    static Pins pinsFor(const StoryGate &served, const std::optional<Digest> &firstRegistry)
    {
        Pins pins = served.pins();
        if (firstRegistry)
            pins.firstRegistry = firstRegistry;
        return pins;
    }

    GateLink link;
    LedgerWatch watch;
};

void LedgerWatchTest::init()
{
    initialiseCryptography();
    m_served = std::make_unique<StoryGate>();
    m_story = &m_served->story;
    m_gate = &m_served->gate;
    m_story->perform();
    m_story->enrolSecond();
    m_session = std::make_unique<SeedSigner>(QStringLiteral("lead"), SecretBytes::random(32));
    m_asked.clear();
    m_surplus = 0;
    m_gate->on(method::LedgerEntries, [this](const Json &params, const ScriptedGate::Reply &reply) {
        const auto range = RangeParams::fromJson(params);
        m_asked.append({range->from, range->to});
        const auto size = static_cast<std::int64_t>(m_story->entries.size());
        const auto to = std::min(size, range->to + m_surplus);
        reply(EntriesResult{{m_story->entries.begin() + range->from, m_story->entries.begin() + to}}.toJson());
    });
}

void LedgerWatchTest::provesEverything()
{
    Console console(*this);
    console.link.open();
    QTRY_COMPARE(console.watch.proven(), static_cast<std::int64_t>(m_story->entries.size()));
    QCOMPARE(console.watch.alarms().join(u'\n'), QString());
    QVERIFY(console.watch.trusted());
    QCOMPARE(console.watch.trusted()->registryDigest, m_story->registryPayload);
    QCOMPARE(m_asked.front().second, std::int64_t{1}); // the first registry before everything else
    m_story->perform(&m_story->secondDecide); // a person of whom only the second registry says that they may
    console.watch.follow();
    QTRY_COMPARE(console.watch.proven(), static_cast<std::int64_t>(m_story->entries.size()));
    QCOMPARE(console.watch.alarms().join(u'\n'), QString());
}

void LedgerWatchTest::goesOnWhereItEnded()
{
    {
        Console console(*this);
        console.link.open();
        QTRY_COMPARE(console.watch.proven(), static_cast<std::int64_t>(m_story->entries.size()));
        QTRY_VERIFY(console.watch.highest() && console.watch.highest()->size == console.watch.proven());
    }
    QCOMPARE(keptFiles().size(), 1);
    const auto known = static_cast<std::int64_t>(m_story->entries.size());
    m_story->perform(&m_story->secondDecide);
    m_asked.clear();
    Console console(*this);
    QCOMPARE(console.watch.proven(), known); // before anybody was asked
    QVERIFY(console.watch.trusted());
    console.link.open();
    QTRY_COMPARE(console.watch.proven(), static_cast<std::int64_t>(m_story->entries.size()));
    QCOMPARE(console.watch.alarms().join(u'\n'), QString());
    for (const auto &[from, to] : m_asked)
        QVERIFY(from >= known && to > from);
}

void LedgerWatchTest::keepsOnlyEachThousand()
{
    Console console(*this);
    console.link.open();
    QTRY_COMPARE(console.watch.proven(), static_cast<std::int64_t>(m_story->entries.size()));
    QCOMPARE(keptFiles(), QStringList());
    while (m_story->entries.size() < 1'100)
        m_story->ask();
    console.watch.follow();
    QTRY_COMPARE_WITH_TIMEOUT(console.watch.proven(), static_cast<std::int64_t>(m_story->entries.size()), 60'000);
    QCOMPARE(console.watch.alarms().join(u'\n'), QString());
    QTRY_COMPARE(keptFiles().size(), 1); // while it runs
}

void LedgerWatchTest::aLostConnectionIsNoAlarm()
{
    int lost = 0;
    const auto honest = [this](const Json &params, const ScriptedGate::Reply &reply) {
        const auto wanted = BlobReadParams::fromJson(params);
        const QByteArray &blob = m_story->blobs.at(wanted->digest);
        reply(BlobReadResult{blob, blob.size()}.toJson());
    };
    m_gate->on(method::BlobRead, [this, &lost, honest](const Json &params, const ScriptedGate::Reply &reply) {
        if (++lost > 3)
            return honest(params, reply);
        QTimer::singleShot(0, m_gate, [this] { // not while the socket that is dropped is being read
            m_gate->drop();
            m_gate->listen();
        });
    });
    Console console(*this);
    console.link.open();
    QTRY_COMPARE(console.watch.proven(), static_cast<std::int64_t>(m_story->entries.size()));
    QVERIFY(lost > 3);
    QCOMPARE(console.watch.alarms().join(u'\n'), QString());
    QVERIFY(console.watch.trusted());
}

void LedgerWatchTest::moreThanWasAskedForIsAnAlarm()
{
    m_surplus = 2;
    Console console(*this);
    console.link.open();
    QTRY_VERIFY(!console.watch.alarms().isEmpty());
    QVERIFY(console.watch.proven() <= static_cast<std::int64_t>(m_story->entries.size()));
}

void LedgerWatchTest::nothingIsKeptAfterAnAlarm()
{
    // A receipt that nobody signed: the checkpoint is the gate's own, so only the auditor can find it.
    m_story->entries.pop_back();
    m_story->addEnvelope(EntryKind::Event, Envelope::sign(*m_session, payloadtype::Event, "{}"));
    {
        Console console(*this);
        console.link.open();
        QTRY_COMPARE(console.watch.proven(), static_cast<std::int64_t>(m_story->entries.size()));
        QVERIFY(!console.watch.alarms().isEmpty());
    }
    QCOMPARE(keptFiles(), QStringList());
}

void LedgerWatchTest::anotherFirstRegistryIsAnAlarm()
{
    Console console(*this, sha256("another"));
    console.link.open();
    QTRY_VERIFY(console.watch.alarms().join(u' ').contains(QStringLiteral("not the one that was pinned")));
}

QTEST_GUILESS_MAIN(LedgerWatchTest)
#include "ledgerwatch_test.moc"
