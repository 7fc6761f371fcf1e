// SPDX-License-Identifier: Apache-2.0
#include "kinds/sql/expression.h"

#include "kinds/sql/latin.h"

#include <QRegularExpression>

#include <algorithm>

namespace holdfast::sql {

namespace {

constexpr int MaxDepth = 100;


/// Asking must not cost the server any memory that the statement likes.
bool padsLittle(const std::vector<Node> &arguments)
{
    constexpr std::int64_t longest = 1000;
    return arguments.size() > 1 && arguments[1].type == l("A_Const") && integer(object(arguments[1].fields, l("ival")), l("ival")) <= longest;
}

QString op(const QString &name) { return QStringLiteral(" OPERATOR(pg_catalog.%1) ").arg(name); }

} // namespace

std::nullopt_t Composer::refuse(const QString &why)
{
    if (m_why.isEmpty())
        m_why = why;
    return std::nullopt;
}

const Source &Composer::addSource(const Fields &rangeVar, const Relation &relation)
{
    const QString alias = text(object(rangeVar, l("alias")), l("aliasname"));
    auto source = std::make_shared<Source>(Source{QStringLiteral("a%1").arg(m_aliases++), alias.isEmpty() ? relation.name : alias,
                                                  alias.isEmpty() ? relation.schema : QString(), relation});
    m_scopes.back().sources.push_back(source);
    for (const Column &column : relation.columns)
        m_scopes.back().visible.push_back({source, column.name});
    return *source;
}

void Composer::addExcluded(const Relation &relation)
{
    // Only a name of two parts can mean it: `a = 1` is the row that is there, and so would be ambiguous here.
    Scope scope;
    scope.sources.push_back(std::make_shared<Source>(Source{QStringLiteral("excluded"), QStringLiteral("excluded"), {}, relation}));
    m_scopes.insert(m_scopes.end() - 1, std::move(scope));
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
    const Fields &fields = node.fields;
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
    const Fields &fields = node.fields;
    if (node.is(l("CoalesceExpr")) || node.is(l("MinMaxExpr"))) {
        const auto arguments = list(children(fields, l("args")));
        const QString word = node.is(l("CoalesceExpr"))   ? QStringLiteral("COALESCE")
            : text(fields, l("op")) == l("IS_LEAST") ? QStringLiteral("LEAST")
                                                         : QStringLiteral("GREATEST");
        return arguments ? Text(QStringLiteral("%1(%2)").arg(word, *arguments)) : std::nullopt;
    }
    if (node.is(l("A_ArrayExpr"))) {
        const auto elements = list(children(fields, l("elements")));
        return elements ? Text(QStringLiteral("ARRAY[%1]").arg(*elements)) : std::nullopt;
    }
    if (node.is(l("RowExpr"))) {
        expect(fields, l("row_format"), l("COERCE_EXPLICIT_CALL")); // ROW(…), and (…): the same row
        expect(fields, l("row_format"), l("COERCE_IMPLICIT_CAST"));
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

Composer::Text Composer::constant(const Fields &fields)
{
    if (flag(fields, l("isnull")))
        return QStringLiteral("NULL");
    if (fields.has(l("sval")))
        return quoteLiteral(text(object(fields, l("sval")), l("sval")));
    if (fields.has(l("boolval")))
        return flag(object(fields, l("boolval")), l("boolval")) ? QStringLiteral("TRUE") : QStringLiteral("FALSE");
    if (fields.has(l("ival"))) {
        const Fields value = object(fields, l("ival"));
        return value.has(l("ival")) ? QString::number(integer(value, l("ival"))) : smallInteger(integer(fields, l("location")));
    }
    static const QRegularExpression decimal(QStringLiteral("^-?[0-9]*\\.?[0-9]*([eE][+-]?[0-9]+)?$"));
    const QString number = text(object(fields, l("fval")), l("fval"));
    if (!number.isEmpty() && decimal.match(number).hasMatch())
        return u'(' + number + u')';
    return refuse(QStringLiteral("it contains a literal that is not inspected"));
}

/// libpg_query 15 leaves out an integer below one: only the text says whether it was 0 or negative.
Composer::Text Composer::smallInteger(qsizetype location)
{
    static const QRegularExpression written(QStringLiteral("^(?:0+|(-)\\s*([0-9]+))(?![0-9A-Za-z_.])"));
    const auto match = written.match(QString::fromUtf8(m_source->mid(std::max<qsizetype>(location, 0), 64)));
    if (location <= 0 || !match.hasMatch() || match.captured(2).size() > 10)
        return refuse(QStringLiteral("it contains a negative number that is not inspected"));
    return match.captured(1).isEmpty() ? QStringLiteral("0") : QStringLiteral("(-%1)").arg(match.captured(2));
}

Composer::Text Composer::columnOf(const Source &source, const QString &name)
{
    const Column *found = source.relation.column(name);
    if (!found)
        return refuse(QStringLiteral("%1 is not a column of %2").arg(displayIdent(name), source.relation.display()));
    if (std::count_if(source.relation.columns.begin(), source.relation.columns.end(), [&](const Column &column) { return column.name == name; }) > 1)
        return refuse(QStringLiteral("%1 is ambiguous").arg(displayIdent(name)));
    if (!found->builtin)
        return refuse(QStringLiteral("column %1 has type %2, which is not built in").arg(displayIdent(name), found->typeName));
    if (found->type != 0)
        m_used.types.insert(found->type);
    m_columns += name;
    return source.alias + u'.' + quoteIdent(name);
}

Composer::Text Composer::column(const Fields &fields)
{
    const std::vector<Node> parts = children(fields, l("fields"));
    if (!std::all_of(parts.begin(), parts.end(), [](const Node &part) { return part.is(l("String")); }) || parts.empty() || parts.size() > 3)
        return refuse(QStringLiteral("it refers to whole rows"));
    const QStringList path = names(fields, l("fields"));
    const QString &name = path.last();
    // Every table has these besides its columns; a sub-select may have columns of the same names.
    static const QStringList ofTheServer{QStringLiteral("ctid"), QStringLiteral("tableoid"), QStringLiteral("xmin"), QStringLiteral("xmax"),
                                         QStringLiteral("cmin"), QStringLiteral("cmax")};
    if (ofTheServer.contains(name))
        return refuse(QStringLiteral("%1 is not a column of the tables named").arg(displayIdent(name)));
    if (path.size() == 1)
        return bareColumn(name);
    for (auto scope = m_scopes.rbegin(); scope != m_scopes.rend(); ++scope) {
        std::vector<const Source *> found;
        for (const auto &source : scope->sources) {
            if (source->shownAs == path[path.size() - 2] && (path.size() == 2 || source->schema == path[0]))
                found.push_back(source.get());
        }
        if (found.size() > 1)
            return refuse(QStringLiteral("%1 is ambiguous").arg(displayIdent(name)));
        m_correlated = m_correlated || (found.size() == 1 && scope != m_scopes.rbegin());
        if (found.size() == 1)
            return columnOf(*found[0], name);
    }
    return refuse(QStringLiteral("%1 is not a column of the tables named").arg(displayIdent(name)));
}

Composer::Text Composer::bareColumn(const QString &name)
{
    for (auto scope = m_scopes.rbegin(); scope != m_scopes.rend(); ++scope) {
        std::vector<const Source *> found;
        for (const Visible &visible : scope->visible) {
            if (visible.name == name)
                found.push_back(visible.source.get());
        }
        if (found.size() > 1)
            return refuse(QStringLiteral("%1 is ambiguous").arg(displayIdent(name)));
        if (found.empty())
            continue;
        m_correlated = m_correlated || scope != m_scopes.rbegin();
        if (scope != m_scopes.rbegin() && !m_scopes.back().sources.empty())
            m_outer += QStringLiteral("%1 in the sub-select is %2.%1").arg(displayIdent(name), displayIdent(found[0]->shownAs));
        return columnOf(*found[0], name);
    }
    return refuse(QStringLiteral("%1 is not a column of the tables named").arg(displayIdent(name)));
}

Composer::Text Composer::useOperator(const QStringList &name, const std::vector<Node> &operands)
{
    if (name.isEmpty() || name.size() > 2 || (name.size() == 2 && name[0] != l("pg_catalog")) || !isListedOperator(name.last()))
        return refuse(QStringLiteral("operator %1 is not among the built-in ones that are evaluated").arg(name.join(u'.')));
    const QString canonical = name.last() == l("!=") ? QStringLiteral("<>") : name.last();
    m_used.operators[canonical].add(name.size() == 2, operands);
    return canonical;
}

Composer::Text Composer::operation(const Fields &fields)
{
    const QString kind = text(fields, l("kind"));
    const Node leftNode = child(fields, l("lexpr"));
    const Node rightNode = child(fields, l("rexpr"));
    const QStringList given = names(fields, l("name"));
    const auto left = leftNode ? expression(leftNode) : Text(QString());
    if (!left)
        return std::nullopt;
    if (kind.contains(l("BETWEEN")))
        return between(kind, leftNode, *left, rightNode);
    const auto name = useOperator(given, leftNode ? std::vector{leftNode, rightNode} : std::vector{rightNode});
    if (!name)
        return std::nullopt;
    return binary(kind, *name, *left, rightNode);
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

Composer::Text Composer::between(const QString &kind, const Node &leftNode, const QString &left, const Node &right)
{
    const std::vector<Node> bounds = right.is(l("List")) ? children(right.fields, l("items")) : std::vector<Node>();
    if (bounds.size() != 2)
        return refuse(QStringLiteral("it contains what is not inspected (%1)").arg(kind));
    const auto low = expression(bounds[0]);
    const auto high = low ? expression(bounds[1]) : std::nullopt;
    if (!high)
        return std::nullopt;
    for (const char *name : {">=", "<=", "<", ">"}) {
        m_used.operators[l(name)].add(false, {leftNode, bounds[0]});
        m_used.operators[l(name)].add(false, {leftNode, bounds[1]});
    }
    const QString words = (kind.contains(l("NOT")) ? QStringLiteral("NOT ") : QString()) + QStringLiteral("BETWEEN ")
        + (kind.endsWith(l("SYM")) ? QStringLiteral("SYMMETRIC ") : QString());
    return QStringLiteral("(%1 %2%3 AND %4)").arg(left, words, *low, *high);
}

Composer::Text Composer::boolean(const Fields &fields)
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
    const auto word = words.find(text(node.fields, node.type == l("NullTest") ? l("nulltesttype") : l("booltesttype")));
    const auto argument = expression(child(node.fields, l("arg")));
    if (!argument || word == words.end())
        return refuse(QStringLiteral("it contains a test that is not inspected"));
    return QStringLiteral("(%1 %2)").arg(*argument, word->second);
}

Composer::Text Composer::typeName(const Fields &type)
{
    const QStringList name = names(type, l("names"));
    const bool listed = (name.size() == 1 || (name.size() == 2 && name[0] == l("pg_catalog"))) && isListedType(name.last());
    if (!listed || flag(type, l("setof")) || flag(type, l("pct_type")) || integer(type, l("typemod")) != -1)
        return refuse(QStringLiteral("it casts to %1, which is not among the built-in types that are evaluated").arg(name.join(u'.')));
    m_used.casts.insert(name.last());
    QString target = QStringLiteral("pg_catalog.") + quoteIdent(name.last());
    if (const auto modifiers = children(type, l("typmods")); !modifiers.empty()) {
        const auto numbers = list(modifiers);
        if (!numbers || name.last() == l("interval"))
            return refuse(QStringLiteral("it casts with modifiers that are not inspected"));
        target += u'(' + *numbers + u')';
    }
    return isArray(type) ? target + QStringLiteral("[]") : target;
}

Composer::Text Composer::cast(const Fields &fields)
{
    const auto target = typeName(object(fields, l("typeName")));
    const auto argument = target ? expression(child(fields, l("arg"))) : std::nullopt;
    return argument ? Text(QStringLiteral("CAST(%1 AS %2)").arg(*argument, *target)) : std::nullopt;
}

Composer::Text Composer::call(const Fields &fields)
{
    const QStringList name = names(fields, l("funcname"));
    const bool qualified = name.size() == 2 && name[0] == l("pg_catalog");
    if (name.isEmpty() || (name.size() > 1 && !qualified) || !isListedFunction(name.last()))
        return refuse(QStringLiteral("it calls %1, which is not among the built-in functions that are evaluated").arg(name.join(u'.')));
    expect(fields, l("funcformat"), l("COERCE_EXPLICIT_CALL"));
    expect(fields, l("funcformat"), l("COERCE_SQL_SYNTAX")); // position(a IN b): the call that it stands for is what is read here
    const std::vector<Node> given = children(fields, l("args"));
    m_used.functions[name.last()].add(qualified, given);
    if (name.last().endsWith(l("pad")) && !padsLittle(given))
        return refuse(QStringLiteral("it pads to a length that is not small"));
    const auto arguments = flag(fields, l("agg_star")) ? Text(QStringLiteral("*")) : list(given);
    if (!arguments)
        return std::nullopt;
    QString made = QStringLiteral("pg_catalog.%1(%2%3)")
                       .arg(quoteIdent(name.last()), flag(fields, l("agg_distinct")) ? QStringLiteral("DISTINCT ") : QString(), *arguments);
    if (const Node filter = child(fields, l("agg_filter"))) {
        const auto condition = expression(filter);
        if (!condition)
            return std::nullopt;
        made += QStringLiteral(" FILTER (WHERE %1)").arg(*condition);
    }
    return made;
}

Composer::Text Composer::caseOf(const Fields &fields)
{
    QString made = QStringLiteral("CASE");
    const Node tested = child(fields, l("arg"));
    if (tested) {
        const auto value = expression(tested);
        if (!value)
            return std::nullopt;
        made += u' ' + *value;
    }
    for (const Node &when : children(fields, l("args"))) {
        const Node wanted = when.is(l("CaseWhen")) ? child(when.fields, l("expr")) : Node();
        const auto condition = expression(wanted);
        const auto result = condition ? expression(child(when.fields, l("result"))) : std::nullopt;
        if (!result)
            return std::nullopt;
        if (tested)
            m_used.operators[l("=")].add(false, {tested, wanted});
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

Composer::Text Composer::clock(const Fields &fields)
{
    static const std::map<QString, QString> words{
        {QStringLiteral("SVFOP_CURRENT_DATE"), QStringLiteral("CURRENT_DATE")}, {QStringLiteral("SVFOP_CURRENT_TIME"), QStringLiteral("CURRENT_TIME")},
        {QStringLiteral("SVFOP_CURRENT_TIMESTAMP"), QStringLiteral("CURRENT_TIMESTAMP")}, {QStringLiteral("SVFOP_LOCALTIME"), QStringLiteral("LOCALTIME")},
        {QStringLiteral("SVFOP_LOCALTIMESTAMP"), QStringLiteral("LOCALTIMESTAMP")}};
    const auto word = words.find(text(fields, l("op")));
    if (integer(fields, l("typmod")) != -1)
        return refuse(QStringLiteral("it asks for a time of less precision"));
    return word == words.end() ? refuse(QStringLiteral("it depends on the session")) : Text(word->second);
}

} // namespace holdfast::sql
