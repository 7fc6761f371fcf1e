// SPDX-License-Identifier: Apache-2.0
#include "console/present/reviewlists.h"

#include "console/present/format.h"
#include "core/policy/drift.h"

#include <QCoreApplication>

#include <algorithm>
#include <functional>
#include <map>

namespace holdfast::present {

using namespace Qt::StringLiterals;

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("Review", text);
}

DetailRow detail(const char *key, const QString &name, const QString &value, view::Tone tone = view::Tone::Plain, bool machine = false)
{
    DetailRow row;
    row.key = QString::fromLatin1(key);
    row.name = name;
    row.value = value;
    row.tone = tone;
    row.machine = machine;
    return row;
}

// True for a fact that is told in words: neither a number, nor an age, nor one short word in the place of a figure.
bool isTold(const Fact &fact)
{
    constexpr qsizetype longestWord = 12;
    return fact.quality != Quality::Unknown && !fact.number && !parseInstant(fact.value) && fact.value.size() > longestWord;
}

// The list begins with what an approver weighs first; the rest keeps the order of the measurement.
int weight(const Fact &fact)
{
    if (isTold(fact))
        return 100;
    static const QList<QStringView> order{fact::DestroyedRows, fact::DestroyedFiles, fact::ChangedRows, fact::DestroyedObjects,
                                          fact::DestroyedBytes, fact::DependentsLive};
    const auto at = order.indexOf(QStringView(fact.id));
    return at < 0 ? static_cast<int>(order.size()) : static_cast<int>(at);
}

QString figure(const Fact &fact, Instant now)
{
    if (fact.quality == Quality::Unknown) {
        //: In the place of a figure that could not be measured
        return tr("unknown");
    }
    // Ages travel as instants.
    if (const auto instant = parseInstant(fact.value))
        return age(*instant, now);
    if (!fact.number)
        return spoken(fact.value, now, 300);
    return fact.unit == u"bytes"_s ? bytes(*fact.number) : count(*fact.number);
}

QString verdictSentence(const Contradiction &contradiction)
{
    const auto claimed = shown(contradiction.claimed, 200);
    const auto measured = shown(contradiction.measured, 200);
    if (contradiction.claim == u"environment"_s) {
        //: The red banner: what the request says of its environment and what was measured
        return tr("The request claims %1. What it would hit is %2.").arg(claimed, measured);
    }
    if (contradiction.claim == u"target"_s) {
        //: The red banner: the server behind the named target is registered as another one
        return tr("The request names %1. The server it reaches is %2.").arg(claimed, measured);
    }
    if (contradiction.claim == u"reversible"_s) {
        //: The red banner: the request says that it can be undone
        return tr("The request claims it can be undone. What was measured says otherwise: %1.").arg(measured);
    }
    //: The red banner: any other claim that does not hold. %1 which claim, %2 claimed, %3 measured
    return tr("The request claims %1: %2. Measured: %3.").arg(shown(contradiction.claim, 60), claimed, measured);
}

} // namespace

QList<FactRow> factRows(const Hold &hold, Instant now)
{
    auto facts = hold.measured.facts;
    std::stable_sort(facts.begin(), facts.end(), [](const Fact &a, const Fact &b) { return weight(a) < weight(b); });
    QList<FactRow> rows;
    for (const auto &fact : facts) {
        FactRow row;
        row.key = fact.id;
        row.figure = figure(fact, now);
        row.label = spoken(fact.label, now, 120);
        row.quality = toView(fact.quality);
        row.qualityText = fact.quality == Quality::Unknown ? spoken(fact.how, now, 300) : word(fact.quality) + u", "_s + age(fact.at, now);
        row.severity = toView(fact.severity);
        row.how = spoken(fact.how, now, 600);
        row.told = isTold(fact);
        rows.append(row);
    }
    return rows;
}

QList<ContradictionRow> contradictionRows(const Hold &hold)
{
    QList<ContradictionRow> rows;
    for (const auto &contradiction : hold.measured.contradictions) {
        ContradictionRow row;
        row.key = QString::number(rows.size());
        row.sentence = verdictSentence(contradiction);
        row.detail = rows.isEmpty() ? shown(hold.measured.environment.how, 300) : QString();
        row.severity = toView(contradiction.severity);
        rows.append(row);
    }
    return rows;
}

namespace {

/// The most that it may be.
std::optional<std::int64_t> mostOf(const Dependent &dependent)
{
    return dependent.count ? dependent.count : dependent.most;
}

QString countOf(const Dependent &dependent)
{
    const auto most = mostOf(dependent);
    const std::int64_t least = dependent.count.value_or(dependent.least.value_or(0));
    if (!most) {
        //: Beside one of what goes with it: a count of which only the lower limit is known
        return least > 0 ? tr("at least %1").arg(count(least)) : u"—"_s;
    }
    if (*most == least || *most == 0)
        return count(*most);
    //: Beside one of what goes with it: a count of which the limits are known
    return least > 0 ? tr("%1 to %2").arg(count(least), count(*most))
                     //: Beside one of what goes with it: a count of which the upper limit is known
                     : tr("up to %1").arg(count(*most));
}

using Branches = std::map<int, std::vector<std::size_t>>; ///< by parent

/// Beneath each the heaviest first, so that a fold hides the lightest. What the action itself names keeps its order: what is destroyed first.
Branches branchesOf(const std::vector<Dependent> &dependents)
{
    Branches branches;
    for (std::size_t i = 0; i < dependents.size(); ++i)
        branches[dependents[i].parent].push_back(i);
    for (auto &[parent, children] : branches) {
        if (parent >= 0)
            std::stable_sort(children.begin(), children.end(), [&](std::size_t a, std::size_t b) { return mostOf(dependents[a]).value_or(-1) > mostOf(dependents[b]).value_or(-1); });
    }
    return branches;
}

} // namespace

QList<DependentRow> dependentRows(const Hold &hold)
{
    const auto &dependents = hold.measured.dependents;
    std::int64_t largest = 1;
    for (const auto &dependent : dependents)
        largest = std::max(largest, mostOf(dependent).value_or(0));
    QList<DependentRow> rows;
    Branches branches = branchesOf(dependents);
    const std::function<void(int, int)> addChildren = [&](int parent, int depth) {
        for (const std::size_t i : branches[parent]) {
            const auto &dependent = dependents[i];
            DependentRow row;
            row.key = QString::number(i);
            row.name = shown(dependent.name, 400);
            row.effect = shown(dependent.type + u" · "_s + dependent.effect, 120);
            row.depth = depth;
            row.count = countOf(dependent);
            row.share = mostOf(dependent) ? static_cast<double>(*mostOf(dependent)) / static_cast<double>(largest) : -1;
            rows.append(row);
            addChildren(static_cast<int>(i), depth + 1);
        }
    };
    addChildren(-1, 0);
    if (hold.measured.whole.dependents) {
        DependentRow more;
        more.key = u"more"_s;
        //: Last row of the list of what goes with it: the hold had no room for all of them
        more.name = tr("and more, which did not fit here");
        //: Beside the row that says that not all are shown: the rules were asked about the whole list
        more.effect = tr("all of them decided");
        more.count = u"—"_s;
        more.share = -1;
        rows.append(more);
    }
    return rows;
}

QList<DetailRow> recoveryRows(const Hold &hold, Instant now)
{
    const auto &recovery = hold.measured.recovery;
    QList<DetailRow> rows;
    //: Card "Does it come back?": age of the newest restorable copy
    rows.append(detail("newest", tr("Newest copy"), recovery.newestCopy ? age(*recovery.newestCopy, now) : tr("none known"),
                       recovery.newestCopy ? view::Tone::Plain : view::Tone::Bad));
    if (recovery.failureDomain) {
        //: Card "Does it come back?": where the newest copy lies
        rows.append(detail("domain", tr("It lies in"), shown(*recovery.failureDomain, 200)));
    }
    if (recovery.diesWithTarget) {
        //: Card "Does it come back?": whether the copy is lost together with the target
        rows.append(detail("fate", tr("Same fate as the target"), *recovery.diesWithTarget ? tr("yes") : tr("no"),
                           *recovery.diesWithTarget ? view::Tone::Bad : view::Tone::Good));
    }
    //: Card "Does it come back?": when a restore was last tried
    rows.append(detail("tested", tr("Restore tested"), recovery.restoreTestedAt ? age(*recovery.restoreTestedAt, now) : tr("never"),
                       recovery.restoreTestedAt ? view::Tone::Plain : view::Tone::Bad));
    if (recovery.undoWindowSeconds) {
        //: Card "Does it come back?": how long the action can be undone
        rows.append(detail("undo", tr("Undo window"), duration(std::chrono::seconds(*recovery.undoWindowSeconds))));
    }
    return rows;
}

QList<DetailRow> deltaRows(const Hold &previous, const Hold &current)
{
    QList<DetailRow> rows;
    for (const auto &item : compare(previous, current.measured, current.mode, current.tier)) {
        const auto key = item.what.toUtf8();
        const auto *fact = current.measured.fact(item.what) ? current.measured.fact(item.what) : previous.measured.fact(item.what);
        const auto what = fact == nullptr ? shown(item.what, 120) : spoken(fact->label, current.measuredAt, 120);
        const auto before = spoken(item.before, current.measuredAt, 200);
        const auto after = spoken(item.after, current.measuredAt, 200);
        //: Card "What changed": in the place of a value that one of the two revisions does not have
        const auto nothing = tr("nothing");
        rows.append(detail(key.constData(), what, (before.isEmpty() ? nothing : before) + u" → "_s + (after.isEmpty() ? nothing : after),
                           item.tolerated ? view::Tone::Plain : view::Tone::Bad));
    }
    return rows;
}

QList<DetailRow> credentialRows(const Hold &hold)
{
    const auto &credential = hold.measured.credential;
    QList<DetailRow> rows;
    //: Tab "Credential": its name in the configuration
    rows.append(detail("name", tr("Credential"), credential.name.isEmpty() ? tr("none") : shown(credential.name, 300), view::Tone::Plain, true));
    //: Tab "Credential": whether the requester could use it without the gate
    rows.append(detail("reach", tr("In reach of the requester"), credential.reachableByRequester ? tr("yes: the gate is cooperative here") : tr("no"),
                       credential.reachableByRequester ? view::Tone::Caution : view::Tone::Good));
    //: Tab "Credential": what it permits
    rows.append(detail("can", tr("It can"), credential.can.isEmpty() ? tr("unknown") : shown(credential.can.join(u", "_s), 2000), view::Tone::Plain, true));
    //: Tab "Credential": what it permits beyond this action
    rows.append(detail("excess", tr("Beyond this action"), credential.excess.isEmpty() ? tr("nothing found") : shown(credential.excess.join(u", "_s), 2000),
                       credential.excess.isEmpty() ? view::Tone::Plain : view::Tone::Caution, !credential.excess.isEmpty()));
    if (credential.expiresAt) {
        //: Tab "Credential": when it ends
        rows.append(detail("expires", tr("Expires"), when(*credential.expiresAt, hold.measuredAt)));
    }
    return rows;
}

QList<DetailRow> policyRows(const Evidence &evidence)
{
    const auto &hold = *evidence.hold;
    QList<DetailRow> rows;
    // In this console's own words where it could rule: the gate's could say that somebody agreed before.
    const auto *ruling = evidence.ruling ? &*evidence.ruling : nullptr;
    //: Tab "Policy": id of the rule that applies
    rows.append(detail("rule", tr("Rule"), shown(ruling ? ruling->rule.id : hold.ruleId, 200), view::Tone::Plain, true));
    //: Tab "Policy": why the rule applies
    rows.append(detail("because", tr("Because"), shown(ruling ? ruling->because : hold.ruleBecause, 600)));
    const bool same = evidence.ruling && evidence.ruling->tier == hold.tier && evidence.ruling->mode == hold.mode;
    //: Tab "Policy": whether this console's own reading of the policy gives the same tier and mode
    rows.append(detail("own", tr("Recomputed here"), same ? tr("the same tier and mode") : tr("differs from what the gate says"),
                       same ? view::Tone::Good : view::Tone::Bad));
    //: Tab "Policy": how many must approve, and in which role
    rows.append(detail("quorum", tr("Approvals"), tr("%1 of role %2")
        .arg(QString::number(needOf(evidence)), shown((ruling ? ruling->rule.quorum.from : hold.policy.from).join(u", "_s), 200))));
    for (const auto &tolerance : hold.tolerances) {
        //: Tab "Policy": how far a figure may move between approval and execution
        rows.append(detail(tolerance.fact.toUtf8().constData(), tr("Tolerance"), shown(tolerance.fact, 100) + u" ≤ "_s + count(tolerance.max)));
    }
    //: Tab "Policy": deadline of the decision
    rows.append(detail("until", tr("Decide until"), when(hold.policy.approveUntil, hold.measuredAt)));
    return rows;
}

QList<DetailRow> requesterRows(const Evidence &evidence)
{
    const auto &hold = *evidence.hold;
    const auto &claims = evidence.request.claims;
    const auto &origin = evidence.request.origin;
    QList<DetailRow> rows;
    //: Tab "Requester": the actor, whole
    rows.append(detail("actor", tr("Actor"), shown(hold.requesterActor, 400), view::Tone::Plain, true));
    //: Tab "Requester": who answers for it
    rows.append(detail("person", tr("Answers for it"), shown(hold.requesterPerson, 400)));
    rows.append(detail("key", tr("Key"), shown(hold.requesterKey.toString(), 400), view::Tone::Plain, true));
    const auto claim = [&rows](const char *key, const QString &name, const std::optional<QString> &value) {
        if (value)
            rows.append(detail(key, name, shown(*value, 1000), view::Tone::Caution, true));
    };
    //: Tab "Requester": what the request claims to be for
    claim("intent", tr("Claims: intent"), claims.intent);
    //: Tab "Requester": the environment that the request claims
    claim("environment", tr("Claims: environment"), claims.environment);
    //: Tab "Requester": a ticket that the request names
    claim("ticket", tr("Claims: ticket"), claims.ticket);
    if (claims.reversible) {
        //: Tab "Requester": whether the request claims that it can be undone
        rows.append(detail("reversible", tr("Claims: reversible"), *claims.reversible ? tr("yes") : tr("no"), view::Tone::Caution));
    }
    //: Tab "Requester": the agent program, as it tells
    claim("agent", tr("Says it is"), origin.agent);
    //: Tab "Requester": working directory, as it tells
    claim("cwd", tr("Says it works in"), origin.cwd);
    //: Tab "Requester": whom it acts for, as it tells
    claim("behalf", tr("Says it acts for"), origin.onBehalfOf);
    return rows;
}

} // namespace holdfast::present
