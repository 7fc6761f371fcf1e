// SPDX-License-Identifier: Apache-2.0
// The part of Composer that writes queries: sub-selects, set operations, VALUES, and the clauses of a SELECT.
#include "kinds/sql/expression.h"

#include "kinds/sql/latin.h"

#include <algorithm>

namespace holdfast::sql {

namespace {

constexpr qsizetype longest = 256L * 1024; ///< of a composed query: a WITH query stands in it as often as it is read
constexpr int deepest = 40;

} // namespace

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
    const auto rows = query(inner.fields, kind == l("EXISTS_SUBLINK"));
    if (!rows)
        return std::nullopt;
    if (kind == l("EXISTS_SUBLINK"))
        return QStringLiteral("EXISTS (%1)").arg(rows->text);
    if (kind == l("EXPR_SUBLINK"))
        return QStringLiteral("(%1)").arg(rows->text);
    if (kind == l("ARRAY_SUBLINK"))
        return QStringLiteral("ARRAY(%1)").arg(rows->text);
    if (!tested || (kind != l("ANY_SUBLINK") && kind != l("ALL_SUBLINK")))
        return refuse(QStringLiteral("it contains a sub-select that is not inspected (%1)").arg(kind));
    const auto name = useOperator(given.isEmpty() ? QStringList{QStringLiteral("=")} : given, {test, inner});
    if (!name)
        return std::nullopt;
    return QStringLiteral("(%1 OPERATOR(pg_catalog.%2) %3 (%4))")
        .arg(*tested, *name, kind == l("ANY_SUBLINK") ? QStringLiteral("ANY") : QStringLiteral("ALL"), rows->text);
}

std::optional<Query> Composer::query(const Fields &stmt, bool onlyExistence)
{
    const std::size_t known = m_ctes.size();
    ++m_queries;
    std::optional<Query> made;
    if (m_queries > deepest)
        refuse(QStringLiteral("queries are nested too deeply"));
    else if (with(stmt))
        made = body(stmt, onlyExistence && !stmt.has(l("distinctClause"))); // what is distinct decides how many there are
    --m_queries;
    m_ctes.resize(known);
    if (made && made->text.size() > longest)
        return refuse(QStringLiteral("it is too long when what WITH names is put in its place"));
    return made;
}

std::optional<Query> Composer::body(const Fields &stmt, bool onlyExistence)
{
    const QString kind = text(stmt, l("op"));
    if (kind == l("SETOP_UNION"))
        return setOperation(stmt, QStringLiteral("UNION"));
    if (kind == l("SETOP_INTERSECT"))
        return setOperation(stmt, QStringLiteral("INTERSECT"));
    if (kind == l("SETOP_EXCEPT"))
        return setOperation(stmt, QStringLiteral("EXCEPT"));
    return stmt.has(l("valuesLists")) ? values(stmt) : plain(stmt, onlyExistence);
}

std::optional<Query> Composer::setOperation(const Fields &stmt, const QString &words)
{
    const auto left = query(object(stmt, l("larg")));
    const auto right = left ? query(object(stmt, l("rarg"))) : std::nullopt;
    if (!right)
        return std::nullopt;
    std::vector<Output> outputs;
    for (const QString &column : left->columns)
        outputs.push_back({{}, column});
    const QString all = flag(stmt, l("all")) ? QStringLiteral(" ALL") : QString();
    beginScope();
    const auto order = sorted(stmt, outputs, true);
    const auto bounds = order ? limits(stmt) : std::nullopt;
    endScope();
    if (!bounds)
        return std::nullopt;
    return Query{QStringLiteral("(%1) %2%3 (%4)%5%6").arg(left->text, words, all, right->text, *order, *bounds), left->columns};
}

std::optional<Query> Composer::values(const Fields &stmt)
{
    QStringList rows;
    qsizetype width = 0;
    beginScope();
    for (const Node &row : children(stmt, l("valuesLists"))) {
        const std::vector<Node> items = row.is(l("List")) ? children(row.fields, l("items")) : std::vector<Node>();
        const auto composed = items.empty() ? std::nullopt : list(items);
        if (!composed) {
            endScope();
            return refuse(QStringLiteral("it contains VALUES that are not inspected"));
        }
        width = static_cast<qsizetype>(items.size());
        rows += u'(' + *composed + u')';
    }
    std::vector<Output> outputs;
    QStringList columns;
    for (qsizetype i = 1; i <= width; ++i) {
        columns += QStringLiteral("column%1").arg(i);
        outputs.push_back({{}, columns.last()});
    }
    const auto order = sorted(stmt, outputs, true);
    const auto bounds = order ? limits(stmt) : std::nullopt;
    endScope();
    if (!bounds)
        return std::nullopt;
    return Query{QStringLiteral("VALUES %1%2%3").arg(rows.join(l(", ")), *order, *bounds), columns};
}

std::optional<Query> Composer::plain(const Fields &stmt, bool onlyExistence)
{
    beginScope();
    std::optional<Query> made;
    if (const auto from = fromItems(children(stmt, l("fromClause")))) {
        const auto columns = outputs(children(stmt, l("targetList")), onlyExistence && !stmt.has(l("distinctClause")));
        const auto unique = columns ? distinct(stmt, *columns) : std::nullopt;
        const auto end = unique ? tail(stmt, *columns) : std::nullopt;
        if (end) {
            made.emplace();
            QStringList texts;
            for (const Output &output : *columns) {
                texts += output.text;
                made->columns += output.name;
            }
            made->text = QStringLiteral("SELECT %1%2%3%4").arg(*unique, texts.join(l(", ")), from->isEmpty() ? QString() : QStringLiteral(" FROM ") + *from, *end);
        }
    }
    endScope();
    return made;
}

bool Composer::addStar(const QStringList &path, std::vector<Output> &all)
{
    const Scope &scope = m_scopes.back();
    std::vector<Visible> found = path.isEmpty() ? scope.visible : std::vector<Visible>();
    for (const auto &source : scope.sources) {
        if (path.isEmpty() || source->shownAs != path.last() || (path.size() == 2 && source->schema != path[0]))
            continue;
        if (!found.empty())
            refuse(QStringLiteral("%1.* is ambiguous").arg(displayIdent(path.last())));
        for (const Column &column : source->relation.columns)
            found.push_back({source, column.name});
    }
    if (found.empty() || path.size() > 2) {
        refuse(QStringLiteral("it selects * of what is not clear"));
        return false;
    }
    for (const Visible &one : found) {
        const auto composed = columnOf(*one.source, one.name);
        if (!composed)
            return false;
        all.push_back({*composed, one.name});
    }
    return m_why.isEmpty();
}

std::optional<std::vector<Composer::Output>> Composer::outputs(const std::vector<Node> &targets, bool onlyExistence)
{
    std::vector<Output> all;
    for (const Node &target : targets) {
        const Node value = target.is(l("ResTarget")) ? child(target.fields, l("val")) : Node();
        const QString label = text(target.fields, l("name"));
        const auto parts = children(value.fields, l("fields"));
        if (value.is(l("ColumnRef")) && !parts.empty() && parts.back().is(l("A_Star"))) {
            const QStringList path = names(value.fields, l("fields"));
            if (onlyExistence)
                all.push_back({QStringLiteral("1"), {}});
            else if (!addStar(path, all))
                return std::nullopt;
            continue;
        }
        const auto composed = expression(value);
        if (!composed)
            return std::nullopt;
        all.push_back({*composed, label.isEmpty() ? outputName(value) : label});
    }
    return all;
}

/// A key of ORDER BY or DISTINCT ON: a bare name is that of an output, before it is that of a column; an integer is an output's place.
std::optional<Composer::Output> Composer::sortKey(const Node &node, const std::vector<Output> &outputs, bool onlyOutputs)
{
    const QStringList path = node.is(l("ColumnRef")) ? names(node.fields, l("fields")) : QStringList();
    std::vector<std::size_t> named;
    for (std::size_t i = 0; path.size() == 1 && children(node.fields, l("fields")).size() == 1 && i < outputs.size(); ++i) {
        const bool same = std::any_of(named.begin(), named.end(), [&](std::size_t other) { return !outputs[i].text.isEmpty() && outputs[other].text == outputs[i].text; });
        if (outputs[i].name == path[0] && !same)
            named.push_back(i);
    }
    if (named.size() > 1)
        return refuse(QStringLiteral("it sorts by %1, which is ambiguous").arg(displayIdent(path[0])));
    const auto composed = named.empty() ? expression(node) : Text(QString::number(named[0] + 1));
    if (!composed)
        return std::nullopt;
    if (node.type == l("A_Const") && (composed->toInt() < 1 || static_cast<std::size_t>(composed->toInt()) > outputs.size()))
        return refuse(QStringLiteral("it sorts in a way that is not inspected"));
    const bool isPlace = !named.empty() || node.type == l("A_Const");
    if (onlyOutputs && !isPlace)
        return refuse(QStringLiteral("it sorts in a way that is not inspected"));
    return Output{*composed, isPlace ? outputs[composed->toULongLong() - 1].text : *composed};
}

Composer::Text Composer::distinct(const Fields &stmt, const std::vector<Output> &outputs)
{
    const std::vector<Node> keys = children(stmt, l("distinctClause"));
    if (keys.empty())
        return QString();
    if (keys.size() == 1 && !keys[0])
        return QStringLiteral("DISTINCT ");
    QStringList on;
    for (const Node &key : keys) {
        const auto composed = sortKey(key, outputs, false);
        if (!composed)
            return std::nullopt;
        on += composed->text;
    }
    return QStringLiteral("DISTINCT ON (%1) ").arg(on.join(l(", ")));
}

/// A bare name is that of a column of this query, before it is that of an output.
Composer::Text Composer::grouped(const Fields &stmt, const std::vector<Output> &outputs)
{
    QStringList groups;
    for (const Node &node : children(stmt, l("groupClause"))) {
        const QStringList path = node.is(l("ColumnRef")) ? names(node.fields, l("fields")) : QStringList();
        const auto &visible = m_scopes.back().visible;
        const bool isColumn = path.size() != 1 || std::any_of(visible.begin(), visible.end(), [&](const Visible &one) { return one.name == path[0]; });
        const bool byOutput = !isColumn || node.type == l("A_Const");
        const auto key = byOutput ? sortKey(node, outputs, false) : std::nullopt;
        const auto composed = byOutput ? (key ? Text(key->text) : std::nullopt) : expression(node);
        if (!composed)
            return std::nullopt;
        groups += *composed;
    }
    return groups.isEmpty() ? QString() : QStringLiteral(" GROUP BY ") + groups.join(l(", "));
}

Composer::Text Composer::tail(const Fields &stmt, const std::vector<Output> &outputs)
{
    const Node where = child(stmt, l("whereClause")), having = child(stmt, l("havingClause"));
    const auto condition = where ? expression(where) : Text(QString());
    const auto groups = condition ? grouped(stmt, outputs) : std::nullopt;
    const auto groupCondition = !groups ? std::nullopt : having ? expression(having) : Text(QString());
    if (!groupCondition)
        return std::nullopt;
    const QString made = (where ? QStringLiteral(" WHERE ") + *condition : QString()) + *groups + (having ? QStringLiteral(" HAVING ") + *groupCondition : QString());
    const auto order = sorted(stmt, outputs, false);
    const auto bounds = order ? limits(stmt) : std::nullopt;
    return bounds ? Text(made + *order + *bounds) : std::nullopt;
}

Composer::Text Composer::sorted(const Fields &stmt, const std::vector<Output> &outputs, bool onlyOutputs)
{
    QStringList order, by;
    for (const Node &sort : children(stmt, l("sortClause"))) {
        const QString direction = text(sort.fields, l("sortby_dir")), nulls = text(sort.fields, l("sortby_nulls"));
        if (!sort.is(l("SortBy")) || direction == l("SORTBY_USING"))
            return refuse(QStringLiteral("it sorts in a way that is not inspected"));
        const auto key = sortKey(child(sort.fields, l("node")), outputs, onlyOutputs);
        if (!key)
            return std::nullopt;
        by += key->name;
        order += key->text + (direction == l("SORTBY_DESC") ? l(" DESC") : l(" ASC"))
            + (nulls == l("SORTBY_NULLS_FIRST") ? l(" NULLS FIRST") : nulls == l("SORTBY_NULLS_LAST") ? l(" NULLS LAST") : l(""));
    }
    const std::vector<Node> distinctOn = children(stmt, l("distinctClause"));
    if (stmt.has(l("limitCount")) || stmt.has(l("limitOffset")) || (!distinctOn.empty() && distinctOn[0]))
        noteChoice(by);
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

std::optional<Query> Composer::returned(const std::vector<Node> &targets, const Source &as, const Query &rows)
{
    beginScope();
    FromItem item = derived({u'(' + rows.text + u')', rows.columns}, as.shownAs, {});
    m_scopes.back().sources.back()->schema = as.schema;
    m_scopes.back().visible = item.visible;
    const auto columns = outputs(targets, false);
    endScope();
    if (!columns)
        return std::nullopt;
    Query made{{}, {}};
    QStringList texts;
    for (const Output &output : *columns) {
        texts += output.text;
        made.columns += output.name;
    }
    made.text = QStringLiteral("SELECT %1 FROM %2").arg(texts.join(l(", ")), item.text);
    return made;
}

} // namespace holdfast::sql
