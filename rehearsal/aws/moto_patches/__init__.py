"""Moto as a rehearsal needs it: where it differs from AWS so much that a plan, an apply or a destroy goes wrong.

Each mend says what AWS does and what moto does. A test of each fails as soon as moto needs it no longer.
"""

from functools import cache

from rehearsal.aws.moto_patches import autoscaling, chosen, ec2, s3
from rehearsal.aws.moto_patches.chosen import CHOSEN as CHOSEN


@cache
def mend() -> None:
    """Mends the moto of this process, once; its server may run already."""
    autoscaling.keep_tags()
    ec2.describe_rules()
    ec2.change_rules_one_at_a_time()
    ec2.clear_up_after_nat_gateways()
    s3.weigh_conditions()
    s3.delete_single_versions()
    s3.expect_owners()
    chosen.take_from_tags()
