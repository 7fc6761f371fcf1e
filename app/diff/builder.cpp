// SPDX-License-Identifier: Apache-2.0
#include "diff/builder.h"

#include "diff/compare.h"

#include <algorithm>

namespace holdfast::diff {

void DocumentBuilder::beginHunk(int oldStart, int newStart, QString heading)
{
    m_document.hunks.push_back({oldStart, newStart, std::move(heading), {}});
}

bool DocumentBuilder::add(Line line)
{
    if (m_lines >= m_limits.lines) {
        truncate();
        return false;
    }
    ++m_lines;
    m_document.added += line.kind == LineKind::Added;
    m_document.removed += line.kind == LineKind::Removed;
    m_document.hunks.back().lines.push_back(std::move(line));
    return true;
}

void DocumentBuilder::markWords(Hunk &hunk)
{
    auto &lines = hunk.lines;
    const auto runEnd = [&](std::size_t from, LineKind kind) {
        while (from < lines.size() && lines[from].kind == kind)
            ++from;
        return from;
    };
    for (std::size_t at = 0; at < lines.size();) {
        const std::size_t removedEnd = runEnd(at, LineKind::Removed);
        const std::size_t addedEnd = runEnd(removedEnd, LineKind::Added);
        const std::size_t pairs = std::min(removedEnd - at, addedEnd - removedEnd);
        for (std::size_t i = 0; i < pairs && std::chrono::steady_clock::now() < m_deadline; ++i) {
            Line &gone = lines[at + i];
            Line &come = lines[removedEnd + i];
            if (std::max(gone.text.size(), come.text.size()) <= m_limits.lineLength)
                std::tie(gone.changed, come.changed) = changedWords(gone.text, come.text);
        }
        at = std::max(addedEnd, at + 1);
    }
}

Document DocumentBuilder::finish()
{
    for (Hunk &hunk : m_document.hunks)
        markWords(hunk);
    return std::move(m_document);
}

} // namespace holdfast::diff
