// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import Holdfast.Console
import Holdfast.Controls
import Holdfast.Theme

// The exact bytes that would run, every invisible character shown. Reached when its last line has been in sight.
ListView {
    id: root

    required property Review review
    property int roof: Theme.inboxWidth
    readonly property bool seen: root.atYEnd

    implicitHeight: Math.max(Theme.rowHeight, Math.min(root.roof, root.contentHeight))
    clip: true
    activeFocusOnTab: true
    boundsBehavior: Flickable.StopAtBounds
    interactive: root.contentHeight > root.height
    model: root.review.payload
    LayoutMirroring.enabled: false
    LayoutMirroring.childrenInherit: true
    Accessible.role: Accessible.List
    //: Review, payload tab: name of the list of lines for assistive technology.
    Accessible.name: qsTr("Exact payload")
    Keys.onDownPressed: root.flick(0, -Theme.windowHeight)
    Keys.onUpPressed: root.flick(0, Theme.windowHeight)
    Keys.onPressed: event => {
        if (event.key === Qt.Key_End)
            root.positionViewAtEnd();
    }

    delegate: Rectangle {
        id: line

        required property string number
        required property string text
        required property bool hidden

        width: ListView.view.width
        implicitHeight: words.height + Theme.xs
        color: line.hidden ? Theme.colors.warnSoft : "transparent"
        Accessible.role: Accessible.StaticText
        Accessible.name: line.text

        PlainLabel {
            id: numberLabel

            width: Theme.xxl + Theme.md
            height: Theme.logo - Theme.xs
            text: line.number
            machine: true
            size: Theme.dense
            color: line.hidden ? Theme.colors.warn : Theme.colors.ink3
            horizontalAlignment: Text.AlignRight
            Accessible.ignored: true
        }

        PlainLabel {
            id: words

            anchors.left: numberLabel.right
            anchors.leftMargin: Theme.lg
            width: line.width - x - Theme.lg
            height: Math.max(implicitHeight, Theme.logo - Theme.xs)
            text: line.text
            machine: true
            size: Theme.dense
            wrapMode: Text.WrapAnywhere
            Accessible.ignored: true
        }
    }
}
