// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Holdfast.Controls
import Holdfast.Theme

// One key: what it does, where it is, whether it is ready; its public half whole.
Card {
    id: root

    required property string key
    required property string purpose
    required property string owner
    required property string gate
    required property string place
    required property string standing
    required property int tone

    signal copied(key: string)

    implicitHeight: column.implicitHeight + Theme.lg * 2
    Accessible.role: Accessible.ListItem
    Accessible.name: Words.sentence(root.purpose, root.owner, root.gate, root.standing, root.place)

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
                text: root.purpose
                weight: Theme.strong
                elide: Text.ElideRight
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
            //: Keys: whose key, at which gate, kept where. %1 person, %2 gate, %3 place.
            text: Words.filled(qsTr("%1 at %2, in the %3"), [root.owner, root.gate, root.place])
            size: Theme.dense
            color: Theme.colors.ink2
            wrapMode: Text.WrapAtWordBoundaryOrAnywhere
        }

        RowLayout {
            Layout.fillWidth: true
            spacing: Theme.lg

            PlainLabel {
                Layout.fillWidth: true
                text: root.key
                machine: true
                size: Theme.caption
                color: Theme.colors.ink3
                wrapMode: Text.WrapAnywhere
            }

            ActionButton {
                kind: ActionButton.Link
                //: Keys: link that copies the public key.
                label: qsTr("Copy")
                //: Keys: name of the link that copies a public key. %1 is what the key does.
                spoken: qsTr("Copy the public key that %1").arg(root.purpose)
                onClicked: root.copied(root.key)
            }
        }
    }
}
