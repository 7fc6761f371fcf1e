// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/documents/fact.h"
#include "core/documents/request.h"

#include <vector>

namespace holdfast {

enum class Verdict { Recoverable, Partly, None, Unknown };

[[nodiscard]] QString toString(Verdict value);
[[nodiscard]] std::optional<Verdict> verdictFrom(QStringView text);
/// By UTF-8 bytes, as `resources` wants it (QStringList::sort goes by UTF-16 units).
void sortBytewise(QStringList &list);

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

/// The lists that a document had no room for, whole: one strict JSON value per line in the list's order, at most 32 MiB, never erased.
/// Rules, protection, denials and drift read these; the members beside them are shortened for showing.
struct WholeLists final
{
    std::optional<BlobRef> resources, dependents, uninspectable;
    friend bool operator==(const WholeLists &, const WholeLists &) = default;
};

/// The product of a kind: everything about a hold that is measured and not decided.
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

} // namespace holdfast
