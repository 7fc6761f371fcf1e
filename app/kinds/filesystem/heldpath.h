// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.h"
#include "kinds/posix/uniquefd.h"

#include <QByteArray>
#include <QString>
#include <QStringList>

#include <array>
#include <map>
#include <vector>

namespace holdfast {

/// Why a path cannot be held. All but Missing are refusals.
struct PathRefusal final
{
    enum class Kind { NotAbsolute, NotCanonical, OutsideRoots, IsRoot, ThroughLink, Missing, Unreadable };
    Kind kind;
    QString path; ///< as requested
    QString detail; ///< what was expected, or what the system said
    [[nodiscard]] QString sentence() const;
};

/// One path to delete, held by the descriptor of the directory that contains it and its name there. Whatever happens to
/// the text of the path afterwards, the descriptor stays on the directory that was reached without following a link.
struct HeldPath final
{
    QString path; ///< canonical: links in the root's own path resolved, none beneath it
    QByteArray name; ///< bytes of the last component; never empty, `.` or `..`
    SharedFd parent; ///< of the containing directory
    QString asked{}; ///< as the request writes it, absolute
    QString unmounted{}; ///< its name without the bind mount that it is reached through; empty: none, or not looked for
};

/// Lets paths in one directory share its descriptor: a request may name more paths than a process may have descriptors.
class SharedDirectories final
{
public:
    void share(HeldPath &path);

private:
    std::map<std::array<std::uint64_t, 3>, SharedFd> m_known; ///< by mount, device and inode
};

/// A target's root, opened. The owner named it, so links in its own path are followed, once.
struct HeldRoot final
{
    QString configured;
    QString canonical;
    UniqueFd directory;
};

/// Opens what can be opened; `problems` says what cannot.
[[nodiscard]] std::vector<HeldRoot> holdRoots(const QStringList &roots, QStringList &problems);

/// Reaches `path` step by step beneath one of `roots`, following no link (openat2 RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS).
/// The text only picks the root; that nothing outside it is reached is the kernel's word. Protocol strings are Unicode,
/// so a name that is not UTF-8 cannot be asked for: its directory can.
[[nodiscard]] Result<HeldPath, PathRefusal> holdBeneath(const std::vector<HeldRoot> &roots, const QString &path);

/// Reaches `path` as a program would that is started in `directory`: links in the parents are followed. For measuring
/// commands only; `path` comes back with them resolved.
[[nodiscard]] Result<HeldPath, PathRefusal> holdAnywhere(int directory, const QString &path);

/// Absolute path of an open descriptor as the kernel tells it.
[[nodiscard]] QString pathOf(int descriptor);

/// Bytes of a name or path as text: bytes that are not UTF-8 become `\xff`.
[[nodiscard]] QString textOfPath(QByteArrayView bytes);

} // namespace holdfast
