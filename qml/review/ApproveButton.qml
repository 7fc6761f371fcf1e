// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Holdfast.Console
import Holdfast.Controls
import Holdfast.Theme

// Approve. Never a default, never pressed by Enter or Space, taken back by a double click; held where the tier asks for it.
// It mirrors the lock; the lock itself is Decision's, whichever way the press comes.
T.AbstractButton {
    id: root

    required property Decision decision

    readonly property bool open: root.decision.mayApprove
    readonly property color ink: root.open ? Theme.colors.dangerInk : Theme.colors.ink3

    implicitHeight: Theme.controlHeight
    implicitWidth: row.implicitWidth + Theme.lg * 2
    hoverEnabled: true
    focusPolicy: Qt.TabFocus
    //: Decision bar: name of the open Approve button for assistive technology. %1 is verb and object. Ctrl+Shift+A is the key.
    Accessible.name: root.open ? qsTr("%1, Ctrl+Shift+A").arg(root.decision.openVerb)
        //: Decision bar: name of the closed Approve button for assistive technology. %1 verb and object, %2 what is missing.
        : Words.filled(qsTr("locked: %1. %2"), [root.decision.approveVerb, root.decision.unmetText])
    Accessible.role: Accessible.Button
    Accessible.onPressAction: root.decision.approve()
    onPressedChanged: root.pressed ? root.decision.beginPress() : root.decision.endPress()
    onCanceled: root.decision.endPress()
    onClicked: root.decision.click()
    onDoubleClicked: root.decision.click()
    Keys.onPressed: event => {
        if (event.key === Qt.Key_Space || event.key === Qt.Key_Return || event.key === Qt.Key_Enter || event.key === Qt.Key_Select)
            event.accepted = true;
    }

    contentItem: Item {
        Row {
            id: row

            anchors.centerIn: parent
            spacing: Theme.md

            PlainLabel {
                height: Theme.keySize
                text: root.open ? root.decision.openVerb : root.decision.approveVerb
                weight: Theme.medium
                color: root.ink
                Accessible.ignored: true
            }

            KeyHint {
                visible: root.open
                //: Key cap on the Approve button: Control, Shift and A together.
                keys: qsTr("Ctrl ⇧ A")
                ink: root.ink
                edge: Qt.alpha(root.ink, 0.55)
            }
        }
    }

    background: Rectangle {
        radius: Theme.radiusControl
        color: root.open ? Theme.colors.danger : Theme.colors.surface
        border.width: Theme.hair
        border.color: root.open ? Theme.colors.danger : Theme.colors.line

        Rectangle {
            width: parent.width * root.decision.pressed
            height: parent.height
            radius: parent.radius
            color: Qt.alpha(root.ink, 0.35)
        }

        FocusRing {
            visible: root.visualFocus
        }
    }
}
