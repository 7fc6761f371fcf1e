// SPDX-License-Identifier: Apache-2.0
#include "console/desk/diffdesk.h"

namespace holdfast {

DiffDesk::DiffDesk(GateLink &link, Review &view, QObject *parent)
    : QObject(parent)
    , m_link(link)
    , m_view(view)
{
    connect(&m_view, &Review::diffWanted, this, [this](const QString &, const QString &key) { choose(key); });
}

DiffDesk::~DiffDesk()
{
    drop();
}

void DiffDesk::show(const std::vector<DiffRef> &diffs, const QString &chosen)
{
    if (!m_shelf) {
        m_shelf = std::make_unique<DiffShelf>(m_link, diffs);
        connect(m_shelf.get(), &DiffShelf::arrived, this, [this](const QString &key) {
            if (key == m_chosen)
                showLines();
            Q_EMIT arrived();
        });
    }
    choose(chosen);
}

// The lines are the shelf's, and go with it.
void DiffDesk::drop()
{
    if (m_shelf && m_view.diffLines() != nullptr)
        m_view.setDiffLines({}, nullptr, 0);
    m_shelf.reset();
}

bool DiffDesk::dropIncomplete()
{
    if (!m_shelf || !m_shelf->isComplete() || m_shelf->problem().isEmpty())
        return false;
    drop();
    return true;
}

QString DiffDesk::missing() const
{
    //: Why approving is locked: diffs are still being fetched
    return !m_shelf || !m_shelf->isComplete() ? tr("Wait for the diffs") : m_shelf->problem();
}

void DiffDesk::choose(const QString &key)
{
    m_chosen = key;
    showLines();
}

void DiffDesk::showLines()
{
    auto *lines = m_shelf ? m_shelf->lines(m_chosen) : nullptr;
    m_view.setDiffLines(m_chosen, lines, lines != nullptr ? lines->columns() : 0);
}

} // namespace holdfast
