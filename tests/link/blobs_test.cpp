// SPDX-License-Identifier: Apache-2.0
#include "link/blockinglink.h"
#include "link/scriptedgate.h"
#include "wire/messagesledger.h"

#include <QTest>

using namespace holdfast;
using namespace std::chrono_literals;

/// Blobs in chunks; what comes back is what was signed, or nothing.
class BlobsTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { initialiseCryptography(); }
    void init();
    void cleanup();
    void thereAndBack_data();
    void thereAndBack();
    void goesOnWhereTheGateWants();
    void miscounted();
    void forged_data();
    void forged();
    void onlyTheDigestIsKnown();
    void tooLarge();

private:
    std::unique_ptr<ScriptedGate> m_gate;
    std::unique_ptr<SeedSigner> m_key;
    std::unique_ptr<BlockingLink> m_link;
    QByteArray m_stored;
};

void BlobsTest::init()
{
    m_gate = std::make_unique<ScriptedGate>();
    m_key = std::make_unique<SeedSigner>(QStringLiteral("agent"), SecretBytes::random(32));
    m_stored.clear();
    m_gate->on(method::BlobWrite, [this](const Json &params, const ScriptedGate::Reply &reply) {
        const auto chunk = BlobWriteParams::fromJson(params);
        QVERIFY(chunk);
        QCOMPARE(chunk->offset, std::int64_t{m_stored.size()});
        m_stored += chunk->data;
        reply(BlobWriteResult{m_stored.size()}.toJson());
    });
    m_gate->on(method::BlobRead, [this](const Json &params, const ScriptedGate::Reply &reply) {
        const auto range = BlobReadParams::fromJson(params);
        QVERIFY(range);
        reply(BlobReadResult{m_stored.mid(range->offset, range->length), m_stored.size()}.toJson());
    });
    LinkOptions options;
    options.address = m_gate->address();
    m_link = std::make_unique<BlockingLink>(options, m_key.get());
    QVERIFY(m_link->open(2s));
}

void BlobsTest::cleanup()
{
    m_link.reset();
    m_gate.reset();
}

void BlobsTest::thereAndBack_data()
{
    QTest::addColumn<int>("size");
    for (const int size : {0, 1, 131071, 131072, 131073, 400000})
        QTest::newRow(qPrintable(QString::number(size))) << size;
}

void BlobsTest::thereAndBack()
{
    QFETCH(int, size);
    const QByteArray bytes = randomBytes(size);
    const auto sent = m_link->send(bytes);
    QVERIFY(sent);
    QCOMPARE(*sent, sha256(bytes));
    QCOMPARE(m_stored, bytes);
    const auto back = m_link->fetch({*sent, size, QString()});
    QVERIFY(back);
    QCOMPARE(*back, bytes);
}

// Protocol 3.6: the answer says what the gate has. It may have all of it already, or have given up what was begun.
void BlobsTest::goesOnWhereTheGateWants()
{
    const QByteArray bytes = randomBytes(400'000);
    QVERIFY(m_link->send(bytes));
    const QByteArray stored = m_stored;
    int calls = 0;
    m_gate->on(method::BlobWrite, [&](const Json &, const ScriptedGate::Reply &reply) {
        ++calls;
        reply(BlobWriteResult{bytes.size()}.toJson());
    });
    QVERIFY(m_link->send(bytes));
    QCOMPARE(calls, 1);
    m_stored.clear();
    calls = 0;
    m_gate->on(method::BlobWrite, [&](const Json &params, const ScriptedGate::Reply &reply) {
        const auto chunk = BlobWriteParams::fromJson(params);
        if (++calls == 3)
            m_stored.clear();
        if (chunk->offset == m_stored.size())
            m_stored += chunk->data;
        reply(BlobWriteResult{m_stored.size()}.toJson());
    });
    QVERIFY(m_link->send(bytes));
    QCOMPARE(m_stored, stored);
}

void BlobsTest::miscounted()
{
    m_gate->answer(method::BlobWrite, BlobWriteResult{0}.toJson());
    QVERIFY(!m_link->send("abc")); // and does not go round for ever
}

void BlobsTest::forged_data()
{
    QTest::addColumn<QByteArray>("data");
    QTest::addColumn<int>("size");
    QTest::newRow("other bytes") << QByteArray("abd") << 3;
    QTest::newRow("shorter") << QByteArray("ab") << 2;
    QTest::newRow("longer") << QByteArray("abcd") << 4;
    QTest::newRow("longer than it says") << QByteArray("abcd") << 3;
    QTest::newRow("nothing, for ever") << QByteArray() << 3;
}

void BlobsTest::forged()
{
    QFETCH(QByteArray, data);
    QFETCH(int, size);
    m_gate->answer(method::BlobRead, BlobReadResult{data, size}.toJson());
    const auto back = m_link->fetch({sha256("abc"), 3, QString()});
    QVERIFY(!back);
    QCOMPARE(std::get<LinkError>(back.error()).kind, LinkError::Kind::BadSignature);
}

void BlobsTest::onlyTheDigestIsKnown()
{
    m_stored = randomBytes(200000);
    const auto back = m_link->fetch({sha256(m_stored), AnySize, QString()});
    QVERIFY(back);
    QCOMPARE(*back, m_stored);
    m_gate->answer(method::BlobRead, BlobReadResult{"x", LargestBlob + 1}.toJson());
    QVERIFY(!m_link->fetch({sha256("x"), AnySize, QString()}));
}

void BlobsTest::tooLarge()
{
    QVERIFY(!m_link->fetch({sha256("x"), LargestBlob + 1, QString()}));
    QVERIFY(!m_gate->calls.contains(method::BlobRead.toString()));
}

QTEST_GUILESS_MAIN(BlobsTest)
#include "blobs_test.moc"
