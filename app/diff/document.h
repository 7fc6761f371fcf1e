// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.h"

#include <QString>

#include <chrono>
#include <vector>

// A diff as a value: hunks of numbered lines with the changed words marked. No GUI, no model: whoever shows it wraps it.
namespace holdfast::diff {

enum class LineKind { Context, Removed, Added };

/// A run of UTF-16 units in a line.
struct Span final
{
    qsizetype start = 0, length = 0;
    friend bool operator==(const Span &, const Span &) = default;
};

struct Line final
{
    LineKind kind = LineKind::Context;
    int oldNumber = 0; ///< from 1; 0 where the line is not in the old text
    int newNumber = 0;
    QString text; ///< foreign, without its line end
    std::vector<Span> changed; ///< words that differ from the line's counterpart; empty when the whole line is new or gone
    bool unterminated = false; ///< the text ends here without a line end
    friend bool operator==(const Line &, const Line &) = default;
};

struct Hunk final
{
    int oldStart = 0, newStart = 0; ///< first numbers, from 1
    QString heading; ///< what stands after the second @@, or a row's name; foreign
    std::vector<Line> lines;
};

struct Document final
{
    QString oldName, newName; ///< empty when not told; foreign
    std::vector<Hunk> hunks;
    qint64 added = 0, removed = 0; ///< lines
    qint64 listed = -1, total = -1; ///< of what the diff samples (rows, files): how many are in it, of how many; -1: nothing is counted
    bool truncated = false; ///< a limit was reached: there is more than is shown
};

struct Limits final
{
    int lines = 20000; ///< shown
    qsizetype bytes = 8LL * 1024 * 1024; ///< read, each side
    qsizetype lineLength = 4000; ///< UTF-16 units; longer lines are compared whole, without words
    int context = 3;
    std::chrono::milliseconds time{500}; ///< then the rest is taken as wholly replaced
};

struct Error final
{
    enum class Kind { NotUtf8, Malformed, TooLarge, UnknownFormat };
    Kind kind;
    QString detail; ///< where; never quotes foreign text
    [[nodiscard]] QString sentence() const;
};

} // namespace holdfast::diff
