// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Holdfast.Theme

// One of several, by radio mark: Up and Down choose. `index` is what is chosen.
FocusScope {
    id: root

    required property list<string> labels
    required property string spoken
    property list<string> notes: []
    property int index: 0

    signal chosen(index: int)

    implicitHeight: column.implicitHeight
    implicitWidth: column.implicitWidth
    Accessible.role: Accessible.Grouping
    Accessible.name: root.spoken
    Keys.onDownPressed: root.choose(Math.min(root.index + 1, root.labels.length - 1))
    Keys.onUpPressed: root.choose(Math.max(root.index - 1, 0))

    function enter() {
        const option = options.itemAt(root.index);
        if (option)
            option.forceActiveFocus();
    }

    function choose(index: int) {
        root.chosen(index);
    }

    ColumnLayout {
        id: column

        width: parent.width
        spacing: Theme.xs

        Repeater {
            id: options

            model: root.labels

            T.AbstractButton {
                id: option

                required property string modelData
                required property int index

                readonly property bool picked: root.index === option.index
                readonly property string note: option.index < root.notes.length ? root.notes[option.index] : ""

                Layout.fillWidth: true
                implicitHeight: Math.max(Theme.rowHeight, texts.implicitHeight + Theme.md)
                implicitWidth: name.implicitWidth + Theme.xxl * 2
                focus: option.picked
                focusPolicy: Qt.StrongFocus
                activeFocusOnTab: option.picked
                Accessible.role: Accessible.RadioButton
                Accessible.name: option.note.length > 0 ? option.modelData + ", " + option.note : option.modelData
                Accessible.checkable: true
                Accessible.checked: option.picked
                Accessible.onPressAction: root.choose(option.index)
                onClicked: root.choose(option.index)

                background: Rectangle {
                    radius: Theme.radiusControl
                    color: option.hovered ? Theme.colors.hover : "transparent"

                    FocusRing {
                        visible: option.visualFocus
                        gap: -Theme.stroke
                    }
                }

                contentItem: Item {
                    implicitHeight: texts.implicitHeight

                    Rectangle {
                        id: mark

                        x: Theme.sm
                        y: Theme.sm
                        width: Theme.lg
                        height: Theme.lg
                        radius: Theme.lg / 2
                        antialiasing: true
                        color: "transparent"
                        border.width: option.picked ? Theme.lg / 3 : Theme.hair
                        border.color: option.picked ? Theme.colors.accent : Theme.colors.controlLine
                    }

                    Column {
                        id: texts

                        anchors.left: mark.right
                        anchors.leftMargin: Theme.md
                        anchors.right: parent.right
                        anchors.verticalCenter: parent.verticalCenter

                        PlainLabel {
                            id: name

                            width: parent.width
                            text: option.modelData
                            wrapMode: Text.Wrap
                            Accessible.ignored: true
                        }

                        PlainLabel {
                            width: parent.width
                            visible: option.note.length > 0
                            text: option.note
                            size: Theme.dense
                            color: Theme.colors.ink3
                            wrapMode: Text.Wrap
                            Accessible.ignored: true
                        }
                    }
                }
            }
        }
    }
}
