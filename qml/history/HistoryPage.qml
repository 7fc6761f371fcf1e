// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Holdfast.Console
import Holdfast.Controls
import Holdfast.Theme

// What was decided: searched as one types, with the timeline of one hold beside it.
FocusScope {
    id: root

    required property History history
    required property GateStatus gate

    readonly property bool timelineShown: root.history.timelineOf.length > 0

    function filter() {
        field.forceActiveFocus();
        field.selectAll();
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

            RowLayout {
                Layout.fillWidth: true
                spacing: Theme.md

                PlainLabel {
                    Layout.fillWidth: true
                    //: History: its heading.
                    text: qsTr("History")
                    size: Theme.sentence
                    weight: Theme.strong
                    Accessible.role: Accessible.Heading
                }

                Rectangle {
                    visible: root.gate.proven.length > 0
                    implicitWidth: proof.implicitWidth + Theme.lg * 2
                    implicitHeight: Theme.rowHeight
                    radius: Theme.radiusControl
                    color: Theme.colors.goodSoft

                    Row {
                        id: proof

                        anchors.centerIn: parent
                        spacing: Theme.sm

                        StatusDot {
                            anchors.verticalCenter: parent.verticalCenter
                            color: Theme.colors.good
                        }

                        PlainLabel {
                            text: root.gate.proven
                            weight: Theme.medium
                            color: Theme.colors.good
                        }
                    }
                }
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

            RowLayout {
                Layout.fillWidth: true
                Layout.topMargin: Theme.xs
                spacing: Theme.xxl
                visible: time.hasBars && root.height > Theme.windowMinimumHeight

                BarChart {
                    id: time

                    Layout.fillWidth: true
                    Layout.preferredWidth: Theme.hair
                    Layout.alignment: Qt.AlignTop
                    //: History, chart: how long decisions took.
                    title: qsTr("Time to decide")
                    caption: root.history.timeText
                    bars: root.history.timeBars
                }

                BarChart {
                    Layout.fillWidth: true
                    Layout.preferredWidth: Theme.hair
                    Layout.alignment: Qt.AlignTop
                    visible: grid.wide
                    //: History, chart: the share that was approved.
                    title: qsTr("Approved by tier")
                    caption: root.history.shareText
                    bars: root.history.shareBars
                }

                BarChart {
                    Layout.fillWidth: true
                    Layout.preferredWidth: Theme.hair
                    Layout.alignment: Qt.AlignTop
                    //: History, chart: approvals that came sooner than one can read what was measured.
                    title: qsTr("Faster than the evidence can be read")
                    caption: root.history.quickText
                    bars: root.history.quickBars
                }
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
                    //: History: nothing has been decided yet.
                    : qsTr("Nothing has been decided yet")
                //: History, empty: what will stand here.
                words: root.history.query.length > 0 ? "" : qsTr("Every decision will stand here, with who made it, how long it took and what came of it.")
            }

            Flow {
                Layout.fillWidth: true
                spacing: Theme.lg

                KeyLegend {
                    keys: ["/"]
                    //: History: what the key / does.
                    does: qsTr("search")
                }

                KeyLegend {
                    keys: ["↵"]
                    //: History: what the Enter key does.
                    does: qsTr("timeline")
                }

                KeyLegend {
                    keys: ["?"]
                    //: History: what the key ? does.
                    does: qsTr("all keys")
                }
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
