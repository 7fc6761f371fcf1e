// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/sql/query.h"

#include <functional>

namespace holdfast::sql {

/// Composes SQL from a parse tree, node by node: what it has no rule for it refuses, so the server sees only text that the gate wrote.
/// Names are resolved here and written whole; operators are qualified with pg_catalog; literals are quoted anew.
class Composer final
{
public:
    /// Measures a statement of a WITH list that changes rows, given those before it.
    using Modifying = std::function<Cte(const Node &statement, const std::vector<std::shared_ptr<Cte>> &before)>;

    Composer(const Catalog &catalog, const Statement &statement, std::vector<std::shared_ptr<Cte>> ctes = {}, Modifying modifying = {})
        : m_catalog(catalog), m_source(statement.source), m_ctes(std::move(ctes)), m_modifying(std::move(modifying)) { m_used.shortSighted = !statement.reading.strict; }

    /// An alias for the relation in the innermost scope; beginScope/endScope nest.
    void beginScope() { m_scopes.emplace_back(); }
    void endScope() { m_scopes.pop_back(); }
    const Source &addSource(const Fields &rangeVar, const Relation &relation);
    void addExcluded(const Relation &relation); ///< the proposed row of ON CONFLICT

    /// A column that takes a value: what converts to its type may run.
    void assign(const Column &column) { m_used.types.insert(column.type); }

    /// The WITH list of a statement, which all that follows may read; false with `why()` set.
    [[nodiscard]] bool with(const Fields &stmt);
    /// The expression, or nullopt with `why()` set.
    [[nodiscard]] std::optional<QString> expression(const Node &node);
    /// FROM items; each table joins the innermost scope.
    [[nodiscard]] std::optional<QString> fromItems(const std::vector<Node> &items);
    /// `onlyExistence`: inside EXISTS, where what is selected does not matter and may be `*`.
    [[nodiscard]] std::optional<Query> query(const Fields &selectStmt, bool onlyExistence = false);
    /// What a RETURNING list gives of these rows of the table that `as` stands for.
    [[nodiscard]] std::optional<Query> returned(const std::vector<Node> &targets, const Source &as, const Query &rows);

    [[nodiscard]] const Used &used() const { return m_used; }
    [[nodiscard]] const QString &why() const { return m_why; }
    [[nodiscard]] const QStringList &outer() const { return m_outer; } ///< bare names in a sub-select that are columns of a table outside: `a in the sub-select is t.a`
    [[nodiscard]] bool isOpen() const { return m_open; } ///< a LIMIT takes rows in no settled order
    [[nodiscard]] bool isCorrelated() const { return m_correlated; } ///< some sub-select takes a column from outside
    [[nodiscard]] bool isOpenInside() const { return m_openInside; } ///< one of another query than the outermost
    [[nodiscard]] const QStringList &columns() const { return m_columns; } ///< names of the columns that it refers to
    [[nodiscard]] const std::set<Oid> &tables() const { return m_tables; } ///< read by sub-selects and FROM
    [[nodiscard]] std::set<Oid> allTables() const; ///< with those that other parts of the statement read for it
    [[nodiscard]] const std::vector<std::shared_ptr<Cte>> &ctes() const { return m_ctes; }
    [[nodiscard]] const std::set<std::size_t> &followed() const { return m_followed; } ///< parts of the statement whose rows it reads

private:
    using Text = std::optional<QString>;
    /// A column as a bare name and `*` find it.
    struct Visible final
    {
        std::shared_ptr<const Source> source;
        QString name;
    };
    struct Scope final
    {
        std::vector<std::shared_ptr<Source>> sources;
        std::vector<Visible> visible;
    };
    struct FromItem final
    {
        QString text;
        std::vector<Visible> visible;
    };
    struct Output final
    {
        QString text, name;
    };
    void noteChoice(const QStringList &order);
    std::nullopt_t refuse(const QString &why); ///< the first reason stays
    [[nodiscard]] Text constant(const Fields &fields);
    [[nodiscard]] Text smallInteger(qsizetype location);
    [[nodiscard]] Text column(const Fields &fields);
    [[nodiscard]] Text bareColumn(const QString &name);
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
    [[nodiscard]] Text useOperator(const QStringList &name, const std::vector<Node> &operands);
    [[nodiscard]] Text typeName(const Fields &type);

    [[nodiscard]] std::optional<FromItem> fromItem(const Node &node);
    [[nodiscard]] std::optional<FromItem> fromTable(const Fields &rangeVar);
    [[nodiscard]] std::optional<FromItem> fromCte(const Fields &rangeVar, Cte &cte);
    [[nodiscard]] std::optional<FromItem> fromQuery(const Fields &fields);
    [[nodiscard]] std::optional<FromItem> fromFunction(const Fields &fields);
    [[nodiscard]] std::optional<FromItem> join(const Fields &fields);
    [[nodiscard]] std::optional<FromItem> joinUsing(const Fields &fields, const QString &word, const FromItem &left, const FromItem &right);
    [[nodiscard]] FromItem derived(const Query &rows, const QString &shownAs, const Fields &alias);
    [[nodiscard]] Cte *cteNamed(const QString &name);

    [[nodiscard]] std::optional<Query> body(const Fields &stmt, bool onlyExistence);
    [[nodiscard]] std::optional<Query> values(const Fields &stmt);
    [[nodiscard]] std::optional<Query> setOperation(const Fields &stmt, const QString &words);
    [[nodiscard]] std::optional<Query> plain(const Fields &stmt, bool onlyExistence);
    [[nodiscard]] std::optional<Query> recursive(const Fields &stmt, Cte &cte, const QStringList &columns);
    [[nodiscard]] bool compose(const Fields &cteFields, Cte &cte, bool isRecursive);
    [[nodiscard]] std::optional<std::vector<Output>> outputs(const std::vector<Node> &targets, bool onlyExistence);
    [[nodiscard]] bool addStar(const QStringList &path, std::vector<Output> &all);
    [[nodiscard]] Text distinct(const Fields &stmt, const std::vector<Output> &outputs);
    [[nodiscard]] Text grouped(const Fields &stmt, const std::vector<Output> &outputs);
    [[nodiscard]] Text tail(const Fields &stmt, const std::vector<Output> &outputs);
    [[nodiscard]] Text sorted(const Fields &stmt, const std::vector<Output> &outputs, bool onlyOutputs);
    [[nodiscard]] std::optional<Output> sortKey(const Node &node, const std::vector<Output> &outputs, bool onlyOutputs);
    [[nodiscard]] Text limits(const Fields &stmt);

    const Catalog &m_catalog;
    std::shared_ptr<const QByteArray> m_source;
    std::vector<std::shared_ptr<Cte>> m_ctes;
    Modifying m_modifying;
    std::vector<Scope> m_scopes;
    Used m_used;
    QString m_why;
    QStringList m_columns, m_outer;
    bool m_open = false, m_openInside = false, m_correlated = false;
    std::set<Oid> m_tables, m_elsewhere;
    std::set<std::size_t> m_followed;
    int m_aliases = 0;
    int m_depth = 0;
    int m_queries = 0; ///< how deep in queries
};

} // namespace holdfast::sql
