// SPDX-License-Identifier: Apache-2.0
#include "console/desk/diffshelf.h"

#include "console/present/format.h"
#include "diff/formats.h"
#include "link/blobs.h"

#include <set>

namespace holdfast {

using present::DiffLines;
using present::shown;

namespace {

// A hold can name a thousand diffs; together they are held in memory while it is open.
constexpr std::int64_t mostBytes = LargestBlob;

} // namespace

DiffShelf::DiffShelf(GateLink &link, const std::vector<DiffRef> &diffs, QObject *parent)
    : QObject(parent)
{
    std::set<QString> keys;
    std::int64_t room = mostBytes;
    for (const DiffRef &diff : diffs) {
        if (!keys.insert(diff.blob.digest.toString()).second)
            continue;
        if (diff.blob.size > room) {
            //: Why a diff is not shown: all that a hold names are more than a person could read
            putProblem(diff, tr("all of them together are too large"));
            continue;
        }
        room -= diff.blob.size;
        fetchBlob(&link, diff.blob, this, [this, diff](const Called<QByteArray> &bytes) { take(diff, bytes); });
    }
    m_wanted = keys.size();
}

DiffLines *DiffShelf::lines(const QString &key) const
{
    const auto found = m_lines.find(key);
    return found == m_lines.end() ? nullptr : found->second.get();
}

void DiffShelf::take(const DiffRef &diff, const Called<QByteArray> &bytes)
{
    if (bytes)
        keep(diff, *bytes);
    else
        putProblem(diff, sentence(bytes.error()));
    Q_EMIT arrived(diff.blob.digest.toString());
}

void DiffShelf::keep(const DiffRef &diff, const QByteArray &bytes)
{
    auto parsed = diff::parse(diff.format, bytes);
    if (!parsed)
        return putProblem(diff, parsed.error().sentence());
    auto lines = std::make_unique<DiffLines>(std::move(*parsed));
    if (!lines->isWhole() && m_problem.isEmpty()) {
        //: Why approving is locked: a diff has more lines than are shown; %1 its title
        m_problem = tr("“%1” is too long to be shown whole").arg(shown(diff.title, 100));
    }
    m_lines[diff.blob.digest.toString()] = std::move(lines);
}

void DiffShelf::putProblem(const DiffRef &diff, const QString &why)
{
    diff::Document document;
    //: In the place of a diff that could not be shown; %1 the reason
    document.hunks.emplace_back().lines.push_back({diff::LineKind::Context, 0, 0, tr("This diff could not be shown: %1").arg(shown(why, 400)), {}});
    m_lines[diff.blob.digest.toString()] = std::make_unique<DiffLines>(std::move(document));
    if (m_problem.isEmpty()) {
        //: Why approving is locked: a diff is missing or cannot be read; %1 its title
        m_problem = tr("“%1” could not be shown").arg(shown(diff.title, 100));
    }
}

} // namespace holdfast
