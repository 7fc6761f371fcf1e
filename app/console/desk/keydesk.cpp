// SPDX-License-Identifier: Apache-2.0
#include "console/desk/keydesk.h"

#include "console/present/format.h"
#include "link/enrolment.h"
#include "wire/messages.h"

#include <spdlog/spdlog.h>

#include <QClipboard>
#include <QFileInfo>
#include <QGuiApplication>
#include <QTimer>

#include <algorithm>

namespace holdfast {

using namespace Qt::StringLiterals;

struct KeyDesk::Enrolment final
{
    GateAddress address;
    Invite invite;
    QString actor;
    Passphrase passphrase;
    bool sealedFile = false;
    FreshKeys keys;
    std::unique_ptr<GateLink> link;
    bool unanswered = false; ///< it was sent, and the connection was lost before the answer
};

namespace {

Keys::Keychain toView(KeyState state)
{
    switch (state) {
    case KeyState::Present: return Keys::Present;
    case KeyState::Locked: return Keys::Locked;
    case KeyState::Absent: return Keys::Absent;
    case KeyState::Unavailable: return Keys::Unavailable;
    case KeyState::Denied: return Keys::Denied;
    }
    return Keys::Unavailable;
}

QString words(KeyState state)
{
    switch (state) {
    case KeyState::Present: return KeyDesk::tr("The keychain is open.");
    case KeyState::Locked: return KeyDesk::tr("The keychain is locked. Unlock it, then try again.");
    case KeyState::Absent: return KeyDesk::tr("This desktop has no keyring yet.");
    case KeyState::Unavailable: return KeyDesk::tr("No keychain answers on this desktop. Keys can be kept in a sealed file instead.");
    case KeyState::Denied: return KeyDesk::tr("The keychain refused. Nothing was created in its place.");
    }
    return {};
}

} // namespace

KeyDesk::KeyDesk(const Places &places, Keys &view, PassphrasePrompt &prompt, QObject *parent)
    : QObject(parent)
    , m_places(places)
    , m_view(view)
    , m_prompt(prompt)
    , m_sealed(places.data + u"/keys.sealed"_s)
{
    auto index = KeyIndex::load(KeyIndex::defaultPath());
    if (!index)
        m_view.advance(Keys::Failed, index.error().sentence());
    else
        m_keeper = std::make_unique<KeyKeeper>(std::move(*index), &m_keychain, &m_sealed);
    connect(&m_view, &Keys::copyWanted, this, [](const QString &key) { QGuiApplication::clipboard()->setText(key); });
    connect(&m_view, &Keys::unlockWanted, this, [this] {
        m_keychain.unlock([this](KeyState state, const QString &detail) {
            showState(state, detail);
            if (state == KeyState::Present)
                Q_EMIT keychainOpened();
        });
    });
    connect(&m_prompt, &PassphrasePrompt::given, this, [this](const Passphrase &passphrase) {
        if (!m_afterUnlock)
            return;
        const auto opened = m_sealed.unlock(*passphrase);
        if (!opened)
            return m_prompt.ask(tr("To open your sealed keys"), opened.error().detail);
        m_prompt.close();
        std::exchange(m_afterUnlock, nullptr)();
    });
    connect(&m_prompt, &PassphrasePrompt::cancelled, this, [this] {
        if (m_afterUnlock)
            std::exchange(m_afterUnlock, nullptr)();
    });
}

void KeyDesk::look()
{
    m_keychain.probe([this](KeyState state, const QString &detail) {
        m_keychain.identify([this, state, detail](const StoreIdentity &answering) {
            m_answering = answering;
            showState(state, detail);
        });
    });
}

// A keyring that may be the one that has the keys is not called another: only reading them tells. What is sealed in a file has no keyring.
bool KeyDesk::isElsewhere(const KeyRecord &record) const
{
    return likenessOf(m_answering, record.store) == Likeness::Other;
}

const KeyRecord *KeyDesk::elsewhere() const
{
    if (!m_keeper)
        return nullptr;
    const auto &records = m_keeper->index().records();
    const auto found = std::ranges::find_if(records, [this](const KeyRecord &record) {
        return isElsewhere(record);
    });
    return found == records.end() ? nullptr : &*found;
}

void KeyDesk::showState(KeyState state, const QString &detail)
{
    m_state = state;
    if (const auto *record = elsewhere()) {
        //: Keys page: another keyring answers than the one that has this person's keys; %1 the one that has them, %2 the one that answers
        const auto text = tr("Your keys are in %1. %2 answers now, and nothing was made in it. Start the session that has them, or restore them.");
        m_view.setKeychain(Keys::Absent, text.arg(record->store.words(), m_answering.words()));
        return refresh(m_gates);
    }
    m_view.setKeychain(toView(state), detail.isEmpty() ? words(state) : words(state) + u' ' + detail);
    refresh(m_gates);
}

void KeyDesk::sessionSigner(const QString &gate, KeyKeeper::SignerHandler handler)
{
    const auto *record = m_keeper->index().find(gate, u"session");
    const bool sealed = record != nullptr && record->place == KeyPlace::SealedFile;
    if (!sealed || m_sealed.isUnlocked())
        return m_keeper->sessionSigner(gate, std::move(handler));
    m_afterUnlock = [this, gate, handler = std::move(handler)] { m_keeper->sessionSigner(gate, handler); };
    //: Above the passphrase field at start, where keys lie in a sealed file
    m_prompt.ask(tr("To open your sealed keys"));
}

void KeyDesk::failed(const QString &why)
{
    m_view.advance(Keys::Failed, why);
}

// A call without an answer holds the enrolment, which holds its link: nothing else would end them, or wipe the new seeds.
KeyDesk::~KeyDesk()
{
    if (const auto job = m_enrolling.lock())
        job->link.reset();
}

void KeyDesk::enrol(const GateAddress &address, const Invite &invite, const QString &actor, const Passphrase &passphrase, bool sealedFile)
{
    if (!usable())
        return;
    if (actor.isEmpty() || actor.contains(u'+') || actor.simplified() != actor || actor.contains(u' ')) {
        //: Keys page: the name of a person at a gate has a wrong form
        return failed(tr("A name has no spaces and no plus sign."));
    }
    m_view.advance(Keys::Working);
    auto job = std::make_shared<Enrolment>(
        Enrolment{address, invite, actor, passphrase, sealedFile, FreshKeys::make(actor), nullptr});
    m_enrolling = job;
    if (!sealedFile)
        return keepAndEnrol(job);
    auto opened = QFileInfo::exists(m_sealed.path()) ? m_sealed.unlock(*job->passphrase) : m_sealed.create(*job->passphrase);
    if (!opened)
        return failed(opened.error().detail);
    keepAndEnrol(job);
}

// Kept first, enrolled then: a gate must never list keys that were lost on the way.
void KeyDesk::keepAndEnrol(const std::shared_ptr<Enrolment> &job)
{
    const auto place = job->sealedFile ? KeyPlace::SealedFile : KeyPlace::Keychain;
    m_keeper->keep(job->keys, job->invite.gateKey.name, job->actor, place, *job->passphrase, [this, job](Result<Done, KeyStoreError> kept) {
        if (!kept) {
            look();
            return failed(kept.error().detail);
        }
        connectJob(job, nullptr);
        connect(job->link.get(), &GateLink::challenged, this, [this, job] { sendEnrolment(job); });
        job->link->open();
    });
}

// With a signer it sits down with the fresh keys, without one it can only enrol them.
void KeyDesk::connectJob(const std::shared_ptr<Enrolment> &job, const Signer *signer)
{
    letGo(*job);
    LinkOptions options;
    options.address = job->address;
    job->link = std::make_unique<GateLink>(options, signer);
    connect(job->link.get(), &GateLink::failed, this, [this, job](const LinkError &error) {
        spdlog::warn("enrolment: {}", present::shown(error.detail).toStdString());
        // The gate may have taken what was sent: then this asks again for as long as it takes, and the keys stay.
        if (error.isFinal() || !job->unanswered)
            giveUp(job, error.detail);
    });
}

void KeyDesk::giveUp(const std::shared_ptr<Enrolment> &job, const QString &why)
{
    if (!job->link)
        return;
    letGo(*job);
    m_keeper->discard(job->keys, [this, job, why](Result<Done, KeyStoreError>) { failed(why); });
}

void KeyDesk::sendEnrolment(const std::shared_ptr<Enrolment> &job)
{
    const auto envelope = enrolment(job->invite, job->link->challenge(), {{u"session"_s, &job->keys.session}, {u"decide"_s, &job->keys.decide}});
    const bool again = std::exchange(job->unanswered, true);
    job->link->enrol(envelope, this, [this, job, again](const Called<Json> &answer) {
        if (!answer && std::holds_alternative<LinkError>(answer.error()))
            return askAnew(job);
        // An invite is good once: refused the second time, it may have been taken the first.
        if (!answer && again)
            return lookWhetherEnrolled(job);
        takeAnswer(job, answer);
    });
}

// A lost connection comes back by itself; one that stands and is silent is opened anew, once its call has ended.
void KeyDesk::askAnew(const std::shared_ptr<Enrolment> &job)
{
    if (job->link->state() != GateLink::State::Challenged)
        return;
    QTimer::singleShot(0, job->link.get(), [link = job->link.get()] {
        link->close();
        link->open();
    });
}

void KeyDesk::lookWhetherEnrolled(const std::shared_ptr<Enrolment> &job)
{
    connectJob(job, &job->keys.session);
    connect(job->link.get(), &GateLink::opened, this, [this, job] {
        job->link->call(method::RegistryGet, RegistryParams{}.toJson(), this, [this, job](const Called<Json> &answer) {
            if (answer || !std::holds_alternative<LinkError>(answer.error()))
                takeAnswer(job, answer);
        });
    });
    job->link->open();
}

// Ends the link, and with it the last hold on the fresh seeds. It lives until the event loop turns: this runs inside its calls.
void KeyDesk::letGo(Enrolment &job)
{
    if (!job.link)
        return;
    job.link->disconnect(this);
    QTimer::singleShot(0, this, [link = std::shared_ptr<GateLink>(std::move(job.link))] { link->close(); });
}

void KeyDesk::takeAnswer(const std::shared_ptr<Enrolment> &job, const Called<Json> &answer)
{
    const auto refuse = [this, job](const QString &why) { giveUp(job, why); };
    if (!answer)
        return refuse(sentence(answer.error()));
    const auto result = EnvelopeResult::fromJson(*answer);
    const auto registry = result ? enrolledRegistry(result->envelope, job->invite.gateKey,
                                                    {{u"session"_s, job->keys.session.key()}, {u"decide"_s, job->keys.decide.key()}})
                                 : std::nullopt;
    if (!registry) {
        //: Keys page: the gate's answer to an enrolment could not be verified
        return refuse(tr("The gate's answer does not list the new keys under its own signature."));
    }
    Pins pins;
    pins.gate = registry->gate;
    pins.url = job->address.url.toString();
    pins.keys = registry->gateKeys;
    if (registry->serial == 0)
        pins.firstRegistry = result->envelope.payloadDigest();
    if (!PinFile(pins.keys.key).save(pins)) {
        //: Keys page: the gate's keys could not be remembered
        return refuse(tr("The keys of the gate could not be kept on disk."));
    }
    letGo(*job);
    m_view.advance(Keys::Ready);
    refresh(m_gates);
    Q_EMIT enrolled(pins);
}

void KeyDesk::refresh(const QList<GateRow> &gates)
{
    m_gates = gates;
    QList<KeyRow> rows;
    const std::vector<KeyRecord> none;
    for (const auto &record : m_keeper ? m_keeper->index().records() : none) {
        KeyRow row;
        row.key = record.key.toString();
        //: Keys page: what a key is for
        row.purpose = record.purpose == u"decide"_s ? tr("decides") : tr("opens sessions");
        row.owner = present::shown(record.actor, 200);
        row.gate = present::shown(record.gate, 200);
        const bool keychain = record.place == KeyPlace::Keychain;
        //: Keys page: where a key lies
        row.place = keychain ? tr("keychain") : tr("sealed file %1").arg(m_sealed.path());
        const bool ready = keychain ? m_state == KeyState::Present : m_sealed.isUnlocked();
        const bool other = isElsewhere(record);
        //: Keys page: whether a key can be used now
        row.state = other ? tr("missing") : ready ? tr("ready") : tr("locked");
        row.tone = other ? view::Tone::Bad : ready ? view::Tone::Good : view::Tone::Caution;
        rows.append(row);
    }
    m_view.show(rows, m_gates);
}

} // namespace holdfast
