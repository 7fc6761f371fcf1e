// SPDX-License-Identifier: Apache-2.0
#include "console/shell/focuskeeper.h"

#include <QKeyEvent>
#include <QTest>

using namespace holdfast;

/// Counts the keys that reach it.
class Target final : public QQuickItem
{
public:
    explicit Target(QQuickItem *parent) : QQuickItem(parent) { setActiveFocusOnTab(true); }
    int pressed = 0;

protected:
    void keyPressEvent(QKeyEvent *) override { ++pressed; }
};

/// Seen: Enter after *Replay nine seconds*, whose button was hidden by then, made a second request.
class FocusKeeperTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_window = std::make_unique<QQuickWindow>();
        m_scope = new QQuickItem(m_window->contentItem());
        m_scope->setFlag(QQuickItem::ItemIsFocusScope);
        m_box = new QQuickItem(m_scope);
        m_target = new Target(m_box);
        m_window->show();
        QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
    }

    void withoutItTheKeyArrives()
    {
        m_target->forceActiveFocus();
        m_target->setVisible(false);
        QTest::keyClick(m_window.get(), Qt::Key_Return);
        QCOMPARE(m_target->pressed, 1); // once Qt does it, FocusKeeper can go
    }

    void hidden_data()
    {
        QTest::addColumn<bool>("around");
        QTest::newRow("itself") << false;
        QTest::newRow("with what is around it") << true;
    }

    void hidden()
    {
        QFETCH(bool, around);
        const FocusKeeper keeper(*m_window);
        m_target->forceActiveFocus();
        QTest::keyClick(m_window.get(), Qt::Key_Return);
        QCOMPARE(m_target->pressed, 1);
        (around ? m_box : m_target)->setVisible(false);
        QTest::keyClick(m_window.get(), Qt::Key_Return);
        QCOMPARE(m_target->pressed, 1);
        QCOMPARE(m_window->activeFocusItem(), m_scope);
        // Shown again it waits to be chosen again.
        (around ? m_box : m_target)->setVisible(true);
        QTest::keyClick(m_window.get(), Qt::Key_Return);
        QCOMPARE(m_target->pressed, 1);
    }

    void aHiddenScope()
    {
        const FocusKeeper keeper(*m_window);
        m_target->forceActiveFocus();
        m_scope->setVisible(false);
        QTest::keyClick(m_window.get(), Qt::Key_Return);
        QCOMPARE(m_target->pressed, 0);
        QCOMPARE(m_window->activeFocusItem(), m_window->contentItem());
    }

    void goneWhileFocused()
    {
        const FocusKeeper keeper(*m_window);
        m_target->forceActiveFocus();
        delete m_target;
        QTest::keyClick(m_window.get(), Qt::Key_Return);
    }

private:
    std::unique_ptr<QQuickWindow> m_window;
    QQuickItem *m_scope = nullptr, *m_box = nullptr;
    Target *m_target = nullptr;
};

QTEST_MAIN(FocusKeeperTest)
#include "focuskeeper_test.moc"
