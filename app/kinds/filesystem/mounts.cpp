// SPDX-License-Identifier: Apache-2.0
#include "kinds/filesystem/mounts.h"

#include <QFile>

#include <fcntl.h>
#include <sys/stat.h>

#include <optional>

namespace holdfast {

namespace {

/// A line of /proc/self/mountinfo: `id parent major:minor root mount-point …` (proc(5)).
struct Mount final
{
    std::uint64_t id = 0;
    QByteArray device, root, point;
};

/// Space, tab, newline and backslash stand as octal escapes.
QByteArray unescaped(const QByteArray &field)
{
    QByteArray text;
    for (qsizetype i = 0; i < field.size(); ++i) {
        if (field[i] == '\\' && i + 3 < field.size()) {
            text.append(static_cast<char>(field.sliced(i + 1, 3).toInt(nullptr, 8)));
            i += 3;
        } else {
            text.append(field[i]);
        }
    }
    return text;
}

std::vector<Mount> mounts()
{
    QFile file(QStringLiteral("/proc/self/mountinfo"));
    std::vector<Mount> list;
    if (!file.open(QIODevice::ReadOnly))
        return list;
    for (const QByteArray &line : file.readAll().split('\n')) {
        const QList<QByteArray> fields = line.split(' ');
        if (fields.size() > 4)
            list.push_back({fields[0].toULongLong(), fields[2], unescaped(fields[3]), unescaped(fields[4])});
    }
    return list;
}

/// What is left of `path` below `directory`, with its slash; nullopt when it does not lie there.
std::optional<QByteArray> below(const QByteArray &path, const QByteArray &directory)
{
    if (directory == "/")
        return path;
    if (path == directory)
        return QByteArray();
    return path.startsWith(directory + '/') ? std::optional(path.sliced(directory.size())) : std::nullopt;
}

bool isSame(const HeldPath &path, const QByteArray &name)
{
    struct stat held{}, other{};
    return ::fstatat(path.parent.get(), path.name.constData(), &held, AT_SYMLINK_NOFOLLOW) == 0 && ::lstat(name.constData(), &other) == 0
        && held.st_dev == other.st_dev && held.st_ino == other.st_ino;
}

} // namespace

QString unmountedName(const HeldPath &path)
{
    struct statx entry{};
    if (::statx(path.parent.get(), "", AT_EMPTY_PATH, STATX_MNT_ID, &entry) != 0 || (entry.stx_mask & STATX_MNT_ID) == 0)
        return {};
    const std::vector<Mount> all = mounts();
    const auto own = std::find_if(all.begin(), all.end(), [&](const Mount &mount) { return mount.id == entry.stx_mnt_id; });
    if (own == all.end())
        return {};
    const QByteArray parent = QFile::encodeName(pathOf(path.parent.get()));
    const QByteArray asked = (parent == "/" ? QByteArray() : parent) + '/' + path.name;
    const auto inside = below(asked, own->point);
    if (!inside)
        return {};
    const QByteArray onDevice = (own->root == "/" ? QByteArray() : own->root) + *inside;
    const Mount *best = &*own;
    for (const Mount &mount : all) {
        const bool more = std::pair(mount.root.size(), mount.id) < std::pair(best->root.size(), best->id);
        if (more && mount.device == own->device && below(onDevice, mount.root))
            best = &mount;
    }
    const QByteArray name = (best->point == "/" ? QByteArray() : best->point) + *below(onDevice, best->root);
    if (best != &*own)
        return isSame(path, name) ? textOfPath(name) : QString();
    // Under a root that is no mount of its own (chroot) what it shows is on no list: its names end as those on the device do.
    for (qsizetype at = onDevice.indexOf('/', 1); at > 0; at = onDevice.indexOf('/', at + 1)) {
        if (const QByteArray shorter = onDevice.sliced(at); shorter != asked && isSame(path, shorter))
            return textOfPath(shorter);
    }
    return {};
}

} // namespace holdfast
