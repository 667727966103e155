"""What values mean: their colours, and the words that stand for some of them."""

from collections.abc import Mapping

from grafana_foundation_sdk.builders.dashboard import ThresholdsConfig
from grafana_foundation_sdk.models.dashboard import (
    DashboardRegexMapOptions,
    RegexMap,
    Threshold,
    ThresholdsMode,
    ValueMap,
    ValueMapping,
    ValueMappingResult,
)

TIMES = "suffix: x"
"""Unit of what is a multiple of something."""


def steps(lowest: str, *above: tuple[float, str]) -> ThresholdsConfig:
    """Colour values: ``lowest`` from the bottom, then each colour from its value on."""
    scale = [Threshold(None, lowest), *(Threshold(value, colour) for value, colour in above)]
    return ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(scale)


def without_prefix(prefix: str) -> list[ValueMapping]:
    """Show texts without what they all begin with."""
    rest = ValueMappingResult(text="$1", index=0)
    options = DashboardRegexMapOptions(pattern=f"{prefix}(.+)", result=rest)
    return [RegexMap(options)]


def words(by_value: Mapping[int, tuple[str, str]]) -> list[ValueMapping]:
    """Show some values as words: value -> the word and its colour."""
    results = {
        str(value): ValueMappingResult(text=text, color=colour, index=index)
        for index, (value, (text, colour)) in enumerate(by_value.items())
    }
    return [ValueMap(results)]
