// SPDX-License-Identifier: Apache-2.0
#include "console/desk/keydesk.h"
#include "console/storygate.h"

#include <QDir>
#include <QFile>
#include <QTest>
#include <QTimer>

using namespace holdfast;

/// Keys come to be by an enrolment alone, go only with the one that they were made for, and are never lost to an answer that was.
/// Without a session bus, so that the sealed file is what there is.
class KeyDeskTest final : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<StoryGate> m_gate;
    std::unique_ptr<Keys> m_view;
    std::unique_ptr<PassphrasePrompt> m_prompt;
    std::unique_ptr<KeyDesk> m_desk;
    Invite m_invite;
    std::optional<Pins> m_enrolled;
    int m_enrolments = 0;
    std::optional<Registry> m_registry; ///< with the new actor, once it was taken

    [[nodiscard]] Places places() const { return Places::ofThisUser(); }
    void makeDesk()
    {
        m_view = std::make_unique<Keys>();
        m_prompt = std::make_unique<PassphrasePrompt>();
        m_desk = std::make_unique<KeyDesk>(places(), *m_view, *m_prompt);
        connect(m_desk.get(), &KeyDesk::enrolled, this, [this](const Pins &pins) { m_enrolled = pins; });
    }
    void enrol(const QString &name = QStringLiteral("kim"), const char *passphrase = "correct horse")
    {
        m_enrolled.reset();
        m_desk->enrol(m_gate->gate.address(), m_invite, name, StoryGate::passphrase(passphrase), true);
    }
    [[nodiscard]] std::vector<KeyRecord> records() const { return KeyIndex::load(KeyIndex::defaultPath())->records(); }

    // Takes the keys of an enrolment into the registry, as the gate does once for an invite.
    [[nodiscard]] std::variant<Json, RpcError> take(const Json &params)
    {
        ++m_enrolments;
        if (m_registry)
            return RpcError::of(ErrorCode::Forbidden, QStringLiteral("$.mark"));
        const auto enrol = Enrol::parse(EnvelopeParams::fromJson(params)->envelope.payload);
        Actor actor;
        actor.name = actor.person = QStringLiteral("kim");
        actor.kind = ActorKind::Human;
        actor.roles = {role::Approver.toString()};
        actor.keys = enrol->keys;
        m_registry = m_gate->story.registry;
        m_registry->actors.push_back(actor);
        return answer();
    }
    [[nodiscard]] std::variant<Json, RpcError> answer() const
    {
        return EnvelopeResult{m_gate->gate.signedByGate(payloadtype::Registry, m_registry->toPayload())}.toJson();
    }
    // The connection goes down once this call has ended, and comes back.
    void breakConnection()
    {
        QTimer::singleShot(0, &m_gate->gate, [this] {
            m_gate->gate.drop();
            m_gate->gate.listen();
        });
    }

private Q_SLOTS:
    void init()
    {
        initialiseCryptography();
        qputenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere/at/all");
        m_gate = std::make_unique<StoryGate>();
        QDir().mkpath(places().data);
        m_invite = {m_gate->story.gate.key(), randomBytes(16)};
        m_enrolments = 0;
        m_registry.reset();
        m_gate->gate.on(method::ActorEnrol, [this](const Json &params, const ScriptedGate::Reply &reply) { reply(take(params)); });
        m_gate->gate.on(method::RegistryGet, [this](const Json &, const ScriptedGate::Reply &reply) { reply(answer()); });
        makeDesk();
    }

    void cleanup()
    {
        m_desk.reset();
        m_prompt.reset();
        m_view.reset();
        m_gate.reset();
    }

    void enrols()
    {
        enrol();
        QCOMPARE(m_view->step(), Keys::Working);
        QTRY_VERIFY(m_enrolled);
        QCOMPARE(m_view->step(), Keys::Ready);
        QCOMPARE(m_enrolled->keys, m_gate->story.registry.gateKeys);
        QVERIFY(PinFile(m_gate->story.gate.key()).load()->has_value());
        QCOMPARE(m_enrolled->firstRegistry.has_value(), m_registry->serial == 0); // the first that there ever was
        QVERIFY(m_desk->hasKeysFor(m_gate->story.registry.gate));
        QCOMPARE(records().size(), std::size_t{2});
        QCOMPARE(m_view->count(), 2);
        std::optional<VerifierKey> session;
        m_desk->sessionSigner(m_gate->story.registry.gate, [&session](const Result<std::unique_ptr<Signer>, KeyStoreError> &signer) {
            QVERIFY(signer);
            session = (*signer)->key();
        });
        QTRY_VERIFY(session);
        QCOMPARE(*session, m_registry->actor(u"kim")->keys.at(QStringLiteral("session")));
    }

    void aRefusalLeavesWhatWasThere()
    {
        enrol();
        QTRY_VERIFY(m_enrolled);
        const auto before = records();
        enrol(); // the invite is used up
        QTRY_COMPARE(m_view->step(), Keys::Failed);
        QVERIFY(!m_view->problem().isEmpty());
        QVERIFY(!m_enrolled);
        QCOMPARE(records(), before);
        std::optional<bool> opened;
        m_desk->sessionSigner(m_gate->story.registry.gate, [&opened](const Result<std::unique_ptr<Signer>, KeyStoreError> &signer) { opened = static_cast<bool>(signer); });
        QTRY_VERIFY(opened.has_value());
        QVERIFY(*opened);
    }

    void anAnswerThatDoesNotVerify_data()
    {
        QTest::addColumn<int>("which");
        QTest::newRow("signed by another key") << 0;
        QTest::newRow("lists other keys") << 1;
        QTest::newRow("no registry") << 2;
    }

    void anAnswerThatDoesNotVerify()
    {
        QFETCH(int, which);
        m_gate->gate.on(method::ActorEnrol, [this, which](const Json &params, const ScriptedGate::Reply &reply) {
            static_cast<void>(take(params));
            auto registry = *m_registry;
            if (which == 1)
                registry.actors.back().keys = {{QStringLiteral("session"), m_gate->story.secondSession.key()}, {QStringLiteral("decide"), m_gate->story.secondDecide.key()}};
            const SeedSigner &by = which == 0 ? m_gate->story.performer : m_gate->story.gate;
            reply(EnvelopeResult{Envelope::sign(by, payloadtype::Registry, which == 2 ? "{}" : registry.toPayload())}.toJson());
        });
        enrol();
        QTRY_COMPARE(m_view->step(), Keys::Failed);
        QVERIFY(!m_enrolled);
        QVERIFY(records().empty());
        QVERIFY(!PinFile(m_gate->story.gate.key()).load()->has_value());
    }

    // It was taken, and the answer was lost: the gate lists these keys, so they must not be lost.
    void aLostAnswerLosesNoKeys()
    {
        bool lost = false;
        m_gate->gate.on(method::ActorEnrol, [this, &lost](const Json &params, const ScriptedGate::Reply &reply) {
            const auto outcome = take(params);
            if (std::exchange(lost, true))
                return reply(outcome);
            breakConnection();
        });
        enrol();
        QTRY_VERIFY(m_enrolled);
        QCOMPARE(m_enrolments, 2);
        QCOMPARE(records().size(), std::size_t{2});
        QCOMPARE(m_desk->keeper().index().find(m_gate->story.registry.gate, u"decide")->key, m_registry->actor(u"kim")->keys.at(QStringLiteral("decide")));
    }

    // The connection was lost before it was taken: the second time it is.
    void aLostQuestionIsAskedAgain()
    {
        bool lost = false;
        m_gate->gate.on(method::ActorEnrol, [this, &lost](const Json &params, const ScriptedGate::Reply &reply) {
            if (std::exchange(lost, true))
                return reply(take(params));
            breakConnection();
        });
        enrol();
        QTRY_VERIFY(m_enrolled);
        QCOMPARE(m_enrolments, 1);
    }

    void lostAndThenRefused()
    {
        bool lost = false;
        m_gate->gate.on(method::ActorEnrol, [this, &lost](const Json &, const ScriptedGate::Reply &reply) {
            if (std::exchange(lost, true))
                return reply(RpcError::of(ErrorCode::Forbidden, QStringLiteral("$.mark")));
            breakConnection();
        });
        m_gate->gate.refusesSession = RpcError::of(ErrorCode::Unauthenticated, QStringLiteral("$.key"));
        enrol();
        QTRY_COMPARE(m_view->step(), Keys::Failed);
        QVERIFY(records().empty());
        QVERIFY(!m_enrolled);
    }

    // The console is closed while the gate thinks: its connection ends with it.
    void endsWithAnEnrolmentOnItsWay()
    {
        m_gate->holdBack(method::ActorEnrol);
        enrol();
        QTRY_COMPARE(m_gate->heldBack(), std::size_t{1});
        m_desk.reset();
        m_gate->gate.drop();
        m_gate->gate.listen();
        const int before = m_gate->gate.connections;
        makeDesk();
        enrol(QStringLiteral("lou"));
        QTRY_COMPARE(m_gate->heldBack(), std::size_t{2});
        QCOMPARE(m_gate->gate.connections, before + 1);
    }

    void aGateThatIsNotThere()
    {
        m_gate->gate.drop();
        enrol();
        QTRY_COMPARE(m_view->step(), Keys::Failed);
        QVERIFY(!m_view->problem().isEmpty());
        QVERIFY(records().empty());
        m_gate->gate.listen();
        enrol(); // the way is open
        QTRY_VERIFY(m_enrolled);
    }

    void anotherGateThanTheInvites()
    {
        m_gate->gate.key = std::make_unique<SeedSigner>(m_gate->gate.name, SecretBytes::random(32));
        m_desk->enrol({m_gate->gate.address().url, m_invite.gateKey}, m_invite, QStringLiteral("kim"), StoryGate::passphrase(), true);
        QTRY_COMPARE(m_view->step(), Keys::Failed);
        QCOMPARE(m_enrolments, 0);
        QVERIFY(records().empty());
    }

    void names_data()
    {
        QTest::addColumn<QString>("name");
        for (const char *name : {"", "kim lee", "kim+1", " kim", "kim\t"})
            QTest::newRow(qPrintable(QStringLiteral("“%1”").arg(QString::fromLatin1(name)))) << QString::fromLatin1(name);
    }

    void names()
    {
        QFETCH(QString, name);
        enrol(name);
        QCOMPARE(m_view->step(), Keys::Failed);
        QCOMPARE(m_enrolments, 0);
        QVERIFY(records().empty());
        QVERIFY(!QFile::exists(places().data + QStringLiteral("/keys.sealed")));
    }

    // keys.json cannot be read: nothing is known of what was made here, so nothing is made.
    void anUnreadableIndexMakesNothing()
    {
        m_desk.reset();
        QDir().mkpath(QFileInfo(KeyIndex::defaultPath()).absolutePath());
        QFile file(KeyIndex::defaultPath());
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("{\"version\":1,\"keys\":[");
        file.close();
        makeDesk();
        QVERIFY(!m_desk->usable());
        QVERIFY(!m_desk->hasKeysFor(m_gate->story.registry.gate));
        QCOMPARE(m_view->step(), Keys::Failed);
        QVERIFY2(m_view->problem().contains(KeyIndex::defaultPath()), qPrintable(m_view->problem()));
        enrol();
        QVERIFY(!QFile::exists(places().data + QStringLiteral("/keys.sealed")));
        QCOMPARE(m_enrolments, 0);
    }

    void theSealedFileAsks()
    {
        enrol();
        QTRY_VERIFY(m_enrolled);
        makeDesk(); // another start
        std::optional<Result<VerifierKey, KeyState>> outcome;
        const auto ask = [this, &outcome] {
            outcome.reset();
            m_desk->sessionSigner(m_gate->story.registry.gate, [&outcome](const Result<std::unique_ptr<Signer>, KeyStoreError> &signer) {
                outcome = signer ? Result<VerifierKey, KeyState>((*signer)->key()) : Failure{signer.error().state};
            });
        };
        ask();
        QVERIFY(m_prompt->wanted());
        Q_EMIT m_prompt->given(StoryGate::passphrase("wrong"));
        QVERIFY(m_prompt->wanted() && !m_prompt->problem().isEmpty());
        QVERIFY(!outcome);
        Q_EMIT m_prompt->cancelled();
        QTRY_VERIFY(outcome.has_value());
        QVERIFY(!*outcome && outcome->error() == KeyState::Locked);
        ask();
        Q_EMIT m_prompt->given(StoryGate::passphrase());
        QTRY_VERIFY(outcome.has_value());
        QVERIFY(*outcome);
        QVERIFY(!m_prompt->wanted());
    }

    void anotherPassphraseThanTheSealedFiles()
    {
        enrol();
        QTRY_VERIFY(m_enrolled);
        const auto before = records();
        makeDesk();
        enrol(QStringLiteral("kim"), "wrong horse");
        QCOMPARE(m_view->step(), Keys::Failed);
        QCOMPARE(records(), before);
    }

    void withoutAKeyringNothingIsMade()
    {
        m_desk->look();
        QTRY_VERIFY(!m_view->keychainText().isEmpty());
        QCOMPARE(m_view->keychain(), Keys::Unavailable);
        m_desk->enrol(m_gate->gate.address(), m_invite, QStringLiteral("kim"), StoryGate::passphrase(), false);
        QTRY_COMPARE(m_view->step(), Keys::Failed);
        QVERIFY(records().empty());
        QCOMPARE(m_enrolments, 0);
    }

    // Nobody answers: that is no other keyring, in which the keys are missing.
    void noKeyringIsNotAnotherOne()
    {
        enrol();
        QTRY_VERIFY(m_enrolled);
        const auto made = records();
        m_desk.reset();
        auto index = KeyIndex::load(KeyIndex::defaultPath());
        for (KeyRecord record : made) {
            record.place = KeyPlace::Keychain;
            record.store = {QStringLiteral("gnome-keyring-d"), QStringLiteral("Login"), QStringLiteral("/collection/login"), 1'790'000'000};
            QVERIFY(index->add(record));
        }
        makeDesk();
        m_desk->look();
        QTRY_VERIFY(!m_view->keychainText().isEmpty());
        QCOMPARE(m_view->keychain(), Keys::Unavailable);
        QVERIFY2(!m_view->keychainText().contains(QStringLiteral("Your keys are in")), qPrintable(m_view->keychainText()));
    }
};

QTEST_GUILESS_MAIN(KeyDeskTest)
#include "keydesk_test.moc"
