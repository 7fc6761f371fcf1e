// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/documents/hold.h"
#include "core/documents/registry.h"

#include <map>

namespace holdfast {

/// A backup that the owner configures (protocol 5, [[target]] backups).
struct BackupSource final
{
    QString domain;
    QString newest; ///< `command:…` | `file:…` | an RFC 3339 instant; empty: the newest file in `path` that can be restored from
    std::optional<Instant> restoreTested;
    std::optional<QString> path; ///< where it lies, when that can be compared with the target's device
};

/// What a live server has to be. A copy of a cluster keeps the system identifier, and a snapshot the timeline: only the place or the
/// certificate tells it from the original.
struct SqlIdentity final
{
    QString system; ///< pg_control_system().system_identifier
    QString database;
    std::optional<QString> host{}; ///< the far end of our own connection, as core/serverplace.h writes it
    std::optional<QString> certificate{}; ///< digest of the server's certificate in DER
    std::optional<QString> timeline{}; ///< changes when a standby is promoted
    /// Whether it can tell the server from a copy.
    [[nodiscard]] bool tellsCopies() const { return host || certificate; }
    friend bool operator==(const SqlIdentity &, const SqlIdentity &) = default;
};

/// One [[target]] of the policy document.
struct Target final
{
    QString name;
    QString kind;
    QString environment;
    std::optional<SqlIdentity> identity;
    std::optional<QString> credential; ///< file:… | command:… | keychain:…
    bool isProtected = false;
    bool reveal = false;
    bool allowSecrets = false;
    std::vector<BackupSource> backups;
    // sql
    QString url;
    std::optional<QString> measureAs;
    std::optional<QString> clone;
    // filesystem
    QStringList roots;
    std::optional<QString> quarantine;
    // command
    QStringList programs;
    QString cwd;
    QStringList environmentNames;
};

struct RuleWhen final
{
    std::optional<QString> kind, operation, environment, target, requester, origin, recovery;
    std::optional<std::int64_t> rowsOver, bytesOver;
    std::optional<bool> contradiction, uninspectable;
    std::optional<Severity> severity; ///< a fact of at least that severity
    std::optional<std::pair<QString, QString>> between; ///< "HH:MM" UTC, half-open
};

struct Quorum final
{
    int need = 1;
    QStringList from{QStringLiteral("approver")};
    friend bool operator==(const Quorum &, const Quorum &) = default;
};

struct ToleranceRule final
{
    std::int64_t amount = 0; ///< absolute, or per cent in hundredths (1% = 100)
    bool perCent = false;
};

/// What applies to a hold: one [[rule]], or the built-in default.
struct Rule final
{
    QString id = QStringLiteral("no-rule-matched");
    RuleWhen when;
    Mode mode = Mode::Hold;
    Tier tier = Tier::Critical;
    Quorum quorum;
    bool sponsorMayApprove = false;
    QStringList confirm{QStringLiteral("type-target")};
    std::chrono::seconds coolOff{0};
    std::chrono::seconds approveWithin{4 * 3600};
    std::chrono::seconds executeWithin{15 * 60};
    std::map<QString, ToleranceRule> tolerance;
};

struct Limit final
{
    QString operation;
    QString target;
    std::int64_t rows = 0;
    std::chrono::seconds window{0};
    QString rule;
};

/// The policy document, parsed from the exact TOML that a registry names (config/policyreader.h reads it).
struct PolicyDocument final
{
    std::vector<Actor> actors;
    std::vector<Target> targets;
    std::vector<Rule> rules;
    std::vector<Limit> limits;

    [[nodiscard]] const Target *target(QStringView name) const;
};

} // namespace holdfast
