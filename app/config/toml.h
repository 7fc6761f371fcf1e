// SPDX-License-Identifier: Apache-2.0
#pragma once

// toml++ 3.3.0 tells the compiler that a key stands after `[`, and only then looks: `[=` aborts a debug build and is undefined in a
// release. The parser's own check behind it is right, so the promise is taken back before anything is compiled.
#include <toml++/impl/preprocessor.h>
#undef TOML_ASSERT_ASSUME
#define TOML_ASSERT_ASSUME(expr) static_assert(true)
#include <toml++/toml.h>
