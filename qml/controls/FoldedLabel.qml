// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import Holdfast.Theme

// A name that decides, whole if it is short; else folded in the middle with the fold marked and counted. Enter, Space or
// a click opens it; opened it wraps. Never cut short silently.
PlainLabel {
    id: root

    required property string whole
    property int limit: 72
    property bool unfolded: false

    readonly property bool foldable: root.whole.length > root.limit
    readonly property bool folded: root.foldable && !root.unfolded
    readonly property int kept: Math.max(4, Math.floor((root.limit - 6) / 2))
    readonly property string foldedText: root.whole.slice(0, root.kept) + " ⋯" + (root.whole.length - root.kept * 2) + "⋯ " + root.whole.slice(-root.kept)

    text: root.folded ? root.foldedText : root.whole
    wrapMode: Text.WrapAtWordBoundaryOrAnywhere
    activeFocusOnTab: root.foldable
    Accessible.role: root.foldable ? Accessible.Button : Accessible.StaticText
    Accessible.name: root.whole
    Accessible.onPressAction: root.toggle()
    Keys.onReturnPressed: root.toggle()
    Keys.onSpacePressed: root.toggle()

    function toggle() {
        if (root.foldable)
            root.unfolded = !root.unfolded;
    }

    TapHandler {
        enabled: root.foldable
        onTapped: root.toggle()
    }

    FocusRing {
        visible: root.activeFocus
    }
}
