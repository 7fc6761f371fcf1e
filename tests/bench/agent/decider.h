// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "identity.h"

#include <memory>

namespace holdfast::bench {

/// An approver and the agent that waits for him, at the product's gate, the peer's, or the floor.
class Decider
{
public:
    virtual ~Decider() = default;
    /// A request that waits for its decision, the decision signed, the agent's question outstanding at the gate.
    virtual void prepare() = 0;
    /// One write of the decision's frame.
    virtual void decide() = 0;
    /// Returns when the agent was told that its request is released, or is already further.
    virtual void awaitRelease() = 0;
    /// Returns when nothing of this request is going on any more.
    virtual void finish() = 0;
};

[[nodiscard]] std::unique_ptr<Decider> decideProduct(const QString &directory, const Cast &cast);
[[nodiscard]] std::unique_ptr<Decider> decidePeer(const QString &url, const Cast &cast);
[[nodiscard]] std::unique_ptr<Decider> decideFloor(quint16 port, const Cast &cast);

} // namespace holdfast::bench
