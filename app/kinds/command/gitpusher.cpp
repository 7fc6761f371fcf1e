// SPDX-License-Identifier: Apache-2.0
#include "kinds/command/gitpusher.h"

#include <algorithm>

namespace holdfast {

namespace {

QList<QByteArray> pushCommand(const PushPlan &push)
{
    QList<QByteArray> command{"push", "--porcelain", "--no-verify", "--no-follow-tags", "--no-signed", "--no-recurse-submodules"};
    if (push.remote.address().isHere())
        command.append(GitRemote::served("receive-pack", "receive-pack"));
    if (push.atomic)
        command.append("--atomic");
    for (const auto &update : push.updates)
        command.append("--force-with-lease=" + update.ref.toUtf8() + ':' + update.old.toUtf8());
    command += {"--", push.remote.address().url.toUtf8()};
    for (const auto &update : push.updates)
        command.append(update.next.toUtf8() + ':' + update.ref.toUtf8());
    return command;
}

Fact effectOf(const RefUpdate &update, const QString &now, int index)
{
    const bool done = now == update.next;
    return {QStringLiteral("git.ref.%1").arg(index), update.ref, now.isEmpty() ? QStringLiteral("nothing") : now, std::nullopt, {}, Quality::Measured,
            done ? QStringLiteral("asked of the remote afterwards: as it was to be") : QStringLiteral("asked of the remote afterwards: not what was pushed"), SystemClock().now(),
            done ? Severity::Info : Severity::Danger};
}

} // namespace

Performed performPush(const PushPlan &push)
{
    ProcessEnd end = push.remote.git().run(pushCommand(push), true);
    Performed result;
    result.exitCode = end.exitCode;
    result.output = std::move(end.output);
    const auto now = push.remote.references();
    int index = 0;
    std::ptrdiff_t done = 0;
    for (const auto &update : push.updates) {
        const auto found = now ? now->find(update.ref) : std::map<QString, QString>::const_iterator{};
        const QString value = now && found != now->end() ? found->second : QString();
        if (now)
            result.effects.push_back(effectOf(update, value, ++index));
        done += now && value == update.next ? 1 : 0;
    }
    const bool whole = done == static_cast<std::ptrdiff_t>(push.updates.size());
    if (!end.started)
        result.outcome = Outcome::NotStarted;
    else if (!now || end.timedOut || end.signal)
        result.outcome = Outcome::Unknown;
    else
        result.outcome = whole && end.succeeded() ? Outcome::Committed : done > 0 ? Outcome::Partial : Outcome::Failed;
    return result;
}

} // namespace holdfast
