// SPDX-License-Identifier: Apache-2.0
#include "console/desk/desk.h"
#include "console/present/format.h"
#include "console/storygate.h"
#include "diff/formats.h"
#include "keys/sealedfilestore.h"

#include <QFile>
#include <QSignalSpy>
#include <QTest>

using namespace holdfast;

/// The desk as a person meets it, at a gate that a test bends: what is shown locks and unlocks what can be signed, by hold and revision,
/// and what comes late, or about something else, changes nothing.
class DeskTest final : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<StoryGate> m_gate;
    std::unique_ptr<App> m_app;
    std::unique_ptr<Tray> m_tray;
    std::unique_ptr<Notifier> m_notifier;
    std::unique_ptr<Desk> m_desk;

    [[nodiscard]] DecisionLock &lock() const { return *m_app->decision(); }
    [[nodiscard]] Review &review() const { return *m_app->review(); }
    [[nodiscard]] bool waitsFor(const char *words) const { return lock().unmetText().contains(QString::fromUtf8(words)); }

    [[nodiscard]] GateFile gateFile() const
    {
        return {m_gate->gate.address(), m_gate->story.ledger.key(), m_gate->story.performer.key(), QCoreApplication::applicationPid(), false};
    }

    // The owner's keys in the sealed file, the gate pinned and running.
    void settle(bool pinned = true)
    {
        const auto places = Places::ofThisUser();
        SealedFileStore sealed(places.data + QStringLiteral("/keys.sealed"), ArgonCost{1, 64});
        QVERIFY(sealed.create(*StoryGate::passphrase()));
        KeyKeeper keeper(*KeyIndex::load(KeyIndex::defaultPath()), nullptr, &sealed);
        const FreshKeys keys{std::move(*copyOf(m_gate->story.ownerSession)), std::move(*copyOf(m_gate->story.ownerDecide))};
        bool kept = false;
        keeper.keep(keys, m_gate->story.registry.gate, QStringLiteral("sam"), KeyPlace::SealedFile, *StoryGate::passphrase(),
                    [&kept](const Result<Done, KeyStoreError> &done) { kept = static_cast<bool>(done); }, ArgonCost{1, 64});
        QTRY_VERIFY(kept);
        if (pinned)
            QVERIFY(PinFile(m_gate->story.gate.key()).save(m_gate->pins()));
        QVERIFY(gateFile().write(GateFile::defaultPath()));
        m_desk = std::make_unique<Desk>(*m_app, places, *m_tray, *m_notifier);
        m_desk->setVisible(true);
    }

    void sit()
    {
        settle();
        m_desk->begin();
        QTRY_VERIFY(m_app->passphrase()->wanted());
        Q_EMIT m_app->passphrase()->given(StoryGate::passphrase());
        QTRY_COMPARE(m_app->gate()->link(), view::Link::Live);
        QTRY_COMPARE(m_app->inbox()->total(), static_cast<int>(m_gate->heads.size()));
    }

    void read(const StoryGate::Case &about)
    {
        m_desk->openHold(about.id.toString());
        QTRY_COMPARE(review().state(), Review::Shown);
        QCOMPARE(lock().holdId(), about.id.toString());
        readAll();
    }
    void readAll()
    {
        for (const QString &section : lock().unreached())
            lock().reach(section);
    }
    [[nodiscard]] Approval approvalOf(const StoryGate::Case &about) const
    {
        return {about.id.toString(), about.current.revision, {{QStringLiteral("press"), QStringLiteral("1200")}}, {}, 1'000};
    }
    // Holds the button until it counts.
    void confirm()
    {
        lock().beginPress();
        QTRY_COMPARE(lock().state(), DecisionLock::AskingPassphrase);
    }
    void give() { Q_EMIT m_app->passphrase()->given(StoryGate::passphrase()); }
    void change(const StoryGate::Case &about, State state)
    {
        // Whatever changes a hold is an entry of the ledger.
        if (m_gate->heads.at(about.id).sequence == static_cast<std::int64_t>(m_gate->story.entries.size()))
            m_gate->story.event(about, state);
        m_gate->put(about, state);
        m_gate->tell(about.id);
    }

private Q_SLOTS:
    void init()
    {
        initialiseCryptography();
        qputenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere/at/all");
        m_gate = std::make_unique<StoryGate>();
        m_gate->story.now = SystemClock().now(); // deadlines are held against this clock
        m_app = std::make_unique<App>();
        m_tray = std::make_unique<Tray>();
        m_notifier = std::make_unique<Notifier>();
    }

    void cleanup()
    {
        m_desk.reset();
        m_notifier.reset();
        m_tray.reset();
        m_app.reset();
        m_gate.reset();
    }

    void approvesWhatWasRead()
    {
        const auto about = m_gate->pending();
        sit();
        read(about);
        QTRY_VERIFY2(lock().mayApprove(), qPrintable(lock().unmetText()));
        confirm();
        give();
        QTRY_COMPARE(lock().state(), DecisionLock::Acknowledged);
        QCOMPARE(m_gate->decisions.size(), std::size_t{1});
        QCOMPARE(m_gate->decisions.front().holdDigest, about.hold.payloadDigest());
        QVERIFY(!m_app->inbox()->lastDecision().isEmpty());
        QCOMPARE(m_app->gate()->alarms().join(u'\n'), QString());
    }

    void aRefusalLeavesTheLockUsable()
    {
        const auto about = m_gate->pending();
        sit();
        read(about);
        m_gate->holdBack(method::DecisionSubmit);
        QTRY_VERIFY(lock().mayApprove());
        confirm();
        give();
        QTRY_COMPARE(m_gate->heldBack(), std::size_t{1});
        m_gate->release(RpcError::of(ErrorCode::Frozen, QStringLiteral("$.hold")));
        QTRY_COMPARE(lock().state(), DecisionLock::Failed);
        QVERIFY(!lock().message().isEmpty());
        QVERIFY(lock().mayDeny());
        QCOMPARE(m_app->inbox()->lastDecision(), QString());
        lock().dismiss();
        readAll();
        QTRY_VERIFY(lock().mayApprove());
    }

    void withoutAConnectionNothingCanBeDecided()
    {
        const auto about = m_gate->pending();
        sit();
        read(about);
        QTRY_VERIFY(lock().mayApprove() && lock().mayDeny());
        m_gate->gate.drop();
        QTRY_VERIFY(waitsFor("Connect to the gate"));
        QVERIFY(!lock().mayApprove() && !lock().mayDeny());
        QVERIFY(!waitsFor("registry")); // who sits here was not struck off
        QVERIFY(!m_app->gate()->staleText().isEmpty());
        QCOMPARE(m_app->inbox()->total(), 1); // it waits still
        m_gate->gate.listen();
        QTRY_VERIFY(lock().mayApprove() && lock().mayDeny());
    }

    void whatDoesNotVerifyCannotBeDecidedOn()
    {
        auto about = m_gate->pending();
        about.hold = Envelope::sign(m_gate->story.performer, payloadtype::Hold, about.hold.payload);
        m_gate->put(about, State::Pending);
        sit();
        m_desk->openHold(about.id.toString());
        QTRY_COMPARE(review().state(), Review::Unverified);
        QCOMPARE(lock().state(), DecisionLock::Closed);
        Q_EMIT lock().approveWanted(approvalOf(about));
        Q_EMIT lock().denyWanted(about.id.toString(), QStringLiteral("no"), DecisionLock::This, {});
        QVERIFY(!m_app->passphrase()->wanted());
        QVERIFY(m_gate->decisions.empty());
    }

    void notWhatIsOnTheScreen_data()
    {
        QTest::addColumn<int>("which");
        QTest::newRow("an older revision") << 0;
        QTest::newRow("another hold") << 1;
        QTest::newRow("a hold that nobody knows") << 2;
    }

    void notWhatIsOnTheScreen()
    {
        QFETCH(int, which);
        const auto about = m_gate->pending(), other = m_gate->pending();
        sit();
        read(about);
        auto approval = approvalOf(which == 1 ? other : about);
        if (which == 0)
            --approval.revision;
        if (which == 2)
            approval.holdId = HoldId::of(m_gate->story.agent.key().bytes, "none").toString();
        Q_EMIT lock().approveWanted(approval);
        QCOMPARE(lock().state(), DecisionLock::Failed);
        QVERIFY(!m_app->passphrase()->wanted());
        if (which == 2) {
            Q_EMIT lock().denyWanted(approval.holdId, QStringLiteral("no"), DecisionLock::This, {});
            QCOMPARE(lock().state(), DecisionLock::Failed);
            QVERIFY(!m_app->passphrase()->wanted());
        }
    }

    void aNewRevisionLocksAnew()
    {
        auto about = m_gate->pending();
        sit();
        read(about);
        QTRY_VERIFY(lock().mayApprove());
        const auto old = approvalOf(about);
        m_gate->story.measure(about, 7);
        change(about, State::Pending);
        QTRY_VERIFY(!lock().unreached().isEmpty());
        QVERIFY(!lock().mayApprove());
        Q_EMIT lock().approveWanted(old);
        QCOMPARE(lock().state(), DecisionLock::Failed);
        QVERIFY(!m_app->passphrase()->wanted());
    }

    // Nobody types a passphrase under one sentence in front of the figures of another.
    void aNewRevisionTakesThePromptBack()
    {
        auto about = m_gate->pending();
        sit();
        read(about);
        QTRY_VERIFY(lock().mayApprove());
        confirm();
        m_gate->story.measure(about, 7);
        change(about, State::Pending);
        QTRY_VERIFY(m_app->passphrase()->withdrawn());
        SecretInput field;
        field.append(QStringLiteral("correct horse"));
        m_app->passphrase()->give(&field);
        QVERIFY(!m_app->passphrase()->wanted());
        QCOMPARE(field.length(), 0);
        QTRY_VERIFY(lock().state() == DecisionLock::Open && !lock().unreached().isEmpty());
        QVERIFY(!lock().mayApprove());
        QVERIFY(m_gate->decisions.empty());
    }

    // A diff that one connection failed to deliver is fetched over the next; one that it did deliver is not fetched again.
    void aDiffThatWasMissing_data()
    {
        QTest::addColumn<bool>("missing");
        QTest::newRow("missing at first") << true;
        QTest::newRow("there from the start") << false;
    }
    void aDiffThatWasMissing()
    {
        QFETCH(bool, missing);
        const auto bytes = diff::encode(diff::Tree{{{QStringLiteral("/srv/a"), QStringLiteral("file"), QStringLiteral("deleted"), {}, 5, -1}}, 1});
        const BlobRef blob{sha256(bytes), bytes.size(), QStringLiteral("text/plain")};
        auto about = m_gate->story.ask();
        about.current.measured.diffs = {{QStringLiteral("Files"), QStringLiteral("tree"), blob}};
        m_gate->story.measure(about);
        m_gate->put(about, State::Pending);
        if (!missing)
            m_gate->story.blobs[blob.digest] = bytes;
        sit();
        read(about);
        if (missing) {
            QTRY_VERIFY2(waitsFor("could not be shown"), qPrintable(lock().unmetText()));
            QVERIFY(!lock().mayApprove() && lock().mayDeny());
            m_gate->story.blobs[blob.digest] = bytes;
        } else {
            QTRY_VERIFY((readAll(), lock().mayApprove()));
            m_gate->story.blobs.erase(blob.digest);
        }
        const int before = m_gate->gate.sessions;
        m_gate->gate.drop();
        m_gate->gate.listen();
        QTRY_VERIFY(m_gate->gate.sessions > before);
        QTRY_VERIFY2((readAll(), lock().mayApprove()), qPrintable(lock().unmetText()));
    }

    // The revision's number stays, its bytes do not.
    void otherBytesUnderTheSameRevisionLockAnew()
    {
        auto about = m_gate->pending();
        sit();
        read(about);
        QTRY_VERIFY(lock().mayApprove());
        --about.current.revision;
        m_gate->story.measure(about, 7);
        change(about, State::Pending);
        QTRY_VERIFY(!lock().unreached().isEmpty());
        QVERIFY(!lock().mayApprove());
    }

    void itEndsWhileItIsRead()
    {
        const auto about = m_gate->pending();
        sit();
        read(about);
        QTRY_VERIFY(lock().mayApprove());
        change(about, State::Expired);
        QTRY_VERIFY(waitsFor("expired"));
        QVERIFY(!lock().mayApprove() && !lock().mayDeny());
        QTRY_COMPARE(m_app->inbox()->total(), 0);
    }

    // The gate's own signature over figures, and no ledger that carries them: an approval of it would be nobody's evidence.
    void evidenceOutsideTheLedgerLocks()
    {
        auto about = m_gate->pending();
        auto told = about.current;
        told.measured.summaryText = QStringLiteral("Deletes nothing.");
        about.hold = Envelope::sign(m_gate->story.gate, payloadtype::Hold, told.toPayload());
        m_gate->put(about, State::Pending);
        sit();
        read(about);
        QTRY_VERIFY2(waitsFor("The ledger says otherwise"), qPrintable(lock().unmetText()));
        readAll();
        QVERIFY(!lock().mayApprove());
        QVERIFY(lock().mayDeny());
    }

    // Somebody denied it; the gate hides that, and keeps the hold open.
    void aDenialThatTheGateHidesLocks()
    {
        const auto about = m_gate->pending();
        m_gate->story.deny(about);
        sit();
        read(about);
        QTRY_VERIFY2(waitsFor("The ledger says otherwise"), qPrintable(lock().unmetText()));
        QVERIFY(!lock().mayApprove());
    }

    // It comes while the passphrase is asked for.
    void aDenialTakesThePromptBack()
    {
        const auto about = m_gate->pending(), other = m_gate->pending();
        sit();
        read(about);
        QTRY_VERIFY(lock().mayApprove());
        confirm();
        m_gate->story.deny(about);
        m_gate->put(other, State::Pending);
        m_gate->tell(other.id); // of the one that was denied not a word
        QTRY_VERIFY(m_app->passphrase()->withdrawn());
        QVERIFY(m_gate->decisions.empty());
    }

    // What was proven stays proven, and is not the ledger of now.
    void aLedgerThatIsNotHandedOutLocks()
    {
        m_gate->pending();
        sit();
        QTRY_VERIFY(m_app->gate()->proven().startsWith(QString::number(m_gate->story.entries.size())));
        m_gate->gate.drop();
        const auto about = m_gate->pending();
        m_gate->gate.on(method::LedgerConsistency, [](const Json &, const ScriptedGate::Reply &reply) {
            reply(RpcError::of(ErrorCode::Unavailable, QStringLiteral("later")));
        });
        m_gate->gate.listen();
        QTRY_COMPARE(m_app->inbox()->total(), 2);
        read(about);
        QTRY_VERIFY2(waitsFor("Wait for the ledger"), qPrintable(lock().unmetText()));
        QVERIFY(!lock().mayApprove());
        QVERIFY(lock().mayDeny());
    }

    void anAlarmTakesThePromptBack()
    {
        const auto about = m_gate->pending();
        sit();
        read(about);
        QTRY_VERIFY(lock().mayApprove());
        confirm();
        m_gate->story.addEnvelope(EntryKind::Event, Envelope::sign(m_gate->story.agent, payloadtype::Event, "{}"));
        m_gate->put(about, State::Pending);
        m_gate->tell(about.id);
        QTRY_VERIFY(m_app->passphrase()->withdrawn());
        QVERIFY(m_app->passphrase()->problem().contains(QStringLiteral("does not verify")));
        QVERIFY(m_gate->decisions.empty());
    }

    // Called low by the gate and critical by the rules: it is called for, and stands, as what it is.
    void urgentByTheRulesAlone()
    {
        auto about = m_gate->pending(500);
        about.current.tier = Tier::Low;
        about.hold = m_gate->story.add(EntryKind::Hold, m_gate->story.gate, about.current.toPayload());
        m_gate->put(about, State::Pending);
        sit();
        QTRY_COMPARE(cell(m_app->inbox()->rows(), "sentence").toString(), about.current.measured.summaryText); // before the registry is walked it cannot be verified
        QVERIFY(cell(m_app->inbox()->rows(), "urgent").toBool());
    }

    void anotherTierThanTheRulesGive()
    {
        auto about = m_gate->pending(500);
        about.current.tier = Tier::Low;
        about.hold = m_gate->story.add(EntryKind::Hold, m_gate->story.gate, about.current.toPayload());
        m_gate->put(about, State::Pending);
        sit();
        read(about);
        QTRY_VERIFY(waitsFor("Measure again"));
        QVERIFY(!lock().mayApprove());
        QVERIFY(lock().mayDeny());
    }

    void measuringAgain()
    {
        const auto about = m_gate->pending(), other = m_gate->pending();
        sit();
        read(about);
        m_gate->holdBack(method::HoldMeasure);
        Q_EMIT review().measureWanted(about.id.toString());
        QVERIFY(waitsFor("Being measured again"));
        QTRY_COMPARE(m_gate->heldBack(), std::size_t{1});
        m_gate->release(RpcError::of(ErrorCode::Unavailable, QStringLiteral("busy")));
        QTRY_COMPARE(lock().state(), DecisionLock::Failed);
        lock().dismiss();
        QVERIFY(!waitsFor("Being measured again"));
        // The answer about the first comes when the second is open.
        Q_EMIT review().measureWanted(about.id.toString());
        QTRY_COMPARE(m_gate->heldBack(), std::size_t{1});
        read(other);
        QVERIFY(!waitsFor("Being measured again"));
        Q_EMIT review().measureWanted(other.id.toString());
        QTRY_COMPARE(m_gate->heldBack(), std::size_t{2});
        m_gate->release(RpcError::of(ErrorCode::Unavailable, QStringLiteral("busy")));
        m_gate->tell(about.id); // a round trip after it
        m_gate->release(MeasureResult{1, 1}.toJson());
        QTRY_VERIFY(!waitsFor("Being measured again"));
        QCOMPARE(lock().state(), DecisionLock::Open);
    }

    // A break in the connection is no reason that anybody reads; an answer that is not the gate's is, and ends it.
    void whyThereIsNoGate()
    {
        m_gate->pending();
        sit();
        m_gate->gate.drop();
        QTRY_VERIFY(!m_app->gate()->staleText().isEmpty());
        QCOMPARE(m_app->gate()->staleWhy(), QString());
        m_gate->gate.bendSession = [](Session &session) { session.nonce = randomBytes(16); };
        m_gate->gate.listen();
        QTRY_VERIFY_WITH_TIMEOUT(!m_app->gate()->staleWhy().isEmpty(), 20'000);
        QCOMPARE(m_app->gate()->linkText(), QStringLiteral("refused"));
        QCOMPARE(m_app->inbox()->total(), 1);
    }

    // Never connected in this session: whatever hinders it is told.
    void whyItNeverConnected()
    {
        m_gate->gate.challenges = false;
        m_gate->gate.speaksSubprotocol = false;
        settle();
        m_desk->begin();
        QTRY_VERIFY(m_app->passphrase()->wanted());
        Q_EMIT m_app->passphrase()->given(StoryGate::passphrase());
        QTRY_VERIFY_WITH_TIMEOUT(!m_app->gate()->staleWhy().isEmpty(), 20'000);
        QCOMPARE(m_app->gate()->link(), view::Link::Offline);
        QCOMPARE(m_app->inbox()->total(), 0);
    }

    // The page that is looked at asks again when a hold changes; the others do not.
    void historyFollowsWhileItIsShown()
    {
        const auto first = m_gate->pending(), second = m_gate->pending();
        sit();
        const auto asked = [this] { return m_gate->gate.calls.count(method::HistorySearch.toString()); };
        m_app->setPage(App::InboxPage);
        change(first, State::Expired);
        QTRY_COMPARE(m_app->inbox()->total(), 1);
        const auto before = asked();
        m_app->setPage(App::HistoryPage);
        QTRY_VERIFY(asked() > before);
        const auto shown = asked();
        change(second, State::Expired);
        QTRY_VERIFY(asked() > shown);
    }

    // What is fetched shows as being fetched, not as what was open before.
    void whatIsOpenedNextIsLoading()
    {
        const auto over = m_gate->story.perform(), about = m_gate->pending();
        sit();
        QCOMPARE(review().state(), Review::Nothing);
        read(about);
        m_gate->put(over, State::Done);
        m_desk->openHold(over.id.toString());
        QCOMPARE(review().state(), Review::Loading);
        QTRY_COMPARE(review().state(), Review::Shown);
    }

    void freezesFromTheReview()
    {
        const auto about = m_gate->pending();
        sit();
        read(about);
        Q_EMIT review().freezeWanted(about.id.toString(), QStringLiteral("too many of these"));
        QTRY_VERIFY(m_app->passphrase()->wanted());
        give();
        QTRY_COMPARE(m_gate->commands.size(), std::size_t{1});
        QVERIFY(m_gate->commands.front().verb == Command::Verb::Freeze);
        QCOMPARE(m_gate->commands.front().hold, std::optional(about.id));
        QCOMPARE(m_gate->commands.front().reason, QStringLiteral("too many of these"));
    }

    void opensWhatTrayAndNotificationName()
    {
        const auto first = m_gate->pending(), second = m_gate->pending();
        sit();
        QSignalSpy raised(m_app.get(), &App::raiseWanted);
        Q_EMIT m_tray->openAsked(first.id.toString());
        QTRY_COMPARE(lock().holdId(), first.id.toString());
        m_app->setPage(App::KeysPage);
        Q_EMIT m_tray->openAsked({});
        QCOMPARE(m_app->page(), App::KeysPage);
        Q_EMIT m_notifier->reviewAsked(second.id.toString());
        QTRY_COMPARE(lock().holdId(), second.id.toString());
        QCOMPARE(m_app->page(), App::InboxPage);
        m_app->setPage(App::KeysPage);
        Q_EMIT m_notifier->reviewAsked({});
        QCOMPARE(m_app->page(), App::KeysPage);
        QCOMPARE(raised.count(), 4);
    }

    void opensWhatIsOver()
    {
        const auto about = m_gate->story.perform();
        sit();
        m_gate->put(about, State::Done);
        m_desk->openHold(about.id.toString());
        QTRY_COMPARE(review().state(), Review::Shown);
        QVERIFY(!lock().mayApprove() && !lock().mayDeny());
    }

    void theReceiptOfThePerformerAlone_data()
    {
        QTest::addColumn<bool>("genuine");
        QTest::newRow("genuine") << true;
        QTest::newRow("signed by the gate's other key") << false;
    }

    void theReceiptOfThePerformerAlone()
    {
        QFETCH(bool, genuine);
        const auto about = m_gate->story.perform();
        m_app->setPage(App::RunningPage);
        sitBy(about);
        int receipts = 0;
        m_gate->gate.on(method::DocumentGet, [this, genuine, &receipts](const Json &params, const ScriptedGate::Reply &reply) {
            auto answer = m_gate->document(DocumentParams::fromJson(params)->idDigest);
            if (!genuine)
                answer.envelope = Envelope::sign(m_gate->story.gate, payloadtype::Receipt, answer.envelope.payload);
            reply(answer.toJson());
            ++receipts;
        });
        change(about, State::Done);
        QTRY_COMPARE(m_app->running()->endedCount(), 1);
        auto *ended = m_app->running()->ended();
        const auto standing = [ended] { return ended->index(0, 0).data(ended->roleNames().key("standing")).toString(); };
        QTRY_VERIFY(receipts > 0);
        if (genuine)
            QTRY_COMPARE(standing(), present::word(Outcome::Committed));
        QVERIFY(genuine || standing() != present::word(Outcome::Committed));
    }

    // The seconds that pass take nothing of it away.
    void whatCameOfTheOpenHoldStays()
    {
        const auto about = m_gate->story.perform();
        m_gate->pending(); // something counts down
        sitBy(about);
        m_desk->openHold(about.id.toString());
        QTRY_COMPARE(review().state(), Review::Shown);
        change(about, State::Done);
        QTRY_COMPARE(review().hold().standing, present::word(Outcome::Committed));
        const auto then = review().hold().measuredAt;
        QTRY_VERIFY_WITH_TIMEOUT(review().hold().measuredAt != then, 20'000);
        QCOMPARE(review().hold().standing, present::word(Outcome::Committed));
        QCOMPARE(review().hold().tone, view::Tone::Good);
    }

    // Effects of zero are left out beside others.
    void theEffectsOfAReceipt_data()
    {
        QTest::addColumn<QList<qint64>>("numbers");
        QTest::addColumn<QString>("told");
        QTest::newRow("what happened alone") << QList<qint64>{3, 0} << QStringLiteral("3 rows destroyed");
        QTest::newRow("nothing happened") << QList<qint64>{0} << QStringLiteral("0 rows destroyed");
        QTest::newRow("not a number") << QList<qint64>{-1} << QStringLiteral("rows destroyed: nobody knows");
    }
    void theEffectsOfAReceipt()
    {
        QFETCH(QList<qint64>, numbers);
        QFETCH(QString, told);
        const auto about = m_gate->story.perform();
        m_app->setPage(App::RunningPage);
        sitBy(about);
        m_gate->gate.on(method::DocumentGet, [this, numbers](const Json &params, const ScriptedGate::Reply &reply) {
            auto answer = m_gate->document(DocumentParams::fromJson(params)->idDigest);
            auto receipt = *Receipt::parse(answer.envelope.payload);
            for (const qint64 number : numbers) {
                Fact fact{QStringLiteral("effect.%1").arg(receipt.effects.size()), QStringLiteral("rows destroyed"), QString::number(number), number, QStringLiteral("rows"), Quality::Measured, QStringLiteral("count"), receipt.startedAt, Severity::Info};
                if (number < 0) {
                    fact.value = QStringLiteral("nobody knows");
                    fact.number.reset();
                    fact.quality = Quality::Unknown;
                }
                receipt.effects.push_back(fact);
            }
            answer.envelope = Envelope::sign(m_gate->story.performer, payloadtype::Receipt, receipt.toPayload());
            reply(answer.toJson());
        });
        change(about, State::Done);
        QTRY_COMPARE(m_app->running()->endedCount(), 1);
        QTRY_COMPARE(cell(m_app->running()->ended(), "result").toString(), told);
    }

    void theCord_data()
    {
        QTest::addColumn<State>("state");
        QTest::addColumn<bool>("mayStop");
        QTest::newRow("approved") << State::Approved << true;
        QTest::newRow("cooling") << State::Cooling << true;
        QTest::newRow("released") << State::Released << true;
        QTest::newRow("executing") << State::Executing << false;
    }
    void theCord()
    {
        QFETCH(State, state);
        QFETCH(bool, mayStop);
        sitBy(m_gate->story.perform(), state);
        QCOMPARE(cell(m_app->running()->rows(), "mayStop").toBool(), mayStop);
    }

    void agesCountOn()
    {
        sitBy(m_gate->story.perform());
        const auto first = cell(m_app->running()->rows(), "when").toString();
        QTRY_VERIFY_WITH_TIMEOUT(cell(m_app->running()->rows(), "when").toString() != first, 20'000);
    }

    // However long it runs, it stays; what ended long ago does not.
    void whatRunsLongStays()
    {
        const auto about = m_gate->story.perform();
        m_app->setPage(App::RunningPage);
        m_gate->story.now -= std::chrono::hours(2);
        sitBy(about);
        m_gate->story.now = SystemClock().now();
        m_gate->story.now -= std::chrono::hours(1);
        change(about, State::Done);
        QTRY_COMPARE(m_app->running()->count(), 0);
        QCOMPARE(m_app->running()->endedCount(), 0);
    }

    // The tray names the requester of the most urgent hold: that one is frozen, whoever else waits.
    void freezesWhomTheTrayNames()
    {
        for (int i = 0; i < 3; ++i) {
            auto policy = m_gate->story.askPolicy(m_gate->story.toml + QByteArray("# ") + QByteArray::number(i) + '\n');
            m_gate->story.measure(policy, 500);
            policy.current.policy.approveUntil = SystemClock().now() + std::chrono::minutes(5); // urgent, and less so than what is critical
            policy.hold = m_gate->story.add(EntryKind::Hold, m_gate->story.gate, policy.current.toPayload());
            m_gate->put(policy, State::Pending);
        }
        const auto about = m_gate->pending(500);
        sit();
        auto *rows = m_app->inbox()->rows();
        const auto urgent = [rows](int row) { return rows->index(row, 0).data(rows->roleNames().key("urgent")).toBool(); };
        QTRY_VERIFY(urgent(0) && urgent(1) && urgent(2) && urgent(3));
        Q_EMIT m_tray->freezeAsked();
        QTRY_VERIFY(m_app->passphrase()->wanted());
        give();
        QTRY_COMPARE(m_gate->commands.size(), std::size_t{1});
        QVERIFY(m_gate->commands.front().verb == Command::Verb::Freeze);
        QCOMPARE(m_gate->commands.front().hold, std::optional(about.id));
        QCOMPARE(m_gate->commands.front().actor.value_or(QString()), QStringLiteral("cursor"));
    }

    void stopsByHold()
    {
        const auto about = m_gate->pending();
        sit();
        Q_EMIT m_app->running()->stopWanted(about.id.toString());
        QTRY_VERIFY(m_app->passphrase()->wanted());
        give();
        QTRY_COMPARE(m_gate->commands.size(), std::size_t{1});
        QVERIFY(m_gate->commands.front().verb == Command::Verb::Stop);
        QCOMPARE(m_gate->commands.front().hold, std::optional(about.id));
        Q_EMIT m_app->running()->stopWanted(QStringLiteral("no id")); // and nothing for what is not there
        QVERIFY(!m_app->passphrase()->wanted());
    }

    void theFilterIsHeeded()
    {
        m_gate->pending();
        m_gate->pending(500);
        sit();
        m_app->inbox()->setFilter(QStringLiteral("tier:critical"));
        QTRY_COMPARE(m_app->inbox()->shown(), 1);
        m_app->inbox()->setFilter(QStringLiteral("teir:critical"));
        QCOMPARE(m_app->inbox()->shown(), 0);
        QVERIFY(!m_app->inbox()->filterProblem().isEmpty());
        QCOMPARE(m_app->inbox()->total(), 2);
        m_app->inbox()->setFilter({});
        QCOMPARE(m_app->inbox()->shown(), 2);
    }

    // Keys were made for a gate of this name, and what was pinned of it is gone: nobody is sat down with, nothing is enrolled.
    void aGateThatWasNeverPinned()
    {
        settle(false);
        m_desk->begin();
        QTRY_VERIFY(m_app->gate()->staleWhy().contains(QStringLiteral("never pinned")));
        QVERIFY(!m_app->firstRun());
        QVERIFY(!m_app->passphrase()->wanted());
        QCOMPARE(m_gate->gate.sessions, 0);
    }

    // The gate of this desktop was started anew by somebody, and has another address.
    void theGateComesBackElsewhere()
    {
        const auto about = m_gate->pending();
        sit();
        const int before = m_gate->gate.sessions;
        m_gate->gate.drop();
        m_gate->gate.move();
        QVERIFY(m_gate->gate.listen());
        QVERIFY(gateFile().write(GateFile::defaultPath()));
        QTRY_VERIFY_WITH_TIMEOUT(m_gate->gate.sessions > before, 20'000);
        QTRY_COMPARE(m_app->gate()->link(), view::Link::Live);
        read(about);
        QTRY_VERIFY2(lock().mayApprove(), qPrintable(lock().unmetText()));
    }

    // It comes back elsewhere while a hold is open: that is shown anew, with diffs that this connection brings.
    void theOpenHoldComesBackWithItsGate()
    {
        const auto about = m_gate->pending();
        sit();
        read(about);
        QTRY_VERIFY(lock().mayApprove());
        const int before = m_gate->gate.sessions;
        m_gate->gate.drop();
        m_gate->gate.move();
        QVERIFY(m_gate->gate.listen());
        QVERIFY(gateFile().write(GateFile::defaultPath()));
        QTRY_VERIFY_WITH_TIMEOUT(m_gate->gate.sessions > before, 20'000);
        QTRY_VERIFY2((readAll(), lock().mayApprove()), qPrintable(lock().unmetText()));
    }

    // A gate that has an owner is nobody else's to take.
    void anOwnedGateIsNotTakenOver()
    {
        m_desk = std::make_unique<Desk>(*m_app, Places::ofThisUser(), *m_tray, *m_notifier);
        QVERIFY(gateFile().write(GateFile::defaultPath()));
        m_desk->begin();
        QTRY_VERIFY(m_app->firstRun());
        Q_EMIT m_app->keys()->ownerWanted(QStringLiteral("sam"), StoryGate::passphrase(), true);
        QCOMPARE(m_app->keys()->step(), Keys::Failed);
        QCOMPARE(m_gate->gate.sessions, 0);
    }

    // The sealed file stays closed: said for what it is, with the ways that remain; nothing is made.
    void withoutTheSessionKey()
    {
        settle();
        const auto before = KeyIndex::load(KeyIndex::defaultPath())->records();
        m_desk->begin();
        QTRY_VERIFY(m_app->passphrase()->wanted());
        Q_EMIT m_app->passphrase()->cancelled();
        QTRY_VERIFY(m_app->gate()->staleWhy().contains(QStringLiteral("can deny, stop and freeze")));
        QVERIFY(!m_app->firstRun());
        QCOMPARE(m_gate->gate.sessions, 0);
        QCOMPARE(KeyIndex::load(KeyIndex::defaultPath())->records(), before);
    }

    // A hold that was looked at before had closed the lock with all its reasons.
    void withoutTheSessionKeyEveryHoldIsLocked()
    {
        const auto about = m_gate->pending();
        const auto measuring = m_gate->story.ask();
        m_gate->put(measuring, State::Measuring);
        sit();
        QTRY_VERIFY(m_app->gate()->proven().startsWith(QString::number(m_gate->story.entries.size())));
        m_desk.reset();
        m_app = std::make_unique<App>();
        m_desk = std::make_unique<Desk>(*m_app, Places::ofThisUser(), *m_tray, *m_notifier);
        m_desk->setVisible(true);
        m_desk->begin();
        QTRY_VERIFY(m_app->passphrase()->wanted());
        Q_EMIT m_app->passphrase()->cancelled();
        QTRY_COMPARE(m_app->inbox()->total(), 2);
        m_desk->openHold(measuring.id.toString());
        QTRY_COMPARE(review().state(), Review::Measuring);
        read(about);
        QVERIFY2(waitsFor("Restore your session key"), qPrintable(lock().unmetText()));
        QVERIFY(!lock().mayApprove() && !lock().mayDeny());
    }

    void whatWasSeenStaysReadable_data()
    {
        QTest::addColumn<bool>("keyMissing");
        QTest::newRow("the session key is missing") << true;
        QTest::newRow("the gate opens no session") << false;
    }

    // Inbox, review and history show it as of then; nothing can be decided, nobody is called for it, and the gate's word replaces it.
    void whatWasSeenStaysReadable()
    {
        QFETCH(bool, keyMissing);
        const auto about = m_gate->pending(500);
        m_gate->put(m_gate->story.perform(), State::Done);
        settle();
        m_desk->begin();
        QTRY_VERIFY(m_app->passphrase()->wanted());
        give();
        QTRY_COMPARE(m_app->gate()->link(), view::Link::Live);
        QTRY_VERIFY(m_app->gate()->proven().startsWith(QString::number(m_gate->story.entries.size())));
        m_desk.reset();
        m_notifier = std::make_unique<Notifier>();
        m_app = std::make_unique<App>();
        m_desk = std::make_unique<Desk>(*m_app, Places::ofThisUser(), *m_tray, *m_notifier);
        m_desk->setVisible(true);
        if (!keyMissing)
            m_gate->gate.refusesSession = RpcError::of(ErrorCode::Forbidden, QStringLiteral("$.key"));
        const int sessions = m_gate->gate.sessions;
        m_desk->begin();
        QTRY_VERIFY(m_app->passphrase()->wanted());
        if (keyMissing)
            Q_EMIT m_app->passphrase()->cancelled();
        else
            give();
        QTRY_COMPARE(m_app->inbox()->total(), 1);
        QVERIFY2(m_app->gate()->staleText().startsWith(QStringLiteral("As it stood today")), qPrintable(m_app->gate()->staleText()));
        QVERIFY(!m_app->gate()->staleWhy().isEmpty());
        QCOMPARE(m_app->gate()->link(), view::Link::Offline);
        m_desk->openHold(about.id.toString());
        QTRY_COMPARE(review().state(), Review::Shown);
        QCOMPARE(review().hold().sentence, about.current.measured.summaryText);
        readAll();
        QVERIFY(!lock().mayApprove() && !lock().mayDeny());
        QVERIFY2(waitsFor(keyMissing ? "Restore your session key" : "Connect to the gate"), qPrintable(lock().unmetText()));
        QVERIFY(waitsFor("Connect to the gate") != keyMissing); // the reason that can be removed, alone
        Q_EMIT lock().approveWanted(approvalOf(about)); // as if the lock were none
        QVERIFY(m_gate->decisions.empty());
        m_app->setPage(App::HistoryPage);
        QTRY_COMPARE(m_app->history()->count(), 2);
        QVERIFY(m_gate->gate.calls.count(method::HoldSubscribe.toString()) <= sessions);
        QCOMPARE(m_gate->gate.sessions, sessions);
        m_gate->gate.refusesSession.reset();
        m_gate->story.event(about, State::Expired);
        m_gate->put(about, State::Expired);
        m_app->gate()->connectNow();
        if (keyMissing) {
            QTRY_VERIFY(m_app->passphrase()->wanted());
            give();
        }
        QTRY_COMPARE(m_app->gate()->link(), view::Link::Live);
        QCOMPARE(m_app->gate()->staleText(), QString());
        QTRY_COMPARE(m_app->inbox()->total(), 0);
    }

    // Somebody wrote into what was kept: nothing of it is shown, the file is named, and it is left as it is.
    void whatWasKeptAndChangedIsNotShown()
    {
        m_gate->pending();
        sit();
        QTRY_VERIFY(m_app->gate()->proven().startsWith(QString::number(m_gate->story.entries.size())));
        m_desk.reset();
        const auto path = PinFile(m_gate->story.gate.key()).path() + QStringLiteral(".audit");
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadWrite));
        QVERIFY(file.seek(file.size() - 1) && file.putChar('#'));
        file.seek(0);
        const auto bytes = file.readAll();
        file.close();
        m_app = std::make_unique<App>();
        m_desk = std::make_unique<Desk>(*m_app, Places::ofThisUser(), *m_tray, *m_notifier);
        m_desk->begin();
        QTRY_VERIFY(m_app->passphrase()->wanted());
        Q_EMIT m_app->passphrase()->cancelled();
        QTRY_VERIFY2(m_app->gate()->staleWhy().contains(path), qPrintable(m_app->gate()->staleWhy()));
        QCOMPARE(m_app->gate()->staleText(), QStringLiteral("Nothing can be signed now."));
        QCOMPARE(m_app->inbox()->total(), 0);
        m_app->setPage(App::HistoryPage);
        QTRY_VERIFY(m_app->history()->found().startsWith(u'0'));
        QVERIFY(m_app->gate()->proven().isEmpty());
        m_desk.reset();
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(file.readAll(), bytes);
    }

private:
    [[nodiscard]] static QVariant cell(QAbstractItemModel *model, const char *role) { return model->index(0, 0).data(model->roleNames().key(role)); }
    void sitBy(const StoryGate::Case &about, State state = State::Executing)
    {
        m_gate->put(about, state);
        settle();
        m_desk->begin();
        QTRY_VERIFY(m_app->passphrase()->wanted());
        give();
        QTRY_COMPARE(m_app->gate()->link(), view::Link::Live);
        QTRY_COMPARE(m_app->running()->count(), 1);
    }
};

QTEST_MAIN(DeskTest)
#include "desk_test.moc"
