// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/documents/request.h"

#include <vector>

namespace holdfast {

enum class Quality { Measured, Bounded, Estimated, Configured, Claimed, Unknown };
enum class Severity { Info, Notice, Warning, Danger };
enum class Tier { Low, Elevated, High, Critical };
enum class Mode { Allow, Hold, Propose, Forbid };
enum class Verdict { Recoverable, Partly, None, Unknown };
enum class Enforcement { Enforced, Cooperative };

[[nodiscard]] QString toString(Quality value);
[[nodiscard]] QString toString(Severity value);
[[nodiscard]] QString toString(Tier value);
[[nodiscard]] QString toString(Mode value);
[[nodiscard]] QString toString(Verdict value);
[[nodiscard]] QString toString(Enforcement value);
[[nodiscard]] std::optional<Quality> qualityFrom(QStringView text);
[[nodiscard]] std::optional<Severity> severityFrom(QStringView text);
[[nodiscard]] std::optional<Tier> tierFrom(QStringView text);
[[nodiscard]] std::optional<Mode> modeFrom(QStringView text);
[[nodiscard]] std::optional<Verdict> verdictFrom(QStringView text);
[[nodiscard]] std::optional<Enforcement> enforcementFrom(QStringView text);
[[nodiscard]] Tier oneHigher(Tier tier); ///< critical stays critical
/// By UTF-8 bytes, as `resources` wants it (QStringList::sort goes by UTF-16 units).
void sortBytewise(QStringList &list);

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

struct Contradiction final
{
    QString claim; ///< `environment`, `reversible`, `target` …
    QString claimed;
    QString measured;
    Severity severity = Severity::Danger;
    friend bool operator==(const Contradiction &, const Contradiction &) = default;
};

struct Dependent final
{
    QString name; ///< canonical, foreign text
    QString type; ///< `table`, `view`, `trigger`, `directory` …
    QString effect; ///< `cascade`, `dropped`, `orphaned`, `set-null`, `fires` …
    std::optional<std::int64_t> count;
    int parent = -1; ///< index of an earlier dependent
    std::optional<Quality> quality{}; ///< of the count; absent: as the facts have it
    std::optional<std::int64_t> least{}, most{}; ///< as in a fact: only, and then without count, when bounded
    friend bool operator==(const Dependent &, const Dependent &) = default;
};

struct Recovery final
{
    Verdict verdict = Verdict::Unknown;
    std::optional<Instant> newestCopy;
    std::optional<QString> failureDomain;
    std::optional<Instant> restoreTestedAt;
    std::optional<std::int64_t> undoWindowSeconds;
    std::optional<bool> diesWithTarget;
    Quality quality = Quality::Unknown;
    QString how;
    friend bool operator==(const Recovery &, const Recovery &) = default;
};

struct DiffRef final
{
    QString title;
    QString format; ///< unified | rows | attributes | tree
    BlobRef blob;
    friend bool operator==(const DiffRef &, const DiffRef &) = default;
};

struct CredentialFacts final
{
    QString name;
    QStringList can;
    QStringList excess; ///< what it can do beyond this action
    std::optional<Instant> expiresAt;
    bool reachableByRequester = true;
    friend bool operator==(const CredentialFacts &, const CredentialFacts &) = default;
};

struct EnvironmentFact final
{
    QString value; ///< `production`, `staging`, … or `unknown`
    Quality quality = Quality::Unknown;
    QString how;
    friend bool operator==(const EnvironmentFact &, const EnvironmentFact &) = default;
};

struct Tolerance final
{
    QString fact;
    std::int64_t max = 0; ///< inclusive, of the fact's number
    friend bool operator==(const Tolerance &, const Tolerance &) = default;
};

/// The lists that a document had no room for, whole: one strict JSON value per line in the list's order, at most 32 MiB, never erased.
/// Rules, protection, denials and drift read these; the members beside them are shortened for showing.
struct WholeLists final
{
    std::optional<BlobRef> resources, dependents, uninspectable;
    friend bool operator==(const WholeLists &, const WholeLists &) = default;
};

/// What the kinds produce: everything about a hold that is measured and not decided.
struct Measurement final
{
    QStringList resources; ///< canonical, sorted bytewise
    QString operation; ///< `database.drop-table`
    QString summaryTemplate; ///< descriptor id that made summaryText
    QString summaryText; ///< one sentence, English, from measured facts only
    std::vector<std::pair<QString, QString>> summaryParams;
    EnvironmentFact environment;
    std::vector<Fact> facts;
    std::vector<Contradiction> contradictions;
    std::vector<Dependent> dependents;
    Recovery recovery;
    std::vector<DiffRef> diffs;
    CredentialFacts credential;
    QStringList uninspectable; ///< reasons; empty when all was understood
    WholeLists whole; ///< of the lists above that had to be shortened
    Digest fingerprint;
    QString confirmText; ///< what `type-target` wants: the measured target's name
    [[nodiscard]] const Fact *fact(QStringView id) const;
    /// As one process gives it to another, whole: its members as in a hold, not made to fit one (bounds.h); no document of the protocol.
    [[nodiscard]] QByteArray toBytes() const;
    [[nodiscard]] static Parsed<Measurement> parse(QByteArrayView bytes);
};

struct HoldPolicy final
{
    Digest registry; ///< payload digest
    int need = 1;
    QStringList from;
    QStringList confirm; ///< press | type-target | match-code
    std::int64_t coolOffSeconds = 0;
    Instant approveUntil{};
    std::int64_t executeWithinSeconds = 0;
    friend bool operator==(const HoldPolicy &, const HoldPolicy &) = default;
};

/// One revision of a hold: the evidence an approver signs over.
struct Hold final
{
    HoldId hold;
    int revision = 1;
    QString gate;
    Digest request; ///< payload digest
    QString requesterActor, requesterPerson;
    VerifierKey requesterKey;
    QString kind;
    QString target;
    Mode mode = Mode::Hold;
    Tier tier = Tier::Critical;
    QString ruleId, ruleBecause;
    Enforcement enforcement = Enforcement::Cooperative;
    Measurement measured;
    std::vector<Tolerance> tolerances;
    HoldPolicy policy;
    Instant openedAt{}, measuredAt{};

    [[nodiscard]] QByteArray toPayload() const;
    [[nodiscard]] static Parsed<Hold> parse(QByteArrayView payload);
    [[nodiscard]] std::vector<BlobRef> blobs() const;
};

} // namespace holdfast
