// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Holdfast.Controls
import Holdfast.Theme

Item {
    id: root

    required property HistoryColumns columns

    implicitHeight: Theme.rowHeight

    component Head: PlainLabel {
        size: Theme.dense
        color: Theme.colors.ink3
        elide: Text.ElideRight
    }

    RowLayout {
        anchors.fill: parent
        spacing: Theme.lg

        Head {
            Layout.preferredWidth: root.columns.decided
            //: History: column heading, when it was decided.
            text: qsTr("decided")
        }

        Head {
            Layout.fillWidth: true
            Layout.leftMargin: Theme.xl + Theme.xs
            //: History: column heading, what would have happened.
            text: qsTr("action")
            weight: Theme.medium
        }

        Head {
            Layout.preferredWidth: root.columns.requester
            visible: root.columns.wide
            //: History: column heading, who asked.
            text: qsTr("requester")
        }

        Head {
            Layout.preferredWidth: root.columns.decidedBy
            visible: root.columns.wide
            //: History: column heading, who decided.
            text: qsTr("decided by")
        }

        Head {
            Layout.preferredWidth: root.columns.took
            horizontalAlignment: Text.AlignRight
            //: History: column heading, how long the decision took.
            text: qsTr("took")
        }

        Head {
            Layout.preferredWidth: root.columns.outcome
            //: History: column heading, what came of it.
            text: qsTr("outcome")
        }
    }

    Rule {
        width: parent.width
    }

    Rule {
        anchors.bottom: parent.bottom
        width: parent.width
    }
}
