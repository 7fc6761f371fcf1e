// SPDX-License-Identifier: Apache-2.0
// The part of Composer that writes FROM lists: tables, sub-selects, functions that give rows, and joins.
#include "kinds/sql/expression.h"

#include "kinds/sql/latin.h"

#include <algorithm>

namespace holdfast::sql {

namespace {

/// Functions that give rows of one column. Those with a named result call it so whatever the alias.
const std::map<QString, QString> &rowFunctions()
{
    static const std::map<QString, QString> names{{QStringLiteral("generate_series"), {}},
                                                  {QStringLiteral("unnest"), {}},
                                                  {QStringLiteral("generate_subscripts"), {}},
                                                  {QStringLiteral("regexp_split_to_table"), {}},
                                                  {QStringLiteral("string_to_table"), {}},
                                                  {QStringLiteral("jsonb_object_keys"), {}},
                                                  {QStringLiteral("json_object_keys"), {}},
                                                  {QStringLiteral("jsonb_array_elements"), QStringLiteral("value")},
                                                  {QStringLiteral("json_array_elements"), QStringLiteral("value")},
                                                  {QStringLiteral("jsonb_array_elements_text"), QStringLiteral("value")},
                                                  {QStringLiteral("json_array_elements_text"), QStringLiteral("value")}};
    return names;
}

/// The first columns take the names that an alias gives them.
QStringList renamed(QStringList columns, const QStringList &names)
{
    for (qsizetype i = 0; i < names.size() && i < columns.size(); ++i)
        columns[i] = names[i];
    return columns;
}

QString inParentheses(const QStringList &columns)
{
    QStringList quoted;
    for (const QString &column : columns)
        quoted += quoteIdent(column);
    return quoted.isEmpty() ? QString() : u'(' + quoted.join(l(", ")) + u')';
}

Relation relationOf(const QString &name, const QStringList &columns)
{
    Relation relation;
    relation.name = name;
    for (const QString &column : columns) {
        Column made;
        made.name = column;
        made.builtin = true; // what it comes from was looked at
        relation.columns.push_back(made);
    }
    return relation;
}

} // namespace

Composer::FromItem Composer::derived(const Query &rows, const QString &shownAs, const Fields &alias)
{
    const QString given = text(alias, l("aliasname"));
    const QStringList columns = renamed(rows.columns, names(alias, l("colnames")));
    const QString name = given.isEmpty() ? shownAs : given;
    const auto source = std::make_shared<Source>(Source{QStringLiteral("a%1").arg(m_aliases++), name, {}, relationOf(name, columns)});
    m_scopes.back().sources.push_back(source);
    FromItem item{rows.text + QStringLiteral(" AS ") + source->alias + inParentheses(columns), {}};
    for (const QString &column : columns)
        item.visible.push_back({source, column});
    return item;
}

std::optional<QString> Composer::fromItems(const std::vector<Node> &items)
{
    QStringList parts;
    for (const Node &item : items) {
        const auto one = fromItem(item);
        if (!one)
            return std::nullopt;
        parts += one->text;
        auto &visible = m_scopes.back().visible;
        visible.insert(visible.end(), one->visible.begin(), one->visible.end());
    }
    return parts.join(l(", "));
}

std::optional<Composer::FromItem> Composer::fromItem(const Node &node)
{
    if (node.is(l("JoinExpr")))
        return join(node.fields);
    if (node.is(l("RangeVar")))
        return fromTable(node.fields);
    if (node.is(l("RangeSubselect")))
        return fromQuery(node.fields);
    if (node.is(l("RangeFunction")))
        return fromFunction(node.fields);
    return refuse(QStringLiteral("it reads from what is not inspected (%1)").arg(node.type));
}

std::optional<Composer::FromItem> Composer::fromTable(const Fields &rangeVar)
{
    const RelationName name = relationName(rangeVar);
    const bool only = !flag(rangeVar, l("inh"));
    if (Cte *cte = name.schema.isEmpty() && name.database.isEmpty() ? cteNamed(name.name) : nullptr)
        return fromCte(rangeVar, *cte);
    const auto found = m_catalog.resolve(name);
    QString why = found ? QString() : found.error();
    if (found && !found->isTable())
        why = QStringLiteral("it reads %1, a %2").arg(found->display(), found->kindName());
    else if (found && found->rowSecurity)
        why = QStringLiteral("row security policies decide what the performing login sees of %1").arg(found->display());
    if (!why.isEmpty())
        return refuse(why);
    const auto &from = m_catalog.from(*found, !only);
    if (!from)
        return refuse(from.error());
    m_tables.insert(found->oid);
    Relation relation = *found;
    const QStringList given = names(object(rangeVar, l("alias")), l("colnames"));
    for (std::size_t i = 0; i < relation.columns.size() && i < static_cast<std::size_t>(given.size()); ++i)
        relation.columns[i].name = given[static_cast<qsizetype>(i)];
    auto &visible = m_scopes.back().visible;
    const std::size_t before = visible.size();
    const Source &source = addSource(rangeVar, relation);
    FromItem item{*from + QStringLiteral(" AS ") + source.alias + inParentheses(given),
                  {visible.begin() + static_cast<std::ptrdiff_t>(before), visible.end()}};
    visible.resize(before);
    return item;
}

std::optional<Composer::FromItem> Composer::fromCte(const Fields &rangeVar, Cte &cte)
{
    if (cte.pending || !cte.rows)
        return refuse(cte.pending ? QStringLiteral("WITH queries refer to each other") : QStringLiteral("what %1 returns is not known").arg(displayIdent(cte.name)));
    (cte.part ? m_elsewhere : m_tables).insert(cte.tables.begin(), cte.tables.end());
    m_used.types.insert(cte.types.begin(), cte.types.end());
    m_openInside = m_openInside || cte.open;
    m_open = m_open || cte.open;
    if (cte.part)
        m_followed.insert(*cte.part);
    cte.refersToSelf = cte.refersToSelf || !cte.self.isEmpty();
    const QString rows = cte.self.isEmpty() ? u'(' + cte.rows->text + u')' : quoteIdent(cte.self);
    return derived({rows, cte.rows->columns}, cte.name, object(rangeVar, l("alias")));
}

std::optional<Composer::FromItem> Composer::fromQuery(const Fields &fields)
{
    const Node inner = child(fields, l("subquery"));
    const bool lateral = flag(fields, l("lateral"));
    if (!inner.is(l("SelectStmt")))
        return refuse(QStringLiteral("it reads from what is not inspected (%1)").arg(inner.type));
    // Without LATERAL it does not see what stands beside it.
    Scope beside;
    if (!lateral)
        std::swap(beside, m_scopes.back());
    const auto rows = query(inner.fields);
    if (!lateral)
        std::swap(beside, m_scopes.back());
    if (!rows)
        return std::nullopt;
    return derived({(lateral ? l("LATERAL (") : l("(")) + rows->text + u')', rows->columns}, QString(), object(fields, l("alias")));
}

std::optional<Composer::FromItem> Composer::fromFunction(const Fields &fields)
{
    const std::vector<Node> functions = children(fields, l("functions"));
    const std::vector<Node> parts = functions.size() == 1 && functions[0].is(l("List")) ? children(functions[0].fields, l("items")) : std::vector<Node>();
    const Node call = parts.size() == 2 && !parts[1] ? parts[0] : Node();
    const QStringList path = call.is(l("FuncCall")) ? names(call.fields, l("funcname")) : QStringList();
    const bool qualified = path.size() == 2 && path[0] == l("pg_catalog");
    const auto listed = path.size() == 1 || qualified ? rowFunctions().find(path.last()) : rowFunctions().end();
    if (listed == rowFunctions().end())
        return refuse(QStringLiteral("it reads from %1, which is not among the built-in functions that are evaluated").arg(path.isEmpty() ? l("what is not inspected") : path.join(u'.')));
    static_cast<void>(flag(fields, l("lateral"))); // a function sees what stands before it, said or not
    expect(call.fields, l("funcformat"), l("COERCE_EXPLICIT_CALL"));
    const std::vector<Node> given = children(call.fields, l("args"));
    m_used.functions[listed->first].add(qualified, given);
    const auto arguments = list(given);
    if (!arguments)
        return std::nullopt;
    if (listed->first == l("unnest") && given.size() != 1)
        return refuse(QStringLiteral("it reads from unnest of several arrays"));
    const Fields alias = object(fields, l("alias"));
    const QString name = text(alias, l("aliasname"));
    QStringList columns{!listed->second.isEmpty() ? listed->second : name.isEmpty() ? listed->first : name};
    const bool counted = flag(fields, l("ordinality"));
    if (counted)
        columns += QStringLiteral("ordinality");
    return derived({QStringLiteral("pg_catalog.%1(%2)%3").arg(quoteIdent(listed->first), *arguments, counted ? l(" WITH ORDINALITY") : l("")), columns}, listed->first, alias);
}

std::optional<Composer::FromItem> Composer::join(const Fields &fields)
{
    static const std::map<QString, QString> words{{QStringLiteral("JOIN_INNER"), QStringLiteral("JOIN")},
                                                  {QStringLiteral("JOIN_LEFT"), QStringLiteral("LEFT JOIN")},
                                                  {QStringLiteral("JOIN_RIGHT"), QStringLiteral("RIGHT JOIN")},
                                                  {QStringLiteral("JOIN_FULL"), QStringLiteral("FULL JOIN")}};
    const auto word = words.find(text(fields, l("jointype")));
    const Node condition = child(fields, l("quals"));
    const auto left = word == words.end() ? std::nullopt : fromItem(child(fields, l("larg")));
    if (!left)
        return refuse(QStringLiteral("it joins in a way that is not inspected"));
    const std::vector<Visible> before = m_scopes.back().visible;
    auto &visible = m_scopes.back().visible;
    visible.insert(visible.end(), left->visible.begin(), left->visible.end());
    const auto right = fromItem(child(fields, l("rarg")));
    m_scopes.back().visible = before;
    if (!right)
        return std::nullopt;
    if (fields.has(l("usingClause")) || fields.has(l("isNatural")))
        return joinUsing(fields, word->second, *left, *right);
    FromItem made{{}, left->visible};
    made.visible.insert(made.visible.end(), right->visible.begin(), right->visible.end());
    if (!condition && word->first != l("JOIN_INNER"))
        return refuse(QStringLiteral("it joins in a way that is not inspected"));
    if (!condition) {
        made.text = QStringLiteral("(%1 CROSS JOIN %2)").arg(left->text, right->text);
        return made;
    }
    // The condition sees only the two sides.
    m_scopes.back().visible = made.visible;
    const auto on = expression(condition);
    m_scopes.back().visible = before;
    if (!on)
        return std::nullopt;
    made.text = QStringLiteral("(%1 %2 %3 ON %4)").arg(left->text, word->second, right->text, *on);
    return made;
}

/// The columns of the same name become one, which stands first; those of the two sides stay there for names of two parts.
std::optional<Composer::FromItem> Composer::joinUsing(const Fields &fields, const QString &word, const FromItem &left, const FromItem &right)
{
    const auto occurs = [](const FromItem &item, const QString &name) {
        return std::count_if(item.visible.begin(), item.visible.end(), [&](const Visible &one) { return one.name == name; });
    };
    QStringList merged = names(fields, l("usingClause"));
    const bool natural = flag(fields, l("isNatural"));
    for (std::size_t i = 0; natural && i < left.visible.size(); ++i) {
        if (occurs(right, left.visible[i].name) > 0)
            merged += left.visible[i].name;
    }
    const bool plain = std::all_of(merged.begin(), merged.end(), [&](const QString &name) { return occurs(left, name) == 1 && occurs(right, name) == 1; });
    if (merged.isEmpty() || !plain)
        return refuse(QStringLiteral("it joins by columns that are not clear"));
    m_used.operators[QStringLiteral("=")].searched = true;
    for (const FromItem *item : {&left, &right}) {
        for (const Visible &one : item->visible) {
            if (merged.contains(one.name) && !columnOf(*one.source, one.name))
                return std::nullopt;
        }
    }
    const QString name = text(object(fields, l("join_using_alias")), l("aliasname"));
    const auto source = std::make_shared<Source>(Source{QStringLiteral("a%1").arg(m_aliases++), name, {}, relationOf(name, merged)});
    m_scopes.back().sources.push_back(source);
    FromItem made{QStringLiteral("(%1 %2 %3 USING %4 AS %5)").arg(left.text, word, right.text, inParentheses(merged), source->alias), {}};
    for (const QString &column : merged)
        made.visible.push_back({source, column});
    for (const FromItem *item : {&left, &right})
        std::copy_if(item->visible.begin(), item->visible.end(), std::back_inserter(made.visible), [&](const Visible &one) { return !merged.contains(one.name); });
    return made;
}

} // namespace holdfast::sql
