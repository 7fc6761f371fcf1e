// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>
#include <QString>
#include <QStringList>

#include <cstdint>

namespace holdfast {

/// Work that a git repository keeps and nobody else has, counted by git itself.
struct GitWork final
{
    QString path;
    QString unknown; ///< why it could not be counted; empty: counted
    std::int64_t tracked = 0; ///< files in the index below the path asked for
    std::int64_t uncommitted = 0, untracked = 0, ignored = 0;
    std::int64_t unpushed = 0; ///< commits that no remote-tracking reference reaches
    std::int64_t stashes = 0;
    QStringList worktrees; ///< linked work trees elsewhere, which need this repository
    bool hasRemote = false;
    bool metadataLost = false; ///< the repository itself is among what is deleted
};

/// Asks git about the repository at `directory` (its `.git`, or itself where `bare`). `within`: only files below this
/// relative path are at stake. Runs git with hooks, pagers, monitors, other users' and the machine's configuration, lazy
/// fetches and every transport off, as the owner of the directory where the gate is root, and never writes. A repository
/// whose own configuration names filter programs is not asked: git would run them.
[[nodiscard]] GitWork inspectRepository(int directory, const QString &path, bool bare, const QByteArray &within = {});

} // namespace holdfast
