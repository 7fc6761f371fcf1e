// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Holdfast.Console
import Holdfast.Controls
import Holdfast.Theme

// The user's preferences. No decision depends on any of it.
FocusScope {
    id: root

    required property Settings settings

    function enter() {
        looks.enter();
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
        Accessible.role: Accessible.Pane
        //: Settings: name of the page for assistive technology.
        Accessible.name: qsTr("Settings")

        ColumnLayout {
            id: column

            x: Theme.gutter
            y: Theme.gutter
            width: Math.min(page.width - Theme.gutter * 2, Theme.readingWidth)
            spacing: Theme.xl

            PlainLabel {
                //: Settings: its heading.
                text: qsTr("Settings")
                size: Theme.sentence
                weight: Theme.strong
                Accessible.role: Accessible.Heading
            }

            SettingsGroup {
                Layout.fillWidth: true
                //: Settings: heading of the group on looks.
                heading: qsTr("Appearance")

                Choice {
                    id: looks

                    Layout.fillWidth: true
                    focus: true
                    //: Settings: name of the choice of looks, for assistive technology.
                    spoken: qsTr("Appearance")
                    labels: [
                        //: Settings, appearance.
                        qsTr("As the system"),
                        //: Settings, appearance.
                        qsTr("Light"),
                        //: Settings, appearance.
                        qsTr("Dark"),
                        //: Settings, appearance.
                        qsTr("High contrast")
                    ]
                    index: root.settings.appearance
                    onChosen: index => root.settings.appearance = index
                }

                Rule {
                    Layout.fillWidth: true
                }

                Toggle {
                    Layout.fillWidth: true
                    //: Settings: switch that stops all movement.
                    label: qsTr("Reduce motion")
                    on: root.settings.reducedMotion
                    onSwitched: on => root.settings.reducedMotion = on
                }
            }

            SettingsGroup {
                Layout.fillWidth: true
                //: Settings: heading of the group on notifications.
                heading: qsTr("Notifications")
                //: Settings: what a notification says and does not do.
                words: qsTr("They name the gate, the tier, the number and the deadline, never the agent's own words. They open the hold; they never approve.")

                Toggle {
                    Layout.fillWidth: true
                    //: Settings: switch for notifications of urgent holds.
                    label: qsTr("Urgent holds")
                    //: Settings: what counts as urgent.
                    note: qsTr("critical, or less than 15 minutes left")
                    on: root.settings.notifyUrgent
                    onSwitched: on => root.settings.notifyUrgent = on
                }

                Toggle {
                    Layout.fillWidth: true
                    //: Settings: switch for notifications of every hold.
                    label: qsTr("Every new hold")
                    on: root.settings.notifyAll
                    onSwitched: on => root.settings.notifyAll = on
                }
            }

            SettingsGroup {
                Layout.fillWidth: true
                //: Settings: heading of the group on closing the window.
                heading: qsTr("When the window closes")
                //: Settings: what happens when the window closes and there is a tray.
                words: root.settings.trayAvailable ? qsTr("The gate holds requests as long as it runs. The tray icon shows that it does.")
                    //: Settings: what happens when the window closes and there is no tray.
                    : qsTr("The gate holds requests as long as it runs. This desktop has no tray; start Holdfast again to see the window.")

                Choice {
                    Layout.fillWidth: true
                    //: Settings: name of the choice what closing the window does, for assistive technology.
                    spoken: qsTr("When the window closes")
                    labels: [
                        //: Settings, closing the window.
                        qsTr("Ask me once"),
                        //: Settings, closing the window.
                        qsTr("Keep the gate and its notifications running"),
                        //: Settings, closing the window.
                        qsTr("Stop everything")
                    ]
                    notes: [
                        "",
                        "",
                        //: Settings, closing the window: note under "Stop everything".
                        qsTr("requests are refused until Holdfast is started again")
                    ]
                    index: root.settings.onClose
                    onChosen: index => root.settings.onClose = index
                }
            }

            SettingsAbout {
                Layout.fillWidth: true
                settings: root.settings
            }
        }
    }
}
