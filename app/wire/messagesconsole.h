// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/documents/grant.h"
#include "wire/messages.h"

namespace holdfast {

// Protocol 3.4 without the ledger (messagesledger.h).

/// How a hold stands, as consoles see it.
struct Head final
{
    HoldId hold;
    State state = State::Measuring;
    std::int64_t sequence = 0; ///< 1 + ledger index of the hold's last entry
    int revision = 0; ///< 0 until measured
    std::optional<Digest> holdDigest; ///< payload digest of the current revision, from revision 1
    Digest requestDigest; ///< payload digest
    QStringList approvals; ///< persons
    Instant at{}; ///< of the last entry
    [[nodiscard]] Json toJson() const;
    [[nodiscard]] static Parsed<Head> fromJson(const Json &value, const QString &path = QStringLiteral("$"));
    friend bool operator==(const Head &, const Head &) = default;
};

struct SubscribeParams final
{
    std::optional<std::int64_t> cursor; ///< ledger size already followed; absent: from nothing
    std::optional<QString> after; ///< as the last page gave it
    [[nodiscard]] Json toJson() const;
    [[nodiscard]] static Parsed<SubscribeParams> fromJson(const Json &params);
};
struct SubscribeResult final
{
    std::vector<Head> holds; ///< the open ones
    std::vector<Head> missed; ///< what ended since `cursor`
    std::int64_t cursor = 0; ///< ledger size
    std::optional<QString> after; ///< there is more: opaque, to be sent back
    [[nodiscard]] Json toJson() const;
    [[nodiscard]] static Parsed<SubscribeResult> fromJson(const Json &result);
};
/// Params of the notification hold.changed.
struct HoldChange final
{
    std::int64_t cursor = 0;
    Head head;
    [[nodiscard]] Json toJson() const;
    [[nodiscard]] static Parsed<HoldChange> fromJson(const Json &params);
};

struct DocumentRow final
{
    QString kind; ///< of the ledger entry: request, hold, decision …
    std::int64_t index = 0; ///< in the ledger
    Digest idDigest;
    friend bool operator==(const DocumentRow &, const DocumentRow &) = default;
};
/// Result of a console's hold.get.
struct HoldDocuments final
{
    Head head;
    Envelope request;
    std::optional<Envelope> current; ///< from revision 1
    std::vector<DocumentRow> documents; ///< in ledger order
    [[nodiscard]] Json toJson() const;
    [[nodiscard]] static Parsed<HoldDocuments> fromJson(const Json &result);
};

struct DocumentParams final
{
    Digest idDigest;
    [[nodiscard]] Json toJson() const;
    [[nodiscard]] static Parsed<DocumentParams> fromJson(const Json &params);
};
struct DocumentResult final
{
    Envelope envelope;
    std::int64_t index = 0;
    [[nodiscard]] Json toJson() const;
    [[nodiscard]] static Parsed<DocumentResult> fromJson(const Json &result);
};

struct MeasureResult final
{
    std::int64_t sequence = 0;
    int revision = 0;
    [[nodiscard]] Json toJson() const;
    [[nodiscard]] static Parsed<MeasureResult> fromJson(const Json &result);
};

struct IdentifyParams final
{
    std::optional<QString> target, toml; ///< exactly one: a registered target, or one [[target]] as TOML text
    [[nodiscard]] Json toJson() const;
    [[nodiscard]] static Parsed<IdentifyParams> fromJson(const Json &params);
};
struct IdentifyResult final
{
    Json identity; ///< an object of strings: what goes into the target's `identity`
    [[nodiscard]] Json toJson() const;
    [[nodiscard]] static Parsed<IdentifyResult> fromJson(const Json &result);
};

struct SearchParams final
{
    QString query;
    std::int64_t limit = 100; ///< 1 … limit::Page
    std::optional<QString> after;
    [[nodiscard]] Json toJson() const;
    [[nodiscard]] static Parsed<SearchParams> fromJson(const Json &params);
};
/// A head and what a row of history shows besides; empty or disengaged where the hold never got that far.
struct HistoryItem final
{
    Head head;
    QString summary, operation, environment, requester; ///< foreign text
    std::optional<Tier> tier;
    std::optional<Outcome> outcome;
    std::optional<std::int64_t> decidedMs; ///< from opened to decided
    friend bool operator==(const HistoryItem &, const HistoryItem &) = default;
};
struct SearchResult final
{
    std::vector<HistoryItem> items;
    std::optional<QString> after; ///< there is more
    std::optional<std::int64_t> total;
    [[nodiscard]] Json toJson() const;
    [[nodiscard]] static Parsed<SearchResult> fromJson(const Json &result);
};

} // namespace holdfast
