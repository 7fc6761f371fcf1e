// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QObject>
#include <QtQml/qqmlregistration.h>

// The small vocabulary that every view type and every page shares. In QML: `View.Critical`, `View.Measured`, …
namespace holdfast::view {
Q_NAMESPACE
QML_NAMED_ELEMENT(View)

enum class Tier { Low, Elevated, High, Critical };
Q_ENUM_NS(Tier)

// Quality of a fact, worst last. Unknown is shown as the word, never as a number and never green.
enum class Quality { Measured, Estimated, Configured, Claimed, Unknown };
Q_ENUM_NS(Quality)

enum class Severity { Info, Notice, Warning, Danger };
Q_ENUM_NS(Severity)

enum class Verdict { Recoverable, Partly, None, NotKnown };
Q_ENUM_NS(Verdict)

// Connecting and Offline lock every decision; Stale is live data that has not been confirmed for a while.
enum class Link { Connecting, Live, Stale, Offline };
Q_ENUM_NS(Link)

// One meaning per colour: Plain grey, Good proven, Caution estimates and things to mind, Bad destruction and danger.
enum class Tone { Plain, Good, Caution, Bad };
Q_ENUM_NS(Tone)

enum class LineKind { Context, Added, Removed, Gap };
Q_ENUM_NS(LineKind)
} // namespace holdfast::view
