// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import Holdfast.Theme

Rectangle {
    implicitHeight: Theme.hair
    implicitWidth: Theme.hair
    color: Theme.colors.line
}
