// SPDX-License-Identifier: Apache-2.0
#include "ledger/merkle.h"

#include <algorithm>
#include <bit>

namespace holdfast {

namespace {

QByteArrayView view(const Digest &digest)
{
    return {digest.bytes.data(), static_cast<qsizetype>(digest.bytes.size())};
}

Sha256 &hasher()
{
    thread_local Sha256 instance;
    return instance;
}

/// The largest power of two below `n`, for n > 1: where RFC 6962 splits.
std::int64_t splitOf(std::int64_t n)
{
    return static_cast<std::int64_t>(std::bit_floor(static_cast<std::uint64_t>(n - 1)));
}

int levelOf(std::int64_t powerOfTwo)
{
    return std::countr_zero(static_cast<std::uint64_t>(powerOfTwo));
}

Digest fold(const std::vector<Digest> &largestFirst)
{
    Digest hash = largestFirst.back();
    for (auto it = largestFirst.rbegin() + 1; it != largestFirst.rend(); ++it)
        hash = nodeHash(*it, hash);
    return hash;
}

/// The complete subtrees that make up [begin, end), where `begin` is a multiple of a power of two ≥ end − begin.
std::optional<std::vector<Digest>> completeSubtrees(std::int64_t begin, std::int64_t end, const NodeReader &read)
{
    std::vector<Digest> found;
    while (begin < end) {
        const auto width = static_cast<std::int64_t>(std::bit_floor(static_cast<std::uint64_t>(end - begin)));
        const auto hash = read(levelOf(width), begin / width);
        if (!hash)
            return std::nullopt;
        found.push_back(*hash);
        begin += width;
    }
    return found;
}

/// Collects proof hashes from the root down; a node that is missing spoils the whole.
class ProofBuilder final
{
public:
    explicit ProofBuilder(const NodeReader &read) : m_read(read) {}
    void add(std::int64_t begin, std::int64_t end)
    {
        const auto parts = m_ok ? completeSubtrees(begin, end, m_read) : std::nullopt;
        m_ok = parts.has_value();
        if (m_ok)
            m_proof.push_back(fold(*parts));
    }
    [[nodiscard]] std::optional<std::vector<Digest>> leafFirst()
    {
        if (!m_ok)
            return std::nullopt;
        std::reverse(m_proof.begin(), m_proof.end());
        return std::move(m_proof);
    }

private:
    const NodeReader &m_read;
    std::vector<Digest> m_proof;
    bool m_ok = true;
};

} // namespace

Digest leafHash(QByteArrayView entry)
{
    static constexpr char prefix = 0x00;
    return hasher().add({&prefix, 1}).add(entry).finish();
}

Digest nodeHash(const Digest &left, const Digest &right)
{
    static constexpr char prefix = 0x01;
    return hasher().add({&prefix, 1}).add(view(left)).add(view(right)).finish();
}

Digest emptyRoot()
{
    return sha256({});
}

std::optional<MerkleTree> MerkleTree::resume(std::int64_t size, const NodeReader &read)
{
    if (size < 0)
        return std::nullopt;
    auto edge = completeSubtrees(0, size, read);
    if (!edge)
        return std::nullopt;
    MerkleTree tree;
    tree.m_size = size;
    tree.m_edge = std::move(*edge);
    return tree;
}

std::optional<MerkleTree> MerkleTree::fromEdge(std::int64_t size, std::vector<Digest> edge)
{
    if (size < 0 || std::popcount(static_cast<std::uint64_t>(size)) != static_cast<int>(edge.size()))
        return std::nullopt;
    MerkleTree tree;
    tree.m_size = size;
    tree.m_edge = std::move(edge);
    return tree;
}

Digest MerkleTree::root() const
{
    return m_edge.empty() ? emptyRoot() : fold(m_edge);
}

std::vector<MerkleNode> MerkleTree::append(const Digest &leaf)
{
    std::vector<MerkleNode> made{{0, m_size, leaf}};
    m_edge.push_back(leaf);
    for (std::int64_t rest = m_size; rest & 1; rest >>= 1) {
        const Digest right = m_edge.back();
        m_edge.pop_back();
        m_edge.back() = nodeHash(m_edge.back(), right);
        const int level = made.back().level + 1;
        made.push_back({level, m_size >> level, m_edge.back()});
    }
    ++m_size;
    return made;
}

void MerkleNodes::append(const Digest &leaf)
{
    for (const MerkleNode &node : m_tree.append(leaf)) {
        const auto level = static_cast<std::size_t>(node.level);
        if (level == m_levels.size())
            m_levels.emplace_back();
        m_levels[level].push_back(node.hash);
    }
}

std::optional<Digest> MerkleNodes::node(int level, std::int64_t index) const
{
    if (level < 0 || index < 0 || static_cast<std::size_t>(level) >= m_levels.size())
        return std::nullopt;
    const auto &hashes = m_levels[static_cast<std::size_t>(level)];
    const auto at = static_cast<std::size_t>(index);
    return at < hashes.size() ? std::optional(hashes[at]) : std::nullopt;
}

NodeReader MerkleNodes::reader() const
{
    return [this](int level, std::int64_t index) { return node(level, index); };
}

std::optional<Digest> rootAt(std::int64_t size, const NodeReader &read)
{
    const auto tree = MerkleTree::resume(size, read);
    return tree ? std::optional(tree->root()) : std::nullopt;
}

std::optional<std::vector<Digest>> inclusionProof(std::int64_t index, std::int64_t size, const NodeReader &read)
{
    if (index < 0 || index >= size)
        return std::nullopt;
    ProofBuilder proof(read);
    std::int64_t begin = 0;
    std::int64_t end = size;
    while (end - begin > 1) {
        const std::int64_t middle = begin + splitOf(end - begin);
        if (index < middle) {
            proof.add(middle, end);
            end = middle;
        } else {
            proof.add(begin, middle);
            begin = middle;
        }
    }
    return proof.leafFirst();
}

std::optional<std::vector<Digest>> consistencyProof(std::int64_t from, std::int64_t to, const NodeReader &read)
{
    if (from <= 0 || from > to)
        return std::nullopt;
    ProofBuilder proof(read);
    std::int64_t begin = 0;
    std::int64_t end = to;
    while (from != end) {
        const std::int64_t middle = begin + splitOf(end - begin);
        if (from <= middle) {
            proof.add(middle, end);
            end = middle;
        } else {
            proof.add(begin, middle);
            begin = middle;
        }
    }
    // The old tree's own root is what the verifier already has.
    if (begin > 0)
        proof.add(begin, end);
    return proof.leafFirst();
}

bool verifyInclusion(std::int64_t index, std::int64_t size, const Digest &leaf, const std::vector<Digest> &proof, const Digest &root)
{
    if (index < 0 || index >= size)
        return false;
    std::int64_t at = index;
    std::int64_t last = size - 1;
    Digest hash = leaf;
    for (const Digest &sibling : proof) {
        if (last == 0)
            return false;
        if ((at & 1) || at == last) {
            hash = nodeHash(sibling, hash);
            while (!(at & 1) && at != 0) {
                at >>= 1;
                last >>= 1;
            }
        } else {
            hash = nodeHash(hash, sibling);
        }
        at >>= 1;
        last >>= 1;
    }
    return last == 0 && hash == root;
}

bool verifyConsistency(std::int64_t from, std::int64_t to, const Digest &fromRoot, const Digest &toRoot, const std::vector<Digest> &proof)
{
    if (from <= 0 || from > to)
        return false;
    if (from == to)
        return proof.empty() && fromRoot == toRoot;
    const bool complete = std::has_single_bit(static_cast<std::uint64_t>(from));
    if (proof.empty())
        return false;
    std::int64_t at = from - 1;
    std::int64_t last = to - 1;
    while (at & 1) {
        at >>= 1;
        last >>= 1;
    }
    Digest oldHash = complete ? fromRoot : proof.front();
    Digest newHash = oldHash;
    for (std::size_t i = complete ? 0 : 1; i < proof.size(); ++i) {
        if (last == 0)
            return false;
        if ((at & 1) || at == last) {
            oldHash = nodeHash(proof[i], oldHash);
            newHash = nodeHash(proof[i], newHash);
            while (!(at & 1) && at != 0) {
                at >>= 1;
                last >>= 1;
            }
        } else {
            newHash = nodeHash(newHash, proof[i]);
        }
        at >>= 1;
        last >>= 1;
    }
    return last == 0 && oldHash == fromRoot && newHash == toRoot;
}

} // namespace holdfast
