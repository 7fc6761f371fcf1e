// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import Holdfast.Console

// Above a page that shows an earlier state than the gate's current one: as of when, and why.
Banner {
    id: root

    required property GateStatus gate

    visible: root.gate.staleText.length > 0
    tone: View.Caution
    sentence: root.gate.staleText
    detail: root.gate.staleWhy
    //: Offline, on inbox, history and running: button that tries to reach the gate at once.
    action: qsTr("Try now")
    onActed: root.gate.connectNow()
}
