// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Holdfast.Console
import Holdfast.Controls
import Holdfast.Theme

// The consequences in one sentence that never scrolls away. A very long one scrolls within itself.
ColumnLayout {
    id: root

    required property Review review
    property int roof: Theme.navigationWidth

    readonly property holdView hold: root.review.hold

    spacing: Theme.sm

    RowLayout {
        Layout.fillWidth: true
        spacing: Theme.md

        Flow {
            Layout.fillWidth: true
            spacing: Theme.sm

            Chip {
                label: Style.tierName(root.hold.tier)
                ink: Style.tierColor(root.hold.tier)
                edge: Style.tierColor(root.hold.tier)
                ground: root.hold.tier === View.Critical ? Theme.colors.dangerSoft : root.hold.tier === View.High ? Theme.colors.warnSoft : "transparent"
            }

            Chip {
                //: Review, chip: the environment as the live server proves it. %1 is its name.
                label: root.hold.environmentMeasured ? qsTr("%1 · measured").arg(root.hold.environment)
                    //: Review, chip: the environment as the gate's owner wrote it down. %1 is its name.
                    : qsTr("%1 · not measured").arg(root.hold.environment)
                ink: root.hold.environmentMeasured ? Theme.colors.ink2 : Theme.colors.warn
                edge: root.hold.environmentMeasured ? Theme.colors.controlLine : Theme.colors.warn
            }

            Chip {
                //: Review, chip: only the gate has the credential, under a user of its own.
                label: root.hold.enforced ? qsTr("enforced")
                    //: Review, chip: the requester could go round the gate, since both run as the same user.
                    : qsTr("cooperative")
                ink: root.hold.enforced ? Theme.colors.ink2 : Theme.colors.warn
                edge: root.hold.enforced ? Theme.colors.controlLine : Theme.colors.warn

                HoverHandler {
                    id: why
                }

                Tip {
                    visible: why.hovered && root.hold.enforcementWhy.length > 0
                    shown: root.hold.enforcementWhy
                }
            }

            Chip {
                visible: root.hold.revision > 1
                //: Review, chip: which measurement this is. %1 is its number, from 2.
                label: qsTr("revision %1").arg(root.hold.revision)
            }

            Chip {
                visible: root.hold.ownership.length > 0
                label: root.hold.ownership
                ink: Theme.colors.warn
                edge: Theme.colors.warn
            }
        }

        PlainLabel {
            Layout.alignment: Qt.AlignTop
            Layout.preferredHeight: Theme.logo
            visible: text.length > 0
            text: root.hold.left
            weight: Theme.strong
            color: root.hold.urgent ? Theme.colors.danger : Theme.colors.ink
        }

        PlainLabel {
            Layout.alignment: Qt.AlignTop
            Layout.preferredHeight: Theme.logo
            visible: root.hold.code.length > 0
            text: root.hold.code.slice(0, 3) + " " + root.hold.code.slice(3)
            machine: true
            size: Theme.dense
            color: Theme.colors.ink2
            //: Review: name of the six-digit code that both ends show, for assistive technology. %1 the digits.
            Accessible.name: qsTr("code %1").arg(root.hold.code)
        }
    }

    Flickable {
        Layout.fillWidth: true
        Layout.preferredHeight: Math.min(words.implicitHeight, root.roof)
        contentHeight: words.implicitHeight
        interactive: contentHeight > height
        clip: interactive
        boundsBehavior: Flickable.StopAtBounds

        PlainLabel {
            id: words

            width: parent.width
            text: root.hold.sentence
            size: Theme.sentence
            weight: Theme.strong
            font.letterSpacing: -0.3
            wrapMode: Text.WrapAtWordBoundaryOrAnywhere
            Accessible.role: Accessible.Heading
        }
    }

    PlainLabel {
        Layout.fillWidth: true
        visible: text.length > 0
        text: root.hold.origin
        color: Theme.colors.ink2
        wrapMode: Text.WrapAtWordBoundaryOrAnywhere
        maximumLineCount: 4
    }
}
