// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ledger/archive.h"

#include <QStringList>

#include <map>
#include <optional>
#include <set>
#include <vector>

// Containers in an archive: their count, then each element.
namespace holdfast {

template<typename Archive, typename T>
void transfer(Archive &archive, std::optional<T> &optional)
{
    bool there = optional.has_value();
    archive & there;
    if constexpr (Archive::Reading) {
        if (there)
            optional.emplace();
    }
    if (optional)
        archive & *optional;
}

/// Anything that grows at its end; a key or an element is read whole before it is put in.
template<typename Archive, typename Container, typename Element>
void transferEach(Archive &archive, Container &container)
{
    auto count = static_cast<std::int64_t>(container.size());
    archive.number(count);
    if constexpr (Archive::Reading) {
        container = {};
        for (std::int64_t i = 0; i < count && archive.ok(); ++i) {
            Element element{};
            archive & element;
            container.insert(container.end(), std::move(element));
        }
    } else {
        for (const auto &element : container)
            archive & element;
    }
}

template<typename Archive, typename A, typename B>
void transfer(Archive &archive, std::pair<A, B> &pair)
{
    archive & const_cast<std::remove_const_t<A> &>(pair.first) & pair.second;
}

template<typename Archive, typename T>
void transfer(Archive &archive, std::vector<T> &values)
{
    transferEach<Archive, std::vector<T>, T>(archive, values);
}
template<typename Archive>
void transfer(Archive &archive, QStringList &values)
{
    transferEach<Archive, QStringList, QString>(archive, values);
}
template<typename Archive, typename T>
void transfer(Archive &archive, std::set<T> &values)
{
    transferEach<Archive, std::set<T>, T>(archive, values);
}
template<typename Archive, typename K, typename V>
void transfer(Archive &archive, std::map<K, V> &values)
{
    transferEach<Archive, std::map<K, V>, std::pair<K, V>>(archive, values);
}

} // namespace holdfast
