"""Places as people write them, and words that only look like places."""

import csv
from collections import defaultdict

import pytest

from bot.content import DATA
from bot.directory import Directory

ONE_PLACE = [
    ("i live in Clacton, my husband hits me", "Tendring"),
    ("sarfend", "Southend-on-Sea"),
    ("c'ford", "Chelmsford"),
    ("C’FORD", "Chelmsford"),
    ("im in claction", "Tendring"),
    ("Chelmsfrod", "Chelmsford"),
    ("near Rayliegh", "Rochford"),
    ("Burnham-on-Crouch", "Maldon"),
    ("st. osyth", "Tendring"),
    ("Tolleshunt D'Arcy", "Maldon"),
    ("kelvedon hatch", "Brentwood"),
    ("Kelvedon", "Braintree"),
    ("live in Stock", "Chelmsford"),
    ("I live in Leigh", "Southend-on-Sea"),
    ("near Epping", "Epping Forest"),
    ("SS9", "Southend-on-Sea"),
    ("co15 1aa", "Tendring"),
    ("CO151AA", "Tendring"),
    ("CM1 2", "Chelmsford"),
    ("Witham CM8 3AA", "Braintree"),
    ("CM2 9ZZ", "Chelmsford"),
    ("Hadleigh, Essex", "Castle Point"),
    ("Hadleigh near Benfleet", "Castle Point"),
    ("Tye Green in Harlow", "Harlow"),
    ("Newport, Essex", "Uttlesford"),
    ("Southend Road, Billericay", "Basildon"),
    ("moved from London to Harlow", "Harlow"),
    ("mugged in Romford but I live in Brentwood", "Brentwood"),
    ("I live in Colchester but it happened in Ipswich", "Colchester"),
    ("from Westcliff, was on holiday", "Southend-on-Sea"),
    ("Purfleet-on-Thames", "Thurrock"),
]


@pytest.mark.parametrize(("text", "authority"), ONE_PLACE, ids=[text for text, _ in ONE_PLACE])
def test_one_place(directory: Directory, text: str, authority: str) -> None:
    assert directory.places.resolve(text).authority == authority


@pytest.mark.parametrize(
    "text",
    ["London", "Ipswich", "I live in Ipswich but it happened in Colchester", "IP1 2AB", "IP1", "E4 8AB",
     "walthamstow", "Bishop's Stortford", "SW1A 1AA", "postcode M25"],
)  # fmt: skip
def test_outside(directory: Directory, text: str) -> None:
    assert directory.places.resolve(text).authority == "outside"


@pytest.mark.parametrize(
    ("text", "candidates"),
    [
        ("Debden", {"Epping Forest", "Uttlesford"}),
        ("Bradwell", {"Braintree", "Maldon"}),
        ("Hadleigh", {"Castle Point", "outside"}),
        ("CM8 3", {"Braintree", "Maldon"}),
        ("IG7", {"Epping Forest", "outside"}),
        ("between Colchester and Clacton", {"Colchester", "Tendring"}),
    ],
)
def test_two_fit(directory: Directory, text: str, candidates: set[str]) -> None:
    found = directory.places.resolve(text)
    assert found.authority == "ambiguous"
    assert set(found.candidates) == candidates


@pytest.mark.parametrize(
    "text",
    ["", "   ", "Essex", "i live in essex", "i was messing about in stock", "he keeps matching with me",
     "stuck on the M25",
     "co2 alarm", "in the bath", "reading my messages", "Leigh hit me", "Southend United fan", "B12 bus",
     "he said me2", "\x00\ud800", "🙂" * 500, "a" * 5000],
)  # fmt: skip
def test_no_place(directory: Directory, text: str) -> None:
    found = directory.places.resolve(text)
    assert found.authority == "ambiguous"
    assert found.candidates == ()


def test_every_sector_of_the_table_is_found_or_asked_about(directory: Directory) -> None:
    shares: dict[str, dict[str, float]] = defaultdict(dict)
    with (DATA / "postcode_sectors.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            authority = "outside" if row["authority"].startswith("outside") else row["authority"]
            shares[row["sector"]][authority] = float(row["share"])
    for sector, share in shares.items():
        best = max(share, key=share.__getitem__)
        expected = best if share[best] >= 0.9 else "ambiguous"
        assert directory.places.resolve(f"my postcode is {sector}AA").authority == expected, sector


def test_a_postcode_is_never_repeated(directory: Directory) -> None:
    assert directory.places.resolve("I live at CO15 1AA").name is None
