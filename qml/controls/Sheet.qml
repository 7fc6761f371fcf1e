// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Holdfast.Theme

// A modal sheet: title, words, whatever the page puts in it. Esc closes. Its title never reaches T.Dialog.title.
T.Popup {
    id: root

    required property string heading
    property string words: ""
    default property alias body: column.data

    parent: T.Overlay.overlay
    modal: true
    focus: true
    closePolicy: T.Popup.CloseOnEscape
    x: parent ? Math.round((parent.width - width) / 2) : 0
    y: parent ? Math.round(Math.max(Theme.xxl, (parent.height - height) * 0.4)) : 0
    width: Math.min(Theme.sheetWidth, (parent ? parent.width : Theme.sheetWidth) - Theme.xxl * 2)
    height: Math.min(frame.implicitHeight + padding * 2, (parent ? parent.height : Theme.sheetWidth) - Theme.xxl * 2)
    padding: Theme.xl

    T.Overlay.modal: Rectangle {
        color: Theme.colors.scrim
    }

    // The popup is a dialog of its own to assistive technology, one without a name.
    Component.onCompleted: {
        const dialog = root.contentItem.parent;
        dialog.Accessible.name = Qt.binding(() => root.heading);
        dialog.Accessible.description = Qt.binding(() => root.words);
    }

    contentItem: FocusScope {
        focus: true

        ColumnLayout {
            id: frame

            anchors.fill: parent
            spacing: Theme.lg

            PlainLabel {
                Layout.fillWidth: true
                text: root.heading
                size: Theme.section
                weight: Theme.strong
                wrapMode: Text.Wrap
            }

            PlainLabel {
                Layout.fillWidth: true
                Layout.topMargin: -Theme.sm
                visible: root.words.length > 0
                text: root.words
                color: Theme.colors.ink2
                wrapMode: Text.WrapAtWordBoundaryOrAnywhere
            }

            ColumnLayout {
                id: column

                Layout.fillWidth: true
                Layout.fillHeight: true
                spacing: Theme.md
            }
        }
    }

    background: Rectangle {
        radius: Theme.radiusCard + Theme.xs
        color: Theme.colors.surface
        border.width: Theme.hair
        border.color: Theme.colors.line
    }
}
