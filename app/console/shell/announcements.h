// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/clock.h"

#include <QList>
#include <QSet>
#include <QString>

namespace holdfast {

/// The words of a notification: gate, tier, number and deadline. Never a word of the requester's.
struct Notice final
{
    QString holdId; ///< or Announcements::groupKey
    QString title, body;
    int rank = 0; ///< the higher, the worse
    bool critical = false;
};

/// Decides what is announced of the holds that are urgent. Each is announced once and withdrawn when it is urgent no more; a burst is
/// announced once: its first hold, whatever in it is worse than all that was announced, and one notice for all the others.
class Announcements final
{
public:
    static inline const QString groupKey = QStringLiteral("more");
    /// After an announcement, others of no higher rank join the group for so long, and as long as one stands.
    static constexpr auto quiet = std::chrono::minutes(1);

    struct Change final
    {
        QList<Notice> send;
        QStringList withdraw;
    };

    /// `urgent`: all that are urgent now, most urgent first. `group`: the words for those that are not announced themselves; never a
    /// number in them, which would be news each time.
    [[nodiscard]] Change show(const QList<Notice> &urgent, const Notice &group, Instant now);
    /// The person closed it: it is not sent again.
    void dismissed(const QString &key) { m_standing.remove(key); }
    /// Nothing that was sent stands any more, as after the desktop's notification service started anew.
    void forget();

private:
    [[nodiscard]] bool mayInterrupt(const Notice &notice, Instant now) const;

    QSet<QString> m_announced; ///< urgent and told, dismissed ones too
    QSet<QString> m_standing; ///< of them, those still on the desktop
    QSet<QString> m_grouped;
    Instant m_last{};
    int m_worst = 0; ///< highest rank announced in this burst
};

} // namespace holdfast
