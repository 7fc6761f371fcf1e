// SPDX-License-Identifier: Apache-2.0
#include "console/desk/ledgerwatch.h"

#include "config/policyreader.h"
#include "ledger/entry.h"
#include "link/blobs.h"
#include "wire/messages.h"

namespace holdfast {

using namespace Qt::StringLiterals;

namespace {

// Entries audited in one turn of the event loop: some milliseconds, so that the window stays quick.
constexpr int batch = 40;

// The file is replaced whole, and waits for the disk on the thread that paints: soon after a connection began, seldom after that, and
// yet often enough for a console that is killed.
constexpr std::chrono::seconds keepFirst(5), keepAgain(60);
constexpr std::int64_t keepEvery = 1000;

// One is enough to lock everything; a gate that hands out a million bad entries is not told a million times.
constexpr qsizetype mostAlarms = 50;

// The lists that a hold had no room for. Most have none: those are not parsed for it.
QList<BlobRef> wholeListsOf(const QByteArray &hold)
{
    const auto parsed = hold.contains("\"whole\":") ? Hold::parse(hold) : Parsed<Hold>(Failure{DocumentError{}});
    QList<BlobRef> blobs;
    if (parsed) {
        for (const auto &list : {parsed->measured.whole.resources, parsed->measured.whole.dependents, parsed->measured.whole.uninspectable}) {
            if (list)
                blobs.append(*list);
        }
    }
    return blobs;
}

// The blobs that the auditor needs besides the entry itself, as far as `known` tells.
QList<BlobRef> blobsOf(QByteArrayView bytes, const std::map<Digest, QByteArray> &known)
{
    const auto entry = Entry::parse(bytes);
    if (!entry)
        return {};
    QList<BlobRef> blobs;
    auto payload = entry->envelope.payload;
    if (entry->payloadDigest) {
        blobs.append(BlobRef{*entry->payloadDigest, UnknownSize, {}});
        const auto at = known.find(*entry->payloadDigest);
        payload = at == known.end() ? QByteArray() : at->second;
    }
    if (entry->kind == EntryKind::Hold)
        return blobs + wholeListsOf(payload);
    if (entry->kind == EntryKind::Registry) {
        if (const auto registry = Registry::parse(payload))
            blobs.append(registry->policy);
    }
    return blobs;
}

// The payload that an entry only names; empty where it carries its own, as most do: those are not parsed for it.
QByteArray payloadOf(const QByteArray &bytes, const std::map<Digest, QByteArray> &known)
{
    const auto entry = bytes.contains("\"payload_digest\"") ? Entry::parse(bytes) : Result<Entry, EntryError>(Failure{EntryError{}});
    const auto at = entry && entry->payloadDigest ? known.find(*entry->payloadDigest) : known.end();
    return at == known.end() ? QByteArray() : at->second;
}

// No answer at all; a wrong one is none of these.
bool isUnanswered(const CallError &error)
{
    const auto *link = std::get_if<LinkError>(&error);
    return link != nullptr && link->kind != LinkError::Kind::BadSignature;
}

} // namespace

LedgerWatch::LedgerWatch(GateLink &link, Pins pins, const VerifierKey &sessionKey, const Signer *session, QObject *parent)
    : QObject(parent)
    , m_link(link)
    , m_pins(std::move(pins))
    , m_session(session)
    , m_follower(m_pins.gate, m_pins.keys.ledgerKey, m_pins.checkpoint)
    , m_auditor(std::make_unique<LedgerAuditor>(options()))
    , m_file(PinFile(m_pins.keys.key).path() + u".audit"_s, m_pins.keys.key, sessionKey)
{
    m_keepSoon.setSingleShot(true);
    m_keepSoon.setInterval(keepFirst);
    connect(&m_keepSoon, &QTimer::timeout, this, [this] {
        keep();
        m_keepSoon.setInterval(keepAgain);
    });
    resume();
    if (!m_follower.valid()) {
        //: Alarm: the file with what was last seen of the ledger was changed
        alarm(tr("The checkpoint that this console kept does not verify."));
    }
    connect(&m_link, &GateLink::opened, this, &LedgerWatch::begin);
    connect(&m_link, &GateLink::stateChanged, this, [this](GateLink::State state) {
        if (state != GateLink::State::Open)
            lost();
    });
}

LedgerWatch::~LedgerWatch()
{
    keep();
}

AuditorOptions LedgerWatch::options() const
{
    return {m_pins.keys.key,
            [this](const Digest &digest) -> std::optional<QByteArray> {
                const auto at = m_blobs.find(digest);
                return at == m_blobs.end() ? std::nullopt : std::optional(at->second);
            },
            policyOrNothing, m_pins.firstRegistry};
}

std::optional<CheckpointRef> LedgerWatch::highest() const
{
    return m_follower.highest() ? std::optional(m_follower.highest()->ref()) : std::nullopt;
}

void LedgerWatch::begin()
{
    giveUp();
    m_asking = false;
    m_follows = false;
    m_keepSoon.setInterval(keepFirst);
    const QByteArray note = m_link.session().checkpoint.toUtf8();
    if (const auto stale = m_follower.whyNotNewest(note, m_follower.known()))
        return alarm(stale->sentence());
    accept(note, [this](const QString &problem) {
        if (problem.isEmpty())
            follow();
    });
}

void LedgerWatch::accept(const QByteArray &note, std::function<void(QString)> then)
{
    const auto settle = [this, then](const Result<Checkpoint, LedgerAlarm> &accepted) {
        if (!accepted) {
            alarm(accepted.error().sentence());
            return then(accepted.error().sentence());
        }
        m_pins.checkpoint = m_follower.highestNote();
        if (!PinFile(m_pins.keys.key).save(m_pins)) {
            //: Alarm: the console cannot remember what it saw of the ledger
            alarm(tr("The highest checkpoint could not be kept on disk."));
        }
        then({});
    };
    const auto wanted = m_follower.proofFor(note);
    if (!wanted)
        return settle(wanted.failure());
    if (!*wanted)
        return settle(m_follower.accept(note, {}));
    m_link.ask<ProofResult>(method::LedgerConsistency, RangeParams{(*wanted)->first, (*wanted)->second}.toJson(), this,
                             [this, note, settle, then, asked = **wanted](Called<ProofResult> answer) {
                                 if (!answer)
                                     return then(sentence(answer.error()));
                                 // Meanwhile another checkpoint may have become the highest: the proof is about other sizes then.
                                 if (const auto still = m_follower.proofFor(note); still && *still != asked)
                                     return accept(note, then);
                                 settle(m_follower.accept(note, answer->proof));
                             });
}

void LedgerWatch::follow()
{
    // One question at a time; what comes meanwhile is asked for once more at the end.
    if (m_asking || m_fetching) {
        m_again = true;
        return;
    }
    m_asking = true;
    m_again = false;
    m_link.ask<CheckpointResult>(method::LedgerCheckpoint, Nothing{}.toJson(), this, [this, known = m_follower.known()](Called<CheckpointResult> answer) {
        m_asking = false;
        if (!answer)
            return;
        const QByteArray note = answer->checkpoint.toUtf8();
        if (const auto stale = m_follower.whyNotNewest(note, known))
            return alarm(stale->sentence());
        accept(note, [this](const QString &problem) {
            if (!problem.isEmpty() || !m_follower.highest())
                return;
            m_goal = m_follower.highest()->ref();
            m_goalNote = m_follower.highestNote();
            fetch();
        });
    });
}

void LedgerWatch::fetch()
{
    if (m_fetching || !m_goal)
        return;
    if (m_tree.size() >= m_goal->size)
        return reachedGoal();
    m_fetching = true;
    // The first registry alone, to begin with: until it is known nothing can be shown.
    const auto most = m_tree.size() == 0 ? 1 : limit::Page;
    const auto asked = std::min<std::int64_t>(m_goal->size - m_tree.size(), most);
    m_link.ask<EntriesResult>(method::LedgerEntries, RangeParams{m_tree.size(), m_tree.size() + asked}.toJson(), this,
                               [this, asked, session = m_beginning](Called<EntriesResult> answer) {
                                   if (session != m_beginning)
                                       return;
                                   if (answer && !answer->entries.empty())
                                       take(std::move(answer->entries), asked);
                                   else
                                       m_fetching = false;
                               });
}

void LedgerWatch::take(std::vector<QByteArray> entries, std::int64_t asked)
{
    if (static_cast<std::int64_t>(entries.size()) > asked) {
        // Past the size that the checkpoint names nothing would be compared with its root.
        entries.resize(static_cast<std::size_t>(asked));
        //: Alarm: the gate answers with more of its ledger than it was asked for
        alarm(tr("The gate hands out more entries than were asked for."));
    }
    for (auto &entry : entries)
        m_waiting.push_back(std::move(entry));
    audit(m_beginning);
}

// One entry's blobs at a time: a page that names many large ones is neither asked for at once nor held in memory.
bool LedgerWatch::fetchMissing(QByteArrayView entry)
{
    QList<BlobRef> missing;
    for (const auto &blob : blobsOf(entry, m_blobs)) {
        if (!m_blobs.contains(blob.digest) && !m_askedBlobs.contains(blob.digest))
            missing.append(blob);
    }
    if (missing.isEmpty())
        return false;
    for (const auto &blob : missing)
        m_askedBlobs.insert(blob.digest);
    m_missingBlobs = static_cast<int>(missing.size());
    fetchBlobs(missing);
    return true;
}

void LedgerWatch::fetchBlobs(const QList<BlobRef> &blobs)
{
    for (const auto &blob : blobs) {
        fetchBlob(&m_link, blob, this, [this, digest = blob.digest, session = m_beginning](Called<QByteArray> bytes) {
            if (session != m_beginning)
                return;
            if (!bytes && isUnanswered(bytes.error()))
                return giveUp();
            // A blob that is gone, or is another, is the auditor's to judge.
            if (bytes)
                m_blobs[digest] = *bytes;
            if (--m_missingBlobs == 0)
                audit(session);
        });
    }
}

// Everything unaudited is fetched again as soon as there is something to follow.
void LedgerWatch::giveUp()
{
    ++m_beginning;
    m_waiting.clear();
    m_blobs.clear();
    m_askedBlobs.clear();
    m_fetching = false;
}

void LedgerWatch::audit(int session)
{
    if (session != m_beginning)
        return;
    for (int i = 0; i < batch && !m_waiting.empty(); ++i) {
        if (fetchMissing(m_waiting.front()))
            return refreshTrusted();
        const auto entry = std::move(m_waiting.front());
        m_waiting.pop_front();
        m_tree.append(leafHash(entry));
        m_recent.append(entry, payloadOf(entry, m_blobs));
        for (const auto &finding : m_auditor->add(entry)) {
            //: Alarm: an entry of the ledger is not what it must be; %1 its index, %2 what is wrong
            alarm(tr("Ledger entry %1: %2").arg(QString::number(finding.index), finding.sentence));
        }
        m_blobs.clear(); // the auditor keeps what it still needs
        m_askedBlobs.clear();
    }
    refreshTrusted();
    if (!m_waiting.empty()) {
        QTimer::singleShot(0, this, [this, session] { audit(session); });
        return;
    }
    m_fetching = false;
    Q_EMIT advanced();
    fetch();
}

void LedgerWatch::reachedGoal()
{
    const bool same = m_tree.size() == m_goal->size;
    if (same && m_tree.root() != m_goal->root) {
        //: Alarm: what the gate hands out is not what it signed
        alarm(tr("The entries that the gate hands out do not make the root that it signed."));
    } else if (same) {
        m_checkpoint = m_goalNote;
        m_follows = true;
        if (!m_keepSoon.isActive())
            m_keepSoon.start();
    }
    m_goal.reset();
    if (m_tree.size() - m_kept >= keepEvery)
        keep();
    Q_EMIT advanced();
    if (m_again)
        follow();
}

void LedgerWatch::refreshTrusted()
{
    const auto *place = m_auditor->place();
    if (place == nullptr || (m_trusted && m_trusted->registryDigest == place->payload))
        return;
    if (!m_pins.firstRegistry)
        m_pins.firstRegistry = m_auditor->firstRegistry();
    if (!place->policy) {
        //: Alarm: the policy that a registry names is missing or cannot be read
        alarm(tr("The policy of the registry in force could not be read."));
        return;
    }
    m_trusted = std::make_shared<const TrustedPolicy>(TrustedPolicy{place->registry, place->payload, *place->policy});
    Q_EMIT trustedChanged();
}

void LedgerWatch::acknowledge(const Envelope &sent, const SubmitResult &answer, std::function<void(QString)> then)
{
    const auto note = answer.checkpoint.toUtf8();
    const auto held = m_follower.acknowledged(sent, answer.index, answer.entry, answer.proof, note);
    if (!held) {
        alarm(held.error().sentence());
        return then(held.error().sentence());
    }
    accept(note, std::move(then));
    follow();
}

void LedgerWatch::alarm(const QString &sentence)
{
    if (m_alarms.size() >= mostAlarms || m_alarms.contains(sentence))
        return;
    m_alarms.append(sentence);
    Q_EMIT alarmed();
}

} // namespace holdfast
