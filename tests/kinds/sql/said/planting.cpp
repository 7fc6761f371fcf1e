// SPDX-License-Identifier: Apache-2.0
#include "planting.h"

#include <algorithm>

namespace holdfast::said {

namespace {

/// Members that hold the parts of a name.
bool isName(const Message *node)
{
    const Message *value = node ? held(*node) : nullptr;
    return value && typeOf(*value) == QLatin1StringView("String");
}

bool isRelation(const Message *node) { return node && typeOf(unwrapped(*node)) == QLatin1StringView("RangeVar"); }

bool holdsCanary(const Message &message) { return message.SerializeAsString().find("said") != std::string::npos; }

const Message *firstTarget(const Message &tree)
{
    const Message *found = nullptr;
    visitPlaces(tree, [&](const Place &place, const Message *present) {
        if (!found && present && place.key() == QLatin1StringView("ResTarget.val"))
            found = present;
    });
    return found;
}

} // namespace

Planting::Planting(const Grammar &grammar, const std::vector<QByteArray> &donors, const std::vector<QByteArray> &expressions, quint64 seed)
    : m_grammar(grammar), m_random(seed)
{
    for (const QByteArray &text : expressions) {
        Tree tree = grammar.parse("SELECT " + text);
        if (!tree)
            qFatal("an expression does not parse: %s", text.constData());
        m_expressions.push_back(std::move(tree));
    }
    for (const QByteArray &text : donors) {
        Tree tree = grammar.parse(text);
        if (!tree)
            qFatal("a donor does not parse: %s", text.constData());
        learn(*tree);
        keepDonors(std::move(tree));
    }
}

bool Planting::isExpression(const Message *node) const
{
    static const std::set<QString> kinds = [] {
        std::set<QString> made;
        for (const QString &kind : QStringLiteral("A_Const ColumnRef FuncCall A_Expr BoolExpr TypeCast CaseExpr CoalesceExpr MinMaxExpr NullTest BooleanTest SubLink "
                                                  "A_ArrayExpr RowExpr SQLValueFunction A_Indirection CollateClause XmlExpr SetToDefault NamedArgExpr")
                                       .split(u' '))
            made.insert(kind);
        return made;
    }();
    const Message *value = node ? held(*node) : nullptr;
    return value && kinds.contains(typeOf(*value));
}

void Planting::learn(const Message &tree)
{
    visitPlaces(tree, [&](const Place &place, const Message *present) {
        if (present && place.takesNode() && isExpression(present))
            m_takesExpressions.insert(place.key());
    });
}

void Planting::keepDonors(Tree tree)
{
    visitPlaces(*tree, [&](const Place &place, const Message *present) {
        if (!present || !holdsCanary(*present))
            return;
        if (place.takesNode())
            m_donorsByPlace[place.key()].push_back(present);
        else
            m_donorsByType[typeOf(*present)].push_back(present);
        if (const Message *value = place.takesNode() ? held(*present) : nullptr)
            m_donorsByType[typeOf(*value)].push_back(value);
    });
    m_donorTrees.push_back(std::move(tree));
}

const std::vector<const Message *> *Planting::donorsFor(const Place &place) const
{
    const auto &from = place.takesNode() ? m_donorsByPlace : m_donorsByType;
    const auto found = from.find(place.takesNode() ? place.key() : QString::fromStdString(place.field().message_type()->name()));
    return found == from.end() ? nullptr : &found->second;
}

bool Planting::add(const QByteArray &statement)
{
    Tree tree = m_grammar.parse(statement);
    if (!tree)
        return false;
    learn(*tree);
    if (const auto written = m_deparser.write(tree->SerializeAsString()))
        m_made.insert(*written); // what comes out unchanged was not planted
    m_statements.emplace_back(statement, std::move(tree));
    return true;
}

namespace {

QString wordOf(int how)
{
    static const QStringList words{QStringLiteral("wrapped"), QStringLiteral("added"), QStringLiteral("grafted"), QStringLiteral("renamed"), QStringLiteral("moved")};
    return words.value(how);
}

} // namespace

void Planting::offer(How how, const QString &key, Spot spot)
{
    Stratum &stratum = m_strata[key + u' ' + wordOf(static_cast<int>(how))];
    stratum.place = key;
    stratum.how = how;
    stratum.spots.push_back(spot);
    m_spotsOf.back().emplace_back(&stratum, spot);
}

void Planting::begin(const QStringList &places)
{
    for (int i = 0; i < static_cast<int>(m_statements.size()); ++i) {
        int ordinal = 0;
        m_spotsOf.emplace_back();
        visitPlaces(*m_statements[static_cast<std::size_t>(i)].second, [&](const Place &place, const Message *present) {
            const Spot spot{i, ordinal++};
            if (!places.isEmpty() && !places.contains(place.key()))
                return;
            if (place.takesNode() && isExpression(present))
                offer(How::Wrap, place.key(), spot);
            if (place.takesNode() && !present && m_takesExpressions.contains(place.key()))
                offer(How::Add, place.key(), spot);
            if (donorsFor(place))
                offer(How::Graft, place.key(), spot);
            if (present && place.path.back().index == 0 && isName(present))
                offer(How::Rename, place.key(), spot);
            if (isRelation(present))
                offer(How::Move, place.key(), spot);
        });
    }
    for (auto &[name, stratum] : m_strata) {
        std::shuffle(stratum.spots.begin(), stratum.spots.end(), m_random);
        m_order.push_back(&stratum);
    }
    std::shuffle(m_order.begin(), m_order.end(), m_random);
}

Tree Planting::expression(const Message *hole)
{
    const Tree &chosen = m_expressions[m_random() % m_expressions.size()];
    Tree node = m_grammar.emptyNode();
    node->CopyFrom(*firstTarget(*chosen));
    Tree instead;
    if (!hole) {
        const Tree one = m_grammar.parse("SELECT 1");
        instead = m_grammar.emptyNode();
        instead->CopyFrom(*firstTarget(*one));
    }
    const Message &filling = hole ? *hole : *instead;
    const auto fill = [&](Message &below) {
        const Message *value = held(below);
        if (value && typeOf(*value) == QLatin1StringView("ParamRef"))
            below.CopyFrom(filling);
    };
    visitNodes(*node, fill);
    return node;
}

/// A name becomes one in the canaries' schema.
bool Planting::rename(Message &tree, const Place &place) const
{
    const std::vector<std::string> parts = namesAt(tree, place);
    if (parts.empty())
        return false;
    std::vector<Tree> nodes;
    nodes.push_back(m_grammar.textNode("said"));
    nodes.push_back(m_grammar.textNode(parts.back()));
    replaceList(tree, place, nodes);
    return true;
}

bool Planting::change(Message &tree, const Place &place, const Message *present, How how)
{
    if (how == How::Rename)
        return rename(tree, place);
    if (how == How::Move) {
        setText(unwrapped(messageAt(tree, place)), "schemaname", m_random() % 2 == 0 ? "said" : "trapped");
        return true;
    }
    if (how == How::Graft) {
        const auto *donors = donorsFor(place);
        const Message *donor = (*donors)[m_random() % donors->size()];
        messageAt(tree, place).CopyFrom(*donor);
        return true;
    }
    const Tree made = expression(present);
    messageAt(tree, place).CopyFrom(*made);
    return true;
}

std::optional<Planted> Planting::plant(const Stratum &stratum, Spot spot)
{
    const auto &[text, original] = m_statements[static_cast<std::size_t>(spot.statement)];
    Tree tree(original->New());
    tree->CopyFrom(*original);
    std::optional<Place> chosen;
    const Message *present = nullptr;
    int ordinal = 0;
    visitPlaces(*original, [&](const Place &place, const Message *there) {
        if (ordinal++ == spot.ordinal) {
            chosen = place;
            present = there;
        }
    });
    ++m_tried;
    if (!chosen || !change(*tree, *chosen, present, stratum.how))
        return std::nullopt;
    const auto written = m_deparser.write(tree->SerializeAsString());
    if (!written || !m_grammar.parse(*written) || !m_made.insert(*written).second)
        return std::nullopt;
    return Planted{*written, QString::fromUtf8(text), stratum.place, wordOf(static_cast<int>(stratum.how))};
}

std::optional<Planted> Planting::next()
{
    constexpr int patience = 20000;
    for (int attempt = 0; attempt < patience && !m_order.empty(); ++attempt) {
        const std::size_t turn = m_turn++;
        Stratum &next = *m_order[turn / 2 % m_order.size()];
        const auto &spots = m_spotsOf[turn / 2 % m_spotsOf.size()];
        if (turn % 2 == 0) {
            if (auto planted = plant(next, next.spots[next.turn++ % next.spots.size()]))
                return planted;
        } else if (!spots.empty()) {
            const auto &[stratum, spot] = spots[m_random() % spots.size()];
            if (auto planted = plant(*stratum, spot))
                return planted;
        }
    }
    return std::nullopt;
}

} // namespace holdfast::said
