// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Holdfast.Console
import Holdfast.Controls
import Holdfast.Theme

// The one open hold: sentence above, evidence that scrolls, decision below.
FocusScope {
    id: root

    required property Review review
    required property Decision decision
    property bool backShown: false
    property bool anyWaiting: true

    signal back

    readonly property bool shown: root.review.state === Review.Shown || root.review.state === Review.Measuring
    readonly property bool over: root.review.hold.standing.length > 0

    function deny() {
        if (root.shown && root.decision.mayDeny)
            denySheet.open();
    }

    function focusEvidence() {
        body.forceActiveFocus();
    }

    Rectangle {
        anchors.fill: parent
        color: Theme.colors.surface
    }

    ColumnLayout {
        anchors.fill: parent
        visible: root.shown
        spacing: 0

        ActionButton {
            Layout.leftMargin: Theme.gutter
            Layout.topMargin: Theme.md
            visible: root.backShown
            kind: ActionButton.Link
            //: Review, narrow window: link back to the list of holds; Esc does the same.
            label: qsTr("‹ Waiting for you")
            onClicked: root.back()
        }

        ReviewHead {
            Layout.fillWidth: true
            Layout.margins: Theme.gutter
            Layout.topMargin: root.backShown ? Theme.sm : Theme.xl
            Layout.bottomMargin: Theme.lg
            review: root.review
            roof: Math.max(Theme.xxl * 2, root.height / 4)
        }

        RowLayout {
            Layout.leftMargin: Theme.gutter
            Layout.rightMargin: Theme.gutter
            Layout.bottomMargin: Theme.md
            visible: root.review.state === Review.Measuring || !root.review.hold.current
            spacing: Theme.md

            Chip {
                visible: root.over
                label: root.review.hold.standing
                ink: Style.toneColor(root.review.hold.tone)
                edge: Style.toneColor(root.review.hold.tone)
            }

            PlainLabel {
                Layout.fillWidth: true
                text: root.over ? root.review.hold.result
                    //: Review: a new measurement is under way; nothing can be approved meanwhile.
                    : root.review.state === Review.Measuring ? qsTr("Measuring again…")
                    //: Review: what is shown is not the newest measurement. %1 is when it was made.
                    : qsTr("This evidence is not current, %1.").arg(root.review.hold.measuredAt)
                size: Theme.dense
                weight: Theme.medium
                color: root.over ? Style.toneColor(root.review.hold.tone) : Theme.colors.warn
                wrapMode: Text.WrapAtWordBoundaryOrAnywhere
            }
        }

        ReviewBody {
            id: body

            Layout.fillWidth: true
            Layout.fillHeight: true
            review: root.review
            decision: root.decision
            onFreeze: freezeSheet.open()
        }

        DecisionBar {
            Layout.fillWidth: true
            decision: root.decision
            over: root.over
            onDeny: root.deny()
        }
    }

    EmptyState {
        anchors.centerIn: parent
        width: Math.min(parent.width - Theme.xxl * 2, Theme.inboxWidth)
        visible: !root.shown
        //: Review: the hold is being fetched and verified.
        heading: root.review.state === Review.Loading ? qsTr("Verifying…")
            //: Review: a signature or digest did not hold, so nothing of the hold is shown.
            : root.review.state === Review.Unverified ? qsTr("This hold could not be verified")
            //: Review: no hold is open.
            : qsTr("No hold is open")
        words: root.review.problem.length > 0 ? root.review.problem
            //: Review: hint when no hold is open; J and K are keys.
            : root.review.state === Review.Nothing && root.anyWaiting ? qsTr("Choose one with J and K.") : ""
    }

    DenySheet {
        id: denySheet

        decision: root.decision
        sentence: root.review.hold.sentence
    }

    FreezeSheet {
        id: freezeSheet

        review: root.review
    }
}
