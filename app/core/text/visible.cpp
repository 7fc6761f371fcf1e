// SPDX-License-Identifier: Apache-2.0
#include "core/text/visible.h"

#include <algorithm>
#include <iterator>

namespace holdfast {

namespace {

constexpr char32_t opening = U'\u27E8';
constexpr QStringView foldShape = u"\u27E8\u2026 %1 more \u2026\u27E9";
constexpr int marksInARow = 4;

struct Range final
{
    char32_t first, last;
};

constexpr Range defaultIgnorable[] = {
#include "core/text/defaultignorable.inc"
};

/// Symbols that draw nothing: braille blank, the place holder of an embedded object, a note without a head.
constexpr char32_t blanks[] = {0x2800, 0xFFFC, 0x1D159};

/// Whether the character shows itself, whatever stands around it.
bool showsItself(char32_t point)
{
    if (point >= 0x20 && point < 0x7f)
        return true;
    if (point == opening || isDefaultIgnorable(point) || std::find(std::begin(blanks), std::end(blanks), point) != std::end(blanks))
        return false;
    switch (QChar::category(point)) {
    case QChar::Other_Control:
    case QChar::Other_Format:
    case QChar::Other_Surrogate:
    case QChar::Other_PrivateUse:
    case QChar::Other_NotAssigned: // noncharacters too
    case QChar::Separator_Space:
    case QChar::Separator_Line:
    case QChar::Separator_Paragraph:
        return false;
    default:
        return true;
    }
}

bool isMark(char32_t point)
{
    const QChar::Category category = QChar::category(point);
    return category == QChar::Mark_NonSpacing || category == QChar::Mark_SpacingCombining || category == QChar::Mark_Enclosing;
}

/// Walks the characters of a text and tells which of them may be drawn as they are.
class Walk final
{
public:
    Walk(QStringView text, bool keepLines)
        : m_text(text)
        , m_keepLines(keepLines)
    {
    }

    bool next()
    {
        m_at += m_size;
        if (m_at >= m_text.size())
            return false;
        const QChar unit = m_text[m_at];
        const bool pair = unit.isHighSurrogate() && m_at + 1 < m_text.size() && m_text[m_at + 1].isLowSurrogate();
        m_point = pair ? QChar::surrogateToUcs4(unit, m_text[m_at + 1]) : char32_t{unit.unicode()};
        m_size = pair ? 2 : 1;
        m_plain = judge();
        return true;
    }
    [[nodiscard]] bool plain() const { return m_plain; }
    [[nodiscard]] char32_t point() const { return m_point; }
    [[nodiscard]] QStringView units() const { return m_text.mid(m_at, m_size); }

private:
    bool judge()
    {
        if (m_point == U'\n' || m_point == U'\t') {
            m_marks = marksInARow; // a mark has no base at the start of a line
            return m_keepLines;
        }
        m_marks = isMark(m_point) ? m_marks + 1 : 0;
        return m_marks <= marksInARow && showsItself(m_point);
    }

    QStringView m_text;
    qsizetype m_at = 0;
    qsizetype m_size = 0;
    char32_t m_point = 0;
    qsizetype m_marks = marksInARow;
    bool m_keepLines;
    bool m_plain = false;
};

/// ⟨U+202E⟩: at least four digits.
void appendEscape(QString &out, char32_t point)
{
    static constexpr char16_t digits[] = u"0123456789ABCDEF";
    out.append(QStringView(u"\u27E8U+"));
    int shift = 20;
    while (shift > 12 && point >> shift == 0)
        shift -= 4;
    for (; shift >= 0; shift -= 4)
        out.append(digits[point >> shift & 15]);
    out.append(u'\u27E9');
}

void append(QString &out, QStringView foreign, bool keepLines)
{
    Walk walk(foreign, keepLines);
    while (walk.next()) {
        if (walk.plain())
            out.append(walk.units());
        else
            appendEscape(out, walk.point());
    }
}

/// A place to cut that does not part a surrogate pair.
qsizetype cut(QStringView text, qsizetype at)
{
    return at > 0 && at < text.size() && text[at].isLowSurrogate() && text[at - 1].isHighSurrogate() ? at - 1 : at;
}

} // namespace

bool isDefaultIgnorable(char32_t codePoint)
{
    const Range *range = std::lower_bound(std::begin(defaultIgnorable), std::end(defaultIgnorable), codePoint,
        [](const Range &candidate, char32_t point) { return candidate.last < point; });
    return range != std::end(defaultIgnorable) && range->first <= codePoint;
}

QString visible(QStringView foreign, VisibleOptions options)
{
    QString out;
    out.reserve(foreign.size());
    if (options.limit <= 0 || foreign.size() <= options.limit) {
        append(out, foreign, options.keepLines);
        return out;
    }
    const qsizetype head = cut(foreign, (options.limit + 1) / 2);
    const qsizetype tail = cut(foreign, foreign.size() - options.limit / 2);
    append(out, foreign.left(head), options.keepLines);
    out.append(foldShape.toString().arg(tail - head));
    append(out, foreign.mid(tail), options.keepLines);
    return out;
}

bool hasInvisible(QStringView foreign)
{
    Walk walk(foreign, false);
    while (walk.next()) {
        if (!walk.plain())
            return true;
    }
    return false;
}

} // namespace holdfast
