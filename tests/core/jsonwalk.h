// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/json.h"

#include <functional>

namespace holdfast {

/// One value inside a Json, by the steps that lead to it.
struct Place final
{
    struct Step final
    {
        QString member; ///< empty: an element of an array
        std::size_t index = 0;
    };
    std::vector<Step> steps; ///< empty: the whole
    QString path; ///< `$.facts[0].id`
    const Json *value = nullptr;
    [[nodiscard]] bool isMember() const { return !steps.empty() && !steps.back().member.isEmpty(); }
};

/// Every value, the whole first. Pointers into `whole`.
[[nodiscard]] std::vector<Place> placesIn(const Json &whole);
/// `whole` with the value at `place` replaced.
[[nodiscard]] Json replaced(const Json &whole, const Place &place, const Json &value);
/// `whole` without the member at `place`.
[[nodiscard]] Json removed(const Json &whole, const Place &place);
/// `whole` with one more member in the object at `place`.
[[nodiscard]] Json planted(const Json &whole, const Place &place, const QString &name, const Json &value);
/// The place of that path, which must be there.
[[nodiscard]] Place placeAt(const Json &whole, const QString &path);
/// A value of each JSON type.
[[nodiscard]] std::vector<Json> oneOfEachType();
[[nodiscard]] bool isSameType(const Json &left, const Json &right);

} // namespace holdfast
