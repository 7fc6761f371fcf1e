// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Holdfast.Theme

// A scroll bar that stays out of the way, and is wider while it is used.
T.ScrollBar {
    id: root

    implicitWidth: Theme.md
    implicitHeight: Theme.md
    padding: Theme.bar
    minimumSize: 0.05
    visible: root.size < 1 && root.policy !== T.ScrollBar.AlwaysOff
    Accessible.ignored: true

    contentItem: Rectangle {
        radius: Theme.bar
        color: root.pressed || root.hovered ? Theme.colors.ink3 : Theme.colors.column
        opacity: root.pressed || root.hovered ? 1 : 0.6
    }
}
