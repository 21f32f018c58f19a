"""English words whose forms no stemmer joins: “broke” and “broken” are forms of “break”.

A question asks “where did you buy it”, the record says “bought”: both must meet. Forms
that are common words of their own (“rose”, “wound”, “lay”, “ground”) are left apart.
"""

from __future__ import annotations

_FORMS = """
become became | begin began begun | bite bit bitten | blow blew blown | break broke broken | bring brought
build built | burn burnt | buy bought | catch caught | choose chose chosen | come came | creep crept
deal dealt | dig dug | draw drew drawn | dream dreamt | drink drank drunk | drive drove driven
eat ate eaten | fall fell fallen | feed fed | feel felt | fight fought | find found | flee fled
fly flew flown | forget forgot forgotten | forgive forgave forgiven | freeze froze frozen | get got gotten
give gave given | go went gone | grow grew grown | hang hung | hear heard | hide hid hidden | hold held
keep kept | kneel knelt | lead led | learn learnt | leave left | lend lent | lose lost | make made
mean meant | meet met | pay paid | ride rode ridden | ring rang rung | run ran | see saw seen | seek sought
sell sold | send sent | sew sewn | shake shook shaken | shine shone | shoot shot | show shown
shrink shrank shrunk | sing sang sung | sink sank sunk | sit sat | sleep slept | slide slid | smell smelt
speak spoke spoken | spend spent | spill spilt | spoil spoilt | stand stood | steal stole stolen
stick stuck | sting stung | strike struck | swear swore sworn | sweep swept | swim swam swum | swing swung
take took taken | teach taught | tear tore torn | throw threw thrown | understand understood
wake woke woken | wear wore worn | weep wept | win won | write wrote written
child children | foot feet | goose geese | knife knives | leaf leaves | life lives | loaf loaves | man men
mouse mice | shelf shelves | thief thieves | tooth teeth | wife wives | wolf wolves | woman women
"""

_GROUPS = [tuple(group.split()) for line in _FORMS.strip().splitlines() for group in line.split("|")]
_GROUP_OF = {form: group for group in _GROUPS for form in group}
BASE_FORMS = {form: group[0] for form, group in _GROUP_OF.items()}
"""The first form of the irregular group of each word that has one."""


def forms_of(word: str) -> tuple[str, ...]:
    """Every form of a word's irregular group, the word itself first; only the word when it is regular."""
    return (word, *(form for form in _GROUP_OF.get(word, ()) if form != word))


def base_form(word: str) -> str:
    """The first form of a word's irregular group; the word when it is regular."""
    return BASE_FORMS.get(word, word)
