// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Holdfast.Controls
import Holdfast.Theme

// The heading of the inbox, and its order.
RowLayout {
    spacing: Theme.sm

    PlainLabel {
        Layout.fillWidth: true
        //: Inbox: its heading.
        text: qsTr("Waiting for you")
        size: Theme.section
        weight: Theme.strong
        elide: Text.ElideRight
    }

    PlainLabel {
        //: Inbox: how the list is ordered.
        text: qsTr("by urgency")
        size: Theme.dense
        color: Theme.colors.ink3
    }
}
