// SPDX-License-Identifier: Apache-2.0
#include "kinds/sql/expression.h"

#include "kinds/sql/latin.h"

#include <QRegularExpression>

#include <algorithm>

namespace holdfast::sql {

namespace {

constexpr int MaxDepth = 100;


QString op(const QString &name) { return QStringLiteral(" OPERATOR(pg_catalog.%1) ").arg(name); }

} // namespace

Composer::Text Composer::refuse(const QString &why)
{
    if (m_why.isEmpty())
        m_why = why;
    return std::nullopt;
}

const Source &Composer::addSource(const QJsonObject &rangeVar, const Relation &relation)
{
    const QString alias = text(rangeVar.value(l("alias")).toObject(), l("aliasname"));
    auto source = std::make_shared<Source>(Source{QStringLiteral("a%1").arg(m_aliases++), alias.isEmpty() ? relation.name : alias,
                                                  alias.isEmpty() ? relation.schema : QString(), relation});
    m_scopes.back().push_back(source);
    return *source;
}

Composer::Text Composer::expression(const Node &node)
{
    struct Depth
    {
        int &depth;
        ~Depth() { --depth; }
    } guard{++m_depth};
    if (m_depth > MaxDepth)
        return refuse(QStringLiteral("the condition is nested too deeply"));
    const QJsonObject &fields = node.fields;
    if (node.is(l("A_Const")))
        return constant(fields);
    if (node.is(l("ColumnRef")))
        return column(fields);
    if (node.is(l("A_Expr")))
        return operation(fields);
    if (node.is(l("BoolExpr")))
        return boolean(fields);
    if (node.is(l("NullTest")) || node.is(l("BooleanTest")))
        return test(node);
    if (node.is(l("TypeCast")))
        return cast(fields);
    if (node.is(l("FuncCall")))
        return call(fields);
    if (node.is(l("CaseExpr")))
        return caseOf(fields);
    if (node.is(l("SQLValueFunction")))
        return clock(fields);
    if (node.is(l("SubLink")))
        return subLink(fields);
    return listed(node);
}

/// What is written as a word and a list.
Composer::Text Composer::listed(const Node &node)
{
    const QJsonObject &fields = node.fields;
    if (node.is(l("CoalesceExpr")) || node.is(l("MinMaxExpr"))) {
        const auto arguments = list(children(fields, l("args")));
        if (!arguments)
            return std::nullopt;
        const bool least = text(fields, l("op")) == l("IS_LEAST");
        return (node.is(l("CoalesceExpr")) ? QStringLiteral("COALESCE(")
                    : least                ? QStringLiteral("LEAST(")
                                           : QStringLiteral("GREATEST("))
            + *arguments + u')';
    }
    if (node.is(l("A_ArrayExpr"))) {
        const auto elements = list(children(fields, l("elements")));
        return elements ? Text(QStringLiteral("ARRAY[%1]").arg(*elements)) : std::nullopt;
    }
    if (node.is(l("RowExpr"))) {
        const auto members = list(children(fields, l("args")));
        return members ? Text(QStringLiteral("ROW(%1)").arg(*members)) : std::nullopt;
    }
    return refuse(QStringLiteral("it contains what is not inspected (%1)").arg(node.type));
}

Composer::Text Composer::list(const std::vector<Node> &nodes)
{
    QStringList texts;
    for (const Node &node : nodes) {
        const auto one = expression(node);
        if (!one)
            return std::nullopt;
        texts += *one;
    }
    return texts.join(QLatin1StringView(", "));
}

Composer::Text Composer::constant(const QJsonObject &fields)
{
    if (fields.contains(l("isnull")))
        return QStringLiteral("NULL");
    if (fields.contains(l("sval")))
        return quoteLiteral(text(fields.value(l("sval")).toObject(), l("sval")));
    if (fields.contains(l("boolval")))
        return fields.value(l("boolval")).toObject().contains(l("boolval")) ? QStringLiteral("TRUE") : QStringLiteral("FALSE");
    if (fields.contains(l("ival"))) {
        const QJsonObject integer = fields.value(l("ival")).toObject();
        if (integer.contains(l("ival")))
            return QString::number(integer.value(l("ival")).toInteger());
        return smallInteger(fields.value(l("location")).toInteger());
    }
    static const QRegularExpression decimal(QStringLiteral("^-?[0-9]*\\.?[0-9]*([eE][+-]?[0-9]+)?$"));
    const QString number = text(fields.value(l("fval")).toObject(), l("fval"));
    if (!number.isEmpty() && decimal.match(number).hasMatch())
        return u'(' + number + u')';
    return refuse(QStringLiteral("it contains a literal that is not inspected"));
}

/// libpg_query 15 leaves out an integer below one: only the text says whether it was 0 or negative.
Composer::Text Composer::smallInteger(qsizetype location)
{
    static const QRegularExpression integer(QStringLiteral("^(-?)\\s*([0-9]+)(?![0-9A-Za-z_.])"));
    const auto match = integer.match(QString::fromUtf8(m_source->mid(std::max<qsizetype>(location, 0), 64)));
    if (location < 0 || !match.hasMatch() || match.captured(2).size() > 10)
        return refuse(QStringLiteral("it contains a negative number that is not inspected"));
    return u'(' + match.captured(1) + match.captured(2) + u')';
}

Composer::Text Composer::columnOf(const Source &source, const QString &name)
{
    const Column *found = source.relation.column(name);
    if (!found)
        return refuse(QStringLiteral("%1 is not a column of %2").arg(displayIdent(name), source.relation.display()));
    if (!found->builtin)
        return refuse(QStringLiteral("column %1 has type %2, which is not built in").arg(displayIdent(name), found->typeName));
    m_used.types.insert(found->type);
    m_columns += name;
    return source.alias + u'.' + quoteIdent(name);
}

Composer::Text Composer::column(const QJsonObject &fields)
{
    const std::vector<Node> parts = children(fields, l("fields"));
    if (std::any_of(parts.begin(), parts.end(), [](const Node &part) { return !part.is(l("String")); }) || parts.empty() || parts.size() > 3)
        return refuse(QStringLiteral("it refers to whole rows"));
    const QStringList path = names(fields, l("fields"));
    const QString &name = path.last();
    for (auto scope = m_scopes.rbegin(); scope != m_scopes.rend(); ++scope) {
        std::vector<const Source *> found;
        for (const auto &source : *scope) {
            const bool named = path.size() == 1 || (source->shownAs == path[path.size() - 2] && (path.size() == 2 || source->schema == path[0]));
            if (named && (path.size() > 1 || source->relation.column(name)))
                found.push_back(source.get());
        }
        if (found.size() > 1)
            return refuse(QStringLiteral("%1 is ambiguous").arg(displayIdent(name)));
        if (found.size() == 1)
            return columnOf(*found[0], name);
    }
    return refuse(QStringLiteral("%1 is not a column of the tables named").arg(displayIdent(name)));
}

Composer::Text Composer::useOperator(const QStringList &name)
{
    if (name.isEmpty() || name.size() > 2 || (name.size() == 2 && name[0] != l("pg_catalog")) || !isListedOperator(name.last()))
        return refuse(QStringLiteral("operator %1 is not among the built-in ones that are evaluated").arg(name.join(u'.')));
    const QString canonical = name.last() == l("!=") ? QStringLiteral("<>") : name.last();
    m_used.operators.insert(canonical);
    return canonical;
}

Composer::Text Composer::operation(const QJsonObject &fields)
{
    const QString kind = text(fields, l("kind"));
    const Node leftNode = child(fields, l("lexpr"));
    const auto left = leftNode ? expression(leftNode) : Text(QString());
    if (!left)
        return std::nullopt;
    if (kind.contains(l("BETWEEN")))
        return between(fields, kind, *left);
    const auto name = useOperator(names(fields, l("name")));
    if (!name)
        return std::nullopt;
    return binary(kind, *name, *left, child(fields, l("rexpr")));
}

Composer::Text Composer::binary(const QString &kind, const QString &name, const QString &left, const Node &right)
{
    const auto value = right.is(l("List")) ? list(children(right.fields, l("items"))) : expression(right);
    if (!value)
        return std::nullopt;
    if (kind == l("AEXPR_OP") || kind == l("AEXPR_LIKE") || kind == l("AEXPR_ILIKE") || kind == l("AEXPR_SIMILAR"))
        return u'(' + left + op(name) + *value + u')';
    if (kind == l("AEXPR_IN"))
        return QStringLiteral("(%1 %2 (%3))").arg(left, name == l("=") ? QStringLiteral("IN") : QStringLiteral("NOT IN"), *value);
    if (kind == l("AEXPR_OP_ANY") || kind == l("AEXPR_OP_ALL"))
        return u'(' + left + op(name) + (kind == l("AEXPR_OP_ANY") ? QStringLiteral("ANY (") : QStringLiteral("ALL (")) + *value + QStringLiteral("))");
    if (kind == l("AEXPR_DISTINCT") || kind == l("AEXPR_NOT_DISTINCT"))
        return QStringLiteral("(%1 IS %2DISTINCT FROM %3)").arg(left, kind == l("AEXPR_DISTINCT") ? QString() : QStringLiteral("NOT "), *value);
    if (kind == l("AEXPR_NULLIF"))
        return QStringLiteral("NULLIF(%1, %2)").arg(left, *value);
    return refuse(QStringLiteral("it contains what is not inspected (%1)").arg(kind));
}

Composer::Text Composer::between(const QJsonObject &fields, const QString &kind, const QString &left)
{
    const std::vector<Node> bounds = children(child(fields, l("rexpr")).fields, l("items"));
    if (bounds.size() != 2)
        return refuse(QStringLiteral("it contains what is not inspected (%1)").arg(kind));
    const auto low = expression(bounds[0]);
    const auto high = low ? expression(bounds[1]) : std::nullopt;
    if (!high)
        return std::nullopt;
    m_used.operators.insert({QStringLiteral(">="), QStringLiteral("<="), QStringLiteral("<"), QStringLiteral(">")});
    const QString words = (kind.contains(l("NOT")) ? QStringLiteral("NOT ") : QString()) + QStringLiteral("BETWEEN ")
        + (kind.endsWith(l("SYM")) ? QStringLiteral("SYMMETRIC ") : QString());
    return QStringLiteral("(%1 %2%3 AND %4)").arg(left, words, *low, *high);
}

Composer::Text Composer::boolean(const QJsonObject &fields)
{
    const QString kind = text(fields, l("boolop"));
    QStringList parts;
    for (const Node &argument : children(fields, l("args"))) {
        const auto one = expression(argument);
        if (!one)
            return std::nullopt;
        parts += *one;
    }
    if (kind == l("NOT_EXPR"))
        return QStringLiteral("(NOT %1)").arg(parts.join(QString()));
    return u'(' + parts.join(kind == l("OR_EXPR") ? l(" OR ") : l(" AND ")) + u')';
}

Composer::Text Composer::test(const Node &node)
{
    static const std::map<QString, QString> words{
        {QStringLiteral("IS_NULL"), QStringLiteral("IS NULL")}, {QStringLiteral("IS_NOT_NULL"), QStringLiteral("IS NOT NULL")},
        {QStringLiteral("IS_TRUE"), QStringLiteral("IS TRUE")}, {QStringLiteral("IS_NOT_TRUE"), QStringLiteral("IS NOT TRUE")},
        {QStringLiteral("IS_FALSE"), QStringLiteral("IS FALSE")}, {QStringLiteral("IS_NOT_FALSE"), QStringLiteral("IS NOT FALSE")},
        {QStringLiteral("IS_UNKNOWN"), QStringLiteral("IS UNKNOWN")}, {QStringLiteral("IS_NOT_UNKNOWN"), QStringLiteral("IS NOT UNKNOWN")}};
    const auto word = words.find(text(node.fields, node.is(l("NullTest")) ? l("nulltesttype") : l("booltesttype")));
    const auto argument = expression(child(node.fields, l("arg")));
    if (!argument || word == words.end())
        return refuse(QStringLiteral("it contains a test that is not inspected"));
    return QStringLiteral("(%1 %2)").arg(*argument, word->second);
}

Composer::Text Composer::cast(const QJsonObject &fields)
{
    const QJsonObject type = fields.value(l("typeName")).toObject();
    const QStringList name = names(type, l("names"));
    const bool listed = (name.size() == 1 || (name.size() == 2 && name[0] == l("pg_catalog"))) && isListedType(name.last());
    if (!listed || type.contains(l("setof")) || type.contains(l("pct_type")))
        return refuse(QStringLiteral("it casts to %1, which is not among the built-in types that are evaluated").arg(name.join(u'.')));
    const auto argument = expression(child(fields, l("arg")));
    if (!argument)
        return std::nullopt;
    QString target = QStringLiteral("pg_catalog.") + quoteIdent(name.last());
    if (const auto modifiers = children(type, l("typmods")); !modifiers.empty()) {
        const auto numbers = list(modifiers);
        if (!numbers || name.last() == l("interval"))
            return refuse(QStringLiteral("it casts with modifiers that are not inspected"));
        target += u'(' + *numbers + u')';
    }
    if (type.contains(l("arrayBounds")))
        target += QStringLiteral("[]");
    return QStringLiteral("CAST(%1 AS %2)").arg(*argument, target);
}

Composer::Text Composer::call(const QJsonObject &fields)
{
    const QStringList name = names(fields, l("funcname"));
    const bool qualified = name.size() == 2 && name[0] == l("pg_catalog");
    if (name.isEmpty() || (name.size() > 1 && !qualified) || !isListedFunction(name.last()))
        return refuse(QStringLiteral("it calls %1, which is not among the built-in functions that are evaluated").arg(name.join(u'.')));
    for (const char *extra : {"agg_order", "over", "agg_within_group", "func_variadic"}) {
        if (fields.contains(l(extra)))
            return refuse(QStringLiteral("it calls %1 in a way that is not inspected").arg(name.last()));
    }
    m_used.functions.insert(name.last());
    const auto arguments = fields.contains(l("agg_star")) ? Text(QStringLiteral("*")) : list(children(fields, l("args")));
    if (!arguments)
        return std::nullopt;
    QString made = QStringLiteral("pg_catalog.%1(%2%3)")
                       .arg(quoteIdent(name.last()), fields.contains(l("agg_distinct")) ? QStringLiteral("DISTINCT ") : QString(), *arguments);
    if (const Node filter = child(fields, l("agg_filter"))) {
        const auto condition = expression(filter);
        if (!condition)
            return std::nullopt;
        made += QStringLiteral(" FILTER (WHERE %1)").arg(*condition);
    }
    return made;
}

Composer::Text Composer::caseOf(const QJsonObject &fields)
{
    QString made = QStringLiteral("CASE");
    if (const Node argument = child(fields, l("arg"))) {
        const auto value = expression(argument);
        if (!value)
            return std::nullopt;
        m_used.operators.insert(QStringLiteral("="));
        made += u' ' + *value;
    }
    for (const Node &when : children(fields, l("args"))) {
        const auto condition = expression(child(when.fields, l("expr")));
        const auto result = condition ? expression(child(when.fields, l("result"))) : std::nullopt;
        if (!result)
            return std::nullopt;
        made += QStringLiteral(" WHEN %1 THEN %2").arg(*condition, *result);
    }
    if (const Node otherwise = child(fields, l("defresult"))) {
        const auto result = expression(otherwise);
        if (!result)
            return std::nullopt;
        made += QStringLiteral(" ELSE ") + *result;
    }
    return u'(' + made + QStringLiteral(" END)");
}

Composer::Text Composer::clock(const QJsonObject &fields)
{
    static const std::map<QString, QString> words{
        {QStringLiteral("SVFOP_CURRENT_DATE"), QStringLiteral("CURRENT_DATE")}, {QStringLiteral("SVFOP_CURRENT_TIME"), QStringLiteral("CURRENT_TIME")},
        {QStringLiteral("SVFOP_CURRENT_TIMESTAMP"), QStringLiteral("CURRENT_TIMESTAMP")}, {QStringLiteral("SVFOP_LOCALTIME"), QStringLiteral("LOCALTIME")},
        {QStringLiteral("SVFOP_LOCALTIMESTAMP"), QStringLiteral("LOCALTIMESTAMP")}};
    const auto word = words.find(text(fields, l("op")));
    return word == words.end() ? refuse(QStringLiteral("it depends on the session")) : Text(word->second);
}

} // namespace holdfast::sql
