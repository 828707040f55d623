"""When the stories in a real browser run: always, unless somebody asks to leave them out."""

import os

import pytest

BROWSER = [
    pytest.mark.browser,
    pytest.mark.skipif(os.environ.get("CHARGEHAND_NO_BROWSER") == "1", reason="CHARGEHAND_NO_BROWSER=1"),
]
