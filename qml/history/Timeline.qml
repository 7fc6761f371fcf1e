// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Holdfast.Console
import Holdfast.Controls
import Holdfast.Theme

// Everything that happened to one hold, in the order of the ledger.
FocusScope {
    id: root

    required property History history

    Rectangle {
        anchors.fill: parent
        color: Theme.colors.canvas
    }

    Rule {
        height: parent.height
    }

    ColumnLayout {
        anchors.fill: parent
        anchors.margins: Theme.xl
        spacing: Theme.md

        RowLayout {
            Layout.fillWidth: true

            PlainLabel {
                Layout.fillWidth: true
                //: History: heading of the timeline of one hold.
                text: qsTr("Timeline")
                size: Theme.section
                weight: Theme.strong
            }

            ActionButton {
                kind: ActionButton.Link
                //: Timeline: link that closes it; Esc does the same.
                label: qsTr("Close")
                onClicked: root.history.closeTimeline()
            }
        }

        PlainLabel {
            Layout.fillWidth: true
            text: root.history.timelineSentence
            weight: Theme.medium
            wrapMode: Text.WrapAtWordBoundaryOrAnywhere
            maximumLineCount: 6
            elide: Text.ElideRight
        }

        PlainLabel {
            Layout.fillWidth: true
            text: root.history.timelineOf
            machine: true
            size: Theme.caption
            color: Theme.colors.ink3
            wrapMode: Text.WrapAnywhere
        }

        ListView {
            id: list

            Layout.fillWidth: true
            Layout.fillHeight: true
            Layout.topMargin: Theme.sm
            focus: true
            activeFocusOnTab: true
            clip: true
            boundsBehavior: Flickable.StopAtBounds
            model: root.history.timeline
            Accessible.role: Accessible.List
            //: Timeline: name of its list for assistive technology.
            Accessible.name: qsTr("Timeline")

            delegate: TimelineLine {
                required property int index

                width: ListView.view.width
                last: index === list.count - 1
            }
        }
    }
}
