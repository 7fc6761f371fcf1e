// SPDX-License-Identifier: Apache-2.0
#include "kinds/command/postgresclient.h"

#include <algorithm>
#include <unistd.h>

namespace holdfast {

namespace {

constexpr qsizetype longestScript = 1024LL * 1024;

/// psql 15. What is missing here (`--cluster` of Debian's wrapper, a later version's options) is not understood.
const OptionTable &psqlTable()
{
    static const OptionTable table{QStringLiteral("aAbeEHlnqsStVwWxXz?01"), QStringLiteral("cdfFhLopPRTUv"),
                                   {QStringLiteral("list"), QStringLiteral("version"), QStringLiteral("no-psqlrc"), QStringLiteral("single-transaction"),
                                    QStringLiteral("echo-all"), QStringLiteral("no-align"), QStringLiteral("echo-errors"), QStringLiteral("echo-queries"), QStringLiteral("echo-hidden"),
                                    QStringLiteral("no-readline"), QStringLiteral("quiet"), QStringLiteral("single-step"), QStringLiteral("single-line"), QStringLiteral("html"),
                                    QStringLiteral("csv"), QStringLiteral("tuples-only"), QStringLiteral("expanded"), QStringLiteral("no-password"), QStringLiteral("password"),
                                    QStringLiteral("field-separator-zero"), QStringLiteral("record-separator-zero")},
                                   {QStringLiteral("command"), QStringLiteral("dbname"), QStringLiteral("file"), QStringLiteral("set"), QStringLiteral("variable"), QStringLiteral("log-file"),
                                    QStringLiteral("output"), QStringLiteral("field-separator"), QStringLiteral("pset"), QStringLiteral("record-separator"), QStringLiteral("table-attr"),
                                    QStringLiteral("host"), QStringLiteral("port"), QStringLiteral("username")},
                                   {QStringLiteral("help")}, true};
    return table;
}

/// Options that this reading mirrors: where it goes, what is sent, and how the answer looks.
bool isMirrored(const ReadOption &option)
{
    static const QStringList mirrored{
        QStringLiteral("X"), QStringLiteral("no-psqlrc"), QStringLiteral("1"), QStringLiteral("single-transaction"), QStringLiteral("c"), QStringLiteral("command"),
        QStringLiteral("f"), QStringLiteral("file"), QStringLiteral("d"), QStringLiteral("dbname"), QStringLiteral("h"), QStringLiteral("host"),
        QStringLiteral("p"), QStringLiteral("port"), QStringLiteral("U"), QStringLiteral("username"), QStringLiteral("w"), QStringLiteral("no-password"),
        QStringLiteral("a"), QStringLiteral("echo-all"), QStringLiteral("A"), QStringLiteral("no-align"), QStringLiteral("b"), QStringLiteral("echo-errors"),
        QStringLiteral("e"), QStringLiteral("echo-queries"), QStringLiteral("H"), QStringLiteral("html"), QStringLiteral("n"), QStringLiteral("no-readline"),
        QStringLiteral("q"), QStringLiteral("quiet"), QStringLiteral("t"), QStringLiteral("tuples-only"), QStringLiteral("x"), QStringLiteral("expanded"),
        QStringLiteral("csv"), QStringLiteral("F"), QStringLiteral("field-separator"), QStringLiteral("R"), QStringLiteral("record-separator"),
        QStringLiteral("T"), QStringLiteral("table-attr"), QStringLiteral("z"), QStringLiteral("field-separator-zero"), QStringLiteral("0"), QStringLiteral("record-separator-zero")};
    // One transaction fails as a whole, whatever psql does with the rest of its script.
    static const QStringList stopping{QStringLiteral("ON_ERROR_STOP=1"), QStringLiteral("ON_ERROR_STOP=on"), QStringLiteral("ON_ERROR_STOP=0"), QStringLiteral("ON_ERROR_STOP=off")};
    const bool sets = option.name == u"v" || option.name == u"set" || option.name == u"variable";
    return mirrored.contains(option.name) || (sets && stopping.contains(option.value.value_or(QString())));
}

/// What psql would send: one text, and why it is not sent just so.
struct Script final
{
    QString text;
    QStringList reasons;
};

void decode(Script &script, const QByteArray &bytes)
{
    script.text = QString::fromUtf8(bytes);
    if (script.text.toUtf8() != bytes || bytes.contains('\0'))
        script.reasons.append(QStringLiteral("the script is not plain UTF-8"));
}

Script readFile(CommandPlan &plan, const QString &path)
{
    Script script;
    auto file = hashFile(plan.directory.get(), path.toUtf8(), longestScript);
    QByteArray bytes(file ? static_cast<qsizetype>(file->size) : 0, '\0');
    if (!file || ::pread(file->file.get(), bytes.data(), static_cast<size_t>(bytes.size()), 0) != bytes.size() || sha256(bytes) != file->digest) {
        script.reasons.append(QStringLiteral("the script %1 cannot be read").arg(path));
        return script;
    }
    plan.addFile(std::move(*file));
    decode(script, bytes);
    return script;
}

/// Only what psql's own lexer passes on as it stands, and in one piece.
void readAsScript(Script &script, bool oneTransaction)
{
    if (script.text.contains(u'\\'))
        script.reasons.append(QStringLiteral("a backslash may begin a command of psql itself, which can run programs"));
    if (QString(script.text).remove(QStringLiteral("::")).contains(u':'))
        script.reasons.append(QStringLiteral("a colon may stand for a variable of psql"));
    const QString statement = script.text.trimmed();
    if (!oneTransaction && statement.chopped(statement.endsWith(u';') ? 1 : 0).contains(u';'))
        script.reasons.append(QStringLiteral("psql commits after each statement of a script; --single-transaction makes them one"));
}

Script scriptOf(CommandPlan &plan, const ReadArguments &arguments)
{
    const QStringList commands = arguments.values({QStringLiteral("c"), QStringLiteral("command")});
    const QStringList files = arguments.values({QStringLiteral("f"), QStringLiteral("file")});
    const bool fromInput = commands.isEmpty() && (files.isEmpty() || files == QStringList{QStringLiteral("-")});
    Script script;
    if (commands.size() + files.size() > 1) {
        script.text = commands.join(QStringLiteral(";\n"));
        script.reasons.append(QStringLiteral("several -c or -f are scripts of their own, each in its own transactions"));
    } else if (commands.size() == 1) {
        script.text = commands.front();
        if (script.text.startsWith(u'\\'))
            script.reasons.append(QStringLiteral("a backslash begins a command of psql itself, which can run programs"));
    } else if (fromInput) {
        decode(script, plan.input);
    } else {
        script = readFile(plan, files.front());
    }
    if (!fromInput && !plan.input.isEmpty())
        script.reasons.append(QStringLiteral("there is a standard input beside the script"));
    if (commands.isEmpty())
        readAsScript(script, arguments.has({QStringLiteral("1"), QStringLiteral("single-transaction")}));
    if (script.reasons.isEmpty() && script.text.trimmed().isEmpty())
        script.reasons.append(QStringLiteral("there is no statement"));
    if (std::any_of(script.text.begin(), script.text.end(), [](QChar c) { return c.unicode() >= 0x80; }))
        script.reasons.append(QStringLiteral("psql sends letters beyond ASCII in the server's encoding, the gate in UTF-8"));
    return script;
}

Destination destinationOf(const CommandPlan &plan, const ReadArguments &arguments)
{
    Destination destination = destinationFrom(plan);
    take(destination.host, arguments.value({QStringLiteral("h"), QStringLiteral("host")}));
    take(destination.port, arguments.value({QStringLiteral("p"), QStringLiteral("port")}));
    // The first operand that -d leaves over names the database, the next that -U leaves over the user.
    QStringList operands = arguments.operands;
    QString database = arguments.value({QStringLiteral("d"), QStringLiteral("dbname")});
    QString user = arguments.value({QStringLiteral("U"), QStringLiteral("username")});
    if (!arguments.has({QStringLiteral("d"), QStringLiteral("dbname")}) && !operands.isEmpty())
        database = operands.takeFirst();
    if (!arguments.has({QStringLiteral("U"), QStringLiteral("username")}) && !operands.isEmpty())
        user = operands.takeFirst();
    if (!operands.isEmpty())
        destination.unclear.append(QStringLiteral("psql leaves out the argument %1").arg(operands.front()));
    take(destination.user, user);
    takeDatabase(destination, database);
    if (destination.host.contains(u',') || destination.port.contains(u','))
        destination.unclear.append(QStringLiteral("it tries several servers"));
    return destination;
}

QStringList reasonsOf(const ReadArguments &arguments)
{
    QStringList reasons;
    if (!arguments.unknown.isEmpty())
        reasons.append(QStringLiteral("psql does not know %1").arg(arguments.unknown.join(u' ')));
    for (const auto &option : arguments.options) {
        if (!isMirrored(option))
            reasons.append(QStringLiteral("psql's option %1%2 is not mirrored").arg(option.name.size() == 1 ? QStringLiteral("-") : QStringLiteral("--"), option.name));
    }
    if (!arguments.has({QStringLiteral("X"), QStringLiteral("no-psqlrc")}))
        reasons.append(QStringLiteral("without --no-psqlrc start-up files run first"));
    return reasons;
}

} // namespace

Understanding understandPsql(CommandPlan &plan, const MeasureInput &input)
{
    if (!plan.directory)
        return understandNothing(plan, QStringLiteral("its working directory cannot be opened"));
    const auto arguments = readArguments(plan.argv.sliced(1), psqlTable());
    const Script script = scriptOf(plan, arguments);
    return measureSent(script.text, destinationOf(plan, arguments), reasonsOf(arguments) + script.reasons, plan, input);
}

} // namespace holdfast
