"""Each metric against values worked out by hand and against a second implementation."""

from __future__ import annotations

import collections
import math
import re
import string

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest
from sklearn.metrics import roc_auc_score

from eval.metrics import (
    Place,
    area_under_risk_coverage,
    auroc,
    best_exact_match,
    best_f1,
    best_thresholded,
    calibration_bins,
    calibration_error,
    character_overlap,
    citation_precision,
    citation_recall,
    exact_match,
    holds,
    intervals,
    matches,
    mean,
    normalise,
    paired_differences,
    ranking_scores,
    right_where_refused,
    risk_coverage,
    supports,
    token_f1,
    wilson_interval,
)
from eval.metrics.statistic import Statistic, value_of

ASCII_TEXT = st.text(alphabet=string.ascii_letters + string.digits + string.punctuation + "  \n", max_size=60)


# -- text -------------------------------------------------------------------------------------------------


def squad_normalise(text: str) -> str:
    """The logic of the published SQuAD script, written down again."""
    text = "".join(character for character in text.lower() if character not in set(string.punctuation))
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", text).split())


def squad_f1(prediction: str, gold: str) -> float:
    predicted, wanted = squad_normalise(prediction).split(), squad_normalise(gold).split()
    same = sum((collections.Counter(predicted) & collections.Counter(wanted)).values())
    if not predicted or not wanted:
        return float(predicted == wanted)
    if same == 0:
        return 0.0
    precision, recall = same / len(predicted), same / len(wanted)
    return 2 * precision * recall / (precision + recall)


@settings(deadline=None)
@given(ASCII_TEXT, ASCII_TEXT)
def test_text_metrics_agree_with_the_published_squad_logic(prediction: str, gold: str) -> None:
    assert normalise(prediction) == squad_normalise(prediction)
    assert exact_match(prediction, gold) == float(squad_normalise(prediction) == squad_normalise(gold))
    assert token_f1(prediction, gold) == pytest.approx(squad_f1(prediction, gold))


def test_text_metrics_by_hand() -> None:
    assert normalise("The  Quick, brown-fox's!") == "quick brownfoxs"
    assert exact_match("the Cat.", "a cat") == 1.0
    # prediction: three tokens, gold: four; two in common: P = 2/3, R = 2/4
    assert token_f1("red cat sat", "the old red cat slept") == pytest.approx(2 * (2 / 3) * (2 / 4) / (2 / 3 + 2 / 4))
    assert token_f1("cat cat", "cat") == pytest.approx(2 / 3)
    assert best_f1("two", ["2", "two men"]) == pytest.approx(2 / 3)
    assert best_exact_match("", []) == 1.0
    assert best_exact_match("something", []) == 0.0
    assert best_f1("", ["two"]) == 0.0


def test_curly_quotes_and_chinese_are_normalised_too() -> None:
    assert normalise("Ann\u2019s \u201cmill\u201d") == normalise('Ann\'s "mill"')
    assert token_f1("\u4e0a\u6d77\u5e02\u3002", "\u4e0a\u6d77") == pytest.approx(2 * (2 / 3) * 1 / (2 / 3 + 1))
    assert holds("\u6211\u4eec\u5728\u4e0a\u6d77\u5e02\u3002", "\u4e0a\u6d77")


def test_containment_is_of_whole_words_in_a_row() -> None:
    assert holds("It was opened in 1990, by Ann.", "in 1990")
    assert not holds("It was opened in 19901.", "1990")
    assert not holds("Ann met Bob", "Ann Bob")
    assert holds("Vitamin A!", "a!")
    assert holds("Ann Lee\u2019s boat", "Ann Lee") and holds("Ann Lee's boat", "ann  lee")
    assert holds("It cost 1,200,not more.", "1,200") and not holds("The Annals", "Ann")
    assert not holds("nothing here", "!?")


def test_a_long_answer_may_be_quoted_in_part() -> None:
    gold = "you must bring the old plates and the signed form to any office within ten days"
    assert matches("Bring the old plates and the signed form to any office.", gold)
    assert not matches("Bring your plates.", gold)
    assert not matches("ten", "ten days")


# -- overlap ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cited", "gold", "agree"),
    [
        (Place("a", 0, 100), Place("a", 40, 50), True),  # a sentence that holds the answer
        (Place("a", 40, 50), Place("a", 0, 100), True),  # one sentence of a long passage
        (Place("a", 0, 100), Place("a", 50, 150), True),  # exactly half of each
        (Place("a", 0, 100), Place("a", 51, 151), False),
        (Place("a", 0, 100), Place("a", 100, 150), False),  # side by side
        (Place("a", 0, 100), Place("b", 0, 100), False),  # another document
    ],
)
def test_places_agree_by_half_of_the_shorter(cited: Place, gold: Place, agree: bool) -> None:
    assert supports(cited, gold) is agree
    assert supports(gold, cited) is agree


def test_citations_by_hand() -> None:
    needed = [[Place("a", 0, 10)], [Place("a", 20, 30), Place("b", 0, 10)], [Place("a", 40, 50)]]
    cited = [Place("b", 0, 10), Place("a", 0, 4), Place("a", 100, 110), Place("a", 35, 42)]
    assert citation_recall(cited, needed) == pytest.approx(2 / 3)
    assert citation_precision(cited, needed) == pytest.approx(2 / 4)
    assert citation_recall([], needed) == 0.0


def test_characters_in_common_by_hand() -> None:
    """Of a piece with several places the one that is cited most counts; white space never does."""
    texts = {"a": "ab cd ef gh ij", "b": "  ab  "}
    needed = [[Place("b", 2, 4), Place("a", 0, 2)], [Place("a", 6, 11)]]
    assert character_overlap([Place("a", 0, 8)], needed, texts) == (pytest.approx(4 / 6), pytest.approx(4 / 6))
    assert character_overlap([Place("a", 0, 8), Place("a", 3, 5)], needed, texts)[1] == pytest.approx(4 / 6)
    assert character_overlap([Place("a", 0, 14), Place("b", 0, 6)], needed, texts)[0] == 1.0
    assert character_overlap([], needed, texts) == (0.0, 0.0)


# -- confidence -------------------------------------------------------------------------------------------


def of(statistic: Statistic, questions: int) -> float:
    return value_of(statistic, questions)


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from([0.1, 0.2, 0.5, 0.8]), st.booleans(), st.integers(0, 3)), min_size=2))
def test_auroc_agrees_with_scikit_learn(rows: list[tuple[float, bool, int]]) -> None:
    scores, positive, weights = (np.array(column) for column in zip(*rows, strict=True))
    value = auroc(scores, positive)(weights[None, :].astype(float))[0]
    if weights[positive].sum() == 0 or weights[~positive].sum() == 0:
        assert math.isnan(value)
    else:
        assert value == pytest.approx(roc_auc_score(positive, scores, sample_weight=weights))


def test_auroc_by_hand() -> None:
    # pairs: (0.9 > 0.5), (0.9 > 0.1), (0.5 = 0.5), (0.5 > 0.1): 3.5 of 4
    assert of(auroc([0.9, 0.5, 0.5, 0.1], [1, 1, 0, 0]), 4) == pytest.approx(3.5 / 4)


def test_risk_coverage_by_hand() -> None:
    confidence, wrong = [0.9, 0.8, 0.7, 0.6], [0, 1, 0, 1]
    coverage, risk, threshold = risk_coverage(confidence, wrong)
    assert coverage.tolist() == [0.25, 0.5, 0.75, 1.0]
    assert risk.tolist() == pytest.approx([0, 1 / 2, 1 / 3, 2 / 4])
    assert threshold.tolist() == confidence
    assert of(area_under_risk_coverage(confidence, wrong), 4) == pytest.approx((0 + 1 / 2 + 1 / 3 + 1 / 2) / 4)


def test_questions_of_one_confidence_cannot_be_told_apart() -> None:
    for wrong in ([0, 1, 1], [1, 0, 1], [1, 1, 0]):
        assert of(area_under_risk_coverage([0.5, 0.5, 0.5], wrong), 3) == pytest.approx(2 / 3)
        assert risk_coverage([0.5, 0.5, 0.5], wrong)[0].tolist() == [1.0]


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=30))
def test_area_agrees_with_the_mean_of_selective_risks(rows: list[tuple[float, bool]]) -> None:
    confidence = [value + n * 1e-9 for n, (value, _) in enumerate(rows)]
    wrong = [loss for _, loss in rows]
    if len(set(confidence)) < len(rows):
        return
    by_confidence = [loss for _, loss in sorted(zip(confidence, wrong, strict=True), reverse=True)]
    risks = [sum(by_confidence[:k]) / k for k in range(1, len(rows) + 1)]
    assert of(area_under_risk_coverage(confidence, wrong), len(rows)) == pytest.approx(sum(risks) / len(risks))


def test_calibration_error_by_hand() -> None:
    confidence, right = [0.95, 0.95, 0.55, 1.0], [1, 0, 1, 1]
    # the last bin: three, confidence 2.9 / 3, right 2 / 3; bin 0.5 to 0.6: one, 0.55 against 1
    assert of(calibration_error(confidence, right), 4) == pytest.approx(3 / 4 * (2.9 / 3 - 2 / 3) + 1 / 4 * 0.45)
    bins = calibration_bins(confidence, right)
    assert [part.count for part in bins] == [0, 0, 0, 0, 0, 1, 0, 0, 0, 3]
    assert bins[9].accuracy == pytest.approx(2 / 3)
    assert math.isnan(bins[0].accuracy)


def test_right_where_so_many_are_refused_by_hand() -> None:
    """Unanswerable at .8, .5, .4, .3 and .2; answerable and right at .9 and .6, wrong at .7, right below all at .1."""
    confidence = [0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1]
    unanswerable = [0, 1, 0, 0, 1, 1, 1, 1, 0]
    right = [1, 0, 0, 1, 0, 0, 0, 0, 1]
    for refused, wanted in ((1.0, 1 / 4), (0.8, 2 / 4), (0.6, 2 / 4), (0.0, 3 / 4)):
        assert of(right_where_refused(confidence, right, unanswerable, refused), 9) == pytest.approx(wanted), refused
    tied = right_where_refused([0.5, 0.5], [1, 0], [0, 1], 0.8)
    assert of(tied, 2) == 0.0
    assert math.isnan(of(right_where_refused([0.5], [1], [0], 0.8), 1))
    assert math.isnan(of(right_where_refused([0.5], [0], [1], 0.8), 1))


def test_the_best_threshold_by_hand() -> None:
    # answering the two most confident and refusing the rest: (1 + 0.5 + 1 + 0) / 4
    confidence, answered, refused = [0.9, 0.8, 0.4, 0.3], [1.0, 0.5, 0.0, 0.0], [0, 0, 1, 0]
    assert of(best_thresholded(confidence, answered, refused), 4) == pytest.approx(2.5 / 4)
    assert of(best_thresholded([0.9, 0.8], [0.0, 0.0], [1, 1]), 2) == 1.0  # refuse all


def test_no_questions_have_no_value() -> None:
    for statistic in (mean([]), auroc([], []), area_under_risk_coverage([], []), best_thresholded([], [], [])):
        assert math.isnan(of(statistic, 0))


# -- resampling -------------------------------------------------------------------------------------------


def test_the_interval_of_a_share_is_near_the_binomial_one() -> None:
    values = np.array([1.0] * 80 + [0.0] * 20)
    found = intervals({"share": mean(values)}, 100, seed=1)["share"]
    exact = binomtest(80, 100).proportion_ci()
    assert found.value == pytest.approx(0.8)
    assert found.low == pytest.approx(exact.low, abs=0.02)
    assert found.high == pytest.approx(exact.high, abs=0.02)


def test_the_same_seed_gives_the_same_interval_whatever_else_is_measured() -> None:
    values = np.random.default_rng(0).random(50)
    alone = intervals({"mean": mean(values)}, 50, seed=3)
    both = intervals({"other": auroc(values, values > 0.5), "mean": mean(values)}, 50, seed=3)
    assert alone["mean"] == both["mean"]
    assert alone["mean"] != intervals({"mean": mean(values)}, 50, seed=4)["mean"]


def test_questions_without_a_value_do_not_take_part() -> None:
    found = intervals({"mean": mean([1.0, math.nan, 0.0])}, 3, seed=0)["mean"]
    assert found.value == 0.5
    nothing = intervals({"mean": mean([math.nan, math.nan])}, 2, seed=0)["mean"]
    assert math.isnan(nothing.value) and math.isnan(nothing.low)


def test_about_95_of_100_intervals_hold_the_truth() -> None:
    generator = np.random.default_rng(5)
    samples = [generator.random(60) for _ in range(100)]
    found = [intervals({"mean": mean(sample)}, 60, seed=n)["mean"] for n, sample in enumerate(samples)]
    assert 88 <= sum(interval.low <= 0.5 <= interval.high for interval in found) <= 100


def test_a_paired_test_by_hand() -> None:
    # three questions, each better by 1: of the 8 ways to swap, 2 are as extreme, so p is near 1/4
    first, second = [0.0, 0.0, 0.0], [1.0, 1.0, 1.0]
    found = paired_differences({"mean": mean(first + second)}, 3, seed=0)["mean"]
    assert (found.first, found.second, found.difference) == (0.0, 1.0, 1.0)
    assert (found.low, found.high) == (1.0, 1.0)
    assert found.p == pytest.approx(0.25, abs=0.02)


def test_a_run_does_not_differ_from_itself() -> None:
    values = np.random.default_rng(0).random(40).tolist()
    found = paired_differences({"mean": mean(values + values)}, 40, seed=0)["mean"]
    assert (found.difference, found.low, found.high, found.p) == (0.0, 0.0, 0.0, 1.0)


def test_a_clear_difference_is_significant_and_chance_is_not() -> None:
    generator = np.random.default_rng(2)
    base = generator.random(200)
    clear = paired_differences({"mean": mean(np.append(base, base + 0.1))}, 200, seed=0)["mean"]
    noise = paired_differences({"mean": mean(np.append(base, generator.permutation(base)))}, 200, seed=0)["mean"]
    assert clear.p < 0.001 and clear.low > 0
    assert noise.p > 0.05 and noise.low < 0 < noise.high


@pytest.mark.parametrize(("successes", "trials"), [(71, 76), (0, 10), (10, 10), (1, 3)])
def test_wilson_agrees_with_scipy(successes: int, trials: int) -> None:
    expected = binomtest(successes, trials).proportion_ci(method="wilson")
    assert wilson_interval(successes, trials) == pytest.approx((expected.low, expected.high))


def test_no_trials_say_nothing() -> None:
    assert wilson_interval(0, 0) == (0.0, 1.0)


# -- ranking ----------------------------------------------------------------------------------------------


def test_ranking_measures_by_hand() -> None:
    scores = ranking_scores({"q": {"a": 1, "b": 0, "c": 1}}, {"q": ["b", "a", "x", "c"]})["q"]
    best = 1 + 1 / math.log2(3)
    assert scores["nDCG@10"] == pytest.approx((1 / math.log2(3) + 1 / math.log2(5)) / best)
    assert scores["RR@10"] == pytest.approx(1 / 2)
    assert (scores["R@1"], scores["R@5"], scores["Success@1"], scores["Success@5"]) == (0.0, 1.0, 0.0, 1.0)


def test_a_query_without_a_ranking_scores_nothing() -> None:
    scores = ranking_scores({"q": {"a": 1}, "r": {"a": 1}}, {"q": ["a"]})
    assert scores["q"]["nDCG@10"] == 1.0
    assert set(scores["r"].values()) == {0.0}


def test_the_given_order_counts_whatever_the_ids() -> None:
    for ranking in (["z", "a"], ["a", "z"]):
        assert ranking_scores({"q": {ranking[0]: 1}}, {"q": ranking})["q"]["RR@10"] == 1.0


@settings(deadline=None, max_examples=25)
@given(
    st.permutations([f"d{n}" for n in range(14)]),
    st.dictionaries(st.sampled_from([f"d{n}" for n in range(20)]), st.integers(0, 3), min_size=1),
)
def test_ranking_agrees_with_the_formulas(ranking: list[str], qrels: dict[str, int]) -> None:
    scores = ranking_scores({"q": qrels}, {"q": ranking})["q"]
    gains = [qrels.get(document, 0) for document in ranking]
    relevant = {document for document, value in qrels.items() if value > 0}

    def dcg(values: list[int]) -> float:
        return sum(value / math.log2(rank + 1) for rank, value in enumerate(values[:10], start=1))

    best = dcg(sorted(qrels.values(), reverse=True))
    assert scores["nDCG@10"] == pytest.approx(dcg(gains) / best if best else 0.0)
    for k in (1, 5, 10):
        found = relevant & set(ranking[:k])
        assert scores[f"R@{k}"] == pytest.approx(len(found) / len(relevant) if relevant else 0.0)
        assert scores[f"Success@{k}"] == float(bool(found))
    first = next((rank for rank, gain in enumerate(gains[:10], start=1) if gain > 0), None)
    assert scores["RR@10"] == pytest.approx(1 / first if first else 0.0)
