// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Holdfast.Console
import Holdfast.Controls
import Holdfast.Theme

// Version and places of this program.
SettingsGroup {
    id: root

    required property Settings settings

    //: Settings: heading of the group on version and places.
    heading: qsTr("About")

    GridLayout {
        Layout.fillWidth: true
        Layout.margins: Theme.sm
        columns: 2
        columnSpacing: Theme.lg
        rowSpacing: Theme.sm

        component Name: PlainLabel {
            Layout.preferredWidth: Theme.navigationWidth / 2
            Layout.alignment: Qt.AlignTop
            size: Theme.dense
            color: Theme.colors.ink3
        }

        component Place: PlainLabel {
            Layout.fillWidth: true
            size: Theme.dense
            machine: true
            wrapMode: Text.WrapAnywhere
        }

        Name {
            //: Settings, about: the program's version.
            text: qsTr("Version")
        }

        Place {
            text: root.settings.version
        }

        Name {
            //: Settings, about: where data lies.
            text: qsTr("Data")
        }

        Place {
            text: root.settings.dataPath
        }

        Name {
            //: Settings, about: where logs lie.
            text: qsTr("Logs")
        }

        Place {
            text: root.settings.logPath
        }
    }
}
