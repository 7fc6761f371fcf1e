// SPDX-License-Identifier: Apache-2.0
#include "console/desk/ledgerwatch.h"
#include "console/storygate.h"

#include <QDir>
#include <QFile>
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
    void keepsWhatIsTooLargeForAnEntry();
    void goesOnWhereItEnded();
    void keepsOnlyEachThousand();
    void aLostConnectionIsNoAlarm();
    void asksAgain_data();
    void asksAgain();
    void moreThanWasAskedForIsAnAlarm();
    void entriesThatDoNotMakeTheRoot();
    void nothingIsKeptAfterAnAlarm();
    void manyAlarmsAreNotKeptEach();
    void anotherFirstRegistryIsAnAlarm();
    void anOlderLedgerIsAnAlarm_data();
    void anOlderLedgerIsAnAlarm();
    void isReadWithoutTheKey();
    void isNotBelieved_data();
    void isNotBelieved();
    void saysUntilWhenItFollowed();

private:
    void followOnce();
    [[nodiscard]] QString keptFile() const { return PinFile(m_story->gate.key()).path() + QStringLiteral(".audit"); }
    [[nodiscard]] QByteArray keptBytes() const;
    void write(const QByteArray &bytes) const;
};

/// One start of a console.
struct LedgerWatchTest::Console final
{
    // As without the key: it never connects.
    Console(const LedgerWatchTest &test, const VerifierKey &known)
        : link(test.m_served->linkOptions(), nullptr), watch(link, pinsFor(*test.m_served, {}), known, nullptr)
    {
    }
    explicit Console(const LedgerWatchTest &test, const std::optional<Digest> &firstRegistry = {})
        : link(test.m_served->linkOptions(), test.m_session.get()), watch(link, pinsFor(*test.m_served, firstRegistry), test.m_session->key(), test.m_session.get())
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
    QVERIFY(m_served->pins().firstRegistry); // where the chain was walked from is pinned with the next checkpoint
    QVERIFY(*m_served->pins().firstRegistry != m_story->registryPayload);
}

// Its entry names the digest alone; what is kept for the time without the gate has the document.
void LedgerWatchTest::keepsWhatIsTooLargeForAnEntry()
{
    constexpr qsizetype more = 70'000;
    const auto large = m_story->ask(QStringLiteral("DELETE FROM t WHERE name = '%1'").arg(QString(more, u'x')));
    const auto small = m_story->ask();
    Console console(*this);
    console.link.open();
    QTRY_COMPARE(console.watch.proven(), static_cast<std::int64_t>(m_story->entries.size()));
    QCOMPARE(console.watch.alarms().join(u'\n'), QString());
    const auto &kept = console.watch.recent().entries();
    QVERIFY(kept.size() >= 2);
    QCOMPARE(kept.at(kept.size() - 2).payload, large.request.payload);
    QCOMPARE(kept.back().payload, QByteArray());
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

void LedgerWatchTest::asksAgain_data()
{
    QTest::addColumn<QString>("method");
    for (const auto &each : {method::LedgerCheckpoint, method::LedgerConsistency, method::LedgerEntries})
        QTest::newRow(qPrintable(each.toString())) << each.toString();
}

// A gate that is busy closes no connection: what it did not answer is asked again over the same one.
void LedgerWatchTest::asksAgain()
{
    QFETCH(QString, method);
    followOnce();
    m_story->ask();
    m_gate->failOnce(method);
    Console console(*this);
    console.link.open();
    QTRY_VERIFY(console.watch.follows());
    QCOMPARE(console.watch.proven(), static_cast<std::int64_t>(m_story->entries.size()));
    QCOMPARE(console.watch.alarms().join(u'\n'), QString());
    QVERIFY(m_gate->calls.count(method) > 1);
}

// Each of them genuine, and not those that the checkpoint stands for.
void LedgerWatchTest::entriesThatDoNotMakeTheRoot()
{
    m_gate->on(method::LedgerEntries, [this](const Json &params, const ScriptedGate::Reply &reply) {
        const auto range = RangeParams::fromJson(params);
        auto told = m_story->entries;
        std::swap(told[told.size() - 1], told[told.size() - 2]);
        reply(EntriesResult{{told.begin() + range->from, told.begin() + std::min(static_cast<std::int64_t>(told.size()), range->to)}}.toJson());
    });
    {
        Console console(*this);
        console.link.open();
        QTRY_VERIFY2(console.watch.alarms().join(u' ').contains(QStringLiteral("do not make the root")), qPrintable(console.watch.alarms().join(u' ')));
        QVERIFY(!console.watch.follows());
    }
    QCOMPARE(keptFiles(), QStringList());
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

void LedgerWatchTest::manyAlarmsAreNotKeptEach()
{
    for (int i = 0; i < 400; ++i)
        m_story->addEnvelope(EntryKind::Event, Envelope::sign(*m_session, payloadtype::Event, "{}"));
    Console console(*this);
    console.link.open();
    QTRY_COMPARE(console.watch.proven(), static_cast<std::int64_t>(m_story->entries.size()));
    QVERIFY(!console.watch.alarms().isEmpty());
    QVERIFY2(console.watch.alarms().size() <= 50, qPrintable(QString::number(console.watch.alarms().size())));
}

void LedgerWatchTest::anotherFirstRegistryIsAnAlarm()
{
    Console console(*this, sha256("another"));
    console.link.open();
    QTRY_VERIFY(console.watch.alarms().join(u' ').contains(QStringLiteral("not the one that was pinned")));
}

void LedgerWatchTest::followOnce()
{
    Console console(*this);
    console.link.open();
    QTRY_VERIFY(console.watch.asOf() && console.watch.proven() == static_cast<std::int64_t>(m_story->entries.size()));
}

QByteArray LedgerWatchTest::keptBytes() const
{
    QFile file(keptFile());
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

void LedgerWatchTest::write(const QByteArray &bytes) const
{
    QFile file(keptFile());
    QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
    QCOMPARE(file.write(bytes), bytes.size());
}

void LedgerWatchTest::isReadWithoutTheKey()
{
    auto waiting = m_story->ask();
    m_story->measure(waiting);
    followOnce();
    const auto bytes = keptBytes();
    {
        Console console(*this, m_session->key());
        QCOMPARE(console.watch.proven(), static_cast<std::int64_t>(m_story->entries.size()));
        QVERIFY(console.watch.trusted() && console.watch.asOf());
        QCOMPARE(console.watch.openHolds().size(), std::size_t{1});
        QCOMPARE(console.watch.openHolds().begin()->first, waiting.id);
        QCOMPARE(console.watch.recent().entries().size(), m_story->entries.size());
        QCOMPARE(console.watch.changedFile(), QString());
        QCOMPARE(console.watch.alarms(), QStringList());
    }
    QCOMPARE(keptBytes(), bytes); // nothing was written
}

void LedgerWatchTest::isNotBelieved_data()
{
    QTest::addColumn<int>("which");
    QTest::newRow("a byte of the file") << 0;
    QTest::newRow("cut off") << 1;
    QTest::newRow("signed by the session key, an entry less") << 2;
    QTest::newRow("signed by the session key, another entry") << 3;
    QTest::newRow("signed by the session key, a checkpoint of another's") << 4;
    QTest::newRow("of another session key") << 5;
}

// Changed by anybody, whoever holds the session key included: nothing of it is shown, it is named, and it stays where it is.
void LedgerWatchTest::isNotBelieved()
{
    QFETCH(int, which);
    followOnce();
    const AuditFile file(keptFile(), m_story->gate.key(), m_session->key());
    auto state = *file.load();
    std::vector<std::pair<QByteArray, QByteArray>> kept;
    for (const auto &one : state.recent.entries())
        kept.emplace_back(one.entry, one.payload);
    if (which == 0)
        write(keptBytes().replace(keptBytes().size() - 5, 1, "#"));
    if (which == 1)
        write(keptBytes().chopped(100));
    if (which == 2)
        kept.pop_back();
    if (which == 3)
        kept.back().first.replace("\"kind\"", "\"kinD\"");
    if (which == 4) {
        const SeedSigner other(m_story->ledger.key().name, SecretBytes::random(32));
        state.checkpoint = signCheckpoint({m_story->registry.gate, state.recent.after().size(), state.recent.after().root()}, other);
    }
    state.recent = RecentLedger::of(state.recent.before(), kept);
    if (which >= 2 && which <= 4)
        QVERIFY(file.save(state, *m_session));
    const auto bytes = keptBytes();
    {
        const SeedSigner other(QStringLiteral("lead"), SecretBytes::random(32));
        Console console(*this, which == 5 ? other.key() : m_session->key());
        QCOMPARE(console.watch.proven(), std::int64_t{0});
        QVERIFY(!console.watch.trusted() && !console.watch.asOf());
        QVERIFY(console.watch.openHolds().empty() && console.watch.recent().entries().empty());
        QCOMPARE(console.watch.changedFile(), keptFile());
    }
    QCOMPARE(keptBytes(), bytes);
}

void LedgerWatchTest::saysUntilWhenItFollowed()
{
    Console console(*this);
    QVERIFY(!console.watch.asOf());
    const auto before = SystemClock().now();
    console.link.open();
    QTRY_VERIFY(console.watch.asOf());
    QVERIFY(*console.watch.asOf() >= before);
    m_gate->drop();
    QTRY_VERIFY(console.link.state() != GateLink::State::Open);
    const auto last = console.watch.asOf();
    QVERIFY(last && *last >= before && *last <= SystemClock().now());
    Console next(*this, m_session->key()); // it was kept when the connection was lost
    QVERIFY(next.watch.asOf() == last);
}

void LedgerWatchTest::anOlderLedgerIsAnAlarm_data()
{
    QTest::addColumn<bool>("atOnce");
    QTest::newRow("in the session's answer") << true;
    QTest::newRow("asked for its newest checkpoint") << false;
}

// It follows from what was seen, and every proof of it holds: only that it hides what came since.
void LedgerWatchTest::anOlderLedgerIsAnAlarm()
{
    QFETCH(const bool, atOnce);
    Console console(*this);
    console.link.open();
    const auto size = static_cast<std::int64_t>(m_story->entries.size());
    QTRY_COMPARE(console.watch.proven(), size);
    m_gate->drop();
    const auto newest = m_story->entries;
    m_story->entries.pop_back();
    const QByteArray old = m_story->checkpoint();
    if (!atOnce)
        m_story->entries = newest;
    m_gate->answer(method::LedgerCheckpoint, CheckpointResult{QString::fromUtf8(old)}.toJson());
    QVERIFY(m_gate->listen());
    QTRY_VERIFY_WITH_TIMEOUT(console.watch.alarms().join(u' ').contains(QStringLiteral("older ledger than it showed before")), 20'000);
    QCOMPARE(console.watch.highest()->size, size);
}

QTEST_GUILESS_MAIN(LedgerWatchTest)
#include "ledgerwatch_test.moc"
