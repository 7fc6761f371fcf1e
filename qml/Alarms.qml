// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Holdfast.Console
import Holdfast.Controls
import Holdfast.Theme

// A ledger that does not verify, on whatever page.
ColumnLayout {
    id: root

    required property GateStatus gate

    spacing: 0

    Repeater {
        model: root.gate.alarms

        Banner {
            required property string modelData

            Layout.fillWidth: true
            Layout.margins: Theme.md
            sentence: modelData
        }
    }
}
