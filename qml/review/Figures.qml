// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Holdfast.Console
import Holdfast.Theme

// How much: the first four facts in large figures, the others smaller under them.
GridLayout {
    id: root

    required property Review review

    columns: root.width < Theme.readingWidth - Theme.inboxWidth / 2 ? 2 : 4
    columnSpacing: Theme.lg
    rowSpacing: Theme.lg

    Repeater {
        model: root.review.facts

        FigureTile {
            required property int index

            Layout.fillWidth: true
            Layout.preferredWidth: Theme.hair
            Layout.alignment: Qt.AlignTop
            small: index >= 4
        }
    }
}
