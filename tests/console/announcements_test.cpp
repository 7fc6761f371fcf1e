// SPDX-License-Identifier: Apache-2.0
#include "console/shell/announcements.h"

#include <QTest>

using namespace holdfast;
using namespace std::chrono_literals;

/// Seen: 25 requests within half an hour made 97 notifications. Each hold is announced at most once, a burst by one notice.
class AnnouncementsTest final : public QObject
{
    Q_OBJECT

private:
    Announcements m_announcements;
    QList<Notice> m_urgent;
    Instant m_now{1h};
    QStringList m_sent, m_withdrawn;

    void come(const QString &hold, int rank = 1)
    {
        m_urgent.append({hold, hold, {}, rank, false});
        std::stable_sort(m_urgent.begin(), m_urgent.end(), [](const Notice &a, const Notice &b) { return a.rank > b.rank; });
        show();
    }
    void go(const QString &hold)
    {
        m_urgent.removeIf([&](const Notice &notice) { return notice.holdId == hold; });
        show();
    }
    void show()
    {
        const auto change = m_announcements.show(m_urgent, {{}, QStringLiteral("More"), {}, 0, false}, m_now);
        m_sent.clear();
        for (const Notice &notice : change.send)
            m_sent.append(notice.holdId);
        m_withdrawn = change.withdraw;
    }

private Q_SLOTS:
    void init()
    {
        m_announcements = {};
        m_urgent.clear();
        m_now = Instant{1h};
    }

    void once()
    {
        come(QStringLiteral("a"));
        QCOMPARE(m_sent, QStringList{QStringLiteral("a")});
        m_now += 5min;
        show();
        QCOMPARE(m_sent, QStringList());
        go(QStringLiteral("a"));
        QCOMPARE(m_withdrawn, QStringList{QStringLiteral("a")});
        show();
        QCOMPARE(m_withdrawn, QStringList());
    }

    void aBurstIsOne()
    {
        QStringList all;
        for (int i = 0; i < 25; ++i) {
            m_now += 70s; // one a minute, as an agent asks that waits for each
            come(QStringLiteral("h%1").arg(i, 2, 10, QLatin1Char('0')), i == 17 ? 9 : 1);
            all += m_sent;
        }
        QCOMPARE(all, (QStringList{QStringLiteral("h00"), Announcements::groupKey, QStringLiteral("h17")}));
        for (int i = 0; i < 25; ++i) {
            go(QStringLiteral("h%1").arg(i, 2, 10, QLatin1Char('0')));
            QCOMPARE(m_sent, QStringList());
            QCOMPARE(m_withdrawn.contains(Announcements::groupKey), i == 24);
        }
    }

    void aWorseOneIsAnnouncedItself()
    {
        come(QStringLiteral("a"), 2);
        come(QStringLiteral("b"), 2);
        QCOMPARE(m_sent, QStringList{Announcements::groupKey});
        come(QStringLiteral("c"), 3);
        QCOMPARE(m_sent, QStringList{QStringLiteral("c")});
        come(QStringLiteral("d"), 3);
        QCOMPARE(m_sent, QStringList());
    }

    void theNextOneAfterQuiet()
    {
        come(QStringLiteral("a"));
        go(QStringLiteral("a"));
        come(QStringLiteral("b"));
        QCOMPARE(m_sent, QStringList{Announcements::groupKey}); // too soon for one of its own, and still told
        go(QStringLiteral("b"));
        m_now += Announcements::quiet;
        come(QStringLiteral("c"));
        QCOMPARE(m_sent, QStringList{QStringLiteral("c")});
    }

    void whatWasDismissedIsNotSentAgain()
    {
        come(QStringLiteral("a"));
        m_announcements.dismissed(QStringLiteral("a"));
        m_now += 1h;
        show();
        QCOMPARE(m_sent, QStringList());
        go(QStringLiteral("a"));
        QCOMPARE(m_withdrawn, QStringList());
        m_announcements.forget();
        come(QStringLiteral("a"));
        QCOMPARE(m_sent, QStringList{QStringLiteral("a")});
    }
};

QTEST_APPLESS_MAIN(AnnouncementsTest)
#include "announcements_test.moc"
