// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Holdfast.Console
import Holdfast.Controls
import Holdfast.Theme

// Deny with a reason. A preset one is chosen when it opens, so that Enter sends.
Sheet {
    id: root

    required property Decision decision
    required property string sentence
    property int preset: 0
    property int scope: Decision.This

    readonly property list<string> reasons: [
        //: Deny sheet: preset reason, sent to the requester.
        qsTr("It would destroy more than the request says"),
        //: Deny sheet: preset reason, sent to the requester.
        qsTr("This is the wrong target"),
        //: Deny sheet: preset reason, sent to the requester.
        qsTr("There is no way back from it"),
        //: Deny sheet: preset reason, sent to the requester.
        qsTr("Not now")
    ]

    //: Deny sheet: its heading.
    heading: qsTr("Deny")
    words: root.sentence
    onAboutToShow: root.reset()
    onOpened: reason.forceActiveFocus(Qt.TabFocusReason)

    function reset() {
        root.preset = 0;
        root.scope = Decision.This;
        more.clear();
        counter.clear();
    }

    function send(event: KeyEvent) {
        if (!event.isAutoRepeat)
            root.deny();
    }

    function deny() {
        const said = more.text.trim();
        const reason = said.length > 0 ? root.reasons[root.preset] + ". " + said : root.reasons[root.preset];
        if (root.decision.deny(reason, root.scope, counter.text))
            root.close();
    }

    ColumnLayout {
        Layout.fillWidth: true
        spacing: Theme.md
        Keys.onReturnPressed: event => root.send(event)
        Keys.onEnterPressed: event => root.send(event)

        Choice {
            id: reason

            Layout.fillWidth: true
            //: Deny sheet: name of the list of preset reasons for assistive technology.
            spoken: qsTr("Reason")
            labels: root.reasons
            index: root.preset
            onChosen: index => root.preset = index
        }

        Field {
            id: more

            Layout.fillWidth: true
            //: Deny sheet: name of and hint in the field that adds to the preset reason.
            spoken: qsTr("Add a word to the reason")
            hint: spoken
        }

        Rule {
            Layout.fillWidth: true
            Layout.topMargin: Theme.xs
        }

        Choice {
            Layout.fillWidth: true
            //: Deny sheet: name of the choice how far the denial reaches, for assistive technology.
            spoken: qsTr("How far the denial reaches")
            labels: [
                //: Deny sheet, scope: only this request and its like.
                qsTr("This request"),
                //: Deny sheet, scope: anything that touches the same resource.
                qsTr("This resource"),
                //: Deny sheet, scope: every request of this kind on the target.
                qsTr("This class of operation")
            ]
            notes: [
                //: Deny sheet, scope note under "This request".
                qsTr("the same action asked again"),
                //: Deny sheet, scope note under "This resource".
                qsTr("whatever this person's agents ask of it"),
                //: Deny sheet, scope note under "This class of operation".
                qsTr("the same operation anywhere on this target")
            ]
            index: root.scope
            onChosen: index => root.scope = index
        }

        Field {
            id: counter

            Layout.fillWidth: true
            //: Deny sheet: name of and hint in the field for a counter-offer to the requester.
            spoken: qsTr("What narrower request would pass?")
            hint: spoken
        }
    }

    RowLayout {
        Layout.fillWidth: true
        Layout.topMargin: Theme.sm
        spacing: Theme.md

        Item {
            Layout.fillWidth: true
        }

        ActionButton {
            //: Deny sheet: button that closes it without denying.
            label: qsTr("Back")
            keys: "Esc"
            onClicked: root.close()
        }

        ActionButton {
            kind: ActionButton.Filled
            enabled: root.decision.mayDeny
            //: Deny sheet: button that signs and sends the denial; Enter does the same.
            label: qsTr("Deny")
            keys: "↵"
            onClicked: root.deny()
        }
    }
}
