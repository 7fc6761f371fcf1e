// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "console/desk/decider.h"
#include "console/desk/holdbook.h"

#include <QTimer>

namespace holdfast {

/// This person's seat at one gate: the session and all that hangs on it, made in order and ended in reverse.
class GateSeat final : public QObject
{
    Q_OBJECT
public:
    GateSeat(const GateAddress &address, const Pins &pins, std::unique_ptr<Signer> session, KeyKeeper &keys, PassphrasePrompt &prompt);

    [[nodiscard]] GateLink &link() { return m_link; }
    [[nodiscard]] HoldFeed &feed() { return m_feed; }
    [[nodiscard]] LedgerWatch &watch() { return m_watch; }
    [[nodiscard]] HoldBook &book() { return m_book; }
    [[nodiscard]] Decider &decider() { return m_decider; }
    [[nodiscard]] const Pins &pins() const { return m_pins; }
    [[nodiscard]] present::Viewer viewer() const;

private:
    Pins m_pins;
    std::unique_ptr<Signer> m_signer;
    GateLink m_link;
    LedgerWatch m_watch;
    HoldFeed m_feed;
    HoldBook m_book;
    Decider m_decider;
    QTimer m_follow; ///< runs while entries were heard of and not yet asked for
};

} // namespace holdfast
