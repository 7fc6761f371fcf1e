// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Holdfast.Console
import Holdfast.Theme

// Something is wrong with the story, or with the link: one strong sentence, with what proves it beside or below.
Rectangle {
    id: root

    required property string sentence
    property string detail: ""
    property int tone: View.Bad
    property string action: ""

    signal acted

    readonly property color ink: root.tone === View.Caution ? Theme.colors.warn : root.tone === View.Good ? Theme.colors.good : Theme.colors.danger

    implicitHeight: grid.implicitHeight + Theme.lg * 2
    radius: Theme.radiusCard
    color: root.tone === View.Caution ? Theme.colors.warnSoft : root.tone === View.Good ? Theme.colors.goodSoft : Theme.colors.dangerSoft
    border.width: Theme.hair
    border.color: root.tone === View.Caution ? Theme.colors.warnLine : root.tone === View.Good ? Theme.colors.good : Theme.colors.dangerLine
    Accessible.role: Accessible.AlertMessage
    Accessible.name: root.detail.length > 0 ? root.sentence + " " + root.detail : root.sentence

    GridLayout {
        id: grid

        anchors.left: parent.left
        anchors.right: parent.right
        anchors.verticalCenter: parent.verticalCenter
        anchors.leftMargin: Theme.lg
        anchors.rightMargin: Theme.lg
        columns: sentence.implicitWidth + (detail.visible ? detail.implicitWidth : 0) + (button.visible ? button.implicitWidth : 0) + Theme.xxl * 2 < root.width ? 3 : 1
        columnSpacing: Theme.xl
        rowSpacing: Theme.xs

        PlainLabel {
            id: sentence

            Layout.fillWidth: true
            text: root.sentence
            weight: Theme.strong
            color: root.ink
            wrapMode: Text.Wrap
        }

        PlainLabel {
            id: detail

            Layout.fillWidth: grid.columns === 1
            Layout.alignment: grid.columns === 1 ? Qt.AlignLeft : Qt.AlignRight
            visible: root.detail.length > 0
            text: root.detail
            size: Theme.dense
            // A reason, with its way out under it, is read; a measurement beside its sentence is seen.
            weight: root.action.length > 0 ? Theme.regular : Theme.medium
            color: root.ink
            wrapMode: Text.WrapAtWordBoundaryOrAnywhere
        }

        ActionButton {
            id: button

            Layout.topMargin: grid.columns === 1 ? Theme.sm : 0
            visible: root.action.length > 0
            label: root.action
            onClicked: root.acted()
        }
    }
}
