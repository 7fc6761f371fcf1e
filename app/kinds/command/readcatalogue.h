// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/command/optionreader.h"

#include <QHash>

namespace holdfast {

/// One read-only form of a program: `resources/catalogues/programs.json`.
struct ReadForm final
{
    enum class Operands { None, Names, Formats };
    OptionTable options;
    Operands operands = Operands::None; ///< Formats: words that begin with `+`
    QHash<QString, int> words; ///< of an expression (find): how many words follow each; empty: the program takes options
    QString before; ///< letters of options that stand before an expression's paths

    /// Empty when the whole command line is of this form, else the first thing that is not.
    [[nodiscard]] QString whyNot(const QStringList &arguments) const;
    /// The names that the command line reads, as far as it is of this form.
    [[nodiscard]] QStringList namesIn(const QStringList &arguments) const;
};

/// The form of a program by its name, from the catalogue that is compiled in; nullptr: it has none.
[[nodiscard]] const ReadForm *readFormOf(const QString &program);

} // namespace holdfast
