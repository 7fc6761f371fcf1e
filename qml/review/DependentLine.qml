// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Holdfast.Controls
import Holdfast.Theme

// One thing that goes with it: its name under what it hangs on, what happens to it, how much of it there is. Where the
// review is narrow, what happens to it stands under the name, so that the name keeps its room.
GridLayout {
    id: root

    required property string name
    required property string effect
    required property int depth
    required property string count
    required property double share

    readonly property bool stacked: root.width < Theme.stackUnder
    readonly property int indent: Math.min(root.depth, 8) * Theme.lg
    // A count with limits is wider than a plain one, and stands whole all the same.
    readonly property int counted: Math.max(root.stacked ? Theme.xxl * 2 : Theme.xxl * 5, Math.ceil(amount.implicitWidth))
    readonly property int room: root.width - root.indent - root.counted - Theme.md - (root.stacked ? 0 : Theme.xxl * 7 + Theme.md * 2)

    columns: root.stacked ? 2 : 4
    columnSpacing: Theme.md
    rowSpacing: 0
    Accessible.role: Accessible.ListItem
    Accessible.name: Words.sentence(root.name, root.effect, root.count)

    FoldedLabel {
        Layout.fillWidth: true
        Layout.leftMargin: root.indent
        Layout.minimumHeight: root.stacked ? Theme.xl : Theme.dependentHeight
        whole: root.name
        limit: Math.max(16, Math.floor(root.room / Theme.codeAdvance))
        machine: true
        size: Theme.dense
    }

    PlainLabel {
        Layout.column: root.stacked ? 0 : 1
        Layout.row: root.stacked ? 1 : 0
        Layout.fillWidth: root.stacked
        Layout.leftMargin: root.stacked ? root.indent : 0
        Layout.preferredWidth: Theme.xxl * 5
        Layout.bottomMargin: root.stacked ? Theme.xs : 0
        text: root.effect
        size: root.stacked ? Theme.caption : Theme.dense
        color: Theme.colors.ink3
        elide: Text.ElideRight
        Accessible.ignored: true
    }

    Meter {
        Layout.column: root.stacked ? 1 : 2
        Layout.row: root.stacked ? 1 : 0
        Layout.alignment: Qt.AlignRight
        Layout.preferredWidth: Theme.xxl * 2
        Layout.bottomMargin: root.stacked ? Theme.xs : 0
        share: root.share
    }

    PlainLabel {
        id: amount

        Layout.column: root.stacked ? 1 : 3
        Layout.row: 0
        Layout.minimumWidth: root.counted
        Layout.preferredWidth: root.counted
        text: root.count
        horizontalAlignment: Text.AlignRight
        Accessible.ignored: true
    }
}
