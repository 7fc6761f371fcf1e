// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"
#include "cli/content.h"

#include <unistd.h>

namespace holdfast {

namespace {

/// Larger statements travel as a blob, so that the document stays small enough for the ledger.
constexpr qsizetype LongestInline = 32LL * 1024;

Expected<QString> statementsOf(const SqlOptions &options)
{
    if (!options.statement.isEmpty() && !options.file.isEmpty())
        return Failure{Problem{ExitCode::Usage, QStringLiteral("a statement or -f, not both")}};
    if (!options.statement.isEmpty())
        return options.statement;
    if (options.file.isEmpty() && ::isatty(STDIN_FILENO) != 0)
        return Failure{Problem{ExitCode::Usage, QStringLiteral("a statement was expected: as an argument, with -f FILE, or on standard input")}};
    const QString file = options.file.isEmpty() ? QStringLiteral("-") : options.file;
    const auto bytes = readContent(file);
    if (!bytes)
        return bytes.failure();
    return utf8Of(*bytes, file);
}

} // namespace

ExitCode runSql(const Program &program, const SqlOptions &options)
{
    const auto statements = statementsOf(options);
    if (!statements)
        return program.output.problem(statements.error());
    if (statements->trimmed().isEmpty())
        return program.output.problem({ExitCode::Usage, QStringLiteral("the statement is empty")});
    return requestAndWait(program, kind::Sql, options.saying, [&statements](GateAccess &access) -> Expected<Action> {
        const QByteArray utf8 = statements->toUtf8();
        if (utf8.size() <= LongestInline)
            return Action{SqlAction{*statements, {}}};
        const auto blob = sendContent(access, {utf8, QStringLiteral("application/sql")});
        if (!blob)
            return blob.failure();
        return Action{SqlAction{{}, *blob}};
    });
}

} // namespace holdfast
