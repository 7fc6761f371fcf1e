// SPDX-License-Identifier: Apache-2.0
#include "kinds/policy/policymeasurer.h"

#include "config/policyreader.h"
#include "diff/compare.h"
#include "kinds/policy/changes.h"
#include "kinds/policy/weakening.h"

#include <algorithm>

namespace holdfast {

namespace {

using What = PolicyChange::What;
using How = PolicyChange::How;

const QString diffMedia = QStringLiteral("text/x-diff");

Fact countFact(const QString &id, const QString &label, std::int64_t number, Severity whenAny, Instant at, const QString &how)
{
    Fact fact;
    fact.id = id;
    fact.label = label;
    fact.value = QString::number(number);
    fact.number = number;
    fact.quality = Quality::Measured;
    fact.how = how;
    fact.at = at;
    fact.severity = number > 0 ? whenAny : Severity::Info;
    return fact;
}

std::int64_t countOf(const std::vector<PolicyChange> &changes, What what, How how)
{
    return std::count_if(changes.begin(), changes.end(), [&](const PolicyChange &each) { return each.what == what && each.how == how; });
}

QStringList weakenedIn(const std::vector<PolicyChange> &changes)
{
    QStringList all;
    for (const PolicyChange &change : changes)
        for (const QString &phrase : change.weakened)
            all.append(QStringLiteral("%1 %2 %3").arg(toString(change.what), change.name, phrase));
    return all;
}

QString operationOf(const std::vector<PolicyChange> &changes)
{
    const bool one = changes.size() == 1 && changes.front().how == How::Added;
    if (one && changes.front().what == What::Actor)
        return QStringLiteral("policy.add-actor");
    if (one && changes.front().what == What::Target)
        return QStringLiteral("policy.add-target");
    return QStringLiteral("policy.change");
}

void describe(Measurement &measured, const PolicyDocument &after, const std::vector<PolicyChange> &changes, qsizetype weakened)
{
    const QString name = changes.size() == 1 ? changes.front().name : QString();
    measured.summaryParams = {{QStringLiteral("name"), name}};
    if (measured.operation == QStringLiteral("policy.add-actor")) {
        const auto actor = std::find_if(after.actors.begin(), after.actors.end(), [&](const Actor &each) { return each.name == name; });
        const bool human = actor != after.actors.end() && actor->kind == ActorKind::Human;
        measured.summaryTemplate = QStringLiteral("policy.add-actor");
        measured.summaryText = QStringLiteral("Lets the %1 %2 speak to this gate%3.")
                                   .arg(human ? QStringLiteral("person") : QStringLiteral("machine"), name,
                                        human ? QString() : QStringLiteral(", for whom %1 answers").arg(actor->person));
    } else if (measured.operation == QStringLiteral("policy.add-target")) {
        const Target *target = after.target(name);
        measured.summaryTemplate = QStringLiteral("policy.add-target");
        measured.summaryText = QStringLiteral("Adds %1, a %2 target called %3, as something that may be asked for.")
                                   .arg(name, target == nullptr ? QString() : target->kind, target == nullptr ? QString() : target->environment);
    } else {
        measured.summaryTemplate = QStringLiteral("policy.change");
        measured.summaryText = changes.empty() ? QStringLiteral("Changes the text of the policy, and nothing that it says.")
                                               : QStringLiteral("Changes %1 in the policy%2.")
                                                     .arg(changes.size() == 1 ? QStringLiteral("one thing") : QStringLiteral("%1 things").arg(changes.size()),
                                                          weakened == 0 ? QString() : QStringLiteral(" and weakens protections"));
    }
}

/// What the two policies make of holds, past and made up.
Fact weakenedFact(const Weakening &weakening, const QStringList &weakened, Instant at)
{
    const QString compared = weakening.judged() == 0
        ? QStringLiteral("the two policy documents compared")
        : QStringLiteral("%1 holds, made up or of the last 30 days, ruled under both policies").arg(weakening.judged());
    Fact fact = countFact(QStringLiteral("policy.weakened"), QStringLiteral("protections weakened"), weakened.size(), Severity::Danger, at,
                          weakened.isEmpty() ? compared : compared + QStringLiteral(": ") + weakened.join(QStringLiteral("; ")));
    if (weakening.isSample()) {
        // Not every combination of the rules' conditions could be tried.
        fact.quality = Quality::Bounded;
        fact.least = fact.number;
        fact.number.reset();
        fact.value = QStringLiteral("at least %1").arg(weakened.size());
        fact.severity = Severity::Danger;
    }
    return fact;
}

void addChanges(Measurement &measured, const std::vector<PolicyChange> &changes, const Weakening &weakening, const QStringList &weakened, Instant at)
{
    const QString compared = QStringLiteral("the two policy documents compared");
    const auto add = [&](What what, How how, const char *id, const char *label, Severity severity) {
        measured.facts.push_back(
            countFact(QString::fromLatin1(id), QString::fromLatin1(label), countOf(changes, what, how), severity, at, compared));
    };
    add(What::Actor, How::Added, "policy.actors-added", "actors added", Severity::Notice);
    add(What::Actor, How::Removed, "policy.actors-removed", "actors removed", Severity::Notice);
    add(What::Target, How::Added, "policy.targets-added", "targets added", Severity::Notice);
    add(What::Target, How::Removed, "policy.targets-removed", "targets removed", Severity::Notice);
    const std::int64_t rules = std::count_if(changes.begin(), changes.end(), [](const PolicyChange &each) { return each.what == What::Rule; });
    measured.facts.push_back(countFact(QStringLiteral("policy.rules-changed"), QStringLiteral("rules changed"), rules, Severity::Warning, at, compared));
    measured.facts.push_back(weakenedFact(weakening, weakened, at));
    for (const PolicyChange &change : changes) {
        QStringList how = change.weakened;
        if (change.what == What::Rule && weakening.concerns(change.name))
            how.append(QStringLiteral("less is asked for than it asked"));
        measured.dependents.push_back({change.name, toString(change.what),
                                       how.isEmpty() ? toString(change.how) : QStringLiteral("%1: %2").arg(toString(change.how), how.join(QStringLiteral(", "))),
                                       {}, -1});
        measured.resources.append(QStringLiteral("policy/%1/%2").arg(toString(change.what), change.name));
    }
    if (measured.resources.isEmpty())
        measured.resources.append(QStringLiteral("policy"));
    std::sort(measured.resources.begin(), measured.resources.end(), [](const QString &a, const QString &b) { return a.toUtf8() < b.toUtf8(); });
    measured.resources.removeDuplicates();
}

/// Rules the holds of the last 30 days under both policies; says where they are not all.
void judgePast(Weakening &weakening, const MeasureInput &input, Measurement &measured)
{
    constexpr std::chrono::days looksBack{30};
    constexpr int most = 10'000;
    if (!input.past)
        return;
    int seen = 0;
    const bool read = input.past(input.at - looksBack, [&](const PastHold &hold) {
        weakening.judge(hold);
        return ++seen < most;
    });
    if (!read)
        measured.uninspectable.append(QStringLiteral("not all holds of the last 30 days could be read, to be ruled under both policies"));
}

class PolicyMeasurer final : public Measurer
{
public:
    explicit PolicyMeasurer(QByteArray currentToml) : m_current(std::move(currentToml)) {}
    [[nodiscard]] MeasureOutput measure(const MeasureInput &input) const override;

private:
    void measureDocuments(Measurement &measured, const QByteArray &toml, const MeasureInput &input) const;
    [[nodiscard]] MadeBlob diffTo(const QByteArray &toml) const;

    QByteArray m_current;
};

MadeBlob PolicyMeasurer::diffTo(const QByteArray &toml) const
{
    auto document = diff::compare(QString::fromUtf8(m_current), QString::fromUtf8(toml));
    document.oldName = QStringLiteral("policy in force");
    document.newName = QStringLiteral("policy asked for");
    return makeBlob(diff::toUnified(document), diffMedia);
}

void PolicyMeasurer::measureDocuments(Measurement &measured, const QByteArray &toml, const MeasureInput &input) const
{
    const auto before = readPolicy(m_current);
    const auto after = readPolicy(toml);
    if (!before || !after) {
        measured.uninspectable.append(QStringLiteral("the policy document is refused: %1").arg((after ? before : after).error().sentence()));
        measured.operation = QStringLiteral("policy.change");
        measured.summaryTemplate = QStringLiteral("policy.unreadable");
        measured.summaryText = QStringLiteral("Asks for a policy document that cannot be read.");
        measured.resources = {QStringLiteral("policy")};
        return;
    }
    const std::vector<PolicyChange> changes = changesBetween(*before, *after);
    Weakening weakening(*before, *after);
    // One actor or target more changes what becomes of nothing that there was.
    if (std::any_of(changes.begin(), changes.end(), [](const PolicyChange &each) { return each.what == What::Rule || each.how != How::Added; })) {
        judgePast(weakening, input, measured); // first: a phrase names the first operation that showed it
        weakening.judgeMadeUp();
    }
    const QStringList weakened = weakenedIn(changes) + weakening.phrases();
    measured.operation = operationOf(changes);
    addChanges(measured, changes, weakening, weakened, input.at);
    describe(measured, *after, changes, weakened.size());
}

MeasureOutput PolicyMeasurer::measure(const MeasureInput &input) const
{
    MeasureOutput output;
    Measurement &measured = output.measurement;
    const auto *action = std::get_if<PolicyAction>(&input.request->action);
    const auto toml = action == nullptr ? std::nullopt : input.blobs(action->toml.digest);
    measured.environment = {QStringLiteral("gate"), Quality::Measured, QStringLiteral("the policy of this very gate")};
    measured.confirmText = QStringLiteral("policy");
    measured.recovery.verdict = Verdict::Recoverable;
    measured.recovery.quality = Quality::Measured;
    measured.recovery.how = QStringLiteral("the policy in force stays in the ledger and can be asked for again");
    measured.fingerprint = sha256(sha256(m_current).toBytes() + (toml ? sha256(*toml).toBytes() : QByteArray()));
    if (!toml) {
        measured.operation = QStringLiteral("policy.change");
        measured.resources = {QStringLiteral("policy")};
        measured.summaryText = QStringLiteral("Asks for a policy document that is not there.");
        measured.uninspectable.append(QStringLiteral("the policy document is not stored"));
        return output;
    }
    measureDocuments(measured, *toml, input);
    MadeBlob made = diffTo(*toml);
    measured.diffs.push_back({QStringLiteral("Policy"), QStringLiteral("unified"), refOf(made)});
    output.blobs.push_back(std::move(made));
    return output;
}

} // namespace

std::unique_ptr<Measurer> makePolicyMeasurer(QByteArray currentToml)
{
    return std::make_unique<PolicyMeasurer>(std::move(currentToml));
}

} // namespace holdfast
