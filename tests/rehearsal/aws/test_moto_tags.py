"""Tags are read while others are added: unpatched, moto answers 500 to what it has done."""

import subprocess
import sys

import pytest

from tests.places import ROOT

# The first comparison of a resource's id, in the middle of the loop over its tags, waits for another thread's new tag.
PROGRAM = """
import sys
from threading import Thread
from moto.ec2.models import tags
from rehearsal.aws.moto_patches import ec2
if sys.argv[1] == "patched":
    ec2.change_tags_one_at_a_time()
backend, added = tags.TagBackend(), []
class Pattern:
    def match(self, text):
        if not added:
            added.append(Thread(target=backend.create_tags, args=(["rule"], {"b": "2"})))
            added[0].start()
            added[0].join(1)
        return True
tags.re = type("re", (), {"compile": lambda _: Pattern()})
backend.create_tags(["rule"], {"a": "1"})
print(len(backend.describe_tags({"resource-id": ["rule"]})))
added[0].join()
print(len(backend.tags["rule"]))
"""


@pytest.mark.parametrize(("how", "found"), [("patched", "1\n2\n"), ("as it is", "dictionary changed size")])
def test_tags_are_changed_one_at_a_time(how: str, found: str) -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM, how], capture_output=True, text=True, cwd=ROOT, check=False)
    assert found in done.stdout + done.stderr
