// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "console/desk/waitinglist.h"

#include <QObject>

namespace holdfast {

class HoldBook;

/// The holds that wait, in the inbox: in order of urgency, those that pass the filter, each row as the time has it.
class InboxDesk final : public QObject
{
    Q_OBJECT
public:
    explicit InboxDesk(Inbox &view, QObject *parent = nullptr);

    /// One hold as it now stands: in its place while it waits, gone when it does not. nullptr: it is known no more.
    void place(const HoldId &hold, const present::Evidence *evidence);
    /// All of them anew; those that do not wait are left out.
    void showAll(const std::vector<const present::Evidence *> &holds);
    /// Places those again whose row or place the time has changed.
    void passTime(const HoldBook &book);
    /// How soon passTime() may find something; nullopt: nothing waits. While nobody looks at it, often enough to see in time that one
    /// becomes urgent, and to count down those that are.
    [[nodiscard]] std::optional<std::chrono::milliseconds> agesWithin(bool visible) const;
    /// The person decided just now.
    void noteDecision();

    [[nodiscard]] const WaitingList &waiting() const { return m_waiting; }

private:
    void show(const present::Evidence &evidence);
    void filter();

    Inbox &m_view;
    WaitingList m_waiting;
};

} // namespace holdfast
