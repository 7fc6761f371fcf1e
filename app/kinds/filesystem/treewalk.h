// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/digest.h"
#include "kinds/filesystem/heldpath.h"

#include <chrono>
#include <compare>
#include <cstdint>
#include <map>

namespace holdfast {

/// What a file is, whatever its name: device and inode.
struct FileKey final
{
    std::uint64_t device = 0, inode = 0;
    friend auto operator<=>(const FileKey &, const FileKey &) = default;
};

struct WalkLimits final
{
    std::int64_t entries = 2'000'000;
    int depth = 200; ///< one descriptor each
    std::chrono::seconds time{120};
    std::size_t listedEntries = 4000;
};

/// A directory of the first two levels, for the tree of dependents.
struct BranchSum final
{
    QString path;
    QString type; ///< `directory`, `file`, `link`, `other`
    std::int64_t entries = 0; ///< beneath it and itself
    int parent = -1;
};

/// An entry as the review shows it.
struct ListedEntry final
{
    QString name; ///< of a top its whole path
    QString type; ///< as in BranchSum
    std::optional<std::int64_t> bytes; ///< of a directory none
    int parent = -1;
};

/// Entries of one class of the catalogue.
struct TellingPaths final
{
    std::int64_t count = 0;
    QStringList first; ///< at most five, each with what else is told of it
    QString detail; ///< of the first
};

struct FoundRepository final
{
    QString path;
    bool bare = false; ///< only the metadata lies here
    UniqueFd directory;
};

/// Everything counted over one or more trees, without following links and without entering other mounts.
struct TreeSums final
{
    std::int64_t files = 0, directories = 0, links = 0, others = 0;
    std::int64_t apparentBytes = 0, freedBytes = 0;
    std::int64_t sharedFiles = 0; ///< inodes that keep a name outside: their bytes are not freed
    std::int64_t newestSeconds = 0; ///< since 1970, of the newest change
    std::map<std::uint32_t, std::int64_t> owners; ///< entries by uid
    QStringList mounts; ///< mount points met; not entered
    QStringList unreadable; ///< directories that could not be read; their content is not counted
    QStringList clusters; ///< PostgreSQL data directories whose postmaster.pid names a live process
    std::vector<FoundRepository> repositories; ///< at most 64
    bool moreRepositories = false;
    std::vector<FileKey> keys; ///< of every entry, sorted, each once
    std::vector<BranchSum> branches;
    std::map<QString, TellingPaths> telling; ///< by PathClass::id: entries that are something, whatever their size
    std::vector<ListedEntry> listed; ///< in the order of the walk, at most WalkLimits::listedEntries
    QString incomplete; ///< why the counts are lower bounds; empty: complete
    Digest fingerprint; ///< over (path, inode, mtime, size, and but for the top entries ctime), in bytewise order
    [[nodiscard]] std::int64_t objects() const { return files + directories + links + others; }
    [[nodiscard]] bool contains(FileKey key) const;
};

/// Walks `tops` in their order. Missing tops are skipped and come back in `missing`.
[[nodiscard]] TreeSums walkTrees(const std::vector<HeldPath> &tops, QStringList &missing, const WalkLimits &limits = {});

/// Whether `directory` is a PostgreSQL data directory whose postmaster.pid names a live process.
[[nodiscard]] bool isLiveCluster(int directory);

} // namespace holdfast
