// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "console/desk/holdbook.h"
#include "console/view/decision.h"
#include "console/view/passphraseprompt.h"
#include "core/documents/command.h"
#include "core/documents/decision.h"
#include "keys/keykeeper.h"

#include <QObject>

namespace holdfast {

/// Signs what the person decided, sends it, and believes it only when the ledger proves it. The passphrase is asked each time to
/// approve at high and critical; for everything else once a session, after which the wrapping key stays in locked memory. The
/// seed exists only inside one signature, on a worker thread.
class Decider final : public QObject
{
    Q_OBJECT
public:
    /// The gate that is signed for, and this program.
    struct Seat {
        QString gate;
        VerifierKey gateKey;
        QString console; ///< name and version of this program, for `view`
    };

    Decider(Seat seat, GateLink &link, LedgerWatch &watch, KeyKeeper &keys, PassphrasePrompt &prompt, QObject *parent = nullptr);

    /// `view` is filled by the caller but for `reached` and `openMs`. Nothing is signed unless the approval is of the revision that
    /// `evidence` is, and that verified.
    void approve(const present::Evidence &evidence, const Approval &approval, View view);
    /// Fails every approval on its way that is not of what `evidence` has by now, unless it was sent; an open prompt then says so.
    void reconsider(const present::Evidence &evidence);
    void deny(const present::Evidence &evidence, const QString &reason, holdfast::DecisionLock::Scope scope, const QString &counter, View view);
    /// A stop, freeze, unfreeze or lift. `then` gets a problem, or nothing.
    void command(Command command, const QString &act, std::function<void(QString problem)> then);

Q_SIGNALS:
    /// For the decision on `hold`: where it stands; `text` says what failed.
    void advanced(const QString &hold, holdfast::DecisionLock::State state, const QString &text);

private:
    struct Job;
    void withdraw(const std::shared_ptr<Job> &job, const QString &why);
    [[nodiscard]] static bool isOf(const present::Evidence &evidence, const Approval &approval);
    [[nodiscard]] Decision decisionOn(const present::Evidence &evidence, int revision) const;
    void decide(Decision decision, const std::shared_ptr<Job> &job);
    void run(const std::shared_ptr<Job> &job);
    void askPassphrase(const std::shared_ptr<Job> &job, const QString &problem);
    void sign(const std::shared_ptr<Job> &job, const Passphrase &passphrase);
    void submit(const std::shared_ptr<Job> &job, const Envelope &envelope);

    Seat m_seat;
    GateLink &m_link;
    LedgerWatch &m_watch;
    KeyKeeper &m_keys;
    PassphrasePrompt &m_prompt;
    std::shared_ptr<SecretBytes> m_sessionKey;
    std::shared_ptr<Job> m_asking;
    std::vector<std::weak_ptr<Job>> m_approvals; ///< on their way; a hold may change under each
};

} // namespace holdfast
