// SPDX-License-Identifier: Apache-2.0
#include "gate/lifecycle/ledgerqueries.h"

#include "ledger/merkle.h"

namespace holdfast {

namespace {

Refused outside(const QString &member)
{
    return Refused(ErrorCode::NotFound, QStringLiteral("$.%1 lies beyond the ledger's signed head").arg(member));
}

} // namespace

Answer LedgerQueries::checkpoint(const Caller &, const Json &params)
{
    if (const auto nothing = read<Nothing>(params); !nothing)
        return nothing.error();
    return CheckpointResult{QString::fromUtf8(m_context.book.checkpoint())}.toJson();
}

Answer LedgerQueries::consistency(const Caller &, const Json &params)
{
    const auto given = read<RangeParams>(params);
    if (!given)
        return given.error();
    if (given->to > m_context.book.checkpointSize())
        return outside(QStringLiteral("to"));
    // Nothing has to be proved about an empty tree.
    const auto proof = given->from == 0 ? std::optional(std::vector<Digest>{}) : consistencyProof(given->from, given->to, m_context.store.ledger.nodes());
    if (!proof)
        return Refused(ErrorCode::Unavailable, QStringLiteral("the ledger's tree cannot be read"));
    return ProofResult{*proof}.toJson();
}

Answer LedgerQueries::inclusion(const Caller &, const Json &params)
{
    const auto given = read<InclusionParams>(params);
    if (!given)
        return given.error();
    if (given->size > m_context.book.checkpointSize())
        return outside(QStringLiteral("size"));
    const auto proof = inclusionProof(given->index, given->size, m_context.store.ledger.nodes());
    if (!proof)
        return Refused(ErrorCode::Unavailable, QStringLiteral("the ledger's tree cannot be read"));
    return ProofResult{*proof}.toJson();
}

Answer LedgerQueries::entries(const Caller &, const Json &params)
{
    const auto given = read<RangeParams>(params);
    if (!given)
        return given.error();
    if (given->to > m_context.book.checkpointSize())
        return outside(QStringLiteral("to"));
    return EntriesResult{m_context.store.ledger.entries(given->from, given->to, limit::Page, limit::EntriesBytes)}.toJson();
}

Answer LedgerQueries::cosign(const Caller &caller, const Json &params)
{
    const auto given = read<CosignParams>(params);
    if (!given)
        return given.error();
    const VerifierKey *key = caller.actor->key(purpose::Cosign);
    if (key == nullptr)
        return Refused(ErrorCode::Forbidden, QStringLiteral("this actor has no cosign key"));
    const QByteArray bytes = given->checkpoint.toUtf8();
    const auto checkpoint = openCheckpoint(bytes, m_context.identity.ledgerKey->key(), m_context.identity.name);
    const auto note = Note::parse(bytes);
    if (!checkpoint || !note)
        return Refused(ErrorCode::InvalidSignature, QStringLiteral("$.checkpoint: %1").arg(checkpoint ? note.error().sentence() : checkpoint.error().sentence()));
    const auto root = checkpoint->size <= m_context.book.checkpointSize() ? rootAt(checkpoint->size, m_context.store.ledger.nodes()) : std::nullopt;
    if (!root || *root != checkpoint->root)
        return Refused(ErrorCode::Conflict, QStringLiteral("$.checkpoint is not one of this ledger"));
    const auto verified = verifyNote(*note, {*key});
    if (!verified)
        return Refused(ErrorCode::InvalidSignature, QStringLiteral("$.checkpoint: %1").arg(verified.error().sentence()));
    m_context.store.ledger.addCosignature(checkpoint->size, key->toString(), given->checkpoint);
    return Nothing{}.toJson();
}

void LedgerQueries::complete(SubmitResult &result) const
{
    result.entry = m_context.store.ledger.entry(result.index).value_or(QByteArray());
    result.proof = inclusionProof(result.index, m_context.book.checkpointSize(), m_context.store.ledger.nodes()).value_or(std::vector<Digest>{});
    result.checkpoint = QString::fromUtf8(m_context.book.checkpoint());
}

} // namespace holdfast
