// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"
#include "cli/content.h"

#include <QDir>

namespace holdfast {

ExitCode runRun(const Program &program, const RunOptions &options)
{
    CommandAction action{options.argv, options.cwd.isEmpty() ? QString() : QDir::current().absoluteFilePath(options.cwd), {}};
    std::optional<QByteArray> input;
    if (!options.input.isEmpty()) {
        const auto bytes = readContent(options.input);
        if (!bytes)
            return program.output.problem(bytes.error());
        input = *bytes;
    }
    return requestAndWait(program, kind::Command, options.saying, [&action, &input](GateAccess &access) -> Expected<Action> {
        if (!input)
            return Action{action};
        const auto blob = sendContent(access, {*input, QStringLiteral("application/octet-stream")});
        if (!blob)
            return blob.failure();
        action.input = *blob;
        return Action{action};
    });
}

} // namespace holdfast
