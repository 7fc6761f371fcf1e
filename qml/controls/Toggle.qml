// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Holdfast.Theme

// On or off, with what it means beside it.
T.AbstractButton {
    id: root

    required property string label
    property string note: ""
    property bool on: false

    signal switched(on: bool)

    implicitHeight: Math.max(Theme.rowHeight, texts.implicitHeight + Theme.md)
    implicitWidth: name.implicitWidth + Theme.xxl * 3
    focusPolicy: Qt.StrongFocus
    Accessible.role: Accessible.CheckBox
    Accessible.name: root.note.length > 0 ? root.label + ", " + root.note : root.label
    Accessible.checkable: true
    Accessible.checked: root.on
    Accessible.onPressAction: root.switched(!root.on)
    Accessible.onToggleAction: root.switched(!root.on)
    onClicked: root.switched(!root.on)

    background: Rectangle {
        radius: Theme.radiusControl
        color: root.hovered ? Theme.colors.hover : "transparent"

        FocusRing {
            visible: root.visualFocus
            gap: -Theme.stroke
        }
    }

    contentItem: Item {
        implicitHeight: texts.implicitHeight

        Column {
            id: texts

            anchors.left: parent.left
            anchors.leftMargin: Theme.sm
            anchors.right: slot.left
            anchors.rightMargin: Theme.lg
            anchors.verticalCenter: parent.verticalCenter

            PlainLabel {
                id: name

                width: parent.width
                text: root.label
                wrapMode: Text.Wrap
                Accessible.ignored: true
            }

            PlainLabel {
                width: parent.width
                visible: root.note.length > 0
                text: root.note
                size: Theme.dense
                color: Theme.colors.ink3
                wrapMode: Text.Wrap
                Accessible.ignored: true
            }
        }

        Rectangle {
            id: slot

            anchors.right: parent.right
            anchors.rightMargin: Theme.sm
            anchors.verticalCenter: parent.verticalCenter
            width: Theme.xxl
            height: Theme.keySize
            radius: height / 2
            antialiasing: true
            color: root.on ? Theme.colors.accent : "transparent"
            border.width: Theme.hair
            border.color: root.on ? Theme.colors.accent : Theme.colors.controlLine

            Rectangle {
                x: root.on ? parent.width - width - Theme.bar : Theme.bar
                anchors.verticalCenter: parent.verticalCenter
                width: parent.height - Theme.bar * 2
                height: width
                radius: height / 2
                antialiasing: true
                color: root.on ? Theme.colors.surface : Theme.colors.controlLine

                Behavior on x {
                    NumberAnimation {
                        duration: Theme.quick
                        easing.type: Easing.OutCubic
                    }
                }
            }
        }
    }
}
