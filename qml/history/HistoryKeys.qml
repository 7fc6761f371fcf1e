// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import Holdfast.Controls
import Holdfast.Theme

// The keys of the history.
Flow {
    spacing: Theme.lg

    KeyLegend {
        keys: ["/"]
        //: History: what the key / does.
        does: qsTr("search")
    }

    KeyLegend {
        keys: ["↵"]
        //: History: what the Enter key does.
        does: qsTr("timeline")
    }

    KeyLegend {
        keys: ["?"]
        //: History: what the key ? does.
        does: qsTr("all keys")
    }
}
