// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick

Item {
    id: root

    implicitWidth: root.height
}
