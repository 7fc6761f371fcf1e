// SPDX-License-Identifier: Apache-2.0
#include "kinds/policy/changes.h"

#include <algorithm>
#include <tuple>

namespace holdfast {

namespace {

using What = PolicyChange::What;
using How = PolicyChange::How;

template<typename T, typename NameOf>
const T *named(const std::vector<T> &list, const QString &name, NameOf nameOf)
{
    const auto found = std::find_if(list.begin(), list.end(), [&](const T &each) { return nameOf(each) == name; });
    return found == list.end() ? nullptr : &*found;
}

/// How much a mode lets through: the higher, the less.
int strictness(Mode mode)
{
    switch (mode) {
    case Mode::Allow: return 0;
    case Mode::Hold: return 1;
    case Mode::Propose: return 2;
    case Mode::Forbid: return 3;
    }
    return 0;
}

bool widened(const std::optional<QStringList> &before, const std::optional<QStringList> &after)
{
    if (!before)
        return false; // everything already
    return !after || std::any_of(after->begin(), after->end(), [&](const QString &each) { return !before->contains(each); });
}

QStringList weakenedBy(const Actor *before, const Actor *after)
{
    QStringList phrases;
    if (after == nullptr)
        return phrases;
    for (const QStringView name : {role::Approver, role::Lead, role::Admin})
        if (after->has(name) && (before == nullptr || !before->has(name)))
            phrases.append(QStringLiteral("gets the role %1").arg(name));
    if (before == nullptr)
        return phrases;
    if (widened(before->targets, after->targets))
        phrases.append(QStringLiteral("may name more targets"));
    if (widened(before->kinds, after->kinds))
        phrases.append(QStringLiteral("may ask for more kinds"));
    if (before->expires && (!after->expires || *after->expires > *before->expires))
        phrases.append(QStringLiteral("expires later or never"));
    if (before->person != after->person)
        phrases.append(QStringLiteral("answers to another person"));
    if (before->keys != after->keys || before->mark != after->mark)
        phrases.append(QStringLiteral("gets other keys"));
    return phrases;
}

QStringList weakenedBy(const Target *before, const Target *after)
{
    QStringList phrases;
    if (before == nullptr || after == nullptr)
        return phrases;
    if (before->isProtected && !after->isProtected)
        phrases.append(QStringLiteral("is not protected any more"));
    if (!before->allowSecrets && after->allowSecrets)
        phrases.append(QStringLiteral("lets secrets through"));
    if (!before->reveal && after->reveal)
        phrases.append(QStringLiteral("reveals the evidence to requesters"));
    if (before->identity && before->identity != after->identity)
        phrases.append(QStringLiteral("has another identity, or none"));
    if (before->environment == QStringLiteral("production") && after->environment != before->environment)
        phrases.append(QStringLiteral("is not called production any more"));
    if (widened(before->roots, after->roots))
        phrases.append(QStringLiteral("has more roots"));
    if (widened(before->programs, after->programs))
        phrases.append(QStringLiteral("has more programs"));
    if (before->url != after->url || before->credential != after->credential)
        phrases.append(QStringLiteral("leads somewhere else"));
    if (before->backups.size() > after->backups.size())
        phrases.append(QStringLiteral("has fewer backups"));
    return phrases;
}

bool toleratesMore(const Rule &before, const Rule &after)
{
    return std::any_of(after.tolerance.begin(), after.tolerance.end(), [&](const auto &each) {
        const auto was = before.tolerance.find(each.first);
        return each.second.amount > 0
            && (was == before.tolerance.end() || was->second.perCent != each.second.perCent || was->second.amount < each.second.amount);
    });
}

QStringList weakenedBy(const Rule *before, const Rule *after)
{
    QStringList phrases;
    if (after == nullptr)
        return {QStringLiteral("is gone")};
    if (before == nullptr) {
        if (after->mode == Mode::Allow)
            phrases.append(QStringLiteral("lets something pass without approval"));
        if (after->sponsorMayApprove)
            phrases.append(QStringLiteral("lets the sponsor approve"));
        return phrases;
    }
    if (strictness(after->mode) < strictness(before->mode))
        phrases.append(QStringLiteral("has a looser mode"));
    if (after->tier < before->tier)
        phrases.append(QStringLiteral("has a lower tier"));
    if (after->quorum.need < before->quorum.need || widened(before->quorum.from, after->quorum.from))
        phrases.append(QStringLiteral("needs fewer or other approvers"));
    if (after->sponsorMayApprove && !before->sponsorMayApprove)
        phrases.append(QStringLiteral("lets the sponsor approve"));
    if (after->confirm.size() < before->confirm.size() || (before->confirm != after->confirm && before->confirm.contains(QStringLiteral("type-target"))))
        phrases.append(QStringLiteral("asks for less confirmation"));
    if (toleratesMore(*before, *after))
        phrases.append(QStringLiteral("tolerates more drift"));
    return phrases;
}

/// Whether two values differ, seen through what explains them: the documents have no comparison of their own.
bool differs(const Target &a, const Target &b)
{
    const auto backup = [](const BackupSource &source) { return std::tuple(source.domain, source.newest, source.restoreTested, source.path); };
    const bool sameBackups = std::equal(a.backups.begin(), a.backups.end(), b.backups.begin(), b.backups.end(),
                                        [&](const BackupSource &x, const BackupSource &y) { return backup(x) == backup(y); });
    const auto rest = [](const Target &t) {
        return std::tie(t.kind, t.environment, t.identity, t.credential, t.isProtected, t.reveal, t.allowSecrets, t.url, t.measureAs, t.clone, t.roots,
                        t.quarantine, t.programs, t.cwd, t.environmentNames);
    };
    return !sameBackups || rest(a) != rest(b);
}

bool differs(const Actor &a, const Actor &b)
{
    return !(a == b);
}

bool differs(const Rule &a, const Rule &b)
{
    const auto when = [](const RuleWhen &w) {
        return std::tie(w.kind, w.operation, w.environment, w.target, w.requester, w.origin, w.recovery, w.rowsOver, w.bytesOver, w.contradiction,
                        w.uninspectable, w.severity, w.between);
    };
    const bool sameTolerance = std::equal(a.tolerance.begin(), a.tolerance.end(), b.tolerance.begin(), b.tolerance.end(), [](const auto &x, const auto &y) {
        return x.first == y.first && x.second.amount == y.second.amount && x.second.perCent == y.second.perCent;
    });
    const auto rest = [](const Rule &r) {
        return std::tie(r.mode, r.tier, r.quorum, r.sponsorMayApprove, r.confirm, r.coolOff, r.approveWithin, r.executeWithin);
    };
    return !sameTolerance || when(a.when) != when(b.when) || rest(a) != rest(b);
}

template<typename T, typename NameOf>
void collect(std::vector<PolicyChange> &changes, What what, const std::vector<T> &before, const std::vector<T> &after, NameOf nameOf)
{
    for (const T &now : after) {
        const T *was = named(before, nameOf(now), nameOf);
        if (was == nullptr || differs(*was, now))
            changes.push_back({what, was == nullptr ? How::Added : How::Changed, nameOf(now), weakenedBy(was, &now)});
    }
    for (const T &was : before)
        if (named(after, nameOf(was), nameOf) == nullptr)
            changes.push_back({what, How::Removed, nameOf(was), weakenedBy(&was, static_cast<const T *>(nullptr))});
}

QStringList order(const std::vector<Rule> &rules)
{
    QStringList ids;
    for (const Rule &rule : rules)
        ids.append(rule.id);
    return ids;
}

} // namespace

QString toString(PolicyChange::What what)
{
    switch (what) {
    case What::Actor: return QStringLiteral("actor");
    case What::Target: return QStringLiteral("target");
    case What::Rule: return QStringLiteral("rule");
    }
    return {};
}

QString toString(PolicyChange::How how)
{
    switch (how) {
    case How::Added: return QStringLiteral("added");
    case How::Removed: return QStringLiteral("removed");
    case How::Changed: return QStringLiteral("changed");
    }
    return {};
}

std::vector<PolicyChange> changesBetween(const PolicyDocument &before, const PolicyDocument &after)
{
    std::vector<PolicyChange> changes;
    collect(changes, What::Actor, before.actors, after.actors, [](const Actor &each) { return each.name; });
    collect(changes, What::Target, before.targets, after.targets, [](const Target &each) { return each.name; });
    collect(changes, What::Rule, before.rules, after.rules, [](const Rule &each) { return each.id; });
    // The first match wins: the same rules in another order are other rules. New ones before old ones shadow them.
    QStringList was = order(before.rules);
    QStringList is = order(after.rules);
    was.removeIf([&](const QString &id) { return !is.contains(id); });
    is.removeIf([&](const QString &id) { return !was.contains(id); });
    if (was != is)
        changes.push_back({What::Rule, How::Changed, QStringLiteral("order of the rules"), {QStringLiteral("other rules match first")}});
    return changes;
}

} // namespace holdfast
