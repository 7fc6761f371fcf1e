// SPDX-License-Identifier: Apache-2.0
#include "console/desk/reviewdesk.h"

#include "console/desk/lockreasons.h"
#include "console/desk/resulttext.h"
#include "console/desk/waitinglist.h"
#include "console/present/holdpresenter.h"
#include "wire/messages.h"

#include <QCoreApplication>
#include <QLocale>

namespace holdfast {

using namespace Qt::StringLiterals;
using present::Evidence;

ReviewDesk::ReviewDesk(GateSeat &seat, const GateStanding &standing, const ReceiptShelf &receipts, Review &view, DecisionLock &lock, const HoldId &open)
    : m_seat(seat)
    , m_standing(standing)
    , m_receipts(receipts)
    , m_view(view)
    , m_lock(lock)
    , m_diffs(seat.link(), view)
    , m_open(open)
{
    connectSeat();
    connectViews();
}

void ReviewDesk::connectSeat()
{
    connect(&m_seat.book(), &HoldBook::changed, this, [this](const HoldId &hold) {
        if (const auto *evidence = m_seat.book().find(hold))
            m_seat.decider().reconsider(*evidence);
        if (hold == m_open)
            refresh();
    });
    connect(&m_seat.book(), &HoldBook::snapshot, this, &ReviewDesk::retryDiffs);
    for (const auto signal : {&LedgerWatch::advanced, &LedgerWatch::alarmed}) {
        connect(&m_seat.watch(), signal, this, [this] {
            refreshLock();
            if (const auto *evidence = current())
                m_seat.decider().reconsider(*evidence);
        });
    }
    connect(&m_seat.decider(), &Decider::advanced, this, [this](const QString &hold, DecisionLock::State state, const QString &text) {
        if (m_lock.holdId() == hold)
            m_lock.advance(state, text);
    });
    connect(&m_receipts, &ReceiptShelf::arrived, this, [this](const HoldId &hold) {
        if (hold == m_open)
            refresh();
    });
}

void ReviewDesk::connectViews()
{
    connect(&m_diffs, &DiffDesk::arrived, this, &ReviewDesk::refreshLock);
    connect(&m_view, &Review::measureWanted, this, &ReviewDesk::measureAgain);
    connect(&m_lock, &DecisionLock::approveWanted, this, &ReviewDesk::approve);
    connect(&m_lock, &DecisionLock::denyWanted, this, &ReviewDesk::deny);
}

const Evidence *ReviewDesk::current() const
{
    return m_open.isNull() ? nullptr : m_seat.book().find(m_open);
}

void ReviewDesk::open(const HoldId &hold)
{
    m_open = hold;
    m_shownRevision = -1;
    m_shownDigest = {};
    m_diffs.drop();
    m_lock.block(u"measuring"_s, {});
    if (current() != nullptr)
        return refresh();
    m_seat.book().fetch(hold);
    m_view.show(Review::Loading, {}, {});
}

HoldView ReviewDesk::viewOf(const Evidence &evidence) const
{
    auto view = present::holdView(evidence, m_seat.viewer(), SystemClock().now());
    if (!WaitingList::waits(evidence)) {
        const auto told = resultText(evidence.head.state, m_receipts.find(evidence.head.hold));
        view.standing = told.state;
        view.result = told.result;
        view.tone = told.tone;
    }
    return view;
}

bool ReviewDesk::isShown(const Evidence &evidence) const
{
    return m_shownRevision == evidence.head.revision && m_shownDigest == evidence.holdDigest && m_view.state() == Review::Shown
        && m_contentShown == (evidence.content != nullptr) && m_ruledShown == evidence.ruling.has_value();
}

void ReviewDesk::refresh()
{
    const auto *evidence = current();
    if (evidence == nullptr)
        return;
    if (!evidence->unverified.isEmpty()) {
        m_lock.close();
        return m_view.show(Review::Unverified, viewOf(*evidence), {}, evidence->unverified);
    }
    if (!evidence->hold) {
        m_lock.close();
        m_shownRevision = -1;
        return m_view.show(Review::Measuring, viewOf(*evidence), present::reviewLists(*evidence, m_seat.viewer(), SystemClock().now()));
    }
    if (isShown(*evidence)) {
        showTimes(*evidence);
        m_lock.setNeeds(present::needsText(*evidence, m_seat.viewer()));
        return refreshLock();
    }
    show(*evidence);
}

void ReviewDesk::show(const Evidence &evidence)
{
    m_shownRevision = evidence.head.revision;
    if (m_shownDigest != evidence.holdDigest)
        m_diffs.drop();
    m_shownDigest = evidence.holdDigest;
    m_contentShown = evidence.content != nullptr;
    m_ruledShown = evidence.ruling.has_value();
    m_seat.book().fetchContent(m_open);
    const auto lists = present::reviewLists(evidence, m_seat.viewer(), SystemClock().now());
    m_view.show(Review::Shown, viewOf(evidence), lists);
    m_lock.open(present::decisionTerms(evidence, m_seat.viewer()));
    m_diffs.show(evidence.hold->measured.diffs, lists.diffs.isEmpty() ? QString() : lists.diffs.constFirst().key);
    refreshLock();
}

void ReviewDesk::showTimes(const Evidence &evidence)
{
    m_view.setHold(viewOf(evidence));
    m_view.setFacts(present::factRows(*evidence.hold, SystemClock().now()));
}

void ReviewDesk::passTime()
{
    if (const auto *evidence = current(); evidence != nullptr && evidence->hold && evidence->unverified.isEmpty()) {
        showTimes(*evidence);
        refreshLock();
    }
}

void ReviewDesk::refreshLock()
{
    // Without the session key there is nothing to connect with: that reason stands first, and alone.
    //: Why nothing can be decided: the gate does not answer
    m_lock.block(u"link"_s, m_seat.feed().isLive() || m_standing.isKeyMissing() ? QString() : tr("Connect to the gate"));
    //: Why approving and denying are locked; the inbox says which key, and where it was kept
    m_lock.block(u"keys"_s, m_standing.isKeyMissing() ? tr("Restore your session key") : QString());
    const auto *evidence = current();
    if (evidence == nullptr || !evidence->hold)
        return;
    for (const auto &reason : lockReasons(*evidence, m_seat, m_diffs.missing(), SystemClock().now()))
        m_lock.block(reason.id, reason.words);
}

void ReviewDesk::retryDiffs()
{
    if (!m_diffs.dropIncomplete())
        return;
    m_shownRevision = -1;
    refresh();
}

void ReviewDesk::measureAgain(const QString &holdId)
{
    const auto hold = HoldId::parse(holdId);
    if (!hold)
        return;
    if (*hold == m_open) {
        //: Why approving is locked: the gate measures once more
        m_lock.block(u"measuring"_s, tr("Being measured again"));
    }
    m_seat.link().call<MeasureResult>(method::HoldMeasure, HoldParams{*hold}.toJson(), this, [this, id = *hold](Called<MeasureResult> answer) {
        if (id != m_open)
            return; // another one is open by now, which this is nothing to
        m_lock.block(u"measuring"_s, {});
        if (!answer)
            m_lock.advance(DecisionLock::Failed, sentence(answer.error()));
    }, std::chrono::minutes(2));
}

void ReviewDesk::approve(const Approval &approval)
{
    const auto *evidence = current();
    // Act by hold id and revision: what was on the screen when it was meant, or nothing.
    if (evidence == nullptr || !evidence->hold || approval.holdId != m_open.toString() || approval.revision != evidence->hold->revision
        || approval.revision != m_shownRevision || evidence->holdDigest != m_shownDigest)
        return m_lock.advance(DecisionLock::Failed, tr("The hold changed while you decided. Nothing was signed."));
    m_seat.decider().approve(*evidence, approval, signedView(*evidence));
}

void ReviewDesk::deny(const QString &holdId, const QString &reason, DecisionLock::Scope scope, const QString &counter)
{
    const auto hold = HoldId::parse(holdId);
    const auto *evidence = hold ? m_seat.book().find(*hold) : nullptr;
    if (evidence == nullptr)
        return m_lock.advance(DecisionLock::Failed, tr("The hold is gone. Nothing was signed."));
    m_seat.decider().deny(*evidence, reason, scope, counter, signedView(*evidence));
}

View ReviewDesk::signedView(const Evidence &evidence) const
{
    const auto viewer = m_seat.viewer();
    const auto shownAt = evidence.hold ? evidence.hold->measuredAt : SystemClock().now();
    View view;
    view.digest = present::viewDigest(present::sectionTexts(present::holdView(evidence, viewer, shownAt), present::reviewLists(evidence, viewer, shownAt)));
    view.locale = QLocale().name();
    view.console = u"holdfast "_s + QCoreApplication::applicationVersion();
    return view;
}

} // namespace holdfast
