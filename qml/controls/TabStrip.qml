// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Holdfast.Theme

// Tabs by underline. Left and Right move while it has focus; a dot marks one that must still be seen.
FocusScope {
    id: root

    required property list<string> labels
    property list<bool> marks: []
    property int index: 0
    property string note: ""

    signal chosen(index: int)

    implicitHeight: Theme.rowHeight
    Accessible.role: Accessible.PageTabList
    //: Review: name of the row of tabs (Diff, Payload, …) for assistive technology.
    Accessible.name: qsTr("Kinds of evidence")
    Keys.onRightPressed: root.chosen(Math.min(root.index + 1, root.labels.length - 1))
    Keys.onLeftPressed: root.chosen(Math.max(root.index - 1, 0))

    Rule {
        anchors.bottom: parent.bottom
        width: parent.width
    }

    Row {
        spacing: Theme.xl
        height: parent.height

        Repeater {
            model: root.labels

            T.AbstractButton {
                id: tab

                required property string modelData
                required property int index

                readonly property bool picked: root.index === tab.index
                readonly property bool marked: tab.index < root.marks.length && root.marks[tab.index]

                implicitWidth: text.implicitWidth + (tab.marked ? Theme.md : 0)
                height: root.height
                focus: tab.picked
                focusPolicy: Qt.StrongFocus
                activeFocusOnTab: tab.picked
                Accessible.role: Accessible.PageTab
                //: Review: name of a tab that has to be opened before Approve unlocks. %1 is the tab.
                Accessible.name: tab.marked ? qsTr("%1, not yet seen").arg(tab.modelData) : tab.modelData
                Accessible.selected: tab.picked
                Accessible.onPressAction: root.chosen(tab.index)
                onClicked: root.chosen(tab.index)

                contentItem: Item {
                    PlainLabel {
                        id: text

                        height: parent.height
                        text: tab.modelData
                        weight: tab.picked ? Theme.strong : Theme.regular
                        color: tab.picked ? Theme.colors.ink : tab.hovered ? Theme.colors.ink : Theme.colors.ink2
                        Accessible.ignored: true
                    }

                    StatusDot {
                        anchors.left: text.right
                        anchors.leftMargin: Theme.xs + Theme.stroke
                        anchors.verticalCenter: parent.verticalCenter
                        visible: tab.marked
                        width: Theme.xs + Theme.stroke
                        height: width
                        color: Theme.colors.warn
                    }
                }

                background: Item {
                    Rectangle {
                        anchors.bottom: parent.bottom
                        width: text.implicitWidth
                        height: Theme.stroke
                        visible: tab.picked
                        color: Theme.colors.ink
                    }

                    FocusRing {
                        visible: tab.visualFocus
                        gap: 0
                    }
                }
            }
        }
    }

    PlainLabel {
        anchors.right: parent.right
        height: parent.height
        text: root.note
        size: Theme.dense
        color: Theme.colors.ink3
    }
}
