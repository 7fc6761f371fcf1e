// SPDX-License-Identifier: Apache-2.0
#include "kinds/filesystem/liveuse.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <memory>

namespace holdfast {

namespace {

struct CloseDirectory final
{
    void operator()(DIR *directory) const { ::closedir(directory); }
};
using Directory = std::unique_ptr<DIR, CloseDirectory>;

bool isIn(const TreeSums &trees, int directory, const char *name)
{
    struct stat entry{};
    return ::fstatat(directory, name, &entry, 0) == 0 && trees.contains({entry.st_dev, entry.st_ino});
}

/// Descriptors of the process that lie in the trees; -1 when they may not be listed.
int openDescriptors(const TreeSums &trees, int process)
{
    const int listing = ::openat(process, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (listing < 0)
        return errno == EACCES || errno == EPERM ? -1 : 0;
    const Directory stream(::fdopendir(listing));
    int count = 0;
    while (const dirent *entry = ::readdir(stream.get())) {
        if (entry->d_name[0] != '.' && isIn(trees, listing, entry->d_name))
            ++count;
    }
    return count;
}

QString nameOf(int process)
{
    const UniqueFd file(::openat(process, "comm", O_RDONLY | O_CLOEXEC));
    char text[64];
    const auto size = file ? ::read(file.get(), text, sizeof text) : -1;
    return size > 0 ? textOfPath(QByteArrayView(text, size).trimmed()) : QString();
}

} // namespace

LiveUse liveUseOf(const TreeSums &trees)
{
    LiveUse use;
    const Directory all(::opendir("/proc"));
    while (const dirent *entry = all ? ::readdir(all.get()) : nullptr) {
        const std::int64_t pid = QByteArrayView(entry->d_name).toLongLong();
        if (pid <= 0 || pid == ::getpid())
            continue;
        const UniqueFd process(::openat(::dirfd(all.get()), entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (!process)
            continue;
        int opens = openDescriptors(trees, process.get());
        if (opens < 0) {
            ++use.unreadable;
            continue;
        }
        for (const char *link : {"cwd", "root", "exe"})
            opens += isIn(trees, process.get(), link) ? 1 : 0;
        if (opens > 0)
            use.processes.push_back({pid, nameOf(process.get()), opens});
    }
    return use;
}

} // namespace holdfast
