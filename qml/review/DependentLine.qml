// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Holdfast.Controls
import Holdfast.Theme

// One thing that goes with it: its name under what it hangs on, what happens to it, how much of it there is.
RowLayout {
    id: root

    required property string name
    required property string effect
    required property int depth
    required property string count
    required property double share

    spacing: Theme.md
    Accessible.role: Accessible.ListItem
    Accessible.name: root.name + ", " + root.effect + ", " + root.count

    FoldedLabel {
        Layout.fillWidth: true
        Layout.leftMargin: Math.min(root.depth, 8) * Theme.lg
        Layout.minimumHeight: Theme.dependentHeight
        whole: root.name
        limit: Math.max(16, Math.floor((root.width - Theme.xxl * 8 - Math.min(root.depth, 8) * Theme.lg) / Theme.codeAdvance))
        machine: true
        size: Theme.dense
    }

    PlainLabel {
        Layout.preferredWidth: Theme.xxl * 3
        text: root.effect
        size: Theme.dense
        color: Theme.colors.ink3
        wrapMode: Text.Wrap
        Accessible.ignored: true
    }

    Meter {
        Layout.preferredWidth: Theme.xxl * 2
        share: root.share
    }

    PlainLabel {
        Layout.preferredWidth: Theme.xxl * 2
        text: root.count
        horizontalAlignment: Text.AlignRight
        Accessible.ignored: true
    }
}
