// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "console/desk/diffshelf.h"
#include "console/view/review.h"

namespace holdfast {

/// The diffs of the open revision in the review: all of them are fetched, whichever of them is looked at.
class DiffDesk final : public QObject
{
    Q_OBJECT
public:
    DiffDesk(GateLink &link, Review &view, QObject *parent = nullptr);
    ~DiffDesk() override;

    /// Shows the one with the key `chosen`; fetches them unless they are here, or on their way.
    void show(const std::vector<DiffRef> &diffs, const QString &chosen);
    /// Another revision is open.
    void drop();
    /// Drops them where one could not be had: true, and they are to be shown again.
    [[nodiscard]] bool dropIncomplete();
    /// Why not every one of them can be looked at; empty when it can.
    [[nodiscard]] QString missing() const;

Q_SIGNALS:
    /// One of them; missing() may be another.
    void arrived();

private:
    void choose(const QString &key);
    void showLines();

    GateLink &m_link;
    Review &m_view;
    std::unique_ptr<DiffShelf> m_shelf;
    QString m_chosen;
};

} // namespace holdfast
