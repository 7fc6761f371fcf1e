// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import Holdfast.Theme

// The ground of whatever is typed into: says where the keyboard is, and what is wrong.
Rectangle {
    id: root

    required property bool active
    required property bool wrong

    radius: Theme.radiusControl
    color: root.active ? Theme.colors.surface : Theme.colors.raised
    border.width: root.active || root.wrong ? Theme.stroke : Theme.hair
    border.color: root.wrong ? Theme.colors.danger : root.active ? Theme.colors.accent : Theme.colors.line
}
