// SPDX-License-Identifier: Apache-2.0
#include "gate/lifecycle/consoles.h"

#include "config/policyreader.h"

#include <limits>

namespace holdfast {

namespace {

constexpr qsizetype longestQuery = 512; ///< each word of it is looked up
constexpr int countedHits = 1000;
const QString openPage = QStringLiteral("o");
const QString missedPage = QStringLiteral("m");

/// `o<row>` while open holds are listed, then `m<sequence>` for what ended.
std::optional<std::pair<QString, std::int64_t>> pageOf(const std::optional<QString> &after)
{
    if (!after)
        return std::pair(openPage, std::int64_t{0});
    bool ok = false;
    const qlonglong number = QStringView(*after).mid(1).toLongLong(&ok);
    const QString list = after->left(1);
    if (!ok || number < 0 || (list != openPage && list != missedPage))
        return std::nullopt;
    return std::pair(list, std::int64_t{number});
}

} // namespace

Answer Consoles::subscribe(const Caller &caller, const Json &params)
{
    const auto given = read<SubscribeParams>(params);
    if (!given)
        return given.error();
    const auto page = pageOf(given->after);
    if (!page)
        return Refused(RpcError::invalidParams(QStringLiteral("$.after: not what this gate gave")));
    // From here on nothing is missed: whatever this turn and later ones change is notified after this answer.
    m_context.connections.find(caller.connection)->subscribed = true;
    SubscribeResult result;
    result.cursor = m_context.book.size();
    const int room = limit::Page;
    std::int64_t missedAfter = page->first == missedPage ? page->second : 0;
    if (page->first == openPage) {
        const auto open = m_context.store.holds.open(page->second, room + 1);
        for (std::size_t i = 0; i < open.size() && i < static_cast<std::size_t>(room); ++i)
            result.holds.push_back(m_holds.head(open[i]));
        if (open.size() > static_cast<std::size_t>(room)) {
            result.after = openPage + QString::number(open[static_cast<std::size_t>(room) - 1].row);
            return result.toJson();
        }
    }
    const int left = room - static_cast<int>(result.holds.size());
    if (given->cursor) {
        const auto ended = m_context.store.holds.endedSince(*given->cursor, missedAfter, left + 1);
        for (std::size_t i = 0; i < ended.size() && i < static_cast<std::size_t>(left); ++i) {
            result.missed.push_back(m_holds.head(ended[i]));
            missedAfter = ended[i].sequence;
        }
        if (ended.size() > static_cast<std::size_t>(left))
            result.after = missedPage + QString::number(missedAfter);
    }
    return result.toJson();
}

Answer Consoles::get(const Caller &, const Json &params)
{
    const auto given = read<HoldParams>(params);
    if (!given)
        return given.error();
    const auto hold = m_context.store.holds.find(given->hold);
    if (!hold)
        return Refused(ErrorCode::NotFound, QStringLiteral("$.hold: no such hold"));
    auto request = m_context.book.document(hold->requestDocument);
    if (!request)
        return Refused(ErrorCode::Unavailable, QStringLiteral("the request cannot be read"));
    HoldDocuments view{m_holds.head(*hold), std::move(*request), {}, {}};
    if (hold->holdDocument)
        view.current = m_context.book.document(*hold->holdDocument);
    for (const DocumentPlace &place : m_context.store.ledger.documentsOf(hold->id))
        view.documents.push_back({toString(place.kind), place.index, place.id});
    return view.toJson();
}

Answer Consoles::document(const Caller &, const Json &params)
{
    const auto given = read<DocumentParams>(params);
    if (!given)
        return given.error();
    const auto place = m_context.store.ledger.document(given->idDigest);
    auto entry = place ? m_context.book.entry(place->index) : std::nullopt;
    if (!entry)
        return Refused(ErrorCode::NotFound, QStringLiteral("$.id_digest: no such document"));
    return DocumentResult{std::move(entry->envelope), place->index}.toJson();
}

HistoryItem Consoles::item(const HoldRow &hold) const
{
    return {m_holds.head(hold), hold.summary, hold.operation, hold.environment, hold.actor, hold.tier, hold.outcome, hold.decidedMs};
}

Answer Consoles::search(const Caller &, const Json &params)
{
    const auto given = read<SearchParams>(params);
    if (!given)
        return given.error();
    if (given->query.size() > longestQuery)
        return Refused(RpcError::invalidParams(QStringLiteral("$.query: at most %1 characters").arg(longestQuery)));
    const auto filter = parseFilter(given->query);
    if (!filter)
        return Refused(RpcError::invalidParams(QStringLiteral("$.query: before: and after: want a date like 2026-11-22")));
    std::int64_t below = std::numeric_limits<std::int64_t>::max();
    bool ok = true;
    if (given->after)
        below = given->after->toLongLong(&ok);
    if (!ok)
        return Refused(RpcError::invalidParams(QStringLiteral("$.after: not what this gate gave")));
    const int wanted = static_cast<int>(given->limit);
    const auto rows = m_context.store.history.search(*filter, below, wanted + 1);
    SearchResult result;
    for (std::size_t i = 0; i < rows.size() && i < static_cast<std::size_t>(wanted); ++i)
        result.items.push_back(item(rows[i]));
    if (rows.size() > static_cast<std::size_t>(wanted))
        result.after = QString::number(rows[static_cast<std::size_t>(wanted) - 1].row);
    // Counting reads every hit: it is told only while it is cheap.
    if (!given->after) {
        const std::int64_t total = m_context.store.history.count(*filter, countedHits + 1);
        if (total <= countedHits)
            result.total = total;
    }
    return result.toJson();
}

Answer Consoles::registry(const Caller &, const Json &params)
{
    const auto given = read<RegistryParams>(params);
    if (!given)
        return given.error();
    auto envelope = given->serial ? m_context.registries.at(*given->serial) : std::optional(m_context.active().envelope);
    if (!envelope)
        return Refused(ErrorCode::NotFound, QStringLiteral("$.serial: no such registry"));
    return EnvelopeResult{std::move(*envelope)}.toJson();
}

Answer Consoles::identify(const Caller &caller, const Json &params)
{
    const auto given = read<IdentifyParams>(params);
    if (!given)
        return given.error();
    const bool asksForPolicy = caller.isMachine() && caller.actor->kinds && caller.actor->kinds->contains(kind::Policy.toString());
    if (!caller.actor->has(role::Admin) && !asksForPolicy)
        return Refused(ErrorCode::Forbidden, QStringLiteral("identities are for admins"));
    std::optional<Target> target;
    if (given->target) {
        const Target *known = m_context.active().policy->target(*given->target);
        if (known == nullptr)
            return Refused(ErrorCode::UnknownTarget, QStringLiteral("$.target: no such target"));
        target = *known;
    } else {
        const auto document = readPolicy(given->toml->toUtf8(), QStringLiteral("$.toml"));
        if (!document)
            return Refused(ErrorCode::InvalidDocument, document.error().sentence());
        if (document->targets.size() != 1)
            return Refused(RpcError::invalidParams(QStringLiteral("$.toml: exactly one [[target]] is expected")));
        target = document->targets.front();
    }
    m_context.effects.emplace_back(IdentifyJob{caller.connection, caller.id, std::move(*target)});
    return Later{};
}

Answer Consoles::health(const Caller &, const Json &params)
{
    if (const auto nothing = read<Nothing>(params); !nothing)
        return nothing.error();
    const auto oldest = m_context.store.holds.oldestOpen();
    HealthResult result;
    result.version = QStringLiteral(HOLDFAST_VERSION);
    result.store = QStringLiteral("sqlite");
    result.time = m_context.now;
    result.pending = m_context.store.holds.countOpen();
    result.oldestSeconds = oldest ? std::max<std::int64_t>(0, std::chrono::floor<std::chrono::seconds>(m_context.now - *oldest).count()) : 0;
    result.queue = m_queueLength ? m_queueLength() : 0;
    return result.toJson();
}

std::optional<HistoryFilter> parseFilter(const QString &query)
{
    HistoryFilter filter;
    const std::map<QString, std::optional<QString> HistoryFilter::*> texts{
        {QStringLiteral("tier"), &HistoryFilter::tier}, {QStringLiteral("env"), &HistoryFilter::environment},
        {QStringLiteral("environment"), &HistoryFilter::environment}, {QStringLiteral("requester"), &HistoryFilter::requester},
        {QStringLiteral("state"), &HistoryFilter::state}, {QStringLiteral("outcome"), &HistoryFilter::outcome},
        {QStringLiteral("kind"), &HistoryFilter::kind}, {QStringLiteral("target"), &HistoryFilter::target}};
    const std::map<QString, std::optional<Instant> HistoryFilter::*> times{{QStringLiteral("before"), &HistoryFilter::before},
                                                                           {QStringLiteral("after"), &HistoryFilter::after}};
    for (const QString &word : query.simplified().split(QLatin1Char(' '), Qt::SkipEmptyParts)) {
        const qsizetype colon = word.indexOf(QLatin1Char(':'));
        const QString key = colon > 0 ? word.left(colon).toLower() : QString();
        const QString value = word.mid(colon + 1);
        if (const auto text = texts.find(key); text != texts.end() && !value.isEmpty()) {
            filter.*(text->second) = value;
        } else if (const auto time = times.find(key); time != times.end() && !value.isEmpty()) {
            const auto instant = parseInstant(value.size() == 10 ? value + QStringLiteral("T00:00:00.000Z") : value);
            if (!instant)
                return std::nullopt;
            filter.*(time->second) = *instant;
        } else {
            filter.words.append(word);
        }
    }
    return filter;
}

} // namespace holdfast
