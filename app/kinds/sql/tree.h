// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/json.h"

#include <QStringList>

#include <unordered_set>
#include <vector>

namespace holdfast::sql {

/// Which members of one parse tree were read, by their place in memory: two equal nodes are two. What nobody read is left over.
class ReadRecord final
{
public:
    ReadRecord() = default;
    /// Members of these names are as if they were not there.
    explicit ReadRecord(QStringList overlooked) : m_overlooked(std::move(overlooked)) {}
    [[nodiscard]] bool overlooks(QLatin1StringView name) const { return m_overlooked.contains(name); }
    void read(const Json &value) { m_read.insert(&value); }
    /// A reason that was given covers everything below as well.
    void readWhole(const Json &value) { m_whole.insert(&value); }
    [[nodiscard]] bool hasRead(const Json &value) const { return m_read.contains(&value) || hasReadWhole(value); }
    [[nodiscard]] bool hasReadWhole(const Json &value) const { return m_whole.contains(&value); }

private:
    std::unordered_set<const Json *> m_read, m_whole;
    QStringList m_overlooked;
};

/// The members of one node. Whatever hands out a value notes it as read; a value of another shape than the one asked for stays unread.
/// Members that are zero, false or null are absent, as libpg_query writes them. A handle: the tree and the record outlive it.
class Fields final
{
public:
    Fields() = default;
    Fields(const Json *object, ReadRecord *record) : m_object(object), m_record(record) {}

    [[nodiscard]] bool isEmpty() const; ///< there is no such object
    [[nodiscard]] bool has(QLatin1StringView name) const { return find(name) != nullptr; } ///< does not count as reading
    [[nodiscard]] const Json *find(QLatin1StringView name) const; ///< does not count as reading
    [[nodiscard]] ReadRecord *record() const { return m_record; }
    void note(const Json &value) const;
    /// Notes that a reason was given which covers all of them.
    void explained() const;

private:
    const Json *m_object = nullptr;
    ReadRecord *m_record = nullptr;
};

/// A node of the tree: `{"DeleteStmt": {…}}`.
class Node final
{
public:
    QString type; ///< `DeleteStmt`; empty when there is no node
    Fields fields;

    Node() = default;
    Node(const Json &wrapper, ReadRecord *record);

    [[nodiscard]] explicit operator bool() const { return !type.isEmpty(); }
    /// Whether it is one of these. A node of which nobody knew the type is left over, whatever was read in it.
    [[nodiscard]] bool is(QLatin1StringView name) const;
    /// Notes that a reason was given which covers the node with all that is in it.
    void explained() const;
    /// Whether this text stands anywhere in it; does not count as reading.
    [[nodiscard]] bool mentions(const QString &text) const;
    /// The same node, of which `record` will know what is read.
    [[nodiscard]] Node recordedIn(ReadRecord &record) const;
    /// Members that nobody read, each once, as `SelectStmt.distinctClause`: the outermost only.
    [[nodiscard]] QStringList leftOver() const;

private:
    const Json *m_wrapper = nullptr;
};

/// The member as a node, or an empty one.
[[nodiscard]] Node child(const Fields &fields, QLatin1StringView name);
[[nodiscard]] std::vector<Node> children(const Fields &fields, QLatin1StringView name);
/// Members of a node whose type the member implies: `relation` of a DELETE is a RangeVar.
[[nodiscard]] Fields object(const Fields &fields, QLatin1StringView name);
/// The texts of a list of String nodes: a name with its qualifiers.
[[nodiscard]] QStringList names(const Fields &fields, QLatin1StringView name);
[[nodiscard]] QString text(const Fields &fields, QLatin1StringView name);
[[nodiscard]] bool flag(const Fields &fields, QLatin1StringView name);
[[nodiscard]] std::int64_t integer(const Fields &fields, QLatin1StringView name);
/// Whether a TypeName says that it is an array. How long is the same to the server: int[3] is int[].
[[nodiscard]] bool isArray(const Fields &typeName);
/// Reads the member only if it is exactly this word: otherwise it stays left over.
void expect(const Fields &fields, QLatin1StringView name, QLatin1StringView word);
/// Notes that a reason was given which covers the member with all that is in it.
void explained(const Fields &fields, QLatin1StringView name);

} // namespace holdfast::sql
