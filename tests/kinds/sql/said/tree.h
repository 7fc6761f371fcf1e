// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <google/protobuf/message.h>

#include <QByteArray>
#include <QString>

#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace holdfast::said {

using Message = google::protobuf::Message;
using Field = google::protobuf::FieldDescriptor;
using Tree = std::unique_ptr<Message>; ///< a `ParseResult`

/// Parse trees as libpg_query's own schema (pg_query.proto) describes them: every message, every member, without a list of ours.
class Grammar final
{
public:
    Grammar(); ///< ends the program when the schema cannot be read
    ~Grammar();
    Grammar(const Grammar &) = delete;
    Grammar &operator=(const Grammar &) = delete;

    [[nodiscard]] Tree parse(const QByteArray &sql) const; ///< null when it does not parse
    [[nodiscard]] Tree emptyNode() const; ///< a `Node`
    [[nodiscard]] Tree textNode(const std::string &text) const; ///< a `Node` that holds a `String`

private:
    [[nodiscard]] Tree make(const char *type) const;
    struct Schema;
    std::unique_ptr<Schema> m_schema;
};

/// The texts of the statements in a file, whether they parse or not.
[[nodiscard]] std::vector<QByteArray> splitStatements(const QByteArray &sql);

/// One way down in a tree. `index` is -1 for a member that is not a list.
struct Step final
{
    const Field *field;
    int index;
};

/// A member that is there, one that could be, or the end of a list: all that a tree has room for.
struct Place final
{
    std::vector<Step> path; ///< ends with the place's own member
    bool present = false;
    [[nodiscard]] const Field &field() const { return *path.back().field; }
    [[nodiscard]] QString key() const; ///< `SelectStmt.distinct_clause`
    [[nodiscard]] bool takesNode() const; ///< any node, not one of a certain type
};

/// Every place below the statements of a tree, in an order that only the tree decides.
void visitPlaces(const Message &tree, const std::function<void(const Place &, const Message *present)> &visit);
/// The message at a place; made when it is absent.
[[nodiscard]] Message &messageAt(Message &tree, const Place &place);
/// The texts of the list that the place's member is part of; none if anything in it is no `String`.
[[nodiscard]] std::vector<std::string> namesAt(Message &tree, const Place &place);
/// That list is emptied and filled with `nodes`.
void replaceList(Message &tree, const Place &place, const std::vector<Tree> &nodes);
/// What a `Node` holds, or nullptr.
[[nodiscard]] const Message *held(const Message &node);
/// The message itself, or what it holds if it is a `Node` that holds anything.
[[nodiscard]] const Message &unwrapped(const Message &message);
[[nodiscard]] Message &unwrapped(Message &message);
[[nodiscard]] std::string textOf(const Message &message, const char *field);
void setText(Message &message, const char *field, const std::string &text);
[[nodiscard]] QString typeOf(const Message &message);
/// Every `Node` below a message.
void visitNodes(Message &message, const std::function<void(Message &node)> &visit);

} // namespace holdfast::said
