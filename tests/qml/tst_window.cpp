// SPDX-License-Identifier: Apache-2.0
// The whole window on sample data, by keyboard and by the accessibility interface.
#include "console/shell/focuskeeper.h"
#include "fakes/sampleapp.h"

#include <QAccessible>
#include <QQmlApplicationEngine>
#include <QQuickItem>
#include <QQuickWindow>
#include <QSignalSpy>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace holdfast;

class WindowTest : public QObject {
    Q_OBJECT

private:
    struct Stage {
        fakes::SampleApp sample;
        QQmlApplicationEngine engine;
        QQuickWindow *window = nullptr;
    };

    std::unique_ptr<Stage> m_stage;

    App &app() { return m_stage->sample.app(); }
    QQuickWindow *window() { return m_stage->window; }

    void start(const QString &scene)
    {
        m_stage = std::make_unique<Stage>();
        QVERIFY(m_stage->sample.set(scene));
        m_stage->engine.addImportPath(u"qrc:/qt/qml"_s);
        m_stage->engine.setInitialProperties({{u"app"_s, QVariant::fromValue(&app())}});
        m_stage->engine.load(QUrl(u"qrc:/qt/qml/Holdfast/Main.qml"_s));
        QVERIFY(!m_stage->engine.rootObjects().isEmpty());
        m_stage->window = qobject_cast<QQuickWindow *>(m_stage->engine.rootObjects().constFirst());
        window()->requestActivate();
        QVERIFY(QTest::qWaitForWindowExposed(window()));
        QTRY_COMPARE(QGuiApplication::focusWindow(), window());
    }

    static void collect(QQuickItem *item, QList<QQuickItem *> &all)
    {
        if (!item->isVisible())
            return;
        all.append(item);
        const auto children = item->childItems();
        for (auto *child : children)
            collect(child, all);
    }

    QList<QQuickItem *> items()
    {
        QList<QQuickItem *> all;
        collect(window()->contentItem(), all);
        return all;
    }

    static QString nameOf(QQuickItem *item)
    {
        auto *face = QAccessible::queryAccessibleInterface(item);
        return face ? face->text(QAccessible::Name) : QString();
    }

    QQuickItem *named(const QString &part)
    {
        const auto all = items();
        for (auto *item : all) {
            if (nameOf(item).contains(part))
                return item;
        }
        return nullptr;
    }

    static void pressOverAccessibility(QQuickItem *item)
    {
        auto *face = QAccessible::queryAccessibleInterface(item);
        if (face && face->actionInterface())
            face->actionInterface()->doAction(QAccessibleActionInterface::pressAction());
    }

    void typeTarget()
    {
        auto *field = named(u"Type bookings-prod to approve"_s);
        QVERIFY(field);
        field->forceActiveFocus();
        for (const auto letter : u"bookings-prod"_s)
            QTest::keyClick(window(), letter.toLatin1());
        QCOMPARE(app().decision()->typedTarget(), u"bookings-prod"_s);
    }

private Q_SLOTS:
    void initTestCase()
    {
        QQuickWindow::setGraphicsApi(QSGRendererInterface::Software);
        QAccessible::setActive(true);
        QTest::failOnWarning(QRegularExpression(u"qrc:/"_s));
    }

    void cleanup() { m_stage.reset(); }

    void everyPlaceForTheKeyboardHasAName_data()
    {
        QTest::addColumn<QString>("scene");
        for (const auto *scene : {"review", "review-delta", "empty", "empty-offline", "running", "timeline", "keychain-locked", "settings", "first-run", "offline", "long-names"})
            QTest::newRow(scene) << QString::fromLatin1(scene);
    }

    void everyPlaceForTheKeyboardHasAName()
    {
        QFETCH(QString, scene);
        start(scene);
        const auto all = items();
        for (auto *item : all) {
            if (item->activeFocusOnTab())
                QVERIFY2(!nameOf(item).isEmpty(), qPrintable(QString::fromLatin1(item->metaObject()->className()) + item->property("spoken").toString()));
        }
    }

    void aDisabledButtonSaysSo_data() { everyPlaceForTheKeyboardHasAName_data(); }

    // Qt 6.4 tells assistive technology of a disabled button as of an enabled one, and lets it be pressed: the name must say it.
    void aDisabledButtonSaysSo()
    {
        QFETCH(QString, scene);
        start(scene);
        const auto all = items();
        for (auto *item : all) {
            auto *face = QAccessible::queryAccessibleInterface(item);
            if (face != nullptr && face->role() == QAccessible::Button && !item->isEnabled())
                QVERIFY2(nameOf(item).startsWith(u"locked: "_s), qPrintable(nameOf(item)));
        }
    }

    void lockedDenySaysWhy()
    {
        start(u"review"_s);
        QVERIFY(named(u"Deny"_s));
        QVERIFY(!named(u"locked: Deny"_s));
        start(u"no-seat-full"_s);
        auto *deny = named(u"locked: Deny. Restore your session key"_s);
        QVERIFY(deny);
        pressOverAccessibility(deny);
        QVERIFY(!named(u"Reason"_s));
    }

    void namesAreWhole_data() { everyPlaceForTheKeyboardHasAName_data(); }

    // A part that is empty leaves no comma behind.
    void namesAreWhole()
    {
        QFETCH(QString, scene);
        start(scene);
        static const QRegularExpression torn(u"[,:;] *$|[.] +$|^[,.:; ]|, ,|: ,|\\. \\."_s);
        const auto all = items();
        for (auto *item : all) {
            auto *face = QAccessible::queryAccessibleInterface(item);
            // Labels and alerts are sentences, which no other part follows.
            const bool control = face != nullptr && face->role() != QAccessible::StaticText && face->role() != QAccessible::AlertMessage;
            if (control)
                QVERIFY2(!torn.match(nameOf(item)).hasMatch(), qPrintable(nameOf(item)));
        }
    }

    // Going to another page by key takes the keyboard there: to something that has a name, whichever page it was, and back again.
    void thePageHasTheKeyboard()
    {
        start(u"review"_s);
        const holdfast::FocusKeeper keeper(*window());
        for (int round = 0; round < 2; ++round) {
            for (const auto key : {Qt::Key_2, Qt::Key_3, Qt::Key_4, Qt::Key_5, Qt::Key_1}) {
                QTest::keyClick(window(), key, Qt::ControlModifier);
                const auto placed = [this] {
                    auto *item = window()->activeFocusItem();
                    return item != nullptr && item->isVisible() && !nameOf(item).isEmpty();
                };
                QTRY_VERIFY2(placed(), qPrintable(QString::number(key - Qt::Key_0)));
            }
        }
        QVERIFY(nameOf(window()->activeFocusItem()).contains(u"holds waiting"_s));
    }

    // The inbox was empty, and its list not there: once a hold comes, the keyboard is on it.
    void theFirstHoldHasTheKeyboard()
    {
        start(u"empty"_s);
        const holdfast::FocusKeeper keeper(*window());
        InboxRow row;
        row.key = u"h1"_s;
        row.sentence = u"Drop table bookings"_s;
        app().inbox()->show({row}, 1);
        QTRY_VERIFY(window()->activeFocusItem() && nameOf(window()->activeFocusItem()) == u"1 hold waiting"_s);
    }

    // The timeline comes and goes beside the rows, with charts above them or without: both keep their place.
    void theTimelineHasItsPlace()
    {
        start(u"history"_s);
        for (int round = 0; round < 3; ++round) {
            if (round == 1)
                app().history()->setCharts({});
            app().history()->show(fakes::sampleHistory().mid(0, 4 - round), u"4"_s);
            app().history()->showTimeline(u"hkz3qhbt5xw2m7ad4cn6yjvre"_s, fakes::sampleHold().sentence, fakes::sampleTimeline());
            auto *heading = named(u"History"_s);
            const auto placed = [this] {
                auto *timeline = named(u"Timeline"_s);
                return timeline != nullptr && timeline->mapToScene({}).x() > window()->width() / 2.0;
            };
            QTRY_VERIFY(placed());
            QVERIFY(heading != nullptr);
            app().history()->closeTimeline();
            QTRY_VERIFY(!named(u"Timeline"_s));
        }
    }

    void aSheetHasAName()
    {
        start(u"passphrase"_s);
        QTRY_VERIFY(named(u"Passphrase of your deciding key"_s));
        int dialogs = 0;
        for (auto *item : items()) {
            auto *face = QAccessible::queryAccessibleInterface(item);
            if (face == nullptr || face->role() != QAccessible::Dialog)
                continue;
            ++dialogs;
            QCOMPARE(nameOf(item), u"Passphrase of your deciding key"_s);
            QVERIFY(face->text(QAccessible::Description).startsWith(u"To approve"_s));
        }
        QCOMPARE(dialogs, 1);
    }

    void lockedApproveMeetsTheLockEveryWay()
    {
        start(u"review"_s);
        QSignalSpy spy(app().decision(), &DecisionLock::approveWanted);
        auto *approve = named(u"locked: Approve deletion"_s);
        QVERIFY(approve);
        approve->forceActiveFocus();
        QTest::keyClick(window(), Qt::Key_Return);
        QTest::keyClick(window(), Qt::Key_Space);
        QTest::keyClick(window(), Qt::Key_A, Qt::ControlModifier | Qt::ShiftModifier);
        const auto at = approve->mapToScene({approve->width() / 2, approve->height() / 2}).toPoint();
        QTest::mouseDClick(window(), Qt::LeftButton, {}, at);
        pressOverAccessibility(approve);
        QVERIFY(!spy.wait(DecisionLock::doubleClickMs + DecisionLock::armMs));
    }

    void openApproveIgnoresEnterAndSpace()
    {
        start(u"review-open"_s);
        QTRY_VERIFY(app().decision()->mayApprove());
        QSignalSpy spy(app().decision(), &DecisionLock::approveWanted);
        auto *approve = named(u"Approve deletion, Ctrl+Shift+A"_s);
        QVERIFY(approve);
        approve->forceActiveFocus();
        QTest::keyClick(window(), Qt::Key_Return);
        QTest::keyClick(window(), Qt::Key_Enter);
        QTest::keyClick(window(), Qt::Key_Space);
        const auto at = approve->mapToScene({approve->width() / 2, approve->height() / 2}).toPoint();
        QTest::mouseDClick(window(), Qt::LeftButton, {}, at);
        QVERIFY(!spy.wait(DecisionLock::doubleClickMs * 2));
    }

    void approvesByTypingAndChordOnly()
    {
        start(u"review"_s);
        for (const auto &[id, words] : fakes::sampleTerms().sections)
            app().decision()->reach(id);
        typeTarget();
        QTRY_VERIFY(app().decision()->mayApprove());
        QSignalSpy spy(app().decision(), &DecisionLock::approveWanted);
        QTest::keyClick(window(), Qt::Key_Return);
        QVERIFY(spy.isEmpty());
        QTest::keyClick(window(), Qt::Key_A, Qt::ControlModifier | Qt::ShiftModifier);
        QCOMPARE(spy.size(), 1);
    }

    void approveIsNeverFocusedWhenAHoldOpens()
    {
        start(u"review-open"_s);
        QTRY_VERIFY(app().decision()->mayApprove());
        auto *focused = window()->activeFocusItem();
        QVERIFY(!focused || !nameOf(focused).contains(u"Approve"_s));
    }

    void denyOpensWithAReasonAndEnterSends()
    {
        start(u"review"_s);
        QSignalSpy spy(app().decision(), &DecisionLock::denyWanted);
        QTest::keyClick(window(), Qt::Key_D);
        QTRY_VERIFY(named(u"Add a word to the reason"_s));
        QVERIFY(spy.isEmpty());
        QTRY_VERIFY(nameOf(window()->activeFocusItem()).contains(u"destroy more"_s));
        QTest::keyClick(window(), Qt::Key_Return);
        QCOMPARE(spy.size(), 1);
        QCOMPARE(spy[0][0].toString(), fakes::sampleHold().holdId);
        QVERIFY(!spy[0][1].toString().isEmpty());
    }

    void movesAndFiltersByKey()
    {
        start(u"review"_s);
        QTest::keyClick(window(), Qt::Key_J);
        QCOMPARE(app().inbox()->current(), u"h2"_s);
        QTest::keyClick(window(), Qt::Key_K);
        QCOMPARE(app().inbox()->current(), fakes::sampleHold().holdId);
        QTest::keyClick(window(), Qt::Key_Slash);
        QTest::keyClick(window(), 'j');
        QCOMPARE(app().inbox()->filter(), u"j"_s);
        QCOMPARE(app().inbox()->current(), fakes::sampleHold().holdId);
        QTest::keyClick(window(), Qt::Key_Escape);
        QVERIFY(app().inbox()->filter().isEmpty());
    }

    void goesToEveryPage()
    {
        start(u"review"_s);
        for (int page = App::SettingsPage; page >= App::InboxPage; --page) {
            QTest::keyClick(window(), static_cast<Qt::Key>(Qt::Key_1 + page), Qt::ControlModifier);
            QCOMPARE(static_cast<int>(app().page()), page);
        }
    }

    void payloadIsReachedByOpeningIt()
    {
        start(u"review"_s);
        const auto wanted = [this] { return app().decision()->unreached(); };
        QTRY_VERIFY(!wanted().contains(u"facts"_s));
        QVERIFY(wanted().contains(u"payload"_s));
        auto *tab = named(u"Payload, not yet seen"_s);
        QVERIFY(tab);
        pressOverAccessibility(tab);
        auto *evidence = named(u"Evidence"_s);
        QVERIFY(evidence);
        evidence->forceActiveFocus();
        QTRY_VERIFY((QTest::keyClick(window(), Qt::Key_PageDown), !wanted().contains(u"payload"_s)));
    }

    void countsWithLimitsStandWhole_data()
    {
        QTest::addColumn<QSize>("size");
        QTest::newRow("beside the verdict") << QSize(1440, 900);
        QTest::newRow("above the verdict") << QSize(1280, 800);
        QTest::newRow("narrow") << QSize(960, 700);
    }

    // Beside a bar or under a name, nothing is drawn across them.
    void countsWithLimitsStandWhole()
    {
        QFETCH(QSize, size);
        start(u"bounds"_s);
        window()->resize(size);
        QTRY_COMPARE(window()->size(), size);
        int found = 0;
        const auto look = [&] {
            found = 0;
            bool whole = true;
            for (auto *item : items()) {
                const auto text = item->property("text").toString();
                if (text != u"748 311 to 1 284 003"_s && text != u"at least 98 220"_s)
                    continue;
                ++found;
                whole = whole && item->width() >= std::floor(item->implicitWidth());
            }
            return whole;
        };
        QTRY_VERIFY(look() && found == 2);
    }

    // Without the gate no page says that there is nothing: it says as of when it is shown, or that it does not know.
    void withoutTheGateNothingIsCalledNothing()
    {
        start(u"no-seat"_s);
        app().running()->show({});
        app().history()->show({}, {});
        for (const auto page : {App::InboxPage, App::RunningPage, App::HistoryPage}) {
            app().setPage(page);
            QTRY_VERIFY(named(u"Nothing can be signed now."_s));
            QVERIFY(named(u"The session key"_s));
            for (const auto &claim : {u"Nothing is waiting"_s, u"Nothing is on its way"_s, u"Nothing has been decided"_s})
                QVERIFY2(!named(claim), qPrintable(claim));
        }
        start(u"no-seat-full"_s);
        QVERIFY(named(u"As it stood today 23:40"_s));
        QTRY_VERIFY(named(u"As it stood today 23:40"_s)->mapToScene({}).y() < 200); // nothing stands above the page
        QVERIFY(named(u"holds as last seen"_s));
        window()->resize(960, 700);
        QTRY_COMPARE(window()->size(), QSize(960, 700));
        QTest::keyClick(window(), Qt::Key_J);
        QTest::keyClick(window(), Qt::Key_Return); // narrow: the review alone
        QTRY_VERIFY(!named(u"holds as last seen"_s));
        QVERIFY(named(u"As it stood today 23:40"_s));
        QVERIFY(!app().decision()->mayApprove() && !app().decision()->mayDeny());
    }

    void offlineLocksBoth()
    {
        start(u"offline"_s);
        QTest::keyClick(window(), Qt::Key_D);
        QVERIFY(!named(u"Add a word to the reason"_s));
        QVERIFY(!app().decision()->mayApprove());
    }

    void passphraseLeavesTheField()
    {
        start(u"passphrase"_s);
        QSignalSpy spy(app().passphrase(), &PassphrasePrompt::given);
        QQuickItem *field = nullptr;
        QTRY_VERIFY((field = window()->activeFocusItem()) && nameOf(field) == u"Passphrase"_s);
        for (const auto letter : u"correct"_s)
            QTest::keyClick(window(), letter.toLatin1());
        QTest::keyClick(window(), Qt::Key_Return);
        QCOMPARE(spy.size(), 1);
        const auto given = spy[0][0].value<Passphrase>();
        QCOMPARE(QByteArray(reinterpret_cast<const char *>(given->data()), static_cast<qsizetype>(given->size())), "correct"_ba);
        QCOMPARE(field->property("length").toInt(), 0);
    }

    // The hold changes while it is typed: what was typed is gone, nothing is left to be signed, and the words stay until they are left.
    void aWithdrawnPromptEmptiesTheField()
    {
        start(u"passphrase"_s);
        QSignalSpy given(app().passphrase(), &PassphrasePrompt::given);
        QSignalSpy cancelled(app().passphrase(), &PassphrasePrompt::cancelled);
        QQuickItem *field = nullptr;
        QTRY_VERIFY((field = window()->activeFocusItem()) && nameOf(field) == u"Passphrase"_s);
        for (const auto letter : u"correct"_s)
            QTest::keyClick(window(), letter.toLatin1());
        app().passphrase()->withdraw(u"It changed. Nothing was signed."_s);
        QCOMPARE(field->property("length").toInt(), 0);
        QTRY_VERIFY(!named(u"Sign"_s));
        QVERIFY(named(u"It changed. Nothing was signed."_s));
        for (const auto letter : u"horse"_s)
            QTest::keyClick(window(), letter.toLatin1());
        QVERIFY(app().passphrase()->wanted());
        QTest::keyClick(window(), Qt::Key_Escape);
        QTRY_VERIFY(!app().passphrase()->wanted());
        QCOMPARE(field->property("length").toInt(), 0);
        QVERIFY(given.isEmpty() && cancelled.isEmpty());
    }
};

QTEST_MAIN(WindowTest)
#include "tst_window.moc"
