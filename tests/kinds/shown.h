// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "diff/formats.h"
#include "kinds/measuring.h"

#include <algorithm>

namespace holdfast {

/// The output itself; ends the test where a console could not show one of its diffs: its blob is missing, or not of the format named.
inline MeasureOutput shown(MeasureOutput output)
{
    for (const DiffRef &each : output.measurement.diffs) {
        const auto blob = std::find_if(output.blobs.begin(), output.blobs.end(), [&](const MadeBlob &made) { return made.digest == each.blob.digest; });
        if (blob == output.blobs.end())
            qFatal("%s: no blob", qPrintable(each.title));
        if (const auto parsed = diff::parse(each.format, blob->bytes); !parsed)
            qFatal("%s (%s): %s", qPrintable(each.title), qPrintable(each.format), qPrintable(parsed.error().sentence()));
    }
    return output;
}

} // namespace holdfast
