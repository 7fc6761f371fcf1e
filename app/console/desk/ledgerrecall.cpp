// SPDX-License-Identifier: Apache-2.0
#include "console/desk/ledgerrecall.h"

#include "console/desk/documenttext.h"
#include "console/present/format.h"
#include "core/documents/grant.h"
#include "ledger/entry.h"

#include <algorithm>

namespace holdfast {

namespace {

QString wordsOf(const HistoryItem &item)
{
    QStringList words{item.head.hold.toString(), item.summary, item.operation, item.environment, item.requester, wordOf(item.head.state)};
    words += item.head.approvals;
    if (item.tier)
        words += present::word(*item.tier);
    if (item.outcome)
        words += present::word(*item.outcome);
    return words.join(u' ');
}

} // namespace

LedgerRecall::LedgerRecall(const LedgerWatch &watch)
{
    const auto trusted = watch.trusted();
    if (!trusted)
        return;
    for (const auto &kept : watch.recent().entries()) {
        const auto entry = Entry::parse(kept.entry);
        const auto payload = [&kept](const Digest &) -> std::optional<QByteArray> { return kept.payload; };
        if (const auto envelope = entry ? entry->wholeEnvelope(payload) : Result<Envelope, EntryError>(Failure{EntryError{}}))
            tell(*entry, *envelope, trusted->registry);
    }
    for (auto &[hold, told] : m_told)
        told.item.head.state = watch.stateOf(hold).value_or(told.item.head.state);
}

void LedgerRecall::tell(const Entry &entry, const Envelope &envelope, const Registry &registry)
{
    const auto text = describe(toString(entry.kind), envelope, &registry);
    if (!text.hold)
        return;
    Told &told = m_told[*text.hold];
    told.item.head.hold = *text.hold;
    told.documents.push_back({{toString(entry.kind), entry.index, envelope.idDigest()}, envelope});
    if (text.verified)
        take(told, entry, envelope, text.who);
}

void LedgerRecall::take(Told &told, const Entry &entry, const Envelope &envelope, const QString &person)
{
    HistoryItem &item = told.item;
    item.head.at = entry.at;
    item.head.sequence = entry.index + 1;
    if (entry.kind == EntryKind::Request) {
        item.requester = person;
        item.head.requestDigest = envelope.payloadDigest();
    } else if (entry.kind == EntryKind::Hold) {
        const auto hold = Hold::parse(envelope.payload);
        item.summary = hold->measured.summaryText;
        item.operation = hold->measured.operation;
        item.environment = hold->measured.environment.value;
        item.requester = hold->requesterActor;
        item.tier = hold->tier;
        item.head.revision = hold->revision;
        item.head.holdDigest = envelope.payloadDigest();
        item.head.approvals.clear();
        told.opened = told.opened.value_or(entry.at);
    } else if (entry.kind == EntryKind::Decision) {
        if (Decision::parse(envelope.payload)->verdict == Decision::Verdict::Approve)
            item.head.approvals.append(person);
        if (told.opened)
            item.decidedMs = (entry.at - *told.opened).count();
    } else if (entry.kind == EntryKind::Receipt) {
        item.outcome = Receipt::parse(envelope.payload)->outcome;
    }
}

std::vector<HistoryItem> LedgerRecall::holds(const QStringList &words) const
{
    std::vector<HistoryItem> found;
    for (const auto &[hold, told] : m_told) {
        const auto text = wordsOf(told.item);
        if (std::ranges::all_of(words, [&text](const QString &word) { return text.contains(word, Qt::CaseInsensitive); }))
            found.push_back(told.item);
    }
    std::ranges::sort(found, [](const HistoryItem &a, const HistoryItem &b) { return a.head.sequence > b.head.sequence; });
    return found;
}

std::vector<LedgerRecall::Document> LedgerRecall::documents(const HoldId &hold) const
{
    const auto at = m_told.find(hold);
    return at == m_told.end() ? std::vector<Document>() : at->second.documents;
}

} // namespace holdfast
