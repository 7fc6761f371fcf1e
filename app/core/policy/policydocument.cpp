// SPDX-License-Identifier: Apache-2.0
#include "core/policy/policydocument.h"

#include <algorithm>

namespace holdfast {

const Target *PolicyDocument::target(QStringView name) const
{
    const auto found = std::find_if(targets.begin(), targets.end(), [&](const Target &candidate) { return candidate.name == name; });
    return found == targets.end() ? nullptr : &*found;
}

} // namespace holdfast
