// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "console/desk/gateseat.h"

namespace holdfast {

/// A denial or a freeze that still stands.
struct Standing final
{
    Digest subject; ///< id digest of the denial or the freeze
    HoldId hold; ///< the hold that it was spoken on
    Command::Verb undoneBy = Command::Verb::Lift;
    std::optional<QString> actor; ///< of a freeze
};

/// The denials and freezes against one requester, read from the documents of its newest holds, each verified here: a lift is signed for what is found.
class StandingAgainst final : public QObject
{
    Q_OBJECT
public:
    StandingAgainst(GateSeat &seat, const QString &requester, QObject *parent);
    void find();

Q_SIGNALS:
    /// One of the two, once.
    void found(const std::vector<holdfast::Standing> &standing);
    void failed(const QString &why);

private:
    void nextHold();
    void nextDocument(const HoldId &hold, std::vector<DocumentRow> documents, std::size_t at);
    void unverified();
    /// False: it is not what the gate said that it is.
    [[nodiscard]] bool take(const HoldId &hold, const DocumentRow &row, const Envelope &envelope);

    GateSeat &m_seat;
    QString m_requester;
    std::vector<HoldId> m_holds;
    std::vector<Standing> m_standing;
    std::vector<Digest> m_undone;
};

} // namespace holdfast
