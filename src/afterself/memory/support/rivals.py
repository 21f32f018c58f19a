"""Words that exclude one another: what is green is not yellow, what befell the barn did not befall the church.

A claim that names one thing of a class where its record names another one of the same class is most likely
a claim about something else, however well the rest fits. Words of a class that may stand for one another
(`synonyms.py`) are no rivals.
"""
# ruff: noqa: E501  (a class is a line)

from __future__ import annotations

from functools import lru_cache

from afterself.memory.support.synonyms import same
from afterself.memory.words import stems_of

_CLASSES = """
red blue green yellow orange purple pink brown black white grey silver gold golden crimson scarlet navy violet cream beige turquoise
brother sister son daughter uncle aunt cousin nephew niece grandson granddaughter
dog cat horse cow sheep goat pig hen duck goose rabbit hamster donkey pony bull calf lamb foal mare ewe heifer parrot canary budgie fox badger hedgehog owl otter squirrel mouse rat wolf bear lion tiger elephant monkey penguin turkey chicken cockerel pigeon robin sparrow blackbird crow gull swallow heron
salmon cod trout herring haddock mackerel pike eel
breakfast lunch dinner supper tea
apple pear plum cherry strawberry raspberry gooseberry blackberry rhubarb lemon orange banana peach grape melon apricot fig quince damson
potato carrot onion leek cabbage bean pea beetroot turnip parsnip tomato cucumber marrow lettuce radish celery spinach garlic pumpkin sprout swede
tea coffee cocoa beer wine whisky gin rum brandy vodka cider sherry port milk lemonade champagne
cake bread pie pudding soup stew curry pizza pasta rice sandwich salad trifle jelly scone biscuit bun pancake porridge omelette risotto paella lobscouse bouillabaisse dumpling casserole toast
ham beef lamb pork turkey bacon sausage chicken mutton liver
piano violin guitar flute trumpet drum organ cello accordion clarinet harp banjo saxophone trombone harmonica viola oboe
kitchen bathroom bedroom attic cellar hall parlour pantry garage garden yard shed porch lounge
church school hospital library station market bakery butcher chemist museum zoo aquarium prison castle pub cinema theatre chapel factory office barn stable greenhouse supermarket hotel farm lighthouse town hall court university college surgery café restaurant nursery airport harbour
car bus train bicycle motorbike lorry van tram boat ship plane taxi tractor ambulance ferry lorry scooter helicopter
head arm leg knee hip shoulder elbow wrist ankle foot hand finger thumb toe neck ear eye nose tooth heart lung stomach liver chest
hat coat shirt dress skirt trousers jacket jumper cardigan scarf glove sock shoe boot slipper apron tie belt shawl raincoat uniform waistcoat
doctor nurse teacher farmer plumber carpenter electrician baker butcher lawyer engineer mechanic pilot sailor soldier policeman postman milkman vicar priest dentist chemist librarian waiter painter singer actor journalist tailor gardener fisherman optician blacksmith organist butler clerk fireman builder chef architect musician postwoman solicitor surgeon midwife
football cricket tennis badminton golf rugby hockey chess draughts bridge whist dominoes darts bowls snooker billiards croquet swimming boxing bingo cards backgammon
rain snow fog hail thunder sunshine wind frost drought
north south east west
iron steel copper brass wood oak pine stone brick glass plastic paper leather wool cotton silk linen slate marble granite limestone bronze tin concrete rubber velvet tweed clay
history geography mathematics physics chemistry biology astronomy music art latin philosophy economics
hammer spade rake axe drill spanner screwdriver chisel knife scissors shovel hoe trowel
table chair bed sofa wardrobe cupboard shelf desk bench stool armchair drawer mantelpiece
english french german italian spanish russian polish irish welsh scottish dutch swedish norwegian danish greek turkish chinese japanese portuguese lithuanian latvian hungarian american canadian australian indian
daffodil tulip lily daisy poppy sunflower dahlia snowdrop primrose lavender pansy geranium crocus foxglove hollyhock marigold
oak ash elm beech birch willow pine fir holly yew hawthorn chestnut sycamore maple
novel newspaper magazine letter postcard diary map photograph poem painting
clock watch radio television telephone camera computer kettle lamp mirror
ring necklace bracelet brooch earring locket
gate door window roof wall chimney floor ceiling gutter stairs
sea river lake pond canal stream marsh
measles mumps flu pneumonia cancer diabetes stroke asthma shingles bronchitis gout arthritis tuberculosis
morning afternoon evening night noon midnight
baptism wedding funeral christening birthday anniversary
captain colonel sergeant major lieutenant general corporal
wallet purse umbrella glasses handkerchief key
jar bottle tin box bag basket bucket crate drawer pocket pot
"""


@lru_cache(maxsize=1)
def _classes() -> dict[str, frozenset[int]]:
    found: dict[str, set[int]] = {}
    for number, line in enumerate(_CLASSES.strip().splitlines()):
        for stem in stems_of(line.split()):
            found.setdefault(stem, set()).add(number)
    return {stem: frozenset(numbers) for stem, numbers in found.items()}


def rivals(one: str, other: str) -> bool:
    """Whether two stems name different things of one class."""
    classes = _classes()
    shared = classes.get(one, frozenset()) & classes.get(other, frozenset())
    return bool(shared) and one != other and not same(one, other)
