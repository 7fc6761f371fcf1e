// SPDX-License-Identifier: Apache-2.0
// LedgerWatch: its state between two runs.
#include "console/desk/ledgerwatch.h"

namespace holdfast {

void LedgerWatch::resume()
{
    auto kept = m_file.load();
    if (!kept || !isSigned(*kept)) {
        if (kept || kept.error() == AuditFile::Problem::Changed)
            m_changedFile = m_file.path();
        return;
    }
    auto tree = kept->recent.after();
    auto auditor = LedgerAuditor::resume(options(), kept->auditor);
    if (!auditor || auditor->size() != tree.size())
        return;
    m_tree = std::move(tree);
    m_recent = std::move(kept->recent);
    m_checkpoint = kept->checkpoint;
    m_asOf = kept->asOf;
    *m_auditor = std::move(*auditor);
    m_kept = m_tree.size();
    refreshTrusted();
}

bool LedgerWatch::isSigned(const AuditFile::State &kept) const
{
    const auto checkpoint = openCheckpoint(kept.checkpoint, m_pins.keys.ledgerKey, m_pins.gate);
    const auto tree = kept.recent.after();
    return checkpoint && checkpoint->size == tree.size() && checkpoint->root == tree.root() && m_follower.highest() && tree.size() <= m_follower.highest()->size;
}

// Only what made a root that the gate signed, and only while nothing was found wrong: after an alarm the next start looks again.
void LedgerWatch::keep()
{
    if (m_session == nullptr || m_goal || !m_alarms.isEmpty() || m_tree.size() == 0 || m_tree.size() != m_auditor->size() || !m_waiting.empty())
        return;
    if (!asOf() || (m_tree.size() == m_kept && !m_follows))
        return;
    if (m_file.save({*asOf(), m_recent, m_checkpoint, m_auditor->save()}, *m_session))
        m_kept = m_tree.size();
}

void LedgerWatch::lost()
{
    m_asOf = asOf();
    keep();
    m_follows = false;
}

std::optional<Instant> LedgerWatch::asOf() const
{
    return m_follows ? SystemClock().now() : m_asOf;
}

} // namespace holdfast
