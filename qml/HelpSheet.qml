// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Holdfast.Controls
import Holdfast.Theme

// Every key on one sheet.
Sheet {
    id: root

    readonly property list<string> keys: ["J  K", "↵", "Esc", "/", "D", "Ctrl ⇧ A", "M", "Tab", "Ctrl 1 … 5", "Ctrl ,", "?"]
    readonly property list<string> does: [
        //: Help sheet: what J and K do.
        qsTr("next and previous hold"),
        //: Help sheet: what Enter does; it never approves.
        qsTr("read the hold, open the timeline; never approves"),
        //: Help sheet: what Esc does.
        qsTr("back, close, clear the filter"),
        //: Help sheet: what / does.
        qsTr("filter or search"),
        //: Help sheet: what D does.
        qsTr("deny; Enter then sends it"),
        //: Help sheet: what Ctrl+Shift+A does. Only once Approve is unlocked.
        qsTr("approve once it is unlocked; hold it where it says hold"),
        //: Help sheet: what M does.
        qsTr("measure again"),
        //: Help sheet: what Tab does.
        qsTr("next control"),
        //: Help sheet: what Ctrl and a digit do.
        qsTr("inbox, running, history, keys, settings"),
        //: Help sheet: what Ctrl and comma do.
        qsTr("settings"),
        //: Help sheet: what ? does.
        qsTr("this sheet")
    ]

    //: Help sheet: its heading.
    heading: qsTr("Keys")
    onOpened: close.forceActiveFocus()

    Repeater {
        model: root.keys

        RowLayout {
            id: line

            required property string modelData
            required property int index

            Layout.fillWidth: true
            spacing: Theme.lg

            Item {
                Layout.preferredWidth: Theme.navigationWidth / 2
                implicitHeight: Theme.keySize

                KeyHint {
                    keys: line.modelData
                }
            }

            PlainLabel {
                Layout.fillWidth: true
                text: root.does[line.index]
                color: Theme.colors.ink2
                wrapMode: Text.Wrap
                Accessible.name: line.modelData + ": " + text
            }
        }
    }

    RowLayout {
        Layout.fillWidth: true
        Layout.topMargin: Theme.sm

        Item {
            Layout.fillWidth: true
        }

        ActionButton {
            id: close

            //: Help sheet: button that closes it.
            label: qsTr("Close")
            keys: "Esc"
            onClicked: root.close()
        }
    }
}
