// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "diff/document.h"

#include <QByteArray>
#include <QStringList>

#include <optional>

// The blob formats that a hold's `diffs` name (protocol 1.4): `unified`, `rows`, `attributes`, `tree`.
namespace holdfast::diff {

inline constexpr qsizetype rowsSaltSize = 32;

/// nullopt is SQL's NULL.
using Cell = std::optional<QString>;

struct RowChange final
{
    std::optional<std::vector<Cell>> before; ///< absent: the row is new; as many cells as columns
    std::optional<std::vector<Cell>> after; ///< absent: the row goes
    friend bool operator==(const RowChange &, const RowChange &) = default;
};

/// `rows`: 32 random bytes (so that a small sample cannot be guessed from its digest, and can be erased), then JSON
/// `{"table":…,"columns":[…],"key":[…],"rows":[{"before":[…]|null,"after":[…]|null}],"total":n,"masked":[…]}`; cells are strings or null.
struct Rows final
{
    QString table;
    QStringList columns;
    QStringList key; ///< columns that name a row
    std::vector<RowChange> rows; ///< a sample
    qint64 total = 0; ///< rows concerned in all
    QStringList masked; ///< columns whose cells are not the real values
    friend bool operator==(const Rows &, const Rows &) = default;
};

/// `attributes`: JSON `{"subject":…,"attributes":[{"name":…,"before":…|null,"after":…|null}]}`.
struct Attribute final
{
    QString name;
    Cell before, after;
    friend bool operator==(const Attribute &, const Attribute &) = default;
};
struct Attributes final
{
    QString subject;
    std::vector<Attribute> attributes;
    friend bool operator==(const Attributes &, const Attributes &) = default;
};

/// `tree`: JSON `{"nodes":[{"name":…,"type":…,"effect":…,"count":n?,"bytes":n?,"parent":i}],"total":n}`; a parent stands before its children.
struct TreeNode final
{
    QString name;
    QString type; ///< `file`, `directory`, `link`, `mount`, `table`, …
    QString effect; ///< `deleted`, `kept`, `cascade`, …
    std::optional<qint64> count, bytes;
    int parent = -1;
    friend bool operator==(const TreeNode &, const TreeNode &) = default;
};
struct Tree final
{
    std::vector<TreeNode> nodes;
    qint64 total = 0; ///< nodes in all
    friend bool operator==(const Tree &, const Tree &) = default;
};

/// `salt`: exactly rowsSaltSize random bytes.
[[nodiscard]] QByteArray encode(const Rows &rows, QByteArrayView salt);
[[nodiscard]] QByteArray encode(const Attributes &attributes);
[[nodiscard]] QByteArray encode(const Tree &tree);

/// Strict; blobs of at most 8 MiB.
[[nodiscard]] Result<Rows, Error> parseRows(QByteArrayView blob);
[[nodiscard]] Result<Attributes, Error> parseAttributes(QByteArrayView blob);
[[nodiscard]] Result<Tree, Error> parseTree(QByteArrayView blob);
/// `diff -u` and `git diff` output; lines before the first @@ are skipped, several files become several headings.
[[nodiscard]] Result<Document, Error> parseUnified(QByteArrayView blob, const Limits &limits = {});

/// As lines: one hunk per row or subject, `column = value` per cell; unchanged cells are context.
[[nodiscard]] Document toDocument(const Rows &rows, const Limits &limits = {});
[[nodiscard]] Document toDocument(const Attributes &attributes, const Limits &limits = {});
[[nodiscard]] Document toDocument(const Tree &tree, const Limits &limits = {});

/// Any of the four by its name in the hold.
[[nodiscard]] Result<Document, Error> parse(QStringView format, QByteArrayView blob, const Limits &limits = {});

} // namespace holdfast::diff
