// SPDX-License-Identifier: Apache-2.0
#include "console/desk/holdbook.h"
#include "console/storygate.h"

#include <QSignalSpy>
#include <QTest>

using namespace holdfast;

/// The holds that this console knows: only bytes that verify are evidence, the newest wins whatever comes late, a loss leaves nothing stuck.
class HoldBookTest final : public QObject
{
    Q_OBJECT

private:
    /// One connection of a console.
    struct Console final
    {
        explicit Console(const StoryGate &gate)
            : session(gate.session()), link(gate.linkOptions(), session.get()), watch(link, gate.pins(), session->key(), session.get()), feed(&link), book(link, feed, watch)
        {
            connect(&feed, &HoldFeed::snapshot, &watch, &LedgerWatch::follow);
            link.open();
        }
        std::unique_ptr<Signer> session;
        GateLink link;
        LedgerWatch watch;
        HoldFeed feed;
        HoldBook book;
    };

    std::unique_ptr<StoryGate> m_gate;
    std::unique_ptr<Console> m_console;

    void open()
    {
        m_console = std::make_unique<Console>(*m_gate);
        QTRY_VERIFY(m_console->feed.isLive() && m_console->watch.trusted());
    }
    [[nodiscard]] const present::Evidence *find(const HoldId &hold) const { return m_console->book.find(hold); }
    void decidable(const HoldId &hold)
    {
        QTRY_VERIFY(find(hold) && find(hold)->ruling);
        QCOMPARE(find(hold)->unverified, QString());
    }
    // A request that names its statements as a blob.
    StoryGate::Case askWithContent(const QByteArray &toml)
    {
        auto about = m_gate->story.askPolicy(toml);
        m_gate->story.measure(about, 0);
        m_gate->put(about, State::Pending);
        return about;
    }

    // It touches more, and could not inspect more, than a document has room for.
    StoryGate::Case pendingWithLists()
    {
        auto about = m_gate->story.ask();
        QStringList touched, reasons;
        for (int i = 0; i < 6'000; ++i) {
            touched += about.id.toString() + QStringLiteral(".t%1").arg(i);
            reasons += QStringLiteral("statement %1 is not read").arg(i);
        }
        m_gate->story.measure(about, 3, touched, reasons);
        m_gate->put(about, State::Pending);
        return about;
    }

private Q_SLOTS:
    void init()
    {
        initialiseCryptography();
        m_gate = std::make_unique<StoryGate>();
    }

    void cleanup()
    {
        m_console.reset();
        m_gate.reset();
    }

    // As it stood when this console last followed: verified anew, without the gate, and replaced by what the gate says later.
    void recallsWhatItSaw()
    {
        const auto stays = m_gate->pending(), ends = m_gate->pending(500);
        open();
        decidable(stays.id);
        QTRY_COMPARE(m_console->watch.proven(), static_cast<std::int64_t>(m_gate->story.entries.size()));
        QTRY_VERIFY(m_console->watch.asOf());
        m_console.reset();
        m_console = std::make_unique<Console>(*m_gate);
        m_console->link.close();
        QVERIFY(m_console->book.all().empty());
        m_console->book.recall();
        QCOMPARE(m_console->book.all().size(), std::size_t{2});
        for (const auto &about : {stays, ends}) {
            QVERIFY(find(about.id) && find(about.id)->ruling);
            QCOMPARE(find(about.id)->unverified, QString());
            QCOMPARE(find(about.id)->holdDigest, about.hold.payloadDigest());
            QVERIFY(find(about.id)->head.state == State::Pending);
        }
        m_gate->story.event(ends, State::Expired);
        m_gate->put(ends, State::Expired);
        const auto comes = m_gate->pending();
        m_console->link.open();
        QTRY_VERIFY(find(comes.id));
        QTRY_VERIFY(find(ends.id) && find(ends.id)->head.state == State::Expired);
        QTRY_VERIFY(find(stays.id)->head.sequence > 0);
        decidable(stays.id);
    }

    // One that the gate does not know any more leaves, once the gate has said what is open.
    void whatTheGateDoesNotKnowLeaves()
    {
        const auto about = m_gate->pending();
        open();
        QTRY_VERIFY(m_console->watch.asOf() && m_console->watch.proven() == static_cast<std::int64_t>(m_gate->story.entries.size()));
        m_console.reset();
        m_console = std::make_unique<Console>(*m_gate);
        m_console->link.close();
        m_console->book.recall();
        QVERIFY(find(about.id));
        m_gate->heads.clear();
        m_console->link.open();
        QTRY_VERIFY(m_console->feed.isLive());
        QTRY_VERIFY(!find(about.id));
    }

    void takesWhatVerifies()
    {
        const auto about = m_gate->pending(), critical = m_gate->pending(500);
        open();
        decidable(about.id);
        decidable(critical.id);
        QCOMPARE(find(about.id)->holdDigest, about.hold.payloadDigest());
        QCOMPARE(find(about.id)->requestDigest, about.request.payloadDigest());
        QVERIFY(find(about.id)->ruling->tier == Tier::Low && find(critical.id)->ruling->tier == Tier::Critical);
        QCOMPARE(m_console->book.all().size(), std::size_t{2});
        m_console->book.forget(about.id);
        QVERIFY(!find(about.id));
    }

    void whatDoesNotVerifyIsNoEvidence_data()
    {
        QTest::addColumn<int>("which");
        QTest::newRow("hold signed by another key") << 0;
        QTest::newRow("evidence of another hold") << 1;
        QTest::newRow("not the digest that was announced") << 2;
        QTest::newRow("not the revision that was announced") << 3;
        QTest::newRow("request signed by another key") << 4;
        QTest::newRow("another request") << 5;
        QTest::newRow("another gate's") << 6;
        QTest::newRow("for another target") << 7;
        QTest::newRow("for another requester") << 8;
        QTest::newRow("for another person") << 9;
    }

    void whatDoesNotVerifyIsNoEvidence()
    {
        QFETCH(int, which);
        auto &story = m_gate->story;
        const auto good = m_gate->pending();
        auto about = m_gate->pending();
        Hold bent = about.current;
        if (which == 0)
            about.hold = Envelope::sign(story.performer, payloadtype::Hold, about.hold.payload);
        if (which == 1)
            about.hold = good.hold;
        if (which == 4)
            about.request = Envelope::sign(story.ownerRequest, payloadtype::Request, about.request.payload);
        if (which == 5)
            about.request = good.request;
        if (which == 6)
            bent.gate = QStringLiteral("other.example/gate");
        if (which == 7)
            bent.target = QStringLiteral("another");
        if (which == 8)
            bent.requesterActor = QStringLiteral("sam-laptop");
        if (which == 9)
            bent.requesterPerson = QStringLiteral("kim");
        if (which >= 6)
            about.hold = Envelope::sign(story.gate, payloadtype::Hold, bent.toPayload());
        Head &head = m_gate->put(about, State::Pending);
        if (which == 2)
            head.holdDigest = sha256("another");
        if (which == 3)
            ++head.revision;
        open();
        decidable(good.id);
        QTRY_VERIFY(find(about.id) && m_console->watch.trusted());
        QVERIFY(!find(about.id)->unverified.isEmpty());
        QVERIFY(!find(about.id)->hold && !find(about.id)->ruling);
        QVERIFY(!m_console->book.anyEnforced());
    }

    // Who has approved says the ledger: a name that the gate puts beside a hold is nobody's signature.
    void countsTheApprovalsOfTheLedgerAlone()
    {
        auto about = m_gate->pending();
        m_gate->heads.at(about.id).approvals = {QStringLiteral("kim")};
        open();
        decidable(about.id);
        QTRY_VERIFY(m_console->watch.follows());
        QCOMPARE(find(about.id)->approvals, QStringList());
        m_gate->story.approve(about);
        m_gate->put(about, State::Pending).approvals = {QStringLiteral("sam")};
        m_gate->tell(about.id);
        m_console->watch.follow();
        QTRY_COMPARE(find(about.id)->approvals, QStringList{QStringLiteral("sam")});
        m_gate->story.measure(about, 7); // of the revision before, it counts no more
        m_gate->put(about, State::Pending).approvals = {QStringLiteral("sam"), QStringLiteral("kim")};
        m_gate->tell(about.id);
        m_console->watch.follow();
        QTRY_COMPARE(find(about.id)->head.revision, 2);
        QTRY_COMPARE(find(about.id)->approvals, QStringList());
    }

    // The gate could not answer for some: the others are asked for all the same, and those once more. They have ended, so that the ledger
    // asks for none of them.
    void whatItCannotAnswerStopsNothing()
    {
        std::vector<HoldId> holds;
        constexpr int moreThanAreAskedForAtOnce = 70;
        for (int i = 0; i < moreThanAreAskedForAtOnce; ++i) {
            const auto about = m_gate->pending(i + 1);
            m_gate->story.event(about, State::Expired);
            m_gate->put(about, State::Expired);
            holds.push_back(about.id);
        }
        std::set<HoldId> refused;
        m_gate->gate.on(method::HoldGet, [this, &refused](const Json &params, const ScriptedGate::Reply &reply) {
            const auto hold = HoldParams::fromJson(params)->hold;
            if (refused.size() < 3 && refused.insert(hold).second)
                return reply(RpcError::of(ErrorCode::Unavailable, QStringLiteral("the store could not be read")));
            reply(m_gate->documentsOf(hold).toJson());
        });
        m_console = std::make_unique<Console>(*m_gate);
        QTRY_VERIFY_WITH_TIMEOUT(m_console->feed.isLive() && m_console->watch.trusted(), 60'000);
        QCOMPARE(refused.size(), std::size_t{3});
        for (const HoldId &hold : holds)
            QTRY_VERIFY_WITH_TIMEOUT(find(hold), 20'000);
    }

    // Nobody pulls the cord of what he is told has ended.
    void anEndThatTheLedgerDoesNotHaveIsAnAlarm()
    {
        const auto ends = m_gate->pending(), stays = m_gate->pending();
        m_gate->story.event(ends, State::Expired);
        m_gate->put(ends, State::Expired);
        open();
        decidable(stays.id);
        QTRY_VERIFY(m_console->watch.follows() && find(ends.id));
        m_console->watch.follow();
        QTRY_COMPARE(m_console->watch.proven(), static_cast<std::int64_t>(m_gate->story.entries.size()));
        QCOMPARE(m_console->watch.alarms(), QStringList());
        m_gate->story.ask();
        m_gate->put(stays, State::Stopped);
        m_gate->tell(stays.id);
        QTRY_VERIFY(find(stays.id)->head.state == State::Stopped);
        m_console->watch.follow();
        QTRY_VERIFY2(m_console->watch.alarms().join(u' ').contains(QStringLiteral("its ledger has open")), qPrintable(m_console->watch.alarms().join(u' ')));
    }

    // What the ledger has waiting is asked for, whatever the gate tells of by itself.
    void whatTheGateDoesNotTellIsAskedFor_data()
    {
        QTest::addColumn<bool>("denied");
        QTest::newRow("shown then") << false;
        QTest::newRow("there is no such hold, it says") << true;
    }
    void whatTheGateDoesNotTellIsAskedFor()
    {
        QFETCH(bool, denied);
        const auto told = m_gate->pending(), hidden = m_gate->pending();
        m_gate->gate.on(method::HoldSubscribe, [this, told](const Json &, const ScriptedGate::Reply &reply) {
            SubscribeResult result;
            result.holds = {m_gate->heads.at(told.id)};
            result.cursor = static_cast<std::int64_t>(m_gate->story.entries.size());
            reply(result.toJson());
        });
        m_gate->gate.on(method::HoldGet, [this, denied, told](const Json &params, const ScriptedGate::Reply &reply) {
            const auto hold = HoldParams::fromJson(params)->hold;
            if (denied && hold != told.id)
                return reply(RpcError::of(ErrorCode::NotFound, QStringLiteral("no such hold")));
            reply(m_gate->documentsOf(hold).toJson());
        });
        open();
        decidable(told.id);
        if (denied)
            QTRY_VERIFY(m_console->watch.alarms().join(u' ').contains(QStringLiteral("does not know a hold")));
        else
            decidable(hidden.id);
    }

    // It verified, and the registry that came meanwhile says otherwise: nothing of the earlier look stays.
    void verifiesAgainUnderANewRegistry()
    {
        const auto about = m_gate->pending();
        open();
        decidable(about.id);
        auto &story = m_gate->story;
        auto toml = story.toml;
        const auto at = toml.indexOf("[[actor]]\nname = \"cursor\"");
        toml.remove(at, toml.indexOf("[[target]]") - at);
        auto policy = story.askPolicy(toml);
        story.measure(policy, 0);
        story.approve(policy);
        story.event(policy, State::Approved);
        story.grant(policy);
        story.event(policy, State::Executing);
        story.follow(actorsUnder(*readPolicy(toml), story.policy, story.registry), toml, {policy.id, {}});
        story.receipt(policy);
        m_console->watch.follow();
        QTRY_VERIFY(!find(about.id)->unverified.isEmpty());
        QVERIFY(!find(about.id)->hold && !find(about.id)->ruling);
    }

    void aLateAnswerChangesNothing()
    {
        auto about = m_gate->pending();
        open();
        decidable(about.id);
        const auto before = m_gate->documentsOf(about.id);
        m_gate->holdBack(method::HoldGet);
        for (int i = 0; i < 2; ++i) {
            m_gate->story.measure(about, 10 + i);
            m_gate->put(about, State::Pending);
            m_gate->tell(about.id);
            QTRY_COMPARE(m_gate->heldBack(), static_cast<std::size_t>(i + 1));
        }
        // The first question is answered last of all, and with what it was before.
        const auto newest = m_gate->documentsOf(about.id);
        m_gate->release(newest.toJson());
        QTRY_COMPARE(find(about.id)->head.revision, 3);
        const QSignalSpy changed(&m_console->book, &HoldBook::changed);
        m_gate->release(before.toJson());
        m_console->book.fetch(about.id); // a round trip after it
        QTRY_COMPARE(m_gate->heldBack(), std::size_t{1});
        QCOMPARE(find(about.id)->head.revision, 3);
        QCOMPARE(find(about.id)->holdDigest, newest.current->payloadDigest());
        QCOMPARE(changed.count(), 0);
    }

    void anotherStateOfTheSameDocuments()
    {
        const auto about = m_gate->pending();
        open();
        decidable(about.id);
        m_gate->gate.calls.clear();
        m_gate->story.event(about, State::Denied);
        m_gate->put(about, State::Denied);
        m_gate->tell(about.id);
        QTRY_VERIFY(find(about.id)->head.state == State::Denied);
        QVERIFY(!m_gate->gate.calls.contains(method::HoldGet));
        QVERIFY(find(about.id)->ruling);
    }

    void anotherRequestIsNotTakenForTheSame()
    {
        const auto about = m_gate->pending();
        open();
        decidable(about.id);
        m_gate->story.event(about, State::Approved);
        m_gate->put(about, State::Approved).requestDigest = sha256("another");
        m_gate->tell(about.id);
        QTRY_VERIFY(!find(about.id)->unverified.isEmpty());
    }

    void keepsTheRevisionBefore()
    {
        auto about = m_gate->pending();
        open();
        decidable(about.id);
        m_gate->story.measure(about, 40);
        m_gate->put(about, State::Drifted);
        m_gate->tell(about.id);
        QTRY_COMPARE(find(about.id)->head.revision, 2);
        QVERIFY(find(about.id)->previous && find(about.id)->previous->revision == 1);
    }

    void aRefusalStopsNoOther()
    {
        const auto gone = m_gate->pending(), good = m_gate->pending();
        m_gate->gate.on(method::HoldGet, [this, gone](const Json &params, const ScriptedGate::Reply &reply) {
            const auto hold = HoldParams::fromJson(params)->hold;
            if (hold == gone.id)
                return reply(RpcError::of(ErrorCode::NotFound, QStringLiteral("no such hold")));
            reply(m_gate->documentsOf(hold).toJson());
        });
        open();
        decidable(good.id);
        QVERIFY(!find(gone.id));
    }

    void asksNoMoreAtOnceThanAGateBears()
    {
        for (int i = 0; i < 80; ++i)
            m_gate->pending();
        std::size_t most = 0;
        std::deque<std::pair<ScriptedGate::Reply, HoldId>> waiting;
        m_gate->gate.on(method::HoldGet, [&](const Json &params, const ScriptedGate::Reply &reply) {
            waiting.emplace_back(reply, HoldParams::fromJson(params)->hold);
            most = std::max(most, waiting.size());
        });
        open();
        QTRY_COMPARE(waiting.size(), std::size_t{64});
        while (m_console->book.all().size() < 80) {
            QTRY_VERIFY(!waiting.empty());
            const auto [reply, hold] = waiting.front();
            waiting.pop_front();
            const auto known = m_console->book.all().size();
            reply(HoldDocuments{m_gate->heads.at(hold), m_gate->cases.at(hold).request, m_gate->cases.at(hold).hold, {}}.toJson());
            QTRY_COMPARE(m_console->book.all().size(), known + 1);
        }
        QCOMPARE(most, std::size_t{64});
    }

    void goesOnAfterALoss()
    {
        const auto about = m_gate->pending();
        m_gate->holdBack(method::HoldGet);
        open();
        QTRY_COMPARE(m_gate->heldBack(), std::size_t{1});
        m_gate->gate.drop();
        QTRY_VERIFY(!m_console->feed.isLive());
        m_gate->gate.listen();
        QTRY_COMPARE(m_gate->heldBack(), std::size_t{2});
        m_gate->release(m_gate->documentsOf(about.id).toJson()); // of the connection that is gone
        QVERIFY(!find(about.id));
        m_gate->release(m_gate->documentsOf(about.id).toJson());
        decidable(about.id);
    }

    // A measurement that takes longer than a moment is shown meanwhile; a quicker one is fetched once.
    void whatIsStillMeasured()
    {
        open();
        auto slow = m_gate->story.ask();
        m_gate->put(slow, State::Measuring);
        m_gate->tell(slow.id);
        QTRY_VERIFY(find(slow.id));
        QVERIFY(!find(slow.id)->hold);
        m_gate->gate.calls.clear();
        auto quick = m_gate->story.ask();
        m_gate->put(quick, State::Measuring);
        m_gate->tell(quick.id);
        m_gate->story.measure(quick, 3);
        m_gate->put(quick, State::Pending);
        m_gate->tell(quick.id);
        decidable(quick.id);
        auto next = m_gate->story.ask();
        m_gate->put(next, State::Measuring);
        m_gate->tell(next.id);
        QTRY_VERIFY(find(next.id)); // both moments have passed
        QCOMPARE(m_gate->gate.calls.count(method::HoldGet.toString()), 2);
    }

    // The lists that decide are fetched, all of them, before there is a ruling.
    void wholeListsDecide()
    {
        const auto about = pendingWithLists(), other = pendingWithLists();
        open();
        decidable(about.id);
        decidable(other.id);
        QCOMPARE(find(about.id)->lists.size(), std::size_t{2});
        QCOMPARE(find(about.id)->listsProblem, QString());
    }

    void aListThatCannotBeHad_data()
    {
        QTest::addColumn<bool>("missing");
        QTest::newRow("missing") << true;
        QTest::newRow("other bytes") << false;
    }
    void aListThatCannotBeHad()
    {
        QFETCH(bool, missing);
        const auto about = pendingWithLists();
        const auto digest = about.current.measured.whole.resources->digest;
        const auto bytes = m_gate->story.blobs.at(digest);
        if (missing)
            m_gate->story.blobs.erase(digest);
        else
            m_gate->story.blobs[digest] = QByteArray(bytes.size(), 'x');
        const auto fine = m_gate->pending();
        open();
        decidable(fine.id);
        QTRY_VERIFY(!find(about.id)->listsProblem.isEmpty());
        QVERIFY(!find(about.id)->ruling);
        // Over the next connection it is asked for anew.
        m_gate->story.blobs[digest] = bytes;
        m_gate->gate.drop();
        m_gate->gate.listen();
        decidable(about.id);
        QCOMPARE(find(about.id)->listsProblem, QString());
    }

    void contentIsOfItsDigest()
    {
        const auto about = askWithContent(m_gate->story.toml + "# more\n");
        open();
        decidable(about.id);
        QVERIFY(!find(about.id)->content);
        m_console->book.fetchContent(about.id);
        QTRY_VERIFY(find(about.id)->content);
        QCOMPARE(sha256(*find(about.id)->content), find(about.id)->request.blobs().front().digest);
        QCOMPARE(find(about.id)->contentProblem, QString());
    }

    void contentThatCannotBeHad_data()
    {
        QTest::addColumn<bool>("missing");
        QTest::newRow("missing") << true;
        QTest::newRow("other bytes") << false;
    }

    void contentThatCannotBeHad()
    {
        QFETCH(bool, missing);
        const auto toml = m_gate->story.toml + "# more\n";
        const auto about = askWithContent(toml);
        open();
        decidable(about.id);
        auto &blobs = m_gate->story.blobs;
        if (missing)
            blobs.erase(sha256(toml));
        else
            blobs[sha256(toml)] = QByteArray(toml.size(), 'x');
        m_console->book.fetchContent(about.id);
        QTRY_VERIFY(!find(about.id)->contentProblem.isEmpty());
        QVERIFY(!find(about.id)->content);
    }

    void lostContentIsFetchedOverTheNextConnection()
    {
        const auto about = askWithContent(m_gate->story.toml + "# more\n");
        open();
        decidable(about.id);
        const auto toml = m_gate->story.blobs.at(find(about.id)->request.blobs().front().digest);
        m_gate->holdBack(method::BlobRead);
        m_console->book.fetchContent(about.id);
        QTRY_COMPARE(m_gate->heldBack(), std::size_t{1});
        m_gate->gate.drop();
        QTRY_VERIFY(!find(about.id)->contentProblem.isEmpty());
        QVERIFY(!find(about.id)->content);
        m_gate->gate.listen();
        QTRY_COMPARE(m_gate->heldBack(), std::size_t{2});
        m_gate->release(RpcError::of(ErrorCode::Unavailable, {}));
        m_gate->release(BlobReadResult{toml, toml.size()}.toJson());
        QTRY_VERIFY(find(about.id)->content);
        QCOMPARE(find(about.id)->contentProblem, QString());
    }
};

QTEST_GUILESS_MAIN(HoldBookTest)
#include "holdbook_test.moc"
