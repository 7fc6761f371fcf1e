// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import Holdfast.Theme

// The only component that shows text: plain, never markup, so that what anybody wrote is shown and not performed.
Text {
    id: root

    property bool machine: false
    property int size: Theme.body
    property int weight: Theme.regular

    textFormat: Text.PlainText
    color: Theme.colors.ink
    linkColor: Theme.colors.accent
    font.family: root.machine ? Theme.codeFace : Theme.face
    font.pixelSize: root.size
    font.weight: root.weight
    verticalAlignment: Text.AlignVCenter
    // Machine text stays left-to-right when the frame is mirrored.
    LayoutMirroring.enabled: !root.machine && Qt.locale().textDirection === Qt.RightToLeft
    Accessible.role: Accessible.StaticText
    Accessible.name: root.text
    Accessible.ignored: root.text.length === 0
}
