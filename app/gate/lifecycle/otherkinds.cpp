// SPDX-License-Identifier: Apache-2.0
#include "gate/lifecycle/otherkinds.h"

#include "gate/lifecycle/enforcement.h"

namespace holdfast {

namespace {

/// Whom another kind's request is for, once it is clear that the requester may ask that.
struct Other final
{
    const Kind *kind = nullptr;
    const Target *target = nullptr;
    Credential credential;
};

Result<Other, QString> otherFor(const Kinds &kinds, const Subject &subject, const QString &directory, const Request &request)
{
    const Target *target = subject.policy->target(request.target);
    const auto kind = kinds.find(request.kind);
    if (target == nullptr || target->kind != request.kind || kind == kinds.end() || !subject.askable.contains(target->name))
        return Failure{notAskable(subject.actor, request)};
    auto credential = resolveCredential(*target, directory);
    if (!credential)
        return credential.failure();
    return Other{&kind->second, target, std::move(*credential)};
}

MeasureInput inputFor(const MeasureInput &asking, const Request &request, const Other &other)
{
    MeasureInput input = asking;
    input.request = &request;
    input.target = other.target;
    input.credential = &other.credential;
    input.measureAs = {};
    return input;
}

} // namespace

MeasureAs measureAs(const Kinds &kinds, const Subject &subject, const QString &directory, const MeasureInput &asking)
{
    return [&](const Request &request) -> Result<MeasureOutput, QString> {
        const auto other = otherFor(kinds, subject, directory, request);
        if (!other)
            return other.failure();
        return other->kind->measurer->measure(inputFor(asking, request, *other));
    };
}

PerformAs performAs(const Kinds &kinds, const Subject &subject, const QString &directory, const PerformInput &asking)
{
    return [&](const Request &request, const Comparing &compare) -> Result<std::variant<Performed, Drifted>, QString> {
        const auto other = otherFor(kinds, subject, directory, request);
        if (!other)
            return other.failure();
        PerformInput input;
        input.measure = inputFor(asking.measure, request, *other);
        input.approved = asking.approved;
        input.compare = compare;
        return other->kind->performer->perform(input);
    };
}

} // namespace holdfast
