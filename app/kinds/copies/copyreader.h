// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/clock.h"

#include <QString>

#include <cstdint>
#include <map>
#include <optional>

namespace holdfast {

/// What one file says when it is read as a backup. A modification time, a name and a size prove nothing.
struct CopyReading final
{
    enum class Worth {
        Readable, ///< its own format's reader went through it and found content
        Broken, ///< empty, cut off, or refused by its reader
        Unread, ///< of a format that is not read here, or too large to be read in time
    };
    Worth worth = Worth::Unread;
    QString how; ///< which reader, and what it found or complained of
    std::optional<Instant> madeAt; ///< as the copy itself says
    QString database; ///< of a PostgreSQL dump: what was dumped
    bool wholeRead = false; ///< the content was read to its end, not its table of contents alone
    /// The tables that a dump has data of, as `schema.table`; their rows where `wholeRead` is true, else 0.
    std::map<QString, std::int64_t> rows;
};

/// Reads a regular file: PostgreSQL dumps (custom, tar and plain), tar archives, and gzip, xz, zstd and bzip2 streams, each by its own
/// tool. Never runs what is in it, never writes. At most two minutes.
[[nodiscard]] CopyReading readCopy(const QString &path);

} // namespace holdfast
