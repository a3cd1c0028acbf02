"""Fits the multinomial logistic regressions that ``rag.question.classifier`` scores with."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rag.question.classifier import BIAS

Weights = dict[str, list[float]]
"""Feature to its weight for each class, two decimals; features without any are left out."""


def fit(
    present: Sequence[Sequence[str]],
    truth: Sequence[str],
    weight: Sequence[float],
    classes: Sequence[str],
    inverse_penalty: float,
    seen_at_least: int = 3,
) -> Weights:
    """The weights of a regression.

    Args:
        present: the features of each text.
        truth: the class of each.
        weight: what each counts.
        classes: in the order of the weights.
        inverse_penalty: scikit-learn's ``C``, above 0.
        seen_at_least: features of fewer texts are left out.
    """
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.linear_model import LogisticRegression

    seen = Counter(feature for each in present for feature in each)
    vectorizer = DictVectorizer()
    rows = vectorizer.fit_transform(
        [{feature: 1.0 for feature in each if seen[feature] >= seen_at_least} for each in present]
    )
    model = LogisticRegression(C=inverse_penalty, max_iter=500)
    model.fit(rows, list(truth), sample_weight=list(weight))
    rows_of_weights = [[float(bias), *map(float, row)] for bias, row in zip(model.intercept_, model.coef_, strict=True)]
    if len(rows_of_weights) == 1:  # of two classes there is one row, the second one's; the first has none
        rows_of_weights.insert(0, [0.0] * len(rows_of_weights[0]))
    by_class = dict(zip(model.classes_, rows_of_weights, strict=True))
    weights = {
        feature: [round(by_class[name][column], 2) for name in classes]
        for column, feature in enumerate((BIAS, *vectorizer.feature_names_))
    }
    return {feature: values for feature, values in weights.items() if any(values)}


def write(path: Path, classes: Sequence[str], weights: Weights) -> None:
    """Writes the weights, a feature a line, so that two versions can be compared."""
    rows = ",\n".join(f"{json.dumps(feature)}: {json.dumps(values)}" for feature, values in weights.items())
    path.write_text(f'{{"classes": {json.dumps(list(classes))},\n"weights": {{\n{rows}\n}}}}\n', encoding="utf-8")
