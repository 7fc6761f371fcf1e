// SPDX-License-Identifier: Apache-2.0
#include "console/present/difflines.h"

#include "console/present/format.h"
#include "console/view/reviewrows.h"
#include "core/text/visible.h"

#include <QMetaProperty>

namespace holdfast::present {

using namespace Qt::StringLiterals;

namespace {

constexpr int longestLine = 4000;

view::LineKind kindOf(diff::LineKind kind)
{
    switch (kind) {
    case diff::LineKind::Context: return view::LineKind::Context;
    case diff::LineKind::Removed: return view::LineKind::Removed;
    case diff::LineKind::Added: return view::LineKind::Added;
    }
    return view::LineKind::Context;
}

constexpr int theEnd = -1;

/// The words below the last line of a diff that is not whole.
QString endOf(const diff::Document &document)
{
    if (document.truncated) {
        //: Last line of a diff that is too long; it goes on beyond
        return DiffLines::tr("The diff goes on: it is too long to be shown whole");
    }
    if (document.listed < document.total) {
        //: Last line of a list of rows or files of which only some are listed; %1 how many, %2 of how many
        return DiffLines::tr("%1 of %2 listed").arg(count(document.listed), count(document.total));
    }
    return {};
}

QString cut(QStringView text)
{
    return visible(text, {.keepLines = false, .limit = longestLine});
}

} // namespace

DiffLines::DiffLines(diff::Document document, QObject *parent)
    : QAbstractListModel(parent)
    , m_document(std::move(document))
{
    for (int h = 0; h < static_cast<int>(m_document.hunks.size()); ++h) {
        const auto &hunk = m_document.hunks[static_cast<std::size_t>(h)];
        if (h > 0 || !hunk.heading.isEmpty())
            m_places.push_back({h, -1});
        for (int l = 0; l < static_cast<int>(hunk.lines.size()); ++l) {
            m_places.push_back({h, l});
            const auto length = hunk.lines[static_cast<std::size_t>(l)].text.size();
            m_columns = std::max(m_columns, static_cast<int>(std::min<qsizetype>(length, longestLine)));
        }
    }
    if (!endOf(m_document).isEmpty())
        m_places.push_back({theEnd, -1});
}

int DiffLines::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_places.size());
}

QStringList DiffLines::parts(const Place &place) const
{
    if (place.hunk == theEnd)
        return {endOf(m_document)};
    const auto &hunk = m_document.hunks[static_cast<std::size_t>(place.hunk)];
    if (place.line < 0)
        return {cut(hunk.heading)};
    const auto &line = hunk.lines[static_cast<std::size_t>(place.line)];
    if (line.text.size() > longestLine || line.changed.empty())
        return {cut(line.text)};
    QStringList pieces;
    qsizetype at = 0;
    for (const auto &span : line.changed) {
        pieces << cut(QStringView(line.text).mid(at, span.start - at)) << cut(QStringView(line.text).mid(span.start, span.length));
        at = span.start + span.length;
    }
    return pieces << cut(QStringView(line.text).mid(at));
}

QVariant DiffLines::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const auto property = DiffRow::staticMetaObject.property(role - Qt::UserRole - 1);
    if (!property.isValid())
        return {};
    const auto &place = m_places[static_cast<std::size_t>(index.row())];
    DiffRow row;
    row.key = QString::number(index.row());
    row.parts = parts(place);
    row.kind = static_cast<int>(view::LineKind::Gap);
    if (place.line >= 0) {
        const auto &line = m_document.hunks[static_cast<std::size_t>(place.hunk)].lines[static_cast<std::size_t>(place.line)];
        row.kind = static_cast<int>(kindOf(line.kind));
        row.oldNumber = line.oldNumber > 0 ? QString::number(line.oldNumber) : QString();
        row.newNumber = line.newNumber > 0 ? QString::number(line.newNumber) : QString();
    }
    return property.readOnGadget(&row);
}

QHash<int, QByteArray> DiffLines::roleNames() const
{
    QHash<int, QByteArray> names;
    for (int i = 0; i < DiffRow::staticMetaObject.propertyCount(); ++i)
        names.insert(Qt::UserRole + 1 + i, DiffRow::staticMetaObject.property(i).name());
    return names;
}

} // namespace holdfast::present
