// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Controls.Basic

// Fifty rows, a field, two buttons; J marks the first row.
ApplicationWindow {
    id: root

    width: 1440
    height: 900
    visible: true

    Row {
        id: bar

        TextField {
            placeholderText: "Filter"
        }

        Button {
            text: "Deny"
        }

        Button {
            text: "Approve"
        }
    }

    ListView {
        id: list

        anchors.top: bar.bottom
        width: 376
        height: parent.height - bar.height
        focus: true
        clip: true
        currentIndex: -1
        model: 50
        Keys.onPressed: event => {
            if (event.key === Qt.Key_J)
                list.currentIndex = 0;
        }

        delegate: Rectangle {
            id: row

            required property int index

            width: ListView.view.width
            height: 84
            color: row.ListView.isCurrentItem ? "#ffffff" : "#f6f6f4"

            Rectangle {
                x: 20
                y: 14
                width: 12
                height: 12
                radius: 6
                color: "#67665f"
            }

            Text {
                x: 40
                y: 10
                text: "low · staging"
            }

            Text {
                x: 20
                y: 34
                font.bold: true
                text: "Runs /usr/bin/true"
            }

            Text {
                x: 20
                y: 58
                text: "bench-agent · for developer"
            }
        }
    }
}
