// SPDX-License-Identifier: Apache-2.0
#include "core/json.h"
#include "core/vectors.h"

using namespace holdfast;
using Kind = JsonError::Kind;

Q_DECLARE_METATYPE(holdfast::JsonError::Kind)

class JsonTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void refusesEveryN();
    void acceptsEveryYInsideTheProfile();
    void judgesEveryI();
    void errors_data();
    void errors();
    void limits();
    void writesWhatItRead_data();
    void writesWhatItRead();
    void refusesEveryTruncation();
    void namesSurviveInOrder();
    void duplicateAmongMany();
};

namespace {

QStringList suite(const QString &prefix)
{
    const QDir folder(vectorsFolder().filePath(QStringLiteral("jsontestsuite/test_parsing")));
    return folder.entryList({prefix + QStringLiteral("_*.json")}, QDir::Files, QDir::Name);
}

Result<Json, JsonError> parseSuite(const QString &name)
{
    // The suite has a deep text of 100,000 bytes; the profile's depth must refuse it, not its size.
    return parseJson(vectorBytes(QStringLiteral("jsontestsuite/test_parsing/") + name));
}

/// What the profile of protocol 1.2 refuses although RFC 8259 allows it: numbers that are not integers within
/// ±(2^53−1) or are written with an exponent, a fraction or minus zero; a name twice in one object.
const QMap<QString, Kind> outsideTheProfile = {
    {QStringLiteral("y_number.json"), Kind::NotAnInteger},
    {QStringLiteral("y_number_0e+1.json"), Kind::NotAnInteger},
    {QStringLiteral("y_number_0e1.json"), Kind::NotAnInteger},
    {QStringLiteral("y_number_double_close_to_zero.json"), Kind::NotAnInteger},
    {QStringLiteral("y_number_int_with_exp.json"), Kind::NotAnInteger},
    {QStringLiteral("y_number_minus_zero.json"), Kind::NotAnInteger},
    {QStringLiteral("y_number_negative_zero.json"), Kind::NotAnInteger},
    {QStringLiteral("y_number_real_capital_e.json"), Kind::NotAnInteger},
    {QStringLiteral("y_number_real_capital_e_neg_exp.json"), Kind::NotAnInteger},
    {QStringLiteral("y_number_real_capital_e_pos_exp.json"), Kind::NotAnInteger},
    {QStringLiteral("y_number_real_exponent.json"), Kind::NotAnInteger},
    {QStringLiteral("y_number_real_fraction_exponent.json"), Kind::NotAnInteger},
    {QStringLiteral("y_number_real_neg_exp.json"), Kind::NotAnInteger},
    {QStringLiteral("y_number_real_pos_exponent.json"), Kind::NotAnInteger},
    {QStringLiteral("y_number_simple_real.json"), Kind::NotAnInteger},
    {QStringLiteral("y_structure_lonely_negative_real.json"), Kind::NotAnInteger},
    {QStringLiteral("y_object_extreme_numbers.json"), Kind::NotAnInteger},
    {QStringLiteral("y_object_duplicated_key.json"), Kind::DuplicateName},
    {QStringLiteral("y_object_duplicated_key_and_value.json"), Kind::DuplicateName},
};

/// RFC 8259 leaves these open; the profile refuses every one, and this is why.
const QMap<QString, Kind> verdicts = {
    {QStringLiteral("i_number_double_huge_neg_exp.json"), Kind::NotAnInteger},
    {QStringLiteral("i_number_huge_exp.json"), Kind::NotAnInteger},
    {QStringLiteral("i_number_neg_int_huge_exp.json"), Kind::NotAnInteger},
    {QStringLiteral("i_number_pos_double_huge_exp.json"), Kind::NotAnInteger},
    {QStringLiteral("i_number_real_neg_overflow.json"), Kind::NotAnInteger},
    {QStringLiteral("i_number_real_pos_overflow.json"), Kind::NotAnInteger},
    {QStringLiteral("i_number_real_underflow.json"), Kind::NotAnInteger},
    {QStringLiteral("i_number_too_big_neg_int.json"), Kind::NumberOutOfRange},
    {QStringLiteral("i_number_too_big_pos_int.json"), Kind::NumberOutOfRange},
    {QStringLiteral("i_number_very_big_negative_int.json"), Kind::NumberOutOfRange},
    {QStringLiteral("i_object_key_lone_2nd_surrogate.json"), Kind::LoneSurrogate},
    {QStringLiteral("i_string_1st_surrogate_but_2nd_missing.json"), Kind::LoneSurrogate},
    {QStringLiteral("i_string_1st_valid_surrogate_2nd_invalid.json"), Kind::LoneSurrogate},
    {QStringLiteral("i_string_UTF-16LE_with_BOM.json"), Kind::UnexpectedCharacter},
    {QStringLiteral("i_string_UTF-8_invalid_sequence.json"), Kind::InvalidUtf8},
    {QStringLiteral("i_string_UTF8_surrogate_U+D800.json"), Kind::InvalidUtf8},
    {QStringLiteral("i_string_incomplete_surrogate_and_escape_valid.json"), Kind::LoneSurrogate},
    {QStringLiteral("i_string_incomplete_surrogate_pair.json"), Kind::LoneSurrogate},
    {QStringLiteral("i_string_incomplete_surrogates_escape_valid.json"), Kind::LoneSurrogate},
    {QStringLiteral("i_string_invalid_lonely_surrogate.json"), Kind::LoneSurrogate},
    {QStringLiteral("i_string_invalid_surrogate.json"), Kind::LoneSurrogate},
    {QStringLiteral("i_string_invalid_utf-8.json"), Kind::InvalidUtf8},
    {QStringLiteral("i_string_inverted_surrogates_U+1D11E.json"), Kind::LoneSurrogate},
    {QStringLiteral("i_string_iso_latin_1.json"), Kind::InvalidUtf8},
    {QStringLiteral("i_string_lone_second_surrogate.json"), Kind::LoneSurrogate},
    {QStringLiteral("i_string_lone_utf8_continuation_byte.json"), Kind::InvalidUtf8},
    {QStringLiteral("i_string_not_in_unicode_range.json"), Kind::InvalidUtf8},
    {QStringLiteral("i_string_overlong_sequence_2_bytes.json"), Kind::InvalidUtf8},
    {QStringLiteral("i_string_overlong_sequence_6_bytes.json"), Kind::InvalidUtf8},
    {QStringLiteral("i_string_overlong_sequence_6_bytes_null.json"), Kind::InvalidUtf8},
    {QStringLiteral("i_string_truncated-utf-8.json"), Kind::InvalidUtf8},
    {QStringLiteral("i_string_utf16BE_no_BOM.json"), Kind::UnexpectedCharacter},
    {QStringLiteral("i_string_utf16LE_no_BOM.json"), Kind::UnexpectedCharacter},
    {QStringLiteral("i_structure_500_nested_arrays.json"), Kind::TooDeep},
    {QStringLiteral("i_structure_UTF-8_BOM_empty_object.json"), Kind::ByteOrderMark},
};

} // namespace

void JsonTest::refusesEveryN()
{
    NEED_VECTORS();
    const QStringList names = suite(QStringLiteral("n"));
    QCOMPARE(names.size(), 188);
    for (const QString &name : names)
        QVERIFY2(!parseSuite(name), qPrintable(name));
}

void JsonTest::acceptsEveryYInsideTheProfile()
{
    NEED_VECTORS();
    const QStringList names = suite(QStringLiteral("y"));
    QCOMPARE(names.size(), 95);
    for (const QString &name : names) {
        const auto json = parseSuite(name);
        const auto refusal = outsideTheProfile.constFind(name);
        QVERIFY2(static_cast<bool>(json) == (refusal == outsideTheProfile.cend()), qPrintable(name));
        if (!json)
            QVERIFY2(json.error().kind == *refusal, qPrintable(name + json.error().sentence()));
    }
}

void JsonTest::judgesEveryI()
{
    NEED_VECTORS();
    const QStringList names = suite(QStringLiteral("i"));
    QCOMPARE(names, verdicts.keys());
    for (const QString &name : names) {
        const auto json = parseSuite(name);
        QVERIFY2(!json, qPrintable(name));
        QVERIFY2(json.error().kind == verdicts[name], qPrintable(name + json.error().sentence()));
    }
}

void JsonTest::errors_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<Kind>("kind");
    QTest::addColumn<int>("offset");
    QTest::addColumn<QString>("path");
    const auto row = [](const char *name, const QByteArray &text, Kind kind, int offset, const char *path) {
        QTest::newRow(name) << text << kind << offset << QString::fromUtf8(path);
    };
    row("empty", "", Kind::UnexpectedEnd, 0, "$");
    row("blank", "  ", Kind::UnexpectedEnd, 2, "$");
    row("mark", "\xEF\xBB\xBF{}", Kind::ByteOrderMark, 0, "$");
    row("trailing", "{} {}", Kind::TrailingBytes, 3, "$");
    row("trailing zero", QByteArray("{}\0", 3), Kind::TrailingBytes, 2, "$");
    row("path", R"({"action":{"statements":["a",tru]}})", Kind::UnexpectedCharacter, 32, "$.action.statements[1]");
    row("path end", R"({"a":[1,{"b":)", Kind::UnexpectedEnd, 13, "$.a[1].b");
    row("twice", R"({"a":1,"b":2,"a":3})", Kind::DuplicateName, 13, "$.a");
    row("twice escaped", R"({"a":1,"\u0061":3})", Kind::DuplicateName, 7, "$.a");
    row("odd name", R"({"a b":x})", Kind::UnexpectedCharacter, 7, "$[\"a b\"]");
    row("invisible name", "{\"a\\u202eb\":x}", Kind::UnexpectedCharacter, 12, "$[\"a⟨U+202E⟩b\"]");
    row("placeholder name", R"({"%1":[x]})", Kind::UnexpectedCharacter, 7, "$[\"%1\"][0]");
    row("raw control", "{\"a\":\"\x1f\"}", Kind::RawControlCharacter, 6, "$.a");
    row("raw newline", "[\"\n\"]", Kind::RawControlCharacter, 2, "$[0]");
    row("escape", R"(["\x41"])", Kind::InvalidEscape, 2, "$[0]");
    row("escape digits", R"(["\u00g1"])", Kind::InvalidEscape, 6, "$[0]");
    row("lone high", R"(["\ud800"])", Kind::LoneSurrogate, 2, "$[0]");
    row("lone low", R"(["\udc00"])", Kind::LoneSurrogate, 2, "$[0]");
    row("two high", R"(["\ud800\ud800"])", Kind::LoneSurrogate, 2, "$[0]");
    row("minus zero", "[-0]", Kind::NotAnInteger, 1, "$[0]");
    row("fraction", "[1.0]", Kind::NotAnInteger, 1, "$[0]");
    row("exponent", "[1E2]", Kind::NotAnInteger, 1, "$[0]");
    row("leading zero", "[01]", Kind::UnexpectedCharacter, 2, "$[0]");
    row("minus leading zero", "[-01]", Kind::UnexpectedCharacter, 3, "$[0]");
    row("plus", "[+1]", Kind::UnexpectedCharacter, 1, "$[0]");
    row("too large", "[9007199254740992]", Kind::NumberOutOfRange, 1, "$[0]");
    row("too small", "[-9007199254740992]", Kind::NumberOutOfRange, 1, "$[0]");
    row("many digits", "[" + QByteArray(200, '9') + "]", Kind::NumberOutOfRange, 1, "$[0]");
    row("utf-8 long form", "[\"\xC0\xAF\"]", Kind::InvalidUtf8, 2, "$[0]");
    row("utf-8 long form of 3", "[\"\xE0\x80\xAF\"]", Kind::InvalidUtf8, 2, "$[0]");
    row("utf-8 surrogate", "[\"\xED\xA0\x80\"]", Kind::InvalidUtf8, 2, "$[0]");
    row("utf-8 beyond", "[\"\xF4\x90\x80\x80\"]", Kind::InvalidUtf8, 2, "$[0]");
    row("utf-8 cut", "[\"\xE2\x82", Kind::InvalidUtf8, 2, "$[0]");
    row("comma", "[1,]", Kind::UnexpectedCharacter, 3, "$[1]");
    row("comma in object", R"({"a":1,})", Kind::UnexpectedCharacter, 7, "$");
}

void JsonTest::errors()
{
    QFETCH(QByteArray, text);
    QFETCH(Kind, kind);
    QFETCH(int, offset);
    QFETCH(QString, path);
    const auto json = parseJson(text);
    QVERIFY(!json);
    QCOMPARE(json.error().kind, kind);
    QCOMPARE(json.error().offset, offset);
    QCOMPARE(json.error().path, path);
    QVERIFY(json.error().sentence().startsWith(QStringLiteral("At byte %1, in %2: ").arg(QString::number(offset), path)));
}

void JsonTest::limits()
{
    QVERIFY(parseJson(QByteArray(32, '[') + QByteArray(32, ']')));
    const auto deep = parseJson(QByteArray(33, '[') + QByteArray(33, ']'));
    QVERIFY(!deep && deep.error().kind == Kind::TooDeep && deep.error().offset == 32);
    QVERIFY(!parseJson(QByteArray(200'000, '[')));
    const QByteArray full = '"' + QByteArray(256 * 1024 - 2, 'x') + '"';
    QVERIFY(parseJson(full));
    const auto large = parseJson(full + ' ');
    QVERIFY(!large && large.error().kind == Kind::TooLarge);
    QVERIFY(parseJson("[[1]]", {5, 2}));
    QVERIFY(!parseJson("[[1]]", {4, 2}));
    QVERIFY(!parseJson("[[1]]", {5, 1}));
}

void JsonTest::writesWhatItRead_data()
{
    QTest::addColumn<QByteArray>("text");
    const auto row = [](const QByteArray &text) { QTest::addRow("%s", text.constData()) << text; };
    row(R"({})");
    row(R"([])");
    row(R"({"z":1,"a":[true,false,null],"":{"x":-9007199254740991}})");
    row(R"(9007199254740991)");
    row("\"\\\"\\\\/\\n\\r\\t\\u0000\\u001f\x7f\"");
    row("\"\xC3\xA9\xE2\x82\xAC\xF0\x9D\x84\x9E\xEF\xBF\xBF\xE2\x80\xA8\"");
}

void JsonTest::writesWhatItRead()
{
    QFETCH(QByteArray, text);
    const auto json = parseJson(text);
    QVERIFY(json);
    QCOMPARE(json->toBytes(), text);
    QCOMPARE(*parseJson(json->toBytes()), *json);
}

void JsonTest::refusesEveryTruncation()
{
    const QByteArray text = "{\"a\":[1,\"\\ud834\\udd1e\xC3\xA9\",true],\"b\":{\"c\":null}}";
    QVERIFY(parseJson(text));
    for (qsizetype size = 0; size < text.size(); ++size)
        QVERIFY2(!parseJson(text.left(size)), text.left(size).constData());
}

void JsonTest::namesSurviveInOrder()
{
    const auto json = parseJson(R"({"b":1,"a":2,"\u0000":3})");
    QVERIFY(json);
    const JsonObject &members = *json->asObject();
    QCOMPARE(members.size(), 3u);
    QCOMPARE(members[0].first, QStringLiteral("b"));
    QCOMPARE(members[2].first, QString(QChar(u'\0')));
    QCOMPARE(*json->find(u"a")->asInteger(), 2);
    QVERIFY(json->find(u"c") == nullptr);
    QVERIFY(Json(1).find(u"a") == nullptr);
    const Json built = JsonBuilder().add(QStringLiteral("x"), 1).addIf(QStringLiteral("y"), std::optional<QString>()).addIf(QStringLiteral("z"), std::optional<bool>(true)).build();
    QCOMPARE(built.toBytes(), QByteArray(R"({"x":1,"z":true})"));
}

void JsonTest::duplicateAmongMany()
{
    for (const int count : {1, 2, 15, 16, 17, 18, 20'000}) {
        QByteArray text = "{";
        for (int i = 0; i < count; ++i)
            text += "\"n" + QByteArray::number(i) + "\":0,";
        QVERIFY(parseJson(text + "\"m\":0}"));
        for (const int again : {0, count / 2, count - 1}) {
            const auto json = parseJson(text + "\"n" + QByteArray::number(again) + "\":0}");
            QVERIFY(!json && json.error().kind == Kind::DuplicateName);
        }
    }
}

QTEST_GUILESS_MAIN(JsonTest)
#include "json_test.moc"
