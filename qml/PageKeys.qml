// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import Holdfast.Console

// The keys that lead to a page, and out.
Item {
    id: root

    required property App app

    component Key: Shortcut {
        enabled: root.enabled
        autoRepeat: false
    }

    Key {
        sequence: "Ctrl+1"
        onActivated: root.app.page = App.InboxPage
    }

    Key {
        sequence: "Ctrl+2"
        onActivated: root.app.page = App.RunningPage
    }

    Key {
        sequence: "Ctrl+3"
        onActivated: root.app.page = App.HistoryPage
    }

    Key {
        sequence: "Ctrl+4"
        onActivated: root.app.page = App.KeysPage
    }

    Key {
        sequences: ["Ctrl+5", "Ctrl+,"]
        onActivated: root.app.page = App.SettingsPage
    }

    Key {
        sequence: "Ctrl+Q"
        onActivated: root.app.quit()
    }
}
