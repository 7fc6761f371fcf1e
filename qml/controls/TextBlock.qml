// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Holdfast.Theme

// Several lines of typing, plain.
T.TextArea {
    id: root

    required property string spoken
    property string hint: ""

    implicitHeight: Math.max(Theme.controlHeight * 2, contentHeight + topPadding + bottomPadding)
    implicitWidth: Theme.inboxWidth
    padding: Theme.sm + Theme.hair
    leftPadding: Theme.md
    rightPadding: Theme.md
    textFormat: TextEdit.PlainText
    wrapMode: TextEdit.Wrap
    color: Theme.colors.ink
    selectionColor: Theme.colors.accent
    selectedTextColor: Theme.colors.surface
    selectByMouse: true
    font.family: Theme.face
    font.pixelSize: Theme.body
    Accessible.role: Accessible.EditableText
    Accessible.name: root.spoken
    Accessible.editable: true
    Accessible.multiLine: true
    KeyNavigation.priority: KeyNavigation.BeforeItem

    background: Rectangle {
        radius: Theme.radiusControl
        color: root.activeFocus ? Theme.colors.surface : Theme.colors.raised
        border.width: root.activeFocus ? Theme.stroke : Theme.hair
        border.color: root.activeFocus ? Theme.colors.accent : Theme.colors.line
    }

    PlainLabel {
        x: root.leftPadding
        y: root.topPadding
        visible: root.length === 0 && root.preeditText.length === 0
        text: root.hint
        color: Theme.colors.ink3
        Accessible.ignored: true
    }
}
