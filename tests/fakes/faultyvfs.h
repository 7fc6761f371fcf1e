// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace holdfast::tests {

/// Puts itself between SQLite and the disk of this process, for every file opened from now on.
void installFaultyVfs();
/// The `n`-th write, sync or truncation from now on fails (1: the next), and all after it when `forGood`; 0: none.
void failFrom(int n, bool forGood);
/// Whether the armed fault has struck.
[[nodiscard]] bool faultStruck();

} // namespace holdfast::tests
