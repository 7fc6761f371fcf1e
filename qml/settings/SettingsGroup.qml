// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Holdfast.Controls
import Holdfast.Theme

// A heading and what belongs under it, in a card.
ColumnLayout {
    id: root

    required property string heading
    property string words: ""
    default property alias body: column.data

    spacing: Theme.sm

    PlainLabel {
        Layout.fillWidth: true
        text: root.heading
        size: Theme.section
        weight: Theme.strong
        wrapMode: Text.Wrap
    }

    PlainLabel {
        Layout.fillWidth: true
        visible: root.words.length > 0
        text: root.words
        color: Theme.colors.ink2
        wrapMode: Text.WrapAtWordBoundaryOrAnywhere
    }

    Card {
        Layout.fillWidth: true
        implicitHeight: column.implicitHeight + Theme.md * 2

        ColumnLayout {
            id: column

            anchors.left: parent.left
            anchors.right: parent.right
            anchors.top: parent.top
            anchors.margins: Theme.md
            spacing: Theme.xs
        }
    }
}
