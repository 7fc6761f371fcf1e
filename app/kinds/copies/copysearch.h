// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/policy/policydocument.h"
#include "kinds/copies/copyreader.h"

namespace holdfast {

/// A copy that a configured backup has, or says that it has.
struct FoundCopy final
{
    QString path; ///< empty where nobody but the owner's word or command tells of it
    std::optional<Instant> at; ///< as of when: never later than the file, nor than it says itself; absent: not told
    CopyReading reading; ///< Unread where there is no file
};

/// What one `backups` entry comes to.
struct FoundCopies final
{
    std::optional<FoundCopy> newest; ///< the newest that counts: readable or, without a file to read, as told
    QStringList notCounted; ///< newer ones that do not, each with its reason, newest first
    QString problem; ///< why nothing was found; empty when something was
};

/// Looks where the entry points: `newest = "file:…"` and its neighbours, the files in `path`; the newest are read until one counts.
/// `command:` and an instant are taken as told; there is nothing to read then. `database`: what a dump must be of; empty: whatever.
[[nodiscard]] FoundCopies findCopies(const BackupSource &source, const QString &database);

} // namespace holdfast
