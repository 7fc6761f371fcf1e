// SPDX-License-Identifier: Apache-2.0
#include "kinds/sql/reported.h"

#include "kinds/sql/latin.h"

#include <algorithm>

namespace holdfast::sql {

namespace {

/// Parts of something else: of a table, or of a composite type.
bool isPart(QChar kind) { return kind == u'i' || kind == u'I' || kind == u't' || kind == u'c'; }

/// A materialized view's rows are made from others.
bool holdsRows(QChar kind) { return kind == u'r'; }

/// Rows that a table has in the catalogs; whatever is written to another catalog is no part of a table.
bool describesTables(const QString &catalog)
{
    static const QStringList names{l("pg_class"),      l("pg_attribute"),    l("pg_type"),           l("pg_depend"),       l("pg_shdepend"),
                                   l("pg_constraint"), l("pg_trigger"),      l("pg_index"),          l("pg_attrdef"),      l("pg_statistic"),
                                   l("pg_inherits"),   l("pg_rewrite"),      l("pg_policy"),         l("pg_description"),  l("pg_seclabel"),
                                   l("pg_init_privs"), l("pg_sequence"),     l("pg_publication_rel"), l("pg_foreign_table"), l("pg_partitioned_table"),
                                   l("pg_statistic_ext"), l("pg_statistic_ext_data")};
    return names.contains(catalog.section(u'.', -1));
}

bool isTemporary(const QString &catalog) { return catalog.startsWith(l("pg_temp")); }

struct Moves final
{
    std::int64_t inserted = 0, updated = 0, deleted = 0;
    [[nodiscard]] std::int64_t all() const { return inserted + updated + deleted; }
    [[nodiscard]] QString toString() const
    {
        QStringList parts;
        for (const auto &[count, word] : {std::pair(inserted, "added"), std::pair(updated, "changed"), std::pair(deleted, "deleted")}) {
            if (count > 0)
                parts += QStringLiteral("%1 %2").arg(QString::number(count), QLatin1StringView(word));
        }
        return parts.join(l(", "));
    }
};

const Ledger::Entry &entryOf(const Ledger &ledger, Oid oid)
{
    static const Ledger::Entry none;
    const auto found = ledger.relations.find(oid);
    return found == ledger.relations.end() ? none : found->second;
}

Moves movesOf(const Ledger &before, Oid oid, const Ledger::Entry &is)
{
    const Ledger::Entry &was = entryOf(before, oid);
    return {is.inserted - was.inserted, is.updated - was.updated, is.deleted - was.deleted};
}

/// What is written with the expected ones: partitions and inheriting tables.
std::set<Oid> withChildren(const std::set<Oid> &oids, const Ledger &ledger)
{
    std::set<Oid> all = oids;
    std::vector<Oid> open(oids.begin(), oids.end());
    while (!open.empty()) {
        const Oid oid = open.back();
        open.pop_back();
        const auto [from, to] = ledger.children.equal_range(oid);
        for (auto child = from; child != to; ++child) {
            if (all.insert(child->second).second)
                open.push_back(child->second);
        }
    }
    return all;
}

/// Whether the server's name of a relation is that of a table which the text makes.
bool isMade(const QString &name, const QStringList &makes)
{
    return std::any_of(makes.begin(), makes.end(), [&](const QString &made) { return name.endsWith(u'.' + made) || name.endsWith(u'.' + quoteIdent(made)); });
}

class Comparing final
{
public:
    Comparing(const Ledger &before, const Ledger &after, const Expected &expected, const TextSays &says)
        : m_before(before), m_after(after), m_expected(expected), m_says(says), m_written(withChildren(expected.written, before)) {}

    [[nodiscard]] Reported compare()
    {
        lost();
        rows();
        locks();
        settings();
        m_reported.unseen = m_expected.reading && m_after.wrote && !m_before.wrote;
        return m_reported;
    }

private:
    void loseAll(Oid oid, const QString &name)
    {
        const auto count = m_expected.whole.find(oid);
        m_reported.destroyed += count == m_expected.whole.end() ? Count::unknown(QStringLiteral("%1 lost its rows, and nobody counted them").arg(name))
                                                                : Count::of(count->second);
    }
    void lost();
    void rights();
    void rows();
    void system(const Ledger::Entry &is, const Moves &moves);
    void locks();
    void settings();

    const Ledger &m_before;
    const Ledger &m_after;
    const Expected &m_expected;
    const TextSays &m_says;
    std::set<Oid> m_written;
    Reported m_reported;
};

void Comparing::lost()
{
    for (const auto &[oid, was] : m_before.relations) {
        const auto is = m_after.relations.find(oid);
        if (is == m_after.relations.end()) {
            m_reported.vanished += isPart(was.kind) ? 0 : 1;
            m_reported.unexpected += isPart(was.kind) || m_expected.vanishing.contains(oid) ? 0 : 1;
            if (holdsRows(was.kind))
                loseAll(oid, was.name);
        } else if (holdsRows(was.kind) && !was.system && is->second.file != was.file) {
            if (is->second.bytes == 0 || m_expected.whole.contains(oid)) {
                ++m_reported.emptied;
                loseAll(oid, was.name);
            } else {
                m_reported.rewritten += was.name;
            }
        }
    }
    rights();
    for (const Oid oid : m_expected.vanishing)
        m_reported.unexpected += m_after.relations.contains(oid) ? 1 : 0;
    constexpr Oid constraints = 2606; // pg_constraint
    for (const auto &object : m_before.objects) {
        if (!m_after.objects.contains(object))
            ++(object.first == constraints ? m_reported.lostConstraints : m_reported.lostObjects);
    }
}

/// An owner or a privilege is no part of what ALTER TABLE and the like are read for.
void Comparing::rights()
{
    for (const auto &[oid, is] : m_after.relations) {
        const auto was = m_before.relations.find(oid);
        if (was == m_before.relations.end() || was->second.rights == is.rights || m_says.reach == Reach::Nothing)
            continue;
        ++m_reported.catalogRows;
        m_reported.catalog += QStringLiteral("who may do what with %1").arg(is.name);
    }
}

void Comparing::system(const Ledger::Entry &is, const Moves &moves)
{
    const bool own = m_says.reach != Reach::Nothing && describesTables(is.name) && !(m_says.reach == Reach::Drops && moves.inserted > 0);
    const bool goes = m_says.reach == Reach::Drops && moves.inserted + moves.updated == 0;
    if (own || goes)
        return;
    m_reported.catalogRows += moves.all();
    m_reported.catalog += QStringLiteral("%1 %2").arg(is.name.section(u'.', -1), moves.toString());
}

void Comparing::rows()
{
    for (const auto &[oid, is] : m_after.relations) {
        const Moves moves = movesOf(m_before, oid, is);
        const Oid owner = is.toastOf != 0 ? is.toastOf : oid;
        const Ledger::Entry &table = entryOf(m_after, owner);
        const bool expected = m_written.contains(owner) || (!m_before.relations.contains(owner) && isMade(table.name, m_says.makes));
        if (moves.all() == 0)
            continue;
        if (is.toastOf == 0 && (!is.system || expected)) {
            m_reported.inserted += moves.inserted;
            m_reported.updated += moves.updated;
            m_reported.deleted += moves.deleted;
        }
        if (expected)
            continue;
        if (table.system)
            system(table, moves);
        else if (is.toastOf == 0 && !isTemporary(is.name))
            m_reported.elsewhere += QStringLiteral("%1 (%2)").arg(is.name, moves.toString());
        else if (movesOf(m_before, owner, table).all() == 0)
            m_reported.elsewhere += QStringLiteral("%1 (large values)").arg(table.name);
    }
    m_reported.destroyed += Count::of(m_reported.deleted);
}

void Comparing::locks()
{
    for (const Oid oid : m_after.writeLocked) {
        const Ledger::Entry &is = entryOf(m_after, oid);
        if (m_before.writeLocked.contains(oid) || is.system || isTemporary(is.name))
            continue;
        if (is.kind == u'S') {
            m_reported.sequences += is.name;
            const auto [from, to] = m_after.feeds.equal_range(oid);
            if (!m_written.contains(oid) && std::none_of(from, to, [&](const auto &fed) { return m_written.contains(fed.second); }))
                m_reported.strangeSequences += is.name;
        } else if (!m_written.contains(oid) && m_before.relations.contains(oid) && movesOf(m_before, oid, is).all() == 0) {
            m_reported.elsewhere += QStringLiteral("%1 (locked to be written; nothing was counted)").arg(is.name);
        }
    }
}

void Comparing::settings()
{
    for (const auto &[name, is] : m_after.settings) {
        const auto was = m_before.settings.find(name);
        // A transaction may become READ ONLY, never the other way.
        if (was != m_before.settings.end() && was->second != is && name != l("transaction_read_only"))
            m_reported.settings += QStringLiteral("%1 = %2").arg(name, is);
        if (name == l("track_counts"))
            m_reported.blinded = was == m_before.settings.end() || was->second != is;
    }
}

bool hasNode(const std::vector<Statement> &statements, std::initializer_list<QLatin1StringView> types)
{
    return std::any_of(statements.begin(), statements.end(), [&](const Statement &statement) {
        return std::any_of(types.begin(), types.end(), [&](QLatin1StringView type) { return statement.node.is(type); });
    });
}

Reach reachOf(const Node &node, bool read)
{
    if (node.is(l("InsertStmt")) || node.is(l("UpdateStmt")) || node.is(l("DeleteStmt")) || node.is(l("MergeStmt")))
        return Reach::Nothing;
    if (node.is(l("SelectStmt")))
        return node.fields.has(l("intoClause")) && read ? Reach::Tables : read ? Reach::Nothing : Reach::Anything;
    if (node.is(l("CopyStmt")) || node.is(l("VariableSetStmt")) || node.is(l("VariableShowStmt")) || node.is(l("LockStmt")) || node.is(l("ConstraintsSetStmt")))
        return read ? Reach::Nothing : Reach::Anything;
    if (node.is(l("TruncateStmt")) || node.is(l("AlterTableStmt")) || node.is(l("CreateTableAsStmt")))
        return Reach::Tables;
    return node.is(l("DropStmt")) ? Reach::Drops : Reach::Anything;
}

} // namespace

TextSays textSays(const std::vector<Statement> &statements, bool read)
{
    TextSays says;
    bool tables = false, drops = false;
    for (const Statement &statement : statements) {
        const Reach reach = reachOf(statement.node, read);
        tables = tables || reach == Reach::Tables;
        drops = drops || reach == Reach::Drops;
        says.reach = std::max(says.reach, reach);
        const Fields into = object(statement.node.fields, statement.node.is(l("CreateTableAsStmt")) ? l("into") : l("intoClause"));
        if (!into.isEmpty())
            says.makes += text(object(into, l("rel")), l("relname"));
    }
    // Beside a statement that makes or alters, new rows are no surprise in a batch that also drops.
    if (tables && drops && says.reach == Reach::Drops)
        says.reach = Reach::Tables;
    says.sets = hasNode(statements, {l("VariableSetStmt")});
    return says;
}

bool isReading(const std::vector<Statement> &statements, const Expected &expected)
{
    const bool only = std::all_of(statements.begin(), statements.end(), [](const Statement &statement) {
        return (statement.node.is(l("SelectStmt")) && !statement.node.fields.has(l("intoClause")) && !statement.node.fields.has(l("lockingClause")))
            || statement.node.is(l("VariableShowStmt")) || statement.node.is(l("ExplainStmt"))
            || (statement.node.is(l("CopyStmt")) && !statement.node.fields.has(l("is_from")));
    });
    return only && expected.reading;
}

Reported compareLedgers(const Ledger &before, const Ledger &after, const Expected &expected, const TextSays &says)
{
    return Comparing(before, after, expected, says).compare();
}

void nameCatalogRows(const std::vector<CatalogRow> &rows, const Ledger &before, const Expected &expected, const TextSays &says, Reported &reported)
{
    const std::set<Oid> own = withChildren(expected.written, before);
    QStringList strange;
    for (const CatalogRow &row : rows) {
        const bool said = says.reach != Reach::Nothing && row.relation != 0 && (own.contains(row.relation) || says.makes.contains(row.relationName));
        if (!said)
            strange += row.object;
    }
    strange.removeDuplicates();
    if (strange.isEmpty())
        return;
    if (reported.catalogRows == 0)
        reported.catalogRows = strange.size();
    reported.catalog += QStringLiteral("new or changed: %1").arg(strange.join(l(", ")));
}

} // namespace holdfast::sql
