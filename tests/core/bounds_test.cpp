// SPDX-License-Identifier: Apache-2.0
#include "core/documents/bounds.h"
#include "core/policy/drift.h"
#include "core/samples.h"

#include <QTest>

using namespace holdfast;
using namespace Qt::StringLiterals;

/// Whatever is measured fits a document that everybody can parse.
class BoundsTest final : public QObject
{
    Q_OBJECT

private:
    static Hold holdOf(const Measurement &measured)
    {
        Hold hold = samples::hold();
        hold.measured = measured;
        return hold;
    }

    static Measurement measured()
    {
        Measurement m = samples::measurement();
        m.whole = {};
        return m;
    }

    /// Everything as long as it comes, and of the characters that take the most room.
    static Measurement endless(qsizetype text, int items)
    {
        Measurement m = measured();
        const QString foreign(text, u'\x1b');
        m.summaryText = m.environment.how = m.recovery.how = m.credential.name = foreign;
        m.recovery.failureDomain = foreign;
        for (int i = 0; i < items; ++i) {
            const QString own = QString::number(i) + foreign;
            m.resources.append(own);
            m.facts.push_back({u"fact."_s + QString::number(i), own, own, i, own, Quality::Measured, own, m.facts.front().at, Severity::Info});
            m.contradictions.push_back({own, own, own, Severity::Danger});
            m.dependents.push_back({own, own, own, i, i - 1});
            m.credential.can.append(own);
            m.credential.excess.append(own);
            m.uninspectable.append(own);
            m.summaryParams.emplace_back(u"p%1"_s.arg(i), own);
        }
        sortBytewise(m.resources);
        return m;
    }

    static BlobSource sourceOf(const Bounded &bounded)
    {
        return [&bounded](const Digest &digest) -> std::optional<QByteArray> {
            for (const WholeList &list : bounded.lists)
                if (list.ref.digest == digest)
                    return list.bytes;
            return std::nullopt;
        };
    }

private Q_SLOTS:
    void whatFitsStaysAsItIs()
    {
        const Bounded bounded = bound(measured());
        QCOMPARE(holdOf(bounded.shown).toPayload(), holdOf(measured()).toPayload());
        QCOMPARE(holdOf(bounded.whole).toPayload(), holdOf(measured()).toPayload());
        QVERIFY(bounded.lists.empty());
    }

    void whatDoesNotIsMadeToFit_data()
    {
        QTest::addColumn<qsizetype>("text");
        QTest::addColumn<int>("items");
        QTest::newRow("one text") << qsizetype{20'000} << 1;
        QTest::newRow("many items") << qsizetype{10} << 2000;
        QTest::newRow("many paths") << qsizetype{4000} << 310;
        QTest::newRow("everything") << qsizetype{20'000} << 60;
    }

    void whatDoesNotIsMadeToFit()
    {
        QFETCH(qsizetype, text);
        QFETCH(int, items);
        const Measurement whole = endless(text, items);
        QVERIFY(holdOf(whole).toPayload().size() > JsonLimits{}.size);
        const Bounded bounded = bound(whole);
        const QByteArray payload = holdOf(bounded.shown).toPayload();
        QVERIFY2(payload.size() <= JsonLimits{}.size, qPrintable(QString::number(payload.size())));
        const auto parsed = Hold::parse(payload);
        QVERIFY2(parsed, parsed ? "" : qPrintable(parsed.error().sentence()));
        QCOMPARE(parsed->toPayload(), payload);
        const auto decided = wholeOf(parsed->measured, sourceOf(bounded));
        QVERIFY2(decided, decided ? "" : qPrintable(decided.error().sentence()));
        QCOMPARE(decided->resources, whole.resources);
        QCOMPARE(decided->dependents.size(), whole.dependents.size());
        QCOMPARE(decided->dependents.back().name, whole.dependents.back().name);
        QCOMPARE(decided->uninspectable.last(), whole.uninspectable.last());
        QCOMPARE(holdOf(*decided).toPayload(), holdOf(bounded.whole).toPayload());
        // Measured again it is the same: nothing has drifted.
        Hold approved = *parsed;
        approved.measured = *decided;
        QVERIFY(!isDrift(compare(approved, bound(whole).whole, parsed->mode, parsed->tier)));
        // Facts and contradictions decide, and have no blob: where they do not fit, it is never performed.
        if (items > 600)
            QVERIFY(bounded.shown.fact(fact::Stop) != nullptr);
    }

    void differentTextsStayDifferent()
    {
        const QString middle = QString(500, u'a') + u"%1"_s + QString(500, u'a');
        QVERIFY(folded(middle.arg(1), 100) != folded(middle.arg(2), 100));
        QVERIFY(folded(middle, 100).size() <= 100);
        QCOMPARE(folded(u"short"_s, 100), u"short"_s);
    }

    void noPairIsParted()
    {
        const QString pairs = u"\U0001F9E8"_s.repeated(500);
        for (qsizetype most = 64; most < 90; ++most) {
            const QString kept = folded(u"x"_s.repeated(most % 3) + pairs, most);
            QVERIFY(kept.size() <= most);
            QCOMPARE(QString::fromUtf8(kept.toUtf8()), kept);
        }
    }
};

QTEST_GUILESS_MAIN(BoundsTest)
#include "bounds_test.moc"
