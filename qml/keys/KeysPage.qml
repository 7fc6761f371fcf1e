// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Holdfast.Console
import Holdfast.Controls
import Holdfast.Theme

// Whose keys these are, where they lie, and which gates they are for.
FocusScope {
    id: root

    required property KeyRing keys

    function enter() {
        page.forceActiveFocus();
    }

    Rectangle {
        anchors.fill: parent
        color: Theme.colors.surface
    }

    Flickable {
        id: page

        anchors.fill: parent
        contentHeight: column.implicitHeight + Theme.xxl * 2
        boundsBehavior: Flickable.StopAtBounds
        focus: true
        activeFocusOnTab: true
        Accessible.role: Accessible.Pane
        //: Keys: name of the page for assistive technology.
        Accessible.name: qsTr("Keys and gates")

        ColumnLayout {
            id: column

            x: Theme.gutter
            y: Theme.gutter
            width: Math.min(page.width - Theme.gutter * 2, Theme.readingWidth + Theme.xxl * 2)
            spacing: Theme.md

            RowLayout {
                Layout.fillWidth: true
                Layout.bottomMargin: Theme.sm

                PlainLabel {
                    Layout.fillWidth: true
                    //: Keys: its heading.
                    text: qsTr("Keys and gates")
                    size: Theme.sentence
                    weight: Theme.strong
                    Accessible.role: Accessible.Heading
                }

                ActionButton {
                    //: Keys: button that opens the sheet to join a gate with an invite.
                    label: qsTr("Use an invite…")
                    onClicked: inviteSheet.open()
                }
            }

            KeychainCard {
                Layout.fillWidth: true
                keys: root.keys
            }

            Banner {
                Layout.fillWidth: true
                visible: root.keys.done.length > 0
                tone: View.Good
                sentence: root.keys.done
            }

            PlainLabel {
                Layout.topMargin: Theme.sm
                //: Keys: heading above the user's keys.
                text: qsTr("Your keys")
                size: Theme.section
                weight: Theme.strong
            }

            PlainLabel {
                Layout.fillWidth: true
                visible: root.keys.count === 0
                //: Keys: there are none yet.
                text: qsTr("You have no keys on this machine.")
                color: Theme.colors.ink2
                wrapMode: Text.Wrap
            }

            Repeater {
                model: root.keys.rows

                KeyCard {
                    Layout.fillWidth: true
                    onCopied: key => root.keys.copy(key)
                }
            }

            PlainLabel {
                Layout.topMargin: Theme.lg
                //: Keys: heading above the gates that this console knows.
                text: qsTr("Gates")
                size: Theme.section
                weight: Theme.strong
            }

            Repeater {
                model: root.keys.gates

                GateLine {
                    Layout.fillWidth: true
                }
            }
        }
    }

    Sheet {
        id: inviteSheet

        //: Keys: heading of the sheet to join a gate.
        heading: qsTr("Join a gate with an invite")
        //: Keys: words of the sheet to join a gate.
        words: qsTr("New keys are made for this gate alone. The invite's secret never leaves this machine.")
        onOpened: form.focusFirst()

        NewKeysForm {
            id: form

            Layout.fillWidth: true
            keys: root.keys
            invited: true
        }
    }
}
