// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/policychange.h"
#include "config/policywriter.h"
#include "wire/messagesconsole.h"

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
        target.identity = SqlIdentity{options.identitySystem, options.identityDatabase, unlessEmpty(options.identityHost), unlessEmpty(options.identityCertificate)};
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

/// What the live server behind the url says of itself. The gate asks it, with the target's own credential.
Expected<SqlIdentity> measuredIdentity(const Program &program, const Target &target)
{
    auto access = GateAccess::asHuman(program);
    if (!access)
        return access.failure();
    const IdentifyParams params{{}, QString::fromUtf8(withTarget({}, target))};
    const auto answer = (*access)->call<IdentifyResult>(method::TargetIdentify, params.toJson(), std::chrono::seconds(30));
    if (!answer)
        return answer.failure();
    const auto part = [&answer](QStringView name) {
        const Json *value = answer->identity.find(name);
        const QString *text = value != nullptr ? value->asString() : nullptr;
        return text != nullptr ? *text : QString();
    };
    SqlIdentity identity{part(u"system"), part(u"database"), unlessEmpty(part(u"host")), unlessEmpty(part(u"certificate"))};
    if (identity.system.isEmpty() || identity.database.isEmpty())
        return Failure{Problem{ExitCode::Failed, QStringLiteral("the server of %1 does not say which system and database it is").arg(target.name)}};
    return identity;
}

} // namespace

ExitCode runAdminAddTarget(const Program &program, const AddTargetOptions &options)
{
    Target target = targetOf(options);
    if (options.identify) {
        auto identity = measuredIdentity(program, target);
        if (!identity)
            return program.output.problem(identity.error());
        program.output.note(QStringLiteral("the server is system %1, database %2, at %3")
                                .arg(identity->system, identity->database, identity->host.value_or(QStringLiteral("a place that could not be told"))));
        if (identity->certificate)
            program.output.note(QStringLiteral("its certificate is %1").arg(*identity->certificate));
        target.identity = *identity;
    }
    auto access = GateAccess::asRequester(program);
    if (!access)
        return program.output.problem(access.error());
    GateAccess &gate = **access;
    const Interrupt interrupt([&gate] { gate.link().interrupt(); });
    const PolicyChanged changed = changePolicy(program, gate, QStringLiteral("add target %1").arg(options.name),
                                               [&target](QByteArrayView toml) -> Expected<QByteArray> { return withTarget(toml, target); });
    if (changed.registry)
        program.output.note(QStringLiteral("the target %1 is there; actors see it once their `targets` names it").arg(options.name));
    return changed.code;
}

} // namespace holdfast
