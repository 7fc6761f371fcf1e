// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/documents/event.h"
#include "core/documents/grant.h"
#include "link/linkerror.h"

namespace holdfast {

/// Protocol 6: what scripts and agents branch on.
enum class ExitCode {
    Done = 0, ///< committed, or what was asked for is done
    Refused = 2, ///< denied, refused or frozen
    Expired = 3, ///< or lapsed
    Withdrawn = 4, ///< or stopped
    Unreachable = 5,
    BadProof = 6, ///< a signature or proof does not hold
    Failed = 7, ///< or partial, or not started
    Unknown = 8,
    Waiting = 9, ///< still waiting; the resuming command was printed
    Usage = 64, ///< or an invalid document
};

/// Why a command ends without what it was asked for.
struct Problem final
{
    ExitCode code = ExitCode::Usage;
    QString sentence; ///< may hold foreign text: made visible where it is printed
};
template<typename T>
using Expected = Result<T, Problem>;

[[nodiscard]] ExitCode exitCodeOf(const CallError &error);
[[nodiscard]] ExitCode exitCodeOf(Outcome outcome);
/// Of a final state other than done.
[[nodiscard]] ExitCode exitCodeOf(State state);
[[nodiscard]] Problem problemOf(const CallError &error);

} // namespace holdfast
