"""A jar's libraries, licences, services, and the classes that one Java release finds in it."""

import pytest

from modules.archive.classfile import BadClassError
from modules.archive.libraries import Library
from tests.unit.archive.classes import class_file, jar, pom

MANIFEST = "META-INF/MANIFEST.MF"


def libraries(name: str, files: dict[str, bytes | str]) -> list[str]:
    return [str(library) for library in jar(name, files=files).libraries]


@pytest.mark.parametrize(
    ("name", "manifest", "coordinates"),
    [
        ("kafka-clients-3.7.2.jar", "", "kafka-clients:3.7.2"),
        ("kafka_2.13-3.9.2.jar", "", "kafka_2.13:3.9.2"),
        ("debezium-api-3.6.1.Final.jar", "", "debezium-api:3.6.1.Final"),
        ("guava-33.0.0-jre.jar", "", "guava:33.0.0-jre"),
        ("aws-msk-iam-auth-2.3.9-all.jar", "", "aws-msk-iam-auth:2.3.9"),
        ("netty-tcnative-2.0.61.Final-linux-x86_64.jar", "", "netty-tcnative:2.0.61.Final"),
        ("jakarta.ws.rs-api-3.1.0.jar", "", "jakarta.ws.rs-api:3.1.0"),
        (
            "zstd-jni-1.5.6-10.jar",
            "Implementation-Version: 1.5.6-10\nBundle-SymbolicName: com.github.luben.zstd-jni",
            "com.github.luben:zstd-jni:1.5.6-10",
        ),
        (
            "mysql-connector-j-9.1.0.jar",
            "Implementation-Version: 9.1.0\nImplementation-Vendor-Id: com.mysql\nBundle-SymbolicName: com.mysql.cj",
            "com.mysql:mysql-connector-j:9.1.0",
        ),
        ("ours.jar", "Implementation-Version: 4", "ours:4"),
        ("ours.jar", "", "ours"),
    ],
)
def test_a_library_by_its_file_name_and_manifest(name: str, manifest: str, coordinates: str) -> None:
    assert libraries(name, {MANIFEST: f"Manifest-Version: 1.0\r\n{manifest}\r\n\r\n"}) == [coordinates]


def test_mavens_files_have_priority() -> None:
    assert libraries("renamed-9.jar", pom("org.example", "thing", "1.0")) == ["org.example:thing:1.0"]


def test_a_shaded_jar_has_several_libraries() -> None:
    shaded = jar("a-1-all.jar", files={**pom("org.a", "a", "1"), **pom("org.b", "b", "2")})
    assert [str(library) for library in shaded.libraries] == ["org.a:a:1", "org.b:b:2"]
    assert shaded.library == Library("org.a", "a", "1")
    assert jar("c-1.jar", files={**pom("org.a", "a", "1"), **pom("org.b", "b", "2")}).library is None


def test_a_long_line_of_a_manifest_is_joined() -> None:
    text = "Implementation-Vendor-Id: org.exam\r\n ple\r\n\r\nName: other\r\nImplementation-Vendor-Id: wrong\r\n"
    assert libraries("a-1.jar", {MANIFEST: text}) == ["org.example:a:1"]


@pytest.mark.parametrize(
    ("files", "licences"),
    [
        (pom("org.a", "a", "1", "Apache License, Version 2.0"), ("Apache-2.0",)),
        (pom("org.a", "a", "1", "The MIT License"), ("MIT",)),
        (pom("org.a", "a", "1", "Our own terms"), ("Our own terms",)),
        ({MANIFEST: 'Bundle-License: "Apache License, Version 2.0";link="https://a.example"\n'}, ("Apache-2.0",)),
        (
            {
                MANIFEST: "Bundle-License: http://www.eclipse.org/legal/epl-2.0, https://www.gnu.org/software/classpath/l\n"
            },
            ("EPL-2.0", "GPL-2.0-only WITH Classpath-exception-2.0"),
        ),
        ({MANIFEST: "Bundle-License: https://opensource.org/licenses/BSD-2-Clause;description=x\n"}, ("BSD-2-Clause",)),
        ({"META-INF/LICENSE.txt": "Apache License\n   Version 2.0, January 2004"}, ("Apache-2.0",)),
        ({"LICENSE": "Redistribution and use in source and binary forms ... Neither the name of"}, ("BSD-3-Clause",)),
        (pom("org.a", "a", "1") | {"LICENSE": "Permission is hereby granted, free of charge"}, ("MIT",)),
        ({"LICENSE": "All rights reserved"}, ()),
        ({"META-INF/maven/org.a/a/pom.properties": "", "META-INF/maven/org.a/a/pom.xml": "<broken"}, ()),
        (
            {
                "META-INF/maven/org.a/a/pom.properties": "",
                "META-INF/maven/org.a/a/pom.xml": '<!DOCTYPE a [<!ENTITY b "MIT">]><project><licenses><license>'
                "<name>&b;</name></license></licenses></project>",
            },
            (),
        ),
    ],
)
def test_licences_by_their_spdx_identifiers(files: dict[str, bytes | str], licences: tuple[str, ...]) -> None:
    (library,) = jar("a-1.jar", files=files).libraries
    assert library.licences == licences


def test_services_without_their_comments() -> None:
    found = jar("a-1.jar", files={"META-INF/services/org.a.Spi": "# ours\n\norg.a.One # first\norg.a.Two\n"})
    assert found.services == {"org.a.Spi": ("org.a.One", "org.a.Two")}


def multi_release(*, declared: bool) -> dict[str, bytes | str]:
    versioned = {f"META-INF/versions/{java}/org/a/A.class": class_file("org/a/A", java=java) for java in (11, 21)}
    return {**versioned, "module-info.class": b"", MANIFEST: f"Multi-Release: {str(declared).lower()}\n\n"}


@pytest.mark.parametrize(("declared", "java", "loaded"), [(True, 8, 8), (True, 17, 11), (True, 21, 21), (False, 21, 8)])
def test_each_java_loads_its_own_classes_of_a_multi_release_jar(declared: bool, java: int, loaded: int) -> None:
    held = jar("a-1.jar", {"org/a/A": class_file("org/a/A", java=8)}, multi_release(declared=declared))
    found = held.find("org/a/A", java)
    assert found is not None
    assert found.java == loaded
    assert list(held.entries(java)) == ["org/a/A"]


def test_a_class_with_another_name_than_its_path_is_ignored() -> None:
    held = jar("a-1.jar", {"template/A": class_file("org/a/A")})
    assert held.find("template/A", 17) is None


def test_a_damaged_class_names_its_jar_and_entry() -> None:
    held = jar("a-1.jar", {"org/a/A": class_file("org/a/A")[:-1]})
    with pytest.raises(BadClassError, match=r"^a-1.jar: org/a/A.class is a damaged class file of \d+ bytes"):
        held.find("org/a/A", 17)
