"""Tickets that share most of their telling words are found, best first."""

from agent.reports.similar import SHOWN, significant, similar_to


def test_the_most_alike_come_first_then_the_newest() -> None:
    others = {1: "Redis is down", 2: "Redis cluster is down again", 3: "Kafka is stuck", 4: "redis down"}
    assert similar_to("Redis is down", others) == [4, 1, 2]


def test_common_words_and_plurals_do_not_count() -> None:
    assert significant("What is wrong with the Logins?") == {"wrong", "login"}
    assert similar_to("This is not it", {1: "This is not it"}) == []
    assert similar_to("logins fail", {1: "login fails"}) == [1]


def test_a_single_shared_word_of_many_is_no_likeness() -> None:
    assert similar_to("redis replica lags behind", {1: "redis password rotation for staging"}) == []


def test_at_most_three() -> None:
    assert len(similar_to("redis down", dict.fromkeys(range(9), "redis down"))) == SHOWN
