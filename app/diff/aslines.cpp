// SPDX-License-Identifier: Apache-2.0
// The formats that are not text, as lines: what a reader of a diff knows how to read.
#include "diff/builder.h"
#include "diff/formats.h"

namespace holdfast::diff {

namespace {

/// `name = value`, and `name is null` so that SQL's NULL is never taken for a word.
QString cellLine(const QString &name, const Cell &cell)
{
    return cell ? QStringLiteral("%1 = ").arg(name) + *cell : QStringLiteral("%1 is null").arg(name);
}

Line lineOf(LineKind kind, QString text)
{
    return {kind, 0, 0, std::move(text), {}, false};
}

bool addPair(DocumentBuilder &out, const QString &name, const Cell &before, const Cell &after)
{
    if (before == after)
        return out.add(lineOf(LineKind::Context, cellLine(name, before)));
    return out.add(lineOf(LineKind::Removed, cellLine(name, before))) && out.add(lineOf(LineKind::Added, cellLine(name, after)));
}

bool addRow(DocumentBuilder &out, const Rows &rows, const RowChange &change)
{
    bool going = true;
    for (qsizetype i = 0; going && i < rows.columns.size(); ++i) {
        const auto column = static_cast<std::size_t>(i);
        if (change.before && change.after)
            going = addPair(out, rows.columns[i], (*change.before)[column], (*change.after)[column]);
        else if (change.before)
            going = out.add(lineOf(LineKind::Removed, cellLine(rows.columns[i], (*change.before)[column])));
        else if (change.after)
            going = out.add(lineOf(LineKind::Added, cellLine(rows.columns[i], (*change.after)[column])));
    }
    return going;
}

QString headingOf(const Rows &rows, const RowChange &change)
{
    const auto &row = change.before ? change.before : change.after;
    QStringList parts;
    for (qsizetype i = 0; row && i < rows.columns.size(); ++i) {
        if (rows.key.contains(rows.columns[i]))
            parts.append(cellLine(rows.columns[i], (*row)[static_cast<std::size_t>(i)]));
    }
    return parts.isEmpty() ? rows.table : QStringLiteral("%1: ").arg(rows.table) + parts.join(QStringLiteral(", "));
}

QString nodeLine(const TreeNode &node, int depth)
{
    QString line = QString(qsizetype{2} * depth, u' ') + node.name + QStringLiteral(" (%1").arg(node.type);
    line += node.effect.isEmpty() ? QString() : QStringLiteral(", ") + node.effect;
    if (node.count)
        line += QStringLiteral(", %1 entries").arg(*node.count);
    if (node.bytes)
        line += QStringLiteral(", %1 bytes").arg(*node.bytes);
    return line + u')';
}

LineKind kindOf(const TreeNode &node)
{
    if (node.effect == QStringLiteral("kept"))
        return LineKind::Context;
    return node.effect == QStringLiteral("created") ? LineKind::Added : LineKind::Removed;
}

} // namespace

Document toDocument(const Rows &rows, const Limits &limits)
{
    DocumentBuilder out(limits);
    out.document().total = rows.total;
    out.document().listed = static_cast<qint64>(rows.rows.size());
    int number = 0;
    for (const RowChange &change : rows.rows) {
        ++number;
        out.beginHunk(number, number, headingOf(rows, change));
        if (!addRow(out, rows, change))
            break;
    }
    return out.finish();
}

Document toDocument(const Attributes &attributes, const Limits &limits)
{
    DocumentBuilder out(limits);
    out.beginHunk(1, 1, attributes.subject);
    for (const Attribute &attribute : attributes.attributes) {
        if (!addPair(out, attribute.name, attribute.before, attribute.after))
            break;
    }
    return out.finish();
}

Document toDocument(const Tree &tree, const Limits &limits)
{
    DocumentBuilder out(limits);
    out.document().total = tree.total;
    out.document().listed = static_cast<qint64>(tree.nodes.size());
    out.beginHunk(1, 1, {});
    std::vector<int> depths;
    for (const TreeNode &node : tree.nodes) {
        depths.push_back(node.parent < 0 ? 0 : depths[static_cast<std::size_t>(node.parent)] + 1);
        // Deeper than this, indentation says nothing more and only costs.
        if (!out.add(lineOf(kindOf(node), nodeLine(node, std::min(depths.back(), 40)))))
            break;
    }
    return out.finish();
}

Result<Document, Error> parse(QStringView format, QByteArrayView blob, const Limits &limits)
{
    const auto shown = [&](const auto &parsed) { return parsed ? Result<Document, Error>(toDocument(*parsed, limits)) : Result<Document, Error>(parsed.failure()); };
    if (format == u"unified")
        return parseUnified(blob, limits);
    if (format == u"rows")
        return shown(parseRows(blob));
    if (format == u"attributes")
        return shown(parseAttributes(blob));
    if (format == u"tree")
        return shown(parseTree(blob));
    return Failure{Error{Error::Kind::UnknownFormat, {}}};
}

} // namespace holdfast::diff
