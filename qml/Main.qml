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

    readonly property bool sheetOpen: help.visible || passphrase.visible || closing.visible || root.popups > 0
    readonly property int popups: T.Overlay.overlay ? T.Overlay.overlay.visibleChildren.length : 0
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
    LayoutMirroring.enabled: Qt.application.layoutDirection === Qt.RightToLeft
    LayoutMirroring.childrenInherit: true
    onActiveChanged: root.app.decision.rearm()
    onClosing: close => root.ask(close)

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
        anchors.fill: parent
        focus: true
        app: root.app
        free: !root.sheetOpen
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
