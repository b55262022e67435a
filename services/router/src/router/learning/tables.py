"""The results of an evaluation as tables for the terminal and the report."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from rich.table import Table

NAMES: Final = {
    "accuracy": "accuracy", "macro_f1": "macro-F1", "top_3": "top three", "calibration_error": "calibration error",
    "coverage_at_95": "covered at 95 % right", "forwarded_at_threshold": "forwarded at own threshold",
    "right_among_forwarded": "right among forwarded",
}  # fmt: skip


def by_folds(name: str, found: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> Table:
    """Means over the folds with half their 95 % intervals, ours and the baseline; then the last fold alone."""
    last = rows[-1]
    table = Table(
        "", "ours", "baseline", "difference", f"fold {last['fold']}: ours", "baseline", caption_justify="left"
    )
    table.title = f"{name}: {found['texts']:,} texts, {len(rows)} folds, each judged by what the others taught"
    for key, title in NAMES.items():
        value = found[key]
        sides = [value[side] for side in ("ours", "baseline", "difference")] if "ours" in value else [value, None, None]
        alone = [last.get(f"{whose}_{key}") for whose in ("ours", "baseline")]
        table.add_row(title, *map(_interval, sides), *map(_number, alone))
    table.caption = f"model file {found['file_mb']} MB; {found['ms_a_text']} ms of one core a text, read many at once"
    return table


def sides(title: str, found: Mapping[str, Mapping[str, Any]]) -> Table:
    """One row per side (such as ours and baseline), one column per measure."""
    first = next(iter(found.values()))
    table = Table("", *(NAMES.get(key, key.replace("_", " ")) for key in first), title=title)
    for side, values in found.items():
        table.add_row(side, *map(_number, values.values()))
    return table


def _interval(value: Mapping[str, Any] | None) -> str:
    if value is None:
        return ""
    half = value["half_width_95"]
    return f"{value['mean']:.3f}" + (f" ± {half:.3f}" if half is not None else "")


def _number(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.3f}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else str(value)
