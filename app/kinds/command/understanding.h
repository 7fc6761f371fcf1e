// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/command/commandplan.h"

#include <memory>

namespace holdfast {

struct PushPlan;

/// One option that changes what a command destroys, said in words.
struct TellingFlag final
{
    QString flag;
    QString means;
};

/// What a decoder made of one program's arguments. `inner` holds its facts, resources, dependents, diffs and verdict; the
/// command's own facts are added around it. What it could not understand stands in inner.measurement.uninspectable.
struct Understanding final
{
    MeasureOutput inner;
    std::vector<TellingFlag> flags{};
    QStringList stops{}; ///< hard stops: never performed, whoever signed
    QString reaches{}; ///< the registered target that it would reach; empty: none
    /// The same request in another kind, which measured it and performs it: the program itself is not run.
    std::optional<Request> performedAs{};
    std::shared_ptr<const PushPlan> push{}; ///< performed from there instead of running git in the requester's clone
};

/// May add files that it finds to the plan.
using Decoder = Understanding (*)(CommandPlan &plan, const MeasureInput &input);

[[nodiscard]] Understanding understandRm(CommandPlan &plan, const MeasureInput &input);
[[nodiscard]] Understanding understandPsql(CommandPlan &plan, const MeasureInput &input);
[[nodiscard]] Understanding understandDropdb(CommandPlan &plan, const MeasureInput &input);
[[nodiscard]] Understanding understandGit(CommandPlan &plan, const MeasureInput &input);
/// A program of which the catalogue knows a form that only reads: operation `command.read` if the whole command line is of that form.
[[nodiscard]] Understanding understandRead(CommandPlan &plan, const MeasureInput &input);

/// `not-understood` facts of a command that no decoder knows: never a quiet pass.
[[nodiscard]] Understanding understandNothing(const CommandPlan &plan, const QString &reason);

/// Picks the decoder by the name of the configured program and asks it.
[[nodiscard]] Understanding understand(CommandPlan &plan, const MeasureInput &input);

/// Facts, summary, credential and fingerprint of the command around what was understood.
[[nodiscard]] MeasureOutput describe(const CommandPlan &plan, Understanding understanding, const MeasureInput &input);

} // namespace holdfast
