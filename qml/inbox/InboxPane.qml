// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Holdfast.Console
import Holdfast.Controls
import Holdfast.Theme

// The holds that wait for a decision, by urgency. The list is held still while the pointer is over it.
FocusScope {
    id: root

    required property Inbox inbox
    required property GateStatus gate
    required property Practice practice
    property bool byKey: false

    signal reading

    function filter() {
        field.forceActiveFocus();
        field.selectAll();
    }

    function focusList() {
        list.forceActiveFocus();
    }

    // The keyboard comes from another page, or has nowhere to be: to the list, once there is one.
    function enter() {
        if (list.visible)
            list.forceActiveFocus();
        else
            root.forceActiveFocus();
    }

    Rectangle {
        anchors.fill: parent
        color: Theme.colors.canvas
    }

    ColumnLayout {
        anchors.fill: parent
        spacing: 0

        InboxTitle {
            Layout.fillWidth: true
            Layout.topMargin: Theme.lg
            Layout.leftMargin: Theme.xl - Theme.xs
            Layout.rightMargin: Theme.lg
        }

        Field {
            id: field

            Layout.fillWidth: true
            Layout.margins: Theme.lg
            Layout.topMargin: Theme.md
            Layout.bottomMargin: Theme.md
            //: Inbox: name of the filter field for assistive technology.
            spoken: qsTr("Filter the inbox")
            //: Inbox: hint in the empty filter field; env and tier are words of the filter language.
            hint: qsTr("Filter: env:production tier:critical")
            keys: "/"
            wrong: root.inbox.filterProblem.length > 0
            text: root.inbox.filter
            onTextEdited: root.inbox.filter = text
            Keys.onEscapePressed: root.clearFilter()
            Keys.onReturnPressed: root.focusList()
            Keys.onDownPressed: root.focusList()
        }

        PlainLabel {
            Layout.fillWidth: true
            Layout.leftMargin: Theme.xl
            Layout.rightMargin: Theme.lg
            Layout.bottomMargin: Theme.sm
            visible: root.inbox.filterProblem.length > 0
            text: root.inbox.filterProblem
            size: Theme.dense
            color: Theme.colors.danger
            wrapMode: Text.WrapAtWordBoundaryOrAnywhere
        }

        StaleBand {
            Layout.fillWidth: true
            Layout.leftMargin: Theme.lg
            Layout.rightMargin: Theme.lg
            Layout.bottomMargin: Theme.md
            gate: root.gate
        }

        ListView {
            id: list

            Layout.fillWidth: true
            Layout.fillHeight: true
            focus: true
            activeFocusOnTab: true
            clip: true
            boundsBehavior: Flickable.StopAtBounds
            keyNavigationEnabled: false
            model: root.inbox.rows
            visible: root.inbox.shown > 0
            onVisibleChanged: {
                if (list.visible && root.Window.activeFocusItem === root)
                    list.forceActiveFocus();
            }
            Accessible.role: Accessible.List
            //: Inbox, without the gate: name of the list for assistive technology. %n is how many holds it shows.
            Accessible.name: root.gate.staleText.length > 0 ? (root.inbox.shown === 1 ? qsTr("1 hold as last seen") : qsTr("%n holds as last seen", "", root.inbox.shown))
                //: Inbox: name of the list for assistive technology. %n is how many holds it shows.
                : root.inbox.shown === 1 ? qsTr("1 hold waiting") : qsTr("%n holds waiting", "", root.inbox.shown)
            Keys.priority: Keys.BeforeItem
            Keys.onPressed: root.byKey = true
            Keys.onDownPressed: root.inbox.step(1)
            Keys.onUpPressed: root.inbox.step(-1)
            onActiveFocusChanged: root.byKey = list.activeFocus && root.byKey
            Keys.onReturnPressed: event => root.read(event)
            Keys.onEnterPressed: event => root.read(event)
            Keys.onRightPressed: event => root.read(event)

            delegate: InboxLine {
                id: line

                required property int index

                width: ListView.view.width
                picked: line.holdId === root.inbox.current
                marked: line.picked && list.activeFocus && root.byKey
                onPickedChanged: {
                    if (line.picked)
                        list.positionViewAtIndex(line.index, ListView.Contain);
                }
                onClicked: root.inbox.open(line.holdId)
            }

            SlimBar {
                id: bar

                parent: list
                anchors.right: parent.right
                height: parent.height
                orientation: Qt.Vertical
                size: list.visibleArea.heightRatio
                position: list.visibleArea.yPosition
                onPositionChanged: {
                    if (bar.pressed)
                        list.contentY = bar.position * list.contentHeight + list.originY;
                }
            }

            HoverHandler {
                onHoveredChanged: {
                    root.inbox.still = hovered;
                    root.byKey = false;
                }
            }
        }

        Item {
            Layout.fillWidth: true
            Layout.fillHeight: true
            visible: root.inbox.shown === 0

            InboxEmpty {
                anchors.centerIn: parent
                width: Math.min(parent.width - Theme.xxl * 2, Theme.inboxWidth)
                inbox: root.inbox
                gate: root.gate
                practice: root.practice
            }
        }

        InboxKeys {
            Layout.fillWidth: true
            Layout.margins: Theme.lg
            Layout.leftMargin: Theme.xl - Theme.xs
        }
    }

    function clearFilter() {
        root.inbox.filter = "";
        root.focusList();
    }

    function read(event: KeyEvent) {
        if (!event.isAutoRepeat)
            root.reading();
    }
}
