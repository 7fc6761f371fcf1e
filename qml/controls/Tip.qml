// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Holdfast.Theme

// How something was measured, on hover or focus.
T.ToolTip {
    id: root

    required property string shown

    x: 0
    y: parent ? parent.height + Theme.xs : 0
    delay: Theme.tipDelay
    padding: Theme.md
    implicitWidth: Math.min(Theme.inboxWidth, words.implicitWidth + padding * 2)
    implicitHeight: words.implicitHeight + padding * 2

    contentItem: PlainLabel {
        id: words

        width: root.implicitWidth - root.padding * 2
        text: root.shown
        size: Theme.dense
        wrapMode: Text.WrapAtWordBoundaryOrAnywhere
    }

    background: Card {
        border.color: Theme.colors.controlLine
    }
}
