// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick

// The colours of one palette, by what they are for.
QtObject {
    required property color canvas
    required property color surface
    required property color raised
    required property color hover
    required property color selected
    required property color line
    required property color controlLine
    required property color ink
    required property color ink2
    required property color ink3
    required property color accent
    required property color accentSoft
    required property color danger
    required property color dangerSoft
    required property color dangerLine
    required property color warn
    required property color warnSoft
    required property color warnLine
    required property color good
    required property color goodSoft
    required property color fill
    required property color fillInk
    required property color fillHover
    required property color dangerInk
    required property color added
    required property color removed
    required property color addedWord
    required property color removedWord
    required property color track
    required property color column
    required property color scrim
}
