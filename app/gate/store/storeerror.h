// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>

namespace holdfast {

/// Why the store cannot do its work. After one of these nothing of the running transaction has happened.
struct StoreError final
{
    enum class Kind { CannotOpen, WrongVersion, Behind, Forked, Busy, Full, Corrupt, Io };
    Kind kind = Kind::Io;
    QString detail; ///< the engine's own message or the file concerned; never a payload
    [[nodiscard]] QString sentence() const;
};

} // namespace holdfast
