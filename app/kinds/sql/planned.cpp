// SPDX-License-Identifier: Apache-2.0
#include "kinds/sql/planned.h"

#include "kinds/sql/code.h"
#include "kinds/sql/latin.h"
#include "kinds/sql/statements.h"
#include "kinds/sql/storedtree.h"

#include <algorithm>
#include <limits>

namespace holdfast::sql {

namespace {

struct Function final
{
    QString signature, version, language, body;
    bool immutable = false, defaults = false;
};

/// The functions that the trees of one database may call.
struct Callables final
{
    std::map<Oid, Function> functions;
    std::map<Oid, Oid> instead; ///< operators of somebody's, with a function that the server may call in place of theirs
    bool textRuns = false; ///< what makes a value of a text may call them: the check of a domain, of a field or an element as well
    QStringList expanded; ///< names of functions and operators in whose place the planner writes more than was written: a body in SQL, defaults of arguments
};

/// The body of a function in SQL. It is tame if its expression holds nothing that is evaluated before its parameters have values.
class Body final
{
public:
    explicit Body(const Callables &callables) : m_callables(callables) {}

    [[nodiscard]] bool isTame(const QString &text) const
    {
        const auto statements = parseStatements(text);
        if (!statements || statements->size() != 1 || !statements->front().node.is(l("SelectStmt")))
            return false;
        const auto outputs = children(statements->front().node.fields, l("targetList"));
        return outputs.size() == 1 && outputs.front().is(l("ResTarget")) && varies(child(outputs.front().fields, l("val")));
    }

private:
    [[nodiscard]] bool isLiteral(const Node &node) const
    {
        const bool cast = node.is(l("TypeCast"));
        const Node value = cast ? child(node.fields, l("arg")) : node;
        if (!value.is(l("A_Const")) || value.fields.has(l("isnull")))
            return false;
        return value.fields.has(l("sval")) ? !m_callables.textRuns : !cast; // a text is read as what it becomes, no cast is called
    }
    [[nodiscard]] bool vary(const std::vector<Node> &operands) const
    {
        const auto fits = [&](const Node &one) { return isLiteral(one) || varies(one); };
        return std::all_of(operands.begin(), operands.end(), fits) && std::any_of(operands.begin(), operands.end(), [&](const Node &one) { return varies(one); });
    }
    [[nodiscard]] bool varies(const Node &node) const
    {
        if (node.is(l("ParamRef")))
            return true;
        if (node.is(l("TypeCast")))
            return varies(child(node.fields, l("arg")));
        if (node.is(l("FuncCall")))
            return !m_callables.expanded.contains(names(node.fields, l("funcname")).value(names(node.fields, l("funcname")).size() - 1)) && vary(children(node.fields, l("args")));
        const bool plain = node.is(l("A_Expr")) && text(node.fields, l("kind")) == l("AEXPR_OP");
        return plain && node.fields.has(l("lexpr")) && !m_callables.expanded.contains(names(node.fields, l("name")).value(names(node.fields, l("name")).size() - 1))
            && vary({child(node.fields, l("lexpr")), child(node.fields, l("rexpr"))});
    }

    const Callables &m_callables;
};

class Planning final
{
public:
    explicit Planning(const Callables &callables) : m_callables(callables) {}

    /// The function that is evaluated in it, or 0. `whole`: it may be put to rows and to their statistics, so that all that it calls may run.
    [[nodiscard]] Oid evaluated(const StoredTree &tree, bool whole) const
    {
        const Oid called = tree.function();
        if (called >= FirstUserOid && ((whole && !isOfServer(called)) || runs(tree, called)))
            return called;
        if (whole && tree.type == l("COERCETODOMAIN")) // its checks may call anything
            return notKnown;
        if (const auto other = m_callables.instead.find(tree.word(l("opno")).toUInt()); other != m_callables.instead.end())
            return other->second;
        for (const StoredTree &part : tree.parts) {
            if (const Oid inside = evaluated(part, whole); inside != 0)
                return inside;
        }
        return 0;
    }

private:
    static constexpr Oid notKnown = std::numeric_limits<Oid>::max();
    /// Written in a language that only a superuser may write in.
    [[nodiscard]] bool isOfServer(Oid function) const
    {
        const auto found = m_callables.functions.find(function);
        return found != m_callables.functions.end() && (found->second.language == l("c") || found->second.language == l("internal"));
    }
    [[nodiscard]] bool isSql(Oid function) const
    {
        const auto found = m_callables.functions.find(function);
        return found != m_callables.functions.end() && found->second.language == l("sql");
    }
    [[nodiscard]] bool runs(const StoredTree &call, Oid called) const
    {
        const auto found = m_callables.functions.find(called);
        if (found == m_callables.functions.end())
            return true;
        if (found->second.defaults)
            return true;
        if (isSql(called))
            return !vary(call) || !Body(m_callables).isTame(found->second.body);
        return found->second.immutable && !vary(call);
    }
    [[nodiscard]] static bool isValue(const StoredTree &tree)
    {
        if (tree.type == l("RELABELTYPE"))
            return std::all_of(tree.parts.begin(), tree.parts.end(), [](const auto &part) { return isValue(part); });
        return tree.type == l("CONST") && tree.word(l("constisnull")) == l("false");
    }
    /// Some argument is of the row, and no other one may turn out to be null.
    [[nodiscard]] bool vary(const StoredTree &call) const
    {
        return std::all_of(call.parts.begin(), call.parts.end(), [&](const auto &part) { return isValue(part) || varies(part); })
            && std::any_of(call.parts.begin(), call.parts.end(), [&](const auto &part) { return varies(part); });
    }
    /// Never simplified to a constant, as CASE WHEN true, coalesce(1, id) or the body of a function in SQL may be.
    [[nodiscard]] bool varies(const StoredTree &tree) const
    {
        static const QStringList wrapping{QStringLiteral("RELABELTYPE"), QStringLiteral("COERCEVIAIO"), QStringLiteral("COERCETODOMAIN"), QStringLiteral("COLLATEEXPR"),
                                          QStringLiteral("FUNCEXPR"), QStringLiteral("OPEXPR"), QStringLiteral("SCALARARRAYOPEXPR")};
        return tree.type == l("VAR") || (wrapping.contains(tree.type) && !isSql(tree.function()) && vary(tree));
    }

    const Callables &m_callables;
};

/// `code`: functions that need no superuser to be written; `families`: of operators that hold such code, behind an operator or as what supports an index.
QString familyFunctions()
{
    return QStringLiteral("WITH code(function) AS (SELECT p.oid FROM pg_proc p JOIN pg_language g ON g.oid = p.prolang WHERE p.oid >= 16384 AND g.lanname NOT IN ('c', 'internal')),"
                          " families(family, function) AS (SELECT m.family, c.function FROM (SELECT amprocfamily, amproc::oid FROM pg_amproc"
                          "  UNION SELECT a.amopfamily, o.oprcode::oid FROM pg_amop a JOIN pg_operator o ON o.oid = a.amopopr) m(family, function) JOIN code c USING (function))");
}

/// Matches a stored tree that calls what is not the server's.
QString callsCode()
{
    return QStringLiteral("':(funcid|opfuncid|opno) (\\d{6,}|[2-9]\\d{4}|1[7-9]\\d{3}|16[4-9]\\d\\d|163[89]\\d)|ROWCOMPAREEXPR'");
}

Result<Callables, QString> callablesOf(const PgConnection &db)
{
    const auto rows = db.guarded(QStringLiteral("SELECT p.oid, p.oid::regprocedure::text, md5(%1), g.lanname, CASE WHEN g.lanname = 'sql' THEN p.prosrc ELSE '' END, p.provolatile = 'i', p.pronargdefaults > 0"
                                                " FROM pg_proc p JOIN pg_language g ON g.oid = p.prolang WHERE p.oid >= 16384").arg(contentOf()));
    const auto names = db.guarded(QStringLiteral("SELECT p.proname FROM pg_proc p JOIN pg_language g ON g.oid = p.prolang WHERE p.oid >= 16384 AND (g.lanname = 'sql' OR p.pronargdefaults > 0)"
                                                 " UNION SELECT o.oprname FROM pg_operator o JOIN pg_proc p ON p.oid = o.oprcode JOIN pg_language g ON g.oid = p.prolang"
                                                 "  WHERE p.oid >= 16384 AND g.lanname = 'sql'"));
    // To prove one condition from another the planner compares their constants, by any operator of the family. It replaces NOT by the negator.
    const auto operators = db.guarded(familyFunctions() + QStringLiteral(
        " SELECT x.operator, min(x.function::int8) FROM (SELECT m.amopopr, f.function FROM families f JOIN pg_amop m ON m.amopfamily = f.family UNION ALL SELECT o.oid, c.function"
        "  FROM pg_operator o JOIN pg_operator n ON n.oid = o.oprnegate JOIN code c ON c.function = n.oprcode) x(operator, function) WHERE x.operator >= 16384 GROUP BY 1"));
    const auto checks = db.guarded(QStringLiteral("SELECT EXISTS (SELECT FROM pg_constraint WHERE contypid <> 0 AND conbin::text ~ %1)").arg(callsCode()));
    for (const auto *asked : {&rows, &names, &operators, &checks}) {
        if (!*asked)
            return Failure{asked->error().toString()};
    }
    Callables all;
    all.textRuns = checks->flag(0, 0);
    for (int row = 0; row < operators->count(); ++row)
        all.instead[operators->oid(row, 0)] = operators->oid(row, 1);
    for (int row = 0; row < rows->count(); ++row)
        all.functions[rows->oid(row, 0)] = {rows->text(row, 1), rows->text(row, 2), rows->text(row, 3), rows->text(row, 4), rows->flag(row, 5), rows->flag(row, 6)};
    for (int row = 0; row < names->count(); ++row)
        all.expanded += names->text(row, 0);
    return all;
}

/// Expressions that call what is not the server's: of which table, in what, the tree; or in place of a tree the function that compares. Last, whether
/// it is a condition of an index: that stands among the conditions of a query which follows it, for their statistics and for the rows themselves.
Result<PgRows, PgError> expressionsOf(const PgConnection &db)
{
    return db.guarded(familyFunctions() + QStringLiteral(
        ", trees(rel, what, tree, whole) AS ("
        " SELECT i.indrelid, 'index ' || quote_ident(c.relname), x.tree::text, x.whole FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
        "  CROSS JOIN LATERAL (VALUES (i.indexprs, false), (i.indpred, true)) x(tree, whole)"
        " UNION ALL SELECT stxrelid, 'statistics ' || quote_ident(stxname), stxexprs::text, false FROM pg_statistic_ext"
        " UNION ALL SELECT conrelid, 'check constraint ' || quote_ident(conname), conbin::text, false FROM pg_constraint WHERE contype = 'c' AND conrelid <> 0"
        " UNION ALL SELECT p.partrelid, 'the partition key of ' || quote_ident(c.relname), p.partexprs::text, false FROM pg_partitioned_table p JOIN pg_class c ON c.oid = p.partrelid)"
        " SELECT rel, what, tree, 0, whole FROM trees WHERE tree ~ %1"
        "  OR (whole AND tree ~ 'COERCETODOMAIN')"
        " UNION ALL SELECT k.rel, k.what, '', min(f.function::int8), false FROM (SELECT i.indrelid, 'index ' || quote_ident(c.relname), i.indclass FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
        "   UNION ALL SELECT p.partrelid, 'the partition key of ' || quote_ident(c.relname), p.partclass FROM pg_partitioned_table p JOIN pg_class c ON c.oid = p.partrelid) k(rel, what, classes)"
        "  JOIN pg_opclass o ON o.oid = ANY(k.classes::oid[]) JOIN families f ON f.family = o.opcfamily GROUP BY 1, 2 ORDER BY 1, 2").arg(callsCode()));
}

} // namespace

Result<PlannedCodes, QString> codeOfPlanning(const PgConnection &db)
{
    const auto rows = expressionsOf(db);
    if (!rows)
        return Failure{rows.error().toString()};
    PlannedCodes found;
    if (rows->count() == 0)
        return found;
    const auto callables = callablesOf(db);
    if (!callables)
        return callables.failure();
    for (int row = 0; row < rows->count(); ++row) {
        const QString tree = rows->text(row, 2);
        const Oid called = tree.isEmpty() ? rows->oid(row, 3) : Planning(*callables).evaluated(StoredTree::parse(tree), rows->flag(row, 4));
        if (called == 0)
            continue;
        const auto function = callables->functions.find(called);
        found.emplace(rows->oid(row, 0), function == callables->functions.end() ? PlannedCode{rows->text(row, 1), QStringLiteral("code that is not known"), {}}
                                                                                : PlannedCode{rows->text(row, 1), function->second.signature, function->second.version});
    }
    return found;
}

} // namespace holdfast::sql
