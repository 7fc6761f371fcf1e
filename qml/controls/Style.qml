// SPDX-License-Identifier: Apache-2.0
pragma Singleton
pragma ComponentBehavior: Bound

import QtQuick
import Holdfast.Console
import Holdfast.Theme

// Word and colour for each value of the vocabulary: in one place, so that both always go together.
QtObject {
    id: root

    function tierColor(tier: int): color {
        switch (tier) {
        case View.Critical: return Theme.colors.danger;
        case View.High: return Theme.colors.warn;
        default: return Theme.colors.ink2;
        }
    }

    function tierName(tier: int): string {
        switch (tier) {
        //: Tier of a hold, beside its mark in every list: irreversible and large.
        case View.Critical: return qsTr("critical");
        //: Tier of a hold, beside its mark in every list.
        case View.High: return qsTr("high");
        //: Tier of a hold, beside its mark in every list.
        case View.Elevated: return qsTr("elevated");
        //: Tier of a hold, beside its mark in every list.
        default: return qsTr("low");
        }
    }

    function toneColor(tone: int): color {
        switch (tone) {
        case View.Good: return Theme.colors.good;
        case View.Caution: return Theme.colors.warn;
        case View.Bad: return Theme.colors.danger;
        default: return Theme.colors.ink;
        }
    }

    function severityColor(severity: int): color {
        switch (severity) {
        case View.Danger: return Theme.colors.danger;
        case View.Warning: return Theme.colors.warn;
        default: return Theme.colors.ink;
        }
    }

    function qualityColor(quality: int): color {
        switch (quality) {
        case View.Measured: return Theme.colors.good;
        case View.Configured: return Theme.colors.ink3;
        default: return Theme.colors.warn;
        }
    }

    function verdictColor(verdict: int): color {
        switch (verdict) {
        case View.Recoverable: return Theme.colors.good;
        case View.None: return Theme.colors.danger;
        default: return Theme.colors.warn;
        }
    }

    function verdictName(verdict: int): string {
        switch (verdict) {
        //: Review, recovery card: the large word under "Does it come back?". A restorable copy survives.
        case View.Recoverable: return qsTr("Yes");
        //: Review, recovery card: the large word under "Does it come back?". Only a part can be restored.
        case View.Partly: return qsTr("Partly");
        //: Review, recovery card: the large word under "Does it come back?". Nothing survives.
        case View.None: return qsTr("No");
        //: Review, recovery card: the large word under "Does it come back?". It could not be measured.
        default: return qsTr("Unknown");
        }
    }
}
