// SPDX-License-Identifier: Apache-2.0
#include "console/present/reviewlists.h"
#include "core/text/visible.h"

#include <QTest>

using namespace holdfast;
using namespace Qt::StringLiterals;

/// The payload shows every character that would run, however it was sent and however long its lines are.
class PayloadTest final : public QObject
{
    Q_OBJECT

private:
    static present::Evidence asking(const Action &action)
    {
        present::Evidence evidence;
        evidence.request.action = action;
        evidence.requestEnvelope.payload = "{}";
        return evidence;
    }
    static BlobRef blobOf(const QByteArray &bytes) { return {sha256(bytes), bytes.size(), u"text/plain"_s}; }
    static QStringList textsOf(const QList<PayloadRow> &rows)
    {
        QStringList texts;
        for (const auto &row : rows)
            texts += row.text;
        return texts;
    }

private Q_SLOTS:
    void aLongLineGoesOnAndLosesNothing()
    {
        QString line;
        for (int i = 0; line.size() < 100'000; ++i)
            line += u"DELETE FROM t WHERE id = %1; \U0001F9E8\u202E"_s.arg(i);
        const auto rows = present::payloadRows(asking(SqlAction{u"SELECT 1\n"_s + line, {}}));
        QCOMPARE(rows[0].text, u"SELECT 1"_s);
        QString together;
        qsizetype parts = 0;
        for (qsizetype i = 1; i < rows.size() && (i == 1 || rows[i].number.isEmpty()); ++i, ++parts) {
            QVERIFY(rows[i].text.size() < 20'000);
            QVERIFY(!rows[i].text.contains(u"U+D8"_s)); // no pair was parted
            together += rows[i].text;
        }
        QVERIFY(parts > 40);
        QCOMPARE(together, visible(line));
        QCOMPARE(rows[1].number, u"2"_s);
        QCOMPARE(rows[parts + 1].number, u"3"_s);
    }

    void whatWasSentAsABlobIsShown()
    {
        const QByteArray statements = "DROP TABLE a;\n-- \xE2\x80\xAE";
        auto evidence = asking(SqlAction{{}, blobOf(statements)});
        QCOMPARE(textsOf(present::payloadRows(evidence)).first(2), (QStringList{u"statements "_s + sha256(statements).toString(), QString()}));
        evidence.content = std::make_shared<const QByteArray>(statements);
        QCOMPARE(textsOf(present::payloadRows(evidence)).mid(1, 2), (QStringList{u"DROP TABLE a;"_s, u"-- \u27E8U+202E\u27E9"_s}));
        evidence = asking(CommandAction{{u"psql"_s}, {}, blobOf(statements)});
        evidence.content = std::make_shared<const QByteArray>(statements);
        QVERIFY(textsOf(present::payloadRows(evidence)).contains(u"DROP TABLE a;"_s));
    }

    void bytesThatAreNoTextAreShownAsBytes()
    {
        auto evidence = asking(SqlAction{{}, blobOf("x")});
        evidence.content = std::make_shared<const QByteArray>(QByteArray("a\\\xFF\x00\x1B\nb", 7));
        QCOMPARE(textsOf(present::payloadRows(evidence)).mid(1, 2), (QStringList{u"a\\x5c\\xff\\x00\\x1b"_s, u"b"_s}));
    }
};

QTEST_GUILESS_MAIN(PayloadTest)
#include "payload_test.moc"
