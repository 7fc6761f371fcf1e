// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QStringList>

#include <optional>
#include <vector>

namespace holdfast {

/// What a program's command line may hold, as its manual says.
struct OptionTable final
{
    QString shortFlags; ///< letters without a value
    QString shortValues; ///< letters with one
    QStringList longFlags; ///< without `--`; a value after `=` makes it unknown
    QStringList longValues; ///< with one, after `=` or as the next argument
    QStringList longOptional; ///< with one after `=`, or none
    bool optionsAfterOperands = true; ///< GNU order: options anywhere before `--`
    bool abbreviations = true; ///< long options may be cut short while that is unambiguous
};

struct ReadOption final
{
    QString name; ///< `r`, `force`
    std::optional<QString> value;
};

/// A command line read by a table; nothing is guessed.
struct ReadArguments final
{
    std::vector<ReadOption> options;
    QStringList operands;
    QStringList unknown; ///< arguments that the table does not explain: the rest must not be trusted then
    [[nodiscard]] bool has(const QStringList &names) const;
    [[nodiscard]] QStringList values(const QStringList &names) const;
    /// The last one given, as getopt programs take it.
    [[nodiscard]] QString value(const QStringList &names) const;
};

/// Reads `arguments` (argv without the program) as getopt_long does, abbreviated long options included; what is ambiguous is unknown.
[[nodiscard]] ReadArguments readArguments(const QStringList &arguments, const OptionTable &table);

} // namespace holdfast
