// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Holdfast.Console
import Holdfast.Controls
import Holdfast.Theme

// The decided holds: searched as one types, with the timeline of one hold beside it.
FocusScope {
    id: root

    required property History history
    required property GateStatus gate

    readonly property bool timelineShown: root.history.timelineOf.length > 0
    // Told only while it is seen: a change on a hidden page tears its layouts (Qt 6.4: polish loop).
    readonly property bool stale: root.visible && root.gate.link !== View.Live && root.gate.link !== View.Stale

    function filter() {
        field.forceActiveFocus();
        field.selectAll();
    }

    function enter() {
        if (root.timelineShown)
            list.forceActiveFocus();
        else
            field.forceActiveFocus();
    }

    function back(): bool {
        if (!root.timelineShown)
            return false;
        root.history.closeTimeline();
        list.forceActiveFocus();
        return true;
    }

    Rectangle {
        anchors.fill: parent
        color: Theme.colors.surface
    }

    HistoryColumns {
        id: grid

        width: list.width
    }

    RowLayout {
        anchors.fill: parent
        spacing: 0

        ColumnLayout {
            Layout.fillWidth: true
            Layout.fillHeight: true
            Layout.margins: Theme.gutter
            Layout.bottomMargin: Theme.lg
            spacing: Theme.lg

            HistoryTitle {
                Layout.fillWidth: true
                gate: root.gate
            }

            StaleBand {
                Layout.fillWidth: true
                visible: root.visible && root.gate.staleText.length > 0
                gate: root.gate
            }

            Field {
                id: field

                Layout.fillWidth: true
                focus: true
                machine: length > 0
                //: History: name of the search field for assistive technology.
                spoken: qsTr("Search the history")
                //: History: hint in the empty search field; the words before the colons belong to the filter language.
                hint: qsTr("Search: env:production tier:high after:2026-09-01 bookings")
                keys: "/"
                wrong: root.history.problem.length > 0
                note: root.history.problem.length > 0 ? root.history.problem
                    //: History: shown in the search field while the answer is awaited.
                    : root.history.searching ? qsTr("searching…") : root.history.found
                text: root.history.query
                onTextEdited: root.history.query = text
                Keys.onDownPressed: list.forceActiveFocus()
                Keys.onReturnPressed: list.forceActiveFocus()
            }

            HistoryCharts {
                Layout.fillWidth: true
                Layout.topMargin: Theme.xs
                visible: hasBars && root.height > Theme.windowMinimumHeight
                history: root.history
                wide: grid.wide
            }

            ColumnLayout {
                Layout.fillWidth: true
                Layout.fillHeight: true
                spacing: 0

                HistoryHead {
                    Layout.fillWidth: true
                    visible: root.history.count > 0
                    columns: grid
                }

                ListView {
                    id: list

                    Layout.fillWidth: true
                    Layout.fillHeight: true
                    activeFocusOnTab: true
                    clip: true
                    boundsBehavior: Flickable.StopAtBounds
                    model: root.history.rows
                    Accessible.role: Accessible.List
                    //: History: name of the list for assistive technology.
                    Accessible.name: qsTr("Decided holds")
                    onAtYEndChanged: {
                        if (list.atYEnd && list.count > 0)
                            root.history.more();
                    }
                    Keys.onReturnPressed: event => root.read(event)
                    Keys.onEnterPressed: event => root.read(event)

                    delegate: HistoryLine {
                        id: line

                        required property int index

                        width: ListView.view.width
                        columns: grid
                        marked: list.activeFocus && list.currentIndex === line.index
                        onClicked: root.history.openTimeline(line.holdId)
                    }
                }
            }

            EmptyState {
                Layout.alignment: Qt.AlignHCenter
                Layout.preferredWidth: Theme.inboxWidth
                Layout.bottomMargin: root.height / 3
                visible: root.history.count === 0
                //: History: the search found nothing.
                heading: root.history.query.length > 0 ? qsTr("Nothing found")
                    //: History, without the gate: nothing of it lies on this computer, which says nothing about what was decided.
                    : root.stale ? qsTr("No history on this computer")
                    //: History: nothing has been decided yet.
                    : qsTr("Nothing has been decided yet")
                words: root.history.query.length > 0 ? ""
                    //: History, without the gate and empty: where it will come from.
                    : root.stale ? qsTr("It appears here once the gate answers.")
                    //: History, empty: what will stand here.
                    : qsTr("Every decision will stand here, with who made it, how long it took and what came of it.")
            }

            HistoryKeys {
                Layout.fillWidth: true
            }
        }

        Timeline {
            Layout.fillHeight: true
            Layout.preferredWidth: Theme.inboxWidth + Theme.xxl
            visible: root.timelineShown
            history: root.history
        }
    }

    function read(event: KeyEvent) {
        const line = list.currentItem as HistoryLine;
        if (line && !event.isAutoRepeat)
            root.history.openTimeline(line.holdId);
    }
}
