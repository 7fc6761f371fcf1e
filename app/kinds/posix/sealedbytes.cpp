// SPDX-License-Identifier: Apache-2.0
#include "kinds/posix/sealedbytes.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

namespace holdfast {

namespace {

constexpr int seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;

bool writeWhole(int memory, QByteArrayView bytes)
{
    for (qsizetype done = 0; done < bytes.size();) {
        const auto size = ::write(memory, bytes.data() + done, static_cast<std::size_t>(bytes.size() - done));
        if (size < 0 && errno != EINTR)
            return false;
        done += std::max<qsizetype>(size, 0);
    }
    return true;
}

} // namespace

std::optional<SealedBytes> SealedBytes::of(QByteArrayView bytes)
{
    UniqueFd memory(::memfd_create("sealed", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    // One byte more, and never written: whatever takes a mapping for a C string finds its end.
    if (!memory || !writeWhole(memory.get(), bytes) || ::ftruncate(memory.get(), bytes.size() + 1) != 0 || ::fcntl(memory.get(), F_ADD_SEALS, seals) != 0)
        return std::nullopt;
    return SealedBytes(SharedFd(std::move(memory)), bytes.size());
}

std::optional<SealedBytes> SealedBytes::from(UniqueFd memory, qsizetype size)
{
    struct stat found{};
    if (!memory || (::fcntl(memory.get(), F_GET_SEALS) & seals) != seals || ::fstat(memory.get(), &found) != 0 || found.st_size != size + 1)
        return std::nullopt;
    return SealedBytes(SharedFd(std::move(memory)), size);
}

QByteArray SealedBytes::read(qsizetype at, qsizetype most) const
{
    QByteArray bytes(std::clamp<qsizetype>(m_size - at, 0, most), Qt::Uninitialized);
    for (qsizetype done = 0; done < bytes.size();) {
        const auto size = ::pread(m_memory.get(), bytes.data() + done, static_cast<std::size_t>(bytes.size() - done), at + done);
        if (size == 0 || (size < 0 && errno != EINTR))
            return {};
        done += std::max<qsizetype>(size, 0);
    }
    return bytes;
}

QByteArray SealedBytes::mapForGood() const
{
    const void *place = ::mmap(nullptr, static_cast<std::size_t>(m_size) + 1, PROT_READ, MAP_SHARED, m_memory.get(), 0);
    return place == MAP_FAILED ? QByteArray() : QByteArray::fromRawData(static_cast<const char *>(place), m_size);
}

} // namespace holdfast
