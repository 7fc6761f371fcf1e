// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Holdfast.Console
import Holdfast.Controls
import Holdfast.Theme

// The first minute: what Holdfast is in two sentences, and the keys with which one decides.
FocusScope {
    id: root

    required property KeyRing keys
    required property GateStatus gate

    function begin() {
        if (root.visible)
            form.focusFirst();
    }

    onVisibleChanged: root.begin()
    Component.onCompleted: root.begin()

    Rectangle {
        anchors.fill: parent
        color: Theme.colors.canvas
    }

    Flickable {
        id: page

        anchors.fill: parent
        contentHeight: Math.max(height, card.height + Theme.xxl * 2)
        boundsBehavior: Flickable.StopAtBounds
        Accessible.role: Accessible.Pane
        //: First run: name of the page for assistive technology.
        Accessible.name: qsTr("Welcome to Holdfast")

        Rectangle {
            id: card

            anchors.centerIn: parent
            width: Math.min(Theme.sheetWidth, page.width - Theme.xxl * 2)
            height: column.implicitHeight + Theme.xxl * 2
            radius: Theme.radiusCard + Theme.xs
            color: Theme.colors.surface
            border.width: Theme.hair
            border.color: Theme.colors.line

            ColumnLayout {
                id: column

                anchors.fill: parent
                anchors.margins: Theme.xxl
                spacing: Theme.md

                Logo {
                    Layout.bottomMargin: Theme.xs
                    implicitWidth: Theme.xxl
                }

                PlainLabel {
                    Layout.fillWidth: true
                    //: First run: its heading.
                    text: qsTr("Nothing is destroyed until you sign it")
                    size: Theme.sentence
                    weight: Theme.strong
                    wrapMode: Text.Wrap
                    Accessible.role: Accessible.Heading
                }

                PlainLabel {
                    Layout.fillWidth: true
                    //: First run: what Holdfast does, in two sentences.
                    text: qsTr("Agents ask, the gate measures what would really happen, and you decide. For that you need keys of your own: one opens sessions, one signs your decisions.")
                    color: Theme.colors.ink2
                    wrapMode: Text.Wrap
                    lineHeight: 1.3
                }

                KeychainCard {
                    Layout.fillWidth: true
                    Layout.topMargin: Theme.xs
                    keys: root.keys
                    visible: root.keys.keychain !== KeyRing.Present && root.keys.keychain !== KeyRing.Absent
                }

                NewKeysForm {
                    id: form

                    Layout.fillWidth: true
                    Layout.topMargin: Theme.xs
                    keys: root.keys
                    elsewhere: root.keys.mayOwn && root.keys.mayBeInvited
                    invited: !root.keys.mayOwn
                    knownAddress: root.keys.address
                }
            }
        }
    }
}
