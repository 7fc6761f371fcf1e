// SPDX-License-Identifier: Apache-2.0
#include "console/view/secretinput.h"

#include <QAccessible>
#include <QClipboard>
#include <QGuiApplication>
#include <QQuickWindow>
#include <QSignalSpy>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace holdfast;

// A passphrase field, and how little anybody else can learn of it.
class SecretInputTest : public QObject {
    Q_OBJECT

private:
    static QByteArray textOf(const Passphrase &passphrase)
    {
        return passphrase ? QByteArray(reinterpret_cast<const char *>(passphrase->data()), static_cast<qsizetype>(passphrase->size())) : "nothing"_ba;
    }

    void type(const QString &text)
    {
        for (const auto letter : text)
            QTest::keyClick(m_window.get(), letter.toLatin1());
    }

    std::unique_ptr<QQuickWindow> m_window;
    SecretInput *m_field = nullptr;

private Q_SLOTS:
    void init()
    {
        m_window = std::make_unique<QQuickWindow>();
        m_field = new SecretInput(m_window->contentItem());
        m_field->setSize({200, 30});
        m_field->setSpoken(u"Passphrase"_s);
        m_window->show();
        QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
        m_field->forceActiveFocus();
    }

    void takesWhatIsTyped()
    {
        type(u"Correct horse 7"_s);
        QCOMPARE(m_field->length(), 15);
        QCOMPARE(textOf(m_field->take()), "Correct horse 7"_ba);
        QCOMPARE(m_field->length(), 0);
        QCOMPARE(textOf(m_field->take()), "nothing"_ba);
    }

    void backspaceTakesOneCharacter()
    {
        m_field->append(u"pä𝄞x"_s);
        QCOMPARE(m_field->length(), 4);
        QTest::keyClick(m_window.get(), Qt::Key_Backspace);
        QTest::keyClick(m_window.get(), Qt::Key_Backspace);
        QCOMPARE(m_field->length(), 2);
        QCOMPARE(textOf(m_field->take()), u"pä"_s.toUtf8());
        QTest::keyClick(m_window.get(), Qt::Key_Backspace);
        QCOMPARE(m_field->length(), 0);
    }

    void controlKeysTakeAll_data()
    {
        QTest::addColumn<int>("key");
        QTest::newRow("backspace") << int(Qt::Key_Backspace);
        QTest::newRow("U") << int(Qt::Key_U);
    }

    void controlKeysTakeAll()
    {
        QFETCH(int, key);
        type(u"secret"_s);
        QTest::keyClick(m_window.get(), static_cast<Qt::Key>(key), Qt::ControlModifier);
        QCOMPARE(m_field->length(), 0);
    }

    void whatIsMarkedIsReplaced()
    {
        type(u"old"_s);
        QTest::keyClick(m_window.get(), Qt::Key_A, Qt::ControlModifier);
        QVERIFY(m_field->marked());
        type(u"n"_s);
        QVERIFY(!m_field->marked());
        QCOMPARE(textOf(m_field->take()), "n"_ba);
    }

    void pastesOneLineAndCopiesNothing()
    {
        QGuiApplication::clipboard()->setText(u"from a manager\r\n\t\x1b"_s);
        QTest::keyClick(m_window.get(), Qt::Key_V, Qt::ControlModifier);
        QCOMPARE(m_field->length(), 14);
        QTest::keyClick(m_window.get(), Qt::Key_A, Qt::ControlModifier);
        QGuiApplication::clipboard()->setText(u"untouched"_s);
        QTest::keyClick(m_window.get(), Qt::Key_C, Qt::ControlModifier);
        QTest::keyClick(m_window.get(), Qt::Key_X, Qt::ControlModifier);
        QCOMPARE(QGuiApplication::clipboard()->text(), u"untouched"_s);
        QCOMPARE(textOf(m_field->take()), "from a manager"_ba);
    }

    void isBounded()
    {
        m_field->append(QString(5000, u'ä'));
        QCOMPARE(m_field->length(), 512);
        m_field->append(u"x"_s);
        QCOMPARE(m_field->take()->size(), std::size_t{1024});
    }

    void dispatchesItsOwnKeysOnly()
    {
        QSignalSpy accepted(m_field, &SecretInput::accepted);
        QTest::keyClick(m_window.get(), Qt::Key_Return);
        QCOMPARE(accepted.size(), 1);
        QKeyEvent repeated(QEvent::KeyPress, Qt::Key_Return, Qt::NoModifier, u"\r"_s, true);
        QCoreApplication::sendEvent(m_field, &repeated);
        QCOMPARE(accepted.size(), 1);
        QKeyEvent escape(QEvent::KeyPress, Qt::Key_Escape, Qt::NoModifier, u"\x1b"_s);
        QCoreApplication::sendEvent(m_field, &escape);
        QVERIFY(!escape.isAccepted());
        // A letter is typed, not one of the window's shortcuts.
        QKeyEvent letter(QEvent::ShortcutOverride, Qt::Key_D, Qt::NoModifier, u"d"_s);
        letter.ignore();
        QCoreApplication::sendEvent(m_field, &letter);
        QVERIFY(letter.isAccepted());
    }

    void acceptsComposedCharacters()
    {
        QInputMethodEvent composed;
        composed.setCommitString(u"é"_s);
        QCoreApplication::sendEvent(m_field, &composed);
        QCOMPARE(textOf(m_field->take()), u"é"_s.toUtf8());
        QVERIFY(Qt::InputMethodHints(m_field->inputMethodQuery(Qt::ImHints).toInt()).testFlag(Qt::ImhHiddenText));
        QVERIFY(!m_field->inputMethodQuery(Qt::ImSurroundingText).isValid());
    }

    void comparesTwoFields()
    {
        SecretInput other;
        m_field->append(u"same"_s);
        other.append(u"sane"_s);
        QVERIFY(!m_field->sameAs(&other));
        other.clear();
        other.append(u"same"_s);
        QVERIFY(m_field->sameAs(&other));
        QVERIFY(!m_field->sameAs(nullptr));
    }

    // Named as what it is, focusable, and mute about what was typed.
    void tellsNothingToAssistiveTechnology()
    {
        type(u"very secret"_s);
        auto *access = QAccessible::queryAccessibleInterface(m_field);
        QVERIFY(access);
        QCOMPARE(access->role(), QAccessible::EditableText);
        QVERIFY(access->state().passwordEdit && access->state().focused);
        QVERIFY(!access->textInterface() && !access->editableTextInterface() && !access->valueInterface());
        QCOMPARE(access->text(QAccessible::Name), u"Passphrase"_s);
        for (const auto text : {QAccessible::Value, QAccessible::Description, QAccessible::Help, QAccessible::Accelerator})
            QCOMPARE(access->text(text), QString());
        QCOMPARE(access->window(), m_window.get());
        QVERIFY(!access->rect().isEmpty());
        for (const auto *metaObject = m_field->metaObject(); metaObject; metaObject = metaObject->superClass())
            for (int i = metaObject->propertyOffset(); i < metaObject->propertyCount(); ++i)
                QVERIFY(!metaObject->property(i).read(m_field).toString().contains(u"secret"_s));
    }
};

QTEST_MAIN(SecretInputTest)
#include "tst_secretinput.moc"
