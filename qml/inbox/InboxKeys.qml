// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import Holdfast.Controls
import Holdfast.Theme

// The keys that work in the inbox.
Flow {
    spacing: Theme.lg

    KeyLegend {
        keys: ["J", "K"]
        //: Inbox: what the keys J and K do.
        does: qsTr("move")
    }

    KeyLegend {
        keys: ["D"]
        //: Inbox: what the key D does.
        does: qsTr("deny")
    }

    KeyLegend {
        keys: ["?"]
        //: Inbox: what the key ? does: shows every key.
        does: qsTr("all keys")
    }
}
