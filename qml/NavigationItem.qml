// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Holdfast.Controls
import Holdfast.Theme

T.AbstractButton {
    id: root

    required property string label
    required property bool picked
    property int count: 0

    implicitHeight: Theme.rowHeight
    hoverEnabled: true
    focusPolicy: Qt.TabFocus
    Accessible.role: Accessible.PageTab
    //: Navigation: name of an entry with a count, for assistive technology. %1 the page, %2 how many.
    Accessible.name: root.count > 0 ? Words.filled(qsTr("%1, %2"), [root.label, root.count]) : root.label
    Accessible.selected: root.picked
    Accessible.onPressAction: root.clicked()
    Keys.onReturnPressed: root.clicked()

    background: Rectangle {
        radius: Theme.radiusControl
        color: root.picked ? Theme.colors.selected : root.hovered ? Theme.colors.hover : "transparent"

        FocusRing {
            visible: root.visualFocus
            gap: -Theme.stroke
        }
    }

    contentItem: Item {
        PlainLabel {
            anchors.left: parent.left
            anchors.leftMargin: Theme.md
            anchors.right: number.left
            height: parent.height
            text: root.label
            weight: root.picked ? Theme.strong : Theme.regular
            color: root.picked ? Theme.colors.ink : Theme.colors.ink2
            elide: Text.ElideRight
            Accessible.ignored: true
        }

        PlainLabel {
            id: number

            anchors.right: parent.right
            anchors.rightMargin: Theme.md
            height: parent.height
            text: root.count > 0 ? Number(root.count).toLocaleString(Qt.locale(), "f", 0) : ""
            size: Theme.dense
            color: Theme.colors.ink2
            Accessible.ignored: true
        }
    }
}
