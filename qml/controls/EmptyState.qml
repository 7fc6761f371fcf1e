// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Holdfast.Theme

// Nothing here, said calmly, with what to do next where there is something.
ColumnLayout {
    id: root

    required property string heading
    property string words: ""
    property string action: ""
    property bool busy: false

    signal acted

    spacing: Theme.sm

    PlainLabel {
        Layout.fillWidth: true
        text: root.heading
        size: Theme.section
        weight: Theme.strong
        horizontalAlignment: Text.AlignHCenter
        wrapMode: Text.Wrap
    }

    PlainLabel {
        Layout.fillWidth: true
        visible: root.words.length > 0
        text: root.words
        color: Theme.colors.ink2
        horizontalAlignment: Text.AlignHCenter
        wrapMode: Text.WrapAtWordBoundaryOrAnywhere
        lineHeight: 1.25
    }

    ActionButton {
        Layout.alignment: Qt.AlignHCenter
        Layout.topMargin: Theme.md
        visible: root.action.length > 0
        enabled: !root.busy
        label: root.action
        onClicked: root.acted()
    }
}
