// SPDX-License-Identifier: Apache-2.0
#include "console/seattest.h"

#include <QTest>

using namespace holdfast;

/// A signature covers exactly what was shown, and is believed only when the ledger proves it; everything else is told and leaves the way open.
class DeciderTest final : public SeatTest
{
    Q_OBJECT

private:
    struct Told final
    {
        DecisionLock::State state;
        QString text;
    };

    std::vector<Told> m_told;
    StoryGate::Case m_hold;

    // A seat at the gate, with one hold of the tier that so many rows give.
    void sit(std::int64_t rows = 3)
    {
        m_hold = m_gate->pending(rows);
        sitDown();
        connect(&m_seat->decider(), &Decider::advanced, this, [this](const QString &hold, DecisionLock::State state, const QString &text) {
            QCOMPARE(hold, m_hold.id.toString());
            m_told.push_back({state, text});
        });
        QTRY_VERIFY(m_seat->link().state() == GateLink::State::Open);
        QTRY_VERIFY(m_seat->feed().isLive());
        QTRY_VERIFY(m_seat->watch().trusted());
        QTRY_VERIFY(m_seat->book().find(m_hold.id) && m_seat->book().find(m_hold.id)->ruling);
        QCOMPARE(m_seat->book().find(m_hold.id)->unverified, QString());
    }

    [[nodiscard]] const present::Evidence &shown() const { return *m_seat->book().find(m_hold.id); }
    [[nodiscard]] Approval approval() const
    {
        Approval approval{m_hold.id.toString(), m_hold.current.revision, {}, {QStringLiteral("facts")}, 4'000};
        for (const QString &kind : m_hold.current.policy.confirm)
            approval.confirmations.append({kind, kind == u"press" ? QStringLiteral("1200") : QStringLiteral("db")});
        return approval;
    }
    void approve() { m_seat->decider().approve(shown(), approval(), View{sha256("view"), {}, 0, QStringLiteral("C"), QStringLiteral("test")}); }
    void deny() { m_seat->decider().deny(shown(), QStringLiteral("not today"), DecisionLock::Resource, {}, View{sha256("view"), {}, 0, QStringLiteral("C"), {}}); }
    void give(const char *text = "correct horse") { Q_EMIT m_prompt->given(StoryGate::passphrase(text)); }
    [[nodiscard]] bool ended(DecisionLock::State state) const { return !m_told.empty() && m_told.back().state == state; }
    [[nodiscard]] bool everTold(DecisionLock::State state) const
    {
        return std::ranges::any_of(m_told, [state](const Told &told) { return told.state == state; });
    }

private Q_SLOTS:
    void init()
    {
        prepare();
        m_told.clear();
    }

    void cleanup()
    {
        end();
    }

    void signsWhatWasShown()
    {
        sit();
        approve();
        QVERIFY(ended(DecisionLock::AskingPassphrase));
        QVERIFY(m_prompt->reason().contains(m_hold.current.measured.summaryText));
        give();
        QTRY_VERIFY(ended(DecisionLock::Acknowledged));
        QCOMPARE(m_gate->decisions.size(), std::size_t{1});
        const Decision &signedOne = m_gate->decisions.front();
        QCOMPARE(signedOne.hold, m_hold.id);
        QCOMPARE(signedOne.revision, m_hold.current.revision);
        QCOMPARE(signedOne.request, m_hold.request.payloadDigest());
        QCOMPARE(signedOne.holdDigest, m_hold.hold.payloadDigest());
        QVERIFY(signedOne.verdict == Decision::Verdict::Approve);
        QCOMPARE(signedOne.gate, m_gate->story.registry.gate);
        QCOMPARE(signedOne.gateKey, m_gate->story.gate.key());
        QCOMPARE(signedOne.view.reached, QStringList{QStringLiteral("facts")});
        QCOMPARE(signedOne.confirmations.size(), static_cast<std::size_t>(m_hold.current.policy.confirm.size()));
        QVERIFY(signedOne.checkpoint && signedOne.checkpoint->size > 0);
        QCOMPARE(m_seat->watch().alarms(), QStringList());
    }

    void deniesWithReasonAndScope()
    {
        sit();
        deny();
        give();
        QTRY_VERIFY(ended(DecisionLock::Acknowledged));
        const Decision &signedOne = m_gate->decisions.front();
        QVERIFY(signedOne.verdict == Decision::Verdict::Deny && signedOne.scope == Decision::Scope::Resource);
        QCOMPARE(signedOne.reason, QStringLiteral("not today"));
        QCOMPARE(signedOne.holdDigest, m_hold.hold.payloadDigest());
        QVERIFY(!signedOne.counter); // none was made
        m_seat->decider().deny(shown(), QStringLiteral("too wide"), DecisionLock::This, QStringLiteral("the oldest row alone"), View{sha256("view"), {}, 0, QStringLiteral("C"), {}});
        QTRY_COMPARE(m_gate->decisions.size(), std::size_t{2});
        QCOMPARE(m_gate->decisions.back().counter, std::optional(Json(QStringLiteral("the oldest row alone"))));
    }

    // The evidence moves on while the passphrase is being typed: the prompt says so, and nothing is signed.
    void aNewRevisionTakesThePromptBack()
    {
        sit();
        approve();
        m_seat->decider().reconsider(shown());
        QVERIFY(m_prompt->wanted()); // nothing changed
        auto next = m_hold;
        m_gate->story.measure(next, 500);
        m_gate->put(next, State::Pending);
        m_gate->tell(next.id);
        QTRY_COMPARE(shown().head.revision, 2);
        m_seat->decider().reconsider(shown());
        QVERIFY(ended(DecisionLock::Failed));
        QVERIFY(m_prompt->withdrawn() && m_prompt->problem().contains(QStringLiteral("Nothing was signed"))); // the rest of what is typed goes nowhere else
        give();
        QVERIFY(!everTold(DecisionLock::Signing));
        QVERIFY(m_gate->decisions.empty());
    }

    void anApprovalOnItsWayIsWithdrawn_data()
    {
        QTest::addColumn<int>("stage");
        QTest::addColumn<int>("change");
        const char *stages[] = {"its key is fetched", "its passphrase is typed", "it is signed", "its wrong passphrase is tried"};
        const char *changes[] = {"measured anew", "ended", "not verified any more", "other evidence of the same revision"};
        for (int stage = 0; stage < 4; ++stage) {
            for (int change = 0; change < 4; ++change)
                QTest::addRow("%s, %s", stages[stage], changes[change]) << stage << change;
        }
    }

    // Until it is sent, the hold may change under it: nothing is sent, and the person is told once.
    void anApprovalOnItsWayIsWithdrawn()
    {
        QFETCH(int, stage);
        QFETCH(int, change);
        sit(500);
        m_store->slow = stage == 0;
        approve();
        if (stage >= 2)
            give(stage == 2 ? "correct horse" : "wrong");
        auto evidence = shown();
        if (change == 0)
            ++evidence.head.revision;
        if (change == 1)
            evidence.head.state = State::Expired;
        if (change == 2)
            evidence.unverified = QStringLiteral("no");
        if (change == 3)
            evidence.holdDigest = sha256("other evidence");
        m_seat->decider().reconsider(evidence);
        QVERIFY(ended(DecisionLock::Failed));
        QVERIFY(m_told.back().text.contains(QStringLiteral("Nothing was signed")));
        const auto told = m_told.size();
        m_seat->decider().reconsider(evidence); // told once
        m_store->slow = false;
        if (stage == 0)
            m_store->release();
        QCOMPARE(m_prompt->withdrawn(), stage == 1);
        // Signatures are made one after the other: once the next one is acknowledged, the first would have been sent.
        deny();
        give();
        QTRY_VERIFY(ended(DecisionLock::Acknowledged));
        QTRY_VERIFY(!m_prompt->wanted());
        QCOMPARE(m_gate->decisions.size(), std::size_t{1});
        QVERIFY(m_gate->decisions.front().verdict == Decision::Verdict::Deny);
        QCOMPARE(std::ranges::count_if(m_told, [](const Told &one) { return one.state == DecisionLock::Failed; }), 1);
        QVERIFY(m_told.size() > told);
    }

    // A hold that stays as it was, or another one that changes, takes nothing back; nor does a change once it was sent.
    void anApprovalOfWhatStaysIsSent()
    {
        sit(500);
        m_gate->holdBack(method::DecisionSubmit);
        approve();
        auto another = shown();
        another.head.hold = HoldId::of(m_gate->story.agent.key().bytes, "another");
        another.unverified = QStringLiteral("no");
        m_seat->decider().reconsider(another);
        m_seat->decider().reconsider(shown());
        give();
        QTRY_COMPARE(m_gate->heldBack(), std::size_t{1});
        auto changed = shown();
        changed.head.state = State::Approved;
        m_seat->decider().reconsider(changed);
        QVERIFY(ended(DecisionLock::Sending));
    }

    // One signature is being made when the prompt of the next act is withdrawn: the first one's end does not take its words away.
    void aWithdrawnPromptOutlivesTheSignatureBeforeIt()
    {
        sit();
        deny();
        give();
        QVERIFY(ended(DecisionLock::Signing));
        approve();
        auto changed = shown();
        ++changed.head.revision;
        m_seat->decider().reconsider(changed);
        QTRY_VERIFY(ended(DecisionLock::Acknowledged)); // the denial
        QVERIFY(m_prompt->wanted() && m_prompt->withdrawn());
        QCOMPARE(m_gate->decisions.size(), std::size_t{1});
    }

    // A denial holds against any revision: whoever says no is not asked to begin anew.
    void aNewRevisionTakesNoDenialBack()
    {
        sit();
        deny();
        auto next = m_hold;
        m_gate->story.measure(next, 500);
        m_gate->put(next, State::Pending);
        m_gate->tell(next.id);
        QTRY_COMPARE(shown().head.revision, 2);
        m_seat->decider().reconsider(shown());
        QVERIFY(m_prompt->wanted());
        give();
        QTRY_VERIFY(ended(DecisionLock::Acknowledged));
    }

    // It moves on unseen: what is signed names what was shown, which the gate then refuses.
    void aNewRevisionIsNotSignedForTheOld()
    {
        sit();
        approve();
        const auto shownDigest = m_hold.hold.payloadDigest();
        auto next = m_hold;
        m_gate->story.measure(next, 500);
        m_gate->put(next, State::Pending);
        m_gate->tell(next.id);
        QTRY_COMPARE(shown().head.revision, 2);
        give();
        QTRY_VERIFY(ended(DecisionLock::Acknowledged) || ended(DecisionLock::Failed));
        QCOMPARE(m_gate->decisions.front().revision, 1);
        QCOMPARE(m_gate->decisions.front().holdDigest, shownDigest);
    }

    void notWhatWasShown_data()
    {
        QTest::addColumn<int>("which");
        QTest::newRow("another revision") << 0;
        QTest::newRow("another hold") << 1;
        QTest::newRow("not verified") << 2;
        QTest::newRow("being measured") << 3;
        QTest::newRow("a newer revision on its way") << 4;
    }

    void notWhatWasShown()
    {
        QFETCH(int, which);
        sit();
        auto evidence = shown();
        auto given = approval();
        if (which == 0)
            ++given.revision;
        if (which == 1)
            evidence.head.hold = HoldId::of(m_gate->story.agent.key().bytes, "another");
        if (which == 2)
            evidence.unverified = QStringLiteral("no");
        if (which == 3)
            evidence.hold.reset();
        if (which == 4)
            ++evidence.head.revision;
        m_seat->decider().approve(evidence, given, View{});
        QVERIFY(ended(DecisionLock::Failed));
        QVERIFY(!m_told.back().text.isEmpty());
        QVERIFY(!m_prompt->wanted());
        if (which < 2)
            return;
        m_told.clear();
        m_seat->decider().deny(evidence, QStringLiteral("no"), DecisionLock::This, {}, View{});
        QVERIFY(ended(DecisionLock::Failed));
        QVERIFY(!m_prompt->wanted());
        QVERIFY(m_gate->decisions.empty());
    }

    void asksEachTimeOnlyWhereMuchIsAtStake_data()
    {
        QTest::addColumn<qint64>("rows");
        QTest::addColumn<bool>("again");
        QTest::newRow("low") << qint64{3} << false;
        QTest::newRow("critical") << qint64{500} << true;
    }

    void asksEachTimeOnlyWhereMuchIsAtStake()
    {
        QFETCH(qint64, rows);
        QFETCH(bool, again);
        sit(rows);
        for (int i = 0; i < 2; ++i) {
            m_told.clear();
            approve();
            const bool asked = ended(DecisionLock::AskingPassphrase);
            QCOMPARE(asked, i == 0 || again);
            if (asked)
                give();
            QTRY_VERIFY(ended(DecisionLock::Acknowledged));
        }
        QCOMPARE(m_gate->decisions.size(), std::size_t{2});
        QVERIFY(m_gate->decisions[0].nonce != m_gate->decisions[1].nonce);
    }

    void aWrongPassphraseIsAskedAgain()
    {
        sit();
        approve();
        give("wrong");
        QTRY_VERIFY(!m_prompt->problem().isEmpty());
        QVERIFY(ended(DecisionLock::AskingPassphrase));
        QVERIFY(m_gate->decisions.empty());
        give();
        QTRY_VERIFY(ended(DecisionLock::Acknowledged));
    }

    void cancelledIsOpenAgain()
    {
        sit();
        approve();
        Q_EMIT m_prompt->cancelled();
        QVERIFY(ended(DecisionLock::Open));
        give(); // of a prompt that is gone
        deny();
        give();
        QTRY_VERIFY(ended(DecisionLock::Acknowledged));
        QCOMPARE(m_gate->decisions.size(), std::size_t{1});
        QVERIFY(m_gate->decisions.front().verdict == Decision::Verdict::Deny);
    }

    void theSecondActIsAskedFor()
    {
        sit();
        approve();
        deny();
        QVERIFY(m_prompt->reason().startsWith(QStringLiteral("To deny")));
        QVERIFY(everTold(DecisionLock::Open)); // what gave way
        give();
        QTRY_VERIFY(ended(DecisionLock::Acknowledged));
        QCOMPARE(m_gate->decisions.size(), std::size_t{1});
        QVERIFY(m_gate->decisions.front().verdict == Decision::Verdict::Deny);
    }

    // While one signature is being made another act asks: the first one's end does not take the second one's prompt away.
    void aPromptOutlivesTheSignatureBeforeIt()
    {
        sit();
        approve();
        give();
        QVERIFY(ended(DecisionLock::Signing));
        deny();
        QTRY_VERIFY(everTold(DecisionLock::Acknowledged));
        QVERIFY(m_prompt->wanted());
        m_told.clear();
        give();
        QTRY_VERIFY(ended(DecisionLock::Acknowledged));
        QCOMPARE(m_gate->decisions.size(), std::size_t{2});
    }

    void aRefusalIsToldAndLeavesTheWayOpen()
    {
        sit();
        m_gate->holdBack(method::DecisionSubmit);
        approve();
        give();
        QTRY_COMPARE(m_gate->heldBack(), std::size_t{1});
        QVERIFY(ended(DecisionLock::Sending));
        m_gate->release(RpcError::of(ErrorCode::StaleRevision, QStringLiteral("$.revision")));
        QTRY_VERIFY(ended(DecisionLock::Failed));
        QVERIFY(!m_told.back().text.isEmpty());
        QVERIFY(!everTold(DecisionLock::Acknowledged));
        approve();
        QTRY_COMPARE(m_gate->heldBack(), std::size_t{1});
        QVERIFY(ended(DecisionLock::Sending)); // the session's wrapping key was kept
    }

    void aLostConnectionIsNoAcknowledgement()
    {
        sit();
        m_gate->holdBack(method::DecisionSubmit);
        approve();
        give();
        QTRY_COMPARE(m_gate->heldBack(), std::size_t{1});
        m_gate->gate.drop();
        QTRY_VERIFY(ended(DecisionLock::Failed));
        m_gate->gate.listen();
        QTRY_VERIFY(m_seat->feed().isLive());
        m_gate->release(SubmitResult{}.toJson()); // late, over a connection that is gone
        QVERIFY(ended(DecisionLock::Failed));
        QVERIFY(!everTold(DecisionLock::Acknowledged));
    }

    void withoutProofNothingIsAcknowledged_data()
    {
        QTest::addColumn<int>("which");
        QTest::newRow("another's entry") << 0;
        QTest::newRow("a proof of another tree") << 1;
        QTest::newRow("a checkpoint that somebody else signed") << 2;
        QTest::newRow("the checkpoint before") << 3;
        QTest::newRow("an index beside it") << 4;
    }

    void withoutProofNothingIsAcknowledged()
    {
        QFETCH(int, which);
        sit();
        m_gate->gate.on(method::DecisionSubmit, [this, which](const Json &params, const ScriptedGate::Reply &reply) {
            const auto before = QString::fromUtf8(m_gate->story.checkpoint());
            auto answer = m_gate->submit(EnvelopeParams::fromJson(params)->envelope, EntryKind::Decision);
            if (which == 0)
                answer.entry = m_gate->story.entries.front();
            if (which == 1)
                answer.proof.front() = sha256("another");
            if (which == 2) {
                SeedSigner other(m_gate->story.ledger.key().name, SecretBytes::random(32));
                answer.checkpoint = QString::fromUtf8(signCheckpoint({m_gate->story.registry.gate, 1, sha256("x")}, other));
            }
            if (which == 3)
                answer.checkpoint = before;
            if (which == 4)
                --answer.index;
            reply(answer.toJson());
        });
        approve();
        give();
        QTRY_VERIFY(ended(DecisionLock::Failed));
        QVERIFY(!everTold(DecisionLock::Acknowledged));
        QVERIFY(!m_told.back().text.isEmpty());
        QVERIFY(!m_seat->watch().alarms().isEmpty());
    }

    void aKeyThatCannotBeHadIsSaid()
    {
        sit();
        m_store->refuses = KeyStoreError{KeyState::Locked, QStringLiteral("the keyring is locked")};
        approve();
        QVERIFY(ended(DecisionLock::Failed));
        QVERIFY(m_told.back().text.contains(QStringLiteral("the keyring is locked")));
        QVERIFY(!m_prompt->wanted());
        m_store->refuses.reset();
        approve();
        give();
        QTRY_VERIFY(ended(DecisionLock::Acknowledged));
    }

    void aLateKeyFindsNobody()
    {
        sit();
        m_store->slow = true;
        approve();
        QCOMPARE(m_store->late.size(), std::size_t{1});
        m_seat.reset();
        m_store->release();
        QVERIFY(!m_prompt->wanted());
        QVERIFY(m_told.empty());
    }

    void commands()
    {
        sit();
        const auto run = [this] {
            std::optional<QString> problem;
            Command command;
            command.verb = Command::Verb::Freeze;
            command.hold = m_hold.id;
            command.actor = QStringLiteral("cursor");
            command.reason = QStringLiteral("because");
            m_seat->decider().command(command, QStringLiteral("To freeze cursor"), [&problem](const QString &told) {
                QVERIFY(!problem); // once
                problem = told;
            });
            if (m_prompt->wanted())
                give();
            [&problem] { QTRY_VERIFY(problem.has_value()); }();
            return problem.value_or(QStringLiteral("never told"));
        };
        QCOMPARE(run(), QString());
        QCOMPARE(m_gate->commands.size(), std::size_t{1});
        QVERIFY(m_gate->commands.front().verb == Command::Verb::Freeze && m_gate->commands.front().actor == QStringLiteral("cursor"));
        m_gate->gate.on(method::CommandSubmit, [](const Json &, const ScriptedGate::Reply &reply) {
            reply(RpcError::of(ErrorCode::Forbidden, QStringLiteral("$.verb")));
        });
        QVERIFY(!run().isEmpty());
        m_store->refuses = KeyStoreError{KeyState::Denied, QStringLiteral("no")};
        QVERIFY(run().contains(QStringLiteral(": no.")));
    }
};

QTEST_GUILESS_MAIN(DeciderTest)
#include "decider_test.moc"
