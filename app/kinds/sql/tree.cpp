// SPDX-License-Identifier: Apache-2.0
#include "kinds/sql/tree.h"

#include <algorithm>

namespace holdfast::sql {

namespace {

/// Where a token stands in the text. Nothing depends on it but the reading of small integers.
bool isPlace(const QString &member) { return member == QLatin1StringView("location"); }

/// Types of nodes are written with a capital, members without.
bool isType(const QString &member) { return !member.isEmpty() && member.front().isUpper(); }

/// Collects the outermost unread members below `value`, which was itself read.
class Leftovers final
{
public:
    explicit Leftovers(const ReadRecord &record) : m_record(record) {}

    void below(const Json &value, const QString &path)
    {
        if (m_record.hasReadWhole(value))
            return;
        if (const JsonArray *elements = value.asArray()) {
            for (const Json &element : *elements)
                below(element, path);
        } else if (const JsonObject *members = value.asObject()) {
            for (const auto &[name, member] : *members)
                of(name, member, path);
        }
    }
    [[nodiscard]] QStringList take() { return std::move(m_found); }

private:
    void of(const QString &name, const Json &member, const QString &path)
    {
        const QString here = isType(name) ? name : path + u'.' + name;
        if (isPlace(name))
            return;
        if (m_record.hasRead(member))
            below(member, here);
        else
            add(isType(name) && !path.isEmpty() ? path : here);
    }
    void add(const QString &path)
    {
        if (!m_found.contains(path))
            m_found += path;
    }
    const ReadRecord &m_record;
    QStringList m_found;
};

bool holds(const Json &value, const QString &text)
{
    if (const JsonArray *elements = value.asArray())
        return std::any_of(elements->begin(), elements->end(), [&](const Json &element) { return holds(element, text); });
    if (const JsonObject *members = value.asObject())
        return std::any_of(members->begin(), members->end(), [&](const auto &member) { return holds(member.second, text); });
    return value.asString() != nullptr && *value.asString() == text;
}

} // namespace

bool Fields::isEmpty() const { return m_object == nullptr; }

const Json *Fields::find(QLatin1StringView name) const
{
    if (m_object == nullptr || (m_record != nullptr && m_record->overlooks(name)))
        return nullptr;
    for (const auto &[key, value] : *m_object->asObject()) {
        if (key == name)
            return &value;
    }
    return nullptr;
}

void Fields::note(const Json &value) const
{
    if (m_record != nullptr)
        m_record->read(value);
}

void Fields::explained() const
{
    if (m_record != nullptr && m_object != nullptr)
        m_record->readWhole(*m_object);
}

Node::Node(const Json &wrapper, ReadRecord *record)
{
    const JsonObject *object = wrapper.asObject();
    if (object == nullptr || object->size() != 1 || object->front().second.asObject() == nullptr)
        return;
    m_wrapper = &wrapper;
    type = object->front().first;
    fields = Fields(&object->front().second, record);
}

bool Node::is(QLatin1StringView name) const
{
    if (type != name)
        return false;
    fields.note(m_wrapper->asObject()->front().second);
    return true;
}

void Node::explained() const
{
    fields.explained();
}

bool Node::mentions(const QString &text) const { return m_wrapper != nullptr && holds(*m_wrapper, text); }

Node Node::recordedIn(ReadRecord &record) const { return m_wrapper != nullptr ? Node(*m_wrapper, &record) : Node(); }

QStringList Node::leftOver() const
{
    if (m_wrapper == nullptr || fields.record() == nullptr)
        return {};
    Leftovers leftovers(*fields.record());
    leftovers.below(*m_wrapper, {});
    return leftovers.take();
}

Node child(const Fields &fields, QLatin1StringView name)
{
    const Json *value = fields.find(name);
    if (value == nullptr || value->asObject() == nullptr)
        return {};
    fields.note(*value);
    return {*value, fields.record()};
}

std::vector<Node> children(const Fields &fields, QLatin1StringView name)
{
    const Json *value = fields.find(name);
    if (value == nullptr || value->asArray() == nullptr)
        return {};
    std::vector<Node> nodes;
    nodes.reserve(value->asArray()->size());
    for (const Json &element : *value->asArray()) {
        if (element.asObject() == nullptr)
            return {};
        nodes.emplace_back(element, fields.record());
    }
    fields.note(*value);
    return nodes;
}

Fields object(const Fields &fields, QLatin1StringView name)
{
    const Json *value = fields.find(name);
    if (value == nullptr || value->asObject() == nullptr)
        return {};
    fields.note(*value);
    return {value, fields.record()};
}

QStringList names(const Fields &fields, QLatin1StringView name)
{
    QStringList list;
    for (const Node &node : children(fields, name)) {
        if (node.is(QLatin1StringView("String")))
            list += text(node.fields, QLatin1StringView("sval"));
    }
    return list;
}

QString text(const Fields &fields, QLatin1StringView name)
{
    const Json *value = fields.find(name);
    if (value == nullptr || value->asString() == nullptr)
        return {};
    fields.note(*value);
    return *value->asString();
}

bool flag(const Fields &fields, QLatin1StringView name)
{
    const Json *value = fields.find(name);
    if (value == nullptr || value->asBool() == nullptr)
        return false;
    fields.note(*value);
    return *value->asBool();
}

std::int64_t integer(const Fields &fields, QLatin1StringView name)
{
    const Json *value = fields.find(name);
    if (value == nullptr || value->asInteger() == nullptr)
        return 0;
    fields.note(*value);
    return *value->asInteger();
}

bool isArray(const Fields &typeName)
{
    const std::vector<Node> dimensions = children(typeName, QLatin1StringView("arrayBounds"));
    for (const Node &dimension : dimensions) {
        if (dimension.is(QLatin1StringView("Integer")))
            static_cast<void>(integer(dimension.fields, QLatin1StringView("ival")));
    }
    return !dimensions.empty();
}

void expect(const Fields &fields, QLatin1StringView name, QLatin1StringView word)
{
    const Json *value = fields.find(name);
    if (value != nullptr && value->asString() != nullptr && *value->asString() == word)
        fields.note(*value);
}

void explained(const Fields &fields, QLatin1StringView name)
{
    const Json *value = fields.find(name);
    if (value != nullptr && fields.record() != nullptr)
        fields.record()->readWhole(*value);
}

} // namespace holdfast::sql
