// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Holdfast.Console
import Holdfast.Theme

// How much: the first facts in large figures, the others as lines in two columns below.
ColumnLayout {
    id: root

    required property Review review
    readonly property int large: root.width < Theme.readingWidth - Theme.inboxWidth / 2 ? 2 : 4

    spacing: Theme.lg

    GridLayout {
        Layout.fillWidth: true
        columns: root.large
        columnSpacing: Theme.lg
        rowSpacing: Theme.lg

        Repeater {
            model: root.review.facts

            FigureTile {
                required property int index

                Layout.fillWidth: true
                Layout.preferredWidth: Theme.hair
                Layout.alignment: Qt.AlignTop
                visible: index < 4
            }
        }
    }

    GridLayout {
        Layout.fillWidth: true
        columns: root.large / 2
        columnSpacing: Theme.xxl
        rowSpacing: Theme.sm
        visible: rest.count > 4

        Repeater {
            id: rest

            model: root.review.facts

            FactLine {
                required property int index

                Layout.fillWidth: true
                Layout.preferredWidth: Theme.hair
                Layout.alignment: Qt.AlignTop
                visible: index >= 4
            }
        }
    }
}
