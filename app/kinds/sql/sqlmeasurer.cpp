// SPDX-License-Identifier: Apache-2.0
#include "kinds/sql/sqlmeasurer.h"

#include "kinds/sql/bystanders.h"
#include "kinds/sql/combine.h"
#include "kinds/sql/conclude.h"
#include "kinds/sql/latin.h"
#include "kinds/sql/measurestatement.h"
#include "kinds/sql/notices.h"
#include "kinds/sql/truncatehints.h"

#include <algorithm>

namespace holdfast {

namespace sql {

namespace {

/// A measurement in which nothing could be counted.
MeasureOutput nothingKnown(const MeasureInput &input, const QString &reason, const Session *session, const LiveIdentity *live,
                           const Recognition &recognition)
{
    Effects effects;
    effects.destroys = true;
    effects.changes = true;
    unknownRows(effects, reason);
    return conclude(input, std::move(effects), session, live, recognition);
}

Expected expectedOf(const Effects &effects)
{
    static const QStringList relations{QStringLiteral("table"), QStringLiteral("view"), QStringLiteral("materialized view"),
                                       QStringLiteral("foreign table"), QStringLiteral("sequence")};
    constexpr Oid pgClass = 1259;
    Expected expected;
    expected.whole = effects.wholeTables;
    for (const LostObject &object : effects.objects) {
        if (object.column == 0 && relations.contains(object.type))
            expected.vanishing.insert(object.oid);
        if (object.catalog == pgClass)
            expected.written.insert(object.oid);
    }
    for (const auto &[oid, lock] : effects.locked) {
        if (lock >= Lock::RowExclusive)
            expected.written.insert(oid);
    }
    expected.read = effects.uninspectable.isEmpty();
    expected.reading = expected.read && !effects.destroys && !effects.changes && !effects.adds && effects.lock <= Lock::AccessShare;
    return expected;
}

} // namespace

Result<QString, QString> statementsOf(const MeasureInput &input)
{
    const auto *action = std::get_if<SqlAction>(&input.request->action);
    if (!action)
        return Failure{QStringLiteral("the request carries no SQL")};
    if (action->statements)
        return *action->statements;
    const auto bytes = action->blob && input.blobs ? input.blobs(action->blob->digest) : std::nullopt;
    if (!bytes)
        return Failure{QStringLiteral("the blob that holds the statements is not there")};
    const QString text = QString::fromUtf8(*bytes);
    if (text.toUtf8() != *bytes)
        return Failure{QStringLiteral("the blob that holds the statements is not UTF-8")};
    return text;
}

Effects measureStatements(const Session &session, const std::vector<Statement> &statements)
{
    const Catalog catalog(session);
    const auto keys = ForeignKeys::load(session);
    if (!keys) {
        Effects all;
        all.destroys = all.changes = all.unread = true;
        unknownRows(all, QStringLiteral("the foreign keys could not be read: %1").arg(keys.error()));
        return all;
    }
    const Measuring measuring{catalog, *keys};
    std::vector<Effects> each;
    bool unread = false;
    QStringList made;
    for (std::size_t i = 0; i < statements.size(); ++i) {
        bool now = unread;
        const auto named = std::find_if(made.begin(), made.end(), [&](const QString &name) { return statements[i].node.mentions(name); });
        for (Effects &one : measureStatement(measuring, statements[i])) {
            one.statement = i;
            if (one.operation == QLatin1StringView("database.truncate"))
                explainTruncate(measuring, one);
            boundByChoice(one);
            boundByCode(one);
            // Unread code may have set the search_path, made a function, or changed any row.
            if (unread && statements[i].reading.strict)
                takeBack(QStringLiteral("an earlier statement is not wholly inspected: what %1 finds is not known").arg(one.operation), one);
            if (named != made.end())
                takeBack(QStringLiteral("it names %1, which an earlier statement makes or drops").arg(displayIdent(*named)), one);
            now = now || one.unread || one.uninspectable.size() > one.code.reasons;
            made += one.makes;
            each.push_back(std::move(one));
        }
        unread = now;
    }
    Effects all = combine(measuring, std::move(each));
    noteSecrets(catalog, all);
    return all;
}

MeasureOutput measureOn(const Session &session, const MeasureInput &input, const std::vector<Statement> &statements, const QString &dataDirectory,
                        Expected *expected)
{
    auto live = askIdentity(session.db);
    if (live && live->dataDirectory.isEmpty())
        live->dataDirectory = dataDirectory;
    const Recognition recognition =
        live ? recognise(*live, input) : unrecognised(QStringLiteral("the server's identity could not be read: %1").arg(live.error().toString()));
    Effects effects = measureStatements(session, statements);
    if (!effects.uninspectable.isEmpty() && !session.login.beyond.isEmpty())
        effects.note(QStringLiteral("code that was not read could %1: what it does may stay unseen, before COMMIT and in the receipt")
                         .arg(session.login.beyond.join(l("; "))));
    if (expected)
        *expected = expectedOf(effects);
    return conclude(input, std::move(effects), &session, live ? &*live : nullptr, recognition);
}

namespace {

using ParsedText = Result<std::vector<Statement>, ParseError>;

QString whyUnparsed(const ParsedText &statements)
{
    return statements
        ? QStringLiteral("there is no statement")
        : QStringLiteral("the statements could not be parsed: %1 (character %2)")
            .arg(statements.error().message, QString::number(statements.error().position));
}

MeasureOutput measureParsed(const MeasureInput &input, const ParsedText &statements)
{
    const auto session = openMeasuring(*input.target, input.credential, input.at);
    if (!session) {
        const QString why = QStringLiteral("the database could not be asked: %1").arg(session.error().toString());
        return nothingKnown(input, why, nullptr, nullptr, unrecognised(why));
    }
    if (statements && !statements->empty())
        return measureOn(*session, input, *statements);
    const auto live = askIdentity(session->db);
    return nothingKnown(input, whyUnparsed(statements), &*session, live ? &*live : nullptr,
                        live ? recognise(*live, input)
                             : unrecognised(QStringLiteral("the server's identity could not be read: %1").arg(live.error().toString())));
}

} // namespace
} // namespace sql

MeasureOutput SqlMeasurer::measure(const MeasureInput &input) const
{
    using namespace sql;
    const auto text = statementsOf(input);
    const auto statements = text ? parseStatements(*text, m_reading) : Result<std::vector<Statement>, ParseError>(Failure{ParseError{text.error(), 0}});
    MeasureOutput output = measureParsed(input, statements);
    // What the performer would answer whatever the database says: nobody need approve it first.
    const QString never = statements ? whyNotTransactional(*statements) : whyUnparsed(statements);
    if (!never.isEmpty())
        output.measurement.facts.insert(output.measurement.facts.begin(), stopFact({never}, input.at));
    return output;
}

} // namespace holdfast
