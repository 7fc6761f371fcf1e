// SPDX-License-Identifier: Apache-2.0
#include "core/base64.h"
#include "core/clock.h"
#include "core/digest.h"
#include "core/ids.h"
#include "core/reader.h"
#include "core/vectors.h"

#include <thread>

using namespace holdfast;
using namespace std::chrono_literals;

class BasicsTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void base64RoundTrip();
    void base64Refuses_data();
    void base64Refuses();
    void base64TakesEitherAlphabet();
    void base64IsAsStrictAsQtTwice();
    void base32();
    void digestKnownAnswers();
    void digestText();
    void digestPerThread();
    void instantRoundTrip();
    void instantRefuses_data();
    void instantRefuses();
    void durations();
    void holdIds();
    void readerReads();
    void readerRefuses_data();
    void readerRefuses();
    void readerNamesNestedMembers();
};

void BasicsTest::base64RoundTrip()
{
    QByteArray bytes;
    for (int size = 0; size < 70; ++size) {
        const QString text = toBase64(bytes);
        QCOMPARE(text, QString::fromLatin1(bytes.toBase64()));
        QVERIFY(fromBase64(text).has_value());
        QCOMPARE(*fromBase64(text), bytes);
        bytes.append(static_cast<char>(size * 37 + 250));
    }
}

// Every text of up to five characters, of both alphabets and of neither, means what Qt reads and would write again, or nothing.
void BasicsTest::base64IsAsStrictAsQtTwice()
{
    const QString letters = QStringLiteral("AQgw+-_/= \u00e9\u0141");
    for (int length = 0; length <= 5; ++length) {
        const auto count = static_cast<qint64>(std::pow(letters.size(), length));
        for (qint64 number = 0; number < count; ++number) {
            QString text(length, QChar());
            qint64 rest = number;
            for (QChar &each : text) {
                each = letters[rest % letters.size()];
                rest /= letters.size();
            }
            const QByteArray bytes = text.toLatin1();
            const auto alphabet = bytes.contains('-') || bytes.contains('_') ? QByteArray::Base64UrlEncoding : QByteArray::Base64Encoding;
            const auto read = QByteArray::fromBase64Encoding(bytes, alphabet | QByteArray::AbortOnBase64DecodingErrors);
            const bool canonical = read && read.decoded.toBase64(alphabet) == bytes;
            QCOMPARE(fromBase64(text), canonical ? std::optional(read.decoded) : std::nullopt);
        }
    }
}

void BasicsTest::base64Refuses_data()
{
    QTest::addColumn<QString>("text");
    for (const char *text : {"A", "AA", "AAA", "AA=", "A===", "====", "=", "AAAA=", "AAAA====", "AA==AAAA", "AAB=", "AB==", "A/==", "AA=A", " AAAA", "AAAA\n",
             "AA AA", "+A_A", "-A/A", "AA\nA", "AAA\u00e9", "AA.A"})
        QTest::newRow(text) << QString::fromUtf8(text);
}

void BasicsTest::base64Refuses()
{
    QFETCH(QString, text);
    QVERIFY(!fromBase64(text));
}

void BasicsTest::base64TakesEitherAlphabet()
{
    QCOMPARE(*fromBase64(u"+/+/"), QByteArray::fromHex("fbffbf"));
    QCOMPARE(*fromBase64(u"-_-_"), QByteArray::fromHex("fbffbf"));
    QCOMPARE(*fromBase64(u""), QByteArray());
}

void BasicsTest::base32()
{
    // RFC 4648 section 10, in lower case and without padding.
    const QList<QPair<const char *, const char *>> cases = {{"", ""}, {"f", "my"}, {"fo", "mzxq"}, {"foo", "mzxw6"}, {"foob", "mzxw6yq"}, {"fooba", "mzxw6ytb"}, {"foobar", "mzxw6ytboi"}};
    for (const auto &[plain, encoded] : cases)
        QCOMPARE(toBase32(plain), QString::fromLatin1(encoded));
}

void BasicsTest::digestKnownAnswers()
{
    QCOMPARE(sha256({}).hex(), QStringLiteral("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
    QCOMPARE(sha256("abc").hex(), QStringLiteral("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
    Sha256 hash;
    QCOMPARE(hash.add(QByteArrayView("ab")).add(QByteArrayView("c")).finish(), sha256("abc"));
    QCOMPARE(hash.finish(), sha256({}));
    QCOMPARE(hash.add(QByteArray(1'000'000, 'a')).finish().hex(), QStringLiteral("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"));
}

void BasicsTest::digestText()
{
    const Digest digest = sha256("abc");
    QCOMPARE(*Digest::fromString(digest.toString()), digest);
    QCOMPARE(*Digest::fromHex(digest.hex()), digest);
    QCOMPARE(*Digest::fromBytes(digest.toBytes()), digest);
    QVERIFY(!Digest::fromString(digest.hex()));
    QVERIFY(!Digest::fromHex(digest.hex().toUpper()));
    QVERIFY(!Digest::fromHex(digest.hex().chopped(1)));
    QVERIFY(!Digest::fromString(digest.toString() + u' '));
    QVERIFY(!Digest::fromBytes(digest.toBytes().chopped(1)));
}

void BasicsTest::digestPerThread()
{
    std::atomic<int> wrong = 0;
    const auto work = [&] {
        for (int i = 0; i < 5000; ++i)
            wrong += sha256("abc").bytes[0] == 0xba ? 0 : 1;
    };
    std::thread first(work), second(work);
    first.join();
    second.join();
    QCOMPARE(wrong.load(), 0);
}

void BasicsTest::instantRoundTrip()
{
    for (const char *text : {"2026-11-22T10:00:00.000Z", "1970-01-01T00:00:00.000Z", "1969-12-31T23:59:59.999Z", "2024-02-29T23:59:59.001Z", "0000-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z"}) {
        const std::optional<Instant> instant = parseInstant(QString::fromLatin1(text));
        QVERIFY2(instant, text);
        QCOMPARE(formatInstant(*instant), QString::fromLatin1(text));
    }
    QCOMPARE(parseInstant(u"1970-01-01T00:00:01.002Z")->time_since_epoch(), 1002ms);
    QCOMPARE(formatInstant(Instant::max()), QStringLiteral("9999-12-31T23:59:59.999Z"));
    QCOMPARE(formatInstant(Instant::min()), QStringLiteral("0000-01-01T00:00:00.000Z"));
    QVERIFY(SystemClock().now() > *parseInstant(u"2024-01-01T00:00:00.000Z"));
}

void BasicsTest::instantRefuses_data()
{
    QTest::addColumn<QString>("text");
    for (const char *text : {"", "2026-11-22T10:00:00Z", "2026-11-22T10:00:00.00Z", "2026-11-22T10:00:00.0000Z", "2026-11-22 10:00:00.000Z", "2026-11-22T10:00:00.000z", "2026-11-22T10:00:00.000+",
             "2026-02-29T10:00:00.000Z", "2026-13-01T10:00:00.000Z", "2026-00-01T10:00:00.000Z", "2026-01-00T10:00:00.000Z", "2026-11-22T24:00:00.000Z", "2026-11-22T10:60:00.000Z", "2026-11-22T10:00:60.000Z",
             "+026-11-22T10:00:00.000Z", "2026-11-22T10:00:0\u0660.000Z"})
        QTest::newRow(text) << QString::fromUtf8(text);
}

void BasicsTest::instantRefuses()
{
    QFETCH(QString, text);
    QVERIFY(!parseInstant(text));
}

void BasicsTest::durations()
{
    QCOMPARE(*parseDuration(u"0s"), 0s);
    QCOMPARE(*parseDuration(u"90s"), 90s);
    QCOMPARE(*parseDuration(u"10m"), 600s);
    QCOMPARE(*parseDuration(u"4h"), 4h);
    QCOMPARE(*parseDuration(u"2d"), 48h);
    QCOMPARE(parseDuration(u"999999999d")->count(), 999999999LL * 86400);
    for (const QStringView text : {u"", u"s", u"10", u"-1s", u"+1s", u"1.5h", u"1w", u"1 s", u"01s", u"1S", u"1h30m", u"9999999999s"})
        QVERIFY2(!parseDuration(text), qPrintable(text.toString()));
}

void BasicsTest::holdIds()
{
    QVERIFY(HoldId::parse(u"hbla3ca6vtjioqwgme3ibk4s2"));
    QVERIFY(!HoldId::parse(u"hbla3ca6vtjioqwgme3ibk4s"));
    QVERIFY(!HoldId::parse(u"hbla3ca6vtjioqwgme3ibk4s22"));
    QVERIFY(!HoldId::parse(u"Hbla3ca6vtjioqwgme3ibk4s2"));
    QVERIFY(!HoldId::parse(u"hbla3ca6vtjioqwgme3ibk4s1"));
    QVERIFY(!HoldId::parse(u"hBla3ca6vtjioqwgme3ibk4s2"));
    QVERIFY(HoldId().isNull());
    QVERIFY(HoldId() < *HoldId::parse(u"hbla3ca6vtjioqwgme3ibk4s2"));
}

namespace {

/// Reads an object that carries one member of each kind; the error's path and kind as text, or "ok".
QString readSample(const QByteArray &bytes)
{
    const auto json = parseJson(bytes);
    if (!json)
        return json.error().sentence();
    ObjectReader reader(*json);
    (void)reader.text(u"text");
    (void)reader.textOneOf(u"word", {QStringLiteral("yes"), QStringLiteral("no")});
    (void)reader.integer(u"number", 1, 10);
    (void)reader.optionalBoolean(u"flag");
    (void)reader.optionalInstant(u"at");
    (void)reader.optionalDigest(u"digest");
    (void)reader.optionalTexts(u"texts");
    reader.optionalEach(u"list", [](ObjectReader &item) { (void)item.base64(u"data", 2); });
    reader.optionalObject(u"inner", [](ObjectReader &inner) { (void)inner.key(u"key"); });
    const auto error = reader.finish();
    return error ? error->sentence() : QStringLiteral("ok");
}

} // namespace

void BasicsTest::readerReads()
{
    QCOMPARE(readSample(R"({"text":"","word":"no","number":10})"), QStringLiteral("ok"));
    QCOMPARE(readSample(R"({"text":"a","word":"yes","number":1,"flag":false,"at":"2026-11-22T10:00:00.000Z","texts":["x"],"list":[{"data":"AAA="},{"data":"AAE="}],
        "inner":{"key":"example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"}})"), QStringLiteral("ok"));
}

void BasicsTest::readerRefuses_data()
{
    QTest::addColumn<QByteArray>("members");
    QTest::addColumn<QString>("begins");
    const auto row = [](const char *name, const char *members, const char *begins) { QTest::newRow(name) << QByteArray(members) << QString::fromUtf8(begins); };
    row("unknown", R"("extra":1)", "$.extra is not a member");
    row("unknown, odd name", "\"a\\u202e\\u001b\":1", "$[\"a⟨U+202E⟩⟨U+001B⟩\"] is not a member");
    row("bool", R"("flag":1)", "$.flag is of the wrong type");
    row("null is not absent", R"("flag":null)", "$.flag is of the wrong type");
    row("instant", R"("at":"yesterday")", "$.at has an invalid value");
    row("digest", R"("digest":"sha256:00")", "$.digest has an invalid value");
    row("texts", R"("texts":["a",1])", "$.texts is of the wrong type");
    row("element", R"("list":[{"data":"AAA="},{"data":"AAAA"}])", "$.list[1].data has an invalid value");
    row("element unknown", R"("list":[{"data":"AAA=","x":1}])", "$.list[0].x is not a member");
    row("element kind", R"("list":[7])", "$.list[0] not an object");
    row("nested missing", R"("inner":{})", "$.inner.key is missing");
    row("nested key", R"("inner":{"key":"k"})", "$.inner.key has an invalid value");
}

void BasicsTest::readerRefuses()
{
    QFETCH(QByteArray, members);
    QFETCH(QString, begins);
    const QString sentence = readSample(R"({"text":"a","word":"no","number":3,)" + members + '}');
    QVERIFY2(sentence.startsWith(begins), qPrintable(sentence));
}

void BasicsTest::readerNamesNestedMembers()
{
    QVERIFY(readSample("[]").startsWith(QStringLiteral("$ not an object")));
    QVERIFY(readSample("{}").startsWith(QStringLiteral("$.text is missing")));
    QVERIFY(readSample(R"({"text":"a","word":"maybe","number":3})").startsWith(QStringLiteral("$.word has an invalid value: one of yes, no")));
    QVERIFY(readSample(R"({"text":"a","word":"no","number":11})").startsWith(QStringLiteral("$.number has an invalid value: an integer from 1 to 10")));
    QVERIFY(readSample(R"({"text":"a","word":"no","number":"3"})").startsWith(QStringLiteral("$.number is of the wrong type")));
}

QTEST_GUILESS_MAIN(BasicsTest)
#include "basics_test.moc"
