"""The words that carry no content: function and question words of four languages, and words of address.

They are left out of questions and of what BM25 counts. Lists are short on purpose: a word
that could be what somebody asks for (“go”, “old”, “long”) is not on them.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Language:
    """What a question's language adds: words without content, and the words for “you” and “I”."""

    code: str
    function_words: frozenset[str]
    you: frozenset[str]
    me: frozenset[str]


def word_set(text: str) -> frozenset[str]:
    """The words of a blank-separated list."""
    return frozenset(text.split())


ENGLISH = Language(
    "en",
    word_set(
        # articles, pronouns, determiners
        "a an the i me my mine myself you your yours yourself he him his himself she her hers herself it "
        "its itself we us our ours they them their theirs themselves this that these those some any all "
        "both each either such other "
        # auxiliaries
        "am is are was were be been being do does did doing done have has had having can could will would "
        "shall should may might must "
        # prepositions and conjunctions
        "of in on at by for with without from to into onto about between during before after over under out "
        "up off as than and or but if because while so then there here "
        # question words and the nouns that ask with them
        "what which who whom whose when where why how many much often "
        # adverbs that carry nothing
        "not no nor only just also too very ever still again once "
        # what is left of contractions
        "s t d m ll re ve don didn doesn isn wasn weren aren hasn haven hadn couldn wouldn shouldn"
    ),
    word_set("you your yours yourself"),
    word_set("i me my mine myself"),
)
GERMAN = Language(
    "de",
    word_set(
        "der die das den dem des ein eine einen einem einer eines ich mich mir mein meine meinen meinem "
        "meiner du dich dir dein deine deinen deinem deiner er ihn ihm sein seine seinen seinem seiner sie "
        "ihr ihre ihren ihrem ihrer es wir uns unser unsere euch euer eure sich man dies diese dieser "
        "dieses jene jener alle bin bist ist sind seid war warst waren wart gewesen habe hast hat haben "
        "hatte hattest hatten gehabt werde wirst wird werden wurde wurden kann kannst konnen konnte soll "
        "sollte welchem wovon womit wofur wogegen worauf "
        "woruber heisst heissen hiess hiessen muss musste will willst wollte und oder aber wenn weil "
        "dass ob als wie wo was wer wen wem "
        "wessen wann warum wieso welche welcher welches welchen woher wohin wieviel viele viel von vom zu "
        "zum zur in im an am auf aus bei beim mit nach seit uber um unter vor fur gegen ohne durch nicht "
        "kein keine keinen nur auch noch schon sehr so da dort hier dann"
    ),
    word_set("du dich dir dein deine deinen deinem deiner"),
    word_set("ich mich mir mein meine meinen meinem meiner"),
)
SPANISH = Language(
    "es",
    word_set(
        "el la los las un una unos unas yo me mi mis mio mia tu te ti tus tuyo tuya se su sus suyo lo le "
        "les nosotros nos nuestro nuestra vosotros ellos ellas ella usted ustedes este esta esto estos "
        "estas ese esa eso aquel que quien quienes cual cuales cuando donde como cuanto cuanta cuantos "
        "cuantas por porque para de del al a en con sin sobre entre desde hasta y e o u pero si no ni es "
        "son era eran fue fueron ser estar estaba estabas esta estan estas soy eres somos sido he has ha "
        "hemos han habia hay haber tiene tienes muy mas ya tambien solo"
    ),
    word_set("tu te ti tus tuyo tuya"),
    word_set("yo me mi mis mio mia"),
)
FRENCH = Language(
    "fr",
    word_set(
        "le la les l un une des du de d je j me m mon ma mes moi tu te t ton ta tes toi il elle on nous "
        "notre nos vous votre vos ils elles leur leurs lui se s son sa ses ce cet cette ces c que qu qui "
        "quoi dont quel quelle quels quelles quand ou comment pourquoi combien est sont etait etaient etais "
        "suis es sommes etes etre ete ai as a avons avez ont avais avait avoir y en et mais ni si ne n pas "
        "plus par pour sur sous dans avec sans chez entre vers au aux tres aussi deja"
    ),
    word_set("tu te t ton ta tes toi"),
    word_set("je j me m mon ma mes moi"),
)
LANGUAGES = (ENGLISH, GERMAN, SPANISH, FRENCH)

# "What did you say about …", "do you remember …": words that address the archive and are not its content.
FRAME_WORDS = word_set(
    "say says said saying tell tells told telling talk talked talking mention mentioned mentions think "
    "thought know knew remember recall happen happened thing things anything something kind type sort sagst "
    "sagte gesagt sagen erzahlt erzahlst geschrieben dijiste dijo dicho contaste dit disait raconte"
)

# Pairs of characters that ask, address or join, in Chinese and Japanese, where no blank marks a word.
ASKING_PAIRS = word_set(
    "什么 甚麼 什麼 怎么 怎麼 哪里 哪裡 哪儿 哪個 哪个 哪些 谁的 为什 為什 时候 時候 "
    "么时 麼時 多少 是谁 是誰 我们 你们 他们 是什 是不 不是 有没 没有 了吗 了嗎 的吗 "
    "的時 的时 你的 我的 何を 何が 何で 何時 誰が 誰と 誰の 何処 何か 私の 私は 君の "
)
