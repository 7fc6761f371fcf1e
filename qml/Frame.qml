// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Holdfast.Console
import Holdfast.Controls
import Holdfast.History
import Holdfast.Keys
import Holdfast.Running
import Holdfast.Settings
import Holdfast.Theme

// Navigation, the page that is open, alarms above it, and the keys that work everywhere.
FocusScope {
    id: root

    required property App app
    required property bool free

    readonly property bool inInbox: root.app.page === App.InboxPage
    readonly property bool keyed: root.free && !root.app.firstRun

    signal help

    Keys.onPressed: event => root.approveKey(event, true)
    Keys.onReleased: event => root.approveKey(event, false)
    Keys.onEscapePressed: root.back()

    // Ctrl+Shift+A: pressed once, or held where the tier asks for it. A repeated key event is never a new press.
    function approveKey(event: KeyEvent, down: bool) {
        if (event.isAutoRepeat || !root.inInbox || !root.keyed)
            return;
        const chord = Qt.ControlModifier | Qt.ShiftModifier;
        if (!down)
            root.app.decision.endPress();
        else if (event.key === Qt.Key_A && (event.modifiers & chord) === chord)
            root.app.decision.wantsPress ? root.app.decision.beginPress() : root.app.decision.approve();
    }

    function back() {
        if (root.inInbox)
            desk.back();
        else if (!(root.app.page === App.HistoryPage && history.back()))
            root.app.page = App.InboxPage;
    }

    // The keyboard follows: a page that it is not on says nothing to a screen reader, and hears no key.
    Connections {
        target: root.app

        function onPageChanged() {
            Qt.callLater(root.enter); // qmllint disable
        }
    }

    function enter() {
        if (!root.activeFocus)
            return;
        switch (root.app.page) {
        case App.InboxPage: return desk.enter();
        case App.RunningPage: return running.enter();
        case App.HistoryPage: return history.enter();
        case App.KeysPage: return keys.enter();
        case App.SettingsPage: return settings.enter();
        }
    }

    function filter() {
        if (root.app.page === App.HistoryPage)
            history.filter();
        else
            desk.filter();
    }

    RowLayout {
        anchors.fill: parent
        spacing: 0
        visible: !root.app.firstRun

        NavigationRail {
            Layout.fillHeight: true
            Layout.preferredWidth: Theme.navigationWidth
            app: root.app
        }

        ColumnLayout {
            Layout.fillWidth: true
            Layout.fillHeight: true
            spacing: 0

            Alarms {
                Layout.fillWidth: true
                Layout.fillHeight: false
                gate: root.app.gate
            }

            StackLayout {
                Layout.fillWidth: true
                Layout.fillHeight: true
                currentIndex: root.app.page

                Desk {
                    id: desk

                    focus: root.inInbox
                    app: root.app
                    narrow: root.width < Theme.collapseUnder
                }

                RunningPage {
                    id: running

                    focus: root.app.page === App.RunningPage
                    running: root.app.running
                    gate: root.app.gate
                }

                HistoryPage {
                    id: history

                    focus: root.app.page === App.HistoryPage
                    history: root.app.history
                    gate: root.app.gate
                }

                KeysPage {
                    id: keys

                    focus: root.app.page === App.KeysPage
                    keys: root.app.keys
                }

                SettingsPage {
                    id: settings

                    focus: root.app.page === App.SettingsPage
                    settings: root.app.settings
                }
            }
        }
    }

    FirstRunPage {
        anchors.fill: parent
        visible: root.app.firstRun
        keys: root.app.keys
        gate: root.app.gate
    }

    component Key: Shortcut {
        enabled: root.keyed
        autoRepeat: false
    }

    Key {
        sequence: "J"
        autoRepeat: true
        enabled: root.keyed && root.inInbox
        onActivated: desk.step(1)
    }

    Key {
        sequence: "K"
        autoRepeat: true
        enabled: root.keyed && root.inInbox
        onActivated: desk.step(-1)
    }

    Key {
        sequence: "D"
        enabled: root.keyed && root.inInbox
        onActivated: desk.deny()
    }

    Key {
        sequence: "M"
        enabled: root.keyed && root.inInbox
        onActivated: root.app.review.measureAgain()
    }

    Key {
        sequences: ["/", "Ctrl+F"]
        enabled: root.keyed && (root.inInbox || root.app.page === App.HistoryPage)
        onActivated: root.filter()
    }

    Key {
        sequences: ["?", "Ctrl+/"]
        onActivated: root.help()
    }

    PageKeys {
        app: root.app
        enabled: root.keyed
    }
}
