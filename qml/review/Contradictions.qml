// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Holdfast.Console
import Holdfast.Controls
import Holdfast.Theme

// The request's claims against the measurements: the headline, when there is one. One card tells the whole story.
Card {
    id: root

    required property Review review

    visible: lines.count > 0
    implicitHeight: column.implicitHeight + Theme.lg * 2
    color: Theme.colors.dangerSoft
    border.color: Theme.colors.dangerLine
    Accessible.role: Accessible.AlertMessage
    //: Review: name of the card with what the request claims and what was measured, for assistive technology.
    Accessible.name: qsTr("Claimed against measured")

    ColumnLayout {
        id: column

        anchors.left: parent.left
        anchors.right: parent.right
        anchors.verticalCenter: parent.verticalCenter
        anchors.margins: Theme.lg
        spacing: Theme.xs

        Repeater {
            id: lines

            model: root.review.contradictions

            ColumnLayout {
                id: line

                required property string sentence
                required property string detail

                Layout.fillWidth: true
                spacing: 0

                PlainLabel {
                    Layout.fillWidth: true
                    text: line.sentence
                    weight: Theme.strong
                    color: Theme.colors.danger
                    wrapMode: Text.WrapAtWordBoundaryOrAnywhere
                }

                PlainLabel {
                    Layout.fillWidth: true
                    visible: line.detail.length > 0
                    text: line.detail
                    size: Theme.dense
                    color: Theme.colors.danger
                    wrapMode: Text.WrapAtWordBoundaryOrAnywhere
                }
            }
        }
    }
}
