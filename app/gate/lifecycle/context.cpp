// SPDX-License-Identifier: Apache-2.0
#include "gate/lifecycle/context.h"

namespace holdfast {

bool Context::attempt(const std::function<bool()> &work)
{
    const Book::Mark mark = book.mark();
    const auto registry = registries.current();
    const std::size_t kept = effects.size();
    store.savepoint();
    if (work()) {
        store.release();
        return true;
    }
    store.undo();
    book.reset(mark);
    registries.reset(registry);
    effects.erase(effects.begin() + static_cast<std::ptrdiff_t>(kept), effects.end());
    return false;
}

} // namespace holdfast
