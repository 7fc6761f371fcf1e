// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/policy/policydocument.h"

namespace holdfast {

// What an action reaches is said by the signed hold alone: `contradictions` and `resources`. So everybody works it out alike.
// The measurement is the whole one (documents/wholelists.h), never the part that a hold had room to show.

/// Whether the live server is the registered one, as far as that one is registered.
[[nodiscard]] bool answersTo(const SqlIdentity &live, const SqlIdentity &registered);

/// What the id of everything in a database begins with: `postgresql:<system>/<database>/`.
[[nodiscard]] QString resourcePrefix(const SqlIdentity &identity);

/// The target that a request is about: the one that it names, unless the measurement says that it is another.
[[nodiscard]] QString measuredTarget(const QString &asked, const Measurement &measured);

/// The first protected target that the action would reach: the one it names, the one it was measured to be, or one in which a
/// measured resource lies, by whatever target's name or command it is reached. nullptr: none.
[[nodiscard]] const Target *protectedTarget(const PolicyDocument &policy, const QString &asked, const Measurement &measured);

/// Whether a protected target has anything to do with the resource: what may not be left out where lists are shortened.
[[nodiscard]] bool isProtected(const PolicyDocument &policy, const QString &resource);

} // namespace holdfast
