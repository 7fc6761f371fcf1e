// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/exitcode.h"

namespace holdfast {

/// Reads the arguments and runs the one command they name. Wrong usage is 64, never another code.
[[nodiscard]] ExitCode runCommandLine(int argc, const char *const *argv);

} // namespace holdfast
