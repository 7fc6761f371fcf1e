// SPDX-License-Identifier: Apache-2.0
#include "console/desk/standingagainst.h"
#include "console/seattest.h"

#include <QTest>

using namespace holdfast;

/// Everything found will be lifted by a signature: only genuine documents, of this requester, that nobody undid.
class StandingAgainstTest final : public SeatTest
{
    Q_OBJECT

private:
    struct Ended final
    {
        std::optional<std::vector<Standing>> found;
        QString failed;
        int times = 0;
    };

    Ended m_outcome;

    void sit()
    {
        sitDown();
        QTRY_VERIFY(m_seat->watch().trusted());
        QTRY_COMPARE(m_seat->watch().proven(), written());
    }

    void begin(const QString &requester = QStringLiteral("cursor"))
    {
        m_outcome = {};
        auto *search = new StandingAgainst(*m_seat, requester, m_seat.get());
        connect(search, &StandingAgainst::found, this, [this](const std::vector<Standing> &standing) {
            m_outcome.found = standing;
            ++m_outcome.times;
        });
        connect(search, &StandingAgainst::failed, this, [this](const QString &why) {
            m_outcome.failed = why;
            ++m_outcome.times;
        });
        search->find();
    }
    void look(const QString &requester = QStringLiteral("cursor"))
    {
        begin(requester);
        QTRY_VERIFY(m_outcome.times > 0);
        QCOMPARE(m_outcome.times, 1);
    }

private Q_SLOTS:
    void init()
    {
        prepare();
    }

    void cleanup()
    {
        end();
    }

    void nothing()
    {
        m_gate->pending();
        sit();
        look();
        QVERIFY(m_outcome.found && m_outcome.found->empty());
    }

    void denialsAndFreezesThatNobodyUndid()
    {
        auto &story = m_gate->story;
        const auto first = m_gate->pending(), second = m_gate->pending(), third = m_gate->pending();
        const auto lifted = story.deny(first), denial = story.deny(second, Decision::Scope::Resource);
        const auto freeze = story.order(Command::Verb::Freeze, story.ownerDecide, third.id, QStringLiteral("cursor"));
        static_cast<void>(story.order(Command::Verb::Lift, story.ownerDecide, first.id, {}, lifted));
        sit();
        look();
        QVERIFY2(m_outcome.found, qPrintable(m_outcome.failed));
        QCOMPARE(m_outcome.found->size(), std::size_t{2});
        for (const Standing &one : *m_outcome.found) {
            const bool frozen = one.subject == freeze;
            QVERIFY(frozen || one.subject == denial);
            QCOMPARE(one.hold, frozen ? third.id : second.id);
            QVERIFY(one.undoneBy == (frozen ? Command::Verb::Unfreeze : Command::Verb::Lift));
            QCOMPARE(one.actor.value_or(QString()), frozen ? QStringLiteral("cursor") : QString());
        }
    }

    void anApprovalStandsAgainstNobody()
    {
        auto about = m_gate->pending();
        m_gate->story.approve(about);
        sit();
        look();
        QVERIFY(m_outcome.found && m_outcome.found->empty());
    }

    // The gate's search gives a hold of somebody else: its denial is not offered for lifting.
    void ofSomebodyElse()
    {
        const auto about = m_gate->pending();
        static_cast<void>(m_gate->story.deny(about));
        sit();
        look(QStringLiteral("sam-laptop"));
        QVERIFY(m_outcome.found && m_outcome.found->empty());
    }

    void forged_data()
    {
        QTest::addColumn<int>("which");
        QTest::newRow("a denial that nobody signed") << 0;
        QTest::newRow("another denial than the one listed") << 1;
        QTest::newRow("a denial of another hold") << 2;
        QTest::newRow("a request that the requester did not sign") << 3;
        QTest::newRow("another hold's request") << 4;
    }

    void forged()
    {
        QFETCH(int, which);
        auto &story = m_gate->story;
        auto about = m_gate->pending();
        const auto other = m_gate->pending();
        static_cast<void>(story.deny(about));
        const auto elsewhere = story.deny(other);
        sit();
        m_gate->heads.erase(other.id);
        if (which == 3)
            m_gate->cases.at(about.id).request = Envelope::sign(story.secondDecide, payloadtype::Request, about.request.payload);
        if (which == 4)
            m_gate->cases.at(about.id).request = other.request;
        m_gate->gate.on(method::HoldGet, [this, which, about, elsewhere](const Json &, const ScriptedGate::Reply &reply) {
            auto documents = m_gate->documentsOf(about.id);
            if (which == 2)
                documents.documents.push_back({QStringLiteral("decision"), 9, elsewhere});
            reply(documents.toJson());
        });
        m_gate->gate.on(method::DocumentGet, [this, which, elsewhere](const Json &params, const ScriptedGate::Reply &reply) {
            auto answer = m_gate->document(which == 1 ? elsewhere : DocumentParams::fromJson(params)->idDigest);
            if (which == 0)
                answer.envelope = Envelope::sign(m_gate->story.agent, payloadtype::Decision, answer.envelope.payload);
            reply(answer.toJson());
        });
        look();
        QVERIFY(!m_outcome.found);
        QVERIFY(!m_outcome.failed.isEmpty());
    }

    void refused_data()
    {
        QTest::addColumn<QString>("method");
        for (const auto method : {method::HistorySearch, method::HoldGet, method::DocumentGet})
            QTest::newRow(qPrintable(method.toString())) << method.toString();
    }

    void refused()
    {
        QFETCH(QString, method);
        const auto about = m_gate->pending();
        static_cast<void>(m_gate->story.deny(about));
        sit();
        m_gate->gate.on(method, [](const Json &, const ScriptedGate::Reply &reply) { reply(RpcError::of(ErrorCode::Unavailable, QStringLiteral("busy"))); });
        look();
        QVERIFY(!m_outcome.found && !m_outcome.failed.isEmpty());
    }

    void lost_data() { refused_data(); }
    void lost()
    {
        QFETCH(QString, method);
        const auto about = m_gate->pending();
        static_cast<void>(m_gate->story.deny(about));
        sit();
        QTRY_VERIFY(m_seat->book().find(about.id));
        m_gate->holdBack(method);
        begin();
        QTRY_COMPARE(m_gate->heldBack(), std::size_t{1});
        QCOMPARE(m_outcome.times, 0);
        m_gate->gate.drop();
        QTRY_COMPARE(m_outcome.times, 1);
        QVERIFY(!m_outcome.found && !m_outcome.failed.isEmpty());
    }

    // The seat is taken anew while the gate thinks.
    void aLateAnswerFindsNobody()
    {
        m_gate->pending();
        sit();
        m_gate->holdBack(method::HistorySearch);
        begin();
        QTRY_COMPARE(m_gate->heldBack(), std::size_t{1});
        m_seat.reset();
        m_gate->release(SearchResult{}.toJson());
        QCOMPARE(m_outcome.times, 0);
    }
};

QTEST_GUILESS_MAIN(StandingAgainstTest)
#include "standingagainst_test.moc"
