// SPDX-License-Identifier: Apache-2.0
#include "kinds/sql/schematext.h"

#include <algorithm>

namespace holdfast::sql {

namespace {

constexpr std::size_t MaxRelations = 60;

QStringList column(const Result<PgRows, PgError> &rows)
{
    QStringList list;
    for (int row = 0; rows && row < rows->count(); ++row)
        list += rows->text(row, 0);
    return list;
}

QStringList tableLines(const Catalog &catalog, const Relation &relation)
{
    const QString oid = QString::number(relation.oid);
    QStringList body = column(catalog.db().guarded(QStringLiteral(
        "SELECT quote_ident(a.attname) || ' ' || format_type(a.atttypid, a.atttypmod) || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END"
        " || CASE WHEN a.attidentity <> '' THEN ' GENERATED ' || CASE a.attidentity WHEN 'a' THEN 'ALWAYS' ELSE 'BY DEFAULT' END || ' AS IDENTITY'"
        "         WHEN a.attgenerated <> '' THEN ' GENERATED ALWAYS AS (' || pg_get_expr(d.adbin, d.adrelid) || ') STORED'"
        "         WHEN d.oid IS NOT NULL THEN ' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid) ELSE '' END"
        " FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum"
        " WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum"), {oid}));
    body += column(catalog.db().guarded(QStringLiteral(
        "SELECT 'CONSTRAINT ' || quote_ident(conname) || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = $1::oid AND contype <> 't'"
        " ORDER BY contype = 'f', conname"), {oid}));
    QStringList lines{QStringLiteral("CREATE TABLE %1 (").arg(relation.canonical())};
    for (qsizetype i = 0; i < body.size(); ++i)
        lines += QStringLiteral("    ") + body[i] + (i + 1 < body.size() ? QStringLiteral(",") : QString());
    lines += QStringLiteral(");");
    lines += column(catalog.db().guarded(QStringLiteral(
        "SELECT pg_get_indexdef(i.indexrelid) || ';' FROM pg_index i WHERE i.indrelid = $1::oid"
        " AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid AND c.conrelid = i.indrelid) ORDER BY 1"), {oid}));
    lines += column(catalog.db().guarded(QStringLiteral(
        "SELECT pg_get_triggerdef(oid) || ';' FROM pg_trigger WHERE tgrelid = $1::oid AND NOT tgisinternal ORDER BY tgname"), {oid}));
    return lines;
}

QByteArray removal(const QString &name, const QStringList &definition)
{
    const QStringList lines = definition.join(u'\n').split(u'\n');
    QString text = QStringLiteral("--- %1\n+++ /dev/null\n@@ -1,%2 +0,0 @@\n").arg(name, QString::number(lines.size()));
    for (const QString &line : lines)
        text += u'-' + line + u'\n';
    return text.toUtf8();
}

} // namespace

QStringList schemaLines(const Catalog &catalog, const Relation &relation)
{
    if (relation.isTable() || relation.kind == u'f')
        return tableLines(catalog, relation);
    if (relation.kind == u'v' || relation.kind == u'm') {
        const QStringList definition =
            column(catalog.db().guarded(QStringLiteral("SELECT pg_get_viewdef($1::oid, true)"), {QString::number(relation.oid)}));
        const QString words = relation.kind == u'v' ? QStringLiteral("CREATE VIEW %1 AS") : QStringLiteral("CREATE MATERIALIZED VIEW %1 AS");
        return QStringList{words.arg(relation.canonical())} + definition.join(u'\n').split(u'\n');
    }
    if (relation.kind == u'S')
        return {QStringLiteral("CREATE SEQUENCE %1;").arg(relation.canonical())};
    if (relation.kind == u'i' || relation.kind == u'I')
        return column(catalog.db().guarded(QStringLiteral("SELECT pg_get_indexdef($1::oid) || ';'"), {QString::number(relation.oid)}));
    return {};
}

void addSchemaDiff(const Catalog &catalog, const std::vector<Oid> &relations, Effects &effects)
{
    QByteArray diff;
    for (std::size_t i = 0; i < std::min(relations.size(), MaxRelations); ++i) {
        const auto relation = catalog.relation(relations[i]);
        if (const QStringList lines = relation ? schemaLines(catalog, *relation) : QStringList(); !lines.isEmpty())
            diff += removal(relation->canonical(), lines);
    }
    if (relations.size() > MaxRelations)
        diff += QStringLiteral("--- %1 more\n+++ /dev/null\n").arg(relations.size() - MaxRelations).toUtf8();
    if (!diff.isEmpty())
        effects.addDiff(QStringLiteral("schema"), QStringLiteral("unified"), diff, QStringLiteral("text/x-diff"));
}

void addColumnsDiff(const Catalog &catalog, const Relation &relation, const QStringList &dropped, Effects &effects)
{
    const QStringList lines = schemaLines(catalog, relation);
    const auto goes = [&](const QString &line) {
        return std::any_of(dropped.begin(), dropped.end(),
                           [&](const QString &name) { return line.startsWith(QStringLiteral("    ") + displayIdent(name) + u' '); });
    };
    const auto removed = std::count_if(lines.begin(), lines.end(), goes);
    QString text = QStringLiteral("--- %1\n+++ %1\n@@ -1,%2 +1,%3 @@\n")
        .arg(relation.canonical(), QString::number(lines.size()), QString::number(lines.size() - removed));
    for (const QString &line : lines)
        text += (goes(line) ? u'-' : u' ') + line + u'\n';
    effects.addDiff(QStringLiteral("schema"), QStringLiteral("unified"), text.toUtf8(), QStringLiteral("text/x-diff"));
}

} // namespace holdfast::sql
