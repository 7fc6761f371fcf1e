// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>

namespace holdfast {

/// The end of the run of characters that JSON writes as they are: ASCII from the space on, without the quotation mark and the backslash.
[[nodiscard]] inline const char *endOfPlainRun(const char *at, const char *end)
{
    constexpr std::uint64_t ones = 0x0101010101010101, tops = ones * 0x80;
    const auto hasZero = [](std::uint64_t word) { return (word - ones) & ~word & tops; };
    // Eight at a time: a gate reads messages of two mebibytes whose strings are all but the whole of them.
    for (std::uint64_t word = 0; end - at >= static_cast<std::ptrdiff_t>(sizeof word); at += sizeof word) {
        std::memcpy(&word, at, sizeof word);
        const std::uint64_t control = (word - ones * 0x20) & ~word & tops;
        if (((word & tops) | control | hasZero(word ^ ones * '"') | hasZero(word ^ ones * '\\')) != 0)
            break;
    }
    const auto isPlain = [](char c) { return static_cast<unsigned char>(c) >= 0x20 && static_cast<unsigned char>(c) < 0x80 && c != '"' && c != '\\'; };
    while (at != end && isPlain(*at))
        ++at;
    return at;
}

} // namespace holdfast
