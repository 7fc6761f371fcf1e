// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import Holdfast.Theme

// Marks the keyboard's focus. Stands outside its parent, so that it never covers what it marks.
Rectangle {
    id: root

    property int gap: Theme.stroke

    anchors.fill: parent
    anchors.margins: -root.gap - Theme.stroke
    color: "transparent"
    radius: Theme.radiusControl + root.gap
    border.width: Theme.stroke
    border.color: Theme.colors.accent
}
