// SPDX-License-Identifier: Apache-2.0
#include "diff/compare.h"
#include "diff/formats.h"

#include <QFile>
#include <QProcess>
#include <QRandomGenerator>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

using namespace holdfast::diff;

namespace {

/// The two texts that a document with enough context stands for.
std::pair<QString, QString> sides(const Document &document)
{
    std::pair<QString, QString> texts;
    for (const Hunk &hunk : document.hunks) {
        for (const Line &line : hunk.lines) {
            const QString text = line.text + (line.unterminated ? QString() : QStringLiteral("\n"));
            if (line.kind != LineKind::Added)
                texts.first += text;
            if (line.kind != LineKind::Removed)
                texts.second += text;
        }
    }
    return texts;
}

QString randomText(QRandomGenerator &random, int lines)
{
    QString text;
    for (int i = 0; i < lines; ++i)
        text += QString::number(random.bounded(6)) + (random.bounded(40) == 0 && i + 1 == lines ? QString() : QStringLiteral("\n"));
    return text;
}

Limits whole()
{
    Limits limits;
    limits.context = 1000;
    limits.time = std::chrono::seconds(20);
    return limits;
}

QString marked(const Line &line)
{
    QString text = line.text;
    for (auto span = line.changed.rbegin(); span != line.changed.rend(); ++span)
        text.insert(span->start + span->length, u']').insert(span->start, u'[');
    return text;
}

} // namespace

class TestDiff : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void numbersAndHunks();
    void bothSidesComeBack();
    void patchAgrees();
    void isShortest();
    void lineEndAtTheEnd();
    void marksWords_data();
    void marksWords();
    void endsInTime();
    void keepsLimits();
    void unifiedRoundTrip();
    void unifiedOfSeveralFiles();
    void unifiedRefuses_data();
    void unifiedRefuses();
    void rows();
    void attributesAndTree();
    void formatsRefuse_data();
    void formatsRefuse();
};

void TestDiff::numbersAndHunks()
{
    QStringList before, after;
    for (int i = 1; i <= 40; ++i)
        before.append(QStringLiteral("line %1").arg(i));
    after = before;
    after[4] = QStringLiteral("line five");
    after.removeAt(29);
    after.insert(30, QStringLiteral("new"));
    const Document document = compare(before.join(u'\n') + u'\n', after.join(u'\n') + u'\n');
    QCOMPARE(document.hunks.size(), 2u);
    QCOMPARE(document.hunks[0].oldStart, 2);
    QCOMPARE(document.hunks[0].lines.size(), 8u);
    QCOMPARE(document.added, 2);
    QCOMPARE(document.removed, 2);
    const Line &gone = document.hunks[0].lines[3];
    QVERIFY(gone.kind == LineKind::Removed && gone.oldNumber == 5 && gone.newNumber == 0);
    QCOMPARE(marked(gone), QStringLiteral("line [5]"));
    QCOMPARE(document.hunks[1].lines[3].oldNumber, 30);
    QVERIFY(compare(QStringLiteral("same\n"), QStringLiteral("same\n")).hunks.empty());
    QCOMPARE(compare({}, QStringLiteral("a\nb\n")).added, 2);
    QCOMPARE(compare(QStringLiteral("a\nb\n"), {}).removed, 2);
}

void TestDiff::bothSidesComeBack()
{
    QRandomGenerator random(4711);
    for (int round = 0; round < 2000; ++round) {
        const QString before = randomText(random, random.bounded(30));
        const QString after = randomText(random, random.bounded(30));
        const auto [oldText, newText] = sides(compare(before, after, whole()));
        if (before == after)
            continue;
        QCOMPARE(oldText, before);
        QCOMPARE(newText, after);
    }
}

void TestDiff::patchAgrees()
{
    const QString patch = QStandardPaths::findExecutable(QStringLiteral("patch"));
    if (patch.isEmpty())
        QSKIP("patch is not installed");
    QRandomGenerator random(42);
    for (int round = 0; round < 40; ++round) {
        const QString before = randomText(random, random.bounded(60));
        const QString after = randomText(random, 1 + random.bounded(60));
        QTemporaryDir dir;
        QFile file(dir.filePath(QStringLiteral("a")));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(before.toUtf8()) >= 0);
        file.close();
        QProcess process;
        process.setWorkingDirectory(dir.path());
        process.start(patch, {QStringLiteral("-s"), QStringLiteral("-F0"), QStringLiteral("a")});
        process.write(toUnified(compare(before, after)));
        process.closeWriteChannel();
        QVERIFY(process.waitForFinished());
        QVERIFY2(process.exitCode() == 0 || before == after, process.readAllStandardOutput().constData());
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(QString::fromUtf8(file.readAll()), after);
    }
}

void TestDiff::isShortest()
{
    // Against the longest common subsequence by the plain quadratic table.
    QRandomGenerator random(1);
    for (int round = 0; round < 300; ++round) {
        const QString before = randomText(random, 25);
        const QString after = randomText(random, 25);
        const QStringList a = before.split(u'\n', Qt::SkipEmptyParts);
        const QStringList b = after.split(u'\n', Qt::SkipEmptyParts);
        if (!before.endsWith(u'\n') || !after.endsWith(u'\n'))
            continue;
        QList<QList<int>> common(a.size() + 1, QList<int>(b.size() + 1, 0));
        for (int i = 0; i < a.size(); ++i) {
            for (int j = 0; j < b.size(); ++j)
                common[i + 1][j + 1] = a[i] == b[j] ? common[i][j] + 1 : std::max(common[i][j + 1], common[i + 1][j]);
        }
        const Document document = compare(before, after, whole());
        QCOMPARE(document.removed, a.size() - common.last().last());
        QCOMPARE(document.added, b.size() - common.last().last());
    }
}

void TestDiff::lineEndAtTheEnd()
{
    const Document document = compare(QStringLiteral("a\nb"), QStringLiteral("a\nb\n"));
    QCOMPARE(document.removed, 1);
    QVERIFY(document.hunks[0].lines[1].unterminated);
    QVERIFY(toUnified(document).contains("\\ No newline at end of file"));
    QCOMPARE(compare(QStringLiteral("a\r\n"), QStringLiteral("a\n")).removed, 1);
}

void TestDiff::marksWords_data()
{
    QTest::addColumn<QString>("before");
    QTest::addColumn<QString>("after");
    QTest::addColumn<QString>("markedBefore");
    QTest::addColumn<QString>("markedAfter");
    const auto row = [](const char *name, const char *a, const char *b, const char *ma, const char *mb) {
        QTest::newRow(name) << QString::fromUtf8(a) << QString::fromUtf8(b) << QString::fromUtf8(ma) << QString::fromUtf8(mb);
    };
    row("number", "url = db1, 5432", "url = db1, 5433", "url = db1, [5432]", "url = db1, [5433]");
    row("insertion", "tier = \"high\"", "mode tier = \"high\"", "tier = \"high\"", "[mode ]tier = \"high\"");
    row("little in common", "completely other", "nothing alike", "completely other", "nothing alike");
    row("umlaut", "straße alt", "straße neu", "straße [alt]", "straße [neu]");
    row("surrogates", "x 😀 y", "x 😁 y", "x [😀] y", "x [😁] y");
    row("empty", "", "a", "", "a");
}

void TestDiff::marksWords()
{
    QFETCH(QString, before);
    QFETCH(QString, after);
    QFETCH(QString, markedBefore);
    QFETCH(QString, markedAfter);
    const auto [gone, come] = changedWords(before, after);
    QCOMPARE(marked({LineKind::Removed, 1, 0, before, gone, false}), markedBefore);
    QCOMPARE(marked({LineKind::Added, 0, 1, after, come, false}), markedAfter);
}

void TestDiff::endsInTime()
{
    QRandomGenerator random(7);
    QString before, after;
    for (int i = 0; i < 300000; ++i) {
        before += QString::number(random.generate()) + u'\n';
        after += QString::number(random.generate()) + u'\n';
    }
    Limits limits;
    limits.time = std::chrono::milliseconds(100);
    QVERIFY(compare(before, after, limits).truncated);
    const QString longLine(2'000'000, u'x');
    QCOMPARE(compare(longLine + u'a', longLine + u'b', limits).removed, 1);
}

void TestDiff::keepsLimits()
{
    Limits limits;
    limits.lines = 10;
    const Document document = compare(QStringLiteral("a\n").repeated(50), QStringLiteral("b\n").repeated(50), limits);
    QVERIFY(document.truncated);
    QCOMPARE(document.hunks[0].lines.size(), 10u);
    limits.bytes = 10;
    QVERIFY(compare(QStringLiteral("aaaaaaaaaa\n"), QStringLiteral("b\n"), limits).truncated);
    QVERIFY(!parseUnified(QByteArray(11, 'x'), limits));
}

void TestDiff::unifiedRoundTrip()
{
    QRandomGenerator random(99);
    for (int round = 0; round < 300; ++round) {
        Document document = compare(randomText(random, random.bounded(60)), randomText(random, random.bounded(60)));
        document.oldName = QStringLiteral("a/policy");
        document.newName = QStringLiteral("b/policy");
        if (document.hunks.empty())
            continue;
        const auto back = parseUnified(toUnified(document));
        QVERIFY2(back, qPrintable(back ? QString() : back.error().sentence()));
        QCOMPARE(back->hunks.size(), document.hunks.size());
        for (std::size_t i = 0; i < document.hunks.size(); ++i)
            QVERIFY(back->hunks[i].lines == document.hunks[i].lines);
        QCOMPARE(back->newName, document.newName);
        QCOMPARE(back->added, document.added);
    }
}

void TestDiff::unifiedOfSeveralFiles()
{
    const auto document = parseUnified("diff --git a/x b/x\nindex 1..2\n--- a/x\n+++ b/x\n@@ -1 +1 @@ void f()\n-old\n+new\ndiff --git a/y b/y\n--- a/y\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-gone\n-too\n\\ No newline at end of file\n");
    QVERIFY2(document, qPrintable(document ? QString() : document.error().sentence()));
    QCOMPARE(document->hunks.size(), 2u);
    QCOMPARE(document->hunks[0].heading, QStringLiteral("void f()"));
    QCOMPARE(document->hunks[1].heading, QStringLiteral("/dev/null"));
    QVERIFY(document->hunks[1].lines[1].unterminated);
    QCOMPARE(document->removed, 3);
}

void TestDiff::unifiedRefuses_data()
{
    QTest::addColumn<QByteArray>("blob");
    QTest::newRow("no hunk") << QByteArray("Binary files differ\n");
    QTest::newRow("short hunk") << QByteArray("@@ -1,3 +1,3 @@\n a\n");
    QTest::newRow("long hunk") << QByteArray("@@ -1 +1 @@\n-a\n-b\n+c\n");
    QTest::newRow("foreign mark") << QByteArray("@@ -1 +1 @@\n*a\n");
    QTest::newRow("range") << QByteArray("@@ -a +1 @@\n-a\n");
    QTest::newRow("huge range") << QByteArray("@@ -99999999999999999999 +1 @@\n-a\n");
    QTest::newRow("not UTF-8") << QByteArray("@@ -1 +1 @@\n-\xff\n+b\n");
}

void TestDiff::unifiedRefuses()
{
    QFETCH(QByteArray, blob);
    const auto document = parseUnified(blob);
    QVERIFY(!document);
    QVERIFY(!document.error().sentence().isEmpty());
}

void TestDiff::rows()
{
    Rows rows{QStringLiteral("public.bookings"), {QStringLiteral("id"), QStringLiteral("email"), QStringLiteral("note")}, {QStringLiteral("id")}, {}, 4311, {QStringLiteral("email")}};
    const std::vector<Cell> old{QStringLiteral("1"), QStringLiteral("•••"), std::nullopt};
    rows.rows.push_back({old, std::nullopt});
    rows.rows.push_back({old, std::vector<Cell>{QStringLiteral("1"), QStringLiteral("•••"), QStringLiteral("null")}});
    rows.rows.push_back({std::nullopt, old});
    const QByteArray salt(32, '\x07');
    const QByteArray blob = encode(rows, salt);
    QVERIFY(blob.startsWith(salt));
    const auto back = parseRows(blob);
    QVERIFY2(back, qPrintable(back ? QString() : back.error().sentence()));
    QCOMPARE(*back, rows);
    const auto document = parse(u"rows", blob);
    QVERIFY(document);
    QCOMPARE(document->total, 4311);
    QCOMPARE(document->hunks.size(), 3u);
    QCOMPARE(document->hunks[0].heading, QStringLiteral("public.bookings: id = 1"));
    QCOMPARE(document->hunks[0].lines[2].text, QStringLiteral("note is null"));
    QCOMPARE(document->hunks[1].lines.size(), 4u);
    QCOMPARE(document->hunks[1].lines[3].text, QStringLiteral("note = null"));
    QVERIFY(document->hunks[2].lines[0].kind == LineKind::Added);
}

void TestDiff::attributesAndTree()
{
    const Attributes attributes{QStringLiteral("role app"), {{QStringLiteral("owner"), QStringLiteral("a"), QStringLiteral("b")}, {QStringLiteral("same"), QStringLiteral("x"), QStringLiteral("x")}, {QStringLiteral("gone"), QStringLiteral("y"), std::nullopt}}};
    QCOMPARE(*parseAttributes(encode(attributes)), attributes);
    const auto lines = parse(u"attributes", encode(attributes));
    QCOMPARE(lines->removed, 2);
    QCOMPARE(lines->hunks[0].lines.size(), 5u);
    const Tree tree{{{QStringLiteral("srv"), QStringLiteral("directory"), QStringLiteral("kept"), 2, {}, -1}, {QStringLiteral("a.txt"), QStringLiteral("file"), QStringLiteral("deleted"), {}, 12, 0}}, 9};
    QCOMPARE(*parseTree(encode(tree)), tree);
    const auto shown = parse(u"tree", encode(tree));
    QCOMPARE(shown->total, 9);
    QVERIFY(shown->hunks[0].lines[0].kind == LineKind::Context);
    QCOMPARE(shown->hunks[0].lines[1].text, QStringLiteral("  a.txt (file, deleted, 12 bytes)"));
}

void TestDiff::formatsRefuse_data()
{
    QTest::addColumn<QString>("format");
    QTest::addColumn<QByteArray>("blob");
    const QByteArray salt(32, 'r');
    const auto row = [](const char *name, const char *format, const QByteArray &blob) { QTest::newRow(name) << QString::fromLatin1(format) << blob; };
    row("unknown format", "html", "{}");
    row("no salt", "rows", "{}");
    row("rows not JSON", "rows", salt + "{");
    row("cells", "rows", salt + R"({"table":"t","columns":["a"],"key":[],"rows":[{"before":["1","2"],"after":null}],"total":1,"masked":[]})");
    row("cell is a number", "rows", salt + R"({"table":"t","columns":["a"],"key":[],"rows":[{"before":[1],"after":null}],"total":1,"masked":[]})");
    row("unknown member", "rows", salt + R"({"table":"t","columns":[],"key":[],"rows":[],"total":1,"masked":[],"x":1})");
    row("attribute", "attributes", R"({"subject":"s","attributes":[{"name":"n","before":1,"after":null}]})");
    row("parent after child", "tree", R"({"nodes":[{"name":"n","type":"t","effect":"e","parent":0}],"total":1})");
    row("negative count", "tree", R"({"nodes":[{"name":"n","type":"t","effect":"e","count":-1,"parent":-1}],"total":1})");
}

void TestDiff::formatsRefuse()
{
    QFETCH(QString, format);
    QFETCH(QByteArray, blob);
    QVERIFY(!parse(format, blob));
}

QTEST_GUILESS_MAIN(TestDiff)
#include "tst_diff.moc"
