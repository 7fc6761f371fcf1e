// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Holdfast.Console
import Holdfast.Controls
import Holdfast.Theme

// The pages, and how the gate stands.
Rectangle {
    id: root

    required property App app

    readonly property list<string> pages: [
        //: Navigation: pending holds.
        qsTr("Inbox"),
        //: Navigation: what is on its way.
        qsTr("Running"),
        //: Navigation: what was decided.
        qsTr("History"),
        //: Navigation: the user's keys and the gates they are for.
        qsTr("Keys and gates"),
        //: Navigation: preferences.
        qsTr("Settings")
    ]

    implicitWidth: Theme.navigationWidth
    color: Theme.colors.canvas
    Accessible.role: Accessible.PageTabList
    //: Navigation: its name for assistive technology.
    Accessible.name: qsTr("Pages")

    ColumnLayout {
        anchors.fill: parent
        anchors.margins: Theme.md
        spacing: Theme.stroke

        RowLayout {
            Layout.leftMargin: Theme.sm
            Layout.topMargin: Theme.sm
            Layout.bottomMargin: Theme.lg + Theme.xs
            spacing: Theme.sm + Theme.hair

            Logo {}

            PlainLabel {
                //: Navigation: the program's name, not translated.
                text: qsTr("Holdfast")
                weight: Theme.strong
                size: Theme.body + Theme.hair
            }
        }

        Repeater {
            model: root.pages

            NavigationItem {
                required property string modelData
                required property int index

                Layout.fillWidth: true
                label: modelData
                picked: root.app.page === index
                count: index === App.InboxPage ? root.app.inbox.total : index === App.RunningPage ? root.app.running.count : 0
                onClicked: root.app.page = index
            }
        }

        Item {
            Layout.fillHeight: true
        }

        GateCard {
            Layout.fillWidth: true
            gate: root.app.gate
        }
    }

    Rule {
        anchors.right: parent.right
        height: parent.height
    }
}
