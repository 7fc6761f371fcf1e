// SPDX-License-Identifier: Apache-2.0
#include "console/desk/commanddesk.h"

#include "console/present/format.h"

namespace holdfast {

CommandDesk::CommandDesk(GateSeat &seat, App &app, QObject *parent)
    : QObject(parent)
    , m_seat(seat)
    , m_lock(*app.decision())
{
    connect(app.review(), &Review::freezeWanted, this, [this](const QString &id, const QString &reason) {
        if (const auto *evidence = known(id); evidence != nullptr && evidence->hold)
            freeze(*evidence, reason);
    });
    connect(app.running(), &Running::stopWanted, this, [this](const QString &id) {
        if (const auto *evidence = known(id))
            stop(evidence->head.hold);
    });
}

const present::Evidence *CommandDesk::known(const QString &id) const
{
    const auto hold = HoldId::parse(id);
    return hold ? m_seat.book().find(*hold) : nullptr;
}

void CommandDesk::freeze(const present::Evidence &evidence, const QString &reason)
{
    Command command;
    command.verb = Command::Verb::Freeze;
    command.hold = evidence.head.hold;
    command.actor = evidence.hold->requesterActor;
    command.reason = reason;
    //: Above the passphrase field: what the signature will do; %1 the requester
    submit(std::move(command), tr("To freeze %1").arg(present::shown(evidence.hold->requesterActor, 100)));
}

void CommandDesk::stop(const HoldId &hold)
{
    Command command;
    command.verb = Command::Verb::Stop;
    command.hold = hold;
    //: Above the passphrase field: what the signature will do
    submit(std::move(command), tr("To stop this action"));
}

void CommandDesk::submit(Command command, const QString &act)
{
    if (command.reason.isEmpty()) {
        //: Reason written into a stop or a freeze that a button of the console made
        command.reason = tr("from the console");
    }
    m_seat.decider().command(std::move(command), act, [this](const QString &problem) {
        if (!problem.isEmpty())
            m_lock.advance(DecisionLock::Failed, problem);
    });
}

} // namespace holdfast
