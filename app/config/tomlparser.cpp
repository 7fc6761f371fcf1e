// SPDX-License-Identifier: Apache-2.0
// The one translation unit that carries toml++'s bodies, built without exceptions: Debian's shared library throws.
#define TOML_IMPLEMENTATION
#include "config/toml.h"
