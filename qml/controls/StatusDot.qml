// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import Holdfast.Theme

Rectangle {
    implicitWidth: Theme.dot
    implicitHeight: Theme.dot
    radius: Theme.dot / 2
    antialiasing: true
}
