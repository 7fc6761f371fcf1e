// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/documents/event.h"
#include "core/documents/hold.h"
#include "core/envelope.h"

namespace holdfast {

// Params and results of protocol 3.2–3.6 as values, shared by both ends. `fromJson` of params refuses members that nobody
// asked for (-32602); `fromJson` of results ignores them. What a struct holds is shaped, not believed: envelopes in it are
// decoded and not verified. Members that do not apply are absent on the wire and disengaged here.

/// Method and notification names.
namespace method {
inline constexpr QStringView SessionChallenge = u"session.challenge"; ///< notification
inline constexpr QStringView SessionOpen = u"session.open";
inline constexpr QStringView ActorEnrol = u"actor.enrol";
inline constexpr QStringView HoldRequest = u"hold.request";
inline constexpr QStringView HoldWait = u"hold.wait";
inline constexpr QStringView HoldGet = u"hold.get";
inline constexpr QStringView HoldSubscribe = u"hold.subscribe";
inline constexpr QStringView HoldChanged = u"hold.changed"; ///< notification
inline constexpr QStringView HoldMeasure = u"hold.measure";
inline constexpr QStringView TargetList = u"target.list";
inline constexpr QStringView TargetIdentify = u"target.identify";
inline constexpr QStringView RegistryGet = u"registry.get";
inline constexpr QStringView DocumentGet = u"document.get";
inline constexpr QStringView DecisionSubmit = u"decision.submit";
inline constexpr QStringView CommandSubmit = u"command.submit";
inline constexpr QStringView HistorySearch = u"history.search";
inline constexpr QStringView LedgerCheckpoint = u"ledger.checkpoint";
inline constexpr QStringView LedgerConsistency = u"ledger.consistency";
inline constexpr QStringView LedgerInclusion = u"ledger.inclusion";
inline constexpr QStringView LedgerEntries = u"ledger.entries";
inline constexpr QStringView LedgerCosign = u"ledger.cosign";
inline constexpr QStringView GateHealth = u"gate.health";
inline constexpr QStringView InviteNew = u"invite.new"; ///< an extension: the gate makes the secret, which it must know
inline constexpr QStringView BlobWrite = u"blob.write";
inline constexpr QStringView BlobRead = u"blob.read";
}

/// Limits of protocol 3.1, 3.3, 3.4 and 3.6.
namespace limit {
inline constexpr qsizetype MessageBeforeSession = 64LL * 1024; ///< bytes
inline constexpr int UnansweredPerActor = 256; ///< calls: one more, and the gate ends the connection
inline constexpr qsizetype Message = 2LL * 1024 * 1024; ///< bytes
inline constexpr std::int64_t WaitMs = 60'000;
inline constexpr qsizetype BlobChunk = 128LL * 1024; ///< bytes before base64
inline constexpr int Page = 500; ///< heads, history items, ledger entries
inline constexpr qsizetype EntriesBytes = 1024LL * 1024; ///< bytes of entries in one answer
}

/// No params, or a result without members.
struct Nothing final
{
    [[nodiscard]] Json toJson() const { return Json(JsonObject{}); }
    [[nodiscard]] static Parsed<Nothing> fromJson(const Json &params);
};

/// {envelope}: params of session.open, actor.enrol, hold.request, decision.submit, command.submit; result of session.open,
/// actor.enrol and registry.get.
struct EnvelopeParams final
{
    Envelope envelope;
    [[nodiscard]] Json toJson() const;
    [[nodiscard]] static Parsed<EnvelopeParams> fromJson(const Json &params);
};
struct EnvelopeResult final
{
    Envelope envelope;
    [[nodiscard]] Json toJson() const;
    [[nodiscard]] static Parsed<EnvelopeResult> fromJson(const Json &result);
};

/// {hold}: params of hold.get and hold.measure.
struct HoldParams final
{
    HoldId hold;
    [[nodiscard]] Json toJson() const;
    [[nodiscard]] static Parsed<HoldParams> fromJson(const Json &params);
};

/// {serial?}: params of registry.get; without it the newest.
struct RegistryParams final
{
    std::optional<std::int64_t> serial;
    [[nodiscard]] Json toJson() const;
    [[nodiscard]] static Parsed<RegistryParams> fromJson(const Json &params);
};

/// Params of the notification session.challenge.
struct Challenge final
{
    QString gate;
    VerifierKey key, ledgerKey;
    QByteArray nonce;
    Instant time{};
    std::vector<std::int64_t> versions{1};
    [[nodiscard]] Json toJson() const;
    [[nodiscard]] static Parsed<Challenge> fromJson(const Json &params);
};

} // namespace holdfast
