// SPDX-License-Identifier: Apache-2.0
#include "core/base64.h"
#include "ledger/checkpoint.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

using namespace holdfast;

namespace {

QJsonObject vectors()
{
    QFile file(qEnvironmentVariable("HOLDFAST_SHARED") + QStringLiteral("/vectors/signed-note/note_vectors.json"));
    return file.open(QIODevice::ReadOnly) ? QJsonDocument::fromJson(file.readAll()).object() : QJsonObject();
}

SeedSigner signer(const char *name, VerifierKey::Type type = VerifierKey::Type::Ed25519)
{
    return SeedSigner(QString::fromLatin1(name), SecretBytes::random(32), type);
}

} // namespace

class TestNote : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { initialiseCryptography(); }

    void signsAsOthersDo();
    void opensAsOthersDo();
    void ambiguousKeysAreRefused();
    void cosignatures();
    void checkpointsRoundTrip();
    void checkpointTextIsStrict_data();
    void checkpointTextIsStrict();
    void anyFlippedBitIsRefused();
};

void TestNote::signsAsOthersDo()
{
    const QJsonObject test = vectors()[QStringLiteral("sign")].toObject();
    if (test.isEmpty())
        QSKIP("the shared vectors are not beside the checkout");
    const QStringList parts = test[QStringLiteral("skey")].toString().split(u'+');
    QByteArray seed = fromBase64(QStringList(parts.mid(4)).join(u'+'))->sliced(1);
    const SeedSigner peter(parts[2], SecretBytes::take(seed));
    Note note{test[QStringLiteral("text")].toString().toUtf8(), {}};
    note.signatures.push_back(signNote(note.text, peter));
    QCOMPARE(note.toBytes(), test[QStringLiteral("want")].toString().toUtf8());
}

void TestNote::opensAsOthersDo()
{
    const QJsonArray tests = vectors()[QStringLiteral("open")].toArray();
    if (tests.isEmpty())
        QSKIP("the shared vectors are not beside the checkout");
    QCOMPARE(tests.size(), 13);
    for (const auto &test : tests) {
        const QString want = test[QStringLiteral("want")].toString();
        std::vector<VerifierKey> known;
        for (const auto &key : test[QStringLiteral("vkeys")].toArray())
            known.push_back(VerifierKey::parse(key.toString()).value());
        const auto note = Note::parse(QByteArray::fromBase64(test[QStringLiteral("note_b64")].toString().toLatin1()));
        const auto verified = note ? verifyNote(*note, known) : Result<std::vector<VerifiedSignature>, NoteError>(note.failure());
        QStringList names;
        for (std::size_t i = 0; verified && i < verified->size(); ++i)
            names.append((*verified)[i].key.name);
        if (want.startsWith(QStringLiteral("ok")))
            QVERIFY2(want.contains(QStringLiteral("verified=[%1]").arg(names.join(u','))), qPrintable(want));
        else
            QVERIFY2(!verified, qPrintable(want));
        if (want.contains(QStringLiteral("too many")))
            QCOMPARE(verified.error().kind, NoteError::Kind::TooManySignatures);
        if (want.contains(QStringLiteral("invalid signature")))
            QCOMPARE(verified.error().kind, NoteError::Kind::BadSignature);
        if (want.contains(QStringLiteral("no verifiable")))
            QCOMPARE(verified.error().kind, NoteError::Kind::NoKnownSignature);
    }
}

void TestNote::ambiguousKeysAreRefused()
{
    const SeedSigner one = signer("one");
    Note note{"text\n", {}};
    note.signatures.push_back(signNote(note.text, one));
    QVERIFY(verifyNote(note, {one.key()}));
    QCOMPARE(verifyNote(note, {one.key(), one.key()}).error().kind, NoteError::Kind::AmbiguousKey);
}

void TestNote::cosignatures()
{
    const SeedSigner ledger = signer("gate/ledger");
    const SeedSigner witness = signer("ops-lead", VerifierKey::Type::Cosignature);
    const Checkpoint checkpoint{QStringLiteral("gate"), 3, sha256("root")};
    const Instant at = *parseInstant(u"2026-11-22T10:00:00.000Z");
    const QByteArray bytes = *cosignCheckpoint(signCheckpoint(checkpoint, ledger), witness, at);
    const Note note = *Note::parse(bytes);
    const auto verified = verifyNote(note, {ledger.key(), witness.key()});
    QVERIFY(verified);
    QCOMPARE(verified->size(), 2u);
    QCOMPARE(verified->back().time.value(), 1795341600);
    QVERIFY(openCheckpoint(bytes, ledger.key(), QStringLiteral("gate")));
    // The time is part of what is signed.
    Note later = note;
    later.signatures.back().bytes[7] = static_cast<char>(later.signatures.back().bytes[7] + 1);
    QCOMPARE(verifyNote(later, {witness.key()}).error().kind, NoteError::Kind::BadSignature);
    // The same bytes under the other type are another key.
    QVERIFY(!verifyNote(note, {VerifierKey{witness.key().name, VerifierKey::Type::Ed25519, witness.key().bytes}}));
}

void TestNote::checkpointsRoundTrip()
{
    const SeedSigner ledger = signer("gate/ledger");
    const Checkpoint checkpoint{QStringLiteral("pocketos.example/gate"), 42, sha256("root")};
    QVERIFY(checkpoint.toText().startsWith("pocketos.example/gate/ledger\n42\n"));
    const QByteArray bytes = signCheckpoint(checkpoint, ledger);
    const auto opened = openCheckpoint(bytes, ledger.key(), checkpoint.gate);
    QVERIFY(opened);
    QCOMPARE(*opened, checkpoint);
    QCOMPARE(openCheckpoint(bytes, ledger.key(), QStringLiteral("other")).error().kind, CheckpointError::Kind::WrongGate);
    QCOMPARE(openCheckpoint(bytes, signer("gate/ledger").key(), checkpoint.gate).error().kind, CheckpointError::Kind::BadNote);
}

void TestNote::checkpointTextIsStrict_data()
{
    QTest::addColumn<QByteArray>("text");
    const QByteArray root = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n";
    QTest::newRow("no newline at the end") << QByteArray("g/ledger\n1\n" + root.chopped(1));
    QTest::newRow("leading zero") << QByteArray("g/ledger\n01\n" + root);
    QTest::newRow("plus") << QByteArray("g/ledger\n+1\n" + root);
    QTest::newRow("negative") << QByteArray("g/ledger\n-1\n" + root);
    QTest::newRow("space") << QByteArray("g/ledger\n1 \n" + root);
    QTest::newRow("too large") << QByteArray("g/ledger\n9007199254740992\n" + root);
    QTest::newRow("extension line") << QByteArray("g/ledger\n1\n" + root + "more\n");
    QTest::newRow("short root") << QByteArray("g/ledger\n1\nAAAA\n");
    QTest::newRow("URL-safe root") << QByteArray("g/ledger\n1\n47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU=\n");
    QTest::newRow("another log") << QByteArray("g/log\n1\n" + root);
    QTest::newRow("no gate") << QByteArray("/ledger\n1\n" + root);
}

void TestNote::checkpointTextIsStrict()
{
    QFETCH(QByteArray, text);
    QVERIFY(!Checkpoint::fromText(text));
    QVERIFY(Checkpoint::fromText("g/ledger\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"));
}

void TestNote::anyFlippedBitIsRefused()
{
    const SeedSigner ledger = signer("gate/ledger");
    const QByteArray bytes = signCheckpoint({QStringLiteral("gate"), 7, sha256("root")}, ledger);
    for (qsizetype i = 0; i < bytes.size() * 8; ++i) {
        QByteArray changed = bytes;
        changed[i / 8] = static_cast<char>(changed[i / 8] ^ (1 << i % 8));
        QVERIFY2(!openCheckpoint(changed, ledger.key(), QStringLiteral("gate")), qPrintable(QString::number(i)));
    }
}

QTEST_GUILESS_MAIN(TestNote)
#include "tst_note.moc"
