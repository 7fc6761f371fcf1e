# SPDX-License-Identifier: Apache-2.0
"""What nobody sees in a text, and how it must be shown: written from Unicode's categories, not from the product."""
import json
import unicodedata

# Letters and marks that draw nothing, besides the categories below.
BLANK = set("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\ufe0f\ufffc\U000e0100")


def is_hidden(character):
    return unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") or character in BLANK


def shown(text):
    """As it must be shown: ⟨U+XXXX⟩ for what could hide, and for the bracket itself."""
    def escaped(each):
        return is_hidden(each) or each == "⟨" or (each != " " and unicodedata.category(each) == "Zs")

    return "".join(f"⟨U+{ord(each):04X}⟩" if escaped(each) else each for each in text)


def hidden_in(text, lines="\n\t"):
    return sorted({f"U+{ord(each):04X}" for each in text if is_hidden(each) and each not in lines})


def in_json(text):
    """As it must stand where the JSON of a document is shown."""
    return shown(json.dumps(text, ensure_ascii=False)[1:-1])
