// SPDX-License-Identifier: Apache-2.0
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Holdfast.Console
import Holdfast.Controls
import Holdfast.Theme

// The evidence, one question per band. A section counts as reached when its end has stood in the viewport.
Flickable {
    id: root

    required property Review review
    required property Decision decision

    signal freeze

    readonly property bool wide: root.width > Theme.readingWidth + Theme.xxl

    // Another hold, or another revision, is read from the top.
    readonly property string shown: root.review.hold.holdId + "/" + root.review.hold.revision

    onShownChanged: root.contentY = 0
    contentHeight: column.implicitHeight + Theme.xl
    clip: true
    boundsBehavior: Flickable.StopAtBounds
    activeFocusOnTab: true
    Accessible.role: Accessible.Pane
    //: Review: name of the scrolling evidence for assistive technology.
    Accessible.name: qsTr("Evidence")
    onContentYChanged: root.look()
    onHeightChanged: root.look()
    onContentHeightChanged: root.look()
    Keys.onDownPressed: root.scroll(Theme.controlHeight * 2)
    Keys.onUpPressed: root.scroll(-Theme.controlHeight * 2)
    Keys.onPressed: event => root.page(event)

    function page(event: KeyEvent) {
        if (event.key === Qt.Key_PageDown)
            root.scroll(root.height - Theme.xxl);
        else if (event.key === Qt.Key_PageUp)
            root.scroll(Theme.xxl - root.height);
    }

    function scroll(by: real) {
        root.contentY = Math.max(0, Math.min(root.contentY + by, root.contentHeight - root.height));
    }

    function look() {
        if (root.review.state !== Review.Shown || !root.visible || root.height <= 0 || column.width <= 0)
            return;
        root.mark(banners, "contradictions", true);
        root.mark(banners, "delta", true);
        root.mark(figures, "facts", true);
        root.mark(dependents, "dependents", dependents.seen);
        root.mark(recovery, "recovery", true);
        root.mark(evidence, evidence.section, evidence.seen);
    }

    function mark(item: Item, section: string, seen: bool) {
        const bottom = item.mapToItem(column, 0, item.height).y;
        if (seen && bottom <= root.contentY + root.height + Theme.stroke)
            root.decision.reach(section);
    }

    Connections {
        target: root.decision

        function onChanged() {
            root.look();
        }
    }

    Connections {
        target: root.review

        function onChanged() {
            root.look();
        }
    }

    ColumnLayout {
        id: column

        width: root.width - Theme.gutter * 2
        x: Theme.gutter
        spacing: Theme.xl

        ColumnLayout {
            id: banners

            Layout.fillWidth: true
            Layout.bottomMargin: -Theme.stroke
            spacing: Theme.sm

            Contradictions {
                Layout.fillWidth: true
                review: root.review
            }

            Banner {
                Layout.fillWidth: true
                visible: root.review.hold.uninspectable.length > 0
                tone: View.Caution
                //: Review, banner: a part of the request was not understood; the reasons follow.
                sentence: qsTr("Not fully understood.")
                detail: root.review.hold.uninspectable
            }

            Changes {
                Layout.fillWidth: true
                review: root.review
            }
        }

        Figures {
            id: figures

            Layout.fillWidth: true
            review: root.review
        }

        Rule {
            Layout.fillWidth: true
            Layout.topMargin: -Theme.xs
            Layout.bottomMargin: -Theme.sm
        }

        GridLayout {
            Layout.fillWidth: true
            columns: root.wide ? 2 : 1
            columnSpacing: Theme.gutter
            rowSpacing: Theme.xl

            Dependents {
                id: dependents

                Layout.fillWidth: true
                Layout.alignment: Qt.AlignTop
                Layout.preferredWidth: Theme.inboxWidth + Theme.navigationWidth / 2
                review: root.review
                onSeenChanged: root.look()
            }

            RecoveryCard {
                id: recovery

                Layout.fillWidth: true
                Layout.alignment: Qt.AlignTop
                Layout.preferredWidth: Theme.navigationWidth + Theme.xxl * 2
                review: root.review
            }
        }

        EvidenceTabs {
            id: evidence

            Layout.fillWidth: true
            review: root.review
            decision: root.decision
            roof: Math.max(Theme.navigationWidth, root.height - Theme.xxl * 2)
            onSeenChanged: root.look()
            onIndexChanged: root.look()
            onFreeze: root.freeze()
        }
    }

    SlimBar {
        id: bar

        parent: root
        anchors.right: parent.right
        height: parent.height
        orientation: Qt.Vertical
        size: root.visibleArea.heightRatio
        position: root.visibleArea.yPosition
        onPositionChanged: {
            if (bar.pressed)
                root.contentY = bar.position * root.contentHeight;
        }
    }
}
