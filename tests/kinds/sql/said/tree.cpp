// SPDX-License-Identifier: Apache-2.0
#include "tree.h"

#include <google/protobuf/compiler/importer.h>
#include <google/protobuf/dynamic_message.h>

#include <pg_query.h>

namespace holdfast::said {

namespace {

using google::protobuf::Descriptor;
using google::protobuf::Reflection;

bool isNode(const Message &message) { return message.GetDescriptor()->name() == "Node"; }

const Message &at(const Message &message, const Step &step)
{
    const Reflection &of = *message.GetReflection();
    return step.index < 0 ? of.GetMessage(message, step.field) : of.GetRepeatedMessage(message, step.field, step.index);
}

Message &mutableAt(Message &message, const Step &step)
{
    const Reflection &of = *message.GetReflection();
    if (step.index < 0)
        return *of.MutableMessage(&message, step.field);
    return step.index < of.FieldSize(message, step.field) ? *of.MutableRepeatedMessage(&message, step.field, step.index)
                                                          : *of.AddMessage(&message, step.field);
}

/// The members that a message has; of a Node, which is a choice, only the one that was chosen.
std::vector<const Field *> membersOf(const Message &message)
{
    std::vector<const Field *> members;
    if (isNode(message)) {
        message.GetReflection()->ListFields(message, &members);
        return members;
    }
    const Descriptor &type = *message.GetDescriptor();
    for (int i = 0; i < type.field_count(); ++i)
        members.push_back(type.field(i));
    return members;
}

using Visit = std::function<void(const Place &, const Message *)>;

void descend(const Message &message, Place &place, const Visit &visit);

void into(const Message &message, Place &place, const Step &step, bool choice, const Visit &visit)
{
    place.path.push_back(step);
    const Message &below = at(message, step);
    if (!choice) {
        place.present = true;
        visit(place, &below);
    }
    descend(below, place, visit);
    place.path.pop_back();
}

void past(Place &place, const Step &step, const Visit &visit)
{
    place.path.push_back(step);
    place.present = false;
    visit(place, nullptr);
    place.path.pop_back();
}

void descend(const Message &message, Place &place, const Visit &visit)
{
    const bool choice = isNode(message);
    const Reflection &of = *message.GetReflection();
    for (const Field *field : membersOf(message)) {
        if (field->cpp_type() != Field::CPPTYPE_MESSAGE)
            continue;
        if (!field->is_repeated()) {
            if (of.HasField(message, field))
                into(message, place, {field, -1}, choice, visit);
            else
                past(place, {field, -1}, visit);
            continue;
        }
        const int size = of.FieldSize(message, field);
        for (int i = 0; i < size; ++i)
            into(message, place, {field, i}, false, visit);
        past(place, {field, size}, visit);
    }
}

} // namespace

struct Grammar::Schema final
{
    struct Complaints final : google::protobuf::compiler::MultiFileErrorCollector
    {
        void AddError(const std::string &file, int line, int column, const std::string &message) override
        {
            qFatal("%s:%d:%d: %s", file.c_str(), line, column, message.c_str());
        }
    };
    google::protobuf::compiler::DiskSourceTree files;
    Complaints complaints;
    google::protobuf::compiler::Importer importer{&files, &complaints};
    google::protobuf::DynamicMessageFactory factory;
};

Grammar::Grammar() : m_schema(std::make_unique<Schema>())
{
    google::protobuf::SetLogHandler(nullptr); // text that is not UTF-8 does not parse, and that is all
    m_schema->files.MapPath("", PG_QUERY_SCHEMA);
    if (m_schema->importer.Import("pg_query.proto") == nullptr)
        qFatal("pg_query.proto could not be read");
}

Grammar::~Grammar() = default;

Tree Grammar::make(const char *type) const
{
    return Tree(m_schema->factory.GetPrototype(m_schema->importer.pool()->FindMessageTypeByName(type))->New());
}

Tree Grammar::parse(const QByteArray &sql) const
{
    const PgQueryProtobufParseResult parsed = pg_query_parse_protobuf(sql.constData());
    Tree tree = make("pg_query.ParseResult");
    const bool read = !parsed.error && tree->ParseFromArray(parsed.parse_tree.data, static_cast<int>(parsed.parse_tree.len));
    pg_query_free_protobuf_parse_result(parsed);
    return read ? std::move(tree) : nullptr;
}

Tree Grammar::emptyNode() const { return make("pg_query.Node"); }

Tree Grammar::textNode(const std::string &text) const
{
    Tree node = emptyNode();
    const Field *string = node->GetDescriptor()->FindFieldByName("string");
    Message &value = *node->GetReflection()->MutableMessage(node.get(), string);
    setText(value, "sval", text);
    return node;
}

std::vector<QByteArray> splitStatements(const QByteArray &sql)
{
    const PgQuerySplitResult split = pg_query_split_with_scanner(sql.constData());
    std::vector<QByteArray> statements;
    for (int i = 0; i < split.n_stmts; ++i)
        statements.push_back(sql.mid(split.stmts[i]->stmt_location, split.stmts[i]->stmt_len).trimmed());
    pg_query_free_split_result(split);
    return statements;
}

QString Place::key() const { return QString::fromStdString(field().containing_type()->name() + '.' + field().name()); }

bool Place::takesNode() const { return field().message_type()->name() == "Node"; }

void visitPlaces(const Message &tree, const Visit &visit)
{
    const Field *statements = tree.GetDescriptor()->FindFieldByName("stmts");
    for (int i = 0; i < tree.GetReflection()->FieldSize(tree, statements); ++i) {
        const Message &raw = tree.GetReflection()->GetRepeatedMessage(tree, statements, i);
        const Field *statement = raw.GetDescriptor()->FindFieldByName("stmt");
        Place place{{{statements, i}, {statement, -1}}, true};
        descend(at(raw, {statement, -1}), place, visit);
    }
}

Message &messageAt(Message &tree, const Place &place)
{
    Message *message = &tree;
    for (const Step &step : place.path)
        message = &mutableAt(*message, step);
    return *message;
}

namespace {

Message &ownerOf(Message &tree, const Place &place)
{
    Message *owner = &tree;
    for (std::size_t i = 0; i + 1 < place.path.size(); ++i)
        owner = &mutableAt(*owner, place.path[i]);
    return *owner;
}

} // namespace

std::vector<std::string> namesAt(Message &tree, const Place &place)
{
    const Message &owner = ownerOf(tree, place);
    std::vector<std::string> names;
    for (int i = 0; i < owner.GetReflection()->FieldSize(owner, &place.field()); ++i) {
        const Message &value = unwrapped(at(owner, {&place.field(), i}));
        if (typeOf(value) != QLatin1StringView("String"))
            return {};
        names.push_back(textOf(value, "sval"));
    }
    return names;
}

void replaceList(Message &tree, const Place &place, const std::vector<Tree> &nodes)
{
    Message &owner = ownerOf(tree, place);
    owner.GetReflection()->ClearField(&owner, &place.field());
    for (const Tree &node : nodes)
        owner.GetReflection()->AddMessage(&owner, &place.field())->CopyFrom(*node);
}

const Message *held(const Message &node)
{
    const auto members = membersOf(node);
    return isNode(node) && members.size() == 1 ? &at(node, {members.front(), -1}) : nullptr;
}

const Message &unwrapped(const Message &message)
{
    const Message *value = held(message);
    return value ? *value : message;
}

Message &unwrapped(Message &message)
{
    const auto members = isNode(message) ? membersOf(message) : std::vector<const Field *>();
    return members.size() == 1 ? mutableAt(message, {members.front(), -1}) : message;
}

std::string textOf(const Message &message, const char *field)
{
    return message.GetReflection()->GetString(message, message.GetDescriptor()->FindFieldByName(field));
}

void setText(Message &message, const char *field, const std::string &text)
{
    message.GetReflection()->SetString(&message, message.GetDescriptor()->FindFieldByName(field), text);
}

QString typeOf(const Message &message) { return QString::fromStdString(message.GetDescriptor()->name()); }

void visitNodes(Message &message, const std::function<void(Message &node)> &visit)
{
    std::vector<const Field *> fields;
    message.GetReflection()->ListFields(message, &fields);
    for (const Field *field : fields) {
        if (field->cpp_type() != Field::CPPTYPE_MESSAGE)
            continue;
        const int size = field->is_repeated() ? message.GetReflection()->FieldSize(message, field) : 1;
        for (int i = 0; i < size; ++i) {
            Message &below = mutableAt(message, {field, field->is_repeated() ? i : -1});
            visitNodes(below, visit);
            if (isNode(below))
                visit(below);
        }
    }
}

} // namespace holdfast::said
