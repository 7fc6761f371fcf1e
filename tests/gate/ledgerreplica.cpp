// SPDX-License-Identifier: Apache-2.0
#include "ledgerreplica.h"

#include "core/documents/command.h"
#include "core/documents/decision.h"

namespace holdfast::tests {

bool LedgerReplica::append(const QByteArray &bytes)
{
    const auto entry = Entry::parse(bytes);
    if (!entry || entry->index != size())
        return false;
    Kept kept{bytes, apply(entry->kind, entry->envelope.payload), State::Measuring};
    if (kept.hold) {
        Standing &standing = m_holds[*kept.hold];
        standing.sequence = entry->index + 1;
        ++standing.entries;
        kept.state = standing.state;
    }
    m_tree.append(leafHash(bytes));
    m_entries.push_back(std::move(kept));
    return true;
}

std::optional<HoldId> LedgerReplica::apply(EntryKind kind, const QByteArray &payload)
{
    const auto moves = [this](const HoldId &hold, State state) {
        m_holds[hold].state = state;
        return hold;
    };
    if (kind == EntryKind::Request) {
        const HoldId hold = HoldId::of(m_requester, payload);
        ++m_holds[hold].requests;
        return moves(hold, State::Measuring);
    }
    if (kind == EntryKind::Hold)
        if (const auto hold = Hold::parse(payload))
            return moves(hold->hold, State::Pending);
    if (kind == EntryKind::Grant)
        if (const auto grant = Grant::parse(payload))
            return moves(grant->hold, State::Released);
    if (kind == EntryKind::Decision)
        if (const auto decision = Decision::parse(payload))
            return decision->verdict == Decision::Verdict::Deny ? moves(decision->hold, State::Denied) : decision->hold;
    if (kind == EntryKind::Event)
        if (const auto event = Event::parse(payload)) {
            m_holds[event->hold].executions += event->state == State::Executing ? 1 : 0;
            return moves(event->hold, event->state);
        }
    if (kind == EntryKind::Receipt)
        if (const auto receipt = Receipt::parse(payload)) {
            ++m_holds[receipt->hold].receipts;
            m_holds[receipt->hold].outcome = receipt->outcome;
            return moves(receipt->hold, State::Done);
        }
    return std::nullopt;
}

std::optional<Standing> LedgerReplica::of(const HoldId &hold) const
{
    const auto found = m_holds.find(hold);
    return found == m_holds.end() ? std::nullopt : std::optional(found->second);
}

} // namespace holdfast::tests
