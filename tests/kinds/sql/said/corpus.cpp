// SPDX-License-Identifier: Apache-2.0
#include "corpus.h"

#include "kinds/sql/execution.h"

#include <QDirIterator>
#include <QFile>
#include <QRegularExpression>

#include <algorithm>

namespace holdfast::said {

namespace {

constexpr qsizetype longest = 16 * 1024; ///< a dump's rows are all alike

QString nameOf(const Message &rangeVar)
{
    const auto get = [&](const char *field) {
        return QString::fromStdString(rangeVar.GetReflection()->GetString(rangeVar, rangeVar.GetDescriptor()->FindFieldByName(field)));
    };
    const QString schema = get("schemaname");
    return (schema.isEmpty() ? QString() : quoteIdent(schema) + u'.') + quoteIdent(get("relname"));
}

/// Every relation that a statement names.
QStringList relationsOf(const Grammar &grammar, const QByteArray &statement)
{
    QStringList names;
    const Tree tree = grammar.parse(statement);
    visitPlaces(*tree, [&](const Place &, const Message *present) {
        const Message *value = present && typeOf(*present) == QLatin1StringView("Node") ? held(*present) : present;
        if (value && typeOf(*value) == QLatin1StringView("RangeVar"))
            names += nameOf(*value);
    });
    names.removeDuplicates();
    return names;
}

/// `"a"."b"` of the server's `a.b`.
QString quoted(const QString &name)
{
    QStringList parts = name.split(u'.');
    for (QString &part : parts)
        part = quoteIdent(part.remove(u'"'));
    return parts.join(u'.');
}

QString makeFunction(const QString &name, const QString &arguments)
{
    QString types = arguments;
    types.replace(QLatin1StringView("unknown"), QLatin1StringView("text")).remove(QRegularExpression(QStringLiteral("\\w+ => ")));
    return QStringLiteral("CREATE FUNCTION %1(%2) RETURNS int LANGUAGE sql AS 'SELECT 1'").arg(quoted(name), types);
}

} // namespace

Corpus::Corpus(const Grammar &grammar, const QString &folder) : m_grammar(grammar)
{
    static const QRegularExpression create(QStringLiteral("^\\s*create\\s+table\\s+(?:if\\s+not\\s+exists\\s+)?(?:[\\w\"]+\\.)?\"?(\\w+)\"?\\s*\\("),
                                           QRegularExpression::CaseInsensitiveOption);
    QStringList files;
    QDirIterator each(folder, {QStringLiteral("*.sql")}, QDir::Files, QDirIterator::Subdirectories);
    while (each.hasNext())
        files += each.next();
    files.sort();
    std::set<QByteArray> known;
    for (const QString &path : files) {
        QFile file(path);
        if (!file.open(QIODevice::ReadOnly))
            qFatal("%s cannot be read", qPrintable(path));
        for (const QByteArray &text : splitStatements(file.readAll())) {
            if (text.isEmpty() || text.size() > longest || !known.insert(text).second || !grammar.parse(text))
                continue;
            m_statements.push_back(text);
            if (const auto match = create.match(QString::fromUtf8(text)); match.hasMatch())
                m_creates.try_emplace(match.captured(1).toLower(), QString::fromUtf8(text));
        }
    }
}

QString Corpus::makeRelation(const QString &name) const
{
    const auto known = m_creates.find(name.section(u'.', -1).remove(u'"').toLower());
    if (known != m_creates.end())
        return known->second;
    return QStringLiteral("CREATE TABLE %1 (id int, a int, b int, c int, name text)").arg(quoted(name));
}

/// What would answer the server's complaint; empty when nothing simple would.
QString Corpus::repair(const sql::PgError &error, const QByteArray &statement) const
{
    static const QRegularExpression named(QStringLiteral("\"([^\"]+)\"")), ofRelation(QStringLiteral("column \"([^\"]+)\" of relation \"([^\"]+)\"")),
        qualified(QStringLiteral("column ([^\" ]+)\\.([^\" ]+) does")), function(QStringLiteral("^function ([^(]+)\\((.*)\\) does not exist"));
    const QString name = named.match(error.message).captured(1);
    if (error.sqlstate == QLatin1StringView("42P01"))
        return makeRelation(name);
    if (error.sqlstate == QLatin1StringView("3F000"))
        return QStringLiteral("CREATE SCHEMA %1").arg(quoteIdent(name));
    if (error.sqlstate == QLatin1StringView("42704") && error.message.startsWith(QLatin1StringView("role")))
        return QStringLiteral("CREATE ROLE %1").arg(quoteIdent(name));
    if (error.sqlstate == QLatin1StringView("42704") && error.message.startsWith(QLatin1StringView("type")))
        return QStringLiteral("CREATE DOMAIN %1 AS int").arg(quoted(name));
    if (const auto match = function.match(error.message); match.hasMatch())
        return makeFunction(match.captured(1), match.captured(2));
    if (error.sqlstate != QLatin1StringView("42703"))
        return {};
    const QString add = QStringLiteral("ALTER TABLE IF EXISTS %1 ADD COLUMN IF NOT EXISTS %2 int;");
    if (const auto match = ofRelation.match(error.message); match.hasMatch())
        return add.arg(quoted(match.captured(2)), quoteIdent(match.captured(1)));
    const auto match = qualified.match(error.message);
    QString repairs;
    for (const QString &relation : relationsOf(m_grammar, statement))
        repairs += add.arg(relation, quoteIdent(match.hasMatch() ? match.captured(2) : name));
    return repairs;
}

bool Corpus::settle(const sql::PgConnection &db, const QByteArray &statement) const
{
    constexpr int patience = 12;
    QStringList repairs;
    for (int attempt = 0; attempt < patience; ++attempt) {
        bool made = static_cast<bool>(db.run(QStringLiteral("BEGIN")));
        for (const QString &one : repairs)
            made = made && !sql::execute(db, one).error;
        const auto answer = made ? sql::execute(db, QString::fromUtf8(statement)) : sql::Executed{};
        static_cast<void>(db.run(QStringLiteral("ROLLBACK")));
        if (!made || answer.connectionLost)
            return false;
        if (!answer.error) {
            for (const QString &one : repairs)
                static_cast<void>(sql::execute(db, one));
            return true;
        }
        const QString next = repair(*answer.error, statement);
        if (next.isEmpty() || repairs.contains(next))
            return false;
        repairs += next;
    }
    return false;
}

} // namespace holdfast::said
