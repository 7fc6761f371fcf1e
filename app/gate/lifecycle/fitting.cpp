// SPDX-License-Identifier: Apache-2.0
#include "gate/lifecycle/fitting.h"

#include "core/documents/bounds.h"
#include "core/policy/reach.h"

namespace holdfast {

void fit(MeasureOutput &output, const PolicyDocument &policy)
{
    Bounded bounded = bound(output.measurement, [&policy](const QString &name) { return isProtected(policy, name); });
    output.measurement = std::move(bounded.whole);
    output.shown = std::move(bounded.shown);
    for (WholeList &list : bounded.lists)
        output.blobs.push_back({list.ref.digest, std::move(list.bytes), list.ref.media});
}

} // namespace holdfast
