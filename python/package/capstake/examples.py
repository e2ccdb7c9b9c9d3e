"""The scenarios that come with capstake: `examples.base`, `minimal`, `company_plan`, `capped_share`, `schwartz_moon_2000`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import _capstake

if TYPE_CHECKING:
    from ._scenario import Scenario

    base: Scenario
    minimal: Scenario
    company_plan: Scenario
    capped_share: Scenario
    schwartz_moon_2000: Scenario


def texts() -> dict[str, str]:
    """Their texts, by name, to write to a file and start from."""
    return {name.replace("-", "_"): text for name, text in _capstake.shipped()}


def __getattr__(name: str) -> Scenario:
    from ._scenario import Scenario

    text = texts().get(name)
    if text is None:
        raise AttributeError(f"there is no example `{name}`; the examples are {', '.join(texts())}")
    scenario = Scenario.parse(text, name=name.replace("_", "-") + ".toml")
    globals()[name] = scenario
    return scenario


def __dir__() -> list[str]:
    return [*texts(), "texts"]
