// SPDX-License-Identifier: Apache-2.0
#include "kinds/command/hashedfile.h"

#include "kinds/filesystem/heldpath.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <array>

namespace holdfast {

std::optional<HashedFile> hashFile(int directory, const QByteArray &path, std::int64_t limit)
{
    UniqueFd file(::openat(directory, path.constData(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    struct stat entry{};
    if (!file || ::fstat(file.get(), &entry) != 0 || !S_ISREG(entry.st_mode) || entry.st_size > limit)
        return std::nullopt;
    HashedFile result;
    result.path = pathOf(file.get());
    result.writableByOthers = (entry.st_uid != 0 && entry.st_uid != ::geteuid()) || (entry.st_mode & 022) != 0;
    Sha256 hash;
    std::array<char, 65536> buffer{};
    for (;;) {
        const auto size = ::pread(file.get(), buffer.data(), buffer.size(), result.size);
        if (size < 0)
            return std::nullopt;
        if (size == 0)
            break;
        if (result.size == 0)
            result.script = size >= 2 && buffer[0] == '#' && buffer[1] == '!';
        hash.add(QByteArrayView(buffer.data(), size));
        result.size += size;
    }
    result.digest = hash.finish();
    result.file = std::move(file);
    return result;
}

} // namespace holdfast
