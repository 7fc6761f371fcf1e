// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import Holdfast.Console
import Holdfast.Theme

// One passphrase. What is typed is never text in here: only how many characters there are.
SecretInput {
    id: root

    property string hint: ""
    property bool wrong: false

    readonly property int dot: Theme.dot - Theme.stroke
    readonly property int fitting: Math.max(1, Math.floor((width - Theme.md * 2 - Theme.hair) / (root.dot + Theme.xs)))

    implicitHeight: Theme.controlHeight
    implicitWidth: Theme.inboxWidth
    Accessible.role: Accessible.EditableText
    Accessible.name: root.spoken

    FieldFrame {
        anchors.fill: parent
        active: root.activeFocus
        wrong: root.wrong
    }

    PlainLabel {
        anchors.fill: parent
        anchors.leftMargin: Theme.md
        anchors.rightMargin: Theme.md
        visible: root.length === 0
        text: root.hint
        color: Theme.colors.ink3
        elide: Text.ElideRight
        Accessible.ignored: true
    }

    Rectangle {
        x: Theme.md - Theme.xs / 2
        anchors.verticalCenter: parent.verticalCenter
        width: dots.width + Theme.xs
        height: Theme.xl
        radius: Theme.stroke
        visible: root.marked
        color: Theme.colors.accent
    }

    // Beyond the width of the field the last ones are shown: the typing goes on where the eye is.
    Row {
        id: dots

        x: Theme.md
        anchors.verticalCenter: parent.verticalCenter
        spacing: Theme.xs

        Repeater {
            model: Math.min(root.length, root.fitting)

            Rectangle {
                width: root.dot
                height: root.dot
                radius: root.dot / 2
                color: root.marked ? Theme.colors.surface : root.enabled ? Theme.colors.ink : Theme.colors.ink3
            }
        }
    }

    Rectangle {
        id: caret

        x: dots.x + (root.length > 0 ? dots.width + Theme.xs / 2 : 0)
        anchors.verticalCenter: parent.verticalCenter
        width: Theme.hair
        height: Theme.lg + Theme.xs
        visible: root.activeFocus && root.enabled && !root.marked
        color: Theme.colors.ink
    }
}
