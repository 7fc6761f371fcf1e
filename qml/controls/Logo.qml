// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import Holdfast.Theme

// Two bars held in a square: drawn, so that it takes the palette.
Rectangle {
    id: root

    implicitWidth: Theme.logo
    implicitHeight: root.implicitWidth
    radius: width / 4
    antialiasing: true
    color: Theme.colors.fill
    Accessible.ignored: true

    Repeater {
        model: 2

        Rectangle {
            required property int index

            x: root.width * (index === 0 ? 0.27 : 0.56)
            y: root.height * 0.25
            width: root.width * 0.17
            height: root.height * 0.5
            radius: Theme.hair
            antialiasing: true
            color: Theme.colors.fillInk
        }
    }
}
