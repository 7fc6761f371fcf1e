// SPDX-License-Identifier: Apache-2.0
#include "core/jsonwalk.h"

#include <algorithm>

namespace holdfast {

namespace {

void collect(const Place &here, std::vector<Place> &list)
{
    list.push_back(here);
    const auto descend = [&](const Json &value, Place::Step step, const QString &path) {
        Place below{here.steps, path, &value};
        below.steps.push_back(std::move(step));
        collect(below, list);
    };
    if (const JsonObject *object = here.value->asObject()) {
        for (const auto &[name, value] : *object)
            descend(value, {name, 0}, memberPath(here.path, name));
    }
    if (const JsonArray *array = here.value->asArray()) {
        for (std::size_t i = 0; i < array->size(); ++i)
            descend((*array)[i], {{}, i}, QStringLiteral("%1[%2]").arg(here.path).arg(i));
    }
}

/// `change` gets the container of the last step.
Json changed(const Json &value, const std::vector<Place::Step> &steps, std::size_t depth, const std::function<Json(const Json &)> &change)
{
    if (depth == steps.size())
        return change(value);
    const Place::Step &step = steps[depth];
    if (const JsonArray *array = value.asArray()) {
        JsonArray copy = *array;
        copy.at(step.index) = changed(copy.at(step.index), steps, depth + 1, change);
        return Json(std::move(copy));
    }
    JsonObject copy = *value.asObject();
    for (auto &[name, member] : copy) {
        if (name == step.member)
            member = changed(member, steps, depth + 1, change);
    }
    return Json(std::move(copy));
}

} // namespace

std::vector<Place> placesIn(const Json &whole)
{
    std::vector<Place> list;
    collect({{}, QStringLiteral("$"), &whole}, list);
    return list;
}

Json replaced(const Json &whole, const Place &place, const Json &value)
{
    return changed(whole, place.steps, 0, [&](const Json &) { return value; });
}

Json removed(const Json &whole, const Place &place)
{
    std::vector<Place::Step> parent(place.steps.begin(), place.steps.end() - 1);
    return changed(whole, parent, 0, [&](const Json &object) {
        JsonObject copy = *object.asObject();
        std::erase_if(copy, [&](const JsonMember &member) { return member.first == place.steps.back().member; });
        return Json(std::move(copy));
    });
}

Json planted(const Json &whole, const Place &place, const QString &name, const Json &value)
{
    return changed(whole, place.steps, 0, [&](const Json &object) {
        JsonObject copy = *object.asObject();
        copy.emplace_back(name, value);
        return Json(std::move(copy));
    });
}

Place placeAt(const Json &whole, const QString &path)
{
    const std::vector<Place> list = placesIn(whole);
    const auto found = std::find_if(list.begin(), list.end(), [&](const Place &place) { return place.path == path; });
    if (found == list.end())
        qFatal("no such place: %s", qPrintable(path));
    return *found;
}

std::vector<Json> oneOfEachType()
{
    return {Json(), Json(true), Json(7), Json(QStringLiteral("text")), Json(JsonArray{}), Json(JsonObject{})};
}

bool isSameType(const Json &left, const Json &right)
{
    return left.isNull() == right.isNull() && (left.asBool() != nullptr) == (right.asBool() != nullptr)
        && (left.asInteger() != nullptr) == (right.asInteger() != nullptr) && (left.asString() != nullptr) == (right.asString() != nullptr)
        && (left.asArray() != nullptr) == (right.asArray() != nullptr) && (left.asObject() != nullptr) == (right.asObject() != nullptr);
}

} // namespace holdfast
