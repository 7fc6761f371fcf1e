// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Holdfast.Console
import Holdfast.Controls
import Holdfast.Theme

// The chosen diff, virtual: only the lines in sight exist. Wide lines scroll sideways, all together.
ColumnLayout {
    id: root

    required property Review review
    property int roof: Theme.inboxWidth

    readonly property int numberWidth: Theme.xxl + Theme.md
    readonly property bool seen: root.review.diff.length === 0 || list.count > 0

    spacing: Theme.sm

    Flow {
        Layout.fillWidth: true
        spacing: Theme.sm
        visible: titles.count > 0

        Repeater {
            id: titles

            model: root.review.diffs

            ActionButton {
                id: choice

                required property string key
                required property string title
                required property string summary

                label: choice.title
                spoken: Words.sentence(choice.title, choice.summary)
                implicitHeight: Theme.rowHeight - Theme.xs
                picked: choice.key === root.review.diff
                onClicked: root.review.chooseDiff(choice.key)
            }
        }
    }

    PlainLabel {
        Layout.fillWidth: true
        Layout.topMargin: Theme.md
        visible: titles.count === 0
        //: Review, diff tab: the kind of action has none.
        text: qsTr("There is no before and after to show for this action.")
        color: Theme.colors.ink2
        wrapMode: Text.Wrap
    }

    Flickable {
        id: sideways

        Layout.fillWidth: true
        Layout.preferredHeight: Math.max(Theme.rowHeight, Math.min(root.roof, list.contentHeight))
        visible: titles.count > 0
        clip: true
        contentWidth: Math.max(width, root.numberWidth * 2 + Theme.xl + Theme.lg + Math.ceil(root.review.diffColumns * metrics.advanceWidth))
        contentHeight: height
        flickableDirection: Flickable.HorizontalFlick
        boundsBehavior: Flickable.StopAtBounds

        ListView {
            id: list

            width: sideways.contentWidth
            height: sideways.height
            clip: true
            activeFocusOnTab: true
            boundsBehavior: Flickable.StopAtBounds
            model: root.review.diffLines
            Accessible.role: Accessible.List
            //: Review, diff tab: name of the list of lines for assistive technology.
            Accessible.name: qsTr("Lines of the diff")
            Keys.onDownPressed: list.flick(0, -Theme.windowHeight)
            Keys.onUpPressed: list.flick(0, Theme.windowHeight)

            delegate: DiffLine {
                width: ListView.view.width
                numberWidth: root.numberWidth
            }
        }
    }

    TextMetrics {
        id: metrics

        font.family: Theme.codeFace
        font.pixelSize: Theme.dense
        text: "0"
    }
}
