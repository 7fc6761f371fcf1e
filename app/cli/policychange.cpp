// SPDX-License-Identifier: Apache-2.0
#include "cli/policychange.h"

#include "cli/requesting.h"
#include "cli/waiting.h"
#include "config/policyreader.h"

namespace holdfast {

namespace {

const QString PolicyTarget = QStringLiteral("policy");

Expected<QByteArray> currentPolicy(GateAccess &access)
{
    const auto registry = access.registry(true);
    if (!registry)
        return registry.failure();
    auto toml = access.link().fetch(registry->policy);
    if (!toml)
        return Failure{problemOf(toml.error())};
    return std::move(toml).value();
}

Expected<QByteArray> nextPolicy(GateAccess &access, const PolicyEdit &edit)
{
    const auto toml = currentPolicy(access);
    if (!toml)
        return toml.failure();
    auto next = edit(*toml);
    if (!next)
        return next.failure();
    if (const auto policy = readPolicy(*next); !policy)
        return Failure{Problem{ExitCode::Usage, policy.error().sentence()}};
    return next;
}

Expected<Made> submit(const Program &program, GateAccess &access, const QString &intent, const PolicyEdit &edit)
{
    const auto next = nextPolicy(access, edit);
    if (!next)
        return next.failure();
    const auto blob = sendContent(access, {*next, QStringLiteral("application/toml")});
    if (!blob)
        return blob.failure();
    Saying saying;
    saying.claims.intent = intent;
    auto made = makeRequest(access, kind::Policy, PolicyTarget, PolicyAction{*blob}, saying);
    if (made)
        program.output.progress(QStringLiteral("%1: asked for; the console shows what changes").arg(made->hold.toString()));
    return made;
}

} // namespace

PolicyChanged changePolicy(const Program &program, GateAccess &access, const QString &intent, const PolicyEdit &edit)
{
    const auto made = submit(program, access, intent, edit);
    if (!made)
        return {program.output.problem(made.error()), {}};
    PolicyChanged changed;
    changed.code = waitForHold(program, access, made->hold, made->status);
    if (changed.code != ExitCode::Done)
        return changed;
    auto registry = access.registry(true);
    if (!registry)
        return {program.output.problem(registry.error()), {}};
    changed.registry = std::move(registry).value();
    return changed;
}

} // namespace holdfast
