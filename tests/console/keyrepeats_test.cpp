// SPDX-License-Identifier: Apache-2.0
#include "console/shell/keyrepeats.h"

#include <QTest>

using namespace Qt::StringLiterals;
using holdfast::KeyRepeats;

/// Writes down the key events that reach it: "+38" pressed, "-38" let go, "*" behind what repeats.
class KeyReceiver final : public QObject
{
public:
    QStringList seen;

    bool event(QEvent *event) override
    {
        if (event->type() != QEvent::KeyPress && event->type() != QEvent::KeyRelease)
            return QObject::event(event);
        const auto *key = static_cast<QKeyEvent *>(event);
        seen += (event->type() == QEvent::KeyPress ? u'+' : u'-') + QString::number(key->nativeScanCode()) + (key->isAutoRepeat() ? u"*"_s : QString());
        return true;
    }
};

/// A key that is held down never looks like pressed anew, whatever Qt made of the pair that X11 sends for it.
class KeyRepeatsTest final : public QObject
{
    Q_OBJECT

private:
    KeyRepeats m_filter;
    KeyReceiver m_receiver;

    void send(QEvent::Type type, quint32 code, quint64 time, bool repeat = false)
    {
        QKeyEvent event(type, Qt::Key_A, Qt::NoModifier, code, 0, 0, u"a"_s, repeat);
        event.setTimestamp(time);
        QCoreApplication::sendEvent(&m_receiver, &event);
    }
    void press(quint32 code, quint64 time) { send(QEvent::KeyPress, code, time); }
    void release(quint32 code, quint64 time) { send(QEvent::KeyRelease, code, time); }

private Q_SLOTS:
    void initTestCase() { m_receiver.installEventFilter(&m_filter); }
    void init() { m_receiver.seen.clear(); }

    void aPairOfOneInstantIsARepeat()
    {
        press(38, 1000);
        release(38, 1660);
        press(38, 1660);
        release(38, 1700);
        press(38, 1701);
        QCOMPARE(m_receiver.seen, (QStringList{u"+38"_s, u"-38*"_s, u"+38*"_s, u"-38*"_s, u"+38*"_s}));
        release(38, 1720);
        QTRY_COMPARE(m_receiver.seen.last(), u"-38"_s);
    }

    void evenWhenThePressComesLate()
    {
        press(38, 3000);
        release(38, 3660);
        QTRY_COMPARE(m_receiver.seen.last(), u"-38"_s);
        press(38, 3660);
        QCOMPARE(m_receiver.seen, (QStringList{u"+38"_s, u"-38"_s, u"+38*"_s}));
        release(38, 3700);
        QTRY_COMPARE(m_receiver.seen.size(), 4);
    }

    void aFingerIsNoRepeat()
    {
        press(38, 5000);
        release(38, 5060);
        press(38, 5066);
        release(38, 5100);
        press(39, 5100);
        release(39, 5140);
        QTRY_COMPARE(m_receiver.seen, (QStringList{u"+38"_s, u"-38"_s, u"+38"_s, u"-38"_s, u"+39"_s, u"-39"_s}));
    }

    void whatQtKnowsGoesOnAsItIs()
    {
        press(38, 7000);
        send(QEvent::KeyRelease, 38, 7660, true);
        send(QEvent::KeyPress, 38, 7660, true);
        QCOMPARE(m_receiver.seen, (QStringList{u"+38"_s, u"-38*"_s, u"+38*"_s}));
    }
};

QTEST_MAIN(KeyRepeatsTest)
#include "keyrepeats_test.moc"
