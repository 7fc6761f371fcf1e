// SPDX-License-Identifier: Apache-2.0
// Desk: what the person wants, carried to who performs it. Everything goes by hold id.
#include "console/desk/desk.h"

#include "console/present/format.h"
#include "console/present/holdpresenter.h"
#include "wire/messages.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QLocale>

namespace holdfast {

using namespace Qt::StringLiterals;

namespace {
const auto practiceAgent = u"practice-agent"_s;
}

void Desk::connectIntents()
{
    connect(m_app.inbox(), &Inbox::openWanted, this, &Desk::openHold);
    connect(m_app.inbox(), &Inbox::filterChanged, this, &Desk::refreshInbox);
    connect(m_app.review(), &Review::diffWanted, this, [this](const QString &, const QString &key) { chooseDiff(key); });
    connect(m_app.review(), &Review::measureWanted, this, &Desk::measureAgain);
    connect(m_app.review(), &Review::freezeWanted, this, [this](const QString &id, const QString &reason) {
        if (const auto *evidence = known(id); evidence != nullptr && evidence->hold) {
            //: Above the passphrase field: what the signature will do; %1 the requester
            command(Command::Verb::Freeze, *evidence, tr("To freeze %1").arg(present::shown(evidence->hold->requesterActor, 100)), reason);
        }
    });
    connect(m_app.running(), &Running::stopWanted, this, [this](const QString &id) {
        if (const auto *evidence = known(id)) {
            //: Above the passphrase field: what the signature will do
            command(Command::Verb::Stop, *evidence, tr("To stop this action"));
        }
    });
    connect(m_app.decision(), &DecisionLock::approveWanted, this, &Desk::approve);
    connect(m_app.decision(), &DecisionLock::denyWanted, this, &Desk::deny);
    connect(m_app.gate(), &GateStatus::connectWanted, this, [this] {
        if (isSeated())
            m_seat->link().open();
        else
            connectToRunning();
    });
    connect(m_app.practice(), &Practice::replayWanted, this, &Desk::replay);
    connect(&m_app, &App::pageChanged, this, [this] {
        if (m_app.page() == App::HistoryPage && m_history)
            m_history->refresh();
        refreshRunning();
    });
    connectKeys();
    connectOutside();
}

void Desk::connectKeys()
{
    connect(m_app.keys(), &Keys::copyWanted, this, [](const QString &key) { QGuiApplication::clipboard()->setText(key); });
    connect(m_app.keys(), &Keys::ownerWanted, this, &Desk::becomeOwner);
    connect(m_app.keys(), &Keys::enrolWanted, this,
            [this](const QString &name, const QString &address, const QString &text, const Passphrase &passphrase, bool sealed) {
                const auto invite = Invite::parse(text.trimmed());
                if (!invite) {
                    //: Keys page: what was pasted is not an invite
                    return m_app.keys()->advance(Keys::Failed, tr("That is not an invite. It looks like gate+…#…"));
                }
                const QUrl url(address.trimmed());
                m_address = {isGateUrl(url) ? url : m_address ? m_address->url : url, invite->gateKey};
                if (!isGateUrl(m_address->url)) {
                    //: Keys page: the address of a gate has a wrong form
                    return m_app.keys()->advance(Keys::Failed, tr("That is not the address of a gate. It looks like ws://127.0.0.1:7420/v1"));
                }
                m_keys.enrol(*m_address, *invite, name, passphrase, sealed);
            });
}

void Desk::connectOutside()
{
    connect(&m_tray, &Tray::openAsked, this, [this](const QString &hold) {
        Q_EMIT m_app.raiseWanted();
        if (!hold.isEmpty())
            openHold(hold);
    });
    connect(&m_notifier, &Notifier::reviewAsked, this, [this](const QString &hold) {
        Q_EMIT m_app.raiseWanted();
        if (!hold.isEmpty())
            openHold(hold);
    });
    connect(&m_tray, &Tray::freezeAsked, this, &Desk::freezeMostUrgent);
    connect(&m_tray, &Tray::quitAsked, &m_app, &App::quit);
}

const present::Evidence *Desk::known(const QString &id) const
{
    const auto hold = HoldId::parse(id);
    return hold && m_seat ? m_seat->book().find(*hold) : nullptr;
}

View Desk::viewOf(const present::Evidence &evidence) const
{
    const auto viewer = m_seat->viewer();
    const auto shownAt = evidence.hold ? evidence.hold->measuredAt : SystemClock().now();
    View view;
    view.digest = present::viewDigest(present::sectionTexts(present::holdView(evidence, viewer, shownAt), present::reviewLists(evidence, viewer, shownAt)));
    view.locale = QLocale().name();
    view.console = u"holdfast "_s + QCoreApplication::applicationVersion();
    return view;
}

void Desk::approve(const Approval &approval)
{
    const auto *evidence = current();
    // Act by hold id and revision: what was on the screen when it was meant, or nothing.
    if (evidence == nullptr || !evidence->hold || approval.holdId != m_open.toString() || approval.revision != evidence->hold->revision
        || approval.revision != m_shownRevision || evidence->holdDigest != m_shownDigest)
        return m_app.decision()->advance(DecisionLock::Failed, tr("The hold changed while you decided. Nothing was signed."));
    m_seat->decider().approve(*evidence, approval, viewOf(*evidence));
}

void Desk::deny(const QString &hold, const QString &reason, DecisionLock::Scope scope, const QString &counter)
{
    const auto *evidence = known(hold);
    if (evidence == nullptr)
        return m_app.decision()->advance(DecisionLock::Failed, tr("The hold is gone. Nothing was signed."));
    m_seat->decider().deny(*evidence, reason, scope, counter, viewOf(*evidence));
}

void Desk::measureAgain(const QString &holdId)
{
    const auto hold = HoldId::parse(holdId);
    if (!hold || !m_seat)
        return;
    if (*hold == m_open) {
        //: Why approving is locked: the gate measures once more
        m_app.decision()->block(u"measuring"_s, tr("Being measured again"));
    }
    m_seat->link().call<MeasureResult>(method::HoldMeasure, HoldParams{*hold}.toJson(), this, [this, id = *hold](Called<MeasureResult> answer) {
        if (id != m_open)
            return; // another one is open by now, which this is nothing to
        m_app.decision()->block(u"measuring"_s, {});
        if (!answer)
            m_app.decision()->advance(DecisionLock::Failed, sentence(answer.error()));
    }, std::chrono::minutes(2));
}

void Desk::command(Command::Verb verb, const present::Evidence &evidence, const QString &act, const QString &reason)
{
    Command command;
    command.verb = verb;
    command.hold = evidence.head.hold;
    //: Reason written into a stop or a freeze that a button of the console made
    command.reason = reason.isEmpty() ? tr("from the console") : reason;
    if (verb == Command::Verb::Freeze)
        command.actor = evidence.hold->requesterActor;
    m_seat->decider().command(std::move(command), act, [this](const QString &problem) {
        if (!problem.isEmpty())
            m_app.decision()->advance(DecisionLock::Failed, problem);
    });
}

void Desk::freezeMostUrgent()
{
    const auto urgent = urgentHolds();
    if (urgent.empty())
        return;
    Q_EMIT m_app.raiseWanted();
    command(Command::Verb::Freeze, *urgent.front(), tr("To freeze %1").arg(present::shown(urgent.front()->hold->requesterActor, 100)));
}

// A replay first has the owner lift what stands against the practice agent.
void Desk::replay()
{
    if (!isSeated())
        return;
    //: Practice ground: looking for denials that stand in the way
    m_app.practice()->advance(Practice::Replaying, tr("Looking for what stands against the practice agent"));
    auto *search = new StandingAgainst(*m_seat, practiceAgent, m_seat.get());
    connect(search, &StandingAgainst::failed, this, [this, search](const QString &why) {
        search->deleteLater();
        m_app.practice()->advance(Practice::Failed, why);
    });
    connect(search, &StandingAgainst::found, this, [this, search](const std::vector<Standing> &standing) {
        search->deleteLater();
        liftThenReplay(standing);
    });
    search->find();
}

void Desk::liftThenReplay(std::vector<Standing> standing)
{
    if (standing.empty()) {
        //: Practice ground: the practice agent asks
        m_app.practice()->advance(Practice::Replaying, tr("The practice agent asks"));
        return m_practice.replay();
    }
    const auto one = standing.back();
    standing.pop_back();
    Command lift;
    lift.verb = one.undoneBy;
    lift.subject = one.subject;
    lift.hold = one.hold;
    lift.actor = one.actor;
    //: Reason written into the command that lifts a denial before a replay
    lift.reason = tr("replay of the practice ground");
    //: Above the passphrase field: what the signature will do
    m_seat->decider().command(std::move(lift), tr("To lift what stands against the practice agent"), [this, standing](const QString &problem) {
        if (!problem.isEmpty())
            return m_app.practice()->advance(Practice::Failed, problem);
        liftThenReplay(standing);
    });
}

} // namespace holdfast
