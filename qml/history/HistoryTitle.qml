// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Holdfast.Console
import Holdfast.Controls
import Holdfast.Theme

// The heading, and how much of the ledger this console has proven.
RowLayout {
    id: root

    required property GateStatus gate

    spacing: Theme.md

    PlainLabel {
        Layout.fillWidth: true
        //: History: its heading.
        text: qsTr("History")
        size: Theme.sentence
        weight: Theme.strong
        Accessible.role: Accessible.Heading
    }

    Rectangle {
        visible: root.gate.proven.length > 0
        implicitWidth: proof.implicitWidth + Theme.lg * 2
        implicitHeight: Theme.rowHeight
        radius: Theme.radiusControl
        color: Theme.colors.goodSoft

        Row {
            id: proof

            anchors.centerIn: parent
            spacing: Theme.sm

            StatusDot {
                anchors.verticalCenter: parent.verticalCenter
                color: Theme.colors.good
            }

            PlainLabel {
                text: root.gate.proven
                weight: Theme.medium
                color: Theme.colors.good
            }
        }
    }
}
