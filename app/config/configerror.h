// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.h"

#include <QString>

namespace holdfast {

/// Why a configuration is refused: where, which key, what was expected.
struct ConfigError final
{
    enum class Kind { CannotRead, CannotWrite, Syntax, UnknownKey, NotHonoured, Missing, WrongType, InvalidValue, Duplicate };
    Kind kind = Kind::Syntax;
    QString file; ///< as it was given
    int line = 0; ///< from 1; 0 when the file as a whole is meant
    QString key; ///< `target.url`, `gate.listen`; empty for syntax
    QString expected; ///< what should stand there, or why it cannot
    /// `gate.toml:12: target.url: expected …`
    [[nodiscard]] QString sentence() const;
};

} // namespace holdfast
