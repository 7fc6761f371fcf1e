// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "deparser.h"
#include "tree.h"

#include <map>
#include <random>
#include <set>

namespace holdfast::said {

/// A statement with a canary in it.
struct Planted final
{
    QByteArray text;
    QString base; ///< the statement as it was
    QString place; ///< `SelectStmt.distinct_clause`
    QString how; ///< `wrapped`, `added`, `grafted`, `renamed`, `moved`
    [[nodiscard]] QString kind() const { return place + u' ' + how; }
};

/// Plants canaries in the places of statements' trees. Which kind of node a member takes is learned from the statements and the donors;
/// the places themselves come from the grammar. Kinds of place take turns, so that rare ones are not drowned by frequent ones.
class Planting final
{
public:
    /// `donors`: clauses with canaries. `expressions`: expressions with canaries, `$1` where the planted one's own goes.
    Planting(const Grammar &grammar, const std::vector<QByteArray> &donors, const std::vector<QByteArray> &expressions, quint64 seed);

    /// A statement to plant in; those that do not parse are left out. True if it parsed.
    bool add(const QByteArray &statement);
    /// After the last add: shuffles. `places`: only those, by their keys; empty: all.
    void begin(const QStringList &places = {});
    /// The next planted statement, each only once: by turns the next kind of place, in any statement, and the next statement, in any of its
    /// places. Nullopt when much was tried in vain.
    [[nodiscard]] std::optional<Planted> next();
    [[nodiscard]] int kindsOfPlace() const { return static_cast<int>(m_strata.size()); }
    [[nodiscard]] int tried() const { return m_tried; } ///< trees changed, whether they could be written or not

private:
    enum class How { Wrap, Add, Graft, Rename, Move };
    struct Spot final
    {
        int statement;
        int ordinal;
    };
    struct Stratum final
    {
        QString place;
        How how{};
        std::vector<Spot> spots;
        std::size_t turn = 0;
    };

    void learn(const Message &tree);
    void keepDonors(Tree tree);
    void offer(How how, const QString &key, Spot spot);
    [[nodiscard]] bool isExpression(const Message *node) const;
    [[nodiscard]] std::optional<Planted> plant(const Stratum &stratum, Spot spot);
    [[nodiscard]] bool rename(Message &tree, const Place &place) const;
    [[nodiscard]] bool change(Message &tree, const Place &place, const Message *present, How how);
    [[nodiscard]] Tree expression(const Message *hole);
    [[nodiscard]] const std::vector<const Message *> *donorsFor(const Place &place) const;

    const Grammar &m_grammar;
    Deparser m_deparser;
    std::mt19937_64 m_random;
    std::vector<std::pair<QByteArray, Tree>> m_statements;
    std::vector<Tree> m_expressions; ///< whole trees; the node is their target's value
    std::vector<Tree> m_donorTrees;
    std::map<QString, std::vector<const Message *>> m_donorsByPlace, m_donorsByType;
    std::set<QString> m_takesExpressions; ///< places in which one was seen
    std::map<QString, Stratum> m_strata;
    std::vector<Stratum *> m_order;
    std::vector<std::vector<std::pair<const Stratum *, Spot>>> m_spotsOf; ///< by statement
    std::size_t m_turn = 0;
    std::set<QByteArray> m_made;
    int m_tried = 0;
};

} // namespace holdfast::said
