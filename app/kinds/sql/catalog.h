// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/sql/planned.h"
#include "kinds/sql/session.h"
#include "kinds/sql/statements.h"

#include <optional>
#include <set>

namespace holdfast::sql {


struct Column final
{
    QString name;
    Oid type = 0;
    QString typeName; ///< as format_type writes it, `numeric(10,2)`
    QString castName; ///< `"pg_catalog"."numeric"(10,2)`: what the gate may cast to; empty when the type is not built in
    bool builtin = false; ///< a type of pg_catalog, an enum, or an array of these
    bool textual = false; ///< may carry what people wrote
    bool identifying = false; ///< part of the primary key
    bool notNull = false;
    bool generated = false; ///< computed from other columns
    QString collation; ///< `"pg_catalog"."C"`, where it is not that of the type
    [[nodiscard]] QString castFrom(const QString &expression) const; ///< as it would stand in the column
    [[nodiscard]] QString asText(const QString &expression) const; ///< a value of the column as the server writes it, whatever casts there are
};

struct Relation final
{
    Oid oid = 0;
    QString schema, name;
    QChar kind; ///< pg_class.relkind
    bool partition = false;
    bool rowSecurity = false; ///< policies would apply to the performing login
    bool hasChildren = false;
    std::vector<Column> columns;

    [[nodiscard]] QString display() const; ///< without the schema where it is public
    [[nodiscard]] QString canonical() const { return displayIdent(schema) + u'.' + displayIdent(name); }
    [[nodiscard]] bool isSystem() const; ///< its rows are what the server believes of itself
    [[nodiscard]] bool isTable() const { return kind == u'r' || kind == u'p'; }
    [[nodiscard]] QString kindName() const; ///< `table`, `view`, …
    [[nodiscard]] const Column *column(const QString &columnName) const;
    [[nodiscard]] QStringList key() const; ///< primary key columns
};

/// A name as a statement writes it.
struct RelationName final
{
    QString schema; ///< empty: by search_path
    QString name;
    QString database; ///< must be the current one when given
    [[nodiscard]] QString display() const;
};
[[nodiscard]] RelationName relationName(const Fields &rangeVar);
[[nodiscard]] std::optional<RelationName> relationName(const QStringList &parts);

/// Reads pg_catalog for one measurement, resolving names as the performing login's session would.
class Catalog final
{
public:
    explicit Catalog(const Session &session) : m_session(session) {}

    [[nodiscard]] const Session &session() const { return m_session; }
    [[nodiscard]] const PgConnection &db() const { return m_session.db; }

    /// The relation, or why not, in one sentence.
    [[nodiscard]] Result<Relation, QString> resolve(const RelationName &name) const;
    [[nodiscard]] Result<Relation, QString> relation(Oid oid) const;

    /// The table and everything that inherits from it, itself first; partitions included.
    [[nodiscard]] Result<std::vector<Oid>, QString> descendants(Oid oid) const;
    [[nodiscard]] Result<std::vector<Oid>, QString> ancestors(Oid oid) const;

    /// The relation as FROM names it, with its children or ONLY itself. Or why no query on it may be made here, not even one that is not about
    /// what the reason names: others' code would run, or another server be asked. Nothing else writes the name of somebody's table.
    [[nodiscard]] const Result<QString, QString> &from(const Relation &relation, bool withChildren) const;
    [[nodiscard]] const Result<PlannedCodes, QString> &planning() const;

private:
    [[nodiscard]] Result<Relation, QString> load(const QString &where, const QStringList &parameters) const;
    [[nodiscard]] Result<Done, QString> loadColumns(Relation &relation) const;
    [[nodiscard]] QString whyNotAsked(const Relation &relation, bool withChildren) const;
    const Session &m_session;
    mutable std::map<Oid, Relation> m_relations;
    mutable std::map<std::pair<Oid, bool>, Result<QString, QString>> m_from; ///< with children or without
    mutable std::optional<Result<PlannedCodes, QString>> m_planning;
};

} // namespace holdfast::sql
