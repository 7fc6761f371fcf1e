// SPDX-License-Identifier: Apache-2.0
#include "kinds/command/gitpush.h"
#include "kinds/filesystem/survey.h"

#include "core/text/secrets.h"
#include "core/text/visible.h"
#include "diff/formats.h"

#include <algorithm>

namespace holdfast {

namespace {

void sayCount(Measurement &m, QStringView id, const QString &label, std::int64_t number, const QString &unit, const QString &how, Instant at, Severity severity)
{
    m.facts.push_back({id.toString(), label, QString::number(number), number, unit, Quality::Measured, how, at, number > 0 ? severity : Severity::Info});
}

void describeLoss(MeasureOutput &output, const LostCommits &lost, Instant at)
{
    auto &m = output.measurement;
    const QString how = QStringLiteral("counted by the gate in a fresh copy of the remote: reachable now, and from nothing that stays");
    sayCount(m, fact::DestroyedObjects, QStringLiteral("commits lost"), lost.commits, QStringLiteral("commits"), how, at, Severity::Danger);
    sayCount(m, fact::DestroyedBytes, QStringLiteral("bytes lost"), lost.bytes, QStringLiteral("bytes"), QStringLiteral("size on disk of the objects that only they reach"), at, Severity::Warning);
    sayCount(m, u"git.authors", QStringLiteral("authors of them"), lost.authors.size(), QStringLiteral("persons"), lost.authors.first(std::min<qsizetype>(5, lost.authors.size())).join(QStringLiteral(", ")), at, Severity::Notice);
    if (!lost.newest.isEmpty())
        m.facts.push_back({QStringLiteral("git.newest-lost"), QStringLiteral("newest of them"), lost.newest, std::nullopt, {}, Quality::Measured, QStringLiteral("committer date"), at, Severity::Info});
    if (lost.commits == 0) {
        m.recovery = {Verdict::Recoverable, {}, {}, {}, {}, {}, Quality::Measured, QStringLiteral("every commit stays reachable on the remote")};
        return;
    }
    m.recovery.how = QStringLiteral("whether the remote keeps unreachable commits, and for how long, it does not tell");
    diff::Tree tree;
    tree.total = lost.commits;
    for (const QString &line : lost.listed)
        tree.nodes.push_back({line, QStringLiteral("commit"), QStringLiteral("lost"), {}, {}, -1});
    auto blob = makeBlob(diff::encode(tree), QStringLiteral("application/vnd.holdfast.tree+json"));
    m.diffs.push_back({QStringLiteral("Commits that become unreachable"), QStringLiteral("tree"), refOf(blob)});
    output.blobs.push_back(std::move(blob));
}

void describeUpdates(Measurement &m, const std::vector<RefUpdate> &updates, const QString &url, Instant at)
{
    const auto deleted = std::count_if(updates.begin(), updates.end(), [](const RefUpdate &u) { return u.next.isEmpty() && !u.old.isEmpty(); });
    const auto replaced = std::count_if(updates.begin(), updates.end(), [](const RefUpdate &u) { return !u.next.isEmpty() && !u.old.isEmpty() && !u.fastForward; });
    m.operation = deleted > 0 ? QStringLiteral("git.delete-ref") : replaced > 0 ? QStringLiteral("git.force-push") : QStringLiteral("git.push");
    const QString how = QStringLiteral("git ls-remote, asked by the gate");
    sayCount(m, u"git.deleted-refs", QStringLiteral("references deleted"), deleted, QStringLiteral("references"), how, at, Severity::Danger);
    sayCount(m, u"git.replaced-refs", QStringLiteral("references not fast-forwarded"), replaced, QStringLiteral("references"), how, at, Severity::Danger);
    for (const auto &update : updates) {
        m.resources.append(url + u' ' + update.ref);
        const QString effect = update.next.isEmpty() ? QStringLiteral("deleted") : update.old.isEmpty() ? QStringLiteral("created") : update.fastForward ? QStringLiteral("forwarded") : QStringLiteral("replaced");
        m.dependents.push_back({update.ref, QStringLiteral("reference"), effect, std::nullopt, -1});
        m.facts.push_back({QStringLiteral("git.ref.%1").arg(m.dependents.size()), visible(update.ref), QStringLiteral("%1 → %2").arg(update.old.isEmpty() ? QStringLiteral("nothing") : update.old, update.next.isEmpty() ? QStringLiteral("nothing") : update.next),
                           std::nullopt, {}, Quality::Measured, how, at, Severity::Info});
    }
    std::sort(m.resources.begin(), m.resources.end(), [](const QString &a, const QString &b) { return a.toUtf8() < b.toUtf8(); });
    m.confirmText = updates.front().ref.mid(updates.front().ref.lastIndexOf(u'/') + 1);
}

void describeFrame(Measurement &m, const PushPlan &push, Instant at)
{
    const auto told = [&](const char *id, const QString &label, const QString &value, const QString &how, Severity severity) {
        m.facts.push_back({QString::fromLatin1(id), label, value, std::nullopt, {}, Quality::Measured, how, at, severity});
    };
    told("git.pushed-from", QStringLiteral("pushed from"), QStringLiteral("a copy of the gate's own"), QStringLiteral("no hook, no helper and no setting of the clone takes part; its tracking references stay as they are"), Severity::Info);
    if (push.hook)
        told("git.hook", QStringLiteral("pre-push hook of the clone"), QStringLiteral("not run"), QStringLiteral("the requester can write it, and it would run beside the gate's keys"), Severity::Notice);
}

} // namespace

void describePush(MeasureOutput &output, const PushPlan &push, const LostCommits &lost, const MeasureInput &input)
{
    describeUpdates(output.measurement, push.updates, QString::fromUtf8(maskSecrets(push.remote.address().url.toUtf8())), input.at);
    describeLoss(output, lost, input.at);
    describeFrame(output.measurement, push, input.at);
    output.measurement.environment = configuredEnvironment(*input.target);
}

} // namespace holdfast
