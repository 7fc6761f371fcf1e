// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "console/view/inbox.h"

namespace holdfast {

/// The filter of the inbox: words that must all stand in the row, and `tier:`, `env:`, `requester:`, `person:` with the beginning
/// of a value. Case does not matter. With a word that is not understood no row passes: what it was meant to leave out is not known.
class InboxFilter final
{
public:
    explicit InboxFilter(QStringView text);
    /// The word that is not understood, or empty.
    [[nodiscard]] const QString &problem() const { return m_problem; }
    [[nodiscard]] bool passes(const InboxRow &row) const;

private:
    struct Term {
        QString field; ///< empty: anywhere
        QString value;
    };
    QList<Term> m_terms;
    QString m_problem;
};

} // namespace holdfast
