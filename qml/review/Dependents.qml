// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Holdfast.Console
import Holdfast.Controls
import Holdfast.Theme

// Everything that goes with it, as a tree. The first few stand open; the others open by one press and then scroll by themselves.
ColumnLayout {
    id: root

    required property Review review
    property bool unfolded: false

    readonly property bool stacked: root.width < Theme.stackUnder
    readonly property int lineHeight: root.stacked ? Theme.dependentHeight + Theme.lg : Theme.dependentHeight
    readonly property int few: root.stacked ? 4 : 5
    // Up to so many the page itself scrolls; two scrolling things in one another are hard to read.
    readonly property int most: 40
    readonly property int hidden: root.unfolded ? 0 : Math.max(0, list.count - root.few)
    readonly property bool seen: root.hidden === 0 && (list.atYEnd || list.count <= root.few)

    spacing: Theme.xs

    PlainLabel {
        Layout.fillWidth: true
        //: Review: heading above the tree of dependents.
        text: qsTr("What goes with it")
        weight: Theme.strong
    }

    PlainLabel {
        Layout.fillWidth: true
        visible: list.count === 0
        //: Review: no dependents were found.
        text: qsTr("Nothing else was found to depend on it.")
        color: Theme.colors.ink2
        wrapMode: Text.Wrap
    }

    ListView {
        id: list

        Layout.fillWidth: true
        Layout.preferredHeight: Math.min(list.contentHeight, root.unfolded ? root.lineHeight * root.most : root.lineHeight * Math.min(root.few, list.count))
        clip: true
        activeFocusOnTab: root.unfolded
        interactive: root.unfolded && list.contentHeight > list.height
        boundsBehavior: Flickable.StopAtBounds
        model: root.review.dependents
        Accessible.role: Accessible.Tree
        //: Review: name of the tree of dependents for assistive technology.
        Accessible.name: qsTr("What goes with it")

        delegate: DependentLine {
            width: ListView.view.width
            height: Math.max(root.lineHeight, implicitHeight)
        }
    }

    ActionButton {
        visible: root.hidden > 0
        kind: ActionButton.Link
        //: Review: link under the first dependents that shows the others. %n is how many there are.
        label: qsTr("%n more", "", root.hidden)
        onClicked: root.unfolded = true
    }
}
