// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Holdfast.Theme

// A button of ours. `label` is our own words and never reaches T.Button.text, which renders markup.
T.AbstractButton {
    id: root

    enum Kind { Plain, Filled, Danger, Link }

    required property string label
    property int kind: ActionButton.Plain
    property string keys: ""
    property bool picked: false
    property string spoken: root.label
    // Why it is disabled, for assistive technology, to which Qt calls a disabled button an enabled one.
    property string why: ""

    readonly property color ink: !root.enabled ? Theme.colors.ink3
        : root.kind === ActionButton.Filled ? Theme.colors.fillInk
        : root.kind === ActionButton.Danger ? Theme.colors.dangerInk
        : root.kind === ActionButton.Link ? Theme.colors.accent : Theme.colors.ink
    readonly property color ground: root.kind === ActionButton.Link ? "transparent"
        : root.picked ? Theme.colors.selected
        : root.kind === ActionButton.Plain || !root.enabled ? (root.hovered && root.enabled ? Theme.colors.hover : Theme.colors.surface)
        : root.kind === ActionButton.Danger ? Theme.colors.danger
        : root.hovered ? Theme.colors.fillHover : Theme.colors.fill

    implicitHeight: root.kind === ActionButton.Link ? Theme.rowHeight - Theme.sm : Theme.controlHeight
    implicitWidth: row.implicitWidth + leftPadding + rightPadding
    leftPadding: root.kind === ActionButton.Link ? 0 : Theme.lg
    rightPadding: leftPadding
    hoverEnabled: true
    focusPolicy: Qt.StrongFocus
    Accessible.role: Accessible.Button
    Accessible.name: root.enabled ? root.spoken
        //: Name of a disabled button for assistive technology; %1 its label, %2 the reason.
        : root.why.length > 0 ? Words.filled(qsTr("locked: %1. %2"), [root.spoken, root.why])
        //: Name of a disabled button for assistive technology; %1 its label.
        : qsTr("locked: %1").arg(root.spoken)
    Accessible.onPressAction: {
        if (root.enabled)
            root.clicked();
    }
    // A key held down does not press again and again, and Enter presses like Space.
    Keys.onPressed: event => {
        if (event.isAutoRepeat)
            event.accepted = true;
    }
    Keys.onReturnPressed: event => root.pressByKey(event)
    Keys.onEnterPressed: event => root.pressByKey(event)

    function pressByKey(event: KeyEvent) {
        if (!event.isAutoRepeat)
            root.clicked();
    }

    contentItem: Item {
        implicitWidth: row.implicitWidth

        Row {
            id: row

            anchors.centerIn: parent
            spacing: Theme.md

            PlainLabel {
                height: Theme.keySize
                text: root.label
                weight: root.kind === ActionButton.Link ? Theme.regular : Theme.medium
                color: root.ink
                font.underline: root.kind === ActionButton.Link && root.hovered
                Accessible.ignored: true
            }

            KeyHint {
                visible: root.keys.length > 0
                keys: root.keys
                ink: root.ink
                edge: Qt.alpha(root.ink, 0.55)
            }
        }
    }

    background: Rectangle {
        radius: Theme.radiusControl
        color: root.ground
        border.width: root.kind === ActionButton.Plain || (!root.enabled && root.kind !== ActionButton.Link) ? Theme.hair : 0
        border.color: root.enabled && root.hovered ? Theme.colors.controlLine : Theme.colors.line

        FocusRing {
            visible: root.visualFocus
        }
    }
}
