// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Holdfast.Theme

// One line of typing; a passphrase is typed into a SecretField. `hint` is shown while it is empty, in place of placeholderText, which renders markup.
T.TextField {
    id: root

    required property string spoken
    property string hint: ""
    property bool machine: false
    property bool wrong: false
    property string keys: ""
    property string note: ""

    implicitHeight: Theme.controlHeight
    implicitWidth: Theme.inboxWidth
    leftPadding: Theme.md
    rightPadding: Theme.md + (trail.visible ? trail.implicitWidth + Theme.sm : 0)
    color: Theme.colors.ink
    selectionColor: Theme.colors.accent
    selectedTextColor: Theme.colors.surface
    selectByMouse: true
    font.family: root.machine ? Theme.codeFace : Theme.face
    font.pixelSize: root.machine ? Theme.dense : Theme.body
    verticalAlignment: TextInput.AlignVCenter
    Accessible.role: Accessible.EditableText
    Accessible.name: root.spoken
    Accessible.editable: true

    background: FieldFrame {
        active: root.activeFocus
        wrong: root.wrong
    }

    PlainLabel {
        anchors.fill: parent
        anchors.leftMargin: root.leftPadding
        anchors.rightMargin: root.rightPadding
        visible: root.length === 0 && root.preeditText.length === 0
        text: root.hint
        color: Theme.colors.ink3
        elide: Text.ElideMiddle
        Accessible.ignored: true
    }

    Row {
        id: trail

        anchors.right: parent.right
        anchors.rightMargin: Theme.sm
        anchors.verticalCenter: parent.verticalCenter
        spacing: Theme.sm
        visible: root.note.length > 0 || (root.keys.length > 0 && !root.activeFocus)

        PlainLabel {
            visible: root.note.length > 0
            text: root.note
            size: Theme.caption
            color: root.wrong ? Theme.colors.danger : Theme.colors.ink3
        }

        KeyHint {
            visible: root.keys.length > 0 && !root.activeFocus
            keys: root.keys
            edge: Theme.colors.line
        }
    }
}
