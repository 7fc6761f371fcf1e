// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Holdfast.Controls
import Holdfast.Theme

// One hold after its quorum: where it is, how long the cord can be pulled, what came of it.
Card {
    id: root

    required property string holdId
    required property int tier
    required property string sentence
    required property string environment
    required property string requester
    required property string standing
    required property int tone
    required property string when
    required property double progress
    required property bool mayStop
    required property bool ended
    required property string result
    required property string output

    property bool outputShown: false

    signal stopped(holdId: string)

    implicitHeight: column.implicitHeight + Theme.lg * 2
    color: root.ended ? "transparent" : Theme.colors.raised
    Accessible.role: Accessible.ListItem
    Accessible.name: Words.sentence(root.standing, root.when, root.sentence, root.result)

    ColumnLayout {
        id: column

        anchors.left: parent.left
        anchors.right: parent.right
        anchors.top: parent.top
        anchors.margins: Theme.lg
        spacing: Theme.xs

        RowLayout {
            Layout.fillWidth: true
            spacing: Theme.sm

            TierMark {
                tier: root.tier
            }

            PlainLabel {
                text: root.standing
                size: Theme.dense
                weight: Theme.strong
                color: Style.toneColor(root.tone)
            }

            PlainLabel {
                Layout.fillWidth: true
                text: root.when
                size: Theme.dense
                color: Theme.colors.ink2
                elide: Text.ElideRight
            }

            ActionButton {
                visible: root.mayStop
                kind: ActionButton.Filled
                //: Running: button that stops a hold in its cooling-off, before anything has happened.
                label: qsTr("Pull the cord")
                //: Running: name of the button that stops a hold, for assistive technology. %1 is what would happen.
                spoken: qsTr("Pull the cord: %1").arg(root.sentence)
                onClicked: root.stopped(root.holdId)
            }
        }

        PlainLabel {
            Layout.fillWidth: true
            text: root.sentence
            weight: Theme.strong
            size: root.ended ? Theme.body : Theme.section
            wrapMode: Text.WrapAtWordBoundaryOrAnywhere
        }

        PlainLabel {
            Layout.fillWidth: true
            text: root.requester + " · " + root.environment
            size: Theme.dense
            color: Theme.colors.ink3
            wrapMode: Text.WrapAtWordBoundaryOrAnywhere
        }

        Meter {
            Layout.fillWidth: true
            Layout.topMargin: Theme.sm
            visible: root.progress >= 0
            share: root.progress
            ink: Theme.colors.warn
        }

        PlainLabel {
            Layout.fillWidth: true
            Layout.topMargin: Theme.xs
            visible: root.result.length > 0
            text: root.result
            color: Style.toneColor(root.tone)
            wrapMode: Text.WrapAtWordBoundaryOrAnywhere
        }

        ActionButton {
            visible: root.output.length > 0
            kind: ActionButton.Link
            //: Running: link that hides what the program printed.
            label: root.outputShown ? qsTr("Hide output")
                //: Running: link that shows what the program printed.
                : qsTr("Show output")
            onClicked: root.outputShown = !root.outputShown
        }

        PlainLabel {
            Layout.fillWidth: true
            visible: root.outputShown
            text: root.output
            machine: true
            size: Theme.dense
            color: Theme.colors.ink2
            wrapMode: Text.WrapAnywhere
        }
    }
}
