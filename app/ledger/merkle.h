// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/digest.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

// The Merkle tree of RFC 6962 and its proofs (RFC 9162, 2.1). Sizes count leaves and are never negative.
namespace holdfast {

/// SHA-256(0x00 ‖ entry)
[[nodiscard]] Digest leafHash(QByteArrayView entry);
/// SHA-256(0x01 ‖ left ‖ right)
[[nodiscard]] Digest nodeHash(const Digest &left, const Digest &right);
/// SHA-256("")
[[nodiscard]] Digest emptyRoot();

/// The hash of a complete subtree: the 2^level leaves from index·2^level on. Level 0 are the leaf hashes.
struct MerkleNode final
{
    int level = 0;
    std::int64_t index = 0;
    Digest hash;
    friend bool operator==(const MerkleNode &, const MerkleNode &) = default;
};

/// Yields the hash of a complete subtree from wherever nodes are kept, or nullopt when it is not there.
/// The functions below ask for O(log size) nodes.
using NodeReader = std::function<std::optional<Digest>(int level, std::int64_t index)>;

/// Grows a tree by appending; holds only the O(log size) hashes on its right edge.
class MerkleTree final
{
public:
    MerkleTree() = default;
    /// Continues a tree of `size` leaves; nullopt when `read` misses one of the nodes on the edge.
    [[nodiscard]] static std::optional<MerkleTree> resume(std::int64_t size, const NodeReader &read);

    /// Continues a tree of `size` leaves from its edge; nullopt when these hashes cannot be one.
    [[nodiscard]] static std::optional<MerkleTree> fromEdge(std::int64_t size, std::vector<Digest> edge);

    [[nodiscard]] std::int64_t size() const { return m_size; }
    [[nodiscard]] Digest root() const;
    /// Its complete subtrees, the largest first: all that is needed to go on.
    [[nodiscard]] const std::vector<Digest> &edge() const { return m_edge; }
    /// The complete nodes that came to be, the leaf itself first: what a store keeps so that proofs stay O(log size).
    std::vector<MerkleNode> append(const Digest &leaf);

private:
    std::int64_t m_size = 0;
    std::vector<Digest> m_edge; ///< complete subtrees, largest (leftmost) first
};

/// Every complete node in memory; for tests, exports and small ledgers.
class MerkleNodes final
{
public:
    void append(const Digest &leaf);
    [[nodiscard]] std::int64_t size() const { return m_tree.size(); }
    [[nodiscard]] Digest root() const { return m_tree.root(); }
    [[nodiscard]] std::optional<Digest> node(int level, std::int64_t index) const;
    /// Valid as long as this object.
    [[nodiscard]] NodeReader reader() const;

private:
    MerkleTree m_tree;
    std::vector<std::vector<Digest>> m_levels;
};

/// nullopt: a node is missing, or the arguments lie outside the tree.
[[nodiscard]] std::optional<Digest> rootAt(std::int64_t size, const NodeReader &read);
[[nodiscard]] std::optional<std::vector<Digest>> inclusionProof(std::int64_t index, std::int64_t size, const NodeReader &read);
/// 0 < from ≤ to; empty for from = to.
[[nodiscard]] std::optional<std::vector<Digest>> consistencyProof(std::int64_t from, std::int64_t to, const NodeReader &read);

[[nodiscard]] bool verifyInclusion(std::int64_t index, std::int64_t size, const Digest &leaf, const std::vector<Digest> &proof, const Digest &root);
/// False for from = 0: nothing can be proved about an empty tree.
[[nodiscard]] bool verifyConsistency(std::int64_t from, std::int64_t to, const Digest &fromRoot, const Digest &toRoot, const std::vector<Digest> &proof);

} // namespace holdfast
