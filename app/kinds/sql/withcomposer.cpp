// SPDX-License-Identifier: Apache-2.0
// The part of Composer that reads WITH lists. What a WITH query gives is written where it is read: nothing that is evaluated here changes
// anything, so that how often it is evaluated makes no difference.
#include "kinds/sql/expression.h"

#include "kinds/sql/latin.h"

#include <algorithm>
#include <utility>

namespace holdfast::sql {

std::set<Oid> Composer::allTables() const
{
    std::set<Oid> all = m_tables;
    all.insert(m_elsewhere.begin(), m_elsewhere.end());
    return all;
}

Cte *Composer::cteNamed(const QString &name)
{
    const auto found = std::find_if(m_ctes.rbegin(), m_ctes.rend(), [&](const auto &cte) { return cte->name == name; });
    return found == m_ctes.rend() ? nullptr : found->get();
}

bool Composer::with(const Fields &stmt)
{
    const Fields clause = object(stmt, l("withClause"));
    const bool isRecursive = flag(clause, l("recursive"));
    const std::vector<Node> all = children(clause, l("ctes"));
    std::vector<std::shared_ptr<Cte>> made;
    for (const Node &node : all) {
        if (!node.is(l("CommonTableExpr"))) {
            refuse(QStringLiteral("it contains a WITH that is not inspected"));
            return false;
        }
        made.push_back(std::make_shared<Cte>());
        made.back()->name = text(node.fields, l("ctename"));
        made.back()->pending = true;
    }
    // With RECURSIVE, each may name all of the list; without, those before it.
    if (isRecursive)
        m_ctes.insert(m_ctes.end(), made.begin(), made.end());
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (!compose(all[i].fields, *made[i], isRecursive))
            return false;
        made[i]->pending = false;
        if (!isRecursive)
            m_ctes.push_back(made[i]);
    }
    return true;
}

/// The query of one of them. What it reads is noted with it, and counts for whoever reads it.
bool Composer::compose(const Fields &fields, Cte &cte, bool isRecursive)
{
    for (const char *word : {"CTEMaterializeDefault", "CTEMaterializeAlways", "CTEMaterializeNever"})
        expect(fields, l("ctematerialized"), l(word));
    const Node inner = child(fields, l("ctequery"));
    const QStringList columns = names(fields, l("aliascolnames"));
    if (inner.is(l("SelectStmt"))) {
        const auto tables = std::exchange(m_tables, {});
        const bool open = std::exchange(m_open, false);
        cte.rows = isRecursive ? recursive(inner.fields, cte, columns) : query(inner.fields);
        cte.tables = m_tables;
        m_tables.insert(tables.begin(), tables.end());
        cte.open = std::exchange(m_open, open);
    } else if (m_modifying && (inner.is(l("DeleteStmt")) || inner.is(l("UpdateStmt")) || inner.is(l("InsertStmt")))) {
        const QString name = cte.name;
        cte = m_modifying(inner, m_ctes);
        cte.name = name;
    } else {
        refuse(QStringLiteral("WITH contains what is not inspected (%1)").arg(inner.type));
        return false;
    }
    for (qsizetype i = 0; cte.rows && i < columns.size() && i < cte.rows->columns.size(); ++i)
        cte.rows->columns[i] = columns[i];
    return m_why.isEmpty();
}

/// `a UNION b`, where b may read the whole by its name.
std::optional<Query> Composer::recursive(const Fields &stmt, Cte &cte, const QStringList &columns)
{
    const bool isUnion = stmt.find(l("op")) != nullptr && stmt.find(l("op"))->asString() != nullptr && *stmt.find(l("op"))->asString() == l("SETOP_UNION");
    if (!isUnion || stmt.has(l("withClause")))
        return query(stmt);
    expect(stmt, l("op"), l("SETOP_UNION"));
    expect(stmt, l("limitOption"), l("LIMIT_OPTION_DEFAULT"));
    const QString words = flag(stmt, l("all")) ? QStringLiteral("UNION ALL") : QStringLiteral("UNION");
    const auto left = query(object(stmt, l("larg")));
    if (!left)
        return std::nullopt;
    cte.rows = *left;
    for (qsizetype i = 0; i < columns.size() && i < left->columns.size(); ++i)
        cte.rows->columns[i] = columns[i];
    cte.self = QStringLiteral("w%1").arg(m_aliases++);
    cte.pending = false;
    const auto right = query(object(stmt, l("rarg")));
    const QString self = std::exchange(cte.self, {});
    if (!right)
        return std::nullopt;
    const QString both = QStringLiteral("(%1) %2 (%3)").arg(left->text, words, right->text);
    if (!std::exchange(cte.refersToSelf, false))
        return Query{both, left->columns};
    QStringList quoted;
    for (const QString &column : cte.rows->columns)
        quoted += quoteIdent(column);
    return Query{QStringLiteral("WITH RECURSIVE %1(%2) AS (%3) SELECT * FROM %1").arg(quoteIdent(self), quoted.join(l(", ")), both), left->columns};
}

} // namespace holdfast::sql
