"""Texts with secrets, each with the part that must never be printed, and texts that only look like it.

The tokens are in two parts: none may look like a leak to those who scan this repository.
"""

from typing import Final

PASSWORD: Final = "hunter2"
ACCESS_KEY: Final = "AKIA" + "IOSFODNN7EXAMPLE"
SECRET_KEY: Final = "wJalrXUtnFEMI/K7MDENG/" + "bPxRfiCYEXAMPLEKEY"
BODY: Final = "MIIEpAIBAAKCAQEA7+/x1Zq0abcd"
KEY: Final = f"-----BEGIN RSA {'PRIVATE'} KEY-----\n{BODY}\n{BODY}==\n-----END RSA {'PRIVATE'} KEY-----"
TOKENS: Final = {
    "an AWS access key": [ACCESS_KEY, "ASIA" + "Y34FZKBOKMUTVV7A"],
    "an AWS secret access key": [SECRET_KEY],
    "a JSON web token": ["eyJhbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N"],
    "a GitHub token": ["ghp_" + "a1B2" * 9, "gho_" + "a1B2" * 9, "github_pat_" + "11ABCDE0Y" * 8],
    "a GitLab token": ["glpat-" + "x1Y2z3W4_" * 3, "glrt-" + "x1Y2z3W4-" * 3],
    "a Slack token": ["xoxb-" + "1234567890-abcDEF", "xoxp-" + "1234567890-98765-abc", "xapp-1-" + "A0B1C2D3E4F-12"],
    "a Google key": ["AIza" + "SyA1b2C3d4" * 3 + "E5f6G", "GOCSPX-" + "a1b2c3d4e5f6g7h8i9j0"],
    "an HCP Terraform token": ["a1B2c3.atlasv1" + ".x1Y2z3"],
    "a Vault token": ["hvs." + "CAESIJ1a2b3c4d5e6f7g8h9"],
    "a Stripe key": ["sk_live_" + "a1b2c3d4e5f6"],
    "an API key": ["sk-proj-" + "a1B2c3D4" * 5],
    "a registry's token": ["npm_" + "a1B2c3" * 6, "pypi-" + "AgEIcHlwaS5vcmc1a2b3c4d5e6"],
    "a SendGrid key": ["SG." + "a1B2c3D4e5F6g7H8i9" + ".j1K2l3M4n5O6p7Q8r9"],
    "a private key": [KEY, KEY.replace("\n", "\\n"), KEY.replace("RSA ", ""), KEY.replace("RSA ", "OPENSSH ")],
}
# With {} for the password.
CONTEXTS: Final = (
    "https://me:{}@example.com/x",
    "https://:{}@example.com",
    "mysql://root:{}@db.internal:3306/shop",
    "https://me:p@{}@example.com/x",
    "https://me:{}/x@example.com/x",
    "jdbc:mysql://db.internal/shop?user=me&password={}&useSSL=true",
    "jdbc:sqlserver://db.internal;user=sa;pwd={};encrypt=true",
    "jdbc:oracle:thin:scott/{}@//db.internal:1521/shop",
    "Server=db.internal;Uid=sa;Pwd={};",
    "password={}",
    "PASSWORD={}",
    "DB_PWD={}",
    "db.passphrase = {}",
    "password: {}",
    "password: '{}'",
    '"password": "{}"',
    'password = "{}"',
    'password => "{}"',
    '{{\\"password\\":\\"{}\\"}}',
    "{{user=me, password={}}}",
    "--password {}",
    "--db-password={}",
    "ALTER USER cdc IDENTIFIED BY '{}'",
    'org.x.LoginModule required username="a" password="{}";',
    "Authorization: Basic {}dXNlcg==",
    "Authorization: Bearer {}-a1b2c3d4e5",
    "api_key={}-a1b2c3d4e5",
    'client_secret: "{}-a1b2c3d4e5"',
    "AccountKey={}a1b2c3d4e5==",
    "https://example.com/x?X-Amz-Signature={}a1b2c3d4e5a1b2c3",
    "https://hooks.slack.com/services/T000/B000/{}a1b2c3d4e5",
)
HARMLESS: Final = (
    "arn:aws:kafka:us-east-1:123456789012:cluster/cdc-prod/12345678-09e7-4abc-8be8-c657f7e4ff32-2",
    "arn:aws:secretsmanager:us-east-1:123456789012:secret:cdc/orders-AbCdEf",
    "arn:aws:kafkaconnect:us-east-1:123456789012:custom-plugin/cdc-prod-debezium-6b76f9ba44f1/12345678-09e7-4abc-2",
    "12345678-09e7-4abc-8be8-c657f7e4ff32",
    "sha256 6b76f9ba44f1393ccd9ddc599af037718ab3ce554c349c6c42f93ef4965601b3",
    "secret of da39a3ee5e6b4b0d3255bfef95601890afd80709",
    "h1:2jmj7l5rSw0yVb/vlWAYkK/YBwk1RtPRpYgP2EwFGUk=",
    "__amazon_msk_connect_offsets_cdc-prod-orders_12345678-09e7-4abc-8be8-c657f7e4ff32-2",
    "orders.orders.customers, gluten-free-orders-2024-archive",
    "AROA" + "IOSFODNN7EXAMPLE",
    "${secretsmanager:cdc/orders:password}",
    "database.password=${secretsmanager:cdc/orders:password}",
    'password="${secretsmanager:cdc/orders:jaas}"',
    "https://me:${secretsmanager:cdc/orders:password}@example.com",
    "secret: cdc/orders",
    "secret: cdc-orders-production-2024",
    "database.password: must be left out: it comes from source.secret, got (hidden)",
    "database.password: Password of the database user to be used when connecting to the database.",
    "password = (sensitive value)",
    "x.sasl.oauthbearer.token.endpoint.url: https://example.com/token",
    "column.mask.hash.v2.SHA-256.with.salt.s4lt",
    "https://example.com:443/a@b and http://127.0.0.1:8080 for me@example.com",
    "b-1.cdc.abc123.c1.kafka.us-east-1.amazonaws.com:9098",
    "PWD=/work/project",
    "org/apache/kafka/connect/json/JsonConvert1",
    "a bearer token is refused; --password TEXT  The password",
    "IDENTIFIED BY '<password>'",
    "aws_iam_role_policy.connectors_orders_permissions_AB12CD34",
    "s3://acme-artifacts/plugins/glue-schema-registry-kafkaconnect-converter-1.1.9.zip",
    "-----BEGIN CERTIFICATE-----\nMIIDXTCCAkWgAwIBAgIJAKL0UG\n-----END CERTIFICATE-----",
    "must not hold a private key: keep it in Secrets Manager",
    "password: rotated by the database's administrators",
)
