// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/filesystem/liveuse.h"
#include "kinds/posix/uniquefd.h"

namespace holdfast {

/// While it lives, liveUseOf() is answered by a process that was forked before this one was fenced in: behind Landlock no process can
/// look into others. It reads /proc, and takes nothing from here but numbers. At most one at a time; ends with its owner.
class Lookout final
{
public:
    Lookout();
    ~Lookout();
    Lookout(const Lookout &) = delete;
    Lookout &operator=(const Lookout &) = delete;

    [[nodiscard]] static const Lookout *standing();
    /// nullopt: it is gone.
    [[nodiscard]] std::optional<LiveUse> ask(const std::vector<FileKey> &keys) const;

private:
    UniqueFd m_socket;
    int m_process = -1;
};

} // namespace holdfast
