// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Holdfast.Console
import Holdfast.Controls
import Holdfast.Theme

// How the console stands with its gate: always in sight, at the foot of the navigation.
Rectangle {
    id: root

    required property GateStatus gate

    readonly property bool live: root.gate.link === View.Live
    readonly property string status: root.live && root.gate.proven.length > 0 ? root.gate.linkText + " · " + root.gate.proven : root.gate.linkText

    implicitHeight: column.implicitHeight + Theme.md * 2
    radius: Theme.radiusCard
    color: "transparent"
    border.width: Theme.hair
    border.color: root.live ? Theme.colors.line : Theme.colors.warnLine
    Accessible.role: Accessible.StatusBar
    Accessible.name: Words.sentence(root.gate.name, root.status)

    ColumnLayout {
        id: column

        anchors.left: parent.left
        anchors.right: parent.right
        anchors.verticalCenter: parent.verticalCenter
        anchors.margins: Theme.md
        spacing: Theme.xs

        RowLayout {
            Layout.fillWidth: true
            spacing: Theme.sm

            StatusDot {
                Layout.alignment: Qt.AlignTop
                Layout.topMargin: Theme.xs
                color: root.live ? Theme.colors.good : root.gate.link === View.Offline ? Theme.colors.danger : Theme.colors.warn
            }

            PlainLabel {
                Layout.fillWidth: true
                text: root.gate.name
                size: Theme.dense
                weight: Theme.medium
                wrapMode: Text.WrapAtWordBoundaryOrAnywhere
                maximumLineCount: 3
                elide: Text.ElideRight
                Accessible.ignored: true
            }
        }

        PlainLabel {
            Layout.fillWidth: true
            text: root.status
            size: Theme.caption
            color: root.live ? Theme.colors.ink3 : Theme.colors.warn
            wrapMode: Text.WrapAtWordBoundaryOrAnywhere
            Accessible.ignored: true
        }
    }
}
