// SPDX-License-Identifier: Apache-2.0
#include "console/desk/inboxfilter.h"

#include "console/present/format.h"

#include <QCoreApplication>

#include <algorithm>

namespace holdfast {

using namespace Qt::StringLiterals;

InboxFilter::InboxFilter(QStringView text)
{
    static const QStringList fields{u"tier"_s, u"env"_s, u"requester"_s, u"person"_s};
    const auto words = text.toString().simplified().split(u' ', Qt::SkipEmptyParts);
    for (const auto &word : words) {
        const auto colon = word.indexOf(u':');
        const auto field = word.left(colon).toLower();
        if (colon < 0) {
            m_terms.append({{}, word});
        } else if (fields.contains(field)) {
            m_terms.append({field, word.mid(colon + 1)});
        } else if (m_problem.isEmpty()) {
            //: Under the inbox's filter: a word before a colon is not known; %1 the word
            m_problem = QCoreApplication::translate("InboxFilter", "%1 is not a filter. Known are tier:, env:, requester:, person:").arg(present::shown(word.left(colon + 1), 100));
        }
    }
}

bool InboxFilter::passes(const InboxRow &row) const
{
    return m_problem.isEmpty() && std::all_of(m_terms.cbegin(), m_terms.cend(), [&row](const Term &term) {
        if (term.field == u"tier"_s)
            return toString(static_cast<Tier>(row.tier)).startsWith(term.value, Qt::CaseInsensitive);
        if (term.field == u"env"_s)
            return row.environment.startsWith(term.value, Qt::CaseInsensitive);
        if (term.field == u"requester"_s)
            return row.requester.startsWith(term.value, Qt::CaseInsensitive);
        if (term.field == u"person"_s)
            return row.person.startsWith(term.value, Qt::CaseInsensitive);
        return (row.sentence + u' ' + row.requester + u' ' + row.person + u' ' + row.environment).contains(term.value, Qt::CaseInsensitive);
    });
}

} // namespace holdfast
