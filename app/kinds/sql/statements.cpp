// SPDX-License-Identifier: Apache-2.0
#include "kinds/sql/statements.h"

#include <QJsonArray>
#include <QJsonDocument>

#include <pg_query.h>
#include <pthread.h>

#include <memory>

namespace holdfast::sql {

namespace {

constexpr qsizetype MaxBytes = 1024LL * 1024;
constexpr qsizetype MaxStatements = 200;

struct FreeParse final
{
    void operator()(PgQueryParseResult *result) const
    {
        pg_query_free_parse_result(*result);
        delete result;
    }
};

// libpg_query writes its tree by recursion without a limit: `1+1+1+…` of 200 kB ends a thread of 8 MiB. 1 MiB of text was seen to need less than 64 MiB.
constexpr std::size_t StackBytes = 256UL * 1024 * 1024;

struct Parsing final
{
    const char *text;
    std::unique_ptr<PgQueryParseResult, FreeParse> result;
};

void *parseHere(void *argument)
{
    auto *parsing = static_cast<Parsing *>(argument);
    parsing->result.reset(new PgQueryParseResult(pg_query_parse(parsing->text)));
    return nullptr;
}

/// Parses on a thread with room for the deepest tree; null when there is no memory for one.
std::unique_ptr<PgQueryParseResult, FreeParse> parseWithRoom(const QByteArray &text)
{
    Parsing parsing{text.constData(), {}};
    pthread_attr_t attributes;
    pthread_t thread{};
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, StackBytes);
    if (pthread_create(&thread, &attributes, parseHere, &parsing) == 0)
        pthread_join(thread, nullptr);
    pthread_attr_destroy(&attributes);
    return std::move(parsing.result);
}

Result<std::vector<Statement>, ParseError> refuse(QString message) { return Failure{ParseError{std::move(message), 0}}; }

} // namespace

Node nodeOf(const QJsonValue &value)
{
    const QJsonObject object = value.toObject();
    if (object.size() != 1)
        return {};
    return {object.begin().key(), object.begin().value().toObject()};
}

Node child(const QJsonObject &fields, QLatin1StringView name) { return nodeOf(fields.value(name)); }

std::vector<Node> children(const QJsonObject &fields, QLatin1StringView name)
{
    std::vector<Node> nodes;
    for (const auto &value : fields.value(name).toArray())
        nodes.push_back(nodeOf(value));
    return nodes;
}

QStringList names(const QJsonObject &fields, QLatin1StringView name)
{
    QStringList list;
    for (const Node &node : children(fields, name))
        list += text(node.fields, QLatin1StringView("sval"));
    return list;
}

QString text(const QJsonObject &fields, QLatin1StringView name) { return fields.value(name).toString(); }

Result<std::vector<Statement>, ParseError> parseStatements(const QString &sql)
{
    const auto source = std::make_shared<const QByteArray>(sql.toUtf8());
    if (source->size() > MaxBytes)
        return refuse(QStringLiteral("the text is larger than 1 MiB"));
    if (source->contains('\0'))
        return refuse(QStringLiteral("the text contains U+0000"));
    const auto parsed = parseWithRoom(*source);
    if (!parsed)
        return refuse(QStringLiteral("there is no memory to parse it"));
    if (parsed->error)
        return Failure{ParseError{QString::fromUtf8(parsed->error->message), parsed->error->cursorpos}};
    QJsonParseError jsonError{};
    const QJsonDocument tree =
        QJsonDocument::fromJson(QByteArray::fromRawData(parsed->parse_tree, static_cast<qsizetype>(qstrlen(parsed->parse_tree))), &jsonError);
    if (jsonError.error != QJsonParseError::NoError)
        return refuse(QStringLiteral("the statement is nested too deeply"));
    const QJsonArray list = tree.object().value(QLatin1StringView("stmts")).toArray();
    if (list.size() > MaxStatements)
        return refuse(QStringLiteral("more than 200 statements"));
    std::vector<Statement> statements;
    for (const auto &value : list)
        statements.push_back({nodeOf(value.toObject().value(QLatin1StringView("stmt"))), source});
    return statements;
}

QString whyNotTransactional(const std::vector<Statement> &statements)
{
    static const QStringList outside{QStringLiteral("CreatedbStmt"),    QStringLiteral("DropdbStmt"),           QStringLiteral("VacuumStmt"),
                                     QStringLiteral("AlterSystemStmt"), QStringLiteral("CreateTableSpaceStmt"), QStringLiteral("DropTableSpaceStmt"),
                                     QStringLiteral("ClusterStmt"),     QStringLiteral("AlterDatabaseStmt")};
    for (const Statement &statement : statements) {
        const QString &type = statement.node.type;
        if (type == QLatin1StringView("TransactionStmt"))
            return QStringLiteral("it contains transaction control: the gate alone begins and commits");
        if (outside.contains(type) || statement.node.fields.contains(QLatin1StringView("concurrent")))
            return QStringLiteral("it contains a statement that cannot run inside a transaction (%1)").arg(type);
    }
    return {};
}

} // namespace holdfast::sql
