// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.h"

#include <QJsonObject>
#include <QString>

#include <vector>

namespace holdfast::sql {

/// A node of libpg_query's tree: `{"DeleteStmt": {…}}`. In `fields`, members that are zero, false or empty are absent.
struct Node final
{
    QString type; ///< `DeleteStmt`; empty when there is no node
    QJsonObject fields;

    [[nodiscard]] explicit operator bool() const { return !type.isEmpty(); }
    [[nodiscard]] bool is(QLatin1StringView name) const { return type == name; }
};
[[nodiscard]] Node nodeOf(const QJsonValue &value);
/// The member as a node, or an empty one.
[[nodiscard]] Node child(const QJsonObject &fields, QLatin1StringView name);
[[nodiscard]] std::vector<Node> children(const QJsonObject &fields, QLatin1StringView name);
/// The texts of a list of String nodes: a name with its qualifiers.
[[nodiscard]] QStringList names(const QJsonObject &fields, QLatin1StringView name);
[[nodiscard]] QString text(const QJsonObject &fields, QLatin1StringView name);

struct Statement final
{
    Node node;
    /// The whole text that was parsed, in UTF-8: `location` members are byte offsets into it. libpg_query 15 writes every integer
    /// constant below one as an absent member, so that such a constant can be known only from its text.
    std::shared_ptr<const QByteArray> source;
};

struct ParseError final
{
    QString message; ///< the parser's
    int position = 0; ///< character from 1, 0 when unknown
};

/// Parses with the grammar of PostgreSQL 15. At most 1 MiB and 200 statements.
[[nodiscard]] Result<std::vector<Statement>, ParseError> parseStatements(const QString &sql);

/// Why the text cannot be run inside the gate's transaction; empty when it can.
[[nodiscard]] QString whyNotTransactional(const std::vector<Statement> &statements);

} // namespace holdfast::sql
