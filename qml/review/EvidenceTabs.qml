// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Holdfast.Console
import Holdfast.Controls
import Holdfast.Theme

// The evidence itself. `seen` says whether the open tab has been looked at to its end; the page adds the viewport to that.
ColumnLayout {
    id: root

    required property Review review
    required property Decision decision
    property int index: 0
    property int roof: Theme.inboxWidth

    signal freeze

    readonly property list<string> sections: ["diff", "payload", "credential", "policy", "requester"]
    readonly property string section: root.sections[root.index]
    readonly property bool seen: root.index === 0 ? diff.seen : root.index === 1 ? payload.seen : true

    function wants(section: string): bool {
        return Array.from(root.decision.unreached).includes(section);
    }

    // Another hold, or another revision, is read from the beginning.
    readonly property string shown: root.review.hold.holdId + "/" + root.review.hold.revision

    spacing: Theme.md
    onShownChanged: root.index = 0

    TabStrip {
        Layout.fillWidth: true
        index: root.index
        onChosen: index => root.index = index
        marks: [root.wants("diff"), root.wants("payload"), root.wants("credential"), root.wants("policy"), root.wants("requester")]
        labels: [
            //: Review, tab: before and after.
            qsTr("Diff"),
            //: Review, tab: the exact bytes that would run.
            qsTr("Payload"),
            //: Review, tab: the credential that would be used and the worst it can do.
            qsTr("Credential"),
            //: Review, tab: which rule applies and who must sign.
            qsTr("Policy"),
            //: Review, tab: who asks, and its recent record.
            qsTr("Requester")
        ]
    }

    DiffView {
        id: diff

        Layout.fillWidth: true
        visible: root.index === 0
        review: root.review
        roof: root.roof
    }

    PayloadView {
        id: payload

        Layout.fillWidth: true
        visible: root.index === 1
        review: root.review
        roof: root.roof
    }

    DetailList {
        Layout.fillWidth: true
        visible: root.index === 2
        rows: root.review.credential
    }

    DetailList {
        Layout.fillWidth: true
        visible: root.index === 3
        rows: root.review.policy
    }

    DetailList {
        Layout.fillWidth: true
        visible: root.index === 4
        rows: root.review.requester
    }

    ActionButton {
        visible: root.index === 4
        //: Review, requester tab: button that stops everything from this requester; opens a sheet first.
        label: qsTr("Freeze this requester…")
        onClicked: root.freeze()
    }
}
