// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "console/desk/decider.h"
#include "console/desk/holdbook.h"

#include <QTimer>

namespace holdfast {

/// The key that opens a person's sessions: the whole of it, or only the public half that is known of it.
struct SessionKey final
{
    SessionKey(std::unique_ptr<Signer> whole) : key(whole->key()), signer(std::move(whole)) {}
    SessionKey(VerifierKey known) : key(std::move(known)) {}
    VerifierKey key;
    std::unique_ptr<Signer> signer;
};

/// This person's seat at one gate: the session and all that hangs on it, made in order and ended in reverse. Without the whole session
/// key it never connects, and shows what was kept of an earlier session.
class GateSeat final : public QObject
{
    Q_OBJECT
public:
    GateSeat(const GateAddress &address, const Pins &pins, SessionKey session, KeyKeeper &keys, PassphrasePrompt &prompt);

    [[nodiscard]] bool mayConnect() const { return m_session.signer != nullptr; }
    [[nodiscard]] GateLink &link() { return m_link; }
    [[nodiscard]] HoldFeed &feed() { return m_feed; }
    [[nodiscard]] LedgerWatch &watch() { return m_watch; }
    [[nodiscard]] HoldBook &book() { return m_book; }
    [[nodiscard]] Decider &decider() { return m_decider; }
    [[nodiscard]] const Pins &pins() const { return m_pins; }
    [[nodiscard]] present::Viewer viewer() const;

private:
    Pins m_pins;
    SessionKey m_session;
    GateLink m_link;
    LedgerWatch m_watch;
    HoldFeed m_feed;
    HoldBook m_book;
    Decider m_decider;
    QTimer m_follow; ///< runs while entries were heard of and not yet asked for
};

} // namespace holdfast
