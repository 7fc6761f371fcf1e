// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "console/desk/diffshelf.h"
#include "console/desk/gateseat.h"
#include "console/desk/historydesk.h"
#include "console/desk/keydesk.h"
#include "console/desk/standingagainst.h"
#include "console/desk/waitinglist.h"
#include "console/shell/notifier.h"
#include "console/shell/practicerunner.h"
#include "console/shell/tray.h"
#include "console/view/app.h"
#include "core/documents/grant.h"

#include <QElapsedTimer>
#include <QTimer>

namespace holdfast {

/// Joins the parts: feeds the views from what this console has verified, carries intents to who performs them. Ticks once a second
/// only while something on the screen or in the tray counts down; hidden with nothing pending it does not wake at all.
class Desk final : public QObject
{
    Q_OBJECT
public:
    Desk(App &app, const Places &places, Tray &tray, Notifier &notifier, QObject *parent = nullptr);
    ~Desk() override;

    /// Finds or makes this user's gate, then sits down at it.
    void begin();
    /// Brings one hold up, or the inbox.
    void openHold(const QString &holdId);
    void setVisible(bool visible);
    void stop();

private:
    // gate
    void connectToRunning();
    /// This user's gate, where one runs: whoever started it.
    [[nodiscard]] std::optional<GateFile> running() const;
    void startOwn();
    /// Another process has this user's gate: it is connected to as soon as it answers.
    void awaitRunning();
    /// While the gate does not answer: it may have come back elsewhere, or be gone for good.
    void lookAgain();
    void offerOwnership(const GateFile &found);
    void becomeOwner(const QString &name, const Passphrase &passphrase, bool sealed);
    void takeSeat(const GateAddress &address, const Pins &pins);
    void firstRun(const GateAddress &address);
    void connectSeat();
    void linkChanged();
    void showGate();
    /// Shows what was kept of it read-only, or of the gate that this person has keys for; `why` it cannot be sat down at.
    void showNoGate(const QString &gate, const QString &why);
    void recallSeat(const QString &gate);
    /// At a seat that connects, or tries to.
    [[nodiscard]] bool isSeated() const { return m_seat && m_seat->mayConnect(); }
    /// True while the screen shows an earlier state than the gate's current one.
    [[nodiscard]] bool isStale() const;
    [[nodiscard]] QString staleText() const;
    // practice ground
    void connectPractice();
    void preparePractice();
    void replay();
    void liftThenReplay(std::vector<Standing> standing);
    /// Fetches over this connection what the last one failed to deliver.
    void showAnew();
    // holds
    void holdChanged(const HoldId &hold);
    void placeHold(const HoldId &hold);
    void showWaiting(const present::Evidence &evidence);
    void refreshAll();
    void refreshInbox();
    void refreshReview(bool anew);
    /// What is shown of it above its figures.
    [[nodiscard]] HoldView holdViewOf(const present::Evidence &evidence) const;
    void refreshRunning();
    [[nodiscard]] RunningRow runningRow(const present::Evidence &evidence) const;
    void fetchReceipt(const HoldId &hold);
    void fetchOutput(const HoldId &hold);
    void refreshBlocks();
    /// Why the person at this desk may not approve it; empty: he may.
    [[nodiscard]] QString whyNotMine(const present::Evidence &evidence, const ApprovalTerms &terms) const;
    void refreshShell();
    /// Verified, waiting and urgent, most urgent first: what tray and notifications tell, and what the tray's freeze means.
    [[nodiscard]] std::vector<const present::Evidence *> urgentHolds() const;
    void chooseDiff(const QString &key);
    void showDiff(const QString &key);
    void tick();
    void schedule();
    // intents
    void connectIntents();
    void connectKeys();
    void connectOutside();
    void approve(const Approval &approval);
    void deny(const QString &hold, const QString &reason, DecisionLock::Scope scope, const QString &counter);
    void measureAgain(const QString &holdId);
    void freezeMostUrgent();
    void command(Command::Verb verb, const present::Evidence &evidence, const QString &act, const QString &reason = {});
    [[nodiscard]] View viewOf(const present::Evidence &evidence) const;
    [[nodiscard]] const present::Evidence *current() const;
    /// Of a hold that the window named; nothing without a connection, or once the hold is gone.
    [[nodiscard]] const present::Evidence *known(const QString &id) const;

    App &m_app;
    Places m_places;
    Tray &m_tray;
    Notifier &m_notifier;
    EmbeddedGate m_gate;
    PracticeRunner m_practice;
    KeyDesk m_keys;
    std::optional<GateAddress> m_address;
    std::unique_ptr<GateSeat> m_seat;
    std::unique_ptr<HistoryDesk> m_history;
    QTimer m_tick;
    QTimer m_shell;
    QTimer m_search; ///< runs while this user's gate is looked for
    QElapsedTimer m_searching;
    std::function<void()> m_onListening; ///< what waits for the gate that was just started
    WaitingList m_waiting;
    QSet<HoldId> m_beyond; ///< in the book, and waiting no more: on the way, or over
    HoldId m_open;
    int m_shownRevision = -1;
    bool m_contentShown = false;
    bool m_ruledShown = false;
    std::unique_ptr<DiffShelf> m_diffs;
    QString m_chosenDiff;
    Digest m_shownDigest;
    QHash<HoldId, Receipt> m_receipts;
    QHash<HoldId, QString> m_outputs;
    Instant m_lastLive{};
    QString m_whyNoGate; ///< why nobody sits at the seat
    bool m_keyMissing = false; ///< the session key: approving and denying are locked for that
    bool m_recalled = false; ///< what is shown was kept by an earlier run
    bool m_visible = false;
    bool m_embedded = false;
    bool m_ofDesktop = false; ///< the gate is the one that gate.json of this user names
};

} // namespace holdfast
