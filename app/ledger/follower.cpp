// SPDX-License-Identifier: Apache-2.0
#include "ledger/follower.h"

#include <algorithm>

namespace holdfast {

namespace {

Failure<LedgerAlarm> alarm(LedgerAlarm::Kind kind, QString detail = {})
{
    return Failure{LedgerAlarm{kind, std::move(detail)}};
}

} // namespace

QString LedgerAlarm::sentence() const
{
    switch (kind) {
    case Kind::NeedsProof: return QStringLiteral("a consistency proof is needed first");
    case Kind::BadCheckpoint: return detail;
    case Kind::Inconsistent: return QStringLiteral("the gate's ledger does not continue the one that this console has seen: it was rewritten or forked");
    case Kind::WentBack: return QStringLiteral("the gate shows an older ledger than it showed before: it hides what came since, or it was put back");
    case Kind::BadEntry: return detail;
    case Kind::NotThePayload: return QStringLiteral("the ledger entry does not carry what this console sent");
    case Kind::NotIncluded: return QStringLiteral("the entry is not in the ledger that the checkpoint stands for");
    }
    return {};
}

LedgerFollower::LedgerFollower(QString gate, VerifierKey ledgerKey, QByteArray highestNote)
    : m_gate(std::move(gate)), m_ledgerKey(std::move(ledgerKey))
{
    if (highestNote.isEmpty())
        return;
    const auto checkpoint = open(highestNote);
    m_valid = static_cast<bool>(checkpoint);
    if (checkpoint) {
        m_highest = *checkpoint;
        m_note = std::move(highestNote);
    }
}

Result<Checkpoint, LedgerAlarm> LedgerFollower::open(QByteArrayView note) const
{
    const auto checkpoint = openCheckpoint(note, m_ledgerKey, m_gate);
    if (!checkpoint)
        return alarm(LedgerAlarm::Kind::BadCheckpoint, checkpoint.error().sentence());
    // A ledger is born with its first registry: nothing is ever proved about an empty one.
    if (checkpoint->size == 0)
        return alarm(LedgerAlarm::Kind::BadCheckpoint, QStringLiteral("checkpoint: the ledger is empty"));
    return *checkpoint;
}

Result<std::optional<std::pair<std::int64_t, std::int64_t>>, LedgerAlarm> LedgerFollower::proofFor(QByteArrayView note) const
{
    using Sizes = std::optional<std::pair<std::int64_t, std::int64_t>>;
    const auto checkpoint = open(note);
    if (!checkpoint)
        return checkpoint.failure();
    if (!m_highest || checkpoint->size == m_highest->size)
        return Sizes();
    return Sizes(std::minmax(checkpoint->size, m_highest->size));
}

Result<Checkpoint, LedgerAlarm> LedgerFollower::accept(QByteArrayView note, const std::vector<Digest> &proof)
{
    const auto checkpoint = open(note);
    if (!checkpoint)
        return checkpoint;
    if (m_highest) {
        const bool higher = checkpoint->size > m_highest->size;
        const Checkpoint &low = higher ? *m_highest : *checkpoint;
        const Checkpoint &high = higher ? *checkpoint : *m_highest;
        if (low.size != high.size && proof.empty())
            return alarm(LedgerAlarm::Kind::NeedsProof);
        const std::vector<Digest> none;
        if (!verifyConsistency(low.size, high.size, low.root, high.root, low.size == high.size ? none : proof))
            return alarm(LedgerAlarm::Kind::Inconsistent);
        if (!higher)
            return checkpoint;
    }
    m_highest = *checkpoint;
    m_note = note.toByteArray();
    return checkpoint;
}

std::optional<LedgerAlarm> LedgerFollower::whyNotNewest(QByteArrayView note, std::int64_t known) const
{
    const auto checkpoint = open(note);
    if (!checkpoint)
        return checkpoint.error();
    return checkpoint->size < known ? std::optional(LedgerAlarm{LedgerAlarm::Kind::WentBack, {}}) : std::nullopt;
}

Result<Checkpoint, LedgerAlarm> LedgerFollower::acknowledged(const Envelope &sent, std::int64_t index, QByteArrayView entry,
                                                             const std::vector<Digest> &proof, QByteArrayView note) const
{
    const auto checkpoint = open(note);
    if (!checkpoint)
        return checkpoint;
    const auto parsed = Entry::parse(entry);
    if (!parsed)
        return alarm(LedgerAlarm::Kind::BadEntry, parsed.error().sentence());
    const Envelope &found = parsed->envelope;
    const bool samePayload = parsed->payloadDigest ? *parsed->payloadDigest == sent.payloadDigest() : found.payload == sent.payload;
    const bool sameSignature = found.signatures.size() == sent.signatures.size()
        && std::equal(found.signatures.begin(), found.signatures.end(), sent.signatures.begin(),
                      [](const EnvelopeSignature &a, const EnvelopeSignature &b) { return a.signature == b.signature; });
    if (parsed->index != index || !samePayload || !sameSignature || found.payloadType != sent.payloadType)
        return alarm(LedgerAlarm::Kind::NotThePayload);
    if (!verifyInclusion(index, checkpoint->size, leafHash(entry), proof, checkpoint->root))
        return alarm(LedgerAlarm::Kind::NotIncluded);
    return checkpoint;
}

} // namespace holdfast
