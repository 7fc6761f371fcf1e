// SPDX-License-Identifier: Apache-2.0
#include "kinds/sql/samples.h"

#include "core/json.h"

#include <QRandomGenerator>
#include <QRegularExpression>

#include <algorithm>

namespace holdfast::sql {

namespace {

constexpr int MaxRows = 20;
constexpr std::size_t MaxColumns = 40;
constexpr int MaxCharacters = 200;

/// The random prefix makes the digest of a sample say nothing about its content once it is erased.
QByteArray withSalt(const QByteArray &json)
{
    std::array<quint32, 8> salt{};
    QRandomGenerator::system()->fillRange(salt.data(), static_cast<qsizetype>(salt.size()));
    return QByteArray(reinterpret_cast<const char *>(salt.data()), sizeof(salt)) + json;
}

Json strings(const QStringList &list)
{
    JsonArray array;
    for (const QString &text : list)
        array.emplace_back(text);
    return Json(array);
}

struct Shown final
{
    std::vector<Column> columns; ///< the key, what changes, then the others
    std::vector<std::optional<QString>> after; ///< expression, per column
};

Shown choose(const Relation &relation, const std::vector<NewValue> &newValues)
{
    Shown shown;
    for (const Column &column : relation.columns) {
        const auto change = std::find_if(newValues.begin(), newValues.end(), [&](const NewValue &value) { return value.column == column.name; });
        if (!newValues.empty() && change == newValues.end() && !column.identifying)
            continue;
        if (shown.columns.size() == MaxColumns)
            break;
        shown.columns.push_back(column);
        shown.after.push_back(change == newValues.end() ? std::nullopt : std::optional(change->expression));
    }
    return shown;
}

QString cut(const Column &column, const QString &expression)
{
    return QStringLiteral("left(%1, %2), length(%1)").arg(column.asText(expression), QString::number(MaxCharacters));
}

Json cell(const PgRows &rows, int row, int column, bool hide)
{
    if (rows.isNull(row, column))
        return Json(nullptr);
    const QString text = rows.text(row, column);
    const std::int64_t length = rows.number(row, column + 1);
    if (hide)
        return Json(masked(text, length));
    return Json(length > MaxCharacters ? text + QStringLiteral("… (%1)").arg(length) : text);
}

/// The format `rows` of diff/formats.h.
QByteArray compose(const QString &table, const PgRows &rows, const Shown &shown, bool update, const QStringList &key, const Count &total)
{
    QStringList names, hidden;
    for (const Column &column : shown.columns) {
        names += column.name;
        if (isMasked(column))
            hidden += column.name;
    }
    JsonArray list;
    for (int row = 0; row < rows.count(); ++row) {
        JsonArray before, after;
        int at = 0;
        for (std::size_t i = 0; i < shown.columns.size(); ++i) {
            const Column &column = shown.columns[i];
            before.push_back(cell(rows, row, at, isMasked(column)));
            at += 2;
            if (!update)
                continue;
            after.push_back(shown.after[i] ? cell(rows, row, at, isMasked(column)) : before.back());
            at += shown.after[i] ? 2 : 0;
        }
        list.emplace_back(JsonObject{{QStringLiteral("before"), Json(before)}, {QStringLiteral("after"), update ? Json(after) : Json(nullptr)}});
    }
    return Json(JsonObject{{QStringLiteral("table"), Json(table)},
                           {QStringLiteral("columns"), strings(names)},
                           {QStringLiteral("key"), strings(key)},
                           {QStringLiteral("rows"), Json(list)},
                           {QStringLiteral("total"), Json(total.number.value_or(rows.count()))},
                           {QStringLiteral("masked"), strings(hidden)}})
        .toBytes();
}

} // namespace

bool isMasked(const Column &column)
{
    static const QRegularExpression personal(
        QStringLiteral(
            "name|mail|phone|mobile|address|street|birth|dob|ssn|tax_?id|iban|card|account|password|passwd|secret|token|hash|salary|gender|passport|geo|lat$|lon$|ip$"),
        QRegularExpression::CaseInsensitiveOption);
    static const QRegularExpression code(
        QStringLiteral("^(state|status|kind|type|currency|country|country_code|locale|language|lang|unit|mode|tier|level|role|plan|model|item)$"),
        QRegularExpression::CaseInsensitiveOption);
    if (code.match(column.name).hasMatch())
        return false;
    return column.textual ? true : personal.match(column.name).hasMatch();
}

QString masked(const QString &value, std::int64_t length)
{
    if (value.isEmpty())
        return {};
    const qsizetype first = value.at(0).isHighSurrogate() ? 2 : 1;
    return value.left(first) + QString(std::clamp<qsizetype>(length - 1, 0, 8), QChar(0x2022)) + QStringLiteral(" (%1)").arg(length);
}

QString sampleTitle(const QString &table, bool changes, bool sure)
{
    const QString verb = changes ? QStringLiteral("change") : QStringLiteral("go");
    return QStringLiteral("rows of %1 that %2").arg(table, sure ? verb : QStringLiteral("may ") + verb);
}

void addRowSample(const Catalog &catalog, const Relation &relation, const QString &from, const QString &alias, const QString &where,
                  const std::vector<NewValue> &newValues, const Count &total, Effects &effects)
{
    const Shown shown = choose(relation, newValues);
    QStringList outputs, order;
    for (std::size_t i = 0; i < shown.columns.size(); ++i) {
        outputs += cut(shown.columns[i], alias + u'.' + quoteIdent(shown.columns[i].name));
        if (shown.after[i])
            outputs += cut(shown.columns[i], *shown.after[i]);
    }
    for (const QString &column : relation.key())
        order += alias + u'.' + quoteIdent(column);
    if (outputs.isEmpty())
        return;
    const auto rows = catalog.db().guarded(QStringLiteral("SELECT %1 FROM %2%3%4 LIMIT %5")
        .arg(outputs.join(QLatin1StringView(", ")), from, where.isEmpty() ? QString() : QStringLiteral(" WHERE ") + where,
             order.isEmpty() ? QString() : QStringLiteral(" ORDER BY ") + order.join(QLatin1StringView(", ")), QString::number(MaxRows)));
    if (!rows || rows->count() == 0)
        return;
    const bool update = !newValues.empty();
    effects.samples.push_back({effects.diffs.size(), relation.display(), update, total});
    effects.addDiff(
        sampleTitle(relation.display(), update, true),
        QStringLiteral("rows"), withSalt(compose(relation.name, *rows, shown, update, relation.key(), total)), QStringLiteral("application/vnd.holdfast.rows+json"));
}

} // namespace holdfast::sql
