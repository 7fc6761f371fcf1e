// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import Holdfast.Console
import Holdfast.Controls
import Holdfast.Theme

// One measured fact in large: the figure, what it counts, how well it is known. Unknown is the word in its place.
Item {
    id: root

    required property string figure
    required property string label
    required property int quality
    required property string qualityText
    required property int severity
    required property string how
    property bool small: false

    readonly property bool known: root.quality !== View.Unknown

    implicitHeight: column.implicitHeight
    activeFocusOnTab: root.how.length > 0
    Accessible.role: Accessible.StaticText
    Accessible.name: Words.sentence(root.figure + " " + root.label, root.qualityText)
    Accessible.description: root.how

    Column {
        id: column

        width: parent.width
        spacing: Theme.stroke

        PlainLabel {
            width: parent.width
            height: root.small ? implicitHeight : Theme.figure + Theme.sm
            text: root.figure
            // A figure is a number or a word; what a machine said in a sentence is set as text, whole and wrapped.
            size: root.figure.length > 24 ? Theme.dense : root.small ? Theme.section : root.known ? Theme.figure : Theme.verdict
            minimumPixelSize: Theme.dense
            fontSizeMode: root.small ? Text.FixedSize : Text.HorizontalFit
            wrapMode: root.small ? Text.WrapAtWordBoundaryOrAnywhere : Text.NoWrap
            weight: Theme.strong
            font.letterSpacing: root.small ? 0 : -0.5
            color: root.known ? Style.severityColor(root.severity) : Theme.colors.warn
            Accessible.ignored: true
        }

        PlainLabel {
            width: parent.width
            text: root.label
            size: root.small ? Theme.dense : Theme.body
            color: Theme.colors.ink2
            wrapMode: Text.Wrap
            Accessible.ignored: true
        }

        Row {
            width: parent.width
            spacing: Theme.xs + Theme.stroke

            StatusDot {
                y: Theme.xs + Theme.hair
                width: Theme.xs + Theme.stroke
                height: width
                color: Style.qualityColor(root.quality)
            }

            PlainLabel {
                width: parent.width - Theme.md
                text: root.qualityText
                size: Theme.caption
                color: root.known ? Theme.colors.ink3 : Theme.colors.warn
                wrapMode: Text.Wrap
                Accessible.ignored: true
            }
        }
    }

    HoverHandler {
        id: hover
    }

    FocusRing {
        visible: root.activeFocus
        gap: Theme.xs
    }

    Tip {
        visible: root.how.length > 0 && (hover.hovered || root.activeFocus)
        shown: root.how
    }
}
