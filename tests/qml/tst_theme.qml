// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import QtTest
import Holdfast.Theme

// WCAG 2.2 AA: text 4.5 : 1, marks and control edges 3 : 1, on every ground they stand on, in every palette.
TestCase {
    id: root

    name: "Theme"

    function linear(channel: real): real {
        return channel <= 0.04045 ? channel / 12.92 : Math.pow((channel + 0.055) / 1.055, 2.4);
    }

    function luminance(tone: color): real {
        return 0.2126 * root.linear(tone.r) + 0.7152 * root.linear(tone.g) + 0.0722 * root.linear(tone.b);
    }

    function contrast(one: color, other: color): real {
        const a = root.luminance(one), b = root.luminance(other);
        return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    }

    function test_contrast_data() {
        return [{ tag: "light", palette: Theme.light }, { tag: "dark", palette: Theme.dark }, { tag: "high contrast", palette: Theme.contrast }];
    }

    function test_contrast(data) {
        const p = data.palette;
        for (const ink of ["ink", "ink2", "ink3", "accent", "danger", "warn", "good"])
            for (const ground of ["canvas", "surface", "raised", "hover", "selected"])
                verify(root.contrast(p[ink], p[ground]) >= 4.5, ink + " on " + ground + ": " + root.contrast(p[ink], p[ground]).toFixed(2));
        const pairs = [["danger", "dangerSoft"], ["ink2", "dangerSoft"], ["warn", "warnSoft"], ["ink", "warnSoft"], ["ink2", "warnSoft"], ["ink3", "warnSoft"], ["good", "goodSoft"],
            ["ink", "added"], ["ink", "removed"], ["ink3", "added"], ["ink3", "removed"], ["ink", "addedWord"], ["ink", "removedWord"], ["good", "added"], ["danger", "removed"],
            ["fillInk", "fill"], ["fillInk", "fillHover"], ["dangerInk", "danger"], ["surface", "accent"]];
        for (const [ink, ground] of pairs)
            verify(root.contrast(p[ink], p[ground]) >= 4.5, ink + " on " + ground + ": " + root.contrast(p[ink], p[ground]).toFixed(2));
        for (const ground of ["canvas", "surface", "raised"])
            verify(root.contrast(p.controlLine, p[ground]) >= 3, "controlLine on " + ground + ": " + root.contrast(p.controlLine, p[ground]).toFixed(2));
    }

    function test_reducedMotionStopsAll() {
        Theme.reducedMotion = true;
        compare(Theme.quick, 0);
        Theme.reducedMotion = false;
        verify(Theme.quick > 0);
    }
}
