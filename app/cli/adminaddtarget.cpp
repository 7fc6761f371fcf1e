// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/policychange.h"
#include "config/policywriter.h"

namespace holdfast {

namespace {

std::optional<QString> unlessEmpty(const QString &text)
{
    return text.isEmpty() ? std::nullopt : std::optional(text);
}

Target targetOf(const AddTargetOptions &options)
{
    Target target;
    target.name = options.name;
    target.kind = options.kind;
    target.environment = options.environment;
    target.url = options.url;
    if (!options.identitySystem.isEmpty())
        target.identity = SqlIdentity{options.identitySystem, options.identityDatabase};
    target.credential = unlessEmpty(options.credential);
    target.measureAs = unlessEmpty(options.measureAs);
    target.roots = options.roots;
    target.programs = options.programs;
    target.cwd = options.cwd;
    target.environmentNames = options.environmentNames;
    target.isProtected = options.isProtected;
    target.reveal = options.reveal;
    target.allowSecrets = options.allowSecrets;
    if (!options.backupDomain.isEmpty())
        target.backups = {{options.backupDomain, options.backupNewest, {}, unlessEmpty(options.backupPath)}};
    return target;
}

} // namespace

ExitCode runAdminAddTarget(const Program &program, const AddTargetOptions &options)
{
    if (options.identitySystem.isEmpty() != options.identityDatabase.isEmpty())
        return program.output.problem({ExitCode::Usage, QStringLiteral("--identity-system and --identity-database belong together")});
    auto access = GateAccess::asRequester(program);
    if (!access)
        return program.output.problem(access.error());
    GateAccess &gate = **access;
    const Interrupt interrupt([&gate] { gate.link().interrupt(); });
    const Target target = targetOf(options);
    const PolicyChanged changed = changePolicy(program, gate, QStringLiteral("add target %1").arg(options.name),
                                               [&target](QByteArrayView toml) -> Expected<QByteArray> { return withTarget(toml, target); });
    if (changed.registry)
        program.output.note(QStringLiteral("the target %1 is there; actors see it once their `targets` names it").arg(options.name));
    return changed.code;
}

} // namespace holdfast
