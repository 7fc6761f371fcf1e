// SPDX-License-Identifier: Apache-2.0
#include "core/policy/ruling.h"

#include "core/policy/reach.h"

#include <QTime>

#include <algorithm>

namespace holdfast {

namespace {

constexpr QStringView production = u"production";
constexpr QStringView unknownWord = u"unknown";
constexpr std::int64_t largestInteger = (std::int64_t{1} << 53) - 1;
constexpr std::int64_t perCentUnits = 10'000; ///< hundredths of a per cent in the whole

/// Whether one condition of a rule is met, and whether that rests on not knowing.
struct Answer final
{
    bool met = true;
    QString unknown; ///< what is not known, for people; empty when the answer is certain
};

/// A count as the rules see it: the largest that it may be; none where it is unknown, only claimed, or has no upper limit.
std::optional<std::int64_t> countOf(const Measurement &measured, QStringView id)
{
    const Fact *fact = measured.fact(id);
    if (fact == nullptr) // a count that does not apply is absent; but what was not understood may hide one
        return measured.uninspectable.isEmpty() ? std::optional<std::int64_t>(0) : std::nullopt;
    return fact->atMost();
}

Answer rowsOver(const Measurement &measured, std::int64_t bound)
{
    const auto destroyed = countOf(measured, fact::DestroyedRows);
    const auto changed = countOf(measured, fact::ChangedRows);
    if (destroyed.value_or(0) > bound || changed.value_or(0) > bound)
        return {};
    if (!destroyed || !changed)
        return {true, QStringLiteral("the number of rows")};
    return {false, {}};
}

Answer bytesOver(const Measurement &measured, std::int64_t bound)
{
    const auto destroyed = countOf(measured, fact::DestroyedBytes);
    return destroyed ? Answer{*destroyed > bound, {}} : Answer{true, QStringLiteral("the number of bytes")};
}

bool isUnknown(const EnvironmentFact &environment)
{
    return environment.quality == Quality::Unknown || environment.value.isEmpty() || environment.value == unknownWord;
}

Answer environmentIs(const EnvironmentFact &environment, QStringView wanted)
{
    if (isUnknown(environment))
        return {wanted == production, QStringLiteral("the environment")};
    return {environment.value == wanted, {}};
}

/// A recovery that nobody knows is one that nobody can rely on.
Answer recoveryIs(const Recovery &recovery, QStringView wanted)
{
    if (recovery.verdict != Verdict::Unknown)
        return {toString(recovery.verdict) == wanted, {}};
    return {wanted == toString(Verdict::None) || wanted == toString(Verdict::Unknown), QStringLiteral("the recovery")};
}

/// Half-open, in UTC; a span that ends before it begins runs over midnight.
bool isBetween(Instant at, const std::pair<QString, QString> &span)
{
    const QTime from = QTime::fromString(span.first, QStringLiteral("HH:mm"));
    const QTime to = QTime::fromString(span.second, QStringLiteral("HH:mm"));
    const auto sinceMidnight = at - std::chrono::floor<std::chrono::days>(at);
    const QTime time = QTime::fromMSecsSinceStartOfDay(static_cast<int>(sinceMidnight.count()));
    if (!from.isValid() || !to.isValid())
        return false;
    return from <= to ? from <= time && time < to : from <= time || time < to;
}

bool certainlyMet(const RuleWhen &when, const RulingInput &input, const Measurement &measured)
{
    const auto is = [](const std::optional<QString> &wanted, const QString &value) { return !wanted || *wanted == value; };
    return is(when.kind, input.kind) && is(when.target, measuredTarget(input.target, measured)) && is(when.requester, input.requester) && is(when.origin, input.origin)
        && (!when.operation || globMatches(*when.operation, measured.operation))
        && (!when.contradiction || *when.contradiction == !measured.contradictions.empty())
        && (!when.uninspectable || *when.uninspectable == !measured.uninspectable.isEmpty())
        && (!when.severity || std::any_of(measured.facts.begin(), measured.facts.end(), [&](const Fact &fact) { return fact.severity >= *when.severity; }))
        && (!when.between || isBetween(input.at, *when.between));
}

/// The conditions on what was measured, asked only of a rule that fits in all that is certain.
std::vector<Answer> uncertain(const RuleWhen &when, const Measurement &measured)
{
    std::vector<Answer> answers;
    if (when.environment)
        answers.push_back(environmentIs(measured.environment, *when.environment));
    if (when.recovery)
        answers.push_back(recoveryIs(measured.recovery, *when.recovery));
    if (when.rowsOver)
        answers.push_back(rowsOver(measured, *when.rowsOver));
    if (when.bytesOver)
        answers.push_back(bytesOver(measured, *when.bytesOver));
    return answers;
}

struct Match final
{
    Rule rule;
    bool found = false;
    QStringList unknown; ///< what decided without being known
};

Match firstMatch(const PolicyDocument &policy, const RulingInput &input, const Measurement &measured)
{
    Match match;
    for (const Rule &candidate : policy.rules) {
        if (!certainlyMet(candidate.when, input, measured))
            continue;
        bool met = true;
        QStringList unknown;
        for (const Answer &answer : uncertain(candidate.when, measured)) {
            met = met && answer.met;
            if (!answer.unknown.isEmpty())
                unknown.append(answer.unknown);
        }
        match.unknown += unknown;
        if (met) {
            match.rule = candidate;
            match.found = true;
            break;
        }
    }
    match.unknown.removeDuplicates();
    return match;
}

/// floor(number × amount / 10000) without overflow; what would not fit in a document is its largest integer.
std::int64_t perCentOf(std::int64_t number, std::int64_t amount)
{
    const std::int64_t whole = number / perCentUnits;
    if (amount > 0 && whole > largestInteger / amount)
        return largestInteger;
    return whole * amount + number % perCentUnits * amount / perCentUnits;
}

std::vector<Tolerance> tolerancesOf(const Rule &rule, const Measurement &measured)
{
    std::vector<Tolerance> tolerances;
    for (const Fact &fact : measured.facts) {
        const auto wanted = rule.tolerance.find(fact.id);
        const std::optional<std::int64_t> number = fact.atMost();
        if (wanted == rule.tolerance.end() || !number || *number < 0)
            continue;
        const std::int64_t amount = std::clamp<std::int64_t>(wanted->second.amount, 0, largestInteger);
        const std::int64_t more = wanted->second.perCent ? perCentOf(*number, amount) : amount;
        tolerances.push_back({fact.id, std::min(largestInteger - *number, more) + *number});
    }
    return tolerances;
}

/// Its effects hide behind code that nobody read.
bool isOpaque(const QString &operation)
{
    return operation.endsWith(QStringLiteral(".opaque"));
}

struct Forbidden final
{
    const Target *guarded = nullptr; ///< a protected target that would be reached
    const Fact *stop = nullptr; ///< the gate would never perform it
};

QString because(const Match &match, const Ruling &ruling, const RulingInput &input, const Measurement &measured, const Forbidden &forbidden)
{
    QStringList clauses{match.found ? QStringLiteral("Rule %1 is the first that matches").arg(match.rule.id)
                                    : QStringLiteral("No rule matches, so the strict default applies")};
    if (isUnknown(measured.environment))
        clauses.append(QStringLiteral("the environment is unknown and counts as production"));
    for (const QString &what : match.unknown) {
        if (what != QStringLiteral("the environment"))
            clauses.append(QStringLiteral("%1 is unknown and counts as the worst").arg(what));
    }
    if (!measured.uninspectable.isEmpty())
        clauses.append(QStringLiteral("part of it could not be inspected, which puts it one tier higher"));
    if (isOpaque(measured.operation))
        clauses.append(QStringLiteral("what it would do was not read, which ranks at least high"));
    if (match.rule.mode == Mode::Allow && ruling.mode == Mode::Hold)
        clauses.append(QStringLiteral("what is not understood is held, not allowed"));
    if (const Target *guarded = forbidden.guarded)
        clauses.append(guarded->name == input.target ? QStringLiteral("the target is protected")
                                                     : QStringLiteral("it reaches the target %1, which is protected").arg(guarded->name));
    if (forbidden.stop != nullptr)
        clauses.append(QStringLiteral("it is never performed: ") + forbidden.stop->value);
    return clauses.join(u"; ") + u'.';
}

Measurement notMeasured()
{
    Measurement nothing;
    nothing.uninspectable = {QStringLiteral("nothing was measured")};
    return nothing;
}

} // namespace

Ruling rule(const PolicyDocument &policy, const RulingInput &input)
{
    const Measurement nothing = input.measured ? Measurement() : notMeasured();
    const Measurement &measured = input.measured ? *input.measured : nothing;
    const Match match = firstMatch(policy, input, measured);
    const bool isPolicy = input.kind == kind::Policy;
    const bool opaque = isOpaque(measured.operation);
    const bool understood = (measured.uninspectable.isEmpty() || match.rule.when.uninspectable == true)
        && (!opaque || isOpaque(match.rule.when.operation.value_or(QString())));

    Ruling ruling;
    ruling.rule = match.rule;
    ruling.mode = match.rule.mode;
    // Nothing passes quietly that nobody understood, nor does a change of the policy itself.
    if (ruling.mode == Mode::Allow && (isPolicy || !understood || !match.unknown.isEmpty()))
        ruling.mode = Mode::Hold;
    Forbidden forbidden;
    if (!isPolicy)
        forbidden.guarded = protectedTarget(policy, input.target, measured);
    // Nobody is asked to approve what would not be done then. What a person does himself is not the gate's to do.
    if (ruling.mode != Mode::Propose)
        forbidden.stop = measured.fact(fact::Stop);
    if (forbidden.guarded != nullptr || forbidden.stop != nullptr)
        ruling.mode = Mode::Forbid;
    ruling.tier = measured.uninspectable.isEmpty() ? match.rule.tier : oneHigher(match.rule.tier);
    if (!match.unknown.isEmpty() || opaque)
        ruling.tier = std::max(ruling.tier, Tier::High);
    ruling.tolerances = tolerancesOf(match.rule, measured);
    ruling.because = because(match, ruling, input, measured, forbidden);
    return ruling;
}

bool globMatches(QStringView pattern, QStringView text)
{
    qsizetype p = 0;
    qsizetype t = 0;
    qsizetype star = -1; // the last `*` that was met, and how far the text had come then
    qsizetype resume = 0;
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == u'*') {
            star = p++;
            resume = t;
        } else if (p < pattern.size() && pattern[p] == text[t]) {
            ++p;
            ++t;
        } else if (star >= 0) {
            p = star + 1;
            t = ++resume;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == u'*')
        ++p;
    return p == pattern.size();
}

} // namespace holdfast
