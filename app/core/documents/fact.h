// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/clock.h"
#include "core/documenterror.h"
#include "core/json.h"

#include <QString>

#include <optional>

namespace holdfast {

enum class Quality { Measured, Bounded, Estimated, Configured, Claimed, Unknown };
enum class Severity { Info, Notice, Warning, Danger };

[[nodiscard]] QString toString(Quality value);
[[nodiscard]] QString toString(Severity value);
[[nodiscard]] std::optional<Quality> qualityFrom(QStringView text);
[[nodiscard]] std::optional<Severity> severityFrom(QStringView text);

/// Fact ids common to all kinds (protocol 1.4, hold).
namespace fact {
inline constexpr QStringView DestroyedRows = u"destroyed.rows";
inline constexpr QStringView CascadeRows = u"cascade.rows";
inline constexpr QStringView DestroyedShare = u"destroyed.share"; ///< of a table: moves with rows that the action does not touch
inline constexpr QStringView DestroyedFiles = u"destroyed.files";
inline constexpr QStringView DestroyedObjects = u"destroyed.objects";
inline constexpr QStringView CascadeObjects = u"cascade.objects";
inline constexpr QStringView DestroyedBytes = u"destroyed.bytes";
inline constexpr QStringView ChangedRows = u"changed.rows";
inline constexpr QStringView DependentsLive = u"dependents.live";
inline constexpr QStringView LastUsed = u"last.used";
inline constexpr QStringView LockLevel = u"lock.level";
inline constexpr QStringView LockObjects = u"lock.objects";
inline constexpr QStringView BackupNewest = u"backup.newest";
inline constexpr QStringView BackupSameFate = u"backup.same-fate";
inline constexpr QStringView Stop = u"action.stop"; ///< the gate would never perform it, whoever approved: why, and how many reasons
}

struct Fact final
{
    QString id; ///< dotted, stable
    QString label; ///< our words, English: `rows destroyed`
    QString value; ///< for people, without unit
    std::optional<std::int64_t> number; ///< a count; absent when unknown or bounded
    QString unit; ///< `rows`, `bytes`, `` …
    Quality quality = Quality::Unknown;
    QString how; ///< by what means; for unknown: why
    Instant at{};
    Severity severity = Severity::Info;
    std::optional<std::int64_t> least{}, most{}; ///< inclusive; one of them at least when bounded, else neither
    /// The largest count that it stands for, as rules, limits and tolerances read it; nullopt exceeds every threshold. A claim says nothing.
    [[nodiscard]] std::optional<std::int64_t> atMost() const;
    [[nodiscard]] Json toJson() const;
    [[nodiscard]] static Parsed<Fact> fromJson(const Json &value, const QString &path);
    friend bool operator==(const Fact &, const Fact &) = default;
};

} // namespace holdfast
