"""A large account costs the feed little: calls and memory; its latency is in the printed table."""

from pathlib import Path

from benchmarks.feed_scale import FAMILIES, PAGE, run_apart


def test_a_feed_of_five_thousand_families_is_small_and_calls_seldom(tmp_path: Path) -> None:
    costs = run_apart(tmp_path)

    assert costs["first search (reads all families)"]["calls"] == FAMILIES / PAGE
    assert costs["search"]["calls"] == 0
    assert costs["first version list"]["calls"] == 5
    assert costs["version list"]["calls"] == 0
    polls = costs["trigger polls, for an hour"]
    assert polls["calls"] / polls["virtual seconds"] < 1
    assert costs["throttled"]["calls"] == 0
    assert max(cost.get("peak", 0) for cost in costs.values()) < 150
