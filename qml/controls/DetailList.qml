// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Holdfast.Theme

// Names on the left, what they are on the right, whole and wrapped.
ColumnLayout {
    id: root

    required property QtObject rows
    property int nameWidth: Theme.navigationWidth
    property int size: Theme.body
    property bool ruled: true
    property int fold: 240

    spacing: 0

    Repeater {
        model: root.rows

        ColumnLayout {
            id: entry

            required property string name
            required property string value
            required property int tone
            required property bool machine
            required property int index

            Layout.fillWidth: true
            spacing: 0

            Rule {
                Layout.fillWidth: true
                visible: root.ruled && entry.index > 0
            }

            RowLayout {
                Layout.fillWidth: true
                Layout.topMargin: root.ruled ? Theme.sm : Theme.xs
                Layout.bottomMargin: root.ruled ? Theme.sm : Theme.xs
                spacing: Theme.lg

                PlainLabel {
                    Layout.preferredWidth: root.nameWidth
                    Layout.alignment: Qt.AlignTop
                    text: entry.name
                    size: root.size
                    color: Theme.colors.ink3
                    wrapMode: Text.Wrap
                }

                FoldedLabel {
                    Layout.fillWidth: true
                    whole: entry.value
                    limit: root.fold
                    size: entry.machine ? Theme.dense : root.size
                    machine: entry.machine
                    color: Style.toneColor(entry.tone)
                    horizontalAlignment: root.ruled ? Text.AlignLeft : Text.AlignRight
                }
            }
        }
    }
}
