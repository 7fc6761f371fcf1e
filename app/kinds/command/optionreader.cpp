// SPDX-License-Identifier: Apache-2.0
#include "kinds/command/optionreader.h"

#include <algorithm>

namespace holdfast {

namespace {

class Reader final
{
public:
    Reader(const QStringList &arguments, const OptionTable &table) : m_arguments(arguments), m_table(table) {}

    ReadArguments read()
    {
        bool options = true;
        for (; m_at < m_arguments.size(); ++m_at) {
            const QString &argument = m_arguments[m_at];
            if (options && argument == u"--") {
                options = false;
            } else if (options && argument.startsWith(u"--")) {
                longOption(argument.mid(2));
            } else if (options && argument.size() > 1 && argument.startsWith(u'-')) {
                shortOptions(argument);
            } else {
                m_result.operands.append(argument);
                options = options && m_table.optionsAfterOperands;
            }
        }
        return std::move(m_result);
    }

private:
    /// The full name, also of an unambiguous abbreviation; empty: none.
    QString fullName(const QString &given) const
    {
        QStringList matches;
        for (const auto &name : m_table.longFlags + m_table.longValues + m_table.longOptional) {
            if (name == given)
                return name;
            if (m_table.abbreviations && name.startsWith(given))
                matches.append(name);
        }
        return matches.size() == 1 ? matches.front() : QString();
    }

    void longOption(const QString &text)
    {
        const auto equals = text.indexOf(u'=');
        const QString name = fullName(equals < 0 ? text : text.first(equals));
        if (name.isEmpty() || (equals >= 0 && m_table.longFlags.contains(name))) {
            m_result.unknown.append(QStringLiteral("--") + text);
            return;
        }
        std::optional<QString> value = equals < 0 ? std::nullopt : std::optional(text.mid(equals + 1));
        if (!value && m_table.longValues.contains(name))
            value = next(QStringLiteral("--") + text);
        m_result.options.push_back({name, value});
    }

    void shortOptions(const QString &argument)
    {
        for (qsizetype i = 1; i < argument.size(); ++i) {
            const QString letter = argument.mid(i, 1);
            if (m_table.shortFlags.contains(letter)) {
                m_result.options.push_back({letter, std::nullopt});
            } else if (m_table.shortValues.contains(letter)) {
                const QString rest = argument.mid(i + 1);
                m_result.options.push_back({letter, rest.isEmpty() ? next(argument) : std::optional(rest)});
                return;
            } else {
                m_result.unknown.append(argument);
                return;
            }
        }
    }

    std::optional<QString> next(const QString &option)
    {
        if (m_at + 1 < m_arguments.size())
            return m_arguments[++m_at];
        m_result.unknown.append(option);
        return std::nullopt;
    }

    const QStringList &m_arguments;
    const OptionTable &m_table;
    ReadArguments m_result;
    qsizetype m_at = 0;
};

} // namespace

bool ReadArguments::has(const QStringList &names) const
{
    return std::any_of(options.begin(), options.end(), [&](const ReadOption &option) { return names.contains(option.name); });
}

QStringList ReadArguments::values(const QStringList &names) const
{
    QStringList result;
    for (const auto &option : options) {
        if (names.contains(option.name) && option.value)
            result.append(*option.value);
    }
    return result;
}

QString ReadArguments::value(const QStringList &names) const
{
    const auto all = values(names);
    return all.isEmpty() ? QString() : all.back();
}

ReadArguments readArguments(const QStringList &arguments, const OptionTable &table)
{
    return Reader(arguments, table).read();
}

} // namespace holdfast
