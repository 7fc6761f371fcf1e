// SPDX-License-Identifier: Apache-2.0
#include "kinds/command/readcatalogue.h"

#include "core/reader.h"

#include <QFile>

namespace holdfast {

namespace {

QStringList optionalTexts(ObjectReader &reader, QStringView name)
{
    return reader.has(name) ? reader.texts(name) : QStringList();
}

ReadForm::Operands operandsOf(ObjectReader &reader)
{
    const Json *value = reader.any(u"operands");
    if (value != nullptr && value->asString() != nullptr && *value->asString() == u"+")
        return ReadForm::Operands::Formats;
    return value != nullptr && value->asBool() != nullptr && *value->asBool() ? ReadForm::Operands::Names : ReadForm::Operands::None;
}

ReadForm formOf(ObjectReader &reader)
{
    ReadForm form;
    form.options = {reader.optionalText(u"short").value_or(QString()), reader.optionalText(u"short_values").value_or(QString()), optionalTexts(reader, u"long"),
                    optionalTexts(reader, u"long_values"), optionalTexts(reader, u"long_optional"), true, false};
    form.before = reader.optionalText(u"before").value_or(QString());
    if (reader.has(u"operands"))
        form.operands = operandsOf(reader);
    reader.optionalObject(u"words", [&form](ObjectReader &words) {
        for (const QString &word : words.names())
            form.words.insert(word, static_cast<int>(words.integer(word, 0, 4)));
    });
    return form;
}

QHash<QString, ReadForm> readCatalogue()
{
    QFile file(QStringLiteral(":/holdfast/catalogues/programs.json"));
    const auto json = file.open(QIODevice::ReadOnly) ? parseJson(file.readAll()) : parseJson({});
    if (!json)
        qFatal("the catalogue of programs: %s", qPrintable(json.error().sentence()));
    QHash<QString, ReadForm> forms;
    ObjectReader reader(*json);
    reader.each(u"read", [&forms](ObjectReader &each) {
        const QString program = each.text(u"program");
        forms.insert(program, formOf(each));
    });
    if (const auto error = reader.finish())
        qFatal("the catalogue of programs: %s", qPrintable(error->sentence()));
    return forms;
}

/// find(1): options, then paths, then an expression. How many arguments come before the expression.
qsizetype expressionBegins(const ReadForm &form, const QStringList &arguments)
{
    const auto isLetterOption = [&](const QString &word) {
        return word.size() == 2 && word.startsWith(u'-') && form.before.contains(word.at(1));
    };
    qsizetype at = 0;
    while (at < arguments.size() && isLetterOption(arguments[at]))
        ++at;
    while (at < arguments.size() && !arguments[at].startsWith(u'-') && !form.words.contains(arguments[at]))
        ++at;
    return at;
}

QString whyNotExpression(const ReadForm &form, const QStringList &arguments)
{
    for (qsizetype at = expressionBegins(form, arguments); at < arguments.size();) {
        const auto word = form.words.constFind(arguments[at]);
        if (word == form.words.constEnd())
            return arguments[at];
        at += 1 + *word;
        if (at > arguments.size())
            return QStringLiteral("%1 without its value").arg(word.key());
    }
    return {};
}

} // namespace

QString ReadForm::whyNot(const QStringList &arguments) const
{
    if (!words.isEmpty())
        return whyNotExpression(*this, arguments);
    const ReadArguments read = readArguments(arguments, options);
    if (!read.unknown.isEmpty())
        return read.unknown.first();
    for (const QString &operand : read.operands) {
        if (operands == Operands::None || (operands == Operands::Formats && !operand.startsWith(u'+')))
            return operand;
    }
    return {};
}

QStringList ReadForm::namesIn(const QStringList &arguments) const
{
    if (words.isEmpty())
        return operands == Operands::Names ? readArguments(arguments, options).operands : QStringList();
    QStringList names;
    for (const QString &word : arguments.first(expressionBegins(*this, arguments))) {
        if (!word.startsWith(u'-'))
            names.append(word);
    }
    return names;
}

const ReadForm *readFormOf(const QString &program)
{
    static const QHash<QString, ReadForm> forms = readCatalogue();
    const auto found = forms.constFind(program);
    return found == forms.constEnd() ? nullptr : &*found;
}

} // namespace holdfast
