// SPDX-License-Identifier: Apache-2.0
#include "diff/formats.h"

#include "core/reader.h"

namespace holdfast::diff {

namespace {

constexpr qsizetype maximumBlob = 8LL * 1024 * 1024;
constexpr std::int64_t maximumCount = (std::int64_t{1} << 53) - 1;

Failure<Error> malformed(QString detail)
{
    return Failure{Error{Error::Kind::Malformed, std::move(detail)}};
}

Result<Json, Error> parseBlob(QByteArrayView blob)
{
    if (blob.size() > maximumBlob)
        return Failure{Error{Error::Kind::TooLarge, {}}};
    auto json = parseJson(blob, {maximumBlob, 32});
    if (!json)
        return malformed(json.error().sentence());
    return std::move(*json);
}

Json cellJson(const Cell &cell)
{
    return cell ? Json(*cell) : Json(nullptr);
}

Json listJson(const QStringList &texts)
{
    JsonArray items;
    for (const QString &text : texts)
        items.emplace_back(text);
    return items;
}

/// A string or null; nullopt for anything else.
std::optional<Cell> cellFrom(const Json *value)
{
    if (!value || (!value->isNull() && !value->asString()))
        return std::nullopt;
    return value->isNull() ? Cell() : Cell(*value->asString());
}

Json rowJson(const std::optional<std::vector<Cell>> &row)
{
    if (!row)
        return nullptr;
    JsonArray cells;
    for (const Cell &cell : *row)
        cells.push_back(cellJson(cell));
    return cells;
}

void readRow(ObjectReader &reader, QStringView name, qsizetype columns, std::optional<std::vector<Cell>> &row)
{
    const Json *value = reader.any(name);
    if (!value || value->isNull())
        return;
    const JsonArray *cells = value->asArray();
    bool ok = cells && static_cast<qsizetype>(cells->size()) == columns;
    row.emplace();
    for (std::size_t i = 0; ok && i < cells->size(); ++i) {
        const auto cell = cellFrom(&(*cells)[i]);
        ok = cell.has_value();
        row->push_back(cell.value_or(Cell()));
    }
    if (!ok)
        reader.fail(DocumentError::Kind::InvalidValue, name, QStringLiteral("one string or null per column, or null"));
}

} // namespace

QString Error::sentence() const
{
    switch (kind) {
    case Kind::NotUtf8: return QStringLiteral("the difference is not UTF-8");
    case Kind::Malformed: return QStringLiteral("the difference cannot be read: %1").arg(detail);
    case Kind::TooLarge: return QStringLiteral("the difference is too large to be shown");
    case Kind::UnknownFormat: return QStringLiteral("the difference has a format that is not known");
    }
    return {};
}

QByteArray encode(const Rows &rows, QByteArrayView salt)
{
    JsonArray changes;
    for (const RowChange &row : rows.rows) {
        JsonBuilder change;
        changes.push_back(change.add(QStringLiteral("before"), rowJson(row.before)).add(QStringLiteral("after"), rowJson(row.after)).build());
    }
    JsonBuilder object;
    object.add(QStringLiteral("table"), rows.table).add(QStringLiteral("columns"), listJson(rows.columns)).add(QStringLiteral("key"), listJson(rows.key));
    object.add(QStringLiteral("rows"), std::move(changes)).add(QStringLiteral("total"), std::int64_t{rows.total});
    object.add(QStringLiteral("masked"), listJson(rows.masked));
    return salt.toByteArray() + object.build().toBytes();
}

QByteArray encode(const Attributes &attributes)
{
    JsonArray items;
    for (const Attribute &attribute : attributes.attributes) {
        JsonBuilder item;
        item.add(QStringLiteral("name"), attribute.name).add(QStringLiteral("before"), cellJson(attribute.before));
        items.push_back(item.add(QStringLiteral("after"), cellJson(attribute.after)).build());
    }
    JsonBuilder object;
    return object.add(QStringLiteral("subject"), attributes.subject).add(QStringLiteral("attributes"), std::move(items)).build().toBytes();
}

QByteArray encode(const Tree &tree)
{
    JsonArray nodes;
    for (const TreeNode &node : tree.nodes) {
        JsonBuilder item;
        item.add(QStringLiteral("name"), node.name).add(QStringLiteral("type"), node.type).add(QStringLiteral("effect"), node.effect);
        if (node.count)
            item.add(QStringLiteral("count"), std::int64_t{*node.count});
        if (node.bytes)
            item.add(QStringLiteral("bytes"), std::int64_t{*node.bytes});
        nodes.push_back(item.add(QStringLiteral("parent"), node.parent).build());
    }
    JsonBuilder object;
    return object.add(QStringLiteral("nodes"), std::move(nodes)).add(QStringLiteral("total"), std::int64_t{tree.total}).build().toBytes();
}

Result<Rows, Error> parseRows(QByteArrayView blob)
{
    if (blob.size() < rowsSaltSize)
        return malformed(QStringLiteral("there are fewer than 32 bytes"));
    const auto json = parseBlob(blob.sliced(rowsSaltSize));
    if (!json)
        return json.failure();
    Rows rows;
    ObjectReader reader(*json);
    rows.table = reader.text(u"table");
    rows.columns = reader.texts(u"columns");
    rows.key = reader.texts(u"key");
    reader.each(u"rows", [&](ObjectReader &each) {
        RowChange change;
        readRow(each, u"before", rows.columns.size(), change.before);
        readRow(each, u"after", rows.columns.size(), change.after);
        rows.rows.push_back(std::move(change));
    });
    rows.total = reader.integer(u"total", 0, maximumCount);
    rows.masked = reader.texts(u"masked");
    if (const auto error = reader.finish())
        return malformed(error->sentence());
    return rows;
}

Result<Attributes, Error> parseAttributes(QByteArrayView blob)
{
    const auto json = parseBlob(blob);
    if (!json)
        return json.failure();
    Attributes attributes;
    ObjectReader reader(*json);
    attributes.subject = reader.text(u"subject");
    reader.each(u"attributes", [&](ObjectReader &each) {
        Attribute attribute{each.text(u"name"), {}, {}};
        const auto before = cellFrom(each.any(u"before"));
        const auto after = cellFrom(each.any(u"after"));
        if (!before || !after)
            each.fail(DocumentError::Kind::WrongType, before ? u"after" : u"before", QStringLiteral("a string or null"));
        attribute.before = before.value_or(Cell());
        attribute.after = after.value_or(Cell());
        attributes.attributes.push_back(std::move(attribute));
    });
    if (const auto error = reader.finish())
        return malformed(error->sentence());
    return attributes;
}

Result<Tree, Error> parseTree(QByteArrayView blob)
{
    const auto json = parseBlob(blob);
    if (!json)
        return json.failure();
    Tree tree;
    ObjectReader reader(*json);
    reader.each(u"nodes", [&](ObjectReader &each) {
        TreeNode node{each.text(u"name"), each.text(u"type"), each.text(u"effect"), {}, {}, -1};
        node.count = each.optionalInteger(u"count", 0, maximumCount);
        node.bytes = each.optionalInteger(u"bytes", 0, maximumCount);
        node.parent = static_cast<int>(each.integer(u"parent", -1, static_cast<std::int64_t>(tree.nodes.size()) - 1));
        tree.nodes.push_back(std::move(node));
    });
    tree.total = reader.integer(u"total", 0, maximumCount);
    if (const auto error = reader.finish())
        return malformed(error->sentence());
    return tree;
}

} // namespace holdfast::diff
