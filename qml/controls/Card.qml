// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import Holdfast.Theme

Rectangle {
    color: Theme.colors.raised
    radius: Theme.radiusCard
    border.width: Theme.hair
    border.color: Theme.colors.line
}
