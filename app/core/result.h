// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>
#include <variant>

namespace holdfast {

/// Success of an operation that yields nothing.
struct Done final
{
    friend bool operator==(Done, Done) = default;
};

/// Wraps an error so that it converts into any Result with that error type: `return Failure{JsonError{…}};`
template<typename E>
struct Failure final
{
    E error;
};
template<typename E>
Failure(E) -> Failure<E>;

/// A value or an error: what std::expected is in C++23. `T` and `E` must differ.
/// Reading the side that is absent ends the program: check with `if (result)` first.
template<typename T, typename E>
class [[nodiscard]] Result final
{
public:
    Result(T value) : m_state(std::in_place_index<0>, std::move(value)) {}
    template<typename F>
    Result(Failure<F> failure) : m_state(std::in_place_index<1>, std::move(failure.error)) {}

    [[nodiscard]] explicit operator bool() const noexcept { return m_state.index() == 0; }
    [[nodiscard]] const T &value() const & { return std::get<0>(m_state); }
    [[nodiscard]] T &value() & { return std::get<0>(m_state); }
    [[nodiscard]] T &&value() && { return std::get<0>(std::move(m_state)); }
    [[nodiscard]] const E &error() const { return std::get<1>(m_state); }
    [[nodiscard]] Failure<E> failure() const { return Failure<E>{error()}; }

    const T &operator*() const & { return value(); }
    T &operator*() & { return value(); }
    T &&operator*() && { return std::move(*this).value(); }
    const T *operator->() const { return &value(); }
    T *operator->() { return &value(); }
    [[nodiscard]] T valueOr(T fallback) const { return *this ? value() : std::move(fallback); }

private:
    std::variant<T, E> m_state;
};

} // namespace holdfast
