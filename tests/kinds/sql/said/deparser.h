// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>

#include <optional>
#include <string>

#include <sys/types.h>

namespace holdfast::said {

/// libpg_query's deparser in a process of its own: it trusts its input, and a tree that no grammar would make can end it. A new one is
/// started then, and the tree has no text.
class Deparser final
{
public:
    Deparser() = default;
    ~Deparser() { stop(); }
    Deparser(const Deparser &) = delete;
    Deparser &operator=(const Deparser &) = delete;

    /// `tree`: a serialized `ParseResult`.
    [[nodiscard]] std::optional<QByteArray> write(const std::string &tree);

private:
    bool start();
    void stop();
    pid_t m_child = -1;
    int m_channel = -1;
};

} // namespace holdfast::said
