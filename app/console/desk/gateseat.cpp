// SPDX-License-Identifier: Apache-2.0
#include "console/desk/gateseat.h"

#include <QCoreApplication>

namespace holdfast {

using namespace Qt::StringLiterals;

namespace {

constexpr auto followAfter = std::chrono::milliseconds(200);

LinkOptions optionsFor(const GateAddress &address, const Pins &pins)
{
    LinkOptions options;
    options.address = address;
    options.ledgerKey = pins.keys.ledgerKey;
    options.clientName = u"holdfast"_s;
    options.clientVersion = QCoreApplication::applicationVersion();
    return options;
}

} // namespace

GateSeat::GateSeat(const GateAddress &address, const Pins &pins, SessionKey session, KeyKeeper &keys, PassphrasePrompt &prompt)
    : m_pins(pins)
    , m_session(std::move(session))
    , m_link(optionsFor(address, pins), m_session.signer.get())
    , m_watch(m_link, pins, m_session.key, m_session.signer.get())
    , m_feed(&m_link)
    , m_book(m_link, m_feed, m_watch)
    , m_decider({pins.gate, pins.keys.key, u"holdfast "_s + QCoreApplication::applicationVersion()}, m_link, m_watch, keys, prompt)
{
    // Every change of a hold is an entry of the ledger: what is shown is followed there too, but after it is shown. Keeping the
    // checkpoint waits for the disk, twice for each entry otherwise, on the thread that paints.
    m_follow.setSingleShot(true);
    m_follow.setInterval(followAfter);
    connect(&m_follow, &QTimer::timeout, &m_watch, &LedgerWatch::follow);
    connect(&m_feed, &HoldFeed::changed, this, [this] {
        if (!m_follow.isActive())
            m_follow.start();
    });
    connect(&m_feed, &HoldFeed::snapshot, &m_watch, &LedgerWatch::follow);
}

present::Viewer GateSeat::viewer() const
{
    present::Viewer viewer;
    const auto trusted = m_watch.trusted();
    if (!trusted)
        return viewer;
    // The registry says who sits here, by the key that opened the session: the gate's word for it could make anybody of him.
    const auto *actor = trusted->registry.actorByKey(m_session.key.bytes, purpose::Session);
    if (actor != nullptr && m_link.state() == GateLink::State::Open) {
        viewer.person = actor->person;
        viewer.actor = actor->name;
    }
    viewer.otherApprovers = trusted->registry.approverPersons(SystemClock().now()).size() > 1;
    return viewer;
}

} // namespace holdfast
