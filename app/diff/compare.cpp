// SPDX-License-Identifier: Apache-2.0
#include "diff/compare.h"

#include "diff/builder.h"

#include <QHash>

#include <algorithm>

namespace holdfast::diff {

namespace {

/// A text as lines; what lies beyond the limit is left out and said.
struct Text final
{
    std::vector<QStringView> lines; ///< without line ends
    bool unterminated = false; ///< the last one
    bool cut = false;

    Text(QStringView text, qsizetype limit)
    {
        cut = text.size() > limit;
        text = text.first(std::min(text.size(), limit));
        while (!text.isEmpty()) {
            const qsizetype end = text.indexOf(u'\n');
            unterminated = end < 0 && !cut;
            lines.push_back(end < 0 ? text : text.first(end));
            text = end < 0 ? QStringView() : text.sliced(end + 1);
        }
    }
    [[nodiscard]] bool endsAt(std::size_t index) const { return unterminated && index + 1 == lines.size(); }
};

std::vector<int> numbered(const Text &text, QHash<std::pair<QStringView, bool>, int> &numbers)
{
    std::vector<int> ids;
    ids.reserve(text.lines.size());
    for (std::size_t i = 0; i < text.lines.size(); ++i) {
        const std::pair line(text.lines[i], text.endsAt(i));
        const auto known = numbers.constFind(line);
        ids.push_back(known == numbers.cend() ? numbers.insert(line, static_cast<int>(numbers.size())).value() : known.value());
    }
    return ids;
}

/// Walks both texts together and writes hunks with context.
class Writer final
{
public:
    Writer(const Text &before, const Text &after, const Changes &changes, int context, DocumentBuilder &out)
        : m_before(before), m_after(after), m_changes(changes), m_context(static_cast<std::size_t>(std::max(context, 0))), m_out(out)
    {
    }

    void write()
    {
        while (m_going && skipEqual())
            writeHunk();
    }

private:
    [[nodiscard]] bool isRemoved(std::size_t a) const { return a < m_before.lines.size() && m_changes.removed[a]; }
    [[nodiscard]] bool isAdded(std::size_t b) const { return b < m_after.lines.size() && m_changes.added[b]; }
    [[nodiscard]] bool isChange(std::size_t ahead) const { return isRemoved(m_a + ahead) || isAdded(m_b + ahead); }

    /// To the context before the next change; false at the end.
    bool skipEqual()
    {
        std::size_t equal = 0;
        while (m_a + equal < m_before.lines.size() && !isChange(equal))
            ++equal;
        if (!isChange(equal))
            return false;
        const std::size_t skip = equal - std::min(equal, m_context);
        m_a += skip;
        m_b += skip;
        return true;
    }

    /// Writes the equal lines that follow; false when the next change is so far that a new hunk begins there.
    bool bridge()
    {
        std::size_t equal = 0;
        while (equal <= 2 * m_context && m_a + equal < m_before.lines.size() && !isChange(equal))
            ++equal;
        const bool near = isChange(equal);
        for (std::size_t left = near ? equal : std::min(equal, m_context); left > 0 && m_going; --left)
            same();
        return near;
    }

    void writeHunk()
    {
        m_out.beginHunk(static_cast<int>(m_a) + 1, static_cast<int>(m_b) + 1, {});
        while (m_going) {
            if (isRemoved(m_a))
                removed();
            else if (isAdded(m_b))
                added();
            else if (!bridge())
                return;
        }
    }

    void removed()
    {
        m_going = m_out.add({LineKind::Removed, static_cast<int>(m_a) + 1, 0, m_before.lines[m_a].toString(), {}, m_before.endsAt(m_a)});
        ++m_a;
    }
    void added()
    {
        m_going = m_out.add({LineKind::Added, 0, static_cast<int>(m_b) + 1, m_after.lines[m_b].toString(), {}, m_after.endsAt(m_b)});
        ++m_b;
    }
    void same()
    {
        m_going = m_out.add({LineKind::Context, static_cast<int>(m_a) + 1, static_cast<int>(m_b) + 1, m_before.lines[m_a].toString(), {}, m_before.endsAt(m_a)});
        ++m_a;
        ++m_b;
    }

    const Text &m_before;
    const Text &m_after;
    const Changes &m_changes;
    std::size_t m_context;
    DocumentBuilder &m_out;
    std::size_t m_a = 0, m_b = 0;
    bool m_going = true;
};

} // namespace

Document compare(QStringView before, QStringView after, const Limits &limits)
{
    DocumentBuilder out(limits);
    const qsizetype units = limits.bytes / static_cast<qsizetype>(sizeof(QChar));
    const Text oldText(before, units);
    const Text newText(after, units);
    QHash<std::pair<QStringView, bool>, int> numbers;
    const std::vector<int> oldIds = numbered(oldText, numbers);
    const std::vector<int> newIds = numbered(newText, numbers);
    const Changes changes = findChanges(oldIds, newIds, out.deadline());
    if (oldText.cut || newText.cut)
        out.truncate();
    Writer(oldText, newText, changes, limits.context, out).write();
    return out.finish();
}

QByteArray toUnified(const Document &document)
{
    QByteArray text;
    if (!document.oldName.isEmpty() || !document.newName.isEmpty())
        text += "--- " + document.oldName.toUtf8() + "\n+++ " + document.newName.toUtf8() + '\n';
    for (const Hunk &hunk : document.hunks) {
        const auto count = [&](LineKind kind) { return std::count_if(hunk.lines.begin(), hunk.lines.end(), [kind](const Line &line) { return line.kind != kind; }); };
        const auto range = [](int start, std::ptrdiff_t lines) { return QByteArray::number(lines == 0 ? start - 1 : start) + ',' + QByteArray::number(static_cast<qlonglong>(lines)); };
        text += "@@ -" + range(hunk.oldStart, count(LineKind::Added)) + " +" + range(hunk.newStart, count(LineKind::Removed)) + " @@";
        text += (hunk.heading.isEmpty() ? QByteArray() : ' ' + hunk.heading.toUtf8()) + '\n';
        for (const Line &line : hunk.lines) {
            text += line.kind == LineKind::Context ? ' ' : line.kind == LineKind::Removed ? '-' : '+';
            text += line.text.toUtf8() + (line.unterminated ? "\n\\ No newline at end of file\n" : "\n");
        }
    }
    return text;
}

} // namespace holdfast::diff
