// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import Holdfast.Theme

Rectangle {
    id: root

    required property string label
    property color ink: Theme.colors.ink2
    property color ground: "transparent"
    property color edge: Theme.colors.controlLine

    implicitHeight: Theme.radiusChip * 2
    implicitWidth: text.implicitWidth + Theme.lg
    radius: Theme.radiusChip
    color: root.ground
    border.width: Theme.hair
    border.color: root.edge

    PlainLabel {
        id: text

        anchors.centerIn: parent
        width: Math.min(implicitWidth, root.width - Theme.lg)
        text: root.label
        size: Theme.caption
        weight: Theme.medium
        color: root.ink
        elide: Text.ElideMiddle
    }
}
