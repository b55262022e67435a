"""The sector of a plain text: short, of one field, in words that leave nothing open.

A plain text needs less certainty of the model than others, since the rules read it without a rival. Whether level and
place are as plain is judged where the body is chosen (`router.placement.plain`).
"""

from router.reading.classifier import Model, Prediction
from router.reading.rules import RuleMatches, Rules


def plain_sector(rules: Rules, matches: RuleMatches, prediction: Prediction, model: Model) -> str | None:
    """The sector that rules and model find in a plain text; None: the text is not plain, or they differ."""
    sector = matches.decision.sector
    if not matches.plain or sector is None or sector in rules.plain.never or not _may(sector, model):
        return None
    best = next(iter(prediction.sectors), None)
    if sector in model.labels:
        agreed = best is not None and best.sector == sector and best.score >= rules.plain.least_score
    else:
        # The model never learned the sector: it must find a wider one, or nothing.
        agreed = best is None or best.sector in rules.wider(sector) or best.score < rules.plain.least_score
    return sector if agreed else None


def _may(sector: str, model: Model) -> bool:
    """A model that needs no agreement has a threshold of its own for what it learned."""
    return model.rule.forwards and (model.rule.agreement or sector not in model.labels)
