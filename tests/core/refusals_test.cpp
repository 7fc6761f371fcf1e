// SPDX-License-Identifier: Apache-2.0
#include "core/base64.h"
#include "core/jsonwalk.h"
#include "core/samples.h"

#include <QTest>

using namespace holdfast;
using samples::Sample;
using Kind = DocumentError::Kind;

/// Values of the right type that a document must not have, each refused where it stands.
class RefusalsTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { initialiseCryptography(); }
    void values_data();
    void values();
    void nulInAction_data();
    void nulInAction();
    void nulElsewhereIsKept();
    void decisionSubjects();
    void registryKeysTwice();
    void enrolMacIsHmac();
    void invites();
    void namesOfStates();

private:
    [[nodiscard]] static Sample named(const QString &name);
};

Sample RefusalsTest::named(const QString &name)
{
    for (Sample &sample : samples::all()) {
        if (sample.name == name)
            return sample;
    }
    qFatal("no sample of that name");
}

void RefusalsTest::values_data()
{
    QTest::addColumn<QString>("document");
    QTest::addColumn<QString>("path");
    QTest::addColumn<QByteArray>("value"); // JSON
    QTest::addColumn<QString>("where"); // of the error, when not the path
    const auto add = [](const char *document, const char *path, const QByteArray &value, const char *where = "") {
        QTest::addRow("%s %s %s", document, path, value.left(40).constData())
            << QString::fromLatin1(document) << QString::fromLatin1(path) << value << QString::fromLatin1(where);
    };
    const QByteArray longName = '"' + QByteArray(257, 'x') + '"';
    for (const char *time : {"\"2026-11-22T10:00:00Z\"", "\"2026-11-22T10:00:00.000z\"", "\"2026-11-22T10:00:00.000+00:00\"", "\"2026-02-30T10:00:00.000Z\"", "\"2026-11-22 10:00:00.000Z\"",
                             "\"2026-11-22T24:00:00.000Z\"", "\"2026-11-22T10:00:60.000Z\"", "\"2026-11-22T10:00:00.0000Z\"", "\"\""})
        add("request-sql", "$.created_at", time);
    for (const char *nonce : {"\"\"", "\"AAECAwQFBgcICQoLDA0O\"", "\"AAECAwQFBgcICQoLDA0ODxA=\"", "\"AAECAwQFBgcICQoLDA0ODw\"", "\"AAECAwQFBgcICQoLDA0ODx==\"", "\"AAECAwQFBgcICQoL DA0ODw==\""})
        add("request-sql", "$.nonce", nonce);
    add("request-sql", "$.gate", "\"\"");
    add("request-sql", "$.gate", longName);
    add("request-sql", "$.target", longName);
    add("request-sql", "$.kind", "\"terraform\"");
    add("request-sql", "$.kind", "\"SQL\"");
    add("request-sql", "$.gate_key", "\"pocketos.example/gate+8325b9bd+AT1AF8PoQ4lakrcKp00bfrycmCzPLsSWjMDNVfEq9GYN\"");
    add("request-sql", "$.gate_key", '"' + samples::key(QStringLiteral("x"), VerifierKey::Type::Cosignature).toString().toLatin1() + '"');
    add("request-sql", "$.action.statements", "\"\"");
    add("request-sql-blob", "$.action.statements.size", "-1");
    add("request-sql-blob", "$.action.statements.media", "\"\"");
    add("request-sql-blob", "$.action.statements.digest", "\"sha256:ABCDEF7262d6ba1bc4b8a7edbe0158cfa6b31d548b1f4f81286682a7d8c5344a\"");
    add("request-filesystem", "$.action.delete", "[]");
    add("request-filesystem", "$.action.delete", "[\"/srv\",\"relative\"]");
    add("request-command", "$.action.argv", "[]");
    add("request-command", "$.action.argv", "[\"\"]");
    add("request-command", "$.action.cwd", "\"relative\"");
    add("request-policy", "$.target", "\"prod-db\"");
    add("hold", "$.hold", "\"hbla3ca6vtjioqwgme3ibk4s\"");
    add("hold", "$.hold", "\"hBLA3ca6vtjioqwgme3ibk4s2\"");
    add("hold", "$.revision", "0");
    add("hold", "$.revision", "2147483648");
    add("hold", "$.mode", "\"maybe\"");
    add("hold", "$.tier", "\"High\"");
    add("hold", "$.enforcement", "\"both\"");
    add("hold", "$.summary.text", "\"\"");
    add("hold", "$.environment.quality", "\"sure\"");
    add("hold", "$.recovery.verdict", "\"no\"");
    add("hold", "$.resources", R"(["b","a"])");
    add("hold", "$.resources", "[\"\xF0\x90\x80\x80\",\"\xEF\xBF\xBD\"]"); // sorted by UTF-16 units, not by bytes
    add("hold", "$.facts[0].severity", "\"bad\"");
    add("hold", "$.facts[1].id", "\"destroyed.rows\"");
    add("hold", "$.facts[0]", R"({"id":"a","label":"","value":"","quality":"unknown","how":"","at":"2026-11-22T10:00:00.000Z","severity":"info"})", "$.facts[0].how");
    add("hold", "$.dependents[0].parent", "0");
    add("hold", "$.dependents[1].parent", "1");
    add("hold", "$.dependents[1].parent", "-2");
    add("hold", "$.dependents[0].count", "-1");
    add("hold", "$.diffs[0].format", "\"html\"");
    add("hold", "$.policy.quorum.need", "0");
    add("hold", "$.policy.confirm", R"(["wave"])");
    add("hold", "$.policy.cool_off_s", "-1");
    add("hold", "$.tolerances", R"([{"fact":"a","max":1},{"fact":"a","max":2}])", "$.tolerances[1].fact");
    add("registry", "$.serial", "-1");
    add("registry", "$.serial", "0", "$.previous");
    add("registry-first", "$.serial", "1", "$.previous");
    add("registry", "$.cause", R"({"hold":"hbla3ca6vtjioqwgme3ibk4s2","document":"sha256:eed2237262d6ba1bc4b8a7edbe0158cfa6b31d548b1f4f81286682a7d8c5344a"})", "$.cause.hold");
    add("registry", "$.cause", "{}", "$.cause.hold");
    add("registry", "$.actors[0].kind", "\"robot\"");
    add("registry", "$.actors[0].roles", R"(["god"])");
    add("registry", "$.actors[0].person", "\"\"");
    add("registry", "$.actors[1].name", "\"alice\"", "$.actors");
    add("registry", "$.actors[0].kind", "\"machine\"", "$.actors[0].keys");
    add("registry", "$.actors[1].kind", "\"human\"", "$.actors[1].keys");
    add("registry", "$.actors[0].keys.cosign", '"' + samples::key(QStringLiteral("x")).toString().toLatin1() + '"');
    add("registry", "$.actors[0].keys.decide", '"' + samples::key(QStringLiteral("x"), VerifierKey::Type::Cosignature).toString().toLatin1() + '"');
    add("decision-deny", "$.predicate.reason", "\"\"");
    add("decision-deny", "$.predicate.reason", "\" \\n\"");
    add("decision-deny", "$.predicate.scope", "\"all\"");
    add("decision-deny", "$.predicate.counter", "7");
    add("decision-deny", "$.predicate.counter", "{\"statements\":\"a\\u0000b\"}", "$.predicate.counter.statements");
    add("decision-approve", "$.predicate.verdict", "\"abstain\"");
    add("decision-approve", "$.predicate.nonce", "\"AAEC\"");
    add("decision-approve", "$.predicate.checkpoint.root", "\"AAEC\"");
    add("decision-approve", "$.predicate.checkpoint.size", "-1");
    add("decision-approve", "$.predicate.confirmations[0].kind", "\"nod\"");
    add("decision-approve", "$.predicateType", "\"urn:holdfast:decision:v2\"");
    add("decision-approve", "$._type", "\"https://in-toto.io/Statement/v0.1\"");
    add("decision-approve", "$.subject[0].digest.sha256", "\"abc\"");
    add("command-stop", "$.verb", "\"go\"");
    add("event", "$.state", "\"asleep\"");
    add("event", "$.revision", "-1");
    add("grant", "$.decisions", R"(["sha256:00"])");
    add("grant", "$.grant", "\"AAEC\"");
    add("receipt", "$.outcome", "\"fine\"");
    add("receipt", "$.exit_code", "2147483648");
    add("session-open", "$.nonce", "\"AAECAwQFBgcICQoLDA0O\"");
    add("session-open", "$.client_nonce", '"' + QByteArray(65, 'n').toBase64() + '"');
    add("session", "$.actor.kind", "\"robot\"");
    add("session", "$.checkpoint", "\"\"");
    add("enrol", "$.mark", "\"00112233\"");
    add("enrol", "$.mac", '"' + QByteArray(64, 'F') + '"');
    add("enrol", "$.keys", "{}");
    add("enrol", "$.keys.session", '"' + samples::key(QStringLiteral("carol")).toString().toLatin1() + '"', "$.keys.decide");
}

void RefusalsTest::values()
{
    QFETCH(QString, document);
    QFETCH(QString, path);
    QFETCH(QByteArray, value);
    QFETCH(QString, where);
    const Sample sample = named(document);
    const Json whole = *parseJson(sample.payload);
    const auto bad = parseJson(value);
    QVERIFY(bad);
    const auto read = sample.rewrite(replaced(whole, placeAt(whole, path), *bad).toBytes());
    QVERIFY(!read);
    QCOMPARE(read.error().path, where.isEmpty() ? path : where);
    QVERIFY(!read.error().sentence().isEmpty());
}

void RefusalsTest::nulInAction_data()
{
    QTest::addColumn<QString>("document");
    for (const char *name : {"request-sql", "request-sql-blob", "request-filesystem", "request-command", "request-policy"})
        QTest::newRow(name) << QString::fromLatin1(name);
}

void RefusalsTest::nulInAction()
{
    QFETCH(QString, document);
    const Sample sample = named(document);
    const Json whole = *parseJson(sample.payload);
    int strings = 0;
    for (const Place &place : placesIn(whole)) {
        if (!place.path.startsWith(u"$.action"))
            continue;
        if (const QString *text = place.value->asString()) {
            for (const qsizetype at : {qsizetype{0}, text->size() / 2, text->size()}) {
                QString cut = *text;
                cut.insert(at, QChar::Null);
                const auto read = sample.rewrite(replaced(whole, place, Json(cut)).toBytes());
                QVERIFY(!read);
                QCOMPARE(read.error().kind, Kind::NulInAction);
                QCOMPARE(read.error().path, place.path);
            }
            ++strings;
        }
        if (place.value->asObject() != nullptr) {
            const auto read = sample.rewrite(planted(whole, place, QString(QChar::Null), Json(1)).toBytes());
            QVERIFY(!read);
            QCOMPARE(read.error().kind, Kind::NulInAction);
        }
    }
    QVERIFY(strings > 0);
}

void RefusalsTest::nulElsewhereIsKept()
{
    Request request = samples::request();
    request.claims.intent = QStringLiteral("a") + QChar::Null + QStringLiteral("b");
    const auto read = Request::parse(request.toPayload());
    QVERIFY(read);
    QCOMPARE(read->claims.intent, request.claims.intent);
}

void RefusalsTest::decisionSubjects()
{
    const Sample sample = named(QStringLiteral("decision-approve"));
    const Json whole = *parseJson(sample.payload);
    const Place subject = placeAt(whole, QStringLiteral("$.subject"));
    const JsonArray both = *subject.value->asArray();
    const auto isRefused = [&](const Json &bad) {
        const auto read = sample.rewrite(bad.toBytes());
        return !read && read.error().path == QStringLiteral("$.subject");
    };
    QVERIFY(isRefused(replaced(whole, subject, JsonArray{both[1], both[0]})));
    QVERIFY(isRefused(replaced(whole, subject, JsonArray{both[0]})));
    QVERIFY(isRefused(replaced(whole, subject, JsonArray{both[0], both[1], both[1]})));
    QVERIFY(isRefused(replaced(whole, subject, JsonArray{})));
    QVERIFY(isRefused(replaced(whole, placeAt(whole, QStringLiteral("$.predicate.revision")), Json(3))));
    QVERIFY(isRefused(replaced(whole, placeAt(whole, QStringLiteral("$.predicate.hold")), Json(QStringLiteral("hbla3ca6vtjioqwgme3ibk4s2")))));
}

void RefusalsTest::registryKeysTwice()
{
    const Registry good = samples::registry();
    const auto isRefused = [](const Registry &bad) { return !Registry::parse(bad.toPayload()); };
    QVERIFY(!isRefused(good));
    Registry bad = good;
    bad.gateKeys.performKey = bad.gateKeys.key;
    QVERIFY(isRefused(bad));
    bad = good;
    bad.actors[1].keys[QStringLiteral("request")] = bad.gateKeys.ledgerKey;
    QVERIFY(isRefused(bad));
    bad = good; // the same bytes under another name are the same key
    VerifierKey alias = *bad.actors[0].key(purpose::Decide);
    alias.name = QStringLiteral("alias");
    bad.actors[1].keys[QStringLiteral("request")] = alias;
    QVERIFY(isRefused(bad));
    bad = good; // and so they are as a cosigning key
    VerifierKey cosigning = *bad.actors[0].key(purpose::Decide);
    cosigning.type = VerifierKey::Type::Cosignature;
    bad.actors[0].keys[QStringLiteral("cosign")] = cosigning;
    QVERIFY(isRefused(bad));
}

void RefusalsTest::enrolMacIsHmac()
{
    // RFC 4231, test case 2: the key "Jefe" is shorter than a block, the message comes in as nonce and no keys.
    QCOMPARE(enrolMac("Jefe", "what do ya want for nothing?", {}), QStringLiteral("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"));
    // The message is the nonce, then the keys as text, sorted, joined by LF: a longer nonce may say the same.
    const VerifierKey one = samples::key(QStringLiteral("b")), two = samples::key(QStringLiteral("a"));
    const QByteArray message = QByteArray("nonce") + two.toString().toUtf8() + '\n' + one.toString().toUtf8();
    QCOMPARE(enrolMac("secret", "nonce", {{QStringLiteral("decide"), one}, {QStringLiteral("session"), two}}), enrolMac("secret", message, {}));
    QVERIFY(enrolMac("secret", "nonce", {{QStringLiteral("decide"), one}}) != enrolMac("secres", "nonce", {{QStringLiteral("decide"), one}}));
}

void RefusalsTest::invites()
{
    const Invite invite{samples::gateKey(), QByteArray::fromHex("000102030405060708090a0b0c0d0e0f")};
    const QString text = invite.toString();
    QCOMPARE(text, samples::gateKey().toString() + QStringLiteral("#AAECAwQFBgcICQoLDA0ODw=="));
    const auto read = Invite::parse(text);
    QVERIFY(read);
    QCOMPARE(read->secret, invite.secret);
    QCOMPARE(read->gateKey.toString(), invite.gateKey.toString());
    QCOMPARE(invite.mark(), sha256(invite.secret).hex().left(16));
    for (const QString &bad : {QString(), QStringLiteral("#"), text.left(text.size() - 4), text + u' ', text + QStringLiteral("AAAA"), QString(text).replace(u'#', u'@'),
                               QString(text).replace(QStringLiteral("gate+"), QStringLiteral("gato+"))})
        QVERIFY2(!Invite::parse(bad), qPrintable(bad));
}

void RefusalsTest::namesOfStates()
{
    int finals = 0;
    for (int i = 0; i <= static_cast<int>(State::Lapsed); ++i) {
        const State state = static_cast<State>(i);
        QVERIFY(stateFrom(toString(state)) == state);
        finals += isFinal(state) ? 1 : 0;
    }
    QCOMPARE(finals, 7);
    QVERIFY(!stateFrom(u"Pending"));
    QVERIFY(!stateFrom(u""));
    QVERIFY(oneHigher(Tier::Low) == Tier::Elevated);
    QVERIFY(oneHigher(Tier::Elevated) == Tier::High);
    QVERIFY(oneHigher(Tier::High) == Tier::Critical);
    QVERIFY(oneHigher(Tier::Critical) == Tier::Critical);
}

QTEST_GUILESS_MAIN(RefusalsTest)
#include "refusals_test.moc"
