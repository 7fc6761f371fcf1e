// SPDX-License-Identifier: Apache-2.0
#include "ledger/verifier.h"

#include "ledger/holdstory.h"
#include "ledger/merkle.h"
#include "ledger/tiles.h"

namespace holdfast {

namespace {

constexpr std::size_t maximumFindings = 100;
constexpr std::int64_t tileEntries = 256;

/// The three lines of a checkpoint before anybody's signature is checked: says how much to read, and is believed for nothing else.
std::optional<Checkpoint> claimedCheckpoint(QByteArrayView bytes)
{
    const auto note = Note::parse(bytes);
    return note ? Checkpoint::fromText(note->text) : std::nullopt;
}

class ExportVerifier final
{
public:
    ExportVerifier(const QString &directory, const std::optional<VerifierKey> &gate, const PolicyParser &policy, const SeenBefore &seen)
        : m_seen(seen), m_tiles(directory), m_auditor({gate, [this](const Digest &digest) { return m_tiles.blob(digest); }, policy})
    {
        m_report.pinned = gate.has_value();
    }

    [[nodiscard]] VerifyReport run()
    {
        const auto bytes = m_tiles.checkpoint();
        const auto claimed = bytes ? claimedCheckpoint(*bytes) : std::nullopt;
        if (!claimed) {
            find(-1, bytes ? QStringLiteral("checkpoint: this is not a signed checkpoint") : bytes.error().sentence());
            return m_report;
        }
        if (readEntries(claimed->size)) {
            checkTiles();
            checkHead(*claimed, *bytes);
            checkSeen();
        }
        checkBlobs();
        return m_report;
    }

private:
    void find(std::int64_t index, QString sentence)
    {
        if (m_report.findings.size() < maximumFindings)
            m_report.findings.push_back({index, std::move(sentence)});
    }

    bool readEntries(std::int64_t size)
    {
        for (std::int64_t tile = 0; tile * tileEntries < size; ++tile) {
            const auto entries = m_tiles.entries(tile, size);
            if (!entries) {
                find(-1, entries.error().sentence());
                return false;
            }
            for (const QByteArray &entry : *entries) {
                m_nodes.append(leafHash(entry));
                for (Finding &finding : m_auditor.add(entry))
                    find(finding.index, std::move(finding.sentence));
                if (m_nodes.size() == 1 && m_auditor.place() != nullptr)
                    m_firstRegistry = m_auditor.place()->payload;
            }
        }
        m_report.entries = m_nodes.size();
        return true;
    }

    void checkTiles()
    {
        std::int64_t count = m_nodes.size();
        for (int level = 0; count > 0; ++level, count /= tileEntries) {
            for (std::int64_t tile = 0; tile * tileEntries < count; ++tile)
                checkTile(level, tile);
        }
    }

    void checkTile(int level, std::int64_t tile)
    {
        const auto hashes = m_tiles.hashes(level, tile, m_nodes.size());
        if (!hashes) {
            find(-1, hashes.error().sentence());
            return;
        }
        for (std::size_t i = 0; i < hashes->size(); ++i) {
            if (m_nodes.node(8 * level, tile * tileEntries + static_cast<std::int64_t>(i)) != (*hashes)[i]) {
                find(-1, QStringLiteral("a hash in %1 is not the hash of its entries").arg(tilePath(level, tile, static_cast<int>(hashes->size()))));
                return;
            }
        }
    }

    void checkHead(const Checkpoint &claimed, QByteArrayView bytes)
    {
        if (claimed.root != m_nodes.root())
            find(-1, QStringLiteral("the entries do not give the root that the checkpoint names"));
        const RegistryPlace *place = m_auditor.place();
        if (!place) {
            find(-1, QStringLiteral("there is no registry: no key can check the checkpoint"));
            return;
        }
        const auto opened = openCheckpoint(bytes, place->registry.gateKeys.ledgerKey, place->registry.gate);
        if (opened)
            m_report.checkpoint = *opened;
        else
            find(-1, opened.error().sentence());
    }

    void checkSeen()
    {
        m_report.seen = m_seen.checkpoint ? m_seen.checkpoint->size : 0;
        if (m_seen.checkpoint && m_report.seen <= m_nodes.size() && rootAt(m_report.seen, m_nodes.reader()) != m_seen.checkpoint->root)
            find(-1, QStringLiteral("its first %1 entries are not those that were seen before: the history was rewritten").arg(m_report.seen));
        if (m_seen.firstRegistry && m_firstRegistry != m_seen.firstRegistry)
            find(0, QStringLiteral("the first registry is not the one that was pinned"));
    }

    void checkBlobs()
    {
        for (const QString &name : m_tiles.blobNames()) {
            const auto digest = Digest::fromHex(name);
            if (digest && m_tiles.blob(*digest))
                ++m_report.blobs;
            else
                find(-1, QStringLiteral("a file under blob/ does not have the digest that names it"));
        }
    }

    const SeenBefore m_seen;
    TileDirectory m_tiles;
    std::optional<Digest> m_firstRegistry;
    LedgerAuditor m_auditor;
    MerkleNodes m_nodes;
    VerifyReport m_report;
};

} // namespace

VerifyReport verifyExport(const QString &directory, const std::optional<VerifierKey> &gate, const PolicyParser &policy, const SeenBefore &seen)
{
    return ExportVerifier(directory, gate, policy, seen).run();
}

} // namespace holdfast
