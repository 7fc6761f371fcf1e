// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/digest.h"
#include "kinds/posix/uniquefd.h"

#include <QString>

#include <optional>

namespace holdfast {

/// A regular file, opened and hashed to its end; the descriptor stays on what was hashed.
struct HashedFile final
{
    QString path; ///< canonical
    Digest digest;
    std::int64_t size = 0;
    QString readBy; ///< the program that reads it without being told; empty: an argument names it
    bool script = false; ///< begins with `#!`
    bool writableByOthers = false; ///< not owned by root or the gate's user, or writable by group or others
    UniqueFd file;
};

/// Opens `path` relative to `directory` (links followed, as whoever executes it would) and hashes it; nullopt when it is no
/// readable regular file of at most `limit` bytes.
[[nodiscard]] std::optional<HashedFile> hashFile(int directory, const QByteArray &path, std::int64_t limit);

} // namespace holdfast
