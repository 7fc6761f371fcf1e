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

/// What a rule asks for is told by what becomes of holds (weakening.h); that it is gone, or is one more, says nothing yet.
QStringList weakenedBy(const Rule *, const Rule *)
{
    return {};
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

/// Who approves what his own agent asks may do so only while nobody else could: one approver less may make him that.
void addLostApprovers(std::vector<PolicyChange> &changes, const PolicyDocument &before, const PolicyDocument &after)
{
    const auto isApprover = [](const Actor *actor) { return actor != nullptr && actor->kind == ActorKind::Human && actor->has(role::Approver); };
    if (std::none_of(after.rules.begin(), after.rules.end(), [](const Rule &rule) { return rule.sponsorMayApprove; }))
        return;
    const auto nameOf = [](const Actor &each) { return each.name; };
    for (PolicyChange &change : changes)
        if (change.what == What::Actor && isApprover(named(before.actors, change.name, nameOf)) && !isApprover(named(after.actors, change.name, nameOf)))
            change.weakened.append(QStringLiteral("approves no more, which may leave a sponsor to approve alone"));
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
    addLostApprovers(changes, before, after);
    // The first match wins: the same rules in another order are other rules. New ones before old ones shadow them.
    QStringList was = order(before.rules);
    QStringList is = order(after.rules);
    was.removeIf([&](const QString &id) { return !is.contains(id); });
    is.removeIf([&](const QString &id) { return !was.contains(id); });
    if (was != is)
        changes.push_back({What::Rule, How::Changed, QStringLiteral("order of the rules"), {}});
    return changes;
}

} // namespace holdfast
