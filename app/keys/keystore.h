// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.h"
#include "core/signer.h"

#include <functional>

namespace holdfast {

/// How a key, or a whole store, stands. Kept apart because each asks something else of the user; none of them is a reason
/// to create a key.
enum class KeyState {
    Present,
    Locked, ///< it is there, or may be there: the keyring is locked, or its prompt was dismissed
    Absent, ///< the store answered and has no such key
    Unavailable, ///< no bus, no service, no answer in time, an unreadable file
    Denied, ///< the store refused: by the user, by the bus, a wrong passphrase, a file that others can read
};
[[nodiscard]] QString toString(KeyState state);

/// Why a store did not do what it was asked; `state` is never Present.
struct KeyStoreError final
{
    KeyState state = KeyState::Unavailable;
    QString detail; ///< one sentence of ours; never a secret
};

/// Which store answers: another may answer tomorrow under the same name. Empty members are not known.
struct StoreIdentity final
{
    static constexpr std::int64_t latest = 253'402'300'799; ///< the end of the year 9999

    QString program; ///< of the process that answers, such as `gnome-keyring-d`
    QString label; ///< of its default collection, such as `Login`
    QString collection; ///< its object path
    std::int64_t createdAt = 0; ///< seconds since 1970, as the store says; 0 when it says nothing

    [[nodiscard]] bool isKnown() const { return !program.isEmpty() || !collection.isEmpty(); }
    /// For a person: `the keyring “Login” of gnome-keyring-d, made 2026-11-01`. Foreign text in it is made visible.
    [[nodiscard]] QString words() const;
    friend bool operator==(const StoreIdentity &, const StoreIdentity &) = default;
};

/// The likeness of two looks, at one store or at two. Maybe: one of them is not known; or it looks so, but one of them does not say when it was made
/// (gnome-keyring 42 does not, of a keyring that it read from disk).
enum class Likeness { Same, Maybe, Other };
[[nodiscard]] Likeness likenessOf(const StoreIdentity &one, const StoreIdentity &other);

/// Secret bytes by name. Handlers are called exactly once, on the thread of the store, never before the call returns.
/// A store that ends calls no handler any more.
class KeyStore
{
public:
    using ReadHandler = std::function<void(Result<SecretBytes, KeyStoreError>)>;
    using DoneHandler = std::function<void(Result<Done, KeyStoreError>)>;
    using StateHandler = std::function<void(KeyState, QString detail)>;
    using IdentityHandler = std::function<void(StoreIdentity)>;

    virtual ~KeyStore() = default;
    /// The store as a whole: Present (usable), Locked, Unavailable, Denied; Absent where it was never made.
    virtual void probe(StateHandler handler) = 0;
    /// Which store this is just now; unknown where none answers, or where there is only one that it can be.
    virtual void identify(IdentityHandler handler) { handler({}); }
    virtual void read(const QString &name, ReadHandler handler) = 0;
    /// Done only after the store gave back exactly these bytes.
    virtual void write(const QString &name, SecretBytes value, DoneHandler handler) = 0;
    /// Done only after the store says it has none any more; a name that was never there is Done as well.
    virtual void remove(const QString &name, DoneHandler handler) = 0;
};

} // namespace holdfast
