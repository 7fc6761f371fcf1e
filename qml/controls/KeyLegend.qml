// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import Holdfast.Theme

// "J K move": the keys of a page, at its foot.
Row {
    id: root

    required property list<string> keys
    required property string does

    spacing: Theme.xs + Theme.stroke

    Repeater {
        model: root.keys

        KeyHint {
            required property string modelData

            keys: modelData
            edge: Theme.colors.line
        }
    }

    PlainLabel {
        height: Theme.keySize
        text: root.does
        size: Theme.dense
        color: Theme.colors.ink2
    }
}
