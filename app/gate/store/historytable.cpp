// SPDX-License-Identifier: Apache-2.0
#include "gate/store/historytable.h"

#include "gate/store/holdcolumns.h"

#include <limits>

namespace holdfast {

namespace {

#define HISTORY_FILTER                                                                                                         \
    " row < ?1 AND (?2 IS NULL OR tier = ?2) AND (?3 IS NULL OR environment = ?3) AND (?4 IS NULL OR actor = ?4 OR person = ?4)" \
    " AND (?5 IS NULL OR state = ?5) AND (?6 IS NULL OR outcome = ?6) AND (?7 IS NULL OR kind = ?7) AND (?8 IS NULL OR target = ?8)" \
    " AND (?9 IS NULL OR opened_at < ?9) AND (?10 IS NULL OR opened_at >= ?10)"
#define HISTORY_PLAIN " FROM holds WHERE" HISTORY_FILTER " ORDER BY row DESC LIMIT ?11"
#define HISTORY_WORDS " FROM history JOIN holds ON holds.row = history.rowid WHERE" HISTORY_FILTER \
                      " AND history MATCH ?12 ORDER BY history.rowid DESC LIMIT ?11"

// Words become prefix terms that all must occur. A term holds letters and digits only, so nothing in it is syntax, and it is
// one token: the index keeps no positions, and a phrase would need them.
QString matchExpression(const QStringList &words)
{
    QStringList terms;
    for (const QString &word : words) {
        QString term;
        for (const char32_t character : word.toUcs4())
            term += QChar::isLetterOrNumber(character) ? QString::fromUcs4(&character, 1) : QStringLiteral(" ");
        for (const QString &part : term.split(QLatin1Char(' '), Qt::SkipEmptyParts))
            terms.append(QStringLiteral("\"%1\"*").arg(part));
    }
    terms.removeDuplicates();
    return terms.join(QStringLiteral(" AND "));
}

void bindFilter(Query &query, const HistoryFilter &filter, std::int64_t below, int limit)
{
    query.bind(below).bind(filter.tier).bind(filter.environment).bind(filter.requester).bind(filter.state).bind(filter.outcome)
        .bind(filter.kind).bind(filter.target).bind(filter.before).bind(filter.after).bind(limit);
}

} // namespace

void HistoryTable::index(std::int64_t row, const QString &text)
{
    QString known;
    {
        Query query(m_database, "SELECT text FROM history_text WHERE row = ?");
        query.bind(row);
        if (query.step())
            known = query.text(0);
    }
    if (known == text)
        return;
    // A contentless index forgets a row only when it is told the text again.
    if (!known.isEmpty())
        Query(m_database, "INSERT INTO history (history, rowid, text) VALUES ('delete', ?, ?)").bind(row).bind(known).run();
    Query(m_database, "INSERT INTO history (rowid, text) VALUES (?, ?)").bind(row).bind(text).run();
    Query(m_database, "INSERT OR REPLACE INTO history_text (row, text) VALUES (?, ?)").bind(row).bind(text).run();
}

std::vector<HoldRow> HistoryTable::search(const HistoryFilter &filter, std::int64_t below, int limit) const
{
    const QString match = matchExpression(filter.words);
    Query query(m_database, match.isEmpty() ? "SELECT " HOLD_COLUMNS HISTORY_PLAIN : "SELECT " HOLD_COLUMNS HISTORY_WORDS);
    bindFilter(query, filter, below, limit);
    if (!match.isEmpty())
        query.bind(match);
    std::vector<HoldRow> found;
    while (query.step())
        found.push_back(holdRowOf(query));
    return found;
}

std::int64_t HistoryTable::count(const HistoryFilter &filter, int limit) const
{
    const QString match = matchExpression(filter.words);
    Query query(m_database, match.isEmpty() ? "SELECT count(*) FROM (SELECT 1" HISTORY_PLAIN ")" : "SELECT count(*) FROM (SELECT 1" HISTORY_WORDS ")");
    bindFilter(query, filter, std::numeric_limits<std::int64_t>::max(), limit);
    if (!match.isEmpty())
        query.bind(match);
    return query.step() ? query.integer(0) : 0;
}

} // namespace holdfast
