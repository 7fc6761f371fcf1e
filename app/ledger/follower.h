// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ledger/checkpoint.h"
#include "ledger/entry.h"
#include "ledger/merkle.h"

namespace holdfast {

/// Why what a gate says of its ledger is not to be believed. All but NeedsProof are alarms.
struct LedgerAlarm final
{
    enum class Kind { NeedsProof, BadCheckpoint, Inconsistent, WentBack, BadEntry, NotThePayload, NotIncluded };
    Kind kind;
    QString detail;
    [[nodiscard]] QString sentence() const;
};

/// A console's witness of one gate's ledger: keeps the highest checkpoint that it verified and believes nothing that does not
/// follow from it. The caller stores highestNote() outside the gate and hands it back.
class LedgerFollower final
{
public:
    /// `highestNote`: as stored; empty at the first meeting. A stored note that does not open is as if there were none but says so in valid().
    LedgerFollower(QString gate, VerifierKey ledgerKey, QByteArray highestNote = {});

    [[nodiscard]] bool valid() const { return m_valid; }
    [[nodiscard]] const std::optional<Checkpoint> &highest() const { return m_highest; }
    [[nodiscard]] const QByteArray &highestNote() const { return m_note; }

    /// Sizes of the consistency proof that accept() wants for this note; nullopt when none is needed. `from` < `to`.
    [[nodiscard]] Result<std::optional<std::pair<std::int64_t, std::int64_t>>, LedgerAlarm> proofFor(QByteArrayView note) const;
    /// Takes a checkpoint, higher or lower than the highest, with its proof; keeps the higher of the two.
    [[nodiscard]] Result<Checkpoint, LedgerAlarm> accept(QByteArrayView note, const std::vector<Digest> &proof);

    /// For a note that the gate gave as its newest, asked for when it had shown `known` entries already: a smaller one hides those since.
    [[nodiscard]] std::optional<LedgerAlarm> whyNotNewest(QByteArrayView note, std::int64_t known) const;
    [[nodiscard]] std::int64_t known() const { return m_highest ? m_highest->size : 0; }

    /// Checks an answer to `decision.submit` or `command.submit`: the entry carries exactly the envelope that was sent, and lies in the
    /// checkpoint. The checkpoint must then go through accept() as well.
    [[nodiscard]] Result<Checkpoint, LedgerAlarm> acknowledged(const Envelope &sent, std::int64_t index, QByteArrayView entry,
                                                               const std::vector<Digest> &proof, QByteArrayView note) const;

private:
    [[nodiscard]] Result<Checkpoint, LedgerAlarm> open(QByteArrayView note) const;

    QString m_gate;
    VerifierKey m_ledgerKey;
    QByteArray m_note;
    std::optional<Checkpoint> m_highest;
    bool m_valid = true;
};

} // namespace holdfast
