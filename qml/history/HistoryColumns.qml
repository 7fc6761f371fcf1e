// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import Holdfast.Theme

// The places of the history's columns; in a narrow window requester and decider give way to the sentence.
QtObject {
    id: root

    required property real width

    readonly property bool wide: root.width > Theme.readingWidth + Theme.navigationWidth
    readonly property int decided: Theme.navigationWidth - Theme.xxl * 2 + Theme.sm
    readonly property int requester: root.wide ? Theme.navigationWidth - Theme.xxl * 2 + Theme.sm : 0
    readonly property int decidedBy: root.wide ? Theme.navigationWidth / 2 + Theme.sm : 0
    readonly property int took: Theme.xxl * 2
    readonly property int outcome: Theme.navigationWidth / 2 + Theme.xxl
}
