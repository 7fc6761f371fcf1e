// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"
#include "cli/content.h"
#include "wire/messagesconsole.h"

namespace holdfast {

namespace {

Expected<IdentifyParams> paramsOf(const IdentifyOptions &options)
{
    if (options.target.isEmpty() == options.file.isEmpty())
        return Failure{Problem{ExitCode::Usage, QStringLiteral("a target's name, or --toml FILE with one [[target]], was expected")}};
    if (!options.target.isEmpty())
        return IdentifyParams{options.target, {}};
    const auto bytes = readContent(options.file);
    if (!bytes)
        return bytes.failure();
    const auto toml = utf8Of(*bytes, options.file);
    if (!toml)
        return toml.failure();
    return IdentifyParams{{}, *toml};
}

/// `identity = { system = "…", database = "…" }`, as it goes into the policy.
QString tomlLine(const Json &identity)
{
    QStringList members;
    if (const auto *object = identity.asObject()) {
        for (const auto &[name, value] : *object)
            members.append(QStringLiteral("%1 = %2").arg(name, QString::fromUtf8(value.toBytes())));
    }
    return QStringLiteral("identity = { %1 }").arg(members.join(QStringLiteral(", ")));
}

} // namespace

ExitCode runAdminIdentify(const Program &program, const IdentifyOptions &options)
{
    const auto params = paramsOf(options);
    if (!params)
        return program.output.problem(params.error());
    auto access = GateAccess::asHuman(program);
    if (!access)
        return program.output.problem(access.error());
    const auto answer = (*access)->call<IdentifyResult>(method::TargetIdentify, params->toJson(), std::chrono::seconds(30));
    if (!answer)
        return program.output.problem(answer.error());
    program.output.print(tomlLine(answer->identity));
    program.output.result(answer->toJson());
    return ExitCode::Done;
}

} // namespace holdfast
