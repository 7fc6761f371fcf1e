// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import Holdfast.Console
import Holdfast.Controls

// What the request claims against what was measured: the headline, when there is one.
Banner {
    id: root

    required property int severity
    required detail

    tone: root.severity === View.Danger ? View.Bad : View.Caution
}
