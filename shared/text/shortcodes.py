"""Reads emoji that are written as names between colons: ":tada:" on forums and GitHub."""

import re

SHORTCODE = re.compile(r"(?<![\w:/]):([a-z0-9_+-]{2,40}):(?:t[2-6]:)?(?![\w:/])")
# The names with a mood. Other emoji say nothing that a reader of words knows.
_NAMES = """
👍 +1 thumbsup
👎 -1 thumbsdown
😀 grinning
😃 smiley
😄 smile
😁 grin
😂 joy
🤣 rofl rolling_on_the_floor_laughing
🙂 slight_smile slightly_smiling_face
😊 blush
😉 wink
😍 heart_eyes
🥰 smiling_face_with_three_hearts smiling_face_with_hearts
😎 sunglasses
🤩 star_struck
🤗 hugs hugging_face
😅 sweat_smile
😇 innocent
😋 yum
🥳 partying_face
🎉 tada
🔥 fire
🚀 rocket
❤️ heart
💯 100
👏 clap
🙏 pray
🙌 raised_hands
💪 muscle
✅ white_check_mark
🤔 thinking thinking_face
😐 neutral_face
😑 expressionless
🙄 rolling_eyes roll_eyes
😒 unamused
😕 confused
🙁 slight_frown slightly_frowning_face
☹️ frowning frowning_face
😞 disappointed
😟 worried
😢 cry
😭 sob
😤 triumph
😠 angry
😡 rage pout
🤬 cursing_face face_with_symbols_over_mouth
😱 scream
😩 weary
😫 tired_face
😖 confounded
🤮 vomiting_face face_vomiting
🤢 nauseated_face
🤡 clown_face clown
💩 poop hankey shit
🤦 facepalm man_facepalming woman_facepalming
🤷 shrug man_shrugging woman_shrugging
💀 skull
💔 broken_heart
😬 grimacing
🗑️ wastebasket
🐐 goat
"""
EMOJI = {
    name: sign for sign, *names in map(str.split, _NAMES.strip().split("\n")) for name in names
}


def with_emoji(text: str) -> str:
    """Return the text with emoji in place of their names, and without the names of others."""
    return SHORTCODE.sub(_emoji, text) if ":" in text else text


def _emoji(found: re.Match[str]) -> str:
    name = found[1]
    if name in EMOJI:
        return EMOJI[name]
    # "10:30:45" and "12:00:" are no names.
    return " " if any(map(str.isalpha, name)) else found[0]
