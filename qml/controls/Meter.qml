// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import Holdfast.Theme

// A share from 0 to 1; nothing is drawn for a negative one. The figure beside it says the same in words.
Rectangle {
    id: root

    required property double share
    property color ink: Theme.colors.danger

    implicitHeight: Theme.meterHeight
    radius: height / 2
    color: Theme.colors.track
    opacity: root.share < 0 ? 0 : 1
    antialiasing: true

    Rectangle {
        height: parent.height
        width: root.share <= 0 ? 0 : Math.max(Theme.bar, parent.width * Math.min(1, root.share))
        radius: height / 2
        color: root.ink
        antialiasing: true
    }
}
