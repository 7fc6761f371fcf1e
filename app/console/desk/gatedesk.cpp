// SPDX-License-Identifier: Apache-2.0
#include "console/desk/gatedesk.h"

#include "console/present/format.h"

namespace holdfast {

using namespace Qt::StringLiterals;

namespace {

constexpr auto searchEvery = std::chrono::milliseconds(250);
constexpr auto longestSearch = std::chrono::seconds(20);

} // namespace

GateDesk::GateDesk(App &app, const Places &places, QObject *parent)
    : QObject(parent)
    , m_app(app)
    , m_gate(places)
    , m_keys(places, *app.keys(), *app.passphrase())
    , m_enrolment(m_gate, m_keys, *app.keys())
    , m_standing(*app.gate())
{
    m_search.setInterval(searchEvery);
    connect(&m_search, &QTimer::timeout, this, &GateDesk::lookAgain);
    connectOwnGate();
    connect(&m_enrolment, &EnrolDesk::enrolled, this, [this](const GateAddress &address, const Pins &pins) {
        m_app.setFirstRun(false);
        takeSeat(address, pins);
    });
    connect(&m_keys, &KeyDesk::keychainOpened, this, [this] {
        if (!isSeated())
            connectToRunning();
    });
    connect(m_app.gate(), &GateStatus::connectWanted, this, [this] {
        if (isSeated())
            m_seat->link().open();
        else
            connectToRunning();
    });
    connect(&m_standing, &GateStanding::shown, this, [this](GateRow row) {
        row.embedded = m_embedded;
        m_keys.refresh({row});
    });
}

GateDesk::~GateDesk()
{
    stop();
}

void GateDesk::connectOwnGate()
{
    connect(&m_gate, &EmbeddedGate::listening, this, [this] {
        m_embedded = true;
        connectToRunning();
        m_enrolment.resume();
    });
    connect(&m_gate, &EmbeddedGate::held, this, &GateDesk::awaitRunning);
    connect(&m_gate, &EmbeddedGate::failed, this, [this](const QString &why) {
        m_enrolment.giveUp(why);
        showNoGate({}, why);
    });
}

bool GateDesk::begin()
{
    m_keys.look();
    if (!EmbeddedGate::findRunning())
        return false;
    connectToRunning();
    return true;
}

void GateDesk::startOwn()
{
    m_gate.start(!m_keys.usable() || m_keys.keeper().index().records().empty());
}

void GateDesk::awaitRunning()
{
    m_searching.start();
    m_search.start();
}

void GateDesk::lookAgain()
{
    if (m_seat && m_seat->link().state() == GateLink::State::Open)
        return m_search.stop();
    if (const auto found = EmbeddedGate::findRunning()) {
        if (isSeated() && m_seat->link().address().url == found->address.url && m_seat->link().address().key == found->address.key)
            return; // its own link comes back to it
        m_search.stop();
        return connectToRunning();
    }
    const auto file = GateFile::read(GateFile::defaultPath());
    if (isSeated() && !m_gate.isRunning() && (!file || !file->isOfRunning())) {
        // The process that ran the gate is gone, and nobody took the gate over.
        m_search.stop();
        return startOwn();
    }
    if (!isSeated() && std::chrono::milliseconds(m_searching.elapsed()) > longestSearch) {
        m_search.stop();
        //: Inbox, offline: another process has this user's gate, which does not answer
        showNoGate({}, tr("A gate of yours runs already and does not answer. Its log is %1").arg(m_gate.places().state + u"/gate.log"_s));
        startOwn(); // it may be gone by now
    }
}

// The gate of this desktop may come back at another address, or not at all.
void GateDesk::keepLooking()
{
    if (m_ofDesktop && isSeated() && m_seat->link().state() != GateLink::State::Open && !m_search.isActive())
        m_search.start();
}

void GateDesk::connectToRunning()
{
    const auto file = GateFile::read(GateFile::defaultPath());
    if (!file) {
        showNoGate({}, file.error());
        return;
    }
    m_enrolment.setAddress(file->address);
    const auto gate = file->address.key.name;
    if (!m_keys.hasKeysFor(gate)) {
        m_enrolment.offer(*file);
        return m_app.setFirstRun(true);
    }
    const auto pins = PinFile(file->address.key).load();
    if (!pins || !*pins) {
        //: Inbox, offline: keys exist for a gate of this name, but what was pinned of it is gone or another
        const auto why = tr("The gate %1 shows a key that was never pinned here.").arg(present::shown(gate, 100));
        showNoGate(gate, why);
        return;
    }
    takeSeat(file->address, **pins);
}

void GateDesk::takeSeat(const GateAddress &address, const Pins &pins)
{
    const auto own = GateFile::read(GateFile::defaultPath());
    m_ofDesktop = own && own->address.key == address.key && own->address.url == address.url;
    m_keys.sessionSigner(pins.gate, [this, address, pins](Result<std::unique_ptr<Signer>, KeyStoreError> signer) {
        if (!signer) {
            m_keys.look();
            //: Inbox, offline, and why nothing can be decided: the session key is missing; %1 which key, and where it was kept
            const auto why = tr("%1 Until then another approver, or you with another key, can deny, stop and freeze.").arg(present::shown(signer.error().detail, 800));
            m_standing.missKey();
            return showNoGate(pins.gate, why);
        }
        sit(std::make_unique<GateSeat>(address, pins, std::move(signer).value(), m_keys.keeper(), *m_app.passphrase()));
        m_seat->link().open();
    });
}

void GateDesk::showNoGate(const QString &gate, const QString &why)
{
    m_standing.explain(gate, why);
    if (!m_seat)
        recallSeat(gate);
}

// Reading needs no secret: the public half of the key under which it was kept stands in the index.
void GateDesk::recallSeat(const QString &gate)
{
    for (const auto &pins : allPins()) {
        const auto *session = m_keys.usable() ? m_keys.keeper().index().find(pins.gate, u"session") : nullptr;
        if (session == nullptr || (!gate.isEmpty() && pins.gate != gate))
            continue;
        return sit(std::make_unique<GateSeat>(GateAddress{QUrl(pins.url), pins.keys.key}, pins, session->key, m_keys.keeper(), *m_app.passphrase()));
    }
}

void GateDesk::sit(std::unique_ptr<GateSeat> seat)
{
    const auto left = std::exchange(m_seat, std::move(seat));
    m_standing.sit(m_seat.get());
    Q_EMIT seatTaken(*m_seat);
    connect(&m_seat->link(), &GateLink::stateChanged, this, &GateDesk::keepLooking);
    connect(&m_seat->feed(), &HoldFeed::liveChanged, this, &GateDesk::keepLooking);
    m_standing.update();
    keepLooking();
}

void GateDesk::stop()
{
    m_search.stop();
    m_standing.sit(nullptr);
    m_seat.reset();
    m_gate.stop();
}

} // namespace holdfast
