// SPDX-License-Identifier: Apache-2.0
#include "core/documents/bounds.h"
#include "core/samples.h"

#include <QTest>

#include <map>

using namespace holdfast;
using namespace Qt::StringLiterals;

/// A list that a document has no room for stands whole beside it, and nobody decides on less.
class WholeListsTest final : public QObject
{
    Q_OBJECT

private:
    using Blobs = std::map<Digest, QByteArray>;

    static Measurement plain()
    {
        Measurement m = samples::measurement();
        m.whole = {};
        return m;
    }

    static Measurement many(int items)
    {
        Measurement m = plain();
        m.resources.clear();
        m.dependents.clear();
        for (int i = 0; i < items; ++i) {
            m.resources.append(u"/srv/decoy/%1"_s.arg(i, 6, 10, QChar(u'0')));
            m.dependents.push_back({u"/srv/decoy/%1"_s.arg(i), u"file"_s, i % 2 == 0 ? u"fires"_s : u"cascade"_s, i, i % 7 == 0 ? -1 : i / 7 * 7});
        }
        m.resources.append(u"/srv/protected"_s);
        m.dependents.push_back({u"/srv/protected"_s, u"file"_s, u"fires"_s, 1, items - 1});
        sortBytewise(m.resources);
        return m;
    }

    static Blobs blobsOf(const Bounded &bounded)
    {
        Blobs blobs;
        for (const WholeList &list : bounded.lists)
            blobs.emplace(list.ref.digest, list.bytes);
        return blobs;
    }

    static BlobSource sourceOf(const Blobs &blobs)
    {
        return [&blobs](const Digest &digest) {
            const auto found = blobs.find(digest);
            return found == blobs.end() ? std::nullopt : std::optional(found->second);
        };
    }

    static Measurement naming(Measurement shown, const QByteArray &bytes)
    {
        shown.whole.resources = BlobRef{sha256(bytes), bytes.size(), u"application/jsonl"_s};
        return shown;
    }

private Q_SLOTS:
    void whatMustBeSeenComesFirst()
    {
        const Bounded bounded = bound(many(10'000), [](const QString &name) { return name == u"/srv/protected"; });
        QVERIFY(bounded.shown.resources.size() <= 300);
        QVERIFY(bounded.shown.resources.contains(u"/srv/protected"_s));
        QCOMPARE(bounded.whole.resources.size(), 10'001);
        const auto &shown = bounded.shown.dependents;
        QVERIFY(std::any_of(shown.begin(), shown.end(), [](const Dependent &each) { return each.name == u"/srv/protected"; }));
        // What goes is shown before what merely fires.
        QVERIFY(std::all_of(shown.begin(), shown.end(), [](const Dependent &each) { return each.effect == u"cascade" || each.name == u"/srv/protected"; }));
        for (std::size_t i = 0; i < shown.size(); ++i)
            QVERIFY(shown[i].parent < static_cast<int>(i));
        QVERIFY(bounded.shown.uninspectable == plain().uninspectable); // all of it was understood
    }

    void everybodyReadsTheSame()
    {
        const Bounded bounded = bound(many(10'000));
        const Blobs blobs = blobsOf(bounded);
        QCOMPARE(blobs.size(), std::size_t{2});
        const auto whole = wholeOf(bounded.shown, sourceOf(blobs));
        QVERIFY(whole);
        QCOMPARE(whole->resources, bounded.whole.resources);
        QVERIFY(whole->dependents == bounded.whole.dependents);
        QVERIFY(whole->facts == bounded.whole.facts);
    }

    void aBlobThatIsMissingOrAnotherIsRefused()
    {
        const Bounded bounded = bound(many(1000));
        Blobs blobs = blobsOf(bounded);
        const auto flaw = [&] { return wholeOf(bounded.shown, sourceOf(blobs)).error().kind; };
        QByteArray &resources = blobs[bounded.shown.whole.resources->digest];
        const QByteArray good = resources;
        resources[10] = 'X';
        QCOMPARE(flaw(), WholeError::Kind::WrongBytes);
        resources = good.chopped(1);
        QCOMPARE(flaw(), WholeError::Kind::WrongBytes);
        resources = good + '\n';
        QCOMPARE(flaw(), WholeError::Kind::WrongBytes);
        blobs.erase(bounded.shown.whole.resources->digest);
        QCOMPARE(flaw(), WholeError::Kind::Missing);
        QCOMPARE(wholeOf(bounded.shown, {}).error().kind, WholeError::Kind::Missing);
    }

    void aBlobThatIsNoSuchListIsRefused_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<bool>("good");
        QTest::newRow("as it must be") << QByteArray("\"a\"\n\"b\"\n\"c\"\n") << true;
        QTest::newRow("the last line has no end") << QByteArray("\"a\"\n\"b\"\n\"c\"") << false;
        QTest::newRow("an empty line") << QByteArray("\"a\"\n\n\"b\"\n") << false;
        QTest::newRow("no text") << QByteArray("\"a\"\n\"b\"\n3\n") << false;
        QTest::newRow("two values in a line") << QByteArray("\"a\" \"b\"\n\"b\"\n") << false;
        QTest::newRow("not sorted") << QByteArray("\"b\"\n\"a\"\n") << false;
        QTest::newRow("without what is shown") << QByteArray("\"a\"\n\"c\"\n") << false;
        QTest::newRow("empty") << QByteArray() << false;
    }

    void aBlobThatIsNoSuchListIsRefused()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(bool, good);
        Measurement shown = plain();
        shown.resources = {u"a"_s, u"b"_s};
        const Measurement named = naming(shown, bytes);
        QCOMPARE(static_cast<bool>(wholeOf(named, [&](const Digest &) { return std::optional(bytes); })), good);
    }

    void reasonsAreNeitherHiddenNorInvented()
    {
        Measurement shown = plain();
        shown.uninspectable.clear();
        const QByteArray reason = "\"psql reads a file\"\n";
        shown.whole.uninspectable = BlobRef{sha256(reason), reason.size(), u"application/jsonl"_s};
        QVERIFY(!wholeOf(shown, [&](const Digest &) { return std::optional(reason); }));
    }

    void whatFitsNoBlobIsNeverPerformed()
    {
        Measurement huge = plain();
        const QString part(200'000, u'x');
        for (int i = 0; i < 200; ++i)
            huge.resources.append(u"/srv/%1/"_s.arg(i, 4, 10, QChar(u'0')) + part);
        const Bounded bounded = bound(huge);
        QVERIFY(bounded.shown.fact(fact::Stop) != nullptr);
        QVERIFY(!bounded.shown.whole.resources);
        const auto whole = wholeOf(bounded.shown, {});
        QVERIFY(whole);
        QCOMPARE(whole->resources, bounded.whole.resources);
    }
};

QTEST_GUILESS_MAIN(WholeListsTest)
#include "wholelists_test.moc"
