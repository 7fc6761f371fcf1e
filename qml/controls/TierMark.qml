// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import Holdfast.Console
import Holdfast.Theme

// Diamond for critical, dot for the others. The word stands beside it wherever there is room, and in the row's name.
Item {
    id: root

    required property int tier

    implicitWidth: Theme.dot + Theme.xs
    implicitHeight: Theme.dot + Theme.xs

    Rectangle {
        anchors.centerIn: parent
        width: Theme.dot
        height: Theme.dot
        antialiasing: true
        radius: root.tier === View.Critical ? Theme.hair : Theme.dot / 2
        rotation: root.tier === View.Critical ? 45 : 0
        color: Style.tierColor(root.tier)
    }
}
