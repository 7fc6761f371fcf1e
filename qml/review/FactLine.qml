// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Holdfast.Console
import Holdfast.Controls
import Holdfast.Theme

// A fact beyond the large ones: one line, same marks.
RowLayout {
    id: root

    required property string figure
    required property string label
    required property int quality
    required property string qualityText
    required property int severity
    required property string how

    spacing: Theme.md

    PlainLabel {
        Layout.fillWidth: true
        text: root.label
        size: Theme.dense
        color: Theme.colors.ink2
        wrapMode: Text.Wrap
    }

    PlainLabel {
        text: root.figure
        size: Theme.dense
        weight: Theme.medium
        color: root.quality === View.Unknown ? Theme.colors.warn : Style.severityColor(root.severity)
        horizontalAlignment: Text.AlignRight
    }

    Row {
        Layout.preferredWidth: Theme.navigationWidth - Theme.xl
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
            color: Theme.colors.ink3
            wrapMode: Text.Wrap
        }
    }
}
