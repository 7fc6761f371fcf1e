// SPDX-License-Identifier: Apache-2.0
#include "console/desk/receiptshelf.h"
#include "console/seattest.h"

#include <QSignalSpy>
#include <QTest>

using namespace holdfast;

/// The receipt is the one that the performer signed, the output fits its digest: nothing else that the gate hands out counts.
class ReceiptShelfTest final : public SeatTest
{
    Q_OBJECT

private:
    std::unique_ptr<ReceiptShelf> m_shelf;
    int m_handedOut = 0;

    // The gate hands out the receipt of `about` bent like this.
    void bend(const std::function<void(Receipt &)> &how, const Signer &by)
    {
        m_gate->gate.on(method::DocumentGet, [this, how, &by](const Json &params, const ScriptedGate::Reply &reply) {
            auto answer = m_gate->document(DocumentParams::fromJson(params)->idDigest);
            auto receipt = *Receipt::parse(answer.envelope.payload);
            how(receipt);
            answer.envelope = Envelope::sign(by, payloadtype::Receipt, receipt.toPayload());
            reply(answer.toJson());
            ++m_handedOut;
        });
    }
    BlobRef print(const QByteArray &text)
    {
        const BlobRef blob{sha256(text), text.size(), QStringLiteral("text/plain")};
        m_gate->story.blobs[blob.digest] = text;
        return blob;
    }
    void sit()
    {
        sitDown();
        m_shelf = std::make_unique<ReceiptShelf>(*m_seat);
    }

private Q_SLOTS:
    void init()
    {
        prepare();
        m_handedOut = 0;
    }
    void cleanup()
    {
        m_shelf.reset();
        end();
    }

    void ofThoseThatAreDone()
    {
        const auto about = m_gate->story.perform(), running = m_gate->story.perform();
        m_gate->put(about, State::Done);
        m_gate->put(running, State::Executing);
        sit();
        QSignalSpy arrived(m_shelf.get(), &ReceiptShelf::arrived);
        QTRY_VERIFY(m_shelf->find(about.id));
        QVERIFY(m_shelf->find(about.id)->outcome == Outcome::Committed);
        QVERIFY(arrived.count() > 0);
        QCOMPARE(m_shelf->output(about.id), QString());
        QTRY_VERIFY(m_seat->book().find(running.id));
        QVERIFY(!m_shelf->find(running.id));
    }

    void whatItPrinted()
    {
        const auto about = m_gate->story.perform();
        m_gate->put(about, State::Done);
        const auto blob = print("3 rows\ndeleted\x1b");
        bend([&blob](Receipt &receipt) { receipt.output = blob; }, m_gate->story.performer);
        sit();
        QTRY_VERIFY(m_shelf->output(about.id).startsWith(QStringLiteral("3 rows\ndeleted")));
        QVERIFY(!m_shelf->output(about.id).contains(QChar(0x1b)));
    }

    void tooMuchPrinted()
    {
        const auto about = m_gate->story.perform();
        m_gate->put(about, State::Done);
        const auto blob = print(QByteArray(256 * 1024 + 1, 'x'));
        bend([&blob](Receipt &receipt) { receipt.output = blob; }, m_gate->story.performer);
        bool asked = false;
        m_gate->gate.on(method::BlobRead, [this, &asked, &blob](const Json &params, const ScriptedGate::Reply &reply) {
            const auto digest = BlobReadParams::fromJson(params)->digest;
            asked = asked || digest == blob.digest;
            const auto bytes = m_gate->story.blobs.at(digest);
            reply(BlobReadResult{bytes, bytes.size()}.toJson());
        });
        sit();
        QTRY_VERIFY(m_shelf->find(about.id));
        const auto next = m_gate->story.perform();
        m_gate->put(next, State::Done);
        m_gate->tell(next.id);
        QTRY_VERIFY(m_shelf->find(next.id)); // a round trip after it
        QVERIFY(!asked);
        QCOMPARE(m_shelf->output(about.id), QString());
    }

    void notOfThePerformer_data()
    {
        QTest::addColumn<bool>("ofAnother");
        QTest::newRow("signed by the gate's other key") << false;
        QTest::newRow("of another hold") << true;
    }
    void notOfThePerformer()
    {
        QFETCH(bool, ofAnother);
        const auto about = m_gate->story.perform();
        m_gate->put(about, State::Done);
        if (ofAnother)
            bend([this](Receipt &receipt) { receipt.hold = HoldId::of(m_gate->story.agent.key().bytes, "another"); }, m_gate->story.performer);
        else
            bend([](Receipt &) {}, m_gate->story.gate);
        sit();
        QTRY_VERIFY(m_handedOut > 0);
        m_gate->tell(about.id); // a round trip after it
        QTRY_VERIFY(isSettled());
        QVERIFY(!m_shelf->find(about.id));
    }
};

QTEST_GUILESS_MAIN(ReceiptShelfTest)
#include "receiptshelf_test.moc"
