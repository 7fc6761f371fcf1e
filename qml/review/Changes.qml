// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Holdfast.Console
import Holdfast.Controls
import Holdfast.Theme

// The differences between the newest measurement and the one before, when there are any.
Card {
    id: root

    required property Review review

    implicitHeight: changes.implicitHeight + Theme.lg * 2
    visible: deltas.count > 0
    color: Theme.colors.warnSoft
    border.color: Theme.colors.warnLine

    ColumnLayout {
        id: changes

        anchors.fill: parent
        anchors.margins: Theme.lg
        spacing: Theme.xs

        PlainLabel {
            Layout.fillWidth: true
            //: Review, card: heading above what the newest measurement found different.
            text: qsTr("What changed since it was last measured")
            weight: Theme.strong
            color: Theme.colors.warn
            wrapMode: Text.Wrap
        }

        Repeater {
            id: deltas

            model: root.review.delta

            RowLayout {
                id: change

                required property string name
                required property string value

                Layout.fillWidth: true
                spacing: Theme.lg

                PlainLabel {
                    Layout.preferredWidth: Theme.navigationWidth
                    text: change.name
                    size: Theme.dense
                    color: Theme.colors.ink2
                    wrapMode: Text.Wrap
                }

                PlainLabel {
                    Layout.fillWidth: true
                    text: change.value
                    size: Theme.dense
                    wrapMode: Text.WrapAtWordBoundaryOrAnywhere
                }
            }
        }
    }
}
