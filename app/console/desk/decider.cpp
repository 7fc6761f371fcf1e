// SPDX-License-Identifier: Apache-2.0
#include "console/desk/decider.h"

#include "console/desk/evidencecheck.h"
#include "console/present/format.h"
#include "core/documents/decision.h"
#include "wire/messages.h"

#include <QFutureWatcher>
#include <QPointer>
#include <QtConcurrent>

namespace holdfast {

using namespace Qt::StringLiterals;

namespace {

constexpr auto validFor = std::chrono::minutes(5);

Decision::Scope scopeOf(DecisionLock::Scope scope)
{
    switch (scope) {
    case DecisionLock::This: return Decision::Scope::This;
    case DecisionLock::Resource: return Decision::Scope::Resource;
    case DecisionLock::Class: return Decision::Scope::Class;
    }
    return Decision::Scope::This;
}

QString sentenceOf(UnlockError error)
{
    switch (error) {
    case UnlockError::WrongPassphrase: return Decider::tr("That is not the passphrase of this key.");
    case UnlockError::NotThisKey: return Decider::tr("What the key store holds is another key than the one enrolled.");
    case UnlockError::NoMemory: return Decider::tr("There is not enough memory to unlock the key.");
    }
    return {};
}

QString changedMeanwhile()
{
    //: Beside the buttons and in the passphrase sheet: another revision came before the approval was signed
    return Decider::tr("The hold changed while you decided. Nothing was signed.");
}

struct Signed final
{
    std::optional<Envelope> envelope;
    std::shared_ptr<SecretBytes> sessionKey; ///< kept where the passphrase is asked once a session
    QString problem;
    bool askAgain = false;
};

} // namespace

// One signature on its way: what is signed, how the passphrase is asked, and who is told.
struct Decider::Job final
{
    std::function<QByteArray(const VerifierKey &)> payload;
    const char *payloadType = payloadtype::Decision;
    QStringView method = method::DecisionSubmit;
    bool passphraseEachTime = true;
    QString act; ///< "To approve: …", shown above the passphrase field
    std::function<void(DecisionLock::State, QString)> tell;
    std::optional<DecidingKey> key;
    std::optional<Decision> approves; ///< the revision that was shown
    bool withdrawn = false; ///< the hold changed before it was sent, and the person was told
    bool sent = false;
};

Decider::Decider(Seat seat, GateLink &link, LedgerWatch &watch, KeyKeeper &keys, PassphrasePrompt &prompt, QObject *parent)
    : QObject(parent)
    , m_seat(std::move(seat))
    , m_link(link)
    , m_watch(watch)
    , m_keys(keys)
    , m_prompt(prompt)
{
    connect(&m_prompt, &PassphrasePrompt::given, this, [this](const Passphrase &passphrase) {
        if (m_asking)
            sign(std::exchange(m_asking, nullptr), passphrase);
    });
    connect(&m_prompt, &PassphrasePrompt::cancelled, this, [this] {
        if (const auto job = std::exchange(m_asking, nullptr))
            job->tell(DecisionLock::Open, {});
    });
}

Decision Decider::decisionOn(const present::Evidence &evidence, int revision) const
{
    Decision decision;
    decision.hold = evidence.head.hold;
    decision.revision = revision;
    decision.request = evidence.requestDigest;
    decision.holdDigest = evidence.holdDigest;
    decision.gate = m_seat.gate;
    decision.gateKey = m_seat.gateKey;
    decision.nonce = randomBytes(16);
    return decision;
}

// Times and checkpoint are those of the signature, not of the press.
void Decider::decide(Decision decision, const std::shared_ptr<Job> &job)
{
    job->tell = [this, hold = decision.hold.toString()](DecisionLock::State state, const QString &text) { Q_EMIT advanced(hold, state, text); };
    job->payload = [this, decision = std::move(decision)](const VerifierKey &key) mutable {
        decision.key = key;
        decision.checkpoint = m_watch.highest();
        decision.decidedAt = SystemClock().now();
        decision.notAfter = decision.decidedAt + validFor;
        return decision.toPayload();
    };
    run(job);
}

// An approval belongs to the revision that was shown, and only verified ones are shown.
bool Decider::isOf(const present::Evidence &evidence, const Approval &approval)
{
    return evidence.unverified.isEmpty() && evidence.hold && approval.holdId == evidence.head.hold.toString() && approval.revision == evidence.hold->revision
        && approval.revision == evidence.head.revision;
}

void Decider::approve(const present::Evidence &evidence, const Approval &approval, View view)
{
    if (!isOf(evidence, approval))
        return Q_EMIT advanced(approval.holdId, DecisionLock::Failed, changedMeanwhile());
    auto decision = decisionOn(evidence, approval.revision);
    decision.verdict = Decision::Verdict::Approve;
    for (const auto &[kind, value] : approval.confirmations)
        decision.confirmations.push_back({kind, value});
    view.reached = approval.reached;
    view.openMs = approval.openMs;
    decision.view = std::move(view);
    auto job = std::make_shared<Job>();
    const auto tier = present::tierOf(evidence);
    job->passphraseEachTime = tier == Tier::High || tier == Tier::Critical;
    job->approves = decision;
    std::erase_if(m_approvals, [](const std::weak_ptr<Job> &each) { return each.expired(); });
    m_approvals.push_back(job);
    //: Above the passphrase field: what the signature will do; %1 the measured sentence
    job->act = tr("To approve: %1").arg(present::shown(evidence.hold->measured.summaryText, 300));
    decide(std::move(decision), job);
}

// A passphrase that is typed under the words of one revision, in front of the figures of another, would sign what the gate must refuse.
void Decider::reconsider(const present::Evidence &evidence)
{
    const bool standing = evidence.unverified.isEmpty() && evidence.head.state == State::Pending && inLedger(evidence, m_watch) != InLedger::Otherwise;
    for (const auto &each : std::vector(m_approvals)) {
        const auto job = each.lock();
        if (!job || job->sent || job->withdrawn || job->approves->hold != evidence.head.hold)
            continue;
        if (!standing || job->approves->revision != evidence.head.revision || job->approves->holdDigest != evidence.holdDigest)
            withdraw(job, changedMeanwhile());
        else if (!m_watch.alarms().isEmpty()) {
            //: Beside the buttons and in the passphrase sheet: the ledger was found wanting before the approval was signed
            withdraw(job, tr("The ledger does not verify: see the alarm. Nothing was signed."));
        }
    }
}

void Decider::withdraw(const std::shared_ptr<Job> &job, const QString &why)
{
    job->withdrawn = true;
    if (m_asking == job) {
        m_asking = nullptr;
        m_prompt.withdraw(why);
    }
    job->tell(DecisionLock::Failed, why);
}

void Decider::deny(const present::Evidence &evidence, const QString &reason, DecisionLock::Scope scope, const QString &counter, View view)
{
    if (!evidence.unverified.isEmpty() || !evidence.hold || evidence.hold->revision != evidence.head.revision) {
        //: Beside the buttons: a denial names digests, and those of this hold did not verify
        return Q_EMIT advanced(evidence.head.hold.toString(), DecisionLock::Failed, tr("This hold could not be verified. Nothing was signed."));
    }
    auto decision = decisionOn(evidence, evidence.head.revision);
    decision.verdict = Decision::Verdict::Deny;
    decision.reason = reason;
    decision.scope = scopeOf(scope);
    if (!counter.isEmpty())
        decision.counter = Json(counter);
    decision.view = std::move(view);
    auto job = std::make_shared<Job>();
    job->passphraseEachTime = false;
    //: Above the passphrase field, once a session: what the signature will do; %1 the measured sentence
    job->act = tr("To deny: %1").arg(present::shown(evidence.hold->measured.summaryText, 300));
    decide(std::move(decision), job);
}

void Decider::command(Command command, const QString &act, std::function<void(QString)> then)
{
    command.gate = m_seat.gate;
    command.gateKey = m_seat.gateKey;
    command.nonce = randomBytes(16);
    auto job = std::make_shared<Job>();
    job->payloadType = payloadtype::Command;
    job->method = method::CommandSubmit;
    job->passphraseEachTime = false;
    job->act = act;
    job->payload = [command](const VerifierKey &key) mutable {
        command.key = key;
        command.at = SystemClock().now();
        command.notAfter = command.at + validFor;
        return command.toPayload();
    };
    job->tell = [then = std::move(then)](DecisionLock::State state, const QString &text) {
        if (state == DecisionLock::Acknowledged)
            then({});
        else if (state == DecisionLock::Failed || state == DecisionLock::Open)
            then(text.isEmpty() ? tr("Not sent: the passphrase was not given.") : text);
    };
    run(job);
}

void Decider::run(const std::shared_ptr<Job> &job)
{
    // The key store outlives this seat, and may answer after it: a prompt of the desktop stands open for minutes.
    m_keys.decidingKey(m_seat.gate, [self = QPointer<Decider>(this), this, job](Result<DecidingKey, KeyStoreError> key) {
        if (!self || job->withdrawn)
            return;
        if (!key)
            return job->tell(DecisionLock::Failed, key.error().detail);
        job->key = *key;
        if (!job->passphraseEachTime && m_sessionKey)
            return sign(job, nullptr);
        askPassphrase(job, {});
    });
}

void Decider::askPassphrase(const std::shared_ptr<Job> &job, const QString &problem)
{
    // A second act while one asks: the first gives way, nothing was signed.
    if (const auto earlier = std::exchange(m_asking, job))
        earlier->tell(DecisionLock::Open, {});
    job->tell(DecisionLock::AskingPassphrase, {});
    m_prompt.ask(job->act, problem);
}

void Decider::sign(const std::shared_ptr<Job> &job, const Passphrase &passphrase)
{
    job->tell(DecisionLock::Signing, {});
    const auto payload = job->payload(job->key->key());
    auto *watcher = new QFutureWatcher<Signed>(this);
    connect(watcher, &QFutureWatcher<Signed>::finished, this, [this, job, watcher] {
        watcher->deleteLater();
        const auto result = watcher->result();
        if (result.askAgain && !job->withdrawn)
            return askPassphrase(job, result.problem);
        if (!m_asking && !m_prompt.withdrawn()) // else it asks for another act by now, or says what became of that
            m_prompt.close();
        if (job->withdrawn)
            return;
        if (!result.envelope)
            return job->tell(DecisionLock::Failed, result.problem);
        if (result.sessionKey)
            m_sessionKey = result.sessionKey;
        submit(job, *result.envelope);
    });
    // Argon2id takes half a second: off the GUI thread. The seed lives and dies inside this function.
    watcher->setFuture(QtConcurrent::run([key = *job->key, each = job->passphraseEachTime, type = job->payloadType, payload, passphrase,
                                          session = m_sessionKey]() -> Signed {
        const auto signWith = [&](Result<std::unique_ptr<Signer>, UnlockError> signer) -> Signed {
            if (!signer)
                return {{}, {}, sentenceOf(signer.error()), signer.error() == UnlockError::WrongPassphrase};
            return {Envelope::sign(**signer, type, payload), {}, {}, false};
        };
        if (each)
            return signWith(key.unlock(*passphrase));
        if (!passphrase)
            return signWith(key.unlockWith(*session));
        auto opened = key.openSession(*passphrase);
        if (!opened)
            return {{}, {}, sentenceOf(opened.error()), opened.error() == UnlockError::WrongPassphrase};
        auto made = std::make_shared<SecretBytes>(std::move(opened).value());
        auto result = signWith(key.unlockWith(*made));
        result.sessionKey = std::move(made);
        return result;
    }));
}

void Decider::submit(const std::shared_ptr<Job> &job, const Envelope &envelope)
{
    job->sent = true;
    job->tell(DecisionLock::Sending, {});
    m_link.call<SubmitResult>(job->method, EnvelopeParams{envelope}.toJson(), this, [this, job, envelope](Called<SubmitResult> answer) {
        if (!answer)
            return job->tell(DecisionLock::Failed, sentence(answer.error()));
        m_watch.acknowledge(envelope, *answer, [job](const QString &problem) {
            job->tell(problem.isEmpty() ? DecisionLock::Acknowledged : DecisionLock::Failed, problem);
        });
    });
}

} // namespace holdfast
