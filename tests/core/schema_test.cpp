// SPDX-License-Identifier: Apache-2.0
#include "core/envelope.h"
#include "core/jsonwalk.h"
#include "core/samples.h"
#include "core/schemacheck.h"

#include <QFile>
#include <QTest>

#include <algorithm>

using namespace holdfast;
using samples::Sample;

/// Holds resources/protocol (prose and schemas) and the code to one another.
class SchemaTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void schemasAreRead();
    void everySampleFits();
    void everyPropertyIsWritten();
    void everyObjectIsClosed();
    void mutationsAgree_data();
    void mutationsAgree();
    void wordsAgree();
    void envelopesFit();
    void proseNamesThemAll();

private:
    [[nodiscard]] static QString folder();
    std::unique_ptr<SchemaSet> m_schemas;
};

Q_DECLARE_METATYPE(holdfast::samples::Sample)

namespace {

/// What the code checks and a schema cannot say: order, what one member says of another, what an action that is of any kind holds.
bool isBeyondSchemas(const QString &path)
{
    const bool parent = path.startsWith(u"$.dependents[") && path.endsWith(u".parent");
    if (path.endsWith(u".least") || path.endsWith(u".most"))
        return true; // which of the two is the greater
    return path.startsWith(u"$.resources[") || parent || path == u"$.predicate.revision" || path.startsWith(u"$.predicate.counter.");
}

} // namespace

QString SchemaTest::folder()
{
    return qEnvironmentVariable("HOLDFAST_SOURCE", QStringLiteral(".")) + QStringLiteral("/resources/protocol");
}

void SchemaTest::initTestCase()
{
    initialiseCryptography();
    m_schemas = std::make_unique<SchemaSet>(folder());
}

void SchemaTest::schemasAreRead()
{
    QCOMPARE(m_schemas->problems(), QStringList());
    QStringList expected{QStringLiteral("common"), QStringLiteral("envelope")};
    for (const Sample &sample : samples::all()) {
        if (!expected.contains(sample.schema))
            expected.append(sample.schema);
    }
    expected.sort();
    QCOMPARE(m_schemas->names(), expected);
}

void SchemaTest::everySampleFits()
{
    for (const Sample &sample : samples::all())
        QCOMPARE(sample.name + u' ' + m_schemas->whyNot(sample.schema, *parseJson(sample.payload)), sample.name + u' ');
}

void SchemaTest::everyPropertyIsWritten()
{
    SchemaSet fresh(folder());
    for (const Sample &sample : samples::all())
        QVERIFY(fresh.whyNot(sample.schema, *parseJson(sample.payload)).isEmpty());
    const Envelope envelope = Envelope::sign(samples::signer(QStringLiteral("alice")), payloadtype::Event, "{}");
    QVERIFY(fresh.whyNot(QStringLiteral("envelope"), envelope.toJson()).isEmpty());
    QStringList unwritten;
    for (const QString &property : fresh.defined()) {
        if (!fresh.seen().contains(property))
            unwritten.append(property);
    }
    QCOMPARE(unwritten, QStringList());
}

void SchemaTest::everyObjectIsClosed()
{
    int closed = 0;
    for (const QString &name : m_schemas->names()) {
        if (name == u"envelope") // which alone may carry more
            continue;
        const Json &whole = *m_schemas->part(name, {});
        for (const Place &place : placesIn(whole)) {
            const Json *type = place.value->find(u"type");
            if (type == nullptr || type->asString() == nullptr || *type->asString() != u"object" || place.value->find(u"properties") == nullptr)
                continue;
            QVERIFY2(place.value->find(u"additionalProperties") != nullptr, qPrintable(name + place.path));
            QVERIFY2(*place.value->find(u"additionalProperties") == Json(false), qPrintable(name + place.path));
            ++closed;
        }
    }
    QVERIFY(closed > 20);
}

void SchemaTest::mutationsAgree_data()
{
    QTest::addColumn<Sample>("sample");
    for (const Sample &sample : samples::all())
        QTest::newRow(qPrintable(sample.name)) << sample;
}

void SchemaTest::mutationsAgree()
{
    QFETCH(Sample, sample);
    const Json whole = *parseJson(sample.payload);
    int compared = 0;
    const auto agree = [&](const Place &place, const Json &mutated, const char *how) {
        const auto read = sample.rewrite(mutated.toBytes());
        const QString why = m_schemas->whyNot(sample.schema, mutated);
        ++compared;
        if (static_cast<bool>(read) == why.isEmpty() || (!read && isBeyondSchemas(place.path)))
            return true;
        qWarning("%s, %s: the code says '%s', the schema '%s'", qPrintable(place.path), how, qPrintable(read ? QString() : read.error().sentence()), qPrintable(why));
        return false;
    };
    for (const Place &place : placesIn(whole)) {
        if (place.isMember())
            QVERIFY(agree(place, removed(whole, place), "removed"));
        if (place.value->asObject() != nullptr)
            QVERIFY(agree(place, planted(whole, place, QStringLiteral("surplus"), Json(1)), "planted"));
        for (const Json &other : oneOfEachType())
            QVERIFY(agree(place, replaced(whole, place, other), "of another type"));
        for (const QString &text : {QString(), QStringLiteral("nonsense"), QStringLiteral("\n"), QString(300, u'x'), QStringLiteral("a") + QChar::Null}) {
            if (place.value->asString() != nullptr)
                QVERIFY(agree(place, replaced(whole, place, Json(text)), "another text"));
        }
        if (const QString *text = place.value->asString())
            QVERIFY(agree(place, replaced(whole, place, Json(*text + u'\n')), "with a line feed"));
        for (const std::int64_t number : {std::int64_t{-2}, std::int64_t{-1}, (std::int64_t{1} << 53) - 1}) {
            if (place.value->asInteger() != nullptr)
                QVERIFY(agree(place, replaced(whole, place, Json(number)), "another number"));
        }
    }
    QVERIFY(compared > 50);
}

void SchemaTest::wordsAgree()
{
    const auto words = [&](const char16_t *file, const char16_t *pointer) {
        QStringList list;
        const Json *found = m_schemas->part(QString::fromUtf16(file), QString::fromUtf16(pointer));
        for (const Json &word : found != nullptr ? *found->asArray() : JsonArray{})
            list.append(*word.asString());
        return list;
    };
    const auto written = [](auto last) {
        QStringList list;
        for (int i = 0; i <= static_cast<int>(last); ++i)
            list.append(toString(static_cast<decltype(last)>(i)));
        return list;
    };
    QCOMPARE(words(u"common", u"/$defs/quality/enum"), written(Quality::Unknown));
    QCOMPARE(words(u"common", u"/$defs/severity/enum"), written(Severity::Danger));
    QCOMPARE(words(u"hold", u"/properties/mode/enum"), written(Mode::Forbid));
    QCOMPARE(words(u"hold", u"/properties/tier/enum"), written(Tier::Critical));
    QCOMPARE(words(u"hold", u"/properties/enforcement/enum"), written(Enforcement::Cooperative));
    QCOMPARE(words(u"hold", u"/properties/recovery/properties/verdict/enum"), written(Verdict::Unknown));
    QCOMPARE(words(u"event", u"/properties/state/enum"), written(State::Lapsed));
    QCOMPARE(words(u"receipt", u"/properties/outcome/enum"), written(Outcome::Unknown));
    QCOMPARE(words(u"command", u"/properties/verb/enum"), written(Command::Verb::Revoke));
    QCOMPARE(words(u"decision", u"/properties/predicate/properties/scope/enum"), written(Decision::Scope::Class));
    QCOMPARE(words(u"decision", u"/properties/predicate/properties/verdict/enum"), written(Decision::Verdict::Deny));
    QCOMPARE(words(u"registry", u"/$defs/actor/properties/kind/enum"), written(ActorKind::Machine));
    QCOMPARE(words(u"request", u"/properties/kind/enum"), (QStringList{kind::Sql.toString(), kind::Filesystem.toString(), kind::Command.toString(), kind::Policy.toString()}));
}

void SchemaTest::envelopesFit()
{
    for (const Sample &sample : samples::all()) {
        const Envelope envelope = Envelope::sign(samples::signer(QStringLiteral("alice")), sample.payloadType, sample.payload);
        QCOMPARE(m_schemas->whyNot(QStringLiteral("envelope"), envelope.toJson()), QString());
    }
}

void SchemaTest::proseNamesThemAll()
{
    QFile file(folder() + QStringLiteral("/README.md"));
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QString prose = QString::fromUtf8(file.readAll());
    for (const Sample &sample : samples::all()) {
        QVERIFY2(prose.contains(QLatin1StringView(sample.payloadType)), sample.payloadType);
        QVERIFY2(prose.contains(sample.schema + QStringLiteral(".schema.json")), qPrintable(sample.schema));
        // Every member of a document is explained, by name.
        for (const Place &place : placesIn(*parseJson(sample.payload))) {
            if (place.isMember() && !place.path.startsWith(u"$.summary.params."))
                QVERIFY2(prose.contains(u'`' + place.steps.back().member + u'`'), qPrintable(sample.schema + place.path));
        }
    }
    for (int i = 0; i <= static_cast<int>(State::Lapsed); ++i)
        QVERIFY2(prose.contains(toString(static_cast<State>(i))), qPrintable(toString(static_cast<State>(i))));
}

QTEST_GUILESS_MAIN(SchemaTest)
#include "schema_test.moc"
