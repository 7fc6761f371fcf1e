// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Holdfast.Console
import Holdfast.Controls
import Holdfast.Theme

// Approved is not executed: what is on its way, with its cord, and what came of the last ones.
FocusScope {
    id: root

    required property Running running
    required property GateStatus gate

    readonly property bool unknown: root.gate.link !== View.Live && root.gate.link !== View.Stale

    function enter() {
        page.forceActiveFocus();
    }

    Rectangle {
        anchors.fill: parent
        color: Theme.colors.surface
    }

    Flickable {
        id: page

        anchors.fill: parent
        contentHeight: column.implicitHeight + Theme.xxl * 2
        boundsBehavior: Flickable.StopAtBounds
        focus: true
        activeFocusOnTab: true
        Accessible.role: Accessible.Pane
        //: Running: name of the page for assistive technology.
        Accessible.name: qsTr("Running")

        ColumnLayout {
            id: column

            x: Theme.gutter
            y: Theme.gutter
            width: Math.min(page.width - Theme.gutter * 2, Theme.readingWidth + Theme.xxl * 4)
            spacing: Theme.md

            PlainLabel {
                //: Running: its heading.
                text: qsTr("Running")
                size: Theme.sentence
                weight: Theme.strong
                Accessible.role: Accessible.Heading
            }

            PlainLabel {
                Layout.fillWidth: true
                Layout.bottomMargin: Theme.sm
                //: Running: what the page is about.
                text: qsTr("Approved is not executed. Until it runs, anyone on the team can stop it.")
                color: Theme.colors.ink2
                wrapMode: Text.Wrap
            }

            StaleBand {
                Layout.fillWidth: true
                Layout.bottomMargin: Theme.sm
                gate: root.gate
            }

            Repeater {
                model: root.running.rows

                RunningCard {
                    Layout.fillWidth: true
                    onStopped: holdId => root.running.stop(holdId)
                }
            }

            EmptyState {
                Layout.fillWidth: true
                Layout.topMargin: Theme.xxl
                Layout.bottomMargin: Theme.xxl
                visible: root.running.count === 0
                //: Running, without a gate: there may be actions that this console cannot see.
                heading: root.unknown ? qsTr("Not connected to the gate")
                    //: Running, empty.
                    : qsTr("Nothing is on its way")
                //: Running, without a gate: an empty list says nothing.
                words: root.unknown ? qsTr("Actions may be running. They appear here once the gate answers.")
                    //: Running, empty: where approved holds will appear.
                    : qsTr("What is approved waits here for its cooling-off, runs, and leaves its outcome.")
            }

            PlainLabel {
                Layout.topMargin: Theme.lg
                visible: root.running.endedCount > 0
                //: Running: heading above what ended lately.
                text: qsTr("Outcomes")
                size: Theme.section
                weight: Theme.strong
            }

            Repeater {
                model: root.running.ended

                RunningCard {
                    Layout.fillWidth: true
                }
            }
        }
    }
}
