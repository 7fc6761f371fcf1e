// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "console/present/difflines.h"
#include "core/documents/hold.h"
#include "link/gatelink.h"

#include <map>

namespace holdfast {

/// All diffs of the one revision that is open: fetched, held against their digests and parsed, whichever of them is looked at. A diff that
/// is missing, does not parse or is too long to be shown whole is a reason not to approve.
class DiffShelf final : public QObject
{
    Q_OBJECT
public:
    DiffShelf(GateLink &link, const std::vector<DiffRef> &diffs, QObject *parent = nullptr);

    /// The lines of the diff whose blob has this digest (as text); in the place of one that cannot be shown, the reason. nullptr until it
    /// has arrived. Owned by the shelf.
    [[nodiscard]] present::DiffLines *lines(const QString &key) const;
    /// Every diff has arrived, or failed to.
    [[nodiscard]] bool isComplete() const { return m_lines.size() == m_wanted; }
    /// Why what is here is not all that the hold names; empty when it is.
    [[nodiscard]] const QString &problem() const { return m_problem; }

Q_SIGNALS:
    void arrived(const QString &key);

private:
    void take(const DiffRef &diff, const Called<QByteArray> &bytes);
    void keep(const DiffRef &diff, const QByteArray &bytes);
    void putProblem(const DiffRef &diff, const QString &why);

    std::map<QString, std::unique_ptr<present::DiffLines>> m_lines; ///< by digest
    std::size_t m_wanted = 0;
    QString m_problem;
};

} // namespace holdfast
