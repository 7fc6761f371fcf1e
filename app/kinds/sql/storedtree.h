// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QStringList>

#include <utility>
#include <vector>

namespace holdfast::sql {

/// An expression as the server stores it (pg_node_tree): `{OPEXPR :opno 96 … :args ({VAR …} {CONST …})}`. Names that people gave are escaped in it,
/// so that none of them opens or closes a node.
struct StoredTree final
{
    QString type; ///< `OPEXPR`; empty: what stands there is no node
    std::vector<std::pair<QString, QString>> words; ///< by member, in order
    std::vector<StoredTree> parts; ///< nodes in order; those of lists one by one

    [[nodiscard]] static StoredTree parse(const QString &text);
    [[nodiscard]] QString word(QLatin1StringView member) const; ///< the first, or nothing
    /// What it calls, be it by an operator; 0 when it calls nothing. Where the operator's function is not written down: the operator.
    [[nodiscard]] quint32 function() const;
};

} // namespace holdfast::sql
