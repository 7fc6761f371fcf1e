// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Holdfast.Console
import Holdfast.Controls
import Holdfast.Theme

// How decisions went among those that the search found.
RowLayout {
    id: root

    required property History history
    required property bool wide
    readonly property bool hasBars: time.hasBars

    spacing: Theme.xxl

    BarChart {
        id: time

        Layout.fillWidth: true
        Layout.preferredWidth: Theme.hair
        Layout.alignment: Qt.AlignTop
        //: History, chart: how long decisions took.
        title: qsTr("Time to decide")
        caption: root.history.timeText
        bars: root.history.timeBars
    }

    BarChart {
        Layout.fillWidth: true
        Layout.preferredWidth: Theme.hair
        Layout.alignment: Qt.AlignTop
        visible: root.wide
        //: History, chart: the share that was approved.
        title: qsTr("Approved by tier")
        caption: root.history.shareText
        bars: root.history.shareBars
    }

    BarChart {
        Layout.fillWidth: true
        Layout.preferredWidth: Theme.hair
        Layout.alignment: Qt.AlignTop
        //: History, chart: approvals that came sooner than one can read what was measured.
        title: qsTr("Faster than the evidence can be read")
        caption: root.history.quickText
        bars: root.history.quickBars
    }
}
