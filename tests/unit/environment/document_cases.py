"""Rules about the file as it is written: for each a file that keeps it, and files that do not."""

from tests.unit.environment.environment_files import Cases, Refused

CASES: Cases = {
    "every_place_is_filled_in": (
        {"tags: {owner: data-platform}": "tags: {owner: FILLED_IN}"},
        [
            Refused(
                {"tags: {owner: data-platform}": "tags: {owner: FILL_IN}  # <-"},
                "tags.owner",
                "must be filled in: cdc import could not tell it, got 'FILL_IN'",
            ),
            Refused(
                {"role_names: [billing-app]": "role_names: [FILL_IN]  # <-"},
                "consumers.billing.role_names[0]",
                "must be filled in",
            ),
        ],
    ),
}
