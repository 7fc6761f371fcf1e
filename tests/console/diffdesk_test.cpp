// SPDX-License-Identifier: Apache-2.0
#include "console/desk/diffdesk.h"
#include "console/seattest.h"
#include "diff/formats.h"

#include <QSignalSpy>
#include <QTest>

using namespace holdfast;

/// The review shows the lines of the diff that is chosen, once they are here, and never lines that are gone.
class DiffDeskTest final : public SeatTest
{
    Q_OBJECT

private:
    std::unique_ptr<Review> m_view;
    std::unique_ptr<DiffDesk> m_desk;

    DiffRef diffOf(const QString &path, bool stored = true)
    {
        const auto bytes = diff::encode(diff::Tree{{{path, QStringLiteral("file"), QStringLiteral("deleted"), {}, 5, -1}}, 1});
        const BlobRef blob{sha256(bytes), bytes.size(), QStringLiteral("text/plain")};
        if (stored)
            m_gate->story.blobs[blob.digest] = bytes;
        return {path, QStringLiteral("tree"), blob};
    }
    [[nodiscard]] static QString keyOf(const DiffRef &diff) { return diff.blob.digest.toString(); }

private Q_SLOTS:
    void init()
    {
        prepare();
        sitDown();
        QTRY_VERIFY(m_seat->feed().isLive());
        m_view = std::make_unique<Review>();
        m_desk = std::make_unique<DiffDesk>(m_seat->link(), *m_view);
    }
    void cleanup()
    {
        m_desk.reset();
        m_view.reset();
        end();
    }

    void theChosenOne()
    {
        const auto first = diffOf(QStringLiteral("/srv/a")), second = diffOf(QStringLiteral("/srv/b"));
        QSignalSpy arrived(m_desk.get(), &DiffDesk::arrived);
        QVERIFY(!m_desk->missing().isEmpty());
        m_desk->show({first, second}, keyOf(first));
        QCOMPARE(m_view->diff(), keyOf(first));
        QVERIFY(m_view->diffLines() == nullptr);
        QVERIFY(!m_desk->missing().isEmpty());
        QTRY_COMPARE(arrived.count(), 2);
        QCOMPARE(m_desk->missing(), QString());
        QVERIFY(m_view->diffLines() != nullptr);
        const auto *lines = m_view->diffLines();
        Q_EMIT m_view->diffWanted({}, keyOf(second));
        QCOMPARE(m_view->diff(), keyOf(second));
        QVERIFY(m_view->diffLines() != nullptr && m_view->diffLines() != lines);
        m_desk->show({first, second}, keyOf(first)); // what is here is not fetched again
        QVERIFY(m_view->diffLines() == lines);
    }

    void theyGoWithTheRevision()
    {
        const auto diff = diffOf(QStringLiteral("/srv/a"));
        m_desk->show({diff}, keyOf(diff));
        QTRY_VERIFY(m_view->diffLines() != nullptr);
        m_desk->drop();
        QVERIFY(m_view->diffLines() == nullptr);
        QVERIFY(!m_desk->missing().isEmpty());
        m_desk->show({diff}, keyOf(diff));
        QTRY_VERIFY(m_view->diffLines() != nullptr);
        m_desk.reset();
        QVERIFY(m_view->diffLines() == nullptr);
    }

    void onlyWhatIsIncompleteIsDropped()
    {
        QVERIFY(!m_desk->dropIncomplete());
        const auto there = diffOf(QStringLiteral("/srv/a")), missing = diffOf(QStringLiteral("/srv/b"), false);
        m_desk->show({there}, keyOf(there));
        QVERIFY(!m_desk->dropIncomplete()); // on its way
        QTRY_COMPARE(m_desk->missing(), QString());
        QVERIFY(!m_desk->dropIncomplete());
        m_desk->drop();
        m_desk->show({there, missing}, keyOf(there));
        QTRY_VERIFY(m_desk->missing().contains(QStringLiteral("/srv/b")));
        QVERIFY(m_desk->dropIncomplete());
        QVERIFY(m_view->diffLines() == nullptr);
    }

    void noneAtAll()
    {
        m_desk->show({}, {});
        QCOMPARE(m_desk->missing(), QString());
        QVERIFY(m_view->diffLines() == nullptr);
    }
};

QTEST_GUILESS_MAIN(DiffDeskTest)
#include "diffdesk_test.moc"
