// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import QtQuick.Window
import Holdfast.Console
import Holdfast.Theme

// The window. `app` comes by setInitialProperties; nothing here decides anything.
T.ApplicationWindow {
    id: root

    required property App app

    readonly property bool dark: root.app.settings.appearance === Settings.Dark || (root.app.settings.appearance === Settings.System && root.app.settings.systemDark)
    readonly property bool contrast: root.app.settings.appearance === Settings.HighContrast || (root.app.settings.appearance === Settings.System && root.app.settings.systemContrast)

    width: Theme.windowWidth
    height: Theme.windowHeight
    minimumWidth: Theme.windowMinimumWidth
    minimumHeight: Theme.windowMinimumHeight
    visible: true
    color: Theme.colors.canvas
    //: Title of the window. %1 is how many holds wait.
    title: root.app.inbox.total > 0 ? qsTr("Holdfast (%1)").arg(root.app.inbox.total)
        //: Title of the window when nothing waits: the program's name.
        : qsTr("Holdfast")
    LayoutMirroring.enabled: Qt.locale().textDirection === Qt.RightToLeft
    LayoutMirroring.childrenInherit: true
    onActiveChanged: root.app.decision.rearm()
    onActiveFocusItemChanged: Qt.callLater(root.keepFocus) // qmllint disable
    onClosing: close => root.ask(close)

    // A sheet whose field was disabled while it closed leaves the focus nowhere: every key would be dead.
    function keepFocus() {
        if (root.active && (root.activeFocusItem === null || root.activeFocusItem === root.contentItem))
            frame.forceActiveFocus();
    }

    function ask(close: CloseEvent) {
        close.accepted = false;
        if (root.app.settings.onClose === Settings.Ask)
            closing.open();
        else
            root.app.closeWindow(root.app.settings.onClose === Settings.KeepRunning);
    }

    Binding {
        target: Theme
        property: "look"
        value: root.contrast ? Theme.HighContrast : root.dark ? Theme.Dark : Theme.Light
    }

    Binding {
        target: Theme
        property: "reducedMotion"
        value: root.app.settings.reducedMotion
    }

    Connections {
        target: root.app

        function onRaiseWanted() {
            root.show();
            root.raise();
            root.requestActivate();
        }

        function onHideWanted() {
            root.hide();
        }
    }

    Frame {
        id: frame

        anchors.fill: parent
        focus: true
        app: root.app
        // A sheet takes the focus while it is open and gives it back: its keys are its own.
        free: frame.activeFocus
        onHelp: help.open()
    }

    HelpSheet {
        id: help
    }

    PassphraseSheet {
        id: passphrase

        prompt: root.app.passphrase
    }

    CloseSheet {
        id: closing

        app: root.app
    }
}
