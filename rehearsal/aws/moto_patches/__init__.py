"""Patches of moto where it differs from AWS in a way that breaks a plan, an apply or a destroy.

Each patch says what AWS does and what moto does. Its test fails once moto no longer needs the patch.
"""

from functools import cache

from rehearsal.aws.moto_patches import (
    autoscaling,
    cloudwatch,
    custom_ids,
    ec2,
    event_source_mappings,
    functions,
    glue,
    s3,
)


@cache
def patch_moto() -> None:
    """Patches moto in this process, once; its server may be running already."""
    autoscaling.keep_scalable_target_tags()
    cloudwatch.put_composite_alarms()
    cloudwatch.replace_metric_filters()
    ec2.describe_every_rule()
    ec2.change_rules_one_at_a_time()
    ec2.change_tags_one_at_a_time()
    ec2.delete_nat_gateway_interfaces()
    functions.keep_functions_without_docker()
    functions.keep_logging_of_functions()
    event_source_mappings.map_topics_of_kafka()
    glue.keep_tags_of_registries()
    s3.evaluate_policy_conditions()
    s3.delete_single_versions_while_suspended()
    s3.check_expected_bucket_owner()
    custom_ids.use_custom_ids()
