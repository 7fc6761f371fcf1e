// SPDX-License-Identifier: Apache-2.0
#include "kinds/sql/statements.h"

#include <pg_query.h>
#include <pthread.h>

#include <limits>

namespace holdfast::sql {

namespace {

constexpr qsizetype MaxBytes = 1024LL * 1024;
constexpr std::size_t MaxStatements = 200;
constexpr int MaxDepthOfTree = 1024;

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

Result<std::vector<Statement>, ParseError> parseStatements(const QString &sql, const Reading &reading)
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
    auto json = parseJson(parsed->parse_tree, {std::numeric_limits<qsizetype>::max(), MaxDepthOfTree});
    if (!json)
        return refuse(json.error().kind == JsonError::Kind::TooDeep ? QStringLiteral("the statement is nested too deeply")
                                                                    : QStringLiteral("the parser's tree is not read: %1").arg(json.error().sentence()));
    const auto tree = std::make_shared<const Json>(std::move(*json));
    const Json *list = tree->find(u"stmts");
    if (list == nullptr || list->asArray() == nullptr)
        return std::vector<Statement>();
    if (list->asArray()->size() > MaxStatements)
        return refuse(QStringLiteral("more than 200 statements"));
    std::vector<Statement> statements;
    for (const Json &raw : *list->asArray()) {
        const Json *node = raw.find(u"stmt");
        statements.push_back({node != nullptr ? Node(*node, nullptr) : Node(), source, tree, reading});
    }
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
        if (outside.contains(type) || statement.node.fields.has(QLatin1StringView("concurrent")))
            return QStringLiteral("it contains a statement that cannot run inside a transaction (%1)").arg(type);
    }
    return {};
}

} // namespace holdfast::sql
