// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"

#include "core/documents/hold.h"
#include "ledger/checkpoint.h"
#include "ledger/follower.h"
#include "ledger/tiles.h"
#include "wire/messagesledger.h"

#include <algorithm>
#include <set>

namespace holdfast {

namespace {

/// The gate's ledger up to one checkpoint, fetched piece by piece.
class RemoteLedger final
{
public:
    RemoteLedger(GateAccess &access, std::int64_t size) : m_access(access), m_size(size) {}

    [[nodiscard]] std::optional<QByteArray> entry(std::int64_t index)
    {
        if (index < m_first || index >= m_first + static_cast<std::int64_t>(m_page.size())) {
            const auto page = m_access.call<EntriesResult>(method::LedgerEntries, RangeParams{index, std::min(m_size, index + limit::Page)}.toJson());
            if (!page)
                m_problem = page.error();
            m_page = page ? page->entries : std::vector<QByteArray>();
            m_first = index;
        }
        const auto at = static_cast<std::size_t>(index - m_first);
        return at < m_page.size() ? std::optional(m_page[at]) : std::nullopt;
    }
    [[nodiscard]] std::optional<QByteArray> blob(const Digest &digest)
    {
        auto bytes = m_access.link().fetch({digest, AnySize, {}});
        return bytes ? std::optional(std::move(bytes).value()) : std::nullopt;
    }
    [[nodiscard]] const std::optional<Problem> &problem() const { return m_problem; }

private:
    GateAccess &m_access;
    std::int64_t m_size;
    std::int64_t m_first = 0;
    std::vector<QByteArray> m_page;
    std::optional<Problem> m_problem;
};

void addRefs(std::set<Digest> &blobs, const std::vector<BlobRef> &refs)
{
    for (const BlobRef &ref : refs)
        blobs.insert(ref.digest);
}

/// Every blob that a document names; whatever cannot be read names none, and the verifier will say so.
void addNamed(std::set<Digest> &blobs, EntryKind kind, QByteArrayView payload)
{
    if (kind == EntryKind::Request) {
        if (const auto request = Request::parse(payload))
            addRefs(blobs, request->blobs());
    } else if (kind == EntryKind::Hold) {
        if (const auto hold = Hold::parse(payload))
            addRefs(blobs, hold->blobs());
    } else if (kind == EntryKind::Registry) {
        if (const auto registry = Registry::parse(payload))
            blobs.insert(registry->policy.digest);
    } else if (kind == EntryKind::Receipt) {
        if (const auto receipt = Receipt::parse(payload); receipt && receipt->output)
            blobs.insert(receipt->output->digest);
    }
}

Expected<std::set<Digest>> namedBlobs(RemoteLedger &ledger, std::int64_t size)
{
    std::set<Digest> blobs;
    for (std::int64_t index = 0; index < size; ++index) {
        const auto bytes = ledger.entry(index);
        if (!bytes)
            return Failure{ledger.problem().value_or(Problem{ExitCode::Unreachable, QStringLiteral("the gate does not give entry %1").arg(index)})};
        const auto entry = Entry::parse(*bytes);
        if (!entry)
            return Failure{Problem{ExitCode::BadProof, QStringLiteral("entry %1: %2").arg(QString::number(index), entry.error().sentence())}};
        if (!entry->payloadDigest) {
            addNamed(blobs, entry->kind, entry->envelope.payload);
            continue;
        }
        blobs.insert(*entry->payloadDigest);
        if (const auto payload = ledger.blob(*entry->payloadDigest))
            addNamed(blobs, entry->kind, *payload);
    }
    return blobs;
}

/// The newest checkpoint, proved to follow the highest one that was pinned here.
Expected<std::pair<Checkpoint, QByteArray>> provedCheckpoint(GateAccess &access)
{
    const auto newest = access.call<CheckpointResult>(method::LedgerCheckpoint, Nothing{}.toJson());
    if (!newest)
        return newest.failure();
    const QByteArray note = newest->checkpoint.toUtf8();
    LedgerFollower follower(access.session().gate, access.link().link().ledgerKey(), access.pinnedCheckpoint());
    if (const auto stale = follower.whyNotNewest(note, follower.known()))
        return Failure{Problem{ExitCode::BadProof, stale->sentence()}};
    const auto needed = follower.proofFor(note);
    if (!needed)
        return Failure{Problem{ExitCode::BadProof, needed.error().sentence()}};
    std::vector<Digest> proof;
    if (needed->has_value()) {
        const auto answer = access.call<ProofResult>(method::LedgerConsistency, RangeParams{(*needed)->first, (*needed)->second}.toJson());
        if (!answer)
            return answer.failure();
        proof = answer->proof;
    }
    const auto checkpoint = follower.accept(note, proof);
    if (!checkpoint)
        return Failure{Problem{ExitCode::BadProof, checkpoint.error().sentence()}};
    return std::pair{*checkpoint, note};
}

} // namespace

ExitCode runExport(const Program &program, const QString &directory)
{
    auto access = GateAccess::asHuman(program);
    if (!access)
        return program.output.problem(access.error());
    const auto checkpoint = provedCheckpoint(**access);
    if (!checkpoint)
        return program.output.problem(checkpoint.error());
    const std::int64_t size = checkpoint->first.size;
    RemoteLedger ledger(**access, size);
    const auto blobs = namedBlobs(ledger, size);
    if (!blobs)
        return program.output.problem(blobs.error());
    const ExportSource source{checkpoint->second, size, [&ledger](std::int64_t index) { return ledger.entry(index); },
                              std::vector<Digest>(blobs->begin(), blobs->end()), [&ledger](const Digest &digest) { return ledger.blob(digest); }};
    if (const auto written = exportTiles(directory, source); !written)
        return program.output.problem(ledger.problem().value_or(Problem{ExitCode::Usage, written.error().sentence()}));
    program.output.note(QStringLiteral("%1 entries exported to %2; `hold verify %2` checks them").arg(QString::number(size), directory));
    program.output.result(JsonBuilder()
                              .add(QStringLiteral("entries"), size)
                              .add(QStringLiteral("directory"), directory)
                              .add(QStringLiteral("root"), checkpoint->first.root.toString())
                              .build());
    return ExitCode::Done;
}

} // namespace holdfast
