// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Holdfast.Console
import Holdfast.Controls
import Holdfast.Theme

// Makes keys: for the first owner of this machine's gate, or with an invite for another one. Nothing typed outlives it.
ColumnLayout {
    id: root

    required property KeyRing keys
    property bool invited: false
    // The gate that was found waits for its first owner, and was not started by this console.
    property bool elsewhere: false
    property string knownAddress: ""

    readonly property bool longEnough: passphrase.length >= root.keys.minimumPassphrase
    // A comparison in C++ does not say when it changes; the counts of edits do.
    readonly property bool same: passphrase.edits + again.edits >= 0 && passphrase.sameAs(again)
    readonly property bool ready: name.text.length > 0 && root.longEnough && root.same && (!root.invited || invite.text.length > 0)
        && root.keys.step !== KeyRing.Working && (root.keys.keychain === KeyRing.Present || root.keys.keychain === KeyRing.Absent || root.keys.sealedFile)
    readonly property string wanting: !root.longEnough && passphrase.length > 0
        //: New keys: under the passphrase. %1 is the least number of characters.
        ? qsTr("At least %1 characters").arg(root.keys.minimumPassphrase)
        //: New keys: under the passphrase.
        : !root.same && again.length > 0 ? qsTr("The two are not the same") : root.keys.problem

    function focusFirst() {
        (name.text.length > 0 ? passphrase : name).forceActiveFocus();
    }

    function create() {
        if (!root.ready)
            return;
        if (root.invited)
            root.keys.enrol(name.text, address.text, invite.text.trim(), passphrase);
        else
            root.keys.createOwner(name.text, passphrase);
        passphrase.clear();
        again.clear();
    }

    spacing: Theme.sm
    Keys.onReturnPressed: root.create()

    component Caption: PlainLabel {
        Layout.fillWidth: true
        Layout.topMargin: Theme.xs
        size: Theme.dense
        weight: Theme.medium
        color: Theme.colors.ink2
        wrapMode: Text.Wrap
        Accessible.ignored: true
    }

    Caption {
        //: New keys: above the field for the user's name.
        text: qsTr("Your name")
    }

    Field {
        id: name

        Layout.fillWidth: true
        //: New keys: name of the field for the user's name, for assistive technology.
        spoken: qsTr("Your name")
        //: New keys: hint in the field for the user's name.
        hint: qsTr("as it will stand in the ledger")
        text: root.invited && !root.elsewhere ? "" : root.keys.proposedName
        maximumLength: 64
    }

    Caption {
        visible: root.invited
        //: New keys: above the field for the invite.
        text: qsTr("Invite")
    }

    Field {
        id: invite

        Layout.fillWidth: true
        visible: root.invited
        machine: length > 0
        //: New keys: name of the field for the invite, for assistive technology.
        spoken: qsTr("Invite")
        hint: root.elsewhere
            //: New keys: hint in the field for the invite of this desktop's own gate.
            ? qsTr("what was printed where the gate was started")
            //: New keys: hint in the field for the invite.
            : qsTr("what the gate's administrator sent you")
    }

    Caption {
        visible: root.invited
        //: New keys: above the field for the gate's address.
        text: qsTr("Address")
    }

    Field {
        id: address

        Layout.fillWidth: true
        visible: root.invited
        machine: length > 0
        //: New keys: name of the field for the gate's address, for assistive technology.
        spoken: qsTr("Address of the gate")
        hint: "ws://127.0.0.1:7420/v1"
        text: root.knownAddress
    }

    Caption {
        //: New keys: above the field for the new passphrase.
        text: qsTr("Passphrase for your deciding key")
    }

    SecretField {
        id: passphrase

        Layout.fillWidth: true
        //: New keys: name of the field for the new passphrase, for assistive technology.
        spoken: qsTr("Passphrase for your deciding key")
        //: New keys: hint in the field for the new passphrase.
        hint: qsTr("asked each time you approve something dangerous")
        onAccepted: root.create()
    }

    SecretField {
        id: again

        Layout.fillWidth: true
        //: New keys: name of and hint in the field that repeats the passphrase.
        spoken: qsTr("The same again")
        hint: spoken
        onAccepted: root.create()
    }

    Toggle {
        Layout.fillWidth: true
        Layout.topMargin: Theme.sm
        visible: root.elsewhere
        //: New keys: the gate of this desktop runs already and waits for its first owner.
        label: qsTr("I have the invite that was printed")
        //: New keys: what happens to a gate without an owner when its invite is not used.
        note: qsTr("A gate of yours runs already and has no owner yet. Without its invite it is started anew, as yours.")
        on: root.invited
        onSwitched: on => root.invited = on
    }

    Toggle {
        Layout.fillWidth: true
        Layout.topMargin: Theme.sm
        visible: root.keys.keychain !== KeyRing.Present || root.keys.sealedFile
        //: New keys: the user's explicit choice of a file instead of a keychain.
        label: qsTr("Keep my keys in a sealed file instead")
        //: New keys: what the sealed file is.
        note: qsTr("A file only you can read, sealed with this passphrase. A keychain is better where there is one.")
        on: root.keys.sealedFile
        onSwitched: on => root.keys.sealedFile = on
    }

    RowLayout {
        Layout.fillWidth: true
        Layout.topMargin: Theme.md
        spacing: Theme.md

        PlainLabel {
            Layout.fillWidth: true
            text: root.wanting
            size: Theme.dense
            color: Theme.colors.danger
            wrapMode: Text.WrapAtWordBoundaryOrAnywhere
        }

        ActionButton {
            enabled: root.ready
            why: root.wanting
            kind: ActionButton.Filled
            //: New keys: button while keys are being made.
            label: root.keys.step === KeyRing.Working ? qsTr("Creating…")
                //: New keys: button that makes the keys and enrols them.
                : qsTr("Create my keys")
            onClicked: root.create()
        }
    }
}
