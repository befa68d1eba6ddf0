"""What a visitor writes, and the level that follows. The levels are those of docs/risk-levels.md."""

import pytest

from bot.risk import Level, assess, explain, load_full
from tests.risk.conftest import Assess

SAMPLES = [
    ("he's outside with a knife", Level.EMERGENCY, "weapon"),
    ("he's trying to get in", Level.EMERGENCY, "attacker-present"),
    ("cant do this anymore. got the tablets in front of me", Level.EMERGENCY, "suicide"),
    ("i took all my sertraline and the paracetamol about an hour ago", Level.EMERGENCY, "overdose-medical"),
    ("he's choking my mum on the sofa what do i do", Level.EMERGENCY, "strangulation"),
    ("next door shes screaming for help and i can hear him hitting her", Level.EMERGENCY, "attacker-present"),
    ("i live in Clacton, my husband hits me, who can help", Level.URGENT, "domestic-abuse"),
    ("my ex keeps turning up at work and my mums, im in harwich", Level.URGENT, "stalking"),
    ("im 13 and my stepdad comes in my room at night", Level.URGENT, "child-at-risk"),
    ("it happened saturday night i havent told anyone", Level.URGENT, "sexual-assault-recent"),
    ("if the police wont do anything ill sort him out myself", Level.URGENT, "threat-to-others"),
    ("my mate's bf locks her in. what do i do", Level.URGENT, "captivity"),
    ("started cutting again after what he did", Level.URGENT, "self-harm"),
    ("my parents are making me marry my cousin in august", Level.URGENT, "honour-forced-marriage"),
    ("mum says im having the cutting ceremony when we go gambia", Level.URGENT, "fgm"),
    ("they making me hold a package for them i dont wanna do it no more", Level.URGENT, "exploitation"),
    ("mums carer has been rough with her shes got bruises up her arms", Level.URGENT, "elder-abuse"),
    (
        "his mates came in the shop and said i should drop the charges or else",
        Level.URGENT,
        "witness-intimidation",
    ),
    ("left him last night with the kids got nowhere to go", Level.URGENT, "homeless-abuse"),
    ("he texted saying im going to slit your throat", Level.URGENT, "threats-to-kill"),
    ("my boss raped me", Level.URGENT, "sexual-assault"),
    ("someone pulled my hijab off on the bus", Level.CONCERN, "hate"),
    ("i cant sleep since the burglary", Level.CONCERN, "distress"),
    ("got punched outside a pub, police havent rung me back", Level.CONCERN, "assault"),
]


@pytest.mark.parametrize(("text", "level", "category"), SAMPLES)
def test_danger_is_seen_with_its_level_category_and_words(
    either: Assess, text: str, level: Level, category: str
) -> None:
    found = explain(text, either(text))
    assert found.level >= level
    assert category in found.categories
    assert found.evidence[0].level is found.level
    assert found.evidence[0].words


@pytest.mark.parametrize(("text", "level", "_"), SAMPLES)
def test_the_rules_give_the_level_of_the_guide(text: str, level: Level, _: str) -> None:
    load_full()
    assert assess(text, "rules").level is level


@pytest.mark.parametrize(
    "text",
    [
        "when will the police tell me if they arrest someone?",
        "what is the sentence for strangulation",
        "what happens if someone breaks into my house",
        "can the police arrest someone for threatening to kill someone",
        "this queue is killing me",
        "i'm dying to know what happened at the hearing",
        "my phone is about to die can you be quick",
        "he has no knife, it was a mistake",
        "what is the song killing me softly about",
        "in the film he has a knife and nobody rings 999, is that realistic",
        "I'm a social worker, which service takes referrals for stalking",
        "my therapist said i should look at the code",
        "im 13 weeks pregnant can i give evidence by video",
        "im trying to get in touch with the officer",
    ],
)
def test_no_alarm_for_questions_figures_of_speech_titles_and_professionals(full: Assess, text: str) -> None:
    assert full(text).level is Level.NONE


@pytest.mark.parametrize(
    "text",
    [
        "how long after he strangled me can i still report it",
        "i was abused as a child by my uncle, can i still tell the police 30 years later",
        "the man who stabbed me is in court tuesday, can i have screens",
        "he used to hit me years ago, can i still report it",
        "im not suicidal but everything feels heavy",
        "what if he comes back tonight and kills me",
    ],
)
def test_what_was_done_to_the_writer_stays_at_least_concern(full: Assess, text: str) -> None:
    assert full(text).level >= Level.CONCERN


@pytest.mark.parametrize(
    "text",
    [
        "I know it sounds silly but he's got a knife",
        "how do i complain about the police. hes kicking the front door in",
        "this queue is killing me and my husband hits me",
        "he has no job and he has got a knife in his hand",
        "my phone is about to die and he's outside with a knife",
        "he strangled me last night, how long have i got to report it",
        "can i get my expenses for court? also he is going to kill me tonight",
    ],
)
def test_a_guard_silences_nothing_in_another_clause(full: Assess, text: str) -> None:
    assert full(text).level >= Level.URGENT


def test_risk_in_the_last_line_of_a_long_question_is_seen(either: Assess) -> None:
    question = "I lost the letter with my crime reference and the officer has gone on leave. " * 20
    found = either(question + "\nsorry hes just come back and hes kicking the front door in")
    assert found.level is Level.EMERGENCY


@pytest.mark.parametrize("mark", ["right now", "im hiding in the bathroom", "hes on his way home"])
def test_violence_becomes_an_emergency_when_it_is_now(either: Assess, mark: str) -> None:
    assert either("my husband hits me").level is Level.URGENT
    assert either(f"my husband hits me. {mark}").level is Level.EMERGENCY


@pytest.mark.parametrize(
    "text",
    [
        "can i talk to someone",
        "real person pls",
        "human",
        "call me back",
        "can you ring me back tomorrow",
        "i want to speak to an adviser",
        "is anyone there",
        "not a bot please",
        "could a woman ring me",
    ],
)
def test_a_request_for_a_person_is_understood(either: Assess, text: str) -> None:
    assert either(text).wants_person


@pytest.mark.parametrize(
    "text",
    ["can someone tell me my rights", "who calls me about the trial", "is the person charged told about me"],
)
def test_a_question_is_no_request_for_a_person(either: Assess, text: str) -> None:
    assert not either(text).wants_person


@pytest.mark.parametrize(
    "text",
    ["im 13 and scared", "y8 here. my mum's boyfriend hits us", "please dont tell my mum", "im in year 9"],
)
def test_a_child_is_noticed(either: Assess, text: str) -> None:
    assert either(text).child_writing


@pytest.mark.parametrize(
    "text", ["my daughter is 13", "im 13 weeks pregnant", "im 16 minutes away from the court"]
)
def test_a_number_is_not_always_an_age(either: Assess, text: str) -> None:
    assert not either(text).child_writing


def test_a_child_who_tells_of_harm_gets_a_person(either: Assess) -> None:
    assert either("im 14 and some girls slapped me at school").level >= Level.URGENT


@pytest.mark.parametrize(
    ("text", "language", "level"),
    [
        ("mąż mnie bije, boję się", "pl", Level.URGENT),
        ("maz mnie bije", "pl", Level.URGENT),
        ("soțul mă bate", "ro", Level.URGENT),
        ("vyras mane muša", "lt", Level.URGENT),
        ("той има нож, помогнете", "bg", Level.EMERGENCY),
        ("ele me bate, tenho medo", "pt", Level.URGENT),
        ("mi marido me pega", "es", Level.URGENT),
        ("mio marito mi picchia", "it", Level.URGENT),
        ("kocam beni dövüyor", "tr", Level.URGENT),
        ("আমাকে মেরে ফেলবে", "bn", Level.EMERGENCY),
        ("mujhe marta hai", "ur", Level.URGENT),
        ("ਮੈਨੂੰ ਮਾਰਦਾ ਹੈ", "pa", Level.URGENT),
        ("زوجي يضربني", "ar", Level.URGENT),
        ("他有刀 救命", "zh", Level.EMERGENCY),
        ("чоловік мене б'є", "uk", Level.URGENT),
        ("муж меня бьет", "ru", Level.URGENT),
    ],
)
def test_urgent_words_of_other_languages(either: Assess, text: str, language: str, level: Level) -> None:
    found = either(text)
    assert found.level is level
    assert found.language == language


def test_english_is_english(either: Assess) -> None:
    assert either("he's outside with a knife").language == "en"
    assert either("can i get help in polish for my mum").language == "en"


@pytest.mark.parametrize(
    "text",
    ["the second one", "my home one", "she might answer", "07700 900123", "bluebell", "tuesday after 6"],
)
def test_an_answer_of_a_few_words_is_no_alarm(full: Assess, text: str) -> None:
    assert full(text).level < Level.URGENT


@pytest.mark.parametrize(
    "text", ["hes in the house", "in wardrobe. boots on stairs", "taken all of them", "help me"]
)
def test_danger_in_a_few_words_still_is(full: Assess, text: str) -> None:
    assert full(text).level >= Level.URGENT
