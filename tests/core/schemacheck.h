// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/json.h"

#include <QStringList>

#include <map>
#include <set>

namespace holdfast {

/// The schemas of a folder, and whether a value fits one: the part of JSON Schema 2020-12 that ours use. A keyword it does not know is a
/// problem of its own, so that no schema says what nobody checks.
class SchemaSet final
{
public:
    /// Problems of the files themselves are in problems().
    explicit SchemaSet(const QString &folder);

    [[nodiscard]] QStringList names() const; ///< `request`, …
    [[nodiscard]] const QStringList &problems() const { return m_problems; }
    /// Why `value` does not fit, or nothing.
    [[nodiscard]] QString whyNot(const QString &name, const Json &value);
    /// Every property that some value checked so far had: `hold#/properties/tier`.
    [[nodiscard]] const std::set<QString> &seen() const { return m_seen; }
    /// Every property that the schemas define for a value to have (conditions and prohibitions left out).
    [[nodiscard]] std::set<QString> defined() const;
    /// The part of a schema at a pointer: `common`, `/$defs/quality`.
    [[nodiscard]] const Json *part(const QString &name, const QString &pointer) const;

private:
    struct Here final
    {
        QString file, pointer;
        [[nodiscard]] Here below(const QString &step) const { return {file, pointer + u'/' + step}; }
        [[nodiscard]] QString toString() const { return file + u'#' + pointer; }
    };
    using Check = QString (SchemaSet::*)(const Here &here, const Json &keyword, const Json &schema, const Json &value);
    [[nodiscard]] static const std::map<QString, Check> &checks();

    [[nodiscard]] QString apply(const Here &here, const Json &schema, const Json &value);
    [[nodiscard]] QString reference(const Here &here, const Json &keyword, const Json &schema, const Json &value);
    [[nodiscard]] QString type(const Here &here, const Json &keyword, const Json &schema, const Json &value);
    [[nodiscard]] QString constant(const Here &here, const Json &keyword, const Json &schema, const Json &value);
    [[nodiscard]] QString oneOfValues(const Here &here, const Json &keyword, const Json &schema, const Json &value);
    [[nodiscard]] QString properties(const Here &here, const Json &keyword, const Json &schema, const Json &value);
    [[nodiscard]] QString required(const Here &here, const Json &keyword, const Json &schema, const Json &value);
    [[nodiscard]] QString additional(const Here &here, const Json &keyword, const Json &schema, const Json &value);
    [[nodiscard]] QString items(const Here &here, const Json &keyword, const Json &schema, const Json &value);
    [[nodiscard]] QString prefixItems(const Here &here, const Json &keyword, const Json &schema, const Json &value);
    [[nodiscard]] QString minimum(const Here &here, const Json &keyword, const Json &schema, const Json &value);
    [[nodiscard]] QString maximum(const Here &here, const Json &keyword, const Json &schema, const Json &value);
    [[nodiscard]] QString least(const Here &here, const Json &keyword, const Json &schema, const Json &value);
    [[nodiscard]] QString most(const Here &here, const Json &keyword, const Json &schema, const Json &value);
    [[nodiscard]] QString pattern(const Here &here, const Json &keyword, const Json &schema, const Json &value);
    [[nodiscard]] QString allOf(const Here &here, const Json &keyword, const Json &schema, const Json &value);
    [[nodiscard]] QString anyOf(const Here &here, const Json &keyword, const Json &schema, const Json &value);
    [[nodiscard]] QString oneOf(const Here &here, const Json &keyword, const Json &schema, const Json &value);
    [[nodiscard]] QString no(const Here &here, const Json &keyword, const Json &schema, const Json &value);
    [[nodiscard]] QString condition(const Here &here, const Json &keyword, const Json &schema, const Json &value);
    [[nodiscard]] QString nothing(const Here &here, const Json &keyword, const Json &schema, const Json &value);
    [[nodiscard]] int fitting(const Here &here, const Json &keyword, const Json &value);
    void collect(const Here &here, const Json &schema, std::set<QString> &list) const;

    std::map<QString, Json> m_files;
    QStringList m_problems;
    std::set<QString> m_seen;
};

} // namespace holdfast
