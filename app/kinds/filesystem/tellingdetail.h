// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>
#include <QString>

struct statx;

namespace holdfast {

/// What an entry of a class of the catalogue is beyond its name: `mode 0600`, and of a file that lets people in how many keys, `3 keys, mode 0600`.
/// `name` is looked up in the open directory `parent`; `entry` is what was found there.
[[nodiscard]] QString tellingDetail(int parent, const QByteArray &name, const struct statx &entry);

} // namespace holdfast
