// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Holdfast.Theme

// A small column chart: title, what it says in words, columns. One that stands out takes the caution colour.
ColumnLayout {
    id: root

    required property string title
    required property string caption
    required property QtObject bars
    readonly property bool hasBars: columns.count > 0

    spacing: Theme.xs

    PlainLabel {
        text: root.title
        weight: Theme.strong
    }

    PlainLabel {
        Layout.fillWidth: true
        text: root.caption
        size: Theme.dense
        color: Theme.colors.ink3
        wrapMode: Text.Wrap
    }

    Row {
        Layout.fillWidth: true
        Layout.preferredHeight: Theme.chartHeight
        Layout.topMargin: Theme.md
        spacing: Theme.xs

        Repeater {
            id: columns

            model: root.bars

            Item {
                id: column

                required property string name
                required property double value
                required property bool standsOut

                width: Math.min(Theme.xl, (root.width - Theme.xs * (columns.count - 1)) / Math.max(1, columns.count))
                height: Theme.chartHeight
                Accessible.role: Accessible.StaticText
                Accessible.name: column.name

                Rectangle {
                    anchors.bottom: parent.bottom
                    width: parent.width
                    height: Math.max(Theme.bar, parent.height * column.value)
                    radius: Theme.stroke
                    color: column.standsOut ? Theme.colors.warn : Theme.colors.column
                }
            }
        }
    }

    Rule {
        Layout.fillWidth: true
    }
}
