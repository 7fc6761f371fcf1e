// SPDX-License-Identifier: Apache-2.0
#include "kinds/command/commandmeasurer.h"

#include "kinds/command/readcatalogue.h"
#include "kinds/command/understanding.h"

#include <array>

namespace holdfast {

namespace {

struct KnownProgram final
{
    QStringView name;
    Decoder decoder;
};

constexpr std::array KnownPrograms{KnownProgram{u"rm", &understandRm}, KnownProgram{u"psql", &understandPsql},
                                   KnownProgram{u"dropdb", &understandDropdb}, KnownProgram{u"git", &understandGit}};

class CommandMeasurer final : public Measurer
{
public:
    MeasureOutput measure(const MeasureInput &input) const override
    {
        auto plan = planCommand(input);
        auto understanding = understand(plan, input);
        return describe(plan, std::move(understanding), input);
    }
};

} // namespace

Understanding understand(CommandPlan &plan, const MeasureInput &input)
{
    for (const auto &known : KnownPrograms) {
        if (plan.program && plan.name == known.name)
            return known.decoder(plan, input);
    }
    if (plan.program && readFormOf(plan.name) != nullptr)
        return understandRead(plan, input);
    return understandNothing(plan, QStringLiteral("what %1 does with its arguments is not understood").arg(plan.name));
}

std::unique_ptr<Measurer> makeCommandMeasurer()
{
    return std::make_unique<CommandMeasurer>();
}

} // namespace holdfast
