// SPDX-License-Identifier: Apache-2.0
// One violation of each kind, each behind a macro of its own; without any the file is clean. tests/lint --self compiles and runs it.
#include <cstdio>
#include <limits>
#include <memory>
#include <string>
#include <utility>

namespace {

int narrowed(long long wide)
{
#ifdef PLANT_WARNING
    return wide;
#else
    return static_cast<int>(wide);
#endif
}

std::size_t moved(std::string text)
{
    const std::string taken = std::move(text);
#ifdef PLANT_FINDING
    return taken.size() + text.size();
#else
    return taken.size();
#endif
}

/// `one` is 1, which no compiler knows.
int outside(std::size_t one)
{
    const std::unique_ptr<int[]> four(new int[4]{});
#ifdef PLANT_ADDRESS
    return four[3 + one];
#else
    return four[2 + one];
#endif
}

int overflowing(int one)
{
#ifdef PLANT_UNDEFINED
    return std::numeric_limits<int>::max() + one;
#else
    return std::numeric_limits<int>::max() - one;
#endif
}

} // namespace

int main(int argc, char **)
{
    std::printf("%d %zu %d %d\n", narrowed(argc), moved("clean"), outside(static_cast<std::size_t>(argc)), overflowing(argc));
    return 0;
}
