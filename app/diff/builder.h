// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "diff/document.h"
#include "diff/myers.h"

namespace holdfast::diff {

/// Collects lines into a document and keeps its limits.
class DocumentBuilder final
{
public:
    explicit DocumentBuilder(const Limits &limits) : m_limits(limits), m_deadline(std::chrono::steady_clock::now() + limits.time) {}

    void beginHunk(int oldStart, int newStart, QString heading);
    /// False when the limit of lines is reached: nothing was added.
    bool add(Line line);
    void truncate() { m_document.truncated = true; }
    [[nodiscard]] Deadline deadline() const { return m_deadline; }
    [[nodiscard]] Document &document() { return m_document; }
    /// Marks the words in lines that replace each other.
    [[nodiscard]] Document finish();

private:
    void markWords(Hunk &hunk);

    Limits m_limits;
    Deadline m_deadline;
    Document m_document;
    int m_lines = 0;
};

} // namespace holdfast::diff
