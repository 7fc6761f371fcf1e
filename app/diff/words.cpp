// SPDX-License-Identifier: Apache-2.0
#include "diff/compare.h"
#include "diff/myers.h"

#include <QHash>

namespace holdfast::diff {

namespace {

constexpr std::size_t maximumWords = 2000;
constexpr std::chrono::milliseconds maximumTime{20};

bool isWord(QChar c)
{
    return c.isLetterOrNumber() || c == u'_' || c.isSurrogate() || c.isMark();
}

/// Runs of letters and digits, runs of spaces, and every other character by itself.
std::vector<QStringView> words(QStringView line)
{
    std::vector<QStringView> found;
    for (qsizetype at = 0; at < line.size();) {
        const auto sameKind = [first = line[at]](QChar c) { return isWord(first) ? isWord(c) : first.isSpace() && c.isSpace(); };
        qsizetype end = at + 1;
        while (end < line.size() && sameKind(line[end]))
            ++end;
        found.push_back(line.sliced(at, end - at));
        at = end;
    }
    return found;
}

std::vector<Span> spans(const std::vector<QStringView> &parts, const std::vector<bool> &changed)
{
    std::vector<Span> found;
    qsizetype at = 0;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (changed[i]) {
            if (!found.empty() && found.back().start + found.back().length == at)
                found.back().length += parts[i].size();
            else
                found.push_back({at, parts[i].size()});
        }
        at += parts[i].size();
    }
    return found;
}

/// UTF-16 units that stay, white space not counted.
qsizetype kept(const std::vector<QStringView> &parts, const std::vector<bool> &changed)
{
    qsizetype count = 0;
    for (std::size_t i = 0; i < parts.size(); ++i)
        count += changed[i] || parts[i].front().isSpace() ? 0 : parts[i].size();
    return count;
}

} // namespace

std::pair<std::vector<Span>, std::vector<Span>> changedWords(QStringView before, QStringView after)
{
    const auto oldWords = words(before);
    const auto newWords = words(after);
    if (oldWords.size() > maximumWords || newWords.size() > maximumWords)
        return {};
    QHash<QStringView, int> numbers;
    const auto numbered = [&](const std::vector<QStringView> &parts) {
        std::vector<int> ids;
        for (const QStringView part : parts) {
            const auto known = numbers.constFind(part);
            ids.push_back(known == numbers.cend() ? numbers.insert(part, static_cast<int>(numbers.size())).value() : known.value());
        }
        return ids;
    };
    const std::vector<int> oldIds = numbered(oldWords);
    const std::vector<int> newIds = numbered(newWords);
    const Changes changes = findChanges(oldIds, newIds, std::chrono::steady_clock::now() + maximumTime);
    // Two lines that share less than a third are not two forms of one line: marking crumbs would only mislead.
    if (!changes.complete || kept(oldWords, changes.removed) * 3 < std::max(before.trimmed().size(), after.trimmed().size()))
        return {};
    return {spans(oldWords, changes.removed), spans(newWords, changes.added)};
}

} // namespace holdfast::diff
