// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/json.h"

#include <QString>

namespace holdfast {

/// Why bytes are not the document they are taken for. `path` names the offending member.
struct DocumentError final
{
    enum class Kind {
        NotJson, NotAnObject, MissingMember, UnknownMember, WrongType, InvalidValue, NulInAction, WrongPayloadType,
    };
    Kind kind;
    QString path; ///< `$.claims.intent`
    QString detail; ///< what was expected, or the JSON error; never quotes foreign text
    [[nodiscard]] QString sentence() const;
};

template<typename T>
using Parsed = Result<T, DocumentError>;

} // namespace holdfast
