"""The authorities that sign a database's certificate: a Java trust store in S3, which one connector's worker reads."""

import hashlib

from modules.certificates import java_trust_store
from modules.environment.ca_bundles import read_certificates
from modules.storage import assets
from modules.storage.bucket import PrivateBucket
from modules.synthesis.sdk import Construct


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
        stored = bucket.stored(
            self,
            asset=assets.asset(self, "certificates", content, name="trust-store.jks"),
            # The worker's provider keeps a file of this name, whatever is in S3: other content needs another name.
            key=f"{folder}/{digest}.jks",
            digest=digest,
            content_type="application/octet-stream",
        )
        self.path = f"{bucket.bucket}/{stored.key}"
        # Until a connector is updated, its worker reads the old object: both are allowed.
        self.arns = f"{bucket.arn}/{folder}/*"
        self.bucket_arn = bucket.arn
