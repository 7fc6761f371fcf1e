// SPDX-License-Identifier: Apache-2.0
#include "measure/work.h"

#include "config/policyreader.h"
#include "core/signer.h"
#include "kinds/filesystem/lookout.h"
#include "kinds/measureorder.h"
#include "kinds/posix/supervisor.h"
#include "measure/fence.h"
#include "measure/kinds.h"

#include <unistd.h>

#include <cerrno>
#include <new>

namespace holdfast {

namespace {

QByteArray readAll(int descriptor)
{
    QByteArray bytes;
    char buffer[65536];
    for (;;) {
        const auto size = ::read(descriptor, buffer, sizeof buffer);
        if (size > 0)
            bytes.append(buffer, size);
        else if (size == 0 || errno != EINTR)
            return bytes;
    }
}

bool writeAll(int descriptor, const QByteArray &bytes)
{
    for (qsizetype done = 0; done < bytes.size();) {
        const auto size = ::write(descriptor, bytes.constData() + done, static_cast<std::size_t>(bytes.size() - done));
        if (size < 0 && errno != EINTR)
            return false;
        done += std::max<qsizetype>(size, 0);
    }
    return true;
}

MeasureInput inputOf(const MeasureOrder &order, const PolicyDocument &policy, const Target &target)
{
    MeasureInput input;
    input.request = &order.request;
    input.requesterPerson = order.person;
    input.target = &target;
    input.targets = &policy.targets;
    input.credential = &order.credential;
    input.blobs = [&order](const Digest &digest) -> std::optional<QByteArray> {
        const auto found = order.blobs.find(digest);
        const QByteArray bytes = found == order.blobs.end() ? QByteArray() : found->second.mapForGood();
        return bytes.isNull() ? std::nullopt : std::optional(bytes);
    };
    input.at = order.at;
    return input;
}

/// Another kind's measurement, for the same requester and only on what he may ask himself. A credential that is not here is asked for:
/// this process ends, and the next one has it.
MeasureAs measureAsOf(const MeasureOrder &order, const PolicyDocument &policy, const std::map<QString, MeasuredKind> &kinds, const MeasureInput &asking)
{
    return [&](const Request &request) -> Result<MeasureOutput, QString> {
        const Target *target = policy.target(request.target);
        const auto kind = kinds.find(request.kind);
        if (target == nullptr || target->kind != request.kind || kind == kinds.end() || !order.askable.contains(target->name))
            return Failure{notAskable(order.actor, request)};
        const auto other = order.others.find(target->name);
        if (other == order.others.end())
            ::_exit(writeAll(STDOUT_FILENO, toBytes(WantsCredential{target->name})) ? 0 : measureexit::NotWritten);
        if (!other->second)
            return Failure{other->second.error()};
        MeasureInput input = asking;
        input.request = &request;
        input.target = target;
        input.credential = &*other->second;
        input.measureAs = {};
        return kind->second.measurer->measure(input);
    };
}

/// A fence weaker than it could be is part of the evidence: how the measuring process was kept from the gate's keys.
Fact unfencedFact(Instant at)
{
    return {QStringLiteral("measuring.fence"), QStringLiteral("measured out of the gate's keys' reach"), QStringLiteral("by file modes only"), {}, {},
            Quality::Measured, QStringLiteral("this kernel has no Landlock"), at, Severity::Info};
}

} // namespace

void prepareToMeasure()
{
    initialiseCryptography();
    (void)sha256("");
    (void)policyOrNothing("");
    (void)measuredKinds();
}

int measureOnce()
{
    std::set_new_handler([] { ::_exit(measureexit::OutOfMemory); });
    const auto order = MeasureOrder::parse(readAll(STDIN_FILENO), descriptorsOfWork());
    const auto policy = order ? policyOrNothing(order->policyToml) : std::nullopt;
    const Target *target = policy ? policy->target(order->request.target) : nullptr;
    if (target == nullptr)
        return measureexit::NoOrder;
    const auto kinds = measuredKinds();
    const auto kind = kinds.find(order->request.kind);
    if (kind == kinds.end())
        return measureexit::NoMeasurer;
    for (const auto &[name, value] : order->environment)
        qputenv(name.toUtf8().constData(), value);
    if (!order->scratch.isEmpty())
        qputenv("TMPDIR", order->scratch.toUtf8());
    std::optional<Lookout> lookout; // before the fence, behind which no other process can be looked into
    if (kind->second.looksAround)
        lookout.emplace();
    const FenceState fence = fenceIn({kind->second.network, kind->second.becomesOthers, order->withheld});
    if (fence == FenceState::Failed)
        return measureexit::Unfenced;
    MeasureInput input = inputOf(*order, *policy, *target);
    input.measureAs = measureAsOf(*order, *policy, kinds, input);
    MeasureOutput output = kind->second.measurer->measure(input);
    if (fence == FenceState::WithoutLandlock)
        output.measurement.facts.push_back(unfencedFact(order->at));
    sortBytewise(output.measurement.resources);
    return writeAll(STDOUT_FILENO, toBytes(output)) ? 0 : measureexit::NotWritten;
}

} // namespace holdfast
