// SPDX-License-Identifier: Apache-2.0
#include "kinds/filesystem/removal.h"

#include "kinds/posix/directory.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <cerrno>
#include <cstring>
#include <memory>

namespace holdfast {

namespace {

constexpr qsizetype MaxProblems = 50;
constexpr int MaxDepth = 256; ///< beyond what is measured: a tree that grew deeper has drifted

class Removal final
{
public:
    Removal(const TreeSums &measured, Removed &removed) : m_measured(measured), m_removed(removed) {}

    void top(const HeldPath &held)
    {
        struct statx parent{};
        ::statx(held.parent.get(), "", AT_EMPTY_PATH, STATX_MNT_ID, &parent);
        m_mount = parent.stx_mnt_id;
        remove(held.parent.get(), held.name, held.path, 0);
    }

private:
    void remove(int parent, const QByteArray &name, const QString &path, int depth)
    {
        struct statx entry{};
        if (::statx(parent, name.constData(), AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, STATX_BASIC_STATS | STATX_MNT_ID, &entry) != 0)
            return leave(path, "is gone already");
        const FileKey key{::makedev(entry.stx_dev_major, entry.stx_dev_minor), entry.stx_ino};
        if (entry.stx_mnt_id != m_mount || !m_measured.contains(key))
            return leave(path, "was not there when it was measured");
        const bool directory = S_ISDIR(entry.stx_mode);
        if (directory && !empty(parent, name, path, key, depth))
            return leave(path, "could not be emptied");
        if (::unlinkat(parent, name.constData(), directory ? AT_REMOVEDIR : 0) != 0)
            return leave(path, ::strerrorname_np(errno));
        count(entry);
    }

    bool empty(int parent, const QByteArray &name, const QString &path, FileKey key, int depth)
    {
        UniqueFd here(::openat(parent, name.constData(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        struct stat opened{};
        if (!here || depth >= MaxDepth || ::fstat(here.get(), &opened) != 0 || FileKey{opened.st_dev, opened.st_ino} != key)
            return false;
        const auto names = namesIn(here.get());
        for (const auto &child : names)
            remove(here.get(), child, path + u'/' + textOfPath(child), depth + 1);
        return true;
    }

    static std::vector<QByteArray> namesIn(int directory)
    {
        std::vector<QByteArray> names;
        Directory entries(directory, ".");
        while (const char *name = entries.next())
            names.emplace_back(name);
        return names;
    }

    void count(const struct statx &entry)
    {
        const bool directory = S_ISDIR(entry.stx_mode);
        (directory ? m_removed.directories : S_ISREG(entry.stx_mode) ? m_removed.files : S_ISLNK(entry.stx_mode) ? m_removed.links : m_removed.others) += 1;
        if (directory || entry.stx_nlink <= 1)
            m_removed.freedBytes += static_cast<std::int64_t>(entry.stx_blocks) * 512;
    }

    void leave(const QString &path, const char *why)
    {
        ++m_removed.left;
        if (m_removed.problems.size() < MaxProblems)
            m_removed.problems.append(QStringLiteral("%1: %2").arg(path, QString::fromUtf8(why)));
    }

    const TreeSums &m_measured;
    Removed &m_removed;
    std::uint64_t m_mount = 0;
};

} // namespace

void removeTree(const HeldPath &top, const TreeSums &measured, Removed &removed)
{
    Removal(measured, removed).top(top);
}

} // namespace holdfast
