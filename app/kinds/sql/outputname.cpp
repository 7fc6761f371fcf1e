// SPDX-License-Identifier: Apache-2.0
// What the server calls an output that has no label (FigureColname of its parser).
#include "kinds/sql/query.h"

#include "kinds/sql/latin.h"

namespace holdfast::sql {

namespace {

/// A name, and whether it is only one for want of a better.
struct Named final
{
    QString name;
    bool weak = true;
};

Named nameOf(const Node &node);

/// Of a sub-select: what its first output is called.
QString firstOutput(Fields stmt)
{
    while (stmt.has(l("larg")))
        stmt = object(stmt, l("larg"));
    const std::vector<Node> targets = children(stmt, l("targetList"));
    if (targets.empty())
        return stmt.has(l("valuesLists")) ? QStringLiteral("column1") : QString();
    const QString label = text(targets.front().fields, l("name"));
    return label.isEmpty() ? outputName(child(targets.front().fields, l("val"))) : label;
}

Named nameOfSubLink(const Fields &fields)
{
    const QString kind = text(fields, l("subLinkType"));
    if (kind == l("EXISTS_SUBLINK"))
        return {QStringLiteral("exists"), false};
    if (kind == l("ARRAY_SUBLINK"))
        return {QStringLiteral("array"), false};
    if (kind == l("EXPR_SUBLINK"))
        return {firstOutput(child(fields, l("subselect")).fields), false};
    return {};
}

QString nameOfClock(const QString &op)
{
    // SVFOP_CURRENT_DATE, and with a precision SVFOP_CURRENT_TIME_N
    const QString word = op.mid(6).toLower();
    return word.endsWith(l("_n")) ? word.chopped(2) : word;
}

Named nameOf(const Node &node)
{
    const Fields &fields = node.fields;
    const QString &type = node.type;
    if (type == l("ColumnRef"))
        return {names(fields, l("fields")).value(names(fields, l("fields")).size() - 1), false};
    if (type == l("FuncCall"))
        return {names(fields, l("funcname")).value(names(fields, l("funcname")).size() - 1), false};
    if (type == l("A_Expr") && text(fields, l("kind")) == l("AEXPR_NULLIF"))
        return {QStringLiteral("nullif"), false};
    if (type == l("TypeCast")) {
        const Named inner = nameOf(child(fields, l("arg")));
        const QStringList target = names(object(fields, l("typeName")), l("names"));
        return inner.weak && !target.isEmpty() ? Named{target.last(), true} : inner;
    }
    if (type == l("CaseExpr")) {
        const Named inner = nameOf(child(fields, l("defresult")));
        return inner.weak ? Named{QStringLiteral("case"), true} : inner;
    }
    if (type == l("SubLink"))
        return nameOfSubLink(fields);
    if (type == l("A_ArrayExpr"))
        return {QStringLiteral("array"), false};
    if (type == l("RowExpr"))
        return {QStringLiteral("row"), false};
    if (type == l("CoalesceExpr"))
        return {QStringLiteral("coalesce"), false};
    if (type == l("MinMaxExpr"))
        return {text(fields, l("op")) == l("IS_LEAST") ? QStringLiteral("least") : QStringLiteral("greatest"), false};
    if (type == l("SQLValueFunction"))
        return {nameOfClock(text(fields, l("op"))), false};
    return {};
}

} // namespace

QString outputName(const Node &node)
{
    const QString name = nameOf(node).name;
    return name.isEmpty() ? QStringLiteral("?column?") : name;
}

} // namespace holdfast::sql
