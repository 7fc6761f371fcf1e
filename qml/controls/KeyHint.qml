// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import Holdfast.Theme

// A key cap. Decoration: the control beside it carries the name, so assistive technology passes over it.
Rectangle {
    id: root

    required property string keys
    property color ink: Theme.colors.ink2
    property color edge: Theme.colors.controlLine

    implicitHeight: Theme.keySize
    implicitWidth: Math.max(Theme.keySize, label.implicitWidth + Theme.sm + Theme.hair)
    color: "transparent"
    radius: Theme.radiusKey
    border.width: Theme.hair
    border.color: root.edge

    PlainLabel {
        id: label

        anchors.centerIn: parent
        text: root.keys
        size: Theme.caption
        weight: Theme.medium
        color: root.ink
        Accessible.ignored: true
    }
}
