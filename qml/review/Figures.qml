// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Holdfast.Console
import Holdfast.Theme

// How much: the first four facts in large figures, the other figures smaller under them, then what is told in words.
ColumnLayout {
    id: root

    required property Review review

    spacing: Theme.lg

    GridLayout {
        Layout.fillWidth: true
        columns: root.width < Theme.readingWidth - Theme.inboxWidth / 2 ? 2 : 4
        columnSpacing: Theme.lg
        rowSpacing: Theme.lg

        Repeater {
            model: root.review.facts

            FigureTile {
                required property int index
                required property bool told

                Layout.fillWidth: true
                Layout.preferredWidth: Theme.hair
                Layout.alignment: Qt.AlignTop
                visible: !told
                small: index >= 4
            }
        }
    }

    ColumnLayout {
        Layout.fillWidth: true
        spacing: 0

        Repeater {
            model: root.review.facts

            FactLine {
                required property bool told

                Layout.fillWidth: true
                visible: told
            }
        }
    }
}
