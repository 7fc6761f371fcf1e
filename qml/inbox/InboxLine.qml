// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Holdfast.Controls
import Holdfast.Theme

// One pending hold. A press opens it; a double press does nothing more.
T.AbstractButton {
    id: root

    required property string holdId
    required property int tier
    required property string sentence
    required property string environment
    required property bool environmentMeasured
    required property string requester
    required property string person
    required property string timeLeft
    required property bool urgent
    required property int have
    required property int need
    required property bool contradicted
    required property bool ended
    required property string standing
    required property bool picked
    required property bool marked

    //: Inbox row: who asked, and the person who answers for that machine. %1 requester, %2 person.
    readonly property string asker: root.person.length > 0 ? Words.filled(qsTr("%1 · for %2"), [root.requester, root.person]) : root.requester
    //: Inbox row: approvals given and wanted. %1 given, %2 wanted.
    readonly property string quorum: Words.filled(qsTr("%1 of %2"), [root.have, root.need])
    //: Inbox row: the request claims something else than what was measured.
    readonly property string mismatch: root.contradicted ? qsTr("≠ claim") : ""
    //: Inbox row: the hold has ended while the list was held still under the pointer.
    readonly property string condition: root.ended ? qsTr("ended") : root.standing

    implicitHeight: column.implicitHeight + Theme.md * 2
    hoverEnabled: true
    focusPolicy: Qt.NoFocus
    Accessible.role: Accessible.ListItem
    Accessible.focusable: true
    Accessible.selected: root.picked
    Accessible.name: Words.sentence(Style.tierName(root.tier), root.environment, root.sentence, root.asker, root.timeLeft, root.quorum, root.mismatch, root.condition)
    Accessible.onPressAction: root.clicked()

    background: Rectangle {
        color: root.picked ? Theme.colors.surface : root.hovered ? Theme.colors.hover : "transparent"

        Rectangle {
            x: 0
            y: Theme.md
            width: Theme.markWidth
            height: parent.height - Theme.md * 2
            visible: root.picked
            color: Style.tierColor(root.tier)
        }

        Rule {
            anchors.bottom: parent.bottom
            x: Theme.xl - Theme.xs
            width: parent.width - x - Theme.lg
            visible: !root.picked
        }

        FocusRing {
            visible: root.marked
            gap: -Theme.stroke * 3
        }
    }

    contentItem: Item {
        implicitHeight: column.implicitHeight

        ColumnLayout {
            id: column

            anchors.left: parent.left
            anchors.right: parent.right
            anchors.verticalCenter: parent.verticalCenter
            anchors.leftMargin: Theme.xl - Theme.xs
            anchors.rightMargin: Theme.lg
            spacing: Theme.xs + Theme.hair
            opacity: root.ended ? 0.5 : 1

            RowLayout {
                Layout.fillWidth: true
                spacing: Theme.sm

                TierMark {
                    tier: root.tier
                }

                PlainLabel {
                    text: Style.tierName(root.tier)
                    size: Theme.dense
                    weight: Theme.strong
                    color: Style.tierColor(root.tier)
                    Accessible.ignored: true
                }

                PlainLabel {
                    Layout.fillWidth: true
                    //: Inbox row: the environment as the gate's owner wrote it down, not measured. %1 is its name.
                    text: root.environmentMeasured ? root.environment : qsTr("%1?").arg(root.environment)
                    size: Theme.dense
                    color: root.environmentMeasured ? Theme.colors.ink2 : Theme.colors.warn
                    elide: Text.ElideMiddle
                    Accessible.ignored: true
                }

                PlainLabel {
                    text: root.condition.length > 0 ? root.condition : root.timeLeft
                    size: Theme.caption
                    weight: root.urgent ? Theme.strong : Theme.regular
                    color: root.urgent && root.condition.length === 0 ? Theme.colors.danger : Theme.colors.ink2
                    Accessible.ignored: true
                }
            }

            PlainLabel {
                Layout.fillWidth: true
                text: root.sentence
                weight: Theme.strong
                wrapMode: Text.WrapAtWordBoundaryOrAnywhere
                maximumLineCount: 3
                elide: Text.ElideRight
                font.strikeout: root.ended
                Accessible.ignored: true
            }

            RowLayout {
                Layout.fillWidth: true
                spacing: Theme.sm

                PlainLabel {
                    Layout.fillWidth: true
                    text: root.asker
                    size: Theme.dense
                    color: Theme.colors.ink3
                    elide: Text.ElideMiddle
                    Accessible.ignored: true
                }

                PlainLabel {
                    visible: root.contradicted
                    text: root.mismatch
                    size: Theme.caption
                    weight: Theme.strong
                    color: Theme.colors.danger
                    Accessible.ignored: true
                }

                PlainLabel {
                    text: root.quorum
                    size: Theme.caption
                    color: Theme.colors.ink2
                    Accessible.ignored: true
                }
            }
        }
    }
}
