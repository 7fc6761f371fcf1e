// SPDX-License-Identifier: Apache-2.0
#include "kinds/filesystem/liveuse.h"

#include "kinds/filesystem/lookout.h"
#include "kinds/posix/directory.h"

#include <sys/stat.h>

namespace holdfast {

namespace {

bool isIn(const TreeSums &trees, int directory, const char *name)
{
    struct stat entry{};
    return ::fstatat(directory, name, &entry, 0) == 0 && trees.contains({entry.st_dev, entry.st_ino});
}

/// Descriptors of the process that lie in the trees; -1 when they may not be listed.
int openDescriptors(const TreeSums &trees, int process)
{
    Directory listing(process, "fd");
    if (!listing)
        return errno == EACCES || errno == EPERM ? -1 : 0;
    int count = 0;
    while (const char *name = listing.next())
        count += isIn(trees, listing.descriptor(), name) ? 1 : 0;
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
    if (const Lookout *lookout = Lookout::standing())
        if (auto use = lookout->ask(trees.keys))
            return std::move(*use);
    return liveUseOf(trees, ::getpid());
}

LiveUse liveUseOf(const TreeSums &trees, std::int64_t asker)
{
    LiveUse use;
    Directory all(AT_FDCWD, "/proc");
    while (const char *name = all.next()) {
        const std::int64_t pid = QByteArrayView(name).toLongLong();
        if (pid <= 0 || pid == ::getpid() || pid == asker)
            continue;
        const UniqueFd process(::openat(all.descriptor(), name, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
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
