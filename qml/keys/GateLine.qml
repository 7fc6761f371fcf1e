// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Holdfast.Controls
import Holdfast.Theme

// One gate this console knows: how it stands, what is pinned of it, how much of its ledger is proven.
Card {
    id: root

    required property string name
    required property string address
    required property string pin
    required property string standing
    required property int tone
    required property string ledger
    required property bool embedded

    implicitHeight: column.implicitHeight + Theme.lg * 2
    Accessible.role: Accessible.ListItem
    Accessible.name: Words.sentence(root.name, root.standing, root.address, root.ledger)

    ColumnLayout {
        id: column

        anchors.fill: parent
        anchors.margins: Theme.lg
        spacing: Theme.xs

        RowLayout {
            Layout.fillWidth: true
            spacing: Theme.sm

            PlainLabel {
                Layout.fillWidth: true
                text: root.name
                weight: Theme.strong
                wrapMode: Text.WrapAtWordBoundaryOrAnywhere
            }

            Chip {
                visible: root.embedded
                //: Keys: chip on a gate that this console started itself.
                label: qsTr("started by this console")
            }

            StatusDot {
                color: Style.toneColor(root.tone)
            }

            PlainLabel {
                text: root.standing
                size: Theme.dense
                weight: Theme.medium
                color: Style.toneColor(root.tone)
            }
        }

        PlainLabel {
            Layout.fillWidth: true
            text: root.ledger.length > 0 ? root.address + " · " + root.ledger : root.address
            size: Theme.dense
            color: Theme.colors.ink2
            wrapMode: Text.WrapAtWordBoundaryOrAnywhere
        }

        PlainLabel {
            Layout.fillWidth: true
            text: root.pin
            machine: true
            size: Theme.caption
            color: Theme.colors.ink3
            wrapMode: Text.WrapAnywhere
        }
    }
}
