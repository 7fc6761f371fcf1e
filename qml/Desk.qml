// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import Holdfast.Console
import Holdfast.Controls
import Holdfast.Inbox
import Holdfast.Review
import Holdfast.Theme

// Inbox and review side by side; in a narrow window one after the other.
FocusScope {
    id: root

    required property App app
    required property bool narrow
    property bool reading: false

    function deny() {
        review.deny();
    }

    function enter() {
        if (root.narrow && root.reading)
            review.focusEvidence();
        else
            inbox.enter();
    }

    function filter() {
        root.reading = false;
        inbox.filter();
    }

    function step(by: int) {
        root.app.inbox.step(by);
    }

    function back(): bool {
        const was = root.reading;
        root.reading = false;
        inbox.focusList();
        return was;
    }

    // After a decision its field is gone from the bar: keys belong to the list again, never to a field that is not there.
    Connections {
        target: root.app.decision

        function onChanged() {
            if (root.app.decision.state === Decision.Acknowledged && review.activeFocus)
                inbox.focusList();
        }
    }

    InboxPane {
        id: inbox

        width: root.narrow ? root.width : Theme.inboxWidth
        height: root.height
        visible: !root.narrow || !root.reading
        focus: true
        inbox: root.app.inbox
        gate: root.app.gate
        practice: root.app.practice
        onReading: {
            root.reading = true;
            review.focusEvidence();
        }
    }

    Rule {
        x: Theme.inboxWidth
        height: root.height
        visible: !root.narrow
    }

    // Beside the inbox, the inbox has it.
    StaleBand {
        id: band

        readonly property bool here: root.narrow && root.reading && root.app.gate.staleText.length > 0

        x: Theme.lg
        y: Theme.lg
        width: root.width - Theme.lg * 2
        visible: band.here
        gate: root.app.gate
    }

    ReviewPane {
        id: review

        x: root.narrow ? 0 : Theme.inboxWidth + Theme.hair
        y: band.here ? band.y + band.height : 0
        width: root.width - x
        height: root.height - y
        visible: !root.narrow || root.reading
        review: root.app.review
        decision: root.app.decision
        backShown: root.narrow
        anyWaiting: root.app.inbox.shown > 0
        onBack: root.back()
    }
}
