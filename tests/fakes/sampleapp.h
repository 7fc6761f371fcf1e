// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "console/view/app.h"

#include <memory>

namespace holdfast::fakes {

// A view graph with data of the kind a busy team sees, for pictures and QML tests. Nothing in it reaches a gate.
class SampleApp {
public:
    SampleApp();

    [[nodiscard]] App &app() { return m_app; }

    // The state with this name, or false: review, review-open, review-delta, bounds, long-names, empty, empty-offline, many, offline,
    // no-seat, no-seat-full, running, history, history-kept, timeline, keys, keychain-locked, keyring-other, settings, first-run, passphrase,
    // changed, nothing.
    bool set(const QString &scene);

    void showHold();
    void unlock();

private:
    void setLongNames();
    void setMany();
    void setOffline();
    void setNoSeat(const QString &headline);
    void setBounds();
    void setElsewhere();
    void setDelta();
    void fillInbox();
    void fillDiff();
    void fillRunning();
    void fillHistory();
    void fillKeys(const QString &standing, view::Tone tone);
    void setGate();

    App m_app;
    HoldView m_hold;
    Review::Lists m_lists;
    std::unique_ptr<RowsModel<DiffRow>> m_diff;
};

// The hold of the review picture, also used by tests.
[[nodiscard]] DecisionTerms sampleTerms();
[[nodiscard]] HoldView sampleHold();
[[nodiscard]] Review::Lists sampleLists();
[[nodiscard]] QList<DiffRow> sampleDiff();
[[nodiscard]] QList<InboxRow> sampleInbox();
[[nodiscard]] QList<RunningRow> sampleRunning();
[[nodiscard]] QList<HistoryRow> sampleHistory();
[[nodiscard]] QList<TimelineRow> sampleTimeline();

} // namespace holdfast::fakes
