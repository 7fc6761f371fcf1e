// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/program.h"

namespace holdfast {

/// Where the things of the practice ground and of this user's own gate lie.
namespace place {
[[nodiscard]] QString practice(); ///< data()/practice
[[nodiscard]] QString gateConfig(); ///< data()/gate/gate.toml
[[nodiscard]] QString practiceKey(); ///< config()/practice-agent.key: outside the ground, which a reset puts back
}

/// What `ground env` prints: where the cluster, its backup, the tree and the repository are.
struct PracticeGround final
{
    QString socket, backup, system, files, repository, credential;
};

/// The names that the practice agent asks with.
inline constexpr QStringView PracticeAgent = u"practice-agent";
inline constexpr QStringView PracticeTarget = u"bookings-staging";

/// The first gate.toml of this user: his practice targets, an agent that may ask for them, and a machine of his own for
/// policy changes. Makes the keys of both where they are missing. An existing gate.toml is left alone.
[[nodiscard]] Expected<Done> writePracticeConfig(const PracticeGround &ground);

} // namespace holdfast
