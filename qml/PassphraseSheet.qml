// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Holdfast.Console
import Holdfast.Controls
import Holdfast.Theme

// Asks for the passphrase of the deciding key and forgets it.
Sheet {
    id: root

    required property PassphrasePrompt prompt

    readonly property bool withdrawn: root.prompt.withdrawn

    //: Passphrase sheet: its heading.
    heading: qsTr("Passphrase of your deciding key")
    words: root.prompt.reason
    visible: root.prompt.wanted
    onOpened: field.forceActiveFocus()
    onWithdrawnChanged: field.clear()
    onClosed: {
        field.clear();
        root.prompt.cancel();
    }

    SecretField {
        id: field

        Layout.fillWidth: true
        enabled: !root.prompt.working
        wrong: root.prompt.problem.length > 0
        //: Passphrase sheet: name of and hint in its field.
        spoken: qsTr("Passphrase")
        hint: root.withdrawn ? "" : spoken
        onAccepted: root.prompt.give(field)
    }

    PlainLabel {
        Layout.fillWidth: true
        visible: text.length > 0
        text: root.prompt.problem
        Accessible.role: Accessible.AlertMessage
        size: Theme.dense
        color: Theme.colors.danger
        wrapMode: Text.WrapAtWordBoundaryOrAnywhere
    }

    RowLayout {
        Layout.fillWidth: true
        Layout.topMargin: Theme.xs
        spacing: Theme.md

        Item {
            Layout.fillWidth: true
        }

        ActionButton {
            //: Passphrase sheet: button that closes it; nothing is signed.
            label: qsTr("Back")
            keys: "Esc"
            onClicked: root.close()
        }

        ActionButton {
            visible: !root.withdrawn
            kind: ActionButton.Filled
            enabled: !root.prompt.working && field.length > 0
            //: Passphrase sheet: button while the key is being opened, which takes a second.
            label: root.prompt.working ? qsTr("Opening the key…")
                //: Passphrase sheet: button that signs.
                : qsTr("Sign")
            keys: "↵"
            onClicked: root.prompt.give(field)
        }
    }
}
