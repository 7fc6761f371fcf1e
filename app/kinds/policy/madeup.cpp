// SPDX-License-Identifier: Apache-2.0
#include "kinds/policy/madeup.h"

#include "core/policy/reach.h"
#include "core/policy/ruling.h"

#include <QTime>

#include <algorithm>
#include <map>
#include <random>
#include <set>

namespace holdfast {

namespace {

const QString noneOfThese = QStringLiteral("none-of-these");

/// One condition of the rules: how many values there are to try, and how a hold comes to have one.
struct Dimension final
{
    std::size_t size = 0;
    std::function<void(PastHold &, std::size_t)> set;
};

template<typename T, typename F>
Dimension dimension(std::set<T> values, F set)
{
    std::vector<T> list(values.begin(), values.end());
    const std::size_t size = list.size();
    return {size, [list = std::move(list), set](PastHold &hold, std::size_t i) { set(hold, list[i]); }};
}

/// Where it happens: what was asked for, what it is, and what is reached.
struct Place final
{
    QString target, kind, environment;
    QStringList resources;
    friend bool operator<(const Place &a, const Place &b)
    {
        return std::tie(a.target, a.kind, a.environment, a.resources) < std::tie(b.target, b.kind, b.environment, b.resources);
    }
};

class MadeUp final
{
public:
    MadeUp(const PolicyDocument &before, const PolicyDocument &after) : m_before(before)
    {
        for (const PolicyDocument *policy : {&before, &after})
            for (const Rule &rule : policy->rules)
                m_rules.push_back(&rule);
    }

    [[nodiscard]] std::vector<Dimension> dimensions() const
    {
        return {dimension(places(), [](PastHold &hold, const Place &place) {
                    hold.target = place.target;
                    hold.kind = place.kind;
                    const bool known = place.environment != QStringLiteral("unknown");
                    hold.measured.environment = {place.environment, known ? Quality::Measured : Quality::Unknown, {}};
                    hold.measured.resources = place.resources;
                }),
                dimension(operations(), [](PastHold &hold, const QString &operation) { hold.measured.operation = operation; }),
                dimension(requesters(), [](PastHold &hold, const QString &name) { hold.requester = name; }),
                dimension(named(&RuleWhen::origin), [](PastHold &hold, const QString &name) { hold.origin = name; }),
                dimension(numbers(&RuleWhen::rowsOver, fact::DestroyedRows), [](PastHold &hold, std::int64_t rows) { count(hold, fact::DestroyedRows, rows); }),
                dimension(numbers(&RuleWhen::bytesOver, fact::DestroyedBytes), [](PastHold &hold, std::int64_t bytes) { count(hold, fact::DestroyedBytes, bytes); }),
                dimension(severities(), [this](PastHold &hold, Severity severity) { rest(hold, severity); }),
                dimension(verdicts(), [](PastHold &hold, Verdict verdict) { hold.measured.recovery.verdict = verdict; }),
                dimension(truths(&RuleWhen::contradiction), [](PastHold &hold, bool is) {
                    if (is)
                        hold.measured.contradictions = {{QStringLiteral("environment"), {}, {}, Severity::Danger}};
                }),
                dimension(std::set<bool>{false, true}, [](PastHold &hold, bool is) {
                    if (is)
                        hold.measured.uninspectable = {QStringLiteral("made up")};
                }),
                dimension(times(), [](PastHold &hold, Instant at) { hold.at = at; })};
    }

private:
    [[nodiscard]] std::set<QString> named(std::optional<QString> RuleWhen::*member) const
    {
        std::set<QString> names{noneOfThese};
        for (const Rule *rule : m_rules)
            if (const auto &name = rule->when.*member)
                names.insert(*name);
        return names;
    }

    [[nodiscard]] std::set<bool> truths(std::optional<bool> RuleWhen::*member) const
    {
        const bool asked = std::any_of(m_rules.begin(), m_rules.end(), [&](const Rule *rule) { return (rule->when.*member).has_value(); });
        return asked ? std::set<bool>{false, true} : std::set<bool>{false};
    }

    [[nodiscard]] std::set<std::int64_t> numbers(std::optional<std::int64_t> RuleWhen::*member, QStringView id) const
    {
        std::set<std::int64_t> numbers{0};
        for (const Rule *rule : m_rules) {
            if (const auto &over = rule->when.*member)
                numbers.insert({*over + 1, -1});
            if (rule->tolerance.contains(id.toString()))
                numbers.insert(tolerated);
        }
        return numbers;
    }

    [[nodiscard]] std::set<Severity> severities() const
    {
        std::set<Severity> severities{Severity::Info};
        for (const Rule *rule : m_rules)
            if (rule->when.severity)
                severities.insert(*rule->when.severity);
        return severities;
    }

    [[nodiscard]] std::set<Verdict> verdicts() const
    {
        const bool asked = std::any_of(m_rules.begin(), m_rules.end(), [](const Rule *rule) { return rule->when.recovery.has_value(); });
        return asked ? std::set{Verdict::Recoverable, Verdict::Partly, Verdict::None, Verdict::Unknown} : std::set{Verdict::Recoverable};
    }

    /// Those whom a rule names or somebody registered, one for all others.
    [[nodiscard]] std::set<QString> requesters() const
    {
        std::set<QString> names = named(&RuleWhen::requester);
        if (names.size() == 1)
            return names; // no rule tells them apart
        for (const Actor &actor : m_before.actors)
            if (actor.has(role::Requester))
                names.insert(actor.name);
        return names;
    }

    [[nodiscard]] std::set<Instant> times() const
    {
        const Instant noon = Instant{} + std::chrono::hours(12);
        std::set<Instant> times{noon};
        for (const Rule *rule : m_rules) {
            if (!rule->when.between)
                continue;
            for (const QString &end : {rule->when.between->first, rule->when.between->second}) {
                const auto at = Instant{} + std::chrono::days(1) + std::chrono::milliseconds(QTime::fromString(end, QStringLiteral("HH:mm")).msecsSinceStartOfDay());
                times.insert({at, at - std::chrono::minutes(1)});
            }
        }
        return times;
    }

    [[nodiscard]] std::set<QString> operations() const
    {
        const std::set<QString> globs = named(&RuleWhen::operation);
        std::set<QString> operations{noneOfThese, noneOfThese + QStringLiteral(".opaque")};
        for (const QString &a : globs) {
            for (const QString &b : globs)
                addCommon(operations, a, b);
        }
        // Those that the same globs match are one to the rules.
        std::map<std::vector<bool>, QString> distinct;
        for (const QString &operation : operations) {
            std::vector<bool> matched{operation.endsWith(QStringLiteral(".opaque"))};
            for (const QString &glob : globs)
                matched.push_back(globMatches(glob, operation));
            distinct.emplace(std::move(matched), operation);
        }
        operations.clear();
        for (const auto &[matched, operation] : distinct)
            operations.insert(operation);
        return operations;
    }

    /// What both globs match, where they have one `*` each; a glob matches what it has in common with itself.
    static void addCommon(std::set<QString> &operations, const QString &a, const QString &b)
    {
        const auto longer = [](const QString &x, const QString &y) { return x.size() >= y.size() ? x : y; };
        const QString head = longer(a.section(u'*', 0, 0), b.section(u'*', 0, 0));
        const QString tail = longer(a.contains(u'*') ? a.section(u'*', -1) : QString(), b.contains(u'*') ? b.section(u'*', -1) : QString());
        for (const QString &middle : {QString(), QStringLiteral("x"), QStringLiteral(".x")})
            operations.insert(head + middle + tail);
        operations.insert(QString(a).replace(u'*', QString(b).remove(u'*')));
        operations.insert(QString(a).remove(u'*'));
    }

    [[nodiscard]] std::set<Place> places() const
    {
        std::set<QString> environments = named(&RuleWhen::environment);
        environments.insert({QStringLiteral("production"), QStringLiteral("unknown")});
        std::set<Place> places;
        for (const QString &kindName : named(&RuleWhen::kind)) {
            for (const QString &environment : environments) {
                for (const QString &target : named(&RuleWhen::target))
                    places.insert({target, kindName, environment, {}});
            }
        }
        for (const Target &target : m_before.targets) {
            places.insert({target.name, target.kind, target.environment, {}});
            // What lies in a protected target is reached by way of others as well.
            if (target.isProtected)
                for (const QString &resource : resourcesOf(target))
                    places.insert({noneOfThese, target.kind, target.environment, {resource}});
        }
        return places;
    }

    [[nodiscard]] static QStringList resourcesOf(const Target &target)
    {
        QStringList resources = target.roots;
        if (target.identity)
            resources.append(resourcePrefix(*target.identity));
        return resources;
    }

    static void count(PastHold &hold, QStringView id, std::int64_t number)
    {
        Fact fact;
        fact.id = id.toString();
        if (number >= 0) {
            fact.number = number;
            fact.quality = Quality::Measured;
        }
        hold.measured.facts.push_back(std::move(fact));
    }

    /// A fact that is as bad as `severity`, and all others that a rule tolerates drift of.
    void rest(PastHold &hold, Severity severity) const
    {
        count(hold, u"made-up", 1);
        hold.measured.facts.back().severity = severity;
        for (const Rule *rule : m_rules) {
            for (const auto &[id, amount] : rule->tolerance)
                if (hold.measured.fact(id) == nullptr)
                    count(hold, id, tolerated);
        }
    }

    static constexpr std::int64_t tolerated = 1'000'000; ///< so much that a hundredth of a per cent of it counts

    const PolicyDocument &m_before;
    std::vector<const Rule *> m_rules;
};

} // namespace

bool madeUpHolds(const PolicyDocument &before, const PolicyDocument &after, std::size_t most, const std::function<void(const PastHold &)> &take)
{
    const MadeUp madeUp(before, after);
    const std::vector<Dimension> dimensions = madeUp.dimensions();
    const auto make = [&](std::uint64_t number) {
        PastHold hold;
        for (const Dimension &each : dimensions) {
            each.set(hold, static_cast<std::size_t>(number % each.size));
            number /= each.size;
        }
        take(hold);
    };
    constexpr std::uint64_t tooMany = std::uint64_t{1} << 40;
    std::uint64_t total = 1;
    for (const Dimension &each : dimensions)
        total = std::min(tooMany, total * each.size);
    if (total <= most) {
        for (std::uint64_t number = 0; number < total; ++number)
            make(number);
        return true;
    }
    std::mt19937_64 random(total); // the same policies are always tried alike
    for (std::size_t i = 0; i < most; ++i)
        make(random());
    return false;
}

} // namespace holdfast
