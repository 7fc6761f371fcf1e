// SPDX-License-Identifier: Apache-2.0
pragma Singleton
pragma ComponentBehavior: Bound

import QtQuick

// Every colour, size, space and duration of the interface. A palette cannot forget a token: all are required.
// tests/qml/tst_theme.qml holds each text token to WCAG 2.2 AA on each ground it stands on.
QtObject {
    id: root

    enum Look { Light, Dark, HighContrast }

    property int look: Theme.Light
    property bool reducedMotion: false

    readonly property Tokens colors: root.look === Theme.HighContrast ? root.contrast : root.look === Theme.Dark ? root.dark : root.light

    readonly property string face: "Inter"
    readonly property string codeFace: "Hack"
    readonly property int caption: 12
    readonly property int dense: 13
    readonly property int body: 14
    readonly property int section: 16
    readonly property int sentence: 24
    readonly property int verdict: 28
    readonly property int figure: 34
    readonly property int regular: Font.Normal
    readonly property int medium: Font.Medium
    readonly property int strong: Font.DemiBold

    readonly property int hair: 1
    readonly property int stroke: 2
    readonly property int bar: 3
    readonly property int xs: 4
    readonly property int sm: 8
    readonly property int md: 12
    readonly property int lg: 16
    readonly property int xl: 24
    readonly property int gutter: 28
    readonly property int xxl: 36

    readonly property int radiusKey: 4
    readonly property int radiusControl: 7
    readonly property int radiusCard: 8
    readonly property int radiusChip: 11

    readonly property int rowHeight: 34
    readonly property int controlHeight: 38
    readonly property int navigationWidth: 208
    readonly property int inboxWidth: 376
    readonly property int collapseUnder: 1100
    readonly property int windowWidth: 1440
    readonly property int windowHeight: 900
    readonly property int windowMinimumWidth: 860
    readonly property int windowMinimumHeight: 600
    readonly property int sheetWidth: 520
    readonly property int readingWidth: 760
    readonly property int dot: 8
    readonly property int keySize: 20
    readonly property int logo: 22
    readonly property int chartHeight: 72
    readonly property int meterHeight: 6
    readonly property int dependentHeight: 28
    readonly property int stackUnder: 560
    readonly property int codeAdvance: 8
    readonly property int markWidth: 3

    readonly property int quick: root.reducedMotion ? 0 : 120
    readonly property int tipDelay: 600

    readonly property Tokens light: Tokens {
        canvas: "#F6F6F4"
        surface: "#FFFFFF"
        raised: "#FBFBFA"
        hover: "#EFEFEC"
        selected: "#E7E6E3"
        line: "#E3E2DE"
        controlLine: "#8C8B84"
        ink: "#1A1A19"
        ink2: "#55544F"
        ink3: "#67665F"
        accent: "#2B5BD7"
        accentSoft: "#EAF0FE"
        danger: "#B42318"
        dangerSoft: "#FDEEEC"
        dangerLine: "#E7A9A2"
        warn: "#8A5300"
        warnSoft: "#FFF5E0"
        warnLine: "#E5C688"
        good: "#1B6E42"
        goodSoft: "#EAF6EE"
        fill: "#1A1A19"
        fillInk: "#FFFFFF"
        fillHover: "#3A3A38"
        dangerInk: "#FFFFFF"
        added: "#E6F5EA"
        removed: "#FCEBE9"
        addedWord: "#BFE5CA"
        removedWord: "#F6C6C1"
        track: "#E3E2DE"
        column: "#A3A29D"
        scrim: "#66111110"
    }

    readonly property Tokens dark: Tokens {
        canvas: "#111213"
        surface: "#191B1D"
        raised: "#1F2124"
        hover: "#1D1F21"
        selected: "#26282B"
        line: "#2E3134"
        controlLine: "#72757A"
        ink: "#ECECEA"
        ink2: "#B0B1B3"
        ink3: "#94969A"
        accent: "#86A8FF"
        accentSoft: "#1C2540"
        danger: "#FF7A6E"
        dangerSoft: "#331917"
        dangerLine: "#7A3A34"
        warn: "#EDB35A"
        warnSoft: "#2C2415"
        warnLine: "#6B5326"
        good: "#62C893"
        goodSoft: "#16281E"
        fill: "#ECECEA"
        fillInk: "#1A1A19"
        fillHover: "#FFFFFF"
        dangerInk: "#2A0B08"
        added: "#173022"
        removed: "#3A1F1D"
        addedWord: "#27553A"
        removedWord: "#6B2F2B"
        track: "#2E3134"
        column: "#6E7176"
        scrim: "#A6000000"
    }

    readonly property Tokens contrast: Tokens {
        canvas: "#000000"
        surface: "#000000"
        raised: "#000000"
        hover: "#1A1A1A"
        selected: "#2B2B2B"
        line: "#FFFFFF"
        controlLine: "#FFFFFF"
        ink: "#FFFFFF"
        ink2: "#FFFFFF"
        ink3: "#E6E6E6"
        accent: "#7FD4FF"
        accentSoft: "#002B40"
        danger: "#FF9A91"
        dangerSoft: "#3B0500"
        dangerLine: "#FF9A91"
        warn: "#FFD400"
        warnSoft: "#2E2600"
        warnLine: "#FFD400"
        good: "#5CFF9D"
        goodSoft: "#00290F"
        fill: "#FFFFFF"
        fillInk: "#000000"
        fillHover: "#E6E6E6"
        dangerInk: "#000000"
        added: "#00290F"
        removed: "#3B0500"
        addedWord: "#005C22"
        removedWord: "#8A0F00"
        track: "#4D4D4D"
        column: "#BFBFBF"
        scrim: "#CC000000"
    }
}
