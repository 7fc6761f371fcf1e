// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Holdfast.Console
import Holdfast.Controls
import Holdfast.Theme

// Does it come back? One word, why, and what the nearest copy is.
Card {
    id: root

    required property Review review

    implicitHeight: column.implicitHeight + Theme.lg * 2
    Accessible.role: Accessible.Grouping
    //: Review: name of the recovery card for assistive technology. %1 is the verdict.
    Accessible.name: qsTr("Does it come back? %1").arg(Style.verdictName(root.review.hold.verdict))

    ColumnLayout {
        id: column

        anchors.fill: parent
        anchors.margins: Theme.lg
        spacing: Theme.xs

        PlainLabel {
            //: Review: heading of the recovery card; the verdict stands under it.
            text: qsTr("Does it come back?")
            size: Theme.dense
            color: Theme.colors.ink2
        }

        PlainLabel {
            text: Style.verdictName(root.review.hold.verdict)
            size: Theme.verdict
            weight: Theme.strong
            color: Style.verdictColor(root.review.hold.verdict)
        }

        PlainLabel {
            Layout.fillWidth: true
            visible: text.length > 0
            text: root.review.hold.verdictWhy
            size: Theme.dense
            color: Theme.colors.ink2
            wrapMode: Text.WrapAtWordBoundaryOrAnywhere
        }

        Rule {
            Layout.fillWidth: true
            Layout.topMargin: Theme.xs
        }

        DetailList {
            Layout.fillWidth: true
            rows: root.review.recovery
            ruled: false
            fold: 48
            size: Theme.dense
            nameWidth: Theme.xxl * 3
        }

        Item {
            Layout.fillHeight: true
        }
    }
}
