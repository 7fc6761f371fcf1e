// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import QtTest
import Holdfast.Controls

// The limits of foreign text, and the effect of each key.
TestCase {
    id: root

    readonly property string hostile: "<img src=\"http://127.0.0.1:9/x\"><b>rm</b> -rf"

    name: "Controls"
    when: windowShown
    width: 400
    height: 400

    Component {
        id: label

        PlainLabel {
            text: root.hostile
        }
    }

    Component {
        id: button

        ActionButton {
            label: root.hostile
        }
    }

    Component {
        id: clicks

        SignalSpy {
            signalName: "clicked"
        }
    }

    Component {
        id: folded

        FoldedLabel {
            whole: "a".repeat(100) + "MIDDLE" + "z".repeat(94)
            width: 300
        }
    }

    Component {
        id: field

        Field {
            spoken: "Name"
            hint: root.hostile
        }
    }

    function test_plainLabelShowsMarkupAsText() {
        const item = createTemporaryObject(label, root);
        compare(item.textFormat, Text.PlainText);
        compare(item.text, root.hostile);
        verify(item.implicitWidth > 150);
    }

    function test_nameIsNoPlaceToFillIn() {
        compare(Words.filled("%1 · for %2", ["%2", "%1"]), "%2 · for %1");
        compare(Words.filled("%2 of %1, %3", [3, 2]), "2 of 3, %3");
    }

    function test_buttonNeverHandsTextToTheTemplate() {
        const item = createTemporaryObject(button, root);
        compare(item.text, "");
        compare(item.Accessible.name, root.hostile);
    }

    function test_buttonTakesEnterOnceAndNoRepeat() {
        const item = createTemporaryObject(button, root);
        const spy = createTemporaryObject(clicks, root, { target: item });
        item.forceActiveFocus();
        keyClick(Qt.Key_Return);
        compare(spy.count, 1);
        keyClick(Qt.Key_Space);
        compare(spy.count, 2);
    }

    function test_foldedNameOpensByKey() {
        const item = createTemporaryObject(folded, root);
        verify(item.folded);
        verify(!item.text.includes("MIDDLE"));
        verify(item.text.includes("⋯"));
        compare(item.Accessible.name, item.whole);
        item.forceActiveFocus();
        keyClick(Qt.Key_Return);
        verify(!item.folded);
        compare(item.text, item.whole);
    }

    function test_fieldHasANameAndNoMarkupHint() {
        const item = createTemporaryObject(field, root);
        compare(item.placeholderText, "");
        compare(item.Accessible.name, "Name");
    }
}
