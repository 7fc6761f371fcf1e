// SPDX-License-Identifier: Apache-2.0
#include "kinds/filesystem/hardstops.h"

#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <string>

namespace holdfast {

namespace {

std::optional<FileKey> keyOf(const char *path)
{
    struct stat entry{};
    if (::stat(path, &entry) != 0)
        return std::nullopt;
    return FileKey{entry.st_dev, entry.st_ino};
}

bool isDirectory(const HeldPath &top)
{
    struct stat entry{};
    return ::fstatat(top.parent.get(), top.name.constData(), &entry, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(entry.st_mode);
}

/// Homes of the accounts that the machine lists, and the gate's own. Found by inode, so another name for a home is that home.
QStringList homesIn(const TreeSums &trees)
{
    QStringList found;
    const auto look = [&](const char *home, const QString &whose) {
        const auto key = keyOf(home);
        if (key && trees.contains(*key))
            found.append(QStringLiteral("%1 is the home directory of %2").arg(QString::fromUtf8(home), whose));
    };
    std::ifstream accounts("/etc/passwd");
    for (std::string line; std::getline(accounts, line);) {
        const auto fields = QByteArray::fromStdString(line).split(':');
        if (fields.size() >= 6 && fields[5].startsWith('/'))
            look(fields[5].constData(), QString::fromUtf8(fields[0]));
    }
    if (const QByteArray home = qgetenv("HOME"); found.isEmpty() && home.startsWith('/'))
        look(home.constData(), QStringLiteral("the gate"));
    return found;
}

/// Asks of each directory above the path, the nearest first, until one answers yes.
template<typename Question>
bool anyAbove(const HeldPath &top, Question question)
{
    UniqueFd here(::openat(top.parent.get(), ".", O_PATH | O_DIRECTORY | O_CLOEXEC));
    for (int level = 0; here && level < 64; ++level) {
        if (question(here.get()))
            return true;
        struct stat now{}, above{};
        UniqueFd parent(::openat(here.get(), "..", O_PATH | O_DIRECTORY | O_CLOEXEC));
        if (!parent || ::fstat(here.get(), &now) != 0 || ::fstat(parent.get(), &above) != 0)
            return false;
        if (now.st_ino == above.st_ino && now.st_dev == above.st_dev)
            return false;
        here = std::move(parent);
    }
    return false;
}

/// A live cluster above: the path lies inside its data directory.
bool insideCluster(const HeldPath &top)
{
    return anyAbove(top, &isLiveCluster);
}

bool isAbove(FileKey key, const HeldPath &top)
{
    return anyAbove(top, [key](int directory) {
        struct stat entry{};
        return ::fstat(directory, &entry) == 0 && FileKey{entry.st_dev, entry.st_ino} == key;
    });
}

} // namespace

QStringList hardStopsOf(const std::vector<HeldPath> &tops, const TreeSums &trees, const std::vector<Target> &targets, bool recursive)
{
    QStringList stops;
    for (const auto &top : tops) {
        if (!recursive && isDirectory(top))
            stops.append(QStringLiteral("%1 is a directory, and the request is not recursive").arg(top.path));
        if (insideCluster(top))
            stops.append(QStringLiteral("%1 lies inside the data directory of a running PostgreSQL server").arg(top.path));
    }
    for (const auto &mount : trees.mounts)
        stops.append(QStringLiteral("%1 is a mount point").arg(mount));
    for (const auto &cluster : trees.clusters)
        stops.append(QStringLiteral("%1 is the data directory of a running PostgreSQL server").arg(cluster));
    stops += homesIn(trees);
    for (const Target &target : targets) {
        for (const auto &backup : target.backups) {
            const auto key = backup.path ? keyOf(backup.path->toUtf8().constData()) : std::nullopt;
            if (key && trees.contains(*key))
                stops.append(QStringLiteral("%1 is where the backup %2 of %3 lies").arg(*backup.path, backup.domain, target.name));
        }
    }
    return stops;
}

QStringList backupsAround(const std::vector<HeldPath> &tops, const std::vector<Target> &targets)
{
    QStringList found;
    for (const Target &target : targets) {
        for (const auto &backup : target.backups) {
            const auto key = backup.path ? keyOf(backup.path->toUtf8().constData()) : std::nullopt;
            const bool around = key && std::any_of(tops.begin(), tops.end(), [&](const HeldPath &top) { return isAbove(*key, top); });
            if (around)
                found.append(QStringLiteral("copies of %1 lie in %2").arg(target.name, *backup.path));
        }
    }
    return found;
}

} // namespace holdfast
