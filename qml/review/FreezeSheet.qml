// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Holdfast.Console
import Holdfast.Controls
import Holdfast.Theme

// Stops everything from one requester until somebody lifts it.
Sheet {
    id: root

    required property Review review

    //: Freeze sheet: its heading.
    heading: qsTr("Freeze this requester")
    //: Freeze sheet: what freezing does.
    words: qsTr("Everything it has asked for stops at once, and nothing new is accepted from it until a lead lifts the freeze.")
    onAboutToShow: reason.clear()
    onOpened: reason.forceActiveFocus()

    function send() {
        if (reason.text.trim().length === 0)
            return;
        root.review.freezeRequester(reason.text);
        root.close();
    }

    Field {
        id: reason

        Layout.fillWidth: true
        //: Freeze sheet: name of and hint in the field for the reason, which is recorded.
        spoken: qsTr("Reason, for the record")
        hint: spoken
        Keys.onReturnPressed: root.send()
    }

    RowLayout {
        Layout.fillWidth: true
        spacing: Theme.md

        Item {
            Layout.fillWidth: true
        }

        ActionButton {
            //: Freeze sheet: button that closes it without freezing.
            label: qsTr("Back")
            keys: "Esc"
            onClicked: root.close()
        }

        ActionButton {
            kind: ActionButton.Danger
            enabled: reason.text.trim().length > 0
            why: reason.spoken
            //: Freeze sheet: button that signs and sends the freeze.
            label: qsTr("Freeze requester")
            onClicked: root.send()
        }
    }
}
