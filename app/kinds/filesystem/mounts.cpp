// SPDX-License-Identifier: Apache-2.0
#include "kinds/filesystem/mounts.h"

#include <QFile>

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
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

/// True if `name` is the same entry of the same directory on another mount than `own`, and the kernel calls it so: a link that leads
/// there, or another name of the same file, is no mount.
bool isElsewhere(const HeldPath &path, std::uint64_t own, const QByteArray &name)
{
    const QByteArray parent = name.first(std::max<qsizetype>(name.lastIndexOf('/'), 1));
    const UniqueFd there(::open(parent.constData(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    struct statx held{}, other{};
    return there && pathOf(there.get()) == textOfPath(parent) && ::statx(path.parent.get(), "", AT_EMPTY_PATH, STATX_INO, &held) == 0
        && ::statx(there.get(), "", AT_EMPTY_PATH, STATX_INO | STATX_MNT_ID, &other) == 0 && held.stx_ino == other.stx_ino
        && held.stx_dev_major == other.stx_dev_major && held.stx_dev_minor == other.stx_dev_minor && other.stx_mnt_id != own;
}

} // namespace

QString unmountedName(const HeldPath &path)
{
    struct statx entry{};
    if (::statx(path.parent.get(), "", AT_EMPTY_PATH, STATX_MNT_ID, &entry) != 0 || (entry.stx_mask & STATX_MNT_ID) == 0)
        return {};
    std::vector<Mount> all = mounts();
    const auto found = std::find_if(all.begin(), all.end(), [&](const Mount &mount) { return mount.id == entry.stx_mnt_id; });
    if (found == all.end())
        return {};
    const Mount own = *found;
    const QByteArray parent = QFile::encodeName(pathOf(path.parent.get()));
    const QByteArray asked = (parent == "/" ? QByteArray() : parent) + '/' + path.name;
    const auto inside = below(asked, own.point);
    if (!inside)
        return {};
    const QByteArray onDevice = (own.root == "/" ? QByteArray() : own.root) + *inside;
    const auto order = [](const Mount &mount) { return std::pair(mount.root.size(), mount.id); };
    std::erase_if(all, [&](const Mount &mount) { return mount.device != own.device || order(mount) >= order(own) || !below(onDevice, mount.root); });
    std::sort(all.begin(), all.end(), [&](const Mount &one, const Mount &other) { return order(one) < order(other); });
    // The first that can be reached: something else may be mounted over a better one.
    for (const Mount &mount : all) {
        const QByteArray name = (mount.point == "/" ? QByteArray() : mount.point) + *below(onDevice, mount.root);
        if (isElsewhere(path, own.id, name))
            return textOfPath(name);
    }
    // Under a root that is no mount of its own (chroot) what it shows is on no list: its names end as those on the device do.
    for (qsizetype at = onDevice.indexOf('/', 1); at > 0; at = onDevice.indexOf('/', at + 1)) {
        if (const QByteArray shorter = onDevice.sliced(at); isElsewhere(path, own.id, shorter))
            return textOfPath(shorter);
    }
    return {};
}

} // namespace holdfast
