// SPDX-License-Identifier: Apache-2.0
#include "cli/practiceconfig.h"

#include "config/policyreader.h"
#include "config/policywriter.h"
#include "core/serverplace.h"
#include "core/username.h"
#include "keys/plainfilestore.h"

#include <QDir>
#include <QFileInfo>
#include <QSysInfo>
#include <QUrl>

namespace holdfast {

namespace {

/// A key of this user's; made where it was never made.
Expected<VerifierKey> machineKey(const QString &path, const QString &name)
{
    auto known = PlainFileStore::read(path);
    if (known)
        return known->key();
    if (known.error().state != KeyState::Absent)
        return Failure{Problem{ExitCode::Failed, known.error().detail}};
    const auto made = PlainFileStore::create(path, name);
    if (!made)
        return Failure{Problem{ExitCode::Failed, made.error().detail}};
    return made->key();
}

Actor machine(const QString &name, const VerifierKey &key)
{
    Actor actor;
    actor.name = name;
    actor.kind = ActorKind::Machine;
    actor.person = userName(); // whom the console proposes as the owner's name
    actor.roles = {role::Requester.toString()};
    actor.keys = {{purpose::Request.toString(), key}};
    return actor;
}

QString databaseUrl(const PracticeGround &ground)
{
    const QString socket = QString::fromLatin1(QUrl::toPercentEncoding(ground.socket));
    return QStringLiteral("postgresql://holdfast_perform@%1/bookings").arg(socket);
}

Target database(const PracticeGround &ground, const QString &name, const QString &environment)
{
    Target target;
    target.name = name;
    target.kind = kind::Sql.toString();
    target.environment = environment;
    target.url = databaseUrl(ground);
    target.measureAs = QStringLiteral("holdfast_measure");
    target.credential = QStringLiteral("file:") + ground.credential;
    // The copy lies on the very disk that holds the database: one fate for both.
    target.backups = {{QStringLiteral("same-machine"), QStringLiteral("file:") + ground.backup, {}, ground.backup}};
    return target;
}

/// The owner of the socket is the server that listens there.
std::optional<QString> placeOf(const PracticeGround &ground)
{
    const QFileInfo socket(QDir(ground.socket).canonicalPath() + QStringLiteral("/.s.PGSQL.5432"));
    return socket.exists() ? std::optional(unixPlace(socket.filePath(), socket.ownerId())) : std::nullopt;
}

std::vector<Target> targetsOf(const PracticeGround &ground)
{
    Target production = database(ground, QStringLiteral("bookings-prod"), QStringLiteral("production"));
    production.identity = SqlIdentity{ground.system, QStringLiteral("bookings"), placeOf(ground)};
    Target files;
    files.name = QStringLiteral("practice-files");
    files.kind = kind::Filesystem.toString();
    files.environment = QStringLiteral("staging");
    files.roots = {ground.files, ground.repository};
    Target commands;
    commands.name = QStringLiteral("practice-commands");
    commands.kind = kind::Command.toString();
    commands.environment = QStringLiteral("staging");
    commands.programs = {QStringLiteral("/usr/bin/rm"), QStringLiteral("/usr/bin/git")};
    commands.cwd = ground.repository;
    return {production, database(ground, PracticeTarget.toString(), QStringLiteral("staging")), files, commands};
}

} // namespace

QString place::practice()
{
    return data() + QStringLiteral("/practice");
}

QString place::gateConfig()
{
    return data() + QStringLiteral("/gate/gate.toml");
}

QString place::practiceKey()
{
    return config() + QStringLiteral("/practice-agent.key");
}

Expected<Done> writePracticeConfig(const PracticeGround &ground)
{
    const QString path = place::gateConfig();
    if (QFileInfo::exists(path))
        return Done{};
    const auto agentKey = machineKey(place::practiceKey(), PracticeAgent.toString());
    if (!agentKey)
        return agentKey.failure();
    const QString ownMachine = userName() + QStringLiteral("-cli");
    const auto ownKey = machineKey(place::requestKey(), ownMachine);
    if (!ownKey)
        return ownKey.failure();
    Actor agent = machine(PracticeAgent.toString(), *agentKey);
    agent.targets = QStringList();
    QByteArray policy = defaultPolicy();
    for (const Target &target : targetsOf(ground)) {
        policy = withTarget(policy, target);
        if (target.name != u"bookings-prod") // the agent was never given production; it only reaches it
            agent.targets->append(target.name);
    }
    Actor own = machine(ownMachine, *ownKey);
    own.kinds = QStringList{kind::Policy.toString(), kind::Sql.toString(), kind::Filesystem.toString(), kind::Command.toString()};
    policy = withActor(withActor(policy, agent), own);
    if (const auto checked = readPolicy(policy); !checked)
        return Failure{Problem{ExitCode::Failed, checked.error().sentence()}};
    GateLocal local;
    local.name = plainName(QStringLiteral("%1.%2").arg(userName(), QSysInfo::machineHostName())) + QStringLiteral("/gate");
    if (!QDir().mkpath(QFileInfo(path).absolutePath()) || !QFile::setPermissions(QFileInfo(path).absolutePath(), QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner))
        return Failure{Problem{ExitCode::Failed, QStringLiteral("%1 cannot be made").arg(QFileInfo(path).absolutePath())}};
    if (const auto written = writeConfig(path, gateToml(local, policy)); !written)
        return Failure{Problem{ExitCode::Failed, written.error().sentence()}};
    return Done{};
}

} // namespace holdfast
