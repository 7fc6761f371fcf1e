// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/exitcode.h"

namespace holdfast {

/// Where words go: progress and problems to standard error, what was asked for to standard output. Whatever is printed has
/// every control, bidi and zero-width character made visible: nothing that anybody wrote steers the terminal.
class Output final
{
public:
    Output(bool json, bool quiet) : m_json(json), m_quiet(quiet) {}

    [[nodiscard]] bool isJson() const { return m_json; }
    /// What goes on; nothing with --quiet.
    void progress(const QString &line) const;
    /// What the user must know, also with --quiet.
    void note(const QString &line) const;
    /// To standard output; lines are kept. Without --json only.
    void print(const QString &text) const;
    /// The one object of --json; nothing without it.
    void result(const Json &object) const;
    /// The problem in words, or with --json as {"error": {…}} as well. Gives its exit code back.
    ExitCode problem(const Problem &problem) const;

private:
    bool m_json;
    bool m_quiet;
};

/// A document indented for people; strings keep their JSON quotes. To be printed by Output, which makes visible what is not: once.
[[nodiscard]] QString readable(const Json &value);

} // namespace holdfast
