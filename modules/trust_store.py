"""The authorities that sign a database's certificate: a Java trust store in S3, which one connector's worker reads."""

import atexit
import hashlib
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from modules.bucket import PrivateBucket
from modules.certificates import java_trust_store
from modules.environment.ca_bundles import read_certificates
from modules.synthesis.sdk import AssetType, Construct, S3Object, TerraformAsset, TerraformResourceLifecycle


class TrustStore(Construct):
    """The certificates of ``ca_bundle`` as an object of ``bucket``; other certificates are another object.

    Public: ``path`` (``bucket/key``), ``arns`` (of this connector's objects) and ``bucket_arn``. Raises OSError and
    BadBundleError.
    """

    def __init__(self, scope: Construct, id_: str, *, ca_bundle: str, connector: str, bucket: PrivateBucket) -> None:
        super().__init__(scope, id_)
        folder = f"trust-stores/{connector}"
        content = java_trust_store(read_certificates(ca_bundle))
        digest = hashlib.sha256(content).hexdigest()
        asset = TerraformAsset(self, "certificates", path=str(_stored(content)), type=AssetType.FILE)
        stored = S3Object(
            self,
            "object",
            bucket=bucket.bucket,
            # The worker's provider keeps a file of this name, whatever is in S3: other content needs another name.
            key=f"{folder}/{digest}.jks",
            source=asset.path,
            source_hash=digest,
            content_type="application/octet-stream",
            depends_on=bucket.required,
            # The worker reads the old one until the connector is updated.
            lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
        )
        self.path = f"{bucket.bucket}/{stored.key}"
        # Until a connector is updated, its worker reads the old object: both are allowed.
        self.arns = f"{bucket.arn}/{folder}/*"
        self.bucket_arn = bucket.arn


@cache
def _stored(content: bytes) -> Path:
    """A file with ``content``, until this process ends: CDKTF copies it beside the stack."""
    folder = TemporaryDirectory(prefix="msk-cdc-")
    atexit.register(folder.cleanup)
    file = Path(folder.name) / "trust-store.jks"
    file.write_bytes(content)
    return file
