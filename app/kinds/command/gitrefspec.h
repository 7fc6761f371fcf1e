// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/command/gitremote.h"

namespace holdfast {

/// Names of references and what they point to.
using References = std::map<QString, QString>;

/// What of the clone a refspec is read against.
struct RefspecGround final
{
    const SafeGit &clone;
    const References &local;
    const References &remote;
};

/// `[+]<source>[:<destination>]`, `:<destination>`, and with `remove` `<destination>`, as git 2.39 resolves them: a name that means several
/// references, a pattern, and what git would only guess are refused with a sentence.
[[nodiscard]] Result<RefUpdate, QString> readRefspec(const RefspecGround &ground, const QString &spec, bool force, bool remove);

} // namespace holdfast
