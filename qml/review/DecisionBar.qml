// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Holdfast.Console
import Holdfast.Controls
import Holdfast.Theme

// The decision. Deny is filled and one key away; Approve stays closed until every condition is met.
Rectangle {
    id: root

    required property Decision decision
    // Nothing is left to decide.
    property bool over: false

    signal deny

    readonly property bool longName: root.decision.wantsTarget && metrics.advanceWidth > Theme.navigationWidth + Theme.xxl
    readonly property bool stacked: root.longName || root.width < Theme.readingWidth
    readonly property bool idle: !root.over && (root.decision.state === Decision.Open || root.decision.state === Decision.Failed)

    implicitHeight: grid.implicitHeight + Theme.lg * 2
    color: Theme.colors.surface

    TextMetrics {
        id: metrics

        font.family: Theme.face
        font.pixelSize: Theme.body
        text: target.hint
    }

    Rule {
        width: parent.width
    }

    GridLayout {
        id: grid

        anchors.left: parent.left
        anchors.right: parent.right
        anchors.verticalCenter: parent.verticalCenter
        anchors.leftMargin: Theme.gutter
        anchors.rightMargin: Theme.gutter
        columns: root.stacked ? 1 : 2
        columnSpacing: Theme.lg
        rowSpacing: Theme.md

        DecisionState {
            Layout.fillWidth: true
            decision: root.decision
            over: root.over
        }

        PlainLabel {
            Layout.fillWidth: true
            visible: root.longName && root.idle
            text: root.decision.confirmShown
            machine: true
            size: Theme.dense
            wrapMode: Text.WrapAnywhere
        }

        RowLayout {
            Layout.fillWidth: root.stacked
            spacing: Theme.md

            Field {
                id: target

                Layout.fillWidth: root.stacked
                Layout.preferredWidth: Math.max(Theme.navigationWidth, metrics.advanceWidth + Theme.xxl * 2)
                visible: root.decision.wantsTarget && root.idle
                //: Decision bar: name of the field for the target's name, for assistive technology. %1 is what must be typed.
                spoken: qsTr("Type %1 to approve").arg(root.decision.confirmShown)
                //: Decision bar: hint in the empty field for the target's name. %1 is what must be typed.
                hint: qsTr("Type %1 to approve").arg(root.decision.confirmShown)
                machine: length > 0
                text: root.decision.typedTarget
                //: Decision bar: mark in the field when the typed name fits.
                note: root.decision.targetFits ? qsTr("✓") : ""
                onTextEdited: root.decision.typedTarget = text
            }

            Field {
                Layout.fillWidth: root.stacked
                Layout.preferredWidth: Theme.navigationWidth
                visible: root.decision.wantsCode && root.idle
                //: Decision bar: name of and hint in the field for the code that the requester sees.
                spoken: qsTr("Code the requester sees")
                hint: spoken
                machine: length > 0
                maximumLength: 6
                text: root.decision.typedCode
                onTextEdited: root.decision.typedCode = text
            }

            Item {
                Layout.fillWidth: root.stacked
                visible: root.stacked
            }

            ActionButton {
                visible: root.idle && root.decision.state === Decision.Failed
                //: Decision bar: button after a failed decision; it may then be tried again.
                label: qsTr("Try again")
                onClicked: root.decision.dismiss()
            }

            ApproveButton {
                visible: root.idle && root.decision.state === Decision.Open
                decision: root.decision
            }

            ActionButton {
                visible: root.idle
                enabled: root.decision.mayDeny
                why: root.decision.denyLock
                kind: ActionButton.Filled
                //: Decision bar: button that opens the sheet to deny; D is its key.
                label: qsTr("Deny")
                keys: "D"
                onClicked: root.deny()
            }
        }
    }
}
