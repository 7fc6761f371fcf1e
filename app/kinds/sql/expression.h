// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/sql/builtins.h"

namespace holdfast::sql {

/// A table in a FROM list, under the alias that the gate gave it.
struct Source final
{
    QString alias; ///< ours: a0, a1 …
    QString shownAs; ///< the name by which the statement refers to it
    QString schema; ///< for three-part names; empty when an alias hides the table's name
    Relation relation;
};

/// Composes SQL from a parse tree, node by node: what it has no rule for it refuses, so the server sees only text that the gate wrote.
/// Names are resolved here and written whole; operators are qualified with pg_catalog; literals are quoted anew.
class Composer final
{
public:
    Composer(const Catalog &catalog, std::shared_ptr<const QByteArray> source) : m_catalog(catalog), m_source(std::move(source)) {}

    /// An alias for the relation in the innermost scope; beginScope/endScope nest.
    void beginScope() { m_scopes.emplace_back(); }
    void endScope() { m_scopes.pop_back(); }
    const Source &addSource(const Fields &rangeVar, const Relation &relation);
    void addExcluded(const Relation &relation); ///< the proposed row of ON CONFLICT

    /// A column that takes a value: what converts to its type may run.
    void assign(const Column &column) { m_used.types.insert(column.type); }

    /// The expression, or nullopt with `why()` set.
    [[nodiscard]] std::optional<QString> expression(const Node &node);
    /// FROM items; each table joins the innermost scope.
    [[nodiscard]] std::optional<QString> fromItems(const std::vector<Node> &items);
    /// `onlyExistence`: inside EXISTS, where what is selected does not matter and may be `*`.
    [[nodiscard]] std::optional<QString> select(const Fields &selectStmt, bool onlyExistence = false);

    [[nodiscard]] const Used &used() const { return m_used; }
    [[nodiscard]] const QString &why() const { return m_why; }
    [[nodiscard]] const QStringList &outer() const { return m_outer; } ///< bare names in a sub-select that are columns of a table outside: `a in the sub-select is t.a`
    [[nodiscard]] bool isOpen() const { return m_open; } ///< a LIMIT takes rows in no settled order
    [[nodiscard]] const QStringList &columns() const { return m_columns; } ///< names of the columns that it refers to
    [[nodiscard]] const std::set<Oid> &tables() const { return m_tables; } ///< read by sub-selects and FROM

private:
    using Text = std::optional<QString>;
    void noteChoice(const std::vector<Node> &order);
    [[nodiscard]] Text refuse(const QString &why);
    [[nodiscard]] Text constant(const Fields &fields);
    [[nodiscard]] Text smallInteger(qsizetype location);
    [[nodiscard]] Text column(const Fields &fields);
    [[nodiscard]] Text columnOf(const Source &source, const QString &name);
    [[nodiscard]] Text operation(const Fields &fields);
    [[nodiscard]] Text between(const QString &kind, const Node &leftNode, const QString &left, const Node &right);
    [[nodiscard]] Text binary(const QString &kind, const QString &name, const QString &left, const Node &right);
    [[nodiscard]] Text boolean(const Fields &fields);
    [[nodiscard]] Text call(const Fields &fields);
    [[nodiscard]] Text cast(const Fields &fields);
    [[nodiscard]] Text caseOf(const Fields &fields);
    [[nodiscard]] Text test(const Node &node);
    [[nodiscard]] Text clock(const Fields &fields);
    [[nodiscard]] Text subLink(const Fields &fields);
    [[nodiscard]] Text listed(const Node &node);
    [[nodiscard]] Text list(const std::vector<Node> &nodes);
    [[nodiscard]] Text fromItem(const Node &node);
    [[nodiscard]] Text join(const Fields &fields);
    [[nodiscard]] Text outputs(const Fields &selectStmt, bool onlyExistence);
    [[nodiscard]] Text tail(const Fields &selectStmt);
    [[nodiscard]] Text sorted(const Fields &selectStmt);
    [[nodiscard]] Text limits(const Fields &selectStmt);
    [[nodiscard]] Text useOperator(const QStringList &name, const std::vector<Node> &operands);
    [[nodiscard]] Text typeName(const Fields &type);

    const Catalog &m_catalog;
    std::shared_ptr<const QByteArray> m_source;
    std::vector<std::vector<std::shared_ptr<Source>>> m_scopes;
    Used m_used;
    QString m_why;
    QStringList m_columns, m_outer;
    bool m_open = false;
    std::set<Oid> m_tables;
    int m_aliases = 0;
    int m_depth = 0;
};

} // namespace holdfast::sql
