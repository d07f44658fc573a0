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
    "text_is_no_token": (
        {"decimal.handling.mode: string": "custom.metric.tags: team=TfToken"},
        [
            Refused(
                {"decimal.handling.mode: string": 'custom.metric.tags: "team=TfToken[TOKEN.3]"  # <-'},
                "connectors.orders.properties.custom.metric.tags",
                "must not contain TfToken[: the synthesis has it for its own references",
            ),
        ],
    ),
    "an_archives_path_is_no_template": (
        {"plugins:": 'plugins: {debezium-mysql: {archive: "build/$x{y}.zip"}}'},
        [
            Refused(
                {"plugins:": 'plugins: {debezium-mysql: {archive: "build/${x}.zip"}}  # <-'},
                "plugins.debezium-mysql.archive",
                "must have no ${ and no %{, which are Terraform's signs of a template, got 'build/${x}.zip'",
            ),
        ],
    ),
}
