// SPDX-License-Identifier: Apache-2.0
#include "cli/commandline.h"

#include "cli/commands.h"
#include "core/text/visible.h"

#include <CLI/CLI.hpp>

#include <functional>
#include <sstream>

// CLI11 stops reading by exceptions; none of them leaves this file.
namespace holdfast {

namespace {

using Run = std::function<ExitCode(const Program &)>;

/// What CLI11 writes into, and which command was named in the end.
struct CommandLine final
{
    CLI::App app{"Asks a Holdfast gate for something destructive, and waits until people have decided. Nothing in here approves."};
    GlobalOptions options;
    std::string timeout;
    Run run;
};

/// Options whose text lands in a QString.
CLI::Option *text(CLI::App &app, const std::string &name, QString &into, const std::string &help)
{
    return app.add_option_function<std::string>(name, [&into](const std::string &value) { into = QString::fromStdString(value); }, help);
}

CLI::Option *text(CLI::App &app, const std::string &name, std::optional<QString> &into, const std::string &help)
{
    return app.add_option_function<std::string>(name, [&into](const std::string &value) { into = QString::fromStdString(value); }, help);
}

CLI::Option *texts(CLI::App &app, const std::string &name, QStringList &into, const std::string &help)
{
    return app.add_option_function<std::vector<std::string>>(
        name,
        [&into](const std::vector<std::string> &values) {
            for (const std::string &value : values)
                into.append(QString::fromStdString(value));
        },
        help);
}

CLI::Option *list(CLI::App &app, const std::string &name, QStringList &into, const std::string &help)
{
    return texts(app, name, into, help)->delimiter(',')->allow_extra_args(false);
}

/// A command with options of its own, which live as long as the function that runs it.
template<typename Options, typename F>
CLI::App &command(CommandLine &line, CLI::App &parent, const std::string &name, const std::string &help, F run, const std::shared_ptr<Options> &options)
{
    CLI::App &added = *parent.add_subcommand(name, help);
    added.callback([&line, run, options] { line.run = [run, options](const Program &program) { return run(program, *options); }; });
    return added;
}

void addSaying(CLI::App &app, Saying &saying)
{
    text(app, "--target,-t", saying.target, "The target; not needed where only one of this kind is open to the key");
    text(app, "--intent", saying.claims.intent, "What it is for, in one sentence");
    text(app, "--claim-environment", saying.claims.environment, "The environment that you believe it is; the gate measures its own");
    app.add_flag_callback("--reversible", [&saying] { saying.claims.reversible = true; }, "You believe that it can be undone");
    text(app, "--ticket", saying.claims.ticket, "Where it is written that this is wanted");
    text(app, "--wanted-by", saying.wantedBy, "An instant, or a duration like 30m");
    text(app, "--agent", saying.origin.agent, "Which agent asks")->envname("HOLDFAST_AGENT");
    text(app, "--agent-session", saying.origin.session, "Its session")->envname("HOLDFAST_AGENT_SESSION");
    text(app, "--repository", saying.origin.repository, "Repository that it comes from");
    text(app, "--commit", saying.origin.commit, "Commit that it comes from");
    text(app, "--pipeline", saying.origin.pipeline, "Pipeline that it comes from");
    text(app, "--on-behalf-of", saying.origin.onBehalfOf, "Person that it is asked for");
}

void addRequests(CommandLine &line)
{
    const auto sql = std::make_shared<SqlOptions>();
    CLI::App &sqlApp = command(line, line.app, "sql", "Ask for SQL statements on a PostgreSQL target", runSql, sql);
    addSaying(sqlApp, sql->saying);
    text(sqlApp, "--file,-f", sql->file, "Read the statements from a file; - is standard input");
    text(sqlApp, "statement", sql->statement, "The statements; without them and -f they are read from standard input");

    const auto remove = std::make_shared<RemoveOptions>();
    CLI::App &removeApp = command(line, line.app, "rm", "Ask for the removal of files or directories", runRemove, remove);
    addSaying(removeApp, remove->saying);
    removeApp.add_flag("-r,-R,--recursive", remove->recursive, "Directories with all that is in them");
    texts(removeApp, "paths", remove->paths, "What to remove")->required();

    const auto run = std::make_shared<RunOptions>();
    CLI::App &runApp = command(line, line.app, "run", "Ask for a command; write its arguments behind --", runRun, run);
    addSaying(runApp, run->saying);
    text(runApp, "--cwd", run->cwd, "Working directory; else the target's");
    text(runApp, "--stdin", run->input, "A file for its standard input; - is this one's");
    texts(runApp, "argv", run->argv, "Program and arguments, performed exactly, without a shell")->required();
}

void addHolds(CommandLine &line)
{
    line.app.add_subcommand("targets", "List the targets that are open to the key")->callback([&line] { line.run = runTargets; });
    const auto wait = std::make_shared<QString>();
    text(command(line, line.app, "wait", "Wait for a hold that was asked for before", runWait, wait), "hold", *wait, "Its id")->required();
    const auto show = std::make_shared<QString>();
    text(command(line, line.app, "show", "Print a hold, every invisible character escaped", runShow, show), "hold", *show, "Its id")->required();
    const auto withdraw = std::make_shared<WithdrawOptions>();
    CLI::App &withdrawApp = command(line, line.app, "withdraw", "Take a request back", runWithdraw, withdraw);
    text(withdrawApp, "--reason", withdraw->reason, "Why");
    text(withdrawApp, "hold", withdraw->hold, "Its id")->required();
}

void addLedger(CommandLine &line)
{
    const auto exportTo = std::make_shared<QString>();
    text(command(line, line.app, "export", "Write the whole ledger into a directory (a person's session key)", runExport, exportTo), "directory",
         *exportTo, "Empty or absent")
        ->required();
    const auto verify = std::make_shared<QString>();
    text(command(line, line.app, "verify", "Check an exported ledger, offline; --gate names the gate's vkey", runVerify, verify), "directory", *verify,
         "What export wrote")
        ->required();
    CLI::App &key = *line.app.add_subcommand("key", "Keys of this requester");
    key.require_subcommand(1);
    const auto keyNew = std::make_shared<KeyNewOptions>();
    CLI::App &keyApp = command(line, key, "new", "Make a key, and enrol it with an invite", runKeyNew, keyNew);
    text(keyApp, "--name", keyNew->name, "Its name");
    text(keyApp, "--invite", keyNew->invite, "<gate vkey>#<secret>, as the owner handed it over");
}

void addInvite(CommandLine &line, CLI::App &admin)
{
    const auto options = std::make_shared<InviteOptions>();
    CLI::App &app = command(line, admin, "invite", "Ask for a new actor, or a new invite for a known one", runAdminInvite, options);
    text(app, "name", options->name, "The actor")->required();
    text(app, "--kind", options->kind, "machine or human")->check(CLI::IsMember({"machine", "human"}));
    text(app, "--session-key", options->sessionKey, "human: file with an admin's session key; default: the one in your keychain")->check(CLI::ExistingFile);
    text(app, "--person", options->person, "Who it is, or who answers for it");
    list(app, "--roles", options->roles, "requester, approver, lead, admin")->check(CLI::IsMember({"requester", "approver", "lead", "admin"}));
    list(app, "--groups", options->groups, "Groups that rules may name");
    list(app, "--targets", options->targets, "The only targets that exist for it");
    list(app, "--kinds", options->kinds, "The only kinds of action that it may ask for");
    text(app, "--expires", options->expires, "An instant like 2026-11-23T00:00:00.000Z");
}

void addAddTarget(CommandLine &line, CLI::App &admin)
{
    const auto options = std::make_shared<AddTargetOptions>();
    CLI::App &app = command(line, admin, "add-target", "Ask for a new target", runAdminAddTarget, options);
    text(app, "name", options->name, "The target")->required();
    text(app, "--kind", options->kind, "sql, filesystem or command")->required()->check(CLI::IsMember({"sql", "filesystem", "command"}));
    text(app, "--environment", options->environment, "production, staging, …")->required();
    text(app, "--url", options->url, "sql: postgresql://…");
    auto *system = text(app, "--identity-system", options->identitySystem, "sql: system identifier, as `hold admin identify` prints it");
    auto *database = text(app, "--identity-database", options->identityDatabase, "sql: database name");
    auto *host = text(app, "--identity-host", options->identityHost, "sql: where the server is; it or the certificate tells it from a copy");
    auto *certificate = text(app, "--identity-certificate", options->identityCertificate, "sql: digest of the server's certificate, sha256:…");
    app.add_flag("--identify", options->identify, "sql: have the gate measure the server's identity now (an admin's session key)")
        ->excludes(system)->excludes(database)->excludes(host)->excludes(certificate);
    host->needs(system);
    certificate->needs(system);
    system->needs(database);
    database->needs(system);
    text(app, "--credential", options->credential, "file:… or command:…");
    text(app, "--measure-as", options->measureAs, "sql: role that measuring takes");
    list(app, "--roots", options->roots, "filesystem: absolute; nothing outside of them");
    list(app, "--programs", options->programs, "command: absolute paths");
    text(app, "--cwd", options->cwd, "command: working directory");
    list(app, "--pass-environment", options->environmentNames, "command: names of variables that are passed on");
    text(app, "--backup-domain", options->backupDomain, "Failure domain of its backup");
    text(app, "--backup-newest", options->backupNewest, "command:…, file:… or an instant");
    text(app, "--backup-path", options->backupPath, "Where the backup lies, when it is on this machine");
    app.add_flag("--protected", options->isProtected, "Refuse every deletion until a policy change lifts this");
    app.add_flag("--reveal", options->reveal, "Requesters may see what was measured");
    app.add_flag("--allow-secrets", options->allowSecrets, "Accept requests in which a secret is recognised");
}

void addAdmin(CommandLine &line)
{
    CLI::App &admin = *line.app.add_subcommand("admin", "For owners; changes of policy are asked for with the owner's machine key and approved in a console");
    admin.require_subcommand(1);
    addInvite(line, admin);
    addAddTarget(line, admin);
    const auto identify = std::make_shared<IdentifyOptions>();
    CLI::App &identifyApp = command(line, admin, "identify", "Print the live identity of a target (an admin's session key)", runAdminIdentify, identify);
    text(identifyApp, "target", identify->target, "A registered target");
    text(identifyApp, "--toml", identify->file, "A file with one [[target]] instead");
    const auto action = std::make_shared<QString>();
    text(command(line, admin, "practice", "The practice ground of this machine", runAdminPractice, action), "action", *action,
         "make, start, replay, reset, remove, serve")
        ->required()
        ->check(CLI::IsMember({"make", "start", "replay", "reset", "remove", "serve"}));
}

void addGlobals(CommandLine &line)
{
    CLI::App &app = line.app;
    app.name("hold");
    app.fallthrough();
    app.require_subcommand(1);
    text(app, "--gate", line.options.gate, "<url>#<gate vkey>; else HOLDFAST_GATE, else the gate of this desktop");
    text(app, "--key", line.options.key, "Key file; else ~/.config/holdfast/request.key");
    app.add_option("--timeout", line.timeout, "How long to wait for people: 90s, 10m, 4h, or seconds; 0 only asks");
    app.add_flag("--json", line.options.json, "One JSON object on standard output");
    app.add_flag("--quiet,-q", line.options.quiet, "No progress");
}

std::optional<std::chrono::seconds> timeoutOf(const std::string &given)
{
    const QString text = QString::fromStdString(given);
    bool number = false;
    const qlonglong seconds = text.toLongLong(&number);
    if (number)
        return seconds >= 0 ? std::optional(std::chrono::seconds(seconds)) : std::nullopt;
    return parseDuration(text);
}

/// Help and complaints of CLI11, with what was typed made visible.
ExitCode tellParseResult(const CLI::App &app, const CLI::ParseError &error)
{
    std::ostringstream out;
    std::ostringstream err;
    const int code = app.exit(error, out, err);
    const Output output(false, false);
    if (!out.str().empty())
        output.print(QString::fromStdString(out.str()));
    // CLI11 misses a command before it notices that another word stands in its place.
    if (const auto remaining = app.remaining(); code != 0 && app.get_subcommands().empty() && !remaining.empty())
        output.note(QStringLiteral("hold: there is no command %1").arg(QString::fromStdString(remaining.front())));
    if (!err.str().empty())
        output.note(QString::fromStdString(err.str()));
    return code == 0 ? ExitCode::Done : ExitCode::Usage;
}

} // namespace

ExitCode runCommandLine(int argc, const char *const *argv)
{
    CommandLine line;
    addGlobals(line);
    addRequests(line);
    addHolds(line);
    addLedger(line);
    addAdmin(line);
    try {
        line.app.parse(argc, argv);
    } catch (const CLI::ParseError &error) {
        return tellParseResult(line.app, error);
    }
    const Output output(line.options.json, line.options.quiet);
    if (!line.timeout.empty()) {
        line.options.timeout = timeoutOf(line.timeout);
        if (!line.options.timeout)
            return output.problem({ExitCode::Usage, QStringLiteral("--timeout: a duration like 90s, 10m, 4h, or seconds, was expected")});
    }
    return line.run(Program{line.options, output});
}

} // namespace holdfast
