// SPDX-License-Identifier: Apache-2.0
#include "gate/lifecycle/workers.h"

#include "core/documents/bounds.h"
#include "core/policy/ruling.h"
#include "gate/lifecycle/enforcement.h"
#include "gate/lifecycle/fitting.h"
#include "gate/lifecycle/otherkinds.h"
#include "gate/lifecycle/unmeasured.h"
#include "kinds/policy/policymeasurer.h"

#include <QFile>
#include <QTemporaryDir>

#include <sys/stat.h>

namespace holdfast {

namespace {

constexpr int mostCredentials = 8; ///< of other targets, for one measurement
constexpr qsizetype large = 1024LL * 1024;

/// Measuring it takes much of a processor, whatever it is: reading, hashing and parsing that many bytes.
bool isLarge(const Subject &subject)
{
    qsizetype bytes = 0;
    for (const BlobRef &blob : subject.request.blobs())
        bytes += blob.size;
    return bytes > large;
}

MeasureInput inputOf(const Subject &subject, const Credential *credential, Instant at)
{
    MeasureInput input;
    input.request = &subject.request;
    input.requesterPerson = subject.person;
    input.target = &subject.target;
    input.targets = &subject.policy->targets;
    input.credential = credential;
    input.blobs = [&subject](const Digest &digest) -> std::optional<QByteArray> {
        const auto found = subject.blobs.find(digest);
        const SealedBytes *bytes = found == subject.blobs.end() ? nullptr : found->second->genuine();
        return bytes == nullptr ? std::nullopt : std::optional(bytes->read());
    };
    input.at = at;
    return input;
}

} // namespace

Workers::Workers(Kinds kinds, Identifier identify, const Clock &clock, Options options, std::function<void(Input)> done)
    : m_kinds(std::move(kinds)), m_identify(std::move(identify)), m_clock(clock), m_options(std::move(options)), m_done(std::move(done)),
      m_process(m_options.measurer), m_measuring(m_options.measuring), m_measuringLarge({std::max(1, m_options.measuring.threads / 4), m_options.measuring.perLane, 1}), m_performing({m_options.performing.total, m_options.performing.perTarget, m_options.performing.total})
{
}

std::set<QString> Workers::measuredFirst() const
{
    std::set<QString> found{kind::Policy.toString()};
    for (const auto &[name, each] : m_kinds)
        if (each.performer->measureFirst())
            found.insert(name);
    return found;
}

void Workers::stop()
{
    // The next start measures it: nobody has to wait for that now, and that it ends here is no death.
    m_ending = true;
    m_process.end();
    m_measuring.stop();
    m_measuringLarge.stop();
    m_performing.stop(FairPool::Waiting::Done);
}

void Workers::start(MeasureJob job)
{
    const QString owner = job.subject->actor;
    const QString lane = job.subject->target.name;
    // After stop() nobody waits for it: the next start of the gate measures it.
    FairPool &pool = isLarge(*job.subject) ? m_measuringLarge : m_measuring;
    [[maybe_unused]] const bool taken = pool.add(owner, lane, [this, job = std::move(job)] { measure(job); });
}

void Workers::start(PerformJob job)
{
    const QString owner = job.subject->actor;
    const QString lane = job.subject->target.name;
    const auto kept = std::make_shared<const PerformJob>(std::move(job)); // for whichever of the two comes
    if (!m_performing.add(owner, lane, [this, kept] { perform(*kept); }))
        refuse(*kept, QStringLiteral("the gate was ending"));
}

void Workers::start(IdentifyJob job)
{
    const QString lane = job.target.name;
    [[maybe_unused]] const bool taken = m_measuring.add(QString(), lane, [this, job = std::move(job)] {
        const auto credential = resolveCredential(job.target, m_options.directory);
        auto identity = credential ? m_identify(job.target, *credential, m_clock.now()) : Result<Json, QString>(Failure{credential.error()});
        m_done(Identified{job.connection, job.id, std::move(identity)});
    });
}

void Workers::refuse(const PerformJob &job, const QString &why) const
{
    PerformedHold result;
    result.hold = job.subject->hold;
    result.grant = job.grant;
    result.startedAt = result.finishedAt = m_clock.now();
    Performed nothing;
    nothing.outcome = Outcome::NotStarted;
    nothing.output = why.toUtf8();
    result.outcome = std::move(nothing);
    m_done(std::move(result));
}

MeasureOutput Workers::policyMeasured(const Subject &subject, Instant at) const
{
    MeasureInput input = inputOf(subject, nullptr, at);
    input.past = m_options.past;
    return makePolicyMeasurer(subject.policyToml)->measure(input);
}

MeasureOrder Workers::orderOf(const Subject &subject, Credential credential, Instant at) const
{
    MeasureOrder order;
    order.request = subject.request;
    order.actor = subject.actor;
    order.person = subject.person;
    order.policyToml = subject.policyToml;
    order.credential = std::move(credential);
    order.askable = subject.askable;
    for (const QString &name : subject.target.environmentNames)
        if (const QByteArray key = name.toUtf8(); qEnvironmentVariableIsSet(key.constData()))
            order.environment[name] = qgetenv(key.constData());
    order.withheld = m_options.withheld;
    for (const Target &target : subject.policy->targets)
        order.withheld += credentialFiles(target, m_options.directory);
    order.at = at;
    for (const auto &[digest, held] : subject.blobs)
        if (const SealedBytes *bytes = held->genuine())
            order.blobs.emplace(digest, *bytes);
    return order;
}

Result<MeasureOutput, Unmeasured> Workers::measuredHere(const Subject &subject, const Credential &credential, Instant at) const
{
    const auto found = m_kinds.find(subject.request.kind);
    if (found == m_kinds.end())
        return Failure{Unmeasured{QStringLiteral("this gate does not measure the kind %1").arg(subject.request.kind), false}};
    MeasureInput input = inputOf(subject, &credential, at);
    input.measureAs = measureAs(m_kinds, subject, m_options.directory, input);
    return found->second.measurer->measure(input);
}

Result<MeasureOutput, Unmeasured> Workers::measured(const Subject &subject, Instant at)
{
    // A policy is text, read by what reads gate.toml, and compared with what only the gate knows.
    if (subject.request.kind == kind::Policy)
        return policyMeasured(subject, at);
    auto credential = resolveCredential(subject.target, m_options.directory);
    if (!credential)
        return Failure{Unmeasured{credential.error(), false}};
    if (m_options.measurer.program.isEmpty())
        return measuredHere(subject, *credential, at);
    MeasureOrder order = orderOf(subject, std::move(*credential), at);
    // Removed with all that the process left in it, however that ended. Tools that run as others must get through.
    const QTemporaryDir scratch;
    if (scratch.isValid() && ::chmod(QFile::encodeName(scratch.path()).constData(), S_IRWXU | S_IXGRP | S_IXOTH) == 0)
        order.scratch = scratch.path();
    for (int rounds = 0; rounds < mostCredentials; ++rounds) {
        auto answer = m_process.measure(order);
        if (!answer)
            return answer.failure();
        if (auto *output = std::get_if<MeasureOutput>(&*answer))
            return std::move(*output);
        const QString wanted = std::get<WantsCredential>(*answer).target;
        const Target *target = subject.askable.contains(wanted) ? subject.policy->target(wanted) : nullptr;
        if (target == nullptr || order.others.contains(wanted))
            break;
        order.others.emplace(wanted, resolveCredential(*target, m_options.directory));
    }
    return Failure{Unmeasured{QStringLiteral("the measuring process asked for what it may not have"), true}};
}

void Workers::measure(const MeasureJob &job)
{
    Measured result;
    result.purpose = job.purpose;
    result.revision = job.revision;
    result.hold = job.subject->hold;
    result.asked = job.asked;
    result.at = m_clock.now();
    result.credentialReachable = reachableByRequester(job.subject->target, m_options.directory);
    auto output = job.never.isEmpty() ? measured(*job.subject, result.at) : Result<MeasureOutput, Unmeasured>(Failure{Unmeasured{job.never, false}});
    if (m_ending)
        return;
    if (!output) {
        result.unmeasured = output.error().why;
        result.died = output.error().died;
    }
    result.output = output ? std::move(*output) : unmeasured(*job.subject, result.unmeasured, result.at);
    fit(result.output, *job.subject->policy);
    m_done(std::move(result));
}

void Workers::perform(const PerformJob &job) const
{
    const Subject &subject = *job.subject;
    PerformedHold result;
    result.hold = subject.hold;
    result.grant = job.grant;
    result.startedAt = m_clock.now();
    result.credentialReachable = reachableByRequester(subject.target, m_options.directory);
    const auto found = m_kinds.find(subject.request.kind);
    const auto credential = resolveCredential(subject.target, m_options.directory);
    if (found == m_kinds.end() || !credential) {
        Performed nothing;
        nothing.outcome = Outcome::NotStarted;
        nothing.output = (found == m_kinds.end() ? QStringLiteral("this gate does not perform the kind %1").arg(subject.request.kind) : credential.error()).toUtf8();
        result.outcome = std::move(nothing);
    } else {
        PerformInput input;
        input.measure = inputOf(subject, &*credential, result.startedAt);
        input.measure.measureAs = measureAs(m_kinds, subject, m_options.directory, input.measure);
        input.performAs = performAs(m_kinds, subject, m_options.directory, input);
        input.approved = &job.approved;
        input.compare = [&](Measurement now) {
            now = bound(now).whole; // as what was approved was
            const Ruling ruling = rule(*subject.policy, {subject.request.kind, subject.request.target, subject.actor,
                                                         subject.request.origin.agent.value_or(QString()), &now, result.startedAt});
            return compare(job.approved, now, ruling.mode, ruling.tier);
        };
        result.outcome = found->second.performer->perform(input);
    }
    if (auto *drifted = std::get_if<Drifted>(&result.outcome))
        fit(drifted->now, *subject.policy);
    else
        bound(std::get<Performed>(result.outcome).effects);
    result.finishedAt = m_clock.now();
    m_done(std::move(result));
}

} // namespace holdfast
