// SPDX-License-Identifier: Apache-2.0
#include "console/desk/holdbook.h"

#include "console/desk/evidencecheck.h"
#include "link/blobs.h"
#include "wire/messages.h"

#include <QLocale>
#include <QTimer>

namespace holdfast {

using namespace Qt::StringLiterals;

namespace {

// A gate ends the connection of who leaves more than 256 calls unanswered; the rest is for what else the console asks.
constexpr int askedAtOnce = 64;
constexpr auto measuringShownAfter = std::chrono::milliseconds(30);

// More than this nobody reads to its end; what is not read is not approved.
constexpr std::int64_t largestContent = 4LL * 1024 * 1024;

bool isUnknown(const CallError &error)
{
    const auto *refused = std::get_if<RpcError>(&error);
    return refused != nullptr && refused->code == ErrorCode::NotFound;
}

} // namespace

HoldBook::HoldBook(GateLink &link, HoldFeed &feed, LedgerWatch &watch, QObject *parent)
    : QObject(parent)
    , m_link(link)
    , m_feed(feed)
    , m_watch(watch)
{
    connect(&feed, &HoldFeed::snapshot, this, [this](const std::vector<Head> &open, const std::vector<Head> &missed) {
        letGoOfRecalled(open);
        m_untold.clear();
        for (const auto &head : open)
            takeHead(head);
        for (const auto &head : missed)
            takeHead(head);
        fetchLost();
        Q_EMIT snapshot();
    });
    connect(&feed, &HoldFeed::changed, this, &HoldBook::takeHead);
    connect(&watch, &LedgerWatch::trustedChanged, this, &HoldBook::verifyAgain);
    connect(&watch, &LedgerWatch::advanced, this, &HoldBook::compare);
}

void HoldBook::compare()
{
    if (!m_watch.follows() || !m_feed.isLive())
        return;
    const auto holds = m_holds;
    for (auto at = holds.cbegin(); at != holds.cend(); ++at) {
        const auto &head = at.value()->head;
        const bool told = !head.approvals.isEmpty() || !at.value()->approvals.isEmpty();
        if (told && countApprovals(*at.value()))
            Q_EMIT changed(at.key());
        if (!isFinal(head.state) || head.sequence > m_watch.proven())
            continue;
        if (const auto state = m_watch.stateOf(at.key()); state && !isFinal(*state)) {
            //: Alarm: the gate says that a hold was denied, stopped, done…, and its own ledger has it open
            m_watch.alarm(tr("The gate says that a hold has ended which its ledger has open."));
        }
    }
    if (m_asked > 0 || !m_wanted.empty())
        return; // what it told of is on its way
    for (const auto &[hold, story] : m_watch.openHolds()) {
        if (story.state == State::Pending && !m_holds.contains(hold) && !m_untold.contains(hold)) {
            m_untold.insert(hold);
            fetch(hold);
        }
    }
}

const present::Evidence *HoldBook::find(const HoldId &hold) const
{
    return m_holds.value(hold).get();
}

std::vector<const present::Evidence *> HoldBook::all() const
{
    std::vector<const present::Evidence *> holds;
    for (const auto &evidence : m_holds)
        holds.push_back(evidence.get());
    return holds;
}

void HoldBook::forget(const HoldId &hold)
{
    m_holds.remove(hold);
    m_enforced.remove(hold);
}

void HoldBook::recall()
{
    for (const auto &[hold, story] : m_watch.openHolds()) {
        if (m_holds.contains(hold))
            continue;
        HoldDocuments view;
        view.head.hold = hold;
        view.head.state = story.state;
        view.head.revision = story.revision;
        view.head.requestDigest = story.requestEnvelope.payloadDigest();
        view.head.at = story.hold ? story.hold->measuredAt : story.request.createdAt;
        view.request = story.requestEnvelope;
        if (story.hold) {
            view.current = story.holdEnvelope;
            view.head.holdDigest = story.holdEnvelope.payloadDigest();
        }
        m_recalled.insert(hold);
        takeView(view); // sequence 0: anything that the gate says is newer
    }
}

// Those that the gate does not count among the open ones have ended: how, it tells if it is asked.
void HoldBook::letGoOfRecalled(const std::vector<Head> &open)
{
    for (const auto &head : open)
        m_recalled.remove(head.hold);
    for (const auto &hold : std::exchange(m_recalled, {})) {
        forget(hold);
        Q_EMIT changed(hold);
        fetch(hold);
    }
}

void HoldBook::takeHead(const Head &head)
{
    const auto known = m_holds.value(head.hold);
    if (known && known->head.sequence >= head.sequence)
        return;
    // Same documents, another state: nothing needs to be fetched.
    if (known && known->unverified.isEmpty() && known->head.revision == head.revision && known->head.holdDigest == head.holdDigest
        && known->head.requestDigest == head.requestDigest) {
        known->head = head;
        countApprovals(*known);
        Q_EMIT changed(head.hold);
        return;
    }
    // A hold that is measured at once is shown once, measured; one that takes longer is shown while it is measured.
    if (!known && head.state == State::Measuring) {
        QTimer::singleShot(measuringShownAfter, this, [this, hold = head.hold] {
            if (!m_holds.contains(hold))
                fetch(hold);
        });
        return;
    }
    fetch(head.hold);
}

// Last asked for, first fetched: a hold that just moved does not wait behind the thousands that a connection begins with.
void HoldBook::fetch(const HoldId &hold)
{
    // One that still waits to be asked for will be answered as it stands then.
    if (m_queued.contains(hold))
        return;
    m_queued.insert(hold);
    m_wanted.push_front(hold);
    fetchMore();
}

void HoldBook::fetchMore()
{
    while (m_asked < askedAtOnce && !m_wanted.empty()) {
        const auto hold = m_wanted.front();
        m_wanted.pop_front();
        m_queued.remove(hold);
        ++m_asked;
        m_link.call<HoldDocuments>(method::HoldGet, HoldParams{hold}.toJson(), this, [this, hold](Called<HoldDocuments> answer) {
            --m_asked;
            if (answer) {
                takeView(*answer);
            } else if (isUnknown(answer.error()) && m_watch.follows() && m_watch.openHolds().contains(hold)) {
                //: Alarm: the gate denies that there is a hold which its own ledger has waiting or running
                m_watch.alarm(tr("The gate does not know a hold that its ledger has open."));
            } else if (m_link.state() != GateLink::State::Open) {
                // The next connection tells every hold anew.
                m_wanted.clear();
                m_queued.clear();
            } else if (passes(answer.error())) {
                // The others do not wait for it.
                QTimer::singleShot(GateLink::askAgainAfter, this, [this, hold] { fetch(hold); });
            }
            fetchMore();
            if (m_asked == 0)
                compare();
        });
    }
}

void HoldBook::takeView(const HoldDocuments &view)
{
    const auto known = m_holds.value(view.head.hold);
    if (known && known->head.sequence > view.head.sequence)
        return;
    auto evidence = std::make_shared<present::Evidence>();
    evidence->head = view.head;
    evidence->requestEnvelope = view.request;
    evidence->holdEnvelope = view.current;
    if (known && known->hold) {
        const bool next = known->hold->revision < view.head.revision;
        evidence->previous = next ? std::make_shared<const Hold>(*known->hold) : known->previous;
        evidence->content = known->content; // a hold's request never changes
        evidence->lists = known->lists;
    }
    evidence->unverified = verifyInto(*evidence);
    countApprovals(*evidence);
    m_holds.insert(view.head.hold, evidence);
    noteEnforcement(*evidence);
    Q_EMIT changed(view.head.hold);
    wantLists(view.head.hold);
}

void HoldBook::wantLists(const HoldId &hold)
{
    if (missingList(hold)) {
        m_unruled.push_back(hold);
        fetchLists();
    }
}

// Blobs that the last connection failed to deliver are asked for over this one.
void HoldBook::fetchLost()
{
    for (auto at = m_holds.cbegin(); at != m_holds.cend(); ++at) {
        if (!std::exchange(at.value()->listsProblem, {}).isEmpty())
            wantLists(at.key());
        if (!std::exchange(at.value()->contentProblem, {}).isEmpty())
            fetchContent(at.key());
    }
}

// One at a time: what has a ruling without them never waits for them.
void HoldBook::fetchLists()
{
    while (!m_fetchingList && !m_unruled.empty()) {
        const auto hold = m_unruled.front();
        const auto ref = missingList(hold);
        if (!ref) {
            m_unruled.pop_front();
            continue;
        }
        m_fetchingList = true;
        fetchBlob(&m_link, *ref, this, [this, hold, digest = ref->digest](Called<QByteArray> bytes) {
            m_fetchingList = false;
            takeList(hold, digest, std::move(bytes));
            fetchLists();
        });
    }
}

std::optional<BlobRef> HoldBook::missingList(const HoldId &hold) const
{
    const auto evidence = m_holds.value(hold);
    if (!evidence || !evidence->hold || evidence->ruling || !evidence->listsProblem.isEmpty())
        return std::nullopt;
    const auto &whole = evidence->hold->measured.whole;
    for (const auto &list : {whole.resources, whole.dependents, whole.uninspectable}) {
        if (list && !evidence->lists.contains(list->digest))
            return list;
    }
    return std::nullopt;
}

void HoldBook::takeList(const HoldId &hold, const Digest &digest, Called<QByteArray> bytes)
{
    const auto evidence = m_holds.value(hold);
    if (!evidence)
        return;
    if (bytes)
        evidence->lists.emplace(digest, std::move(*bytes));
    else
        evidence->listsProblem = sentence(bytes.error());
    if (missingList(hold))
        return;
    evidence->unverified = verifyInto(*evidence);
    Q_EMIT changed(hold);
}

void HoldBook::fetchContent(const HoldId &hold)
{
    const auto evidence = m_holds.value(hold);
    if (!evidence || !evidence->unverified.isEmpty() || evidence->content || evidence->request.blobs().empty())
        return;
    const auto blob = evidence->request.blobs().front();
    if (blob.size > largestContent) {
        //: Why a payload cannot be shown; %1 a size such as "12 MB"
        evidence->contentProblem = tr("it has %1").arg(QLocale().formattedDataSize(blob.size, 0, QLocale::DataSizeSIFormat));
        return;
    }
    fetchBlob(&m_link, blob, this, [this, hold](Called<QByteArray> bytes) {
        const auto known = m_holds.value(hold);
        if (!known)
            return;
        known->content = bytes ? std::make_shared<const QByteArray>(std::move(*bytes)) : nullptr;
        known->contentProblem = bytes ? QString() : sentence(bytes.error());
        Q_EMIT changed(hold);
    });
}

void HoldBook::verifyAgain()
{
    const auto holds = m_holds;
    for (auto at = holds.cbegin(); at != holds.cend(); ++at) {
        at.value()->unverified = verifyInto(*at.value());
        noteEnforcement(*at.value());
        Q_EMIT changed(at.key());
        wantLists(at.key());
    }
}

bool HoldBook::countApprovals(present::Evidence &evidence) const
{
    QStringList persons;
    const auto found = m_watch.openHolds().find(evidence.head.hold);
    if (found != m_watch.openHolds().end() && found->second.holdEnvelope.payloadDigest() == evidence.holdDigest && evidence.hold) {
        for (const auto &approval : found->second.approvals)
            persons.append(approval.person);
    }
    persons.removeDuplicates();
    return std::exchange(evidence.approvals, persons) != persons;
}

void HoldBook::noteEnforcement(const present::Evidence &evidence)
{
    if (evidence.hold && evidence.hold->enforcement == Enforcement::Enforced)
        m_enforced.insert(evidence.head.hold);
    else
        m_enforced.remove(evidence.head.hold);
}

QString HoldBook::verifyInto(present::Evidence &evidence) const
{
    const auto trusted = m_watch.trusted();
    if (!trusted) {
        //: Why a hold is not shown yet: the console is still walking the registry
        return tr("The registry has not been verified yet.");
    }
    return verifyEvidence(evidence, *trusted);
}

} // namespace holdfast
