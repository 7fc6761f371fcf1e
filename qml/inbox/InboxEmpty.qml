// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import Holdfast.Console
import Holdfast.Controls

// Nothing waits: say so, and offer the practice ground where there is one.
EmptyState {
    id: root

    required property Inbox inbox
    required property GateStatus gate
    required property Practice practice

    readonly property bool filtered: root.live && root.inbox.filter.length > 0
    readonly property bool live: root.gate.link === View.Live || root.gate.link === View.Stale
    readonly property bool connecting: root.gate.link === View.Connecting
    readonly property bool playing: root.practice.state === Practice.Preparing || root.practice.state === Practice.Replaying

    //: Inbox, empty because of the filter.
    heading: root.filtered ? qsTr("Nothing fits this filter")
        //: Inbox, empty: no hold waits for a decision.
        : root.live ? qsTr("Nothing is waiting")
        //: Inbox, before the gate has told what waits.
        : root.connecting ? qsTr("Connecting to the gate…")
        //: Inbox, without a gate: there may be holds that this console cannot see.
        : qsTr("Not connected to the gate")
    //: Inbox, empty because of the filter. %1 is how many holds wait in all; Esc is the key.
    words: root.filtered ? qsTr("%1 wait in all. Esc clears the filter.").arg(root.inbox.total)
        : root.practice.text.length > 0 ? root.practice.text
        //: Inbox, before or without a connection: an empty list says nothing.
        : !root.live ? qsTr("Holds may be waiting. They appear here once the gate answers.")
        : root.inbox.lastDecision.length > 0 || root.practice.state !== Practice.Ready ? root.inbox.lastDecision
        //: Inbox, empty, before the first decision: what the button under it does.
        : qsTr("See one for real: an agent that believes it is on staging asks to drop a production table. Only the practice ground is at stake.")
    action: root.filtered || !root.live || root.practice.state === Practice.None ? ""
        //: Inbox, empty: button while the practice ground is busy.
        : root.playing ? qsTr("Replaying…")
        //: Inbox, empty: button that lets the practice agent ask for something destructive on the practice ground.
        : qsTr("Replay nine seconds")
    busy: root.playing
    onActed: root.practice.replay()
}
