// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "keys/keystore.h"

#include <deque>
#include <map>
#include <optional>

namespace holdfast {

/// A store in memory that fails where a test says so: at the Nth write, at each read, or by not answering yet.
class MemoryStore final : public KeyStore
{
public:
    void probe(StateHandler handler) override { handler(KeyState::Present, {}); }
    void read(const QString &name, ReadHandler handler) override
    {
        if (slow)
            return late.push_back([this, name, handler] { answer(name, handler); });
        answer(name, handler);
    }
    void write(const QString &name, SecretBytes value, DoneHandler handler) override
    {
        if (++writes == failAt)
            return handler(Failure{KeyStoreError{KeyState::Locked, QStringLiteral("locked")}});
        values[name] = QByteArray(reinterpret_cast<const char *>(value.data()), static_cast<qsizetype>(value.size()));
        handler(Done{});
    }
    void remove(const QString &name, DoneHandler handler) override
    {
        values.erase(name);
        handler(Done{});
    }
    /// The oldest read that was not answered yet.
    void release()
    {
        const auto next = late.front();
        late.pop_front();
        next();
    }

    std::map<QString, QByteArray> values;
    int writes = 0;
    int failAt = 0;
    std::optional<KeyStoreError> refuses; ///< each read
    bool slow = false; ///< reads wait in `late`
    std::deque<std::function<void()>> late;

private:
    void answer(const QString &name, const ReadHandler &handler) const
    {
        if (refuses)
            return handler(Failure{*refuses});
        const auto found = values.find(name);
        if (found == values.end())
            return handler(Failure{KeyStoreError{KeyState::Absent, QStringLiteral("none")}});
        QByteArray copy(found->second.constData(), found->second.size());
        handler(SecretBytes::take(copy));
    }
};

} // namespace holdfast
