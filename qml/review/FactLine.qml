// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Holdfast.Console
import Holdfast.Controls
import Holdfast.Theme

// A fact that is words: what it is about, the words whole and wrapped, how well it is known.
Item {
    id: root

    required property string figure
    required property string label
    required property int quality
    required property string qualityText
    required property int severity
    required property string how

    implicitHeight: line.implicitHeight + Theme.sm
    activeFocusOnTab: root.how.length > 0
    Accessible.role: Accessible.StaticText
    Accessible.name: Words.sentence(root.label + ": " + root.figure, root.qualityText)
    Accessible.description: root.how

    RowLayout {
        id: line

        anchors.left: parent.left
        anchors.right: parent.right
        anchors.verticalCenter: parent.verticalCenter
        spacing: Theme.lg

        PlainLabel {
            Layout.preferredWidth: Theme.navigationWidth - Theme.lg
            Layout.alignment: Qt.AlignTop
            text: root.label
            size: Theme.dense
            color: Theme.colors.ink2
            wrapMode: Text.Wrap
            Accessible.ignored: true
        }

        PlainLabel {
            Layout.fillWidth: true
            Layout.alignment: Qt.AlignTop
            text: root.figure
            size: Theme.dense
            weight: Theme.medium
            color: Style.severityColor(root.severity)
            wrapMode: Text.WrapAtWordBoundaryOrAnywhere
            Accessible.ignored: true
        }

        Row {
            Layout.alignment: Qt.AlignTop
            spacing: Theme.xs + Theme.stroke

            StatusDot {
                y: Theme.xs + Theme.hair
                width: Theme.xs + Theme.stroke
                height: width
                color: Style.qualityColor(root.quality)
            }

            PlainLabel {
                text: root.qualityText
                size: Theme.caption
                color: Theme.colors.ink3
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
