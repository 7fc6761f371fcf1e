// SPDX-License-Identifier: Apache-2.0
#include "console/desk/practicedesk.h"

namespace holdfast {

using namespace Qt::StringLiterals;

namespace {

const auto practiceAgent = u"practice-agent"_s;

} // namespace

PracticeDesk::PracticeDesk(const Places &places, Practice &view, QObject *parent)
    : QObject(parent)
    , m_ground(places)
    , m_view(view)
{
    connect(&m_ground, &PracticeRunner::ready, this, [this] {
        m_view.advance(Practice::Ready);
        Q_EMIT ready();
    });
    connect(&m_ground, &PracticeRunner::failed, this, [this](const QString &why) {
        fail(why);
        Q_EMIT failed(why);
    });
    connect(&m_ground, &PracticeRunner::replayed, this, [this] { m_view.advance(Practice::Ready); });
    connect(&m_view, &Practice::replayWanted, this, &PracticeDesk::replay);
}

void PracticeDesk::make()
{
    //: While the practice ground is made at the very first start
    m_view.advance(Practice::Preparing, tr("Making the practice ground: a database of its own, some files, a repository"));
    m_ground.make();
}

void PracticeDesk::replay()
{
    if (!m_seat || !m_seat->mayConnect())
        return;
    //: Practice ground: looking for denials that stand in the way
    m_view.advance(Practice::Replaying, tr("Looking for what stands against the practice agent"));
    auto *search = new StandingAgainst(*m_seat, practiceAgent, m_seat);
    connect(search, &StandingAgainst::failed, this, [this, search](const QString &why) {
        search->deleteLater();
        fail(why);
    });
    connect(search, &StandingAgainst::found, this, [this, search](const std::vector<Standing> &standing) {
        search->deleteLater();
        liftThenReplay(standing);
    });
    search->find();
}

void PracticeDesk::liftThenReplay(std::vector<Standing> standing)
{
    if (standing.empty()) {
        //: Practice ground: the practice agent asks
        m_view.advance(Practice::Replaying, tr("The practice agent asks"));
        return m_ground.replay();
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
            return fail(problem);
        liftThenReplay(standing);
    });
}

} // namespace holdfast
