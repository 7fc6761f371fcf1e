// SPDX-License-Identifier: Apache-2.0
#include "console/desk/diffshelf.h"
#include "console/view/reviewrows.h"
#include "diff/formats.h"
#include "link/scriptedgate.h"
#include "wire/messagesledger.h"

#include <QAbstractItemModelTester>
#include <QTest>

using namespace holdfast;

/// Whatever is not here, not of its digest, not of its format, or longer than can be shown is a reason not to approve.
class DiffShelfTest final : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<ScriptedGate> m_gate;
    std::unique_ptr<SeedSigner> m_key;
    std::unique_ptr<GateLink> m_link;
    std::map<QString, QByteArray> m_blobs; ///< by digest
    std::vector<ScriptedGate::Reply> m_late; ///< what the gate has not answered yet
    bool m_slow = false;

    DiffRef diffOf(const QString &format, const QByteArray &bytes, bool stored = true)
    {
        const BlobRef blob{sha256(bytes), bytes.size(), QStringLiteral("text/plain")};
        if (stored)
            m_blobs[blob.digest.toString()] = bytes;
        return {QStringLiteral("Rows of bookings"), format, blob};
    }

    static QByteArray tree(qint64 total)
    {
        return diff::encode(diff::Tree{{{QStringLiteral("/srv/a"), QStringLiteral("file"), QStringLiteral("deleted"), {}, 5, -1}}, total});
    }

    static QString textOf(const present::DiffLines &lines, int row)
    {
        const int parts = lines.roleNames().key("parts");
        return lines.data(lines.index(row), parts).toStringList().join(QString());
    }

private Q_SLOTS:
    void init()
    {
        initialiseCryptography();
        m_blobs.clear();
        m_late.clear();
        m_slow = false;
        m_gate = std::make_unique<ScriptedGate>();
        m_gate->on(method::BlobRead, [this](const Json &params, const ScriptedGate::Reply &reply) {
            if (m_slow)
                return m_late.push_back(reply);
            const auto asked = BlobReadParams::fromJson(params);
            const auto found = m_blobs.find(asked->digest.toString());
            if (found == m_blobs.end())
                return reply(RpcError::of(ErrorCode::NotFound, QStringLiteral("no such blob")));
            reply(BlobReadResult{found->second.mid(asked->offset, asked->length), found->second.size()}.toJson());
        });
        m_key = std::make_unique<SeedSigner>(QStringLiteral("lead"), SecretBytes::random(32));
        LinkOptions options;
        options.address = m_gate->address();
        m_link = std::make_unique<GateLink>(options, m_key.get());
        m_link->open();
        QTRY_COMPARE(m_link->state(), GateLink::State::Open);
    }

    void cleanup()
    {
        m_link.reset();
        m_gate.reset();
    }

    void none()
    {
        const DiffShelf shelf(*m_link, {});
        QVERIFY(shelf.isComplete());
        QCOMPARE(shelf.problem(), QString());
    }

    void allOfThem()
    {
        const std::vector<DiffRef> diffs{diffOf(QStringLiteral("tree"), tree(1)), diffOf(QStringLiteral("unified"), "--- a\n+++ b\n@@ -1 +1 @@\n-x\n+y\n")};
        const DiffShelf shelf(*m_link, diffs);
        QVERIFY(!shelf.isComplete());
        QTRY_VERIFY(shelf.isComplete());
        QCOMPARE(shelf.problem(), QString());
        for (const DiffRef &diff : diffs) {
            auto *lines = shelf.lines(diff.blob.digest.toString());
            QVERIFY(lines && lines->rowCount() > 0 && lines->isWhole());
            const QAbstractItemModelTester tester(lines);
        }
    }

    void aSampleSaysOfHowMany()
    {
        const auto diff = diffOf(QStringLiteral("tree"), tree(4311));
        const DiffShelf shelf(*m_link, {diff});
        QTRY_VERIFY(shelf.isComplete());
        QCOMPARE(shelf.problem(), QString());
        const auto *lines = shelf.lines(diff.blob.digest.toString());
        QVERIFY2(textOf(*lines, lines->rowCount() - 1).contains(u"311 listed"), qPrintable(textOf(*lines, lines->rowCount() - 1)));
    }

    void problems_data()
    {
        QTest::addColumn<QString>("format");
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<bool>("stored");
        QTest::addColumn<QString>("says");
        QTest::newRow("missing") << QStringLiteral("tree") << tree(1) << false << QStringLiteral("could not be shown");
        QTest::newRow("a listing called a tree") << QStringLiteral("tree") << QByteArray("- /srv/a  5 bytes\n") << true << QStringLiteral("could not be shown");
        QTest::newRow("rows without salt") << QStringLiteral("rows") << QByteArray("{}") << true << QStringLiteral("could not be shown");
        QTest::newRow("another member") << QStringLiteral("tree") << QByteArray(R"({"nodes":[],"total":0,"more":1})") << true << QStringLiteral("could not be shown");
        const QByteArray endless = "--- a\n+++ b\n@@ -1,30000 +0,0 @@\n" + QByteArray("-x\n").repeated(30'000);
        QTest::newRow("too long") << QStringLiteral("unified") << endless << true << QStringLiteral("too long");
    }

    void problems()
    {
        QFETCH(QString, format);
        QFETCH(QByteArray, bytes);
        QFETCH(bool, stored);
        QFETCH(QString, says);
        const auto bad = diffOf(format, bytes, stored), good = diffOf(QStringLiteral("tree"), tree(2));
        const DiffShelf shelf(*m_link, {good, bad});
        QTRY_VERIFY(shelf.isComplete());
        QVERIFY2(shelf.problem().contains(says) && shelf.problem().contains(bad.title), qPrintable(shelf.problem()));
        QVERIFY(shelf.lines(bad.blob.digest.toString())->rowCount() > 0);
    }

    // Each is small enough to be fetched, all of them are not: what has no room is a reason not to approve, and is not asked for.
    void moreThanThereIsRoomFor()
    {
        m_slow = true;
        std::vector<DiffRef> diffs;
        for (int i = 0; i < 100; ++i)
            diffs.push_back({QStringLiteral("Part %1").arg(i), QStringLiteral("tree"), {sha256(QByteArray::number(i)), 30 * 1024 * 1024, QStringLiteral("text/plain")}});
        const DiffShelf shelf(*m_link, diffs);
        QTRY_COMPARE(m_late.size(), std::size_t{2});
        QVERIFY2(shelf.problem().contains(QStringLiteral("Part 2")), qPrintable(shelf.problem()));
        QVERIFY(shelf.lines(diffs[99].blob.digest.toString()) != nullptr);
        QVERIFY(!shelf.isComplete());
    }

    void otherBytesAreNoDiff()
    {
        const auto diff = diffOf(QStringLiteral("tree"), tree(1));
        m_blobs[diff.blob.digest.toString()] = tree(2);
        const DiffShelf shelf(*m_link, {diff});
        QTRY_VERIFY(shelf.isComplete());
        QVERIFY(!shelf.problem().isEmpty());
    }

    void aLostConnectionIsAProblem()
    {
        m_slow = true;
        const auto diff = diffOf(QStringLiteral("tree"), tree(1));
        const DiffShelf shelf(*m_link, {diff});
        QTRY_COMPARE(m_late.size(), std::size_t{1});
        QVERIFY(!shelf.isComplete());
        m_gate->drop();
        QTRY_VERIFY(shelf.isComplete());
        QVERIFY(!shelf.problem().isEmpty());
    }

    void aLateAnswerFindsNobody()
    {
        m_slow = true;
        auto shelf = std::make_unique<DiffShelf>(*m_link, std::vector{diffOf(QStringLiteral("tree"), tree(1))});
        QTRY_COMPARE(m_late.size(), std::size_t{1});
        shelf.reset();
        m_late.front()(BlobReadResult{tree(1), tree(1).size()}.toJson());
        m_slow = false;
        const auto after = diffOf(QStringLiteral("tree"), tree(3));
        const DiffShelf next(*m_link, {after});
        QTRY_VERIFY(next.isComplete());
        QCOMPARE(next.problem(), QString());
    }
};

QTEST_GUILESS_MAIN(DiffShelfTest)
#include "diffshelf_test.moc"
