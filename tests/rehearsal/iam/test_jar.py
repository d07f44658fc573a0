"""The jar of the brokers' extension has the classes that the properties name."""

import zipfile

from rehearsal.iam import extension
from tests.rehearsal.iam import lab


def test_the_brokers_extension_compiles() -> None:
    jars = lab.jars()
    with zipfile.ZipFile(extension.jar(compiler=jars.compiler, libraries=jars.kafka)) as content:
        names = content.namelist()
    assert names[0] == "META-INF/MANIFEST.MF"
    properties = {"IamAuthorizer", "IamPrincipals", "MskIamProvider", "BearerTokens"}
    assert {f"rehearsal/iam/{name}.class" for name in properties} <= set(names)
