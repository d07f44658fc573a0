"""The entry points of the commands: they import little, so that signals are handled while the rest is imported."""

from modules.program import Main, run


def cdc() -> int:
    """``cdc``."""
    return run(_cdc)


def cdktf() -> int:
    """``cdktf``."""
    return run(_cdktf)


def _cdc() -> Main:
    from cdc.cli import main

    return main


def _cdktf() -> Main:
    from cdc.delivery.cdktf_cli import main

    return main
