"""The search for provider mirrors: each rule with a case that it accepts and one that it ignores."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from cdc import terraform

VERSION = "5.100.0"


@pytest.fixture
def stack(tmp_path: Path) -> Path:
    return _stack(tmp_path, source="aws", version=VERSION)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (home := tmp_path / "home").mkdir()
    return home


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (root := tmp_path / "opt").mkdir()
    return root


def _stack(tmp_path: Path, **provider: str) -> Path:
    (stack := tmp_path / "stack").mkdir(exist_ok=True)
    (stack / "cdk.tf.json").write_text(json.dumps({"terraform": {"required_providers": {"aws": provider}}}))
    return stack


def _unpacked(folder: Path, version: str = VERSION, target: str | None = None) -> None:
    place = folder / terraform.REGISTRY / "hashicorp/aws" / version / (target or terraform.target())
    place.mkdir(parents=True)
    (place / f"terraform-provider-aws_v{version}_x5").touch()


def _packed(folder: Path, version: str = VERSION, target: str | None = None) -> None:
    place = folder / terraform.REGISTRY / "hashicorp/aws"
    place.mkdir(parents=True)
    (place / f"terraform-provider-aws_{version}_{target or terraform.target()}.zip").touch()


def _environment(stack: Path, home: Path, root: Path, **base: str) -> dict[str, str]:
    return terraform.environment(stack, base=base, roots=[root], home=home)


@pytest.mark.parametrize("layout", [_unpacked, _packed])
@pytest.mark.parametrize("place", [".", "mirror"])
def test_both_layouts_are_found_one_or_two_levels_below_a_root(
    root: Path, layout: Callable[[Path], None], place: str
) -> None:
    layout(root / place)
    assert terraform.find_mirror("hashicorp/aws", VERSION, roots=[root]) == root / place


@pytest.mark.parametrize("layout", [_unpacked, _packed])
def test_a_mirror_of_another_version_platform_or_depth_is_ignored(
    root: Path, layout: Callable[[Path, str, str | None], None]
) -> None:
    layout(root / "too/deep", VERSION, None)
    layout(root / "older", "5.99.0", None)
    layout(root / "other-machine", VERSION, "plan9_mips")
    (root / "hollow" / terraform.REGISTRY / "hashicorp/aws" / VERSION / terraform.target()).mkdir(parents=True)
    assert terraform.find_mirror("hashicorp/aws", VERSION, roots=[root]) is None
    assert terraform.find_mirror("hashicorp/random", VERSION, roots=[root]) is None


@pytest.mark.parametrize(
    ("source", "version", "pinned"),
    [
        ("aws", VERSION, {"hashicorp/aws": VERSION}),
        ("hashicorp/aws", f"= {VERSION}", {"hashicorp/aws": VERSION}),
        ("registry.terraform.io/hashicorp/aws", VERSION, {"hashicorp/aws": VERSION}),
        ("example.org/hashicorp/aws", VERSION, {}),
        ("aws", "~> 5.0", {}),
    ],
)
def test_only_exact_versions_from_the_registry_are_searched(
    tmp_path: Path, source: str, version: str, pinned: dict[str, str]
) -> None:
    assert terraform.pinned_providers(_stack(tmp_path, source=source, version=version)) == pinned


def test_a_mirror_is_used_for_its_provider_only_and_reported(
    stack: Path, home: Path, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _unpacked(root / "mirror")
    variables = _environment(stack, home, root)
    text = Path(variables["TF_CLI_CONFIG_FILE"]).read_text()
    assert f'path    = "{root}/mirror"' in text
    assert 'include = ["registry.terraform.io/hashicorp/aws"]' in text
    assert 'exclude = ["registry.terraform.io/hashicorp/aws"]' in text
    assert capsys.readouterr().err == f"terraform: provider mirror: hashicorp/aws {VERSION} in {root}/mirror\n"


def test_without_a_mirror_nothing_is_set_or_printed(
    stack: Path, home: Path, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _environment(stack, home, root) == {"CHECKPOINT_DISABLE": "1"}
    assert capsys.readouterr().err == ""
    assert not any(home.iterdir())


def test_the_file_is_named_after_its_content_and_written_once(stack: Path, home: Path, root: Path) -> None:
    _unpacked(root / "b")
    first = Path(_environment(stack, home, root)["TF_CLI_CONFIG_FILE"])
    written = first.stat().st_mtime_ns
    assert Path(_environment(stack, home, root)["TF_CLI_CONFIG_FILE"]) == first
    assert first.stat().st_mtime_ns == written
    _unpacked(root / "a")
    second = Path(_environment(stack, home, root)["TF_CLI_CONFIG_FILE"])
    assert second != first
    assert sorted(first.parent.iterdir()) == sorted([first, second])


def test_the_file_is_in_the_users_cache_or_a_temporary_folder(
    stack: Path, home: Path, root: Path, tmp_path: Path
) -> None:
    _unpacked(root)
    assert _environment(stack, home, root)["TF_CLI_CONFIG_FILE"].startswith(f"{home}/.cache/")
    elsewhere = str(tmp_path / "cache")
    assert _environment(stack, home, root, XDG_CACHE_HOME=elsewhere)["TF_CLI_CONFIG_FILE"].startswith(elsewhere)
    (tmp_path / "file").touch()
    temporary = Path(_environment(stack, home, root, XDG_CACHE_HOME=str(tmp_path / "file"))["TF_CLI_CONFIG_FILE"])
    assert temporary.is_file()
    shutil.rmtree(temporary.parent)


def test_an_existing_configuration_file_is_kept(stack: Path, home: Path, root: Path, tmp_path: Path) -> None:
    _unpacked(root)
    (given := tmp_path / "given.tfrc").touch()
    assert _environment(stack, home, root, TF_CLI_CONFIG_FILE=str(given))["TF_CLI_CONFIG_FILE"] == str(given)


def test_a_missing_configuration_file_counts_as_unset(stack: Path, home: Path, root: Path, tmp_path: Path) -> None:
    missing = str(tmp_path / "missing.tfrc")
    assert "TF_CLI_CONFIG_FILE" not in _environment(stack, home, root, TF_CLI_CONFIG_FILE=missing)
    _unpacked(root)
    assert _environment(stack, home, root, TF_CLI_CONFIG_FILE=missing)["TF_CLI_CONFIG_FILE"] != missing


@pytest.mark.parametrize("own", [".terraformrc", ".terraform.d/a.tfrc", ".terraform.d/credentials.tfrc.json"])
def test_the_users_own_configuration_is_not_replaced(
    stack: Path, home: Path, root: Path, own: str, capsys: pytest.CaptureFixture[str]
) -> None:
    _unpacked(root)
    (home / own).parent.mkdir(exist_ok=True)
    (home / own).touch()
    assert "TF_CLI_CONFIG_FILE" not in _environment(stack, home, root, TF_CLI_CONFIG_FILE="missing")
    assert f"provider installation is configured by {home / own}" in capsys.readouterr().err


def test_variables_of_the_caller_are_kept(stack: Path, home: Path, root: Path) -> None:
    variables = _environment(stack, home, root, CHECKPOINT_DISABLE="", AWS_PROFILE="x")
    assert variables == {"CHECKPOINT_DISABLE": "", "AWS_PROFILE": "x"}


def test_a_missing_terraform_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(terraform.TerraformError, match="terraform must be on PATH"):
        terraform.executable()


def test_a_failure_has_terraforms_output(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, stack: Path) -> None:
    (fake := tmp_path / "terraform").write_text('#!/bin/sh\necho "$TF_INPUT $2: no" >&2\nexit 3\n')
    fake.chmod(0o755)
    monkeypatch.setattr(terraform, "executable", lambda: str(fake))
    with pytest.raises(terraform.TerraformError, match=r"terraform plan failed in .*:\n0 plan: no"):
        terraform.run(stack, "plan", variables={})
    assert terraform.run(stack, "plan", variables={}, check=False).returncode == 3


def test_the_shell_gets_the_same_settings(
    monkeypatch: pytest.MonkeyPatch, stack: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(terraform, "environment", lambda _: {"CHECKPOINT_DISABLE": "1", "TF_CLI_CONFIG_FILE": "a b"})
    assert terraform.main(["env", str(stack)]) == 0
    shell = f'{capsys.readouterr().out}printf %s "$TF_CLI_CONFIG_FILE"'
    assert subprocess.run(["sh", "-c", shell], capture_output=True, text=True, check=True).stdout == "a b"


def test_a_folder_without_a_stack_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert terraform.main([str(tmp_path), "plan"]) == 1
    assert "run make synth first" in capsys.readouterr().err
    assert terraform.main([]) == 2


def test_without_a_mirror_or_a_cache_each_stack_gets_a_copy(home: Path, root: Path, tmp_path: Path) -> None:
    def copies(**variables: str) -> bool:
        return terraform.copies_providers(variables, roots=[root], home=home)

    (given := tmp_path / "mine.tfrc").touch()
    assert copies()
    assert copies(TF_CLI_CONFIG_FILE=str(tmp_path / "missing.tfrc"))
    assert not copies(TF_CLI_CONFIG_FILE=str(given))
    assert not copies(TF_PLUGIN_CACHE_DIR=str(tmp_path))
    _unpacked(root / "plugins")
    assert not copies()


def test_the_users_own_configuration_may_name_a_cache(home: Path, root: Path) -> None:
    (home / ".terraformrc").touch()
    assert not terraform.copies_providers({}, roots=[root], home=home)
