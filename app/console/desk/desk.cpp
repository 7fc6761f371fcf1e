// SPDX-License-Identifier: Apache-2.0
#include "console/desk/desk.h"

#include "console/present/format.h"
#include "console/present/holdpresenter.h"

#include <QTcpSocket>

namespace holdfast {

using namespace Qt::StringLiterals;

namespace {

constexpr int knockMs = 500;
constexpr auto searchEvery = std::chrono::milliseconds(250);
constexpr auto longestSearch = std::chrono::seconds(20);
// Tray and notifications follow the window, which is painted first, and once for what changes together.
constexpr auto shellAfter = std::chrono::milliseconds(100);

// True when something listens at the address in gate.json; a gate that died leaves the file behind.
bool answers(const QUrl &url)
{
    QTcpSocket socket;
    socket.connectToHost(url.host(), static_cast<quint16>(url.port()));
    return socket.waitForConnected(knockMs);
}

} // namespace

Desk::Desk(App &app, const Places &places, Tray &tray, Notifier &notifier, QObject *parent)
    : QObject(parent)
    , m_app(app)
    , m_places(places)
    , m_tray(tray)
    , m_notifier(notifier)
    , m_gate(places)
    , m_practice(places)
    , m_keys(places, *app.keys(), *app.passphrase())
{
    m_tick.setInterval(1000);
    m_shell.setSingleShot(true);
    m_shell.setInterval(shellAfter);
    connect(&m_shell, &QTimer::timeout, this, &Desk::refreshShell);
    connect(&m_tick, &QTimer::timeout, this, &Desk::tick);
    m_search.setInterval(searchEvery);
    connect(&m_search, &QTimer::timeout, this, &Desk::lookAgain);
    connect(&m_gate, &EmbeddedGate::listening, this, [this] {
        m_embedded = true;
        connectToRunning();
        if (m_onListening)
            std::exchange(m_onListening, nullptr)();
    });
    connect(&m_gate, &EmbeddedGate::held, this, &Desk::awaitRunning);
    connect(&m_gate, &EmbeddedGate::failed, this, [this](const QString &why) {
        m_onListening = nullptr;
        m_app.keys()->advance(Keys::Failed, why);
        showNoGate({}, why);
    });
    connect(&m_keys, &KeyDesk::enrolled, this, [this](const Pins &pins) {
        m_app.setFirstRun(false);
        if (m_address)
            takeSeat(*m_address, pins);
    });
    connect(&m_keys, &KeyDesk::keychainOpened, this, [this] {
        if (!isSeated())
            connectToRunning();
    });
    connectIntents();
}

Desk::~Desk()
{
    stop();
}

void Desk::begin()
{
    m_keys.look();
    connectPractice();
    if (!running())
        return preparePractice();
    connectToRunning();
    if (m_practice.exists())
        m_practice.start(); // made beside the gate that runs, and offered at it like at one's own
}

std::optional<GateFile> Desk::running() const
{
    const auto file = GateFile::read(GateFile::defaultPath());
    return file && file->isOfRunning() && answers(file->address.url) ? std::optional(*file) : std::nullopt;
}

void Desk::startOwn()
{
    m_gate.start(!m_keys.usable() || m_keys.keeper().index().records().empty());
}

void Desk::awaitRunning()
{
    m_searching.start();
    m_search.start();
}

void Desk::lookAgain()
{
    if (m_seat && m_seat->link().state() == GateLink::State::Open)
        return m_search.stop();
    if (const auto found = running()) {
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
        showNoGate({}, tr("A gate of yours runs already and does not answer. Its log is %1").arg(m_places.state + u"/gate.log"_s));
        startOwn(); // it may be gone by now
    }
}

void Desk::connectPractice()
{
    connect(&m_practice, &PracticeRunner::ready, this, [this] {
        m_app.practice()->advance(Practice::Ready);
        if (!isSeated() && !m_address)
            startOwn();
    });
    connect(&m_practice, &PracticeRunner::failed, this, [this](const QString &why) {
        m_app.practice()->advance(Practice::Failed, why);
        // A gate of one's own works without the ground.
        if (m_gate.isConfigured() && !m_address)
            startOwn();
        else if (!m_gate.isConfigured() && !m_address)
            showNoGate({}, why);
    });
    connect(&m_practice, &PracticeRunner::replayed, this, [this] { m_app.practice()->advance(Practice::Ready); });
}

// With nothing configured the first start makes the practice ground, and with it the gate's configuration.
void Desk::preparePractice()
{
    if (m_gate.isConfigured() && !m_practice.exists())
        return startOwn();
    if (m_practice.exists() && m_gate.isConfigured())
        return m_practice.start();
    //: While the practice ground is made at the very first start
    m_app.practice()->advance(Practice::Preparing, tr("Making the practice ground: a database of its own, some files, a repository"));
    m_practice.make();
}

void Desk::connectToRunning()
{
    const auto file = GateFile::read(GateFile::defaultPath());
    if (!file) {
        showNoGate({}, file.error());
        return;
    }
    m_address = file->address;
    const auto gate = m_address->key.name;
    if (!m_keys.hasKeysFor(gate)) {
        offerOwnership(*file);
        return firstRun(*m_address);
    }
    const auto pins = PinFile(m_address->key).load();
    if (!pins || !*pins) {
        //: Inbox, offline: keys exist for a gate of this name, but what was pinned of it is gone or another
        const auto why = tr("The gate %1 shows a key that was never pinned here.").arg(present::shown(gate, 100));
        showNoGate(gate, why);
        return;
    }
    takeSeat(*m_address, **pins);
}

// For a person without keys here: the first owner of a gate that waits for one, or somebody invited to it.
void Desk::offerOwnership(const GateFile &found)
{
    m_app.keys()->offer({found.awaitsOwner, !found.awaitsOwner || !m_gate.isRunning(), found.address.url.toString()});
}

void Desk::becomeOwner(const QString &name, const Passphrase &passphrase, bool sealed)
{
    const auto enrol = [this, name, passphrase, sealed] {
        if (m_address && m_gate.ownerSecret())
            m_keys.enrol(*m_address, {m_address->key, *m_gate.ownerSecret()}, name, passphrase, sealed);
    };
    if (m_gate.isRunning())
        return enrol();
    const auto waiting = running();
    if (!waiting || !waiting->awaitsOwner) {
        //: First run: the gate that runs has an owner, who alone can invite others
        return m_app.keys()->advance(Keys::Failed, tr("This gate has an owner already: enrol with an invite."));
    }
    // It runs without anybody, and its owner's secret is known only where it was started: begun anew, it is this console's.
    m_app.keys()->advance(Keys::Working);
    m_onListening = enrol;
    m_gate.takeOver(*waiting);
}

void Desk::firstRun(const GateAddress &address)
{
    m_address = address;
    m_app.setFirstRun(true);
}

void Desk::takeSeat(const GateAddress &address, const Pins &pins)
{
    const auto own = GateFile::read(GateFile::defaultPath());
    m_ofDesktop = own && own->address.key == address.key && own->address.url == address.url;
    m_keys.sessionSigner(pins.gate, [this, address, pins](Result<std::unique_ptr<Signer>, KeyStoreError> signer) {
        if (!signer) {
            m_keys.look();
            //: Inbox, offline, and why nothing can be decided: the session key is missing; %1 which key, and where it was kept
            const auto why = tr("%1 Until then another approver, or you with another key, can deny, stop and freeze.").arg(present::shown(signer.error().detail, 800));
            m_keyMissing = true;
            refreshBlocks();
            return showNoGate(pins.gate, why);
        }
        m_keyMissing = false;
        m_diffs.reset();
        m_shownRevision = -1; // its diffs are fetched over the new connection
        m_history.reset();
        m_whyNoGate.clear();
        m_seat = std::make_unique<GateSeat>(address, pins, std::move(signer).value(), m_keys.keeper(), *m_app.passphrase());
        connectSeat();
        m_seat->link().open();
    });
}

void Desk::connectSeat()
{
    m_recalled = false;
    m_history = std::make_unique<HistoryDesk>(*m_seat, *m_app.history());
    connect(&m_seat->link(), &GateLink::failed, this, [this](const LinkError &error) {
        if (error.isFinal() || m_lastLive == Instant{})
            showNoGate({}, error.detail);
    });
    connect(&m_seat->link(), &GateLink::stateChanged, this, &Desk::linkChanged);
    connect(&m_seat->feed(), &HoldFeed::liveChanged, this, &Desk::linkChanged);
    for (const auto signal : {&LedgerWatch::advanced, &LedgerWatch::alarmed}) {
        connect(&m_seat->watch(), signal, this, [this] {
            showGate();
            refreshBlocks();
            if (const auto *evidence = current())
                m_seat->decider().reconsider(*evidence);
        });
    }
    connect(&m_seat->book(), &HoldBook::changed, this, &Desk::holdChanged);
    connect(&m_seat->book(), &HoldBook::snapshot, this, &Desk::showAnew);
    connect(&m_seat->decider(), &Decider::advanced, this, [this](const QString &hold, DecisionLock::State state, const QString &text) {
        if (m_app.decision()->holdId() == hold)
            m_app.decision()->advance(state, text);
        if (state == DecisionLock::Acknowledged) {
            //: Inbox, empty: when this person last decided; %1 is a time
            m_app.inbox()->setLastDecision(tr("Last decision %1").arg(present::when(SystemClock().now(), SystemClock().now())));
        }
    });
    if (m_lastLive == Instant{})
        refreshAll(); // nothing stays of what an earlier seat showed
    linkChanged();
}

void Desk::showAnew()
{
    if (m_diffs && m_diffs->isComplete() && !m_diffs->problem().isEmpty()) {
        m_diffs.reset();
        m_shownRevision = -1;
    }
    refreshAll();
}

void Desk::setVisible(bool visible)
{
    m_visible = visible;
    if (visible)
        refreshAll();
    schedule();
}

void Desk::stop()
{
    m_tick.stop();
    m_shell.stop();
    m_search.stop();
    m_diffs.reset();
    m_history.reset();
    m_seat.reset();
    m_gate.stop();
}

} // namespace holdfast
