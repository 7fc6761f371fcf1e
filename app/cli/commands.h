// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/requesting.h"

namespace holdfast {

// One function per command, each in a file of its own. Nothing in here approves, decides or changes policy by itself.

struct KeyNewOptions final
{
    QString name; ///< of the key; empty: this user at this host
    QString invite; ///< `<gate vkey>#<secret>`; empty: only make the key
};
[[nodiscard]] ExitCode runKeyNew(const Program &program, const KeyNewOptions &options);

[[nodiscard]] ExitCode runTargets(const Program &program);

struct SqlOptions final
{
    Saying saying;
    QString statement, file; ///< neither: standard input
};
[[nodiscard]] ExitCode runSql(const Program &program, const SqlOptions &options);

struct RemoveOptions final
{
    Saying saying;
    QStringList paths;
    bool recursive = false;
};
[[nodiscard]] ExitCode runRemove(const Program &program, const RemoveOptions &options);

struct RunOptions final
{
    Saying saying;
    QStringList argv;
    QString cwd; ///< empty: the target's
    QString input; ///< a file for standard input; `-`: this one's
};
[[nodiscard]] ExitCode runRun(const Program &program, const RunOptions &options);

[[nodiscard]] ExitCode runWait(const Program &program, const QString &hold);
[[nodiscard]] ExitCode runShow(const Program &program, const QString &hold);

struct WithdrawOptions final
{
    QString hold, reason;
};
[[nodiscard]] ExitCode runWithdraw(const Program &program, const WithdrawOptions &options);

[[nodiscard]] ExitCode runExport(const Program &program, const QString &directory);
[[nodiscard]] ExitCode runVerify(const Program &program, const QString &directory);

struct InviteOptions final
{
    QString name, kind = QStringLiteral("machine"), person, expires, sessionKey;
    QStringList roles, groups, targets, kinds;
};
[[nodiscard]] ExitCode runAdminInvite(const Program &program, const InviteOptions &options);

struct AddTargetOptions final
{
    QString name, kind, environment, url, identitySystem, identityDatabase, identityHost, identityCertificate, credential, measureAs, cwd;
    QString backupDomain, backupNewest, backupPath;
    QStringList roots, programs, environmentNames;
    bool identify = false, isProtected = false, reveal = false, allowSecrets = false;
};
[[nodiscard]] ExitCode runAdminAddTarget(const Program &program, const AddTargetOptions &options);

struct IdentifyOptions final
{
    QString target, file; ///< exactly one: a registered target, or a file with one [[target]]
};
[[nodiscard]] ExitCode runAdminIdentify(const Program &program, const IdentifyOptions &options);

/// make, start, replay, reset, remove, serve
[[nodiscard]] ExitCode runAdminPractice(const Program &program, const QString &action);

} // namespace holdfast
