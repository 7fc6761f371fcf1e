// SPDX-License-Identifier: Apache-2.0
pragma Singleton
pragma ComponentBehavior: Bound

import QtQuick

QtObject {
    // `text` with %1, %2 … replaced in one pass: arg().arg() would go on in what a name of somebody else's holds.
    function filled(text: string, values: var): string {
        return text.replace(/%([1-9])/g, (mark, number) => number <= values.length ? String(values[number - 1]) : mark);
    }

    // One sentence for assistive technology out of the words of a row; empty ones are left out.
    function sentence(...words): string {
        return words.filter(word => word.length > 0).join(", ");
    }
}
