// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/posix/uniquefd.h"

#include <dirent.h>
#include <fcntl.h>

#include <cerrno>
#include <memory>
#include <string_view>

namespace holdfast {

/// Reads the names in a directory, without `.` and `..`.
class Directory final
{
public:
    /// `name` below the descriptor `at`. When it is not open, errno says why.
    Directory(int at, const char *name) : Directory(UniqueFd(::openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC))) {}
    /// What was opened before. A process's directory may be gone since: then it is closed, and has no entries.
    explicit Directory(UniqueFd descriptor)
    {
        if (!descriptor)
            return;
        m_stream.reset(::fdopendir(descriptor.get()));
        if (m_stream)
            m_descriptor = descriptor.release(); // the stream's from now on
    }

    [[nodiscard]] explicit operator bool() const { return m_stream != nullptr; }
    [[nodiscard]] int descriptor() const { return m_descriptor; }
    /// Valid until the next call; nullptr at the end, and where reading failed.
    [[nodiscard]] const char *next()
    {
        errno = 0;
        const dirent *entry = m_stream ? ::readdir(m_stream.get()) : nullptr;
        while (entry && (std::string_view(entry->d_name) == "." || std::string_view(entry->d_name) == ".."))
            entry = ::readdir(m_stream.get());
        m_failed = !entry && errno != 0;
        return entry ? entry->d_name : nullptr;
    }
    /// The end was not reached: an entry could not be read.
    [[nodiscard]] bool failed() const { return m_failed; }

private:
    struct Close final
    {
        void operator()(DIR *stream) const { ::closedir(stream); }
    };
    std::unique_ptr<DIR, Close> m_stream;
    int m_descriptor = -1;
    bool m_failed = false;
};

} // namespace holdfast
