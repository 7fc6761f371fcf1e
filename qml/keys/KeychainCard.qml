// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import Holdfast.Console
import Holdfast.Controls

// How the desktop's keychain stands, when it is not simply there. Five states, kept apart.
Banner {
    id: root

    required property KeyRing keys

    visible: root.keys.keychain !== KeyRing.Present
    tone: root.keys.keychain === KeyRing.Locked || root.keys.keychain === KeyRing.Absent ? View.Caution : View.Bad
    //: Keys, banner: the keychain exists and is locked.
    sentence: root.keys.keychain === KeyRing.Locked ? qsTr("Your keychain is locked.")
        //: Keys, banner: the keychain answers, this console's keys are not in it.
        : root.keys.keychain === KeyRing.Absent ? qsTr("Your keys are not in the keychain.")
        //: Keys, banner: the keychain refused access.
        : root.keys.keychain === KeyRing.Denied ? qsTr("The keychain refused access.")
        //: Keys, banner: this desktop offers no keychain.
        : qsTr("There is no keychain on this desktop.")
    detail: root.keys.keychainText
    //: Keys, banner: button that lets the desktop show its own unlock prompt.
    action: root.keys.keychain === KeyRing.Locked ? qsTr("Unlock…")
        //: Keys, banner: button that looks at the keychain again.
        : qsTr("Look again")
    onActed: root.keys.unlock()
}
