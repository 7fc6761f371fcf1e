// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Holdfast.Console
import Holdfast.Controls
import Holdfast.Theme

// One decided hold. A press or Enter opens its timeline.
T.AbstractButton {
    id: root

    required property string holdId
    required property string decided
    required property int tier
    required property string sentence
    required property string requester
    required property string decidedBy
    required property string took
    required property bool quick
    required property string outcome
    required property int tone
    required property HistoryColumns columns
    required property bool marked

    implicitHeight: Math.max(Theme.rowHeight + Theme.md, row.implicitHeight + Theme.md)
    hoverEnabled: true
    focusPolicy: Qt.NoFocus
    Accessible.role: Accessible.ListItem
    Accessible.focusable: true
    Accessible.name: Words.sentence(root.decided, Style.tierName(root.tier), root.sentence, root.requester, root.decidedBy, root.took, root.outcome)
    Accessible.onPressAction: root.clicked()

    background: Rectangle {
        color: root.hovered ? Theme.colors.hover : "transparent"

        Rule {
            anchors.bottom: parent.bottom
            width: parent.width
        }

        FocusRing {
            visible: root.marked
            gap: -Theme.stroke * 2
        }
    }

    component Cell: PlainLabel {
        color: Theme.colors.ink2
        elide: Text.ElideMiddle
        Accessible.ignored: true
    }

    contentItem: Item {
        implicitHeight: row.implicitHeight

        RowLayout {
            id: row

            anchors.left: parent.left
            anchors.right: parent.right
            anchors.verticalCenter: parent.verticalCenter
            spacing: Theme.lg

            Cell {
                Layout.preferredWidth: root.columns.decided
                text: root.decided
                size: Theme.dense
                color: Theme.colors.ink3
            }

            RowLayout {
                Layout.fillWidth: true
                spacing: Theme.lg

                TierMark {
                    tier: root.tier
                }

                PlainLabel {
                    Layout.fillWidth: true
                    text: root.sentence
                    weight: Theme.strong
                    wrapMode: Text.WrapAtWordBoundaryOrAnywhere
                    maximumLineCount: 2
                    elide: Text.ElideRight
                    Accessible.ignored: true
                }
            }

            Cell {
                Layout.preferredWidth: root.columns.requester
                visible: root.columns.wide
                text: root.requester
            }

            Cell {
                Layout.preferredWidth: root.columns.decidedBy
                visible: root.columns.wide
                text: root.decidedBy
            }

            Cell {
                Layout.preferredWidth: root.columns.took
                text: root.took
                horizontalAlignment: Text.AlignRight
                color: root.quick ? Theme.colors.warn : Theme.colors.ink2
                weight: root.quick ? Theme.strong : Theme.regular
            }

            Cell {
                Layout.preferredWidth: root.columns.outcome
                text: root.outcome
                weight: Theme.medium
                color: root.tone === View.Plain ? Theme.colors.ink2 : Style.toneColor(root.tone)
                wrapMode: Text.Wrap
                elide: Text.ElideNone
            }
        }
    }
}
