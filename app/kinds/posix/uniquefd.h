// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <unistd.h>

#include <memory>
#include <utility>

namespace holdfast {

/// Owns one file descriptor; closed when it ends. -1: none.
class UniqueFd final
{
public:
    UniqueFd() = default;
    explicit UniqueFd(int fd) : m_fd(fd) {}
    ~UniqueFd() { reset(); }
    UniqueFd(UniqueFd &&other) noexcept : m_fd(std::exchange(other.m_fd, -1)) {}
    UniqueFd &operator=(UniqueFd &&other) noexcept
    {
        if (this != &other) {
            reset();
            m_fd = std::exchange(other.m_fd, -1);
        }
        return *this;
    }
    UniqueFd(const UniqueFd &) = delete;
    UniqueFd &operator=(const UniqueFd &) = delete;

    [[nodiscard]] int get() const { return m_fd; }
    [[nodiscard]] int release() { return std::exchange(m_fd, -1); }
    [[nodiscard]] explicit operator bool() const { return m_fd >= 0; }
    void reset()
    {
        if (m_fd >= 0)
            ::close(std::exchange(m_fd, -1));
    }

private:
    int m_fd = -1;
};

/// The same descriptor for several owners; closed with the last of them.
class SharedFd final
{
public:
    SharedFd() = default;
    explicit SharedFd(UniqueFd fd) : m_fd(fd ? std::make_shared<const UniqueFd>(std::move(fd)) : nullptr) {}
    [[nodiscard]] int get() const { return m_fd ? m_fd->get() : -1; }
    [[nodiscard]] explicit operator bool() const { return m_fd != nullptr; }

private:
    std::shared_ptr<const UniqueFd> m_fd;
};

} // namespace holdfast
