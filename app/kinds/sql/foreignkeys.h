// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/sql/catalog.h"

namespace holdfast::sql {

/// One foreign key constraint, as declared (not its copies on partitions).
struct ForeignKey final
{
    Oid oid = 0;
    QString name;
    Oid child = 0; ///< the table that refers
    Oid parent = 0; ///< the table referred to
    QChar onDelete, onUpdate; ///< a no action, r restrict, c cascade, n set null, d set default
    QStringList childColumns, parentColumns;
    QStringList operators; ///< compares parent with child, per column; by name in pg_catalog
    QString notCounted; ///< not empty: why rows that refer by it cannot be counted
    bool firesOnDelete = false, firesOnUpdate = false; ///< its triggers on the parent do, in the performing session
    bool partly = false; ///< of the parent's partitions only some are enforced
    bool indexed = false; ///< an index of the child leads with one of its columns
    bool deferrable = false; ///< NO ACTION may be checked only at the end of the transaction
    QStringList parentTypes, childTypes; ///< that the operators compare; empty: whatever they get
    /// The comparison of the i-th column as the server makes it: what stands in the tables may be of other types, for which `=` is another one.
    [[nodiscard]] QString equal(qsizetype i, const QString &parentColumn, const QString &childColumn) const;
};

/// Tables whose physical rows a name covers: itself, its partitions, its inheritance children.
using Leaves = std::set<Oid>;

/// A foreign key by which TRUNCATE … CASCADE goes on.
struct Reference final
{
    Oid table = 0; ///< what refers, and is emptied
    Oid from = 0; ///< what it refers to
    const ForeignKey *key = nullptr;
    bool first = false; ///< the one by which the table was found
};

/// All foreign keys, inheritance and generated columns of the database, read once per measurement.
class ForeignKeys final
{
public:
    [[nodiscard]] static Result<ForeignKeys, QString> load(const Session &session);

    [[nodiscard]] const std::vector<ForeignKey> &all() const { return m_keys; }
    /// What holds rows when `table` is named, with its children or, as ONLY does, without.
    [[nodiscard]] Leaves leaves(Oid table, bool withChildren) const;
    /// A constraint on a partitioned table covers its partitions; one on an inheritance parent covers only that table.
    [[nodiscard]] Leaves covered(Oid constraintTable) const { return leaves(constraintTable, m_partitioned.contains(constraintTable)); }
    [[nodiscard]] bool isPartitioned(Oid table) const { return m_partitioned.contains(table); }
    /// Names of the columns that the server computes in the table, or in any that inherits from it: such a one may compute what its parent stores.
    [[nodiscard]] QStringList generated(Oid table) const;
    /// Keys by which a change of these columns goes on to other tables, and from there further, in order of discovery.
    [[nodiscard]] std::vector<const ForeignKey *> followers(const std::set<Oid> &tables, const QStringList &columns) const;

    /// Tables that TRUNCATE … CASCADE of `roots` empties besides them, by any foreign key, in order of discovery.
    [[nodiscard]] std::vector<Oid> truncateClosure(const std::vector<Oid> &roots) const;
    /// By which keys it comes to each of them, in order of discovery.
    [[nodiscard]] std::vector<Reference> references(const std::vector<Oid> &roots) const;
    /// Foreign keys by which a table outside of `inside` refers into it.
    [[nodiscard]] std::vector<const ForeignKey *> referringFromOutside(const std::set<Oid> &inside) const;

private:
    std::vector<ForeignKey> m_keys;
    std::multimap<Oid, Oid> m_children;
    std::multimap<Oid, QString> m_generated;
    std::set<Oid> m_partitioned;
};

} // namespace holdfast::sql
