"""The approved emitter against what the scenario service expects: one item a pair.

In this repository it is the stand-in that the settings name; the plugin's own verdict comes from its captures.
"""

from contracts.testing import verify_emitter

test_contract = verify_emitter("client-webinar-tracker-v2")
