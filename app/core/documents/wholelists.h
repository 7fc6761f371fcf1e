// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/documents/hold.h"

namespace holdfast {

/// A list that a document has no room for, as the blob that carries it whole: one strict JSON value per line, each line ended
/// by LF, in the list's order (protocol 1.4, hold, `whole`).
struct WholeList final
{
    BlobRef ref;
    QByteArray bytes;
};

inline constexpr qsizetype largestWholeList = 32LL * 1024 * 1024; ///< bytes; what does not fit even there is `action.stop`

/// nullopt: the list would be larger than largestWholeList.
[[nodiscard]] std::optional<WholeList> writeWhole(const QStringList &list);
[[nodiscard]] std::optional<WholeList> writeWhole(const std::vector<Dependent> &list);

/// Why the lists that decided cannot be had.
struct WholeError final
{
    enum class Kind { Missing, WrongBytes, Malformed, NotShortened };
    Kind kind = Kind::Missing;
    QString list; ///< `resources`, `dependents` or `uninspectable`
    [[nodiscard]] QString sentence() const;
};

/// What decided: `shown` with each list that `whole` names as its blob has it. The blobs are read line by line and compared with
/// their digests; a list that is not what `shown` shortens is refused. Without `whole` it is `shown` itself, and no blob is asked for.
[[nodiscard]] Result<Measurement, WholeError> wholeOf(const Measurement &shown, const BlobSource &blobs);

} // namespace holdfast
