// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Holdfast.Console
import Holdfast.Controls
import Holdfast.Theme

// The words of the decision bar: who must sign, what is still missing, how far the signature is.
ColumnLayout {
    id: root

    required property Decision decision
    property bool over: false

    readonly property bool failed: root.decision.state === Decision.Failed
    readonly property bool acknowledged: root.decision.state === Decision.Acknowledged
    readonly property bool moving: root.decision.state === Decision.Signing || root.decision.state === Decision.Sending || root.decision.state === Decision.AskingPassphrase

    spacing: Theme.stroke
    Accessible.role: Accessible.StatusBar
    Accessible.name: tail.text.length > 0 ? head.text + ". " + tail.text : head.text

    PlainLabel {
        id: head

        Layout.fillWidth: true
        //: Decision bar: the decision is being signed with the user's key.
        text: root.decision.state === Decision.Signing ? qsTr("Signing…")
            //: Decision bar: waits for the passphrase in the sheet above.
            : root.decision.state === Decision.AskingPassphrase ? qsTr("Waiting for your passphrase")
            //: Decision bar: signed, not yet acknowledged by the gate.
            : root.decision.state === Decision.Sending ? qsTr("Sending…")
            //: Decision bar: the gate recorded the decision and the console has checked the proof.
            : root.acknowledged ? qsTr("Recorded, and proven in the ledger")
            //: Decision bar: the decision did not go through; the reason stands below.
            : root.failed ? qsTr("Not recorded")
            //: Decision bar: the hold ended, or is on its way, without this person's doing.
            : root.over ? qsTr("Nothing is left to decide") : root.decision.needs
        size: Theme.dense
        weight: Theme.strong
        color: root.failed ? Theme.colors.danger : root.acknowledged ? Theme.colors.good : Theme.colors.ink
        wrapMode: Text.Wrap
        Accessible.ignored: true
    }

    PlainLabel {
        id: tail

        Layout.fillWidth: true
        text: root.failed || root.moving || root.acknowledged ? root.decision.message
            : root.over ? ""
            : root.decision.unmet.length === 0 ? root.decision.then
            //: Decision bar: what still locks Approve. %1 is one condition.
            : root.decision.unmet.length === 1 ? qsTr("To unlock: %1").arg(root.decision.unmet[0])
            //: Decision bar: what still locks Approve. %1 is the first condition, %2 how many others there are.
            : Words.filled(qsTr("To unlock: %1, and %2 more"), [root.decision.unmet[0], root.decision.unmet.length - 1])
        visible: text.length > 0
        size: Theme.dense
        color: root.failed ? Theme.colors.danger : Theme.colors.ink3
        wrapMode: Text.WrapAtWordBoundaryOrAnywhere
        Accessible.ignored: true

        HoverHandler {
            id: hover
        }

        Tip {
            visible: hover.hovered && root.decision.unmet.length > 1
            shown: root.decision.unmetText
            y: -height - Theme.xs
        }
    }
}
