// SPDX-License-Identifier: Apache-2.0
#include "cli/backgroundgate.h"
#include "cli/commands.h"
#include "cli/practiceconfig.h"
#include "config/gateconfig.h"
#include "keys/keyindex.h"

#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>
#include <QMap>
#include <QProcess>
#include <QStandardPaths>

namespace holdfast {

namespace {

Problem failed(const QString &sentence)
{
    return {ExitCode::Failed, sentence};
}

/// Installed beside the program's share directory, or in the source tree above the build.
QString groundScript()
{
    const QDir programs(QCoreApplication::applicationDirPath());
    if (const QString installed = programs.filePath(QStringLiteral("../share/holdfast/practice/ground")); QFileInfo(installed).isExecutable())
        return installed;
    QString above = QStringLiteral("..");
    for (int level = 0; level < 4; ++level, above += QStringLiteral("/..")) {
        if (const QString found = programs.filePath(above + QStringLiteral("/resources/practice/ground")); QFileInfo(found).isExecutable())
            return found;
    }
    return {};
}

/// Its standard output; what it complains about is the problem.
Expected<QString> ground(const QString &action)
{
    const QString script = groundScript();
    if (script.isEmpty())
        return Failure{failed(QStringLiteral("the practice ground's script (practice/ground) is not installed"))};
    QProcess process;
    process.start(script, {action, place::practice()});
    if (!process.waitForFinished(-1) || process.exitStatus() != QProcess::NormalExit || process.exitCode() != 0) {
        const QString words = QString::fromUtf8(process.readAllStandardError()).trimmed();
        return Failure{failed(words.isEmpty() ? QStringLiteral("%1 %2 failed").arg(script, action) : words)};
    }
    return QString::fromUtf8(process.readAllStandardOutput());
}

Expected<PracticeGround> groundEnvironment()
{
    const auto printed = ground(QStringLiteral("env"));
    if (!printed)
        return printed.failure();
    QMap<QString, QString> values;
    for (const QString &line : printed->split(u'\n', Qt::SkipEmptyParts))
        values.insert(line.section(u'=', 0, 0), line.section(u'=', 1));
    return PracticeGround{values.value(QStringLiteral("SOCKET")), values.value(QStringLiteral("BACKUP")), values.value(QStringLiteral("SYSTEM")),
                          values.value(QStringLiteral("FILES")), values.value(QStringLiteral("REPOSITORY")), values.value(QStringLiteral("CREDENTIAL"))};
}

/// A gate that was set up knows the ground of that time by its measured identity; another one would be a stranger to it.
bool gateWithoutGround()
{
    return QFileInfo::exists(place::gateConfig()) && !QFileInfo::exists(place::practice());
}

Expected<Done> make()
{
    if (gateWithoutGround()) {
        return Failure{failed(QStringLiteral("the gate in %1 is set up already, and would take a new practice ground for a server that it does not know; "
                                             "to begin anew, remove the gate first: its ledger goes with it")
                                  .arg(QFileInfo(place::gateConfig()).path()))};
    }
    if (auto made = ground(QStringLiteral("make")); !made)
        return made.failure();
    if (auto started = ground(QStringLiteral("start")); !started)
        return started.failure();
    const auto environment = groundEnvironment();
    if (!environment)
        return environment.failure();
    return writePracticeConfig(*environment);
}

/// Nine seconds: an agent that believes it is on staging, and what it asks for there.
QStringList replayArguments()
{
    return {QStringLiteral("sql"),
            QStringLiteral("--key"), place::practiceKey(),
            QStringLiteral("--target"), PracticeTarget.toString(),
            QStringLiteral("--intent"), QStringLiteral("clean up the staging schema so that the migration can run again"),
            QStringLiteral("--claim-environment"), QStringLiteral("staging"),
            QStringLiteral("--reversible"),
            QStringLiteral("--agent"), QStringLiteral("cursor"),
            QStringLiteral("--timeout"), QStringLiteral("0"),
            QStringLiteral("DROP TABLE bookings CASCADE")};
}

/// The agent is a process of its own, with its own key and no other. Done once its request is made.
Expected<Done> replay()
{
    QProcess agent;
    agent.setProcessChannelMode(QProcess::ForwardedChannels);
    agent.start(QCoreApplication::applicationFilePath(), replayArguments());
    if (!agent.waitForFinished(-1) || agent.exitStatus() != QProcess::NormalExit)
        return Failure{failed(QStringLiteral("the practice agent ended before it had asked"))};
    const auto code = static_cast<ExitCode>(agent.exitCode());
    if (code != ExitCode::Waiting && code != ExitCode::Done)
        return Failure{Problem{code, QStringLiteral("the practice agent's request was not taken")}};
    return Done{};
}

/// As it can be typed: what was built and not installed is on nobody's path.
QString consoleProgram()
{
    const QString beside = QCoreApplication::applicationDirPath() + QStringLiteral("/holdfast");
    const bool onPath = QStandardPaths::findExecutable(QStringLiteral("holdfast")) == beside;
    return onPath || !QFileInfo(beside).isExecutable() ? QStringLiteral("holdfast") : beside;
}

Expected<Done> serve(const Output &output)
{
    const bool without = gateWithoutGround();
    if (auto made = without ? Expected<Done>(Done{}) : make(); !made)
        return made;
    const auto config = readGateConfig(place::gateConfig());
    if (!config)
        return Failure{failed(config.error().sentence())};
    const auto index = KeyIndex::load(KeyIndex::defaultPath());
    if (!index)
        return Failure{failed(index.error().sentence())};
    const auto gate = startGate(index->find(config->local.name, u"session") == nullptr);
    if (!gate)
        return gate.failure();
    output.note(gate->wasRunning ? QStringLiteral("The gate runs already.") : QStringLiteral("The gate runs in the background; its log is %1").arg(gate->log));
    output.note(without ? QStringLiteral("There is no practice ground; the gate runs without it.")
                        : QStringLiteral("The practice ground is in %1").arg(place::practice()));
    output.note(QStringLiteral("To open the console: run %1 in a session with a display, as this user.").arg(consoleProgram()));
    if (!gate->invite.isEmpty()) {
        output.note(QStringLiteral("It waits for its first owner, who enrols in the console with this invite:"));
        output.print(gate->invite);
    }
    return Done{};
}

Expected<Done> removeAll(const Output &output)
{
    if (!stopGate())
        return Failure{failed(QStringLiteral("the gate does not end; nothing was removed"))};
    if (auto removed = ground(QStringLiteral("remove")); !removed)
        return removed.failure();
    output.note(QStringLiteral("The practice ground is removed. Keys are in %1, the gate with its ledger in %2: remove them yourself if you want to.")
                    .arg(place::config(), QFileInfo(place::gateConfig()).path()));
    return Done{};
}

Expected<Done> perform(const QString &action, const Output &output)
{
    if (action == u"make")
        return make();
    if (action == u"replay")
        return replay();
    if (action == u"serve")
        return serve(output);
    if (action == u"remove")
        return removeAll(output);
    if (auto done = ground(action); !done) // start, reset
        return done.failure();
    return Done{};
}

} // namespace

ExitCode runAdminPractice(const Program &program, const QString &action)
{
    if (const auto done = perform(action, program.output); !done)
        return program.output.problem(done.error());
    program.output.result(JsonBuilder().add(QStringLiteral("practice"), action).add(QStringLiteral("done"), true).build());
    return ExitCode::Done;
}

} // namespace holdfast
