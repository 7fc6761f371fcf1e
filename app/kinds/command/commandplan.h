// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/command/hashedfile.h"
#include "kinds/measuring.h"
#include "kinds/posix/process.h"

namespace holdfast {

/// A request of kind `command`, resolved to exactly what would be executed. Measuring and performing make it the same way,
/// so that what differs between the two is drift.
struct CommandPlan final
{
    QStringList argv; ///< as requested
    QString configured; ///< the target's path of the program
    QString name; ///< its last component: what decides who understands it
    std::optional<HashedFile> program;
    UniqueFd directory;
    QString directoryPath;
    std::vector<QByteArray> environment; ///< `NAME=value` of the names that the target passes on, as the gate has them
    QStringList environmentNames, unsetNames;
    std::optional<ProcessUser> runAs;
    QString userName;
    QByteArray input;
    std::optional<Digest> inputDigest; ///< of these bytes, as the request names it
    std::vector<HashedFile> files; ///< regular files that arguments name
    bool moreFiles = false;
    QStringList absent; ///< files that its programs would read, and that are not there
    QStringList refused; ///< sentences: why it is never performed

    /// Another file that decides what the program does; each counts once.
    void addFile(HashedFile file);
    [[nodiscard]] bool mayBePerformed() const { return refused.isEmpty(); }
    /// Over program, files (and those that are absent), argv, directory, user and input. Values of the environment are left out: they may be secrets.
    [[nodiscard]] Digest fingerprint() const;
};

[[nodiscard]] CommandPlan planCommand(const MeasureInput &input);

} // namespace holdfast
