// SPDX-License-Identifier: Apache-2.0
// The part of Composer that writes sub-selects and FROM lists.
#include "kinds/sql/expression.h"

#include "kinds/sql/latin.h"

namespace holdfast::sql {

Composer::Text Composer::subLink(const Fields &fields)
{
    const QString kind = text(fields, l("subLinkType"));
    const Node inner = child(fields, l("subselect"));
    if (!inner.is(l("SelectStmt")))
        return refuse(QStringLiteral("it contains a sub-select that is not inspected"));
    Text tested;
    const Node test = child(fields, l("testexpr"));
    if (test) {
        tested = expression(test);
        if (!tested)
            return std::nullopt;
    }
    const QStringList given = names(fields, l("operName"));
    const auto query = select(inner.fields, kind == l("EXISTS_SUBLINK"));
    if (!query)
        return std::nullopt;
    if (kind == l("EXISTS_SUBLINK"))
        return QStringLiteral("EXISTS (%1)").arg(*query);
    if (kind == l("EXPR_SUBLINK"))
        return QStringLiteral("(%1)").arg(*query);
    if (!tested || (kind != l("ANY_SUBLINK") && kind != l("ALL_SUBLINK")))
        return refuse(QStringLiteral("it contains a sub-select that is not inspected (%1)").arg(kind));
    const auto name = useOperator(given.isEmpty() ? QStringList{QStringLiteral("=")} : given, {test, inner});
    if (!name)
        return std::nullopt;
    return QStringLiteral("(%1 OPERATOR(pg_catalog.%2) %3 (%4))")
        .arg(*tested, *name, kind == l("ANY_SUBLINK") ? QStringLiteral("ANY") : QStringLiteral("ALL"), *query);
}

Composer::Text Composer::select(const Fields &stmt, bool onlyExistence)
{
    expect(stmt, l("op"), l("SETOP_NONE"));
    beginScope();
    const auto from = fromItems(children(stmt, l("fromClause")));
    Text made;
    if (from) {
        const auto columns = outputs(stmt, onlyExistence);
        const auto end = columns ? tail(stmt) : std::nullopt;
        if (child(stmt, l("limitCount")) || child(stmt, l("limitOffset")))
            noteChoice(children(stmt, l("sortClause")));
        if (end)
            made = QStringLiteral("SELECT %1%2%3%4").arg(!children(stmt, l("distinctClause")).empty() ? QStringLiteral("DISTINCT ") : QString(), *columns,
                                                         from->isEmpty() ? QString() : QStringLiteral(" FROM ") + *from, *end);
    }
    endScope();
    return made;
}

/// ORDER BY prefers the name of an output to that of a column: where there is one, outputs may be columns only.
Composer::Text Composer::outputs(const Fields &stmt, bool onlyExistence)
{
    QStringList columns;
    for (const Node &target : children(stmt, l("targetList"))) {
        const Node value = target.is(l("ResTarget")) ? child(target.fields, l("val")) : Node();
        const auto fields = children(value.fields, l("fields"));
        if (onlyExistence && value.is(l("ColumnRef")) && fields.size() == 1 && fields[0].is(l("A_Star"))) {
            columns += QStringLiteral("1");
            continue;
        }
        const QString label = text(target.fields, l("name"));
        if (stmt.has(l("sortClause")) && (!value.is(l("ColumnRef")) || !label.isEmpty()))
            return refuse(QStringLiteral("it sorts by what is not inspected"));
        const auto composed = expression(value);
        if (!composed)
            return std::nullopt;
        columns += *composed;
    }
    return columns.join(l(", "));
}

Composer::Text Composer::tail(const Fields &stmt)
{
    QString made;
    for (const auto &[member, words] : {std::pair{"whereClause", " WHERE "}, std::pair{"havingClause", " HAVING "}}) {
        const Node node = child(stmt, l(member));
        const auto condition = node ? expression(node) : Text(QString());
        if (!condition)
            return std::nullopt;
        if (std::string_view(member) == "havingClause") {
            const auto groups = list(children(stmt, l("groupClause")));
            if (!groups)
                return std::nullopt;
            made += groups->isEmpty() ? QString() : QStringLiteral(" GROUP BY ") + *groups;
        }
        made += node ? l(words) + *condition : QString();
    }
    const auto order = sorted(stmt);
    const auto bounds = order ? limits(stmt) : std::nullopt;
    return bounds ? Text(made + *order + *bounds) : std::nullopt;
}

Composer::Text Composer::sorted(const Fields &stmt)
{
    QStringList order;
    for (const Node &sort : children(stmt, l("sortClause"))) {
        const QString direction = text(sort.fields, l("sortby_dir")), nulls = text(sort.fields, l("sortby_nulls"));
        const auto key = sort.is(l("SortBy")) ? expression(child(sort.fields, l("node"))) : std::nullopt;
        if (!key || direction == l("SORTBY_USING"))
            return refuse(QStringLiteral("it sorts in a way that is not inspected"));
        order += *key + (direction == l("SORTBY_DESC") ? l(" DESC") : l(" ASC"))
            + (nulls == l("SORTBY_NULLS_FIRST") ? l(" NULLS FIRST") : nulls == l("SORTBY_NULLS_LAST") ? l(" NULLS LAST") : l(""));
    }
    return order.isEmpty() ? QString() : QStringLiteral(" ORDER BY ") + order.join(l(", "));
}

Composer::Text Composer::limits(const Fields &stmt)
{
    QString made;
    const bool withTies = text(stmt, l("limitOption")) == l("LIMIT_OPTION_WITH_TIES");
    for (const auto &[member, words] : {std::pair{"limitCount", " LIMIT "}, std::pair{"limitOffset", " OFFSET "}}) {
        const Node node = child(stmt, l(member));
        const auto number = node ? expression(node) : Text(QString());
        if (!number || withTies)
            return refuse(QStringLiteral("it has a LIMIT that is not inspected"));
        made += node ? l(words) + *number : QString();
    }
    return made;
}

Composer::Text Composer::fromItems(const std::vector<Node> &items)
{
    QStringList parts;
    for (const Node &item : items) {
        const auto one = fromItem(item);
        if (!one)
            return std::nullopt;
        parts += *one;
    }
    return parts.join(l(", "));
}

Composer::Text Composer::fromItem(const Node &node)
{
    if (node.is(l("JoinExpr")))
        return join(node.fields);
    if (!node.is(l("RangeVar")))
        return refuse(QStringLiteral("it reads from what is not inspected (%1)").arg(node.type));
    const auto relation = m_catalog.resolve(relationName(node.fields));
    if (!relation)
        return refuse(relation.error());
    if (!relation->isTable())
        return refuse(QStringLiteral("it reads %1, a %2").arg(relation->display(), relation->kindName()));
    if (relation->rowSecurity)
        return refuse(QStringLiteral("row security policies decide what the performing login sees of %1").arg(relation->display()));
    m_tables.insert(relation->oid);
    const Source &source = addSource(node.fields, *relation);
    const bool only = !flag(node.fields, l("inh"));
    return (only ? QStringLiteral("ONLY ") : QString()) + relation->sqlName() + QStringLiteral(" AS ") + source.alias;
}

Composer::Text Composer::join(const Fields &fields)
{
    static const std::map<QString, QString> words{{QStringLiteral("JOIN_INNER"), QStringLiteral("JOIN")},
                                                  {QStringLiteral("JOIN_LEFT"), QStringLiteral("LEFT JOIN")},
                                                  {QStringLiteral("JOIN_RIGHT"), QStringLiteral("RIGHT JOIN")},
                                                  {QStringLiteral("JOIN_FULL"), QStringLiteral("FULL JOIN")}};
    const auto word = words.find(text(fields, l("jointype")));
    const Node condition = child(fields, l("quals"));
    if (word == words.end())
        return refuse(QStringLiteral("it joins in a way that is not inspected"));
    const auto left = fromItem(child(fields, l("larg")));
    const auto right = left ? fromItem(child(fields, l("rarg"))) : std::nullopt;
    if (!right)
        return std::nullopt;
    if (!condition && word->first != l("JOIN_INNER"))
        return refuse(QStringLiteral("it joins in a way that is not inspected"));
    if (!condition)
        return QStringLiteral("(%1 CROSS JOIN %2)").arg(*left, *right);
    const auto on = expression(condition);
    return on ? Text(QStringLiteral("(%1 %2 %3 ON %4)").arg(*left, word->second, *right, *on)) : std::nullopt;
}

} // namespace holdfast::sql
