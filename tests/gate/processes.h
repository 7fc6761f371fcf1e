// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QStringList>

#include <vector>

namespace holdfast::tests {

struct Process final
{
    qint64 pid = 0, parent = 0;
    QByteArray name;
    char state = '?';
};

/// Every process that there is, in no order.
[[nodiscard]] std::vector<Process> allProcesses();
/// Children of `parent`, their children, and so on, with their distance from it (1: a child). Zombies are left out.
[[nodiscard]] std::vector<std::pair<Process, int>> descendantsOf(qint64 parent);
/// The open descriptors of a process, sorted; nameless ones are told by their sort alone (`socket:`). Empty: it is gone.
[[nodiscard]] QStringList descriptorsOf(qint64 pid);

} // namespace holdfast::tests
