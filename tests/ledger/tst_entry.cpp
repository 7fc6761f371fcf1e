// SPDX-License-Identifier: Apache-2.0
#include "core/base64.h"
#include "ledger/entry.h"
#include "ledger/follower.h"
#include "ledger/tiles.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace holdfast;

namespace {

const Instant morning = *parseInstant(u"2026-11-22T10:00:00.000Z");

struct Log final
{
    SeedSigner gate{QStringLiteral("gate"), SecretBytes::random(32)};
    SeedSigner ledger{QStringLiteral("gate/ledger"), SecretBytes::random(32)};
    std::vector<QByteArray> entries;
    std::vector<Envelope> envelopes;
    MerkleNodes nodes;

    void add(const QByteArray &payload)
    {
        envelopes.push_back(Envelope::sign(gate, payloadtype::Event, payload));
        entries.push_back(buildEntry(morning, envelopes.back(), nodes.size(), EntryKind::Event).bytes);
        nodes.append(leafHash(entries.back()));
    }
    [[nodiscard]] QByteArray checkpoint(std::int64_t size) const { return signCheckpoint({QStringLiteral("gate"), size, *rootAt(size, nodes.reader())}, ledger); }
    [[nodiscard]] ExportSource source() const
    {
        return {checkpoint(nodes.size()), nodes.size(), [this](std::int64_t i) { return std::optional(entries[static_cast<std::size_t>(i)]); }, {}, {}};
    }
};

} // namespace

class TestEntry : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { initialiseCryptography(); }

    void bytesAreTheContract();
    void largePayloadsBecomeBlobs();
    void refuses_data();
    void refuses();
    void everyKindHasItsType();
    void tilePaths();
    void exportAndReadBack();
    void readsNoLinkAndNoWrongSize();
    void followerKeepsTheHighest();
    void followerSeesAFork();
    void acknowledgement();
};

void TestEntry::bytesAreTheContract()
{
    Log log;
    log.add("{}");
    const QByteArray signature = toBase64(log.envelopes[0].signatures[0].signature).toLatin1();
    QCOMPARE(log.entries[0], "{\"at\":\"2026-11-22T10:00:00.000Z\",\"envelope\":{\"payload\":\"e30=\",\"payloadType\":\"application/vnd.holdfast.event.v1+json\",\"signatures\":[{\"keyid\":\""
                 + log.gate.key().hint().toLatin1() + "\",\"sig\":\"" + signature + "\"}]},\"index\":0,\"kind\":\"event\"}");
    const auto entry = Entry::parse(log.entries[0]);
    QVERIFY(entry);
    QCOMPARE(entry->envelope.idDigest(), log.envelopes[0].idDigest());
    QCOMPARE(entry->at, morning);
}

void TestEntry::largePayloadsBecomeBlobs()
{
    Log log;
    // The largest payload that still fits, found by trying: base64 takes four bytes for three.
    qsizetype fits = 0;
    for (qsizetype size = 48500; size < 49200; size += 13) {
        const Envelope envelope = Envelope::sign(log.gate, payloadtype::Event, QByteArray(size, 'x'));
        const BuiltEntry built = buildEntry(morning, envelope, 7, EntryKind::Event);
        QVERIFY(built.bytes.size() <= maximumEntrySize);
        if (!built.payloadBlob)
            fits = size;
        const auto entry = Entry::parse(built.bytes);
        QVERIFY(entry);
        QCOMPARE(entry->payloadDigest.has_value(), built.payloadBlob.has_value());
        const auto whole = entry->wholeEnvelope([&](const Digest &) { return built.payloadBlob; });
        QVERIFY(whole);
        QCOMPARE(whole->idDigest(), envelope.idDigest());
        QVERIFY(verify(*whole, log.gate.key(), payloadtype::Event));
        if (built.payloadBlob) {
            QCOMPARE(entry->wholeEnvelope({}).error().kind, EntryError::Kind::MissingPayload);
            QCOMPARE(entry->wholeEnvelope([](const Digest &) { return QByteArray("y"); }).error().kind, EntryError::Kind::WrongPayload);
        }
    }
    QVERIFY(fits > 48500 && fits < 49199);
}

void TestEntry::refuses_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<int>("kind");
    Log log;
    log.add("{}");
    const QByteArray good = log.entries[0];
    const auto row = [](const char *name, const QByteArray &bytes, EntryError::Kind kind) { QTest::newRow(name) << bytes << static_cast<int>(kind); };
    const auto with = [&](const char *from, const char *to) { return QByteArray(good).replace(from, to); };
    row("not JSON", good.chopped(1), EntryError::Kind::NotJson);
    row("trailing", good + ' ' + '1', EntryError::Kind::NotJson);
    row("unknown member", with("\"index\":0", "\"index\":0,\"more\":1"), EntryError::Kind::Malformed);
    row("missing member", with("\"index\":0,", ""), EntryError::Kind::Malformed);
    row("negative index", with("\"index\":0", "\"index\":-1"), EntryError::Kind::Malformed);
    row("other kind", with("\"kind\":\"event\"", "\"kind\":\"grant\""), EntryError::Kind::WrongPayloadType);
    row("unknown kind", with("\"kind\":\"event\"", "\"kind\":\"session\""), EntryError::Kind::Malformed);
    row("time", with("10:00:00.000Z", "10:00:00Z"), EntryError::Kind::Malformed);
    row("stray bits", with("\"e30=\"", "\"e31=\""), EntryError::Kind::BadEnvelope);
    row("envelope is text", with("\"envelope\":{", "\"envelope\":[{"), EntryError::Kind::NotJson);
    row("payload twice", with("\"payload\":", "\"payload_digest\":\"sha256:00\",\"payload\":"), EntryError::Kind::Malformed);
    row("too large", with("\"e30=\"", QByteArray('"' + QByteArray(65536, 'A') + '"').constData()), EntryError::Kind::TooLarge);
}

void TestEntry::refuses()
{
    QFETCH(QByteArray, bytes);
    QFETCH(int, kind);
    const auto entry = Entry::parse(bytes);
    QVERIFY(!entry);
    QVERIFY2(static_cast<int>(entry.error().kind) == kind, qPrintable(entry.error().sentence()));
    QVERIFY(!entry.error().sentence().isEmpty());
}

void TestEntry::everyKindHasItsType()
{
    for (const EntryKind kind : {EntryKind::Request, EntryKind::Registry, EntryKind::Enrol, EntryKind::Hold, EntryKind::Decision, EntryKind::Command, EntryKind::Event, EntryKind::Grant, EntryKind::Receipt}) {
        QVERIFY(entryKindFrom(toString(kind)) == kind);
        QVERIFY(entryKindOf(QString::fromLatin1(payloadTypeOf(kind))) == kind);
    }
    QVERIFY(!entryKindFrom(u"session") && !entryKindOf(u"text/plain"));
}

void TestEntry::tilePaths()
{
    QCOMPARE(tilePath(0, 0), QStringLiteral("tile/0/000"));
    QCOMPARE(tilePath(1, 1234067), QStringLiteral("tile/1/x001/x234/067"));
    QCOMPARE(tilePath(-1, 1000, 17), QStringLiteral("tile/entries/x001/000.p/17"));
}

void TestEntry::exportAndReadBack()
{
    Log log;
    for (const int size : {1, 255, 256, 257, 600}) {
        while (log.nodes.size() < size)
            log.add(QByteArray::number(static_cast<qlonglong>(log.nodes.size())));
        QTemporaryDir dir;
        ExportSource source = log.source();
        const QByteArray blob = "a blob";
        source.blobs = {sha256(blob), sha256("erased")};
        source.blob = [&](const Digest &digest) { return digest == sha256(blob) ? std::optional(blob) : std::nullopt; };
        QVERIFY(exportTiles(dir.path(), source));
        QVERIFY(!exportTiles(dir.path(), source)); // never into what is there
        const TileDirectory read(dir.path());
        QCOMPARE(*read.checkpoint(), source.checkpoint);
        QCOMPARE(read.blob(sha256(blob)).value(), blob);
        QCOMPARE(read.blobNames().size(), 1);
        std::int64_t count = 0;
        for (std::int64_t tile = 0; tile * 256 < size; ++tile) {
            const auto entries = read.entries(tile, size);
            const auto hashes = read.hashes(0, tile, size);
            QVERIFY(entries && hashes);
            for (std::size_t i = 0; i < entries->size(); ++i, ++count) {
                QCOMPARE((*entries)[i], log.entries[static_cast<std::size_t>(count)]);
                QCOMPARE((*hashes)[i], leafHash((*entries)[i]));
            }
        }
        QCOMPARE(count, size);
        QCOMPARE(static_cast<bool>(read.hashes(1, 0, size)), size >= 256);
        if (size >= 256)
            QCOMPARE(read.hashes(1, 0, size)->front(), log.nodes.node(8, 0).value());
        QCOMPARE(QFile(dir.filePath(QStringLiteral("checkpoint"))).permissions() & (QFile::ReadGroup | QFile::ReadOther), QFile::Permissions());
    }
}

void TestEntry::readsNoLinkAndNoWrongSize()
{
    Log log;
    for (int i = 0; i < 3; ++i)
        log.add("{}");
    QTemporaryDir dir;
    const QString root = dir.filePath(QStringLiteral("out"));
    QVERIFY(exportTiles(root, log.source()));
    const TileDirectory read(root);
    QVERIFY(read.entries(0, 3));
    QVERIFY(!read.entries(0, 2) && !read.entries(0, 4) && !read.entries(1, 3));
    QVERIFY(!TileDirectory(dir.filePath(QStringLiteral("absent"))).checkpoint());
    QVERIFY(QDir(root).rename(QStringLiteral("tile"), QStringLiteral("../elsewhere")));
    QVERIFY(QFile::link(dir.filePath(QStringLiteral("elsewhere")), root + QStringLiteral("/tile")));
    QCOMPARE(read.entries(0, 3).error().kind, TilesError::Kind::CannotRead);
}

void TestEntry::followerKeepsTheHighest()
{
    Log log;
    for (int i = 0; i < 9; ++i)
        log.add(QByteArray::number(i));
    LedgerFollower follower(QStringLiteral("gate"), log.ledger.key());
    QVERIFY(!follower.proofFor(log.checkpoint(4))->has_value());
    QVERIFY(follower.accept(log.checkpoint(4), {}));
    const auto sizes = *follower.proofFor(log.checkpoint(9));
    QCOMPARE(sizes.value(), (std::pair<std::int64_t, std::int64_t>(4, 9)));
    QCOMPARE(follower.accept(log.checkpoint(9), {}).error().kind, LedgerAlarm::Kind::NeedsProof);
    QVERIFY(follower.accept(log.checkpoint(9), *consistencyProof(4, 9, log.nodes.reader())));
    QCOMPARE(follower.highest()->size, 9);
    // An older one is believed with its proof, and does not lower the highest.
    QVERIFY(follower.accept(log.checkpoint(6), *consistencyProof(6, 9, log.nodes.reader())));
    QCOMPARE(follower.highest()->size, 9);
    QVERIFY(follower.accept(log.checkpoint(9), {}));
    // As the newest one it hides what came since, whatever is proved of it.
    QVERIFY(!follower.whyNotNewest(log.checkpoint(9), follower.known()));
    QCOMPARE(follower.whyNotNewest(log.checkpoint(8), follower.known())->kind, LedgerAlarm::Kind::WentBack);
    QCOMPARE(follower.whyNotNewest("x", follower.known())->kind, LedgerAlarm::Kind::BadCheckpoint);
    const LedgerFollower again(QStringLiteral("gate"), log.ledger.key(), follower.highestNote());
    QVERIFY(again.valid());
    QCOMPARE(again.highest(), follower.highest());
    QVERIFY(!LedgerFollower(QStringLiteral("gate"), log.gate.key(), follower.highestNote()).valid());
    QCOMPARE(follower.proofFor(signCheckpoint({QStringLiteral("gate"), 0, emptyRoot()}, log.ledger)).error().kind, LedgerAlarm::Kind::BadCheckpoint);
}

void TestEntry::followerSeesAFork()
{
    Log log;
    for (int i = 0; i < 6; ++i)
        log.add(QByteArray::number(i));
    LedgerFollower follower(QStringLiteral("gate"), log.ledger.key());
    QVERIFY(follower.accept(log.checkpoint(4), {}));
    MerkleNodes forked;
    for (int i = 0; i < 6; ++i)
        forked.append(i == 2 ? leafHash("rewritten") : leafHash(log.entries[static_cast<std::size_t>(i)]));
    const auto note = [&](std::int64_t size) { return signCheckpoint({QStringLiteral("gate"), size, *rootAt(size, forked.reader())}, log.ledger); };
    QCOMPARE(follower.accept(note(6), *consistencyProof(4, 6, forked.reader())).error().kind, LedgerAlarm::Kind::Inconsistent);
    QCOMPARE(follower.accept(note(4), {}).error().kind, LedgerAlarm::Kind::Inconsistent);
    QCOMPARE(follower.highest()->size, 4);
}

void TestEntry::acknowledgement()
{
    Log log;
    for (int i = 0; i < 5; ++i)
        log.add(QByteArray::number(i));
    const LedgerFollower follower(QStringLiteral("gate"), log.ledger.key());
    const auto proof = *inclusionProof(3, 5, log.nodes.reader());
    const QByteArray note = log.checkpoint(5);
    QVERIFY(follower.acknowledged(log.envelopes[3], 3, log.entries[3], proof, note));
    QCOMPARE(follower.acknowledged(log.envelopes[2], 3, log.entries[3], proof, note).error().kind, LedgerAlarm::Kind::NotThePayload);
    QCOMPARE(follower.acknowledged(log.envelopes[3], 2, log.entries[3], proof, note).error().kind, LedgerAlarm::Kind::NotThePayload);
    QCOMPARE(follower.acknowledged(log.envelopes[3], 3, log.entries[3], {}, note).error().kind, LedgerAlarm::Kind::NotIncluded);
    QCOMPARE(follower.acknowledged(log.envelopes[3], 3, log.entries[3], proof, log.checkpoint(4)).error().kind, LedgerAlarm::Kind::NotIncluded);
    QCOMPARE(follower.acknowledged(log.envelopes[3], 3, "{}", proof, note).error().kind, LedgerAlarm::Kind::BadEntry);
}

QTEST_GUILESS_MAIN(TestEntry)
#include "tst_entry.moc"
