// SPDX-License-Identifier: Apache-2.0
#include "kinds/command/commandperformer.h"

#include "kinds/command/gitpusher.h"
#include "kinds/command/observedplaces.h"
#include "kinds/command/understanding.h"

#include "core/text/visible.h"

#include <fcntl.h>

#include <algorithm>
#include <cstring>

namespace holdfast {

namespace {

Performed notStarted(const QString &why)
{
    Performed result;
    result.outcome = Outcome::NotStarted;
    result.output = why.toUtf8() + '\n';
    return result;
}

Fact effect(const QString &id, const QString &label, const QString &value, std::optional<std::int64_t> number, const QString &unit, Severity severity = Severity::Info)
{
    return {id, label, value, number, unit, Quality::Measured, QStringLiteral("the process, as the system reported it"), SystemClock().now(), severity};
}

/// The owner may tolerate other counts; without that, only the state that was signed may be met.
bool toleratesChange(const Hold &approved)
{
    return std::any_of(approved.tolerances.begin(), approved.tolerances.end(), [&](const Tolerance &tolerance) {
        const Fact *fact = approved.measured.fact(tolerance.fact);
        return fact != nullptr && fact->number && tolerance.max > *fact->number;
    });
}

/// Files of the arguments are opened by the program, by name, after they were hashed: whether they stayed what they were
/// can only be said afterwards.
QStringList changedFiles(const CommandPlan &plan)
{
    QStringList changed;
    const auto look = [&changed](const HashedFile &was) {
        const auto now = hashFile(AT_FDCWD, was.path.toUtf8(), was.size + 1);
        if (!now || now->digest != was.digest)
            changed.append(was.path);
    };
    for (const auto &file : plan.files)
        look(file);
    if (plan.program->script)
        look(*plan.program);
    return changed;
}

ProcessSpec specOf(const CommandPlan &plan, std::chrono::milliseconds deadline)
{
    ProcessSpec spec;
    for (const auto &argument : plan.argv)
        spec.argv.push_back(argument.toUtf8());
    spec.environment = plan.environment;
    spec.directory = plan.directory.get();
    spec.input = plan.input;
    spec.deadline = deadline;
    spec.runAs = plan.runAs;
    // An interpreter opens its script by name, and scripts look at that name; a binary is executed by its descriptor.
    if (plan.program->script)
        spec.path = plan.configured.toUtf8();
    else
        spec.program = plan.program->file.get();
    return spec;
}

Performed report(const CommandPlan &plan, ProcessEnd end)
{
    if (!end.started)
        return notStarted(QStringLiteral("%1 could not be started (%2: %3)").arg(plan.configured, QString::fromUtf8(end.failedStep), QString::fromUtf8(::strerrorname_np(end.error))));
    Performed result;
    result.outcome = end.timedOut || end.signal ? Outcome::Unknown : end.exitCode == 0 ? Outcome::Committed : Outcome::Failed;
    result.exitCode = end.exitCode;
    result.output = std::move(end.output);
    auto &effects = result.effects;
    if (end.exitCode)
        effects.push_back(effect(QStringLiteral("command.exit"), QStringLiteral("exit code"), QString::number(*end.exitCode), *end.exitCode, {}, end.exitCode == 0 ? Severity::Info : Severity::Danger));
    if (end.signal)
        effects.push_back(effect(QStringLiteral("command.signal"), QStringLiteral("ended by signal"), QString::fromUtf8(::sigabbrev_np(*end.signal)), *end.signal, {}, Severity::Danger));
    if (end.timedOut)
        effects.push_back(effect(QStringLiteral("command.timed-out"), QStringLiteral("ended at the deadline"), QStringLiteral("yes"), std::nullopt, {}, Severity::Danger));
    if (end.leftBehind > 0)
        effects.push_back(effect(QStringLiteral("command.left-behind"), QStringLiteral("processes it left behind, ended"), QString::number(end.leftBehind), end.leftBehind, QStringLiteral("processes"), Severity::Warning));
    effects.push_back(effect(QStringLiteral("command.output"), QStringLiteral("bytes written"), QString::number(end.outputTotal), end.outputTotal, QStringLiteral("bytes"), end.outputTotal > result.output.size() ? Severity::Notice : Severity::Info));
    if (const auto changed = changedFiles(plan); !changed.isEmpty())
        effects.push_back(effect(QStringLiteral("command.changed-files"), QStringLiteral("hashed files that changed or went while it ran"), changed.join(QStringLiteral(", ")), changed.size(), QStringLiteral("files"), Severity::Warning));
    return result;
}

/// Another kind does it, and measures again on its own connection: that is seen, and compared, as this command's measurement.
std::variant<Performed, Drifted> performAs(const CommandPlan &plan, const Understanding &understanding, const PerformInput &input)
{
    const auto asCommand = [&](MeasureOutput made) {
        Understanding again = understanding;
        made.measurement.fingerprint = understanding.inner.measurement.fingerprint;
        again.inner = std::move(made);
        return describe(plan, std::move(again), input.measure);
    };
    if (!input.performAs)
        return notStarted(QStringLiteral("there is nobody here to perform it"));
    auto outcome = input.performAs(*understanding.performedAs, [&](const Measurement &now) { return input.compare(asCommand({now, {}}).measurement); });
    if (!outcome)
        return notStarted(outcome.error());
    if (auto *drifted = std::get_if<Drifted>(&*outcome))
        drifted->now = asCommand(std::move(drifted->now));
    return std::move(*outcome);
}

/// What became of the places that the hold named; what else it did, nobody here can see.
void sayWhatBecame(Performed &result, const ObservedPlaces &before, const ObservedPlaces &after)
{
    constexpr qsizetype mostShown = 10;
    const auto difference = before.until(after);
    const bool whole = before.isWhole() && after.isWhole();
    const auto say = [&](const char *id, const QString &label, const QStringList &paths, Severity severity) {
        QStringList shown;
        for (const auto &path : paths.first(std::min(mostShown, paths.size())))
            shown.append(visible(path));
        Fact fact = effect(QString::fromLatin1(id), label, QString::number(paths.size()), paths.size(), QStringLiteral("files"), paths.isEmpty() ? Severity::Info : severity);
        fact.quality = whole ? Quality::Measured : Quality::Estimated;
        fact.how = whole ? QStringLiteral("the working directory and the paths in the arguments, before and after") : QStringLiteral("of the working directory and the paths in the arguments, as far as they were looked at");
        if (!shown.isEmpty())
            fact.how += QStringLiteral(": %1%2").arg(shown.join(QStringLiteral(", ")), paths.size() > mostShown ? QStringLiteral(", …") : QString());
        result.effects.push_back(fact);
    };
    say("command.vanished", QStringLiteral("files that vanished"), difference.vanished, Severity::Warning);
    say("command.changed", QStringLiteral("files that changed"), difference.changed, Severity::Notice);
    say("command.appeared", QStringLiteral("files that appeared"), difference.appeared, Severity::Info);
}

class CommandPerformer final : public Performer
{
public:
    explicit CommandPerformer(std::chrono::milliseconds deadline) : m_deadline(deadline) {}

    bool measureFirst() const override { return true; }

    std::variant<Performed, Drifted> perform(const PerformInput &input) const override
    {
        auto plan = planCommand(input.measure);
        auto understanding = understand(plan, input.measure);
        const QStringList stops = plan.refused + understanding.stops;
        auto now = describe(plan, understanding, input.measure);
        const bool moved = !toleratesChange(*input.approved) && now.measurement.fingerprint != input.approved->measured.fingerprint;
        if (isDrift(input.compare(now.measurement)) || moved)
            return Drifted{std::move(now)};
        if (!stops.isEmpty())
            return notStarted(stops.join(QStringLiteral("; ")));
        if (understanding.push)
            return performPush(*understanding.push);
        if (understanding.performedAs)
            return performAs(plan, understanding, input);
        const auto before = ObservedPlaces::look(plan);
        auto performed = report(plan, runProcess(specOf(plan, m_deadline)));
        if (performed.outcome != Outcome::NotStarted)
            sayWhatBecame(performed, before, ObservedPlaces::look(plan));
        return performed;
    }

private:
    std::chrono::milliseconds m_deadline;
};

} // namespace

std::unique_ptr<Performer> makeCommandPerformer(std::chrono::milliseconds deadline)
{
    return std::make_unique<CommandPerformer>(deadline);
}

} // namespace holdfast
