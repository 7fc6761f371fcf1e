// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace holdfast {

// From now on assistive technology sees each SecretInput as a password field with its name, its place, whether it has the
// focus, and no text at all. Qt's own description of an editable item would either name it or call it a password, not both.
void installSecretAccess();

} // namespace holdfast
