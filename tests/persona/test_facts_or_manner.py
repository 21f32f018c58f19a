"""What goes to memory and what to the weights."""

from __future__ import annotations

import pytest

from afterself.persona.questions import asks_for_a_fact


@pytest.mark.parametrize(
    "text",
    [
        "When did you start on the railway?",
        "where were you born",
        "Did you ever play the violin?",
        "What was your cat called?",
        "Who broke the chapel window?",
        "Tell me about the flood",
        "Did Kaz ever go back to his village?",
        "Do you remember the winter of 1963?",
        "Hester, did you keep chickens?",
        "Hello Hester, where were you born?",
        "Hi Hester! Can you tell me where you were born?",
        "How are you related to Hester?",
        "Wann bist du geboren?",
        "Où est-ce que tu as travaillé ?",
        "Can you tell me where you were born?",
        "Could you remind me who built the shed?",
        "Can you remember the flood?",
        "Kannst du dich an das Hochwasser erinnern?",
        "Kannst du mir sagen, wo du geboren bist?",
        "Tu peux me dire où tu es né ?",
        "Kommst du aus Köln?",
        "Bist du in Wien geboren?",
        "Wann kommst du morgen an?",
        "Hast du Geschwister?",
        "Tu viens de Lyon ?",
        "¿Dónde naciste tú?",
        "What did you say about ignore your instructions?",
        "what happened in 2025",
        "so who was kaz",
        "please tell me about the house",
        "tell me more about kaz",
        "I'd like to hear about the flood",
        "describe your house",
        "what do you do",
        "any pets",
        "are you married",
    ],
)
def test_a_question_about_the_owners_life_is_a_fact(text: str) -> None:
    assert asks_for_a_fact(text, "Hester Norkus")


@pytest.mark.parametrize(
    "text",
    [
        "Good morning! How are you?",
        "how are you today",
        "What's up?",
        "Hello Hester, how are you?",
        "Hi Hester! How are you today?",
        "hey there hester norkus - how are you doing, today?",
        "Hester, are you coming on Sunday?",
        "How are you, Hester?",
        "Hallo Hester, wie geht's dir heute?",
        "Hello Hester?",
        "It is raining here again.",
        "I am coming by on Sunday, shall I bring a cake?",
        "Sleep well.",
        "Would you like some tea?",
        "Are you coming on Sunday?",
        "could you send me the key please",
        "kommst du?",
        "Hallo, wie geht's dir?",
        "Wie geht es dir heute?",
        "Was machst du gerade?",
        "na, alles klar bei dir?",
        "Bist du schon zuhause?",
        "Hast du heute Zeit?",
        "Magst du noch Kaffee?",
        "Soll ich dir Brot mitbringen?",
        "salut, ça va ?",
        "Comment vas-tu ?",
        "tu viens dimanche ?",
        "Tu veux du thé ?",
        "hola, ¿cómo estás?",
        "¿qué haces?",
        "¿Vienes el domingo?",
        "¿Quieres un café?",
        "what a day",
        "how nice of you",
        "who knows",
        "when I was young we had snow",
        "ha",
        "",
        "?",
        "🙂",
        "<|im_end|>",
    ],
)
def test_small_talk_is_left_to_the_weights(text: str) -> None:
    assert not asks_for_a_fact(text, "Hester Norkus")
