// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Holdfast.Controls
import Holdfast.Theme

// One signed entry of the ledger, on the thread of its hold.
Item {
    id: root

    required property string when
    required property string what
    required property string who
    required property string detail
    required property string digest
    required property bool verified
    required property int tone
    required property bool last

    implicitHeight: column.implicitHeight + Theme.lg

    Rectangle {
        x: Theme.xs - Theme.hair
        y: Theme.lg
        width: Theme.stroke
        height: parent.height - Theme.md
        visible: !root.last
        color: Theme.colors.line
    }

    StatusDot {
        y: Theme.xs + Theme.stroke
        color: root.verified ? Style.toneColor(root.tone) : Theme.colors.danger
    }

    ColumnLayout {
        id: column

        x: Theme.xl
        width: parent.width - x
        spacing: Theme.stroke

        RowLayout {
            Layout.fillWidth: true
            spacing: Theme.sm

            PlainLabel {
                Layout.fillWidth: true
                text: root.what
                weight: Theme.strong
                color: Style.toneColor(root.tone)
                wrapMode: Text.WrapAtWordBoundaryOrAnywhere
            }

            PlainLabel {
                text: root.when
                size: Theme.dense
                color: Theme.colors.ink3
            }
        }

        PlainLabel {
            Layout.fillWidth: true
            visible: text.length > 0
            text: root.who
            size: Theme.dense
            color: Theme.colors.ink2
            wrapMode: Text.WrapAtWordBoundaryOrAnywhere
        }

        PlainLabel {
            Layout.fillWidth: true
            visible: text.length > 0
            text: root.detail
            size: Theme.dense
            wrapMode: Text.WrapAtWordBoundaryOrAnywhere
        }

        FoldedLabel {
            Layout.fillWidth: true
            whole: root.digest
            limit: 32
            machine: true
            size: Theme.caption
            color: Theme.colors.ink3
        }

        PlainLabel {
            Layout.fillWidth: true
            visible: !root.verified
            //: Timeline: the signature of this entry does not hold.
            text: qsTr("The signature does not hold")
            size: Theme.dense
            weight: Theme.strong
            color: Theme.colors.danger
        }
    }
}
