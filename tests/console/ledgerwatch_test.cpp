// SPDX-License-Identifier: Apache-2.0
#include "console/desk/ledgerwatch.h"
#include "ledger/story.h"
#include "link/scriptedgate.h"

#include <QDir>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>

using namespace holdfast;
using namespace std::chrono_literals;

/// A console's own witness: what it proves, where it goes on after a start, what is an alarm and what is only a lost connection.
class LedgerWatchTest final : public QObject
{
    Q_OBJECT

private:
    struct Console;

    void serve(ScriptedGate &gate);
    [[nodiscard]] std::unique_ptr<SeedSigner> copyOf(const SeedSigner &signer) const;
    [[nodiscard]] QStringList keptFiles() const { return QDir(PinFile::defaultDirectory()).entryList({QStringLiteral("*.audit")}); }

    std::unique_ptr<QTemporaryDir> m_home;
    std::unique_ptr<Story> m_story;
    std::unique_ptr<ScriptedGate> m_gate;
    std::unique_ptr<SeedSigner> m_session;
    QList<std::pair<std::int64_t, std::int64_t>> m_asked; ///< ranges of entries, as the console asked for them
    std::int64_t m_surplus = 0; ///< entries that the gate hands out beyond what it was asked for

private Q_SLOTS:
    void init();
    void provesEverything();
    void goesOnWhereItEnded();
    void aLostConnectionIsNoAlarm();
    void moreThanWasAskedForIsAnAlarm();
    void nothingIsKeptAfterAnAlarm();
    void anotherFirstRegistryIsAnAlarm();
};

/// One start of a console.
struct LedgerWatchTest::Console final
{
    explicit Console(const LedgerWatchTest &test, const std::optional<Digest> &firstRegistry = {})
        : link(optionsFor(*test.m_gate), test.m_session.get()), watch(link, pinsFor(*test.m_story, firstRegistry), *test.m_session)
    {
    }

    static LinkOptions optionsFor(const ScriptedGate &gate)
    {
        LinkOptions options;
        options.address = gate.address();
        options.ledgerKey = gate.ledgerKey->key();
        options.firstDelay = 10ms;
        options.longestDelay = 50ms;
        return options;
    }

    static Pins pinsFor(const Story &story, const std::optional<Digest> &firstRegistry)
    {
        const auto kept = PinFile(story.gate.key()).load();
        Pins pins = kept && *kept ? **kept : Pins{story.registry.gate, {}, {story.gate.key(), story.ledger.key(), story.performer.key()}, {}, {}};
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
    m_home = std::make_unique<QTemporaryDir>();
    qputenv("XDG_DATA_HOME", m_home->path().toUtf8());
    QDir().mkpath(PinFile::defaultDirectory());
    m_story = std::make_unique<Story>();
    m_story->perform();
    m_story->enrolSecond();
    m_session = std::make_unique<SeedSigner>(QStringLiteral("lead"), SecretBytes::random(32));
    m_asked.clear();
    m_surplus = 0;
    m_gate = std::make_unique<ScriptedGate>();
    m_gate->name = m_story->registry.gate;
    m_gate->key = copyOf(m_story->gate);
    m_gate->ledgerKey = copyOf(m_story->ledger);
    m_gate->performKey = copyOf(m_story->performer);
    serve(*m_gate);
}

std::unique_ptr<SeedSigner> LedgerWatchTest::copyOf(const SeedSigner &signer) const
{
    SecretBytes seed(signer.seed().size());
    std::copy_n(signer.seed().data(), seed.size(), seed.data());
    return std::make_unique<SeedSigner>(signer.key().name, std::move(seed));
}

/// The story as an honest gate hands it out; it may grow while it is served.
void LedgerWatchTest::serve(ScriptedGate &gate)
{
    gate.bendSession = [this](Session &session) { session.checkpoint = QString::fromUtf8(m_story->checkpoint()); };
    gate.on(method::LedgerCheckpoint, [this](const Json &, const ScriptedGate::Reply &reply) {
        reply(CheckpointResult{QString::fromUtf8(m_story->checkpoint())}.toJson());
    });
    gate.on(method::LedgerConsistency, [this](const Json &params, const ScriptedGate::Reply &reply) {
        const auto range = RangeParams::fromJson(params);
        MerkleNodes tree;
        for (const QByteArray &entry : m_story->entries)
            tree.append(leafHash(entry));
        reply(ProofResult{*consistencyProof(range->from, range->to, tree.reader())}.toJson());
    });
    gate.on(method::LedgerEntries, [this](const Json &params, const ScriptedGate::Reply &reply) {
        const auto range = RangeParams::fromJson(params);
        m_asked.append({range->from, range->to});
        const auto size = static_cast<std::int64_t>(m_story->entries.size());
        const auto to = std::min(size, range->to + m_surplus);
        reply(EntriesResult{{m_story->entries.begin() + range->from, m_story->entries.begin() + to}}.toJson());
    });
    gate.on(method::BlobRead, [this](const Json &params, const ScriptedGate::Reply &reply) {
        const auto wanted = BlobReadParams::fromJson(params);
        const QByteArray &blob = m_story->blobs.at(wanted->digest);
        reply(BlobReadResult{blob.mid(wanted->offset, wanted->length), blob.size()}.toJson());
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
        QTimer::singleShot(0, m_gate.get(), [this] { // not while the socket that is dropped is being read
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
