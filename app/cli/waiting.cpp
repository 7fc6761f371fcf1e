// SPDX-License-Identifier: Apache-2.0
#include "cli/waiting.h"

#include "cli/outcome.h"
#include "cli/shownhold.h"

#include <QElapsedTimer>

#include <algorithm>

namespace holdfast {

namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr auto LongestWait = 30'000ms;
constexpr auto AnswerMargin = 10s;
constexpr auto PatienceWithLoss = 30s;

QString duration(std::chrono::seconds left)
{
    const auto minutes = left.count() / 60;
    if (minutes >= 60)
        return QStringLiteral("%1 h %2 min").arg(QString::number(minutes / 60), QString::number(minutes % 60));
    return minutes > 0 ? QStringLiteral("%1 min").arg(minutes) : QStringLiteral("%1 s").arg(std::max<std::int64_t>(left.count(), 0));
}

QString code(const HoldStatus &status)
{
    if (!status.holdDigest)
        return {};
    const QString digits = codeOf(*status.holdDigest);
    return QStringLiteral(", code %1 %2").arg(digits.first(3), digits.sliced(3));
}

QString pendingLine(const GateAccess &access, const HoldId &asked, const HoldStatus &status)
{
    const auto shown = shownHold(access, asked, status);
    if (!shown || !*shown)
        return QStringLiteral("waiting for approval, %1 so far%2%3")
            .arg(QString::number(status.decisions.size()), code(status), shown ? QString() : QStringLiteral("; ") + shown.error());
    const Hold &hold = **shown;
    const auto left = std::chrono::duration_cast<std::chrono::seconds>(hold.policy.approveUntil - SystemClock().now());
    const auto next = std::min<std::size_t>(status.decisions.size() + 1, static_cast<std::size_t>(hold.policy.need));
    return QStringLiteral("waiting for approval %1 of %2%3, %4 left: %5")
        .arg(QString::number(next), QString::number(hold.policy.need), code(status), duration(left), hold.measured.summaryText);
}

QString progressLine(const GateAccess &access, const HoldId &asked, const HoldStatus &status)
{
    switch (status.state) {
    case State::Measuring: return QStringLiteral("measuring what it would do…");
    case State::Pending: return pendingLine(access, asked, status);
    case State::Approved: return QStringLiteral("approved%1").arg(code(status));
    case State::Cooling: return QStringLiteral("approved, cooling off");
    case State::Released: return QStringLiteral("released");
    case State::Executing: return QStringLiteral("executing…");
    case State::Drifted: return QStringLiteral("what was measured has changed; measuring again");
    default: return {};
    }
}

bool comesBack(const CallError &error)
{
    const auto *link = std::get_if<LinkError>(&error);
    return link != nullptr && (link->kind == LinkError::Kind::Unreachable || link->kind == LinkError::Kind::Timeout);
}

/// One hold.wait, across a loss of the gate.
Called<HoldStatus> waitOnce(const Program &program, GateAccess &access, const WaitParams &params)
{
    auto answer = access.link().call<HoldStatus>(method::HoldWait, params.toJson(), milliseconds(params.timeoutMs) + AnswerMargin);
    if (answer || !comesBack(answer.error()))
        return answer;
    program.output.progress(QStringLiteral("the gate is gone; trying to reach it again"));
    if (const auto again = access.link().open(PatienceWithLoss); !again)
        return again.failure();
    WaitParams now = params;
    now.timeoutMs = 0;
    return access.link().call<HoldStatus>(method::HoldWait, now.toJson());
}

/// Until --timeout, at most LongestWait.
milliseconds nextWait(const Program &program, const QElapsedTimer &since)
{
    if (!program.options.timeout)
        return LongestWait;
    const milliseconds left = *program.options.timeout - milliseconds(since.elapsed());
    return std::clamp<milliseconds>(left, 0ms, LongestWait);
}

Problem stillWaiting(const Program &program, const GateAccess &access, const HoldId &hold, const QString &why)
{
    return {ExitCode::Waiting, QStringLiteral("%1; the request stays open. To go on: %2").arg(why, resumingCommand(program, access, hold))};
}

} // namespace

QString resumingCommand(const Program &program, const GateAccess &access, const HoldId &hold)
{
    QString command = QStringLiteral("hold wait %1").arg(hold.toString());
    if (!program.options.gate.isEmpty())
        command += QStringLiteral(" --gate '%1'").arg(access.gateArgument());
    if (!program.options.key.isEmpty())
        command += QStringLiteral(" --key '%1'").arg(program.options.key);
    return command;
}

Expected<HoldStatus> followHold(const Program &program, GateAccess &access, const HoldId &hold, HoldStatus status)
{
    QElapsedTimer since;
    since.start();
    QString shown;
    // The answer to a request may name a final state already, but only hold.wait brings reason and receipt.
    std::int64_t after = isFinal(status.state) ? 0 : status.sequence;
    for (bool known = false;; known = true) {
        if (known && isFinal(status.state))
            return status;
        if (const QString line = progressLine(access, hold, status); !line.isEmpty() && line != shown) {
            program.output.progress(line);
            shown = line;
        }
        const milliseconds patience = nextWait(program, since);
        auto answer = waitOnce(program, access, {hold, after, patience.count()});
        if (!answer) {
            Problem problem = problemOf(answer.error());
            if (problem.code == ExitCode::Waiting)
                return Failure{stillWaiting(program, access, hold, QStringLiteral("interrupted"))};
            if (problem.code == ExitCode::Unreachable)
                problem.sentence += QStringLiteral(". To go on: ") + resumingCommand(program, access, hold);
            return Failure{problem};
        }
        status = std::move(answer).value();
        after = status.sequence;
        if (!isFinal(status.state) && program.options.timeout && nextWait(program, since) == 0ms)
            return Failure{stillWaiting(program, access, hold, QStringLiteral("not decided within the time given"))};
    }
}

ExitCode waitForHold(const Program &program, GateAccess &access, const HoldId &hold, HoldStatus status)
{
    const auto ended = followHold(program, access, hold, std::move(status));
    if (ended)
        return tellOutcome(program, access, hold, *ended);
    if (ended.error().code == ExitCode::Waiting && program.output.isJson()) {
        program.output.note(QStringLiteral("hold: ") + ended.error().sentence);
        program.output.result(JsonBuilder()
                                  .add(QStringLiteral("hold"), hold.toString())
                                  .add(QStringLiteral("state"), QStringLiteral("waiting"))
                                  .add(QStringLiteral("exit_code"), static_cast<int>(ExitCode::Waiting))
                                  .add(QStringLiteral("resume"), resumingCommand(program, access, hold))
                                  .build());
        return ExitCode::Waiting;
    }
    return program.output.problem(ended.error());
}

} // namespace holdfast
