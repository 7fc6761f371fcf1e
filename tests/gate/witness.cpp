// SPDX-License-Identifier: Apache-2.0
#include "witness.h"

#include "gate/store/store.h"

#include <QFile>
#include <QTemporaryDir>

#include <algorithm>

namespace holdfast::tests {

namespace {

constexpr int pageOfEntries = 500;

template<typename T>
std::optional<T> ask(Client &client, QStringView method, const Json &params)
{
    const auto reply = client.call(method, params);
    const Json *result = reply ? std::get_if<Json>(&reply->outcome) : nullptr;
    auto parsed = result != nullptr ? T::fromJson(*result) : Parsed<T>(Failure{DocumentError{}});
    return parsed ? std::optional(std::move(*parsed)) : std::nullopt;
}

} // namespace

void Witness::meet(const Challenge &challenge)
{
    m_gate = challenge.gate;
    m_ledgerKey = challenge.ledgerKey;
}

QString Witness::seen(const QString &note)
{
    const auto checkpoint = openCheckpoint(note.toUtf8(), m_ledgerKey, m_gate);
    if (!checkpoint)
        return QStringLiteral("a checkpoint does not open: %1").arg(checkpoint.error().sentence());
    const auto [known, isNew] = m_checkpoints.emplace(checkpoint->size, *checkpoint);
    if (isNew)
        m_unproved.insert(checkpoint->size);
    return known->second == *checkpoint ? QString() : QStringLiteral("FORK: two checkpoints of size %1").arg(checkpoint->size);
}

QString Witness::told(const HoldId &hold, const HoldStatus &status)
{
    m_told.push_back({hold, status.sequence, status.state});
    return status.hold.isNull() || status.hold == hold ? QString() : QStringLiteral("the answer is about another hold");
}

void Witness::heard(const HoldChange &change)
{
    m_told.push_back({change.head.hold, change.cursor, change.head.state});
}

QString Witness::acknowledged(const SubmitResult &result, const Envelope &document)
{
    if (QString problem = seen(result.checkpoint); !problem.isEmpty())
        return problem;
    const auto checkpoint = openCheckpoint(result.checkpoint.toUtf8(), m_ledgerKey, m_gate);
    const auto entry = Entry::parse(result.entry);
    if (!entry || entry->envelope.payload != document.payload || entry->index != result.index)
        return QStringLiteral("what was acknowledged is not what was sent");
    if (!verifyInclusion(result.index, checkpoint->size, leafHash(result.entry), result.proof, checkpoint->root))
        return QStringLiteral("an acknowledgement does not prove its entry");
    m_acknowledged.push_back(result);
    return {};
}

QString Witness::whyNot(const Told &told) const
{
    const QString what = QStringLiteral("LOST: hold %1 was told to be %2 at sequence %3, ").arg(told.hold.toString(), toString(told.state)).arg(told.sequence);
    if (told.sequence < 1 || told.sequence > m_replica.size())
        return what + QStringLiteral("and the ledger has %1 entries").arg(m_replica.size());
    if (m_replica.about(told.sequence - 1) != told.hold)
        return what + QStringLiteral("and the entry there is about something else");
    const State state = m_replica.stateAfter(told.sequence - 1);
    return state == told.state ? QString() : what + QStringLiteral("and the entry there made it %1").arg(toString(state));
}

QString Witness::checkTold(bool goesOn)
{
    const auto later = std::stable_partition(m_told.begin(), m_told.end(), [&](const Told &told) { return !goesOn || told.sequence <= m_replica.size(); });
    for (auto told = m_told.cbegin(); told != later; ++told)
        if (QString problem = whyNot(*told); !problem.isEmpty())
            return problem;
    m_tellings += static_cast<std::size_t>(later - m_told.begin());
    m_told.erase(m_told.begin(), later);
    for (std::size_t i = m_proved; i < m_acknowledged.size(); ++i) {
        const SubmitResult &result = m_acknowledged[i];
        if (result.index >= m_replica.size() || m_replica.entry(result.index) != result.entry)
            return QStringLiteral("LOST: the acknowledged entry %1 is not in the ledger").arg(result.index);
    }
    for (const std::int64_t size : m_unproved)
        if (size > m_replica.size() || m_replica.rootAt(size) != m_checkpoints.at(size).root)
            return QStringLiteral("LOST: a head of %1 entries was signed, and the ledger of %2 does not continue it").arg(size).arg(m_replica.size());
    return {};
}

QString Witness::readStore(const QString &file)
{
    // Read from a copy: to open a store is to recover it, and that is the gate's part.
    QTemporaryDir aside;
    const QString copy = aside.filePath(QStringLiteral("gate.db"));
    if (!QFile::copy(file, copy) || (QFile::exists(file + QStringLiteral("-wal")) && !QFile::copy(file + QStringLiteral("-wal"), copy + QStringLiteral("-wal"))))
        return QStringLiteral("the store cannot be copied");
    const auto store = Store::open(copy);
    if (!store)
        return QStringLiteral("the store does not open: %1").arg(store.error().sentence());
    const std::int64_t size = (*store)->ledger.size();
    if (size < m_replica.size())
        return QStringLiteral("LOST: the store has %1 entries, there were %2").arg(size).arg(m_replica.size());
    if (m_replica.size() > 0 && rootAt(m_replica.size(), (*store)->ledger.nodes()) != m_replica.rootAt(m_replica.size()))
        return QStringLiteral("the first %1 entries in the store are others than before").arg(m_replica.size());
    while (m_replica.size() < size) {
        const auto entry = (*store)->ledger.entry(m_replica.size());
        if (!entry || !m_replica.append(*entry))
            return QStringLiteral("entry %1 in the store cannot be read").arg(m_replica.size());
    }
    return checkTold(false);
}

QString Witness::fetch(Client &console, std::int64_t size)
{
    while (m_replica.size() < size) {
        const auto page = ask<EntriesResult>(console, method::LedgerEntries, RangeParams{m_replica.size(), std::min(size, m_replica.size() + pageOfEntries)}.toJson());
        if (!page || page->entries.empty())
            return QStringLiteral("the gate does not give entry %1").arg(m_replica.size());
        for (const QByteArray &entry : page->entries)
            if (!m_replica.append(entry))
                return QStringLiteral("entry %1 cannot be read").arg(m_replica.size());
    }
    return {};
}

QString Witness::prove(Client &console, const Checkpoint &from, const Checkpoint &to) const
{
    const auto answer = ask<ProofResult>(console, method::LedgerConsistency, RangeParams{from.size, to.size}.toJson());
    if (answer && verifyConsistency(from.size, to.size, from.root, to.root, answer->proof))
        return {};
    return QStringLiteral("the gate does not prove that its ledger of %1 entries continues the one of %2").arg(to.size).arg(from.size);
}

QString Witness::prove(Client &console, const SubmitResult &acknowledged, const Checkpoint &head) const
{
    const auto answer = ask<ProofResult>(console, method::LedgerInclusion, InclusionParams{acknowledged.index, head.size}.toJson());
    if (answer && verifyInclusion(acknowledged.index, head.size, leafHash(acknowledged.entry), answer->proof, head.root))
        return {};
    return QStringLiteral("the gate does not prove the acknowledged entry %1 any more").arg(acknowledged.index);
}

QString Witness::follow(Client &console, bool everything)
{
    const auto note = ask<CheckpointResult>(console, method::LedgerCheckpoint, Nothing{}.toJson());
    if (!note)
        return QStringLiteral("the gate gives no checkpoint");
    if (QString problem = seen(note->checkpoint); !problem.isEmpty())
        return problem;
    const Checkpoint head = openCheckpoint(note->checkpoint.toUtf8(), m_ledgerKey, m_gate).value();
    if (head.size < m_replica.size())
        return QStringLiteral("LOST: the gate's head has %1 entries, there were %2").arg(head.size).arg(m_replica.size());
    if (QString problem = fetch(console, head.size); !problem.isEmpty())
        return problem;
    if (m_replica.rootAt(head.size) != head.root)
        return QStringLiteral("the signed root at %1 is not that of the entries that were seen").arg(head.size);
    if (QString problem = checkTold(true); !problem.isEmpty())
        return problem;
    for (const auto &[size, checkpoint] : m_checkpoints)
        if (everything || m_unproved.contains(size))
            if (QString problem = prove(console, checkpoint, head); !problem.isEmpty())
                return problem;
    for (std::size_t i = everything ? 0 : m_proved; i < m_acknowledged.size(); ++i)
        if (QString problem = prove(console, m_acknowledged[i], head); !problem.isEmpty())
            return problem;
    // Continuing is transitive: what this head continues, its own successors need not prove one by one.
    m_unproved = {head.size};
    m_proved = m_acknowledged.size();
    return {};
}

QString Witness::compareOpen(const SubscribeResult &open) const
{
    std::set<HoldId> listed;
    for (const Head &head : open.holds) {
        listed.insert(head.hold);
        if (const QString problem = whyNot({head.hold, head.sequence, head.state}); head.sequence <= m_replica.size() && !problem.isEmpty())
            return problem;
    }
    for (const auto &[hold, standing] : m_replica.holds())
        if (!isFinal(standing.state) && !listed.contains(hold))
            return QStringLiteral("LOST: hold %1 is %2, and the gate does not list it").arg(hold.toString(), toString(standing.state));
    return {};
}

} // namespace holdfast::tests
