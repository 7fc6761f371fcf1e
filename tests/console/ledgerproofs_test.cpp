// SPDX-License-Identifier: Apache-2.0
#include "console/desk/ledgerwatch.h"
#include "link/scriptedgate.h"
#include "wire/messagesconsole.h"

#include <QTemporaryDir>
#include <QTest>

using namespace holdfast;

/// Checkpoints that come while the proof of another is on its way: an honest gate raises no alarm, a forked one does.
class LedgerProofsTest final : public QObject
{
    Q_OBJECT

private:
    struct Question {
        std::int64_t from, to;
        ScriptedGate::Reply reply;
    };

    QTemporaryDir m_home;
    std::unique_ptr<ScriptedGate> m_gate;
    std::unique_ptr<SeedSigner> m_key;
    std::unique_ptr<GateLink> m_link;
    std::unique_ptr<LedgerWatch> m_watch;
    MerkleNodes m_nodes;
    std::int64_t m_size = 2;
    std::vector<Question> m_questions;

    [[nodiscard]] QString noteOf(std::int64_t size) const { return m_gate->note(size, *rootAt(size, m_nodes.reader())); }
    void answer(std::size_t which)
    {
        const auto question = m_questions.at(which);
        question.reply(ProofResult{*consistencyProof(question.from, question.to, m_nodes.reader())}.toJson());
    }

private Q_SLOTS:
    void initTestCase()
    {
        initialiseCryptography();
        qputenv("XDG_DATA_HOME", m_home.path().toUtf8());
        for (int i = 0; i < 8; ++i)
            m_nodes.append(leafHash(QByteArray::number(i)));
    }

    void init()
    {
        m_size = 2;
        m_questions.clear();
        m_gate = std::make_unique<ScriptedGate>();
        m_gate->bendSession = [this](Session &session) { session.checkpoint = noteOf(2); };
        m_gate->on(method::LedgerCheckpoint, [this](const Json &, const ScriptedGate::Reply &reply) { reply(CheckpointResult{noteOf(m_size)}.toJson()); });
        m_gate->on(method::LedgerConsistency, [this](const Json &params, const ScriptedGate::Reply &reply) {
            m_questions.push_back({*params.find(u"from")->asInteger(), *params.find(u"to")->asInteger(), reply});
        });
        m_gate->answer(method::LedgerEntries, EntriesResult{}.toJson());
        m_key = std::make_unique<SeedSigner>(QStringLiteral("lead"), SecretBytes::random(32));
        LinkOptions options;
        options.address = m_gate->address();
        m_link = std::make_unique<GateLink>(options, m_key.get());
        Pins pins;
        pins.gate = m_gate->name;
        pins.keys = m_gate->registry().gateKeys;
        m_watch = std::make_unique<LedgerWatch>(*m_link, pins, m_key->key(), m_key.get());
        m_link->open();
        QTRY_VERIFY(m_watch->highest() && m_gate->calls.contains(method::LedgerEntries.toString()));
    }

    void cleanup()
    {
        m_watch.reset();
        m_link.reset();
        m_gate.reset();
    }

    void twoProofsOnTheirWay_data()
    {
        QTest::addColumn<bool>("inOrder");
        QTest::newRow("answered in order") << true;
        QTest::newRow("the later one first") << false;
    }

    void twoProofsOnTheirWay()
    {
        QFETCH(bool, inOrder);
        for (const std::size_t asked : {1U, 2U}) {
            m_size = asked == 1 ? 3 : 5;
            m_watch->follow();
            QTRY_COMPARE(m_questions.size(), asked);
        }
        QCOMPARE(m_questions[1].from, 2);
        answer(inOrder ? 0 : 1);
        answer(inOrder ? 1 : 0);
        QTRY_COMPARE(m_questions.size(), std::size_t{3}); // what was proved is about other sizes than now: asked again
        answer(2);
        QTRY_COMPARE(m_watch->highest()->size, 5);
        QVERIFY2(m_watch->alarms().isEmpty(), qPrintable(m_watch->alarms().join(u'\n')));
    }

    void aForkIsAnAlarm()
    {
        m_size = 4;
        m_watch->follow();
        QTRY_COMPARE(m_questions.size(), std::size_t{1});
        m_questions[0].reply(ProofResult{{sha256("another"), sha256("ledger")}}.toJson());
        QTRY_COMPARE(m_watch->alarms().size(), 1);
        QCOMPARE(m_watch->highest()->size, 2);
    }
};

QTEST_GUILESS_MAIN(LedgerProofsTest)
#include "ledgerproofs_test.moc"
