// SPDX-License-Identifier: Apache-2.0
#include "core/text/visible.h"
#include "core/vectors.h"

#include <QProcess>

using namespace holdfast;

class VisibleTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void escapes_data();
    void escapes();
    void keepsLines();
    void everyCodePoint();
    void naughtyStrings();
    void marks();
    void folds();
    void escapesCannotBeForged();
    void tableIsCurrent();
};

namespace {

/// What must never come out, judged without the product's own table.
bool isHidden(char32_t point)
{
    switch (QChar::category(point)) {
    case QChar::Other_Control:
    case QChar::Other_Format:
    case QChar::Other_Surrogate:
    case QChar::Other_PrivateUse:
    case QChar::Separator_Line:
    case QChar::Separator_Paragraph:
        return true;
    default:
        break;
    }
    return QChar::isNonCharacter(point) || point == 0x034F || (point >= 0x180B && point <= 0x180F) || (point >= 0xFE00 && point <= 0xFE0F)
        || (point >= 0xE0000 && point <= 0xE0FFF) || point == 0x115F || point == 0x1160 || point == 0x3164 || point == 0xFFA0 || point == 0x2800;
}

bool nothingHidden(const QString &text)
{
    const QList<uint> points = text.toUcs4();
    return std::none_of(points.begin(), points.end(), [](uint point) { return isHidden(point); });
}

} // namespace

void VisibleTest::escapes_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("shown");
    const auto row = [](const char *name, const QString &text, const char *shown) { QTest::newRow(name) << text << QString::fromUtf8(shown); };
    row("plain", QStringLiteral("DROP TABLE bookings; -- <b>é €"), "DROP TABLE bookings; -- <b>é €");
    row("ansi", QStringLiteral("a\u001b[31mred\u009b0m"), "a⟨U+001B⟩[31mred⟨U+009B⟩0m");
    row("nul", QStringLiteral("a") + QChar(u'\0') + QStringLiteral("b"), "a⟨U+0000⟩b");
    row("bidi", QStringLiteral("\u202ecod\u2066\u2069\u200f\u061c"), "⟨U+202E⟩cod⟨U+2066⟩⟨U+2069⟩⟨U+200F⟩⟨U+061C⟩");
    row("zero width", QStringLiteral("pro\u200bd\u2060-\ufeffdb"), "pro⟨U+200B⟩d⟨U+2060⟩-⟨U+FEFF⟩db");
    row("lines", QStringLiteral("a\nb\tc\rd\u2028e\u2029f\u0085"), "a⟨U+000A⟩b⟨U+0009⟩c⟨U+000D⟩d⟨U+2028⟩e⟨U+2029⟩f⟨U+0085⟩");
    row("tags", QString::fromUtf8("a\xF3\xA0\x81\xA1"), "a⟨U+E0061⟩");
    row("selectors", QStringLiteral("\u2764\ufe0f"), "❤⟨U+FE0F⟩");
    row("noncharacter", QStringLiteral("a\ufdd0\uffff"), "a⟨U+FDD0⟩⟨U+FFFF⟩");
    row("private use", QStringLiteral("\ue000"), "⟨U+E000⟩");
    row("lone surrogate", QStringLiteral("a") + QChar(0xd800) + QStringLiteral("b"), "a⟨U+D800⟩b");
    row("other blanks", QStringLiteral("a\u00a0b\u3000c\u2800d\ufffc"), "a⟨U+00A0⟩b⟨U+3000⟩c⟨U+2800⟩d⟨U+FFFC⟩");
    row("emoji", QString::fromUtf8("\xF0\x9F\x94\xA5"), "🔥");
    row("scripts", QStringLiteral("日本語 עברית العربية हिन्दी"), "日本語 עברית العربية हिन्दी");
}

void VisibleTest::escapes()
{
    QFETCH(QString, text);
    QFETCH(QString, shown);
    QCOMPARE(visible(text), shown);
    QCOMPARE(hasInvisible(text), text != shown);
}

void VisibleTest::keepsLines()
{
    QCOMPARE(visible(u"a\n\tb\r\n", {.keepLines = true}), QStringLiteral("a\n\tb⟨U+000D⟩\n"));
}

void VisibleTest::everyCodePoint()
{
    int hidden = 0;
    for (char32_t first = 0; first <= 0x10ffff; first += 256) {
        QString text;
        int mustHide = 0;
        for (char32_t point = first; point < first + 256; ++point) {
            text.append(u'x').append(QChar::fromUcs4(point));
            mustHide += isHidden(point) || isDefaultIgnorable(point) ? 1 : 0;
        }
        const QString shown = visible(text);
        if (!nothingHidden(shown) || shown.count(u'⟨') < mustHide || hasInvisible(text) != (shown != text))
            QFAIL(qPrintable(QStringLiteral("something from U+%1 on gets through").arg(first, 0, 16)));
        hidden += mustHide;
    }
    QVERIFY(hidden > 137'000); // private use alone
}

void VisibleTest::naughtyStrings()
{
    NEED_VECTORS();
    const QJsonArray strings = QJsonDocument::fromJson(vectorBytes(QStringLiteral("blns/blns.json"))).array();
    QVERIFY(strings.size() > 500);
    int changed = 0;
    for (const QJsonValue &value : strings) {
        const QString shown = visible(value.toString());
        QVERIFY2(nothingHidden(shown), qPrintable(shown));
        QVERIFY(!hasInvisible(value.toString()) == (shown == value.toString()));
        changed += shown != value.toString() ? 1 : 0;
    }
    QVERIFY(changed > 10);
}

void VisibleTest::marks()
{
    const QString four = QStringLiteral("e\u0301\u0302\u0303\u0304");
    QCOMPARE(visible(four), four);
    QCOMPARE(visible(four + QStringLiteral("\u0305\u0306e\u0301")), four + QStringLiteral("⟨U+0305⟩⟨U+0306⟩e\u0301"));
    QCOMPARE(visible(u"\u0301e"), QStringLiteral("⟨U+0301⟩e"));
    QCOMPARE(visible(u"a\n\u0301e", {.keepLines = true}), QStringLiteral("a\n⟨U+0301⟩e"));
    QVERIFY(hasInvisible(QStringLiteral("a") + QString(1000, QChar(0x0301))));
}

void VisibleTest::folds()
{
    const QString line = QString(50'000, u'a') + QString(50'000, u'b');
    QCOMPARE(visible(line, {.limit = 10}), QStringLiteral("aaaaa⟨… 99990 more …⟩bbbbb"));
    QCOMPARE(visible(line, {.limit = 1}), QStringLiteral("a⟨… 99999 more …⟩"));
    QCOMPARE(visible(line, {.limit = 100'000}), line);
    QCOMPARE(visible(line), line);
    const QString pairs = QString::fromUtf8("\xF0\x9F\x94\xA5").repeated(10);
    for (int limit = 1; limit < 20; ++limit)
        QVERIFY(!visible(pairs, {.limit = limit}).contains(QStringLiteral("U+D")));
    // Text that is hidden and long is bounded as well.
    QVERIFY(visible(QString(100'000, QChar(0x200b)), {.limit = 100}).size() < 1000);
}

void VisibleTest::escapesCannotBeForged()
{
    QCOMPARE(visible(u"⟨U+202E⟩"), QStringLiteral("⟨U+27E8⟩U+202E⟩"));
    QCOMPARE(visible(u"⟨… 9 more …⟩"), QStringLiteral("⟨U+27E8⟩… 9 more …⟩"));
}

void VisibleTest::tableIsCurrent()
{
    const QString source = qEnvironmentVariable("HOLDFAST_SOURCE");
    QFile table(source + QStringLiteral("/app/core/text/defaultignorable.inc"));
    if (!QFile::exists(QStringLiteral("/usr/share/unicode/DerivedCoreProperties.txt")))
        QSKIP("the package unicode-data is not installed");
    QVERIFY(table.open(QIODevice::ReadOnly));
    QProcess generator;
    generator.start(source + QStringLiteral("/resources/unicode/generate"), QStringList());
    QVERIFY(generator.waitForFinished());
    QCOMPARE(generator.readAllStandardOutput(), table.readAll());
}

QTEST_GUILESS_MAIN(VisibleTest)
#include "visible_test.moc"
