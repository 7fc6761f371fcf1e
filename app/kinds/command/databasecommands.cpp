// SPDX-License-Identifier: Apache-2.0
#include "kinds/command/optionreader.h"
#include "kinds/command/understanding.h"
#include "kinds/sql/sqlmeasurer.h"

#include <libpq-fe.h>

#include <memory>

namespace holdfast {

namespace {

constexpr qsizetype MaxScript = 1024LL * 1024;

/// Where a PostgreSQL client will connect, as far as its arguments and environment say.
struct Destination final
{
    QString host = QStringLiteral("/var/run/postgresql"), port = QStringLiteral("5432"), database, user;
    [[nodiscard]] QString text() const { return QStringLiteral("%1 on %2, port %3").arg(database, host, port); }
};

QString passedOn(const CommandPlan &plan, const QByteArray &name)
{
    for (const auto &entry : plan.environment) {
        if (entry.startsWith(name + '='))
            return QString::fromUtf8(entry.sliced(name.size() + 1));
    }
    return {};
}

void take(QString &into, const QString &value)
{
    if (!value.isEmpty())
        into = value;
}

/// A URI or `key=value` string; false when libpq does not understand it.
bool takeConninfo(Destination &destination, const QString &text)
{
    const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(PQconninfoParse(text.toUtf8().constData(), nullptr), &PQconninfoFree);
    for (auto *option = options.get(); option != nullptr && option->keyword != nullptr; ++option) {
        const QByteArrayView key(option->keyword);
        const QString value = option->val != nullptr ? QString::fromUtf8(option->val) : QString();
        if (key == "host" || key == "hostaddr")
            take(destination.host, value);
        else if (key == "port")
            take(destination.port, value);
        else if (key == "dbname")
            take(destination.database, value);
        else if (key == "user")
            take(destination.user, value);
    }
    return options != nullptr;
}

Destination fromEnvironment(const CommandPlan &plan)
{
    Destination destination;
    take(destination.host, passedOn(plan, "PGHOST"));
    take(destination.host, passedOn(plan, "PGHOSTADDR"));
    take(destination.port, passedOn(plan, "PGPORT"));
    take(destination.user, passedOn(plan, "PGUSER"));
    take(destination.database, passedOn(plan, "PGDATABASE"));
    return destination;
}

void takeOptions(Destination &destination, const ReadArguments &arguments)
{
    take(destination.host, arguments.value({QStringLiteral("h"), QStringLiteral("host")}));
    take(destination.port, arguments.value({QStringLiteral("p"), QStringLiteral("port")}));
    take(destination.user, arguments.value({QStringLiteral("U"), QStringLiteral("username")}));
}

/// The registered target that lies there, by host, port and database.
const Target *targetAt(const Destination &destination, const MeasureInput &input)
{
    for (const auto &target : input.targets != nullptr ? *input.targets : std::vector<Target>()) {
        Destination there;
        if (target.kind == kind::Sql && takeConninfo(there, target.url) && there.host == destination.host && there.port == destination.port
            && there.database == destination.database)
            return &target;
    }
    return nullptr;
}

/// The class of a statement by its node alone, most destructive first.
QString classOf(const QString &statements)
{
    static const std::vector<std::pair<QLatin1String, QLatin1String>> classes{
        {QLatin1String("DropdbStmt"), QLatin1String("database.drop-database")}, {QLatin1String("DropStmt"), QLatin1String("database.drop-table")},
        {QLatin1String("TruncateStmt"), QLatin1String("database.truncate")},    {QLatin1String("DeleteStmt"), QLatin1String("database.delete")},
        {QLatin1String("AlterTableStmt"), QLatin1String("database.alter-table")}, {QLatin1String("UpdateStmt"), QLatin1String("database.update")},
        {QLatin1String("InsertStmt"), QLatin1String("database.insert")}};
    const auto parsed = sql::parseStatements(statements);
    for (const auto &[node, operation] : classes) {
        for (const auto &statement : parsed ? *parsed : std::vector<sql::Statement>()) {
            if (statement.node.type == node)
                return operation;
        }
    }
    return QStringLiteral("database.other");
}

/// No registered target lies there: the text is known, and nothing of what it meets.
MeasureOutput unmeasured(const QString &statements, const Destination &destination, const MeasureInput &input)
{
    const QString why = QStringLiteral("it connects to %1, which is no registered target: nothing there was measured").arg(destination.text());
    MeasureOutput output;
    auto &m = output.measurement;
    m.operation = classOf(statements);
    m.resources = {QStringLiteral("postgresql:%1:%2/%3").arg(destination.host, destination.port, destination.database)};
    m.environment = {QStringLiteral("unknown"), Quality::Unknown, why};
    m.facts.push_back({fact::DestroyedRows.toString(), QStringLiteral("rows destroyed"), QStringLiteral("unknown"), std::nullopt, QStringLiteral("rows"), Quality::Unknown, why, input.at, Severity::Danger});
    m.recovery.how = why;
    m.uninspectable = {why};
    m.confirmText = destination.database;
    return output;
}

/// Measures statements as the sql kind does, on the registered target that lies where the client will connect.
MeasureOutput measureText(const QString &statements, const Destination &destination, const MeasureInput &input)
{
    const Target *registered = targetAt(destination, input);
    Request request = *input.request;
    request.kind = kind::Sql.toString();
    request.action = SqlAction{statements, std::nullopt};
    MeasureInput inner = input;
    inner.request = &request;
    inner.target = registered;
    inner.credential = nullptr;
    MeasureOutput output = registered != nullptr ? SqlMeasurer().measure(inner) : unmeasured(statements, destination, input);
    output.measurement.fingerprint = sha256(statements.toUtf8()); // a live table moves without drifting: its facts are what is compared
    output.measurement.facts.push_back({QStringLiteral("command.connection"), QStringLiteral("connects to"), destination.text(), std::nullopt, {}, Quality::Estimated,
                                        QStringLiteral("arguments and environment; the program makes a connection of its own, not the one that was measured"), input.at, Severity::Notice});
    return output;
}

const OptionTable &psqlTable()
{
    static const OptionTable table{QStringLiteral("lVX1?aAbeEnqsSHtxz0wW"), QStringLiteral("cdfvLoFPRThpU"),
                                   {QStringLiteral("list"), QStringLiteral("version"), QStringLiteral("no-psqlrc"), QStringLiteral("single-transaction"), QStringLiteral("help"),
                                    QStringLiteral("echo-all"), QStringLiteral("no-align"), QStringLiteral("echo-errors"), QStringLiteral("echo-queries"), QStringLiteral("echo-hidden"),
                                    QStringLiteral("no-readline"), QStringLiteral("quiet"), QStringLiteral("single-step"), QStringLiteral("single-line"), QStringLiteral("html"),
                                    QStringLiteral("csv"), QStringLiteral("tuples-only"), QStringLiteral("expanded"), QStringLiteral("no-password"), QStringLiteral("password")},
                                   {QStringLiteral("command"), QStringLiteral("dbname"), QStringLiteral("file"), QStringLiteral("set"), QStringLiteral("variable"), QStringLiteral("log-file"),
                                    QStringLiteral("output"), QStringLiteral("field-separator"), QStringLiteral("pset"), QStringLiteral("record-separator"), QStringLiteral("table-attr"),
                                    QStringLiteral("host"), QStringLiteral("port"), QStringLiteral("username")},
                                   true};
    return table;
}

QString readScript(const CommandPlan &plan, const QString &path, QStringList &notes)
{
    if (path == u"-")
        return QString::fromUtf8(plan.input);
    const auto file = hashFile(plan.directory.get(), path.toUtf8(), MaxScript);
    QByteArray text(file ? static_cast<qsizetype>(file->size) : 0, '\0');
    if (!file || ::pread(file->file.get(), text.data(), static_cast<size_t>(text.size()), 0) != text.size())
        notes.append(QStringLiteral("the script %1 cannot be read").arg(path));
    return QString::fromUtf8(text);
}

/// Everything psql will send, in its order: -c and -f as given, else the standard input.
QString scriptOf(const CommandPlan &plan, const ReadArguments &arguments, QStringList &notes)
{
    QStringList parts;
    for (const auto &option : arguments.options) {
        if (option.name == u"c" || option.name == u"command")
            parts.append(option.value.value_or(QString()));
        else if (option.name == u"f" || option.name == u"file")
            parts.append(readScript(plan, option.value.value_or(QString()), notes));
    }
    if (parts.isEmpty())
        parts.append(QString::fromUtf8(plan.input));
    return parts.join(QStringLiteral(";\n"));
}

QStringList psqlNotes(const CommandPlan &plan, const ReadArguments &arguments, const QString &script)
{
    QStringList notes;
    if (!arguments.unknown.isEmpty())
        notes.append(QStringLiteral("psql does not know %1").arg(arguments.unknown.join(u' ')));
    if (script.contains(u'\\'))
        notes.append(QStringLiteral("a backslash may begin a command of psql itself, which can run programs"));
    if (arguments.has({QStringLiteral("v"), QStringLiteral("set"), QStringLiteral("variable")}))
        notes.append(QStringLiteral("variables of psql change the statements before they are sent"));
    if (arguments.has({QStringLiteral("o"), QStringLiteral("output"), QStringLiteral("L"), QStringLiteral("log-file")}))
        notes.append(QStringLiteral("output goes to a file or a program"));
    if (!arguments.has({QStringLiteral("X"), QStringLiteral("no-psqlrc")}))
        notes.append(QStringLiteral("without --no-psqlrc a start-up file runs first"));
    if (!passedOn(plan, "PGSERVICE").isEmpty() || !passedOn(plan, "PGOPTIONS").isEmpty())
        notes.append(QStringLiteral("PGSERVICE or PGOPTIONS changes the connection"));
    return notes;
}

} // namespace

Understanding understandPsql(const CommandPlan &plan, const MeasureInput &input)
{
    if (!plan.directory)
        return understandNothing(plan, QStringLiteral("its working directory cannot be opened"));
    const auto arguments = readArguments(plan.argv.sliced(1), psqlTable());
    Destination destination = fromEnvironment(plan);
    takeOptions(destination, arguments);
    const QString database = arguments.operands.value(0, arguments.value({QStringLiteral("d"), QStringLiteral("dbname")}));
    if (database.contains(u'=') || database.contains(QStringLiteral("://")))
        takeConninfo(destination, database);
    else
        take(destination.database, database);
    take(destination.user, arguments.operands.value(1));
    if (destination.database.isEmpty())
        destination.database = destination.user.isEmpty() ? plan.userName : destination.user;
    QStringList unreadable;
    const QString script = scriptOf(plan, arguments, unreadable);
    Understanding understanding{measureText(script, destination, input), {}, {}};
    understanding.inner.measurement.uninspectable += unreadable + psqlNotes(plan, arguments, script);
    return understanding;
}

Understanding understandDropdb(const CommandPlan &plan, const MeasureInput &input)
{
    static const OptionTable table{QStringLiteral("efiVwW?"), QStringLiteral("hpU"),
                                   {QStringLiteral("echo"), QStringLiteral("force"), QStringLiteral("interactive"), QStringLiteral("version"), QStringLiteral("if-exists"),
                                    QStringLiteral("no-password"), QStringLiteral("password"), QStringLiteral("help")},
                                   {QStringLiteral("host"), QStringLiteral("port"), QStringLiteral("username"), QStringLiteral("maintenance-db")}, true};
    const auto arguments = readArguments(plan.argv.sliced(1), table);
    if (!arguments.unknown.isEmpty() || arguments.operands.size() != 1)
        return understandNothing(plan, QStringLiteral("dropdb wants the name of one database"));
    Destination destination = fromEnvironment(plan);
    takeOptions(destination, arguments);
    destination.database = arguments.operands.front();
    QString name = destination.database;
    const bool force = arguments.has({QStringLiteral("f"), QStringLiteral("force")});
    const QString statement = QStringLiteral("DROP DATABASE \"%1\"%2").arg(name.replace(u'"', QStringLiteral("\"\"")), force ? QStringLiteral(" WITH (FORCE)") : QString());
    Understanding understanding{measureText(statement, destination, input), {}, {}};
    if (force)
        understanding.flags.push_back({QStringLiteral("--force"), QStringLiteral("ends every connection to the database first")});
    if (!arguments.value({QStringLiteral("maintenance-db")}).isEmpty())
        understanding.inner.measurement.uninspectable.append(QStringLiteral("--maintenance-db may name another server"));
    return understanding;
}

} // namespace holdfast
