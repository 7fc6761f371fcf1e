// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Holdfast.Console
import Holdfast.Controls
import Holdfast.Theme

// Said and chosen once: what stays when the window closes.
Sheet {
    id: root

    required property App app

    //: Sheet at the first closing of the window: its heading.
    heading: qsTr("Keep the gate running?")
    words: root.app.settings.trayAvailable
        //: Sheet at the first closing of the window: what each choice means.
        ? qsTr("Requests are held only while the gate runs. It can stay, with its tray icon and notifications, after this window closes. You can change this in the settings.")
        //: Sheet at the first closing of the window, on a desktop without a tray.
        : qsTr("Requests are held only while the gate runs. It can stay after this window closes; this desktop has no tray, so start Holdfast again to see the window. You can change this in the settings.")
    onOpened: keep.forceActiveFocus()

    function choose(keepRunning: bool) {
        root.app.settings.onClose = keepRunning ? Settings.KeepRunning : Settings.StopAll;
        root.close();
        root.app.closeWindow(keepRunning);
    }

    RowLayout {
        Layout.fillWidth: true
        spacing: Theme.md

        ActionButton {
            //: Sheet at the first closing of the window: button that leaves it open.
            label: qsTr("Back")
            keys: "Esc"
            onClicked: root.close()
        }

        Item {
            Layout.fillWidth: true
        }

        ActionButton {
            //: Sheet at the first closing of the window: button that ends gate and console.
            label: qsTr("Stop everything")
            onClicked: root.choose(false)
        }

        ActionButton {
            id: keep

            kind: ActionButton.Filled
            //: Sheet at the first closing of the window: button that leaves gate and tray.
            label: qsTr("Keep it running")
            onClicked: root.choose(true)
        }
    }
}
