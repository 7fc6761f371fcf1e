// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "console/view/decision.h"
#include "console/view/gatestatus.h"
#include "console/view/history.h"
#include "console/view/inbox.h"
#include "console/view/keys.h"
#include "console/view/passphraseprompt.h"
#include "console/view/practice.h"
#include "console/view/review.h"
#include "console/view/running.h"
#include "console/view/settings.h"

namespace holdfast {

// Everything that the window sees, owned in one place. Passive: whoever holds the link and the keys feeds it and listens
// to its signals. Handed to Main.qml by setInitialProperties({{"app", …}}).
class App : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("made by main")
    Q_PROPERTY(holdfast::Inbox *inbox READ inbox CONSTANT)
    Q_PROPERTY(holdfast::Review *review READ review CONSTANT)
    Q_PROPERTY(holdfast::DecisionLock *decision READ decision CONSTANT)
    Q_PROPERTY(holdfast::Running *running READ running CONSTANT)
    Q_PROPERTY(holdfast::History *history READ history CONSTANT)
    Q_PROPERTY(holdfast::Keys *keys READ keys CONSTANT)
    Q_PROPERTY(holdfast::GateStatus *gate READ gate CONSTANT)
    Q_PROPERTY(holdfast::Practice *practice READ practice CONSTANT)
    Q_PROPERTY(holdfast::Settings *settings READ settings CONSTANT)
    Q_PROPERTY(holdfast::PassphrasePrompt *passphrase READ passphrase CONSTANT)
    Q_PROPERTY(Page page READ page WRITE setPage NOTIFY pageChanged)
    Q_PROPERTY(bool firstRun READ firstRun NOTIFY firstRunChanged)

public:
    enum Page { InboxPage, RunningPage, HistoryPage, KeysPage, SettingsPage };
    Q_ENUM(Page)

    explicit App(QObject *parent = nullptr);

    [[nodiscard]] Inbox *inbox() { return &m_inbox; }
    [[nodiscard]] Review *review() { return &m_review; }
    [[nodiscard]] DecisionLock *decision() { return &m_decision; }
    [[nodiscard]] Running *running() { return &m_running; }
    [[nodiscard]] History *history() { return &m_history; }
    [[nodiscard]] Keys *keys() { return &m_keys; }
    [[nodiscard]] GateStatus *gate() { return &m_gate; }
    [[nodiscard]] Practice *practice() { return &m_practice; }
    [[nodiscard]] Settings *settings() { return &m_settings; }
    [[nodiscard]] PassphrasePrompt *passphrase() { return &m_passphrase; }
    [[nodiscard]] Page page() const { return m_page; }
    [[nodiscard]] bool firstRun() const { return m_firstRun; }
    void setPage(Page page);
    // No keys yet: the window shows the first-run page only.
    void setFirstRun(bool firstRun);

    // The window was closed with Settings::Ask still standing and the user chose; or the choice stands already.
    Q_INVOKABLE void closeWindow(bool keepRunning);
    Q_INVOKABLE void quit();

Q_SIGNALS:
    void pageChanged();
    void firstRunChanged();
    // Tray or notification: bring the window up. Main.qml raises itself.
    void raiseWanted();
    void hideWanted();
    void quitWanted();

private:
    Inbox m_inbox;
    Review m_review;
    DecisionLock m_decision;
    Running m_running;
    History m_history;
    Keys m_keys;
    GateStatus m_gate;
    Practice m_practice;
    Settings m_settings;
    PassphrasePrompt m_passphrase;
    Page m_page = InboxPage;
    bool m_firstRun = false;
};

} // namespace holdfast
