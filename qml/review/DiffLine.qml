// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import Holdfast.Console
import Holdfast.Controls
import Holdfast.Theme

// One line of a diff: numbers, sign, text whose changed words stand on a stronger ground. Always left-to-right.
Rectangle {
    id: root

    required property int kind
    required property string oldNumber
    required property string newNumber
    required property list<string> parts
    required property int numberWidth

    readonly property bool added: root.kind === View.Added
    readonly property bool removed: root.kind === View.Removed
    readonly property string line: Array.from(root.parts).join("")
    //: Diff: spoken before a line that comes.
    readonly property string spokenKind: root.added ? qsTr("added")
        //: Diff: spoken before a line that goes.
        : root.removed ? qsTr("removed") : ""

    LayoutMirroring.enabled: false
    LayoutMirroring.childrenInherit: true
    implicitHeight: Theme.logo
    color: root.added ? Theme.colors.added : root.removed ? Theme.colors.removed : "transparent"
    Accessible.role: Accessible.StaticText
    Accessible.name: root.spokenKind.length > 0 ? root.spokenKind + ": " + root.line : root.line

    Row {
        id: row

        height: parent.height

        component Number: PlainLabel {
            width: root.numberWidth
            height: row.height
            rightPadding: Theme.sm
            horizontalAlignment: Text.AlignRight
            machine: true
            size: Theme.dense
            color: Theme.colors.ink3
            Accessible.ignored: true
        }

        Number {
            text: root.oldNumber
        }

        Number {
            text: root.newNumber
        }

        PlainLabel {
            width: Theme.xl
            height: row.height
            horizontalAlignment: Text.AlignHCenter
            text: root.added ? "+" : root.removed ? "−" : ""
            machine: true
            size: Theme.dense
            color: root.added ? Theme.colors.good : Theme.colors.danger
            Accessible.ignored: true
        }

        Repeater {
            model: root.parts

            Rectangle {
                id: part

                required property string modelData
                required property int index

                width: words.implicitWidth
                height: row.height
                color: part.index % 2 === 0 ? "transparent" : root.added ? Theme.colors.addedWord : Theme.colors.removedWord

                PlainLabel {
                    id: words

                    height: parent.height
                    text: part.modelData
                    machine: true
                    size: Theme.dense
                    color: root.kind === View.Gap ? Theme.colors.ink3 : Theme.colors.ink
                    Accessible.ignored: true
                }
            }
        }
    }
}
