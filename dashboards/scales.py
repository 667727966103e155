"""What values mean: their colours, and the words that stand for some of them."""

from collections.abc import Mapping

from grafana_foundation_sdk.builders.dashboard import ThresholdsConfig
from grafana_foundation_sdk.models.dashboard import (
    Threshold,
    ThresholdsMode,
    ValueMap,
    ValueMappingResult,
)


def steps(lowest: str, *above: tuple[float, str]) -> ThresholdsConfig:
    """Colour values: ``lowest`` from the bottom, then each colour from its value on."""
    scale = [Threshold(None, lowest), *(Threshold(value, colour) for value, colour in above)]
    return ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(scale)


def words(by_value: Mapping[float, tuple[str, str]]) -> list[ValueMap]:
    """Show some values as words: value -> the word and its colour."""
    results = {
        f"{value:g}": ValueMappingResult(text=text, color=colour, index=index)
        for index, (value, (text, colour)) in enumerate(by_value.items())
    }
    return [ValueMap(results)]
