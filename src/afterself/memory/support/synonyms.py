"""Words that may stand for one another in a claim, and pairs that say the opposite.

A claim rewords its record: “purchased a bike” is “bought a bicycle”. Groups hold everyday English
whose exchange leaves a claim as true as before; words that merely go together (“train”, “station”)
do not belong here. An opposite aligns two words as well, and turns the sense round.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

from afterself.memory.words import stems_of

_SAME = """
buy purchase get acquire | sell sold | big large huge enormous great | small little tiny wee
begin start commence | end finish close stop cease conclude complete | quit resign leave retire
job work post position employment | boss manager foreman supervisor chief | house home cottage place
flat apartment | car auto vehicle | bike bicycle cycle | bus coach | train railway rail
boat ship vessel | child kid youngster | children kids | son boy lad | daughter girl lass
father dad daddy papa | mother mum mom mummy mama | parent parents
grandfather grandad grandpa granddad | grandmother gran granny grandma nan nana
husband spouse hubby partner | wife spouse partner | sibling brother sister | uncle aunt
grandson grandchild grandchildren | granddaughter grandchild grandchildren | nephew niece
cousin relative | baby infant newborn | friend mate pal companion | wed marry wedding marriage married
die death dead pass | bury funeral burial | born birth birthday | ill sick unwell poorly illness
doctor physician gp | hospital ward clinic | medicine pill tablet medication drug | pain ache hurt sore
injure wound hurt break | fall slip tumble trip | fix repair mend | build construct erect
make create produce craft | cook bake prepare | eat meal dine | lunch dinner supper | breakfast morning
drink sip | tea cuppa brew | bread loaf | cake bun | sweet candy | picture photo photograph image snap
paint decorate | draw sketch | write letter note | read book novel | story tale account
film movie cinema | telly television tv | phone call telephone ring | mobile phone | message text note
mail email post | say tell mention state remark report claim declare announce
ask enquire inquire question request | answer reply respond response
talk speak chat converse conversation | shout yell cry scream | laugh giggle laughter
weep cry sob tear | think believe reckon consider feel | know aware understand realise realize
remember recall recollect | forget forgot | want wish desire would | like love enjoy fond adore
hate dislike loathe detest despise | fear afraid scared frightened frighten dread terrified scare
worry anxious concern nervous | happy glad pleased delighted joyful cheerful
sad unhappy upset sorrowful | angry cross furious annoyed mad | tired exhausted weary | proud pride
lonely alone solitary | quiet silent calm still peaceful silence | noisy loud noise
fast quick rapid quickly swift speedy | slow slowly | early soon | late delayed delay overdue
hot warm heat | cold chilly freezing cool frozen | rain shower wet downpour | snow snowfall
wind gale breeze windy storm | fog mist foggy misty | ice icy frost | sea ocean water | river stream
lake pond | hill mountain slope | field meadow | forest wood woods | garden yard allotment plot
flower bloom blossom | tree oak | plant grow sow cultivate | dog hound puppy
cow cattle calf heifer bull | sheep ewe lamb ram | horse mare foal stallion pony | goat billy nanny
bird hen duck goose poultry | girl daughter baby | boy son baby | tenner ten | fiver five | cat kitten
bird fowl | hen chicken | rabbit bunny | horse pony | animal pet beast | church chapel parish
vicar priest minister reverend pastor clergyman | sermon preach | school class classroom
teacher tutor schoolteacher instructor | lesson class course | pupil student | exam test examination
pass succeed | fail flunk | university college uni | learn study | teach instruct taught
money cash fund | pay cost price spend fee charge | cheap inexpensive | expensive dear costly pricey
rich wealthy | poor broke | wage salary pay earnings income earn | gift present
give hand donate offer pass | receive get given | send post dispatch ship mail | bring fetch carry take
keep retain hold store stay remain | lose lost mislay misplace | find discover locate found
search look hunt seek | see watch spot notice observe view saw witness | hear listen overhear
look appear seem | smell scent | touch handle | throw toss chuck hurl bin discard | hold grip grasp
push shove | pull drag tug | lift raise hoist | drop lower | open unlock | shut close lock closed
go travel journey head move trip went | come arrive reach arrival | leave depart go departure set
return back come | visit call see stay visitor guest | walk stroll hike march foot | run jog race dash
drive motor driver | fly flight plane aeroplane | swim bathe swimming | climb ascend | sail sailing
sit seat | sleep nap doze asleep bed | wake awake woke rise | live reside dwell stay | move relocate
town village city | street road lane | country countryside | abroad overseas foreign | holiday vacation
trip journey excursion voyage outing | door gate entrance | window pane | room bedroom | chair seat
table desk | stair step ladder | fire blaze flame burn | lamp light bulb lantern | clock watch
radio wireless | machine device engine | nail screw | shed hut cabin | garage workshop | shop store
market stall | pub bar inn tavern | money savings | debt owe loan | rent lease
owner own possess belong have | meet encounter met meeting | join enrol enlist | play game
win victory beat won | lose defeat | team side squad | match game | prize award medal trophy
song tune melody sing | piano keyboard | violin fiddle | choir singer
party celebration celebrate feast | clothes garment clothing outfit | coat jacket | dress frock gown
shoe boot footwear | hat cap | trousers pants | sew stitch | wear dress wore | wash clean launder rinse
tidy clean neat | dirty filthy muddy grubby | mess untidy clutter | old aged elderly ancient
young youth youngest | new fresh recent newly brand | first initial original earliest
last final latest | next following | before earlier previous prior | after afterwards later following
always forever constantly every | often frequently regularly usually | sometimes occasionally now
rarely seldom hardly | again once more | together jointly
nearly almost about around roughly approximately some | exactly precisely | only just merely solely sole
enough plenty sufficient | many several lots numerous lot | whole entire all complete full
part piece portion bit section | good fine nice lovely excellent great | better improve recover recovery
best finest favourite favorite prefer | bad poor awful terrible dreadful horrible rotten nasty
wrong mistaken incorrect mistake error | right correct true accurate | truth honest | lie fib untrue
easy simple | hard difficult tough tricky | strong sturdy | weak feeble frail | heavy weighty
empty vacant bare | blue navy | red scarlet crimson | grey gray | thin slim slender lean
fat overweight | tall high | short brief low | wide broad | near close beside nearby next by
far distant | inside indoors within indoor | outside outdoors outdoor | up upstairs | down downstairs
help assist aid support assistance | save rescue | protect guard | allow let permit
forbid ban prohibit | refuse decline reject deny turn | accept agree | promise vow swear pledge
decide choose pick opt decision choice select | plan intend intention arrange mean | try attempt
manage succeed able | need require must necessary | happen occur
change alter switch swap replace replacement | break smash broken shatter crack | destroy ruin wreck
damage harm | steal thief stolen rob burgle | police officer policeman | court judge | law legal
war battle | soldier army | sign signature | paper document | idea thought notion | advice tip counsel
secret hidden hide conceal | rule regulation | trouble problem bother difficulty issue
reason cause why because | chance opportunity | luck lucky fortunate | joke jest
fun amusing funny entertaining | beautiful pretty lovely handsome | clever smart bright intelligent
stupid foolish silly daft | kind gentle generous | brave courageous | lazy idle | busy occupied
free available | careful cautious | cruel mean | famous well-known | strange odd peculiar weird
usual normal ordinary | special particular | same identical alike | neighbour neighbor next-door
man chap fellow bloke guy gentleman | woman lady | crowd people folk
person someone somebody individual | colleague workmate coworker | customer client | carpenter joiner
lawyer solicitor attorney | librarian library | driver chauffeur | watch mind | dentist teeth tooth
eye sight vision | spectacles glasses specs | ear hearing deaf | heart cardiac | knee leg
operation surgery op operate surgeon | cut trim chop slice | weigh weight | count tally number
name call called | age old aged | week weekly | day daily | month monthly | year annual yearly annually
night nightly overnight | evening night tonight | morning dawn | noon midday | stay lodge
hotel inn guesthouse | tent camp camping | beach shore seaside coast | island isle
harbour harbor port dock quay | station stop | ticket fare | bag suitcase luggage sack purse handbag
box crate case carton | bottle flask jar | cup mug glass | plate dish bowl | pot pan | knife blade
oven cooker stove | fridge refrigerator | sofa couch settee | bed mattress | blanket quilt duvet
curtain blind | carpet rug | bath tub | toilet loo lavatory bathroom | rubbish trash garbage waste
dustbin bin | potato spud | vegetable veg | jam preserve marmalade | soup broth stew | meat beef
beer ale pint lager | whisky whiskey scotch | cigarette smoke smoking fag tobacco
diary journal log register | computer laptop pc | website site | article essay piece
poem verse poetry poet | newspaper paper | language tongue | spell spelling
practise practice rehearse train training rehearsal | beginner novice | club society association
committee board council | chair chairman head lead | vote elect election | speech address talk
application apply | contract agreement | pension retirement | company firm business
factory plant mill works | crop harvest | cow cattle | sheep lamb | bee hive | hedge bush | grass lawn
soil earth ground | spade shovel | wheel tyre | engine motor | petrol fuel gas
crash accident collision smash bump | danger dangerous risk | safe secure safely | forgive pardon
apologise apologize sorry apology | thank grateful thanks gratitude | complain grumble moan complaint
argue quarrel row argument disagree | regret sorry | hope wish | wait await | hurry rush haste
rest relax break | teach coach | encourage urge | warn caution | persuade convince talk
invite invitation ask | share split divide | borrow lend loan | copy duplicate | collect gather pick
deliver delivery bring | mistake slip blunder | strike industrial | closed shut | cancel call scrap
postpone delay put | dismiss sack fire | employ hire | promote promotion | chemist pharmacist pharmacy
baker bakery | hairdresser barber | seamstress dressmaker tailor | mason stonemason | caretaker janitor
grave tomb cemetery graveyard churchyard | headstone gravestone stone | god lord | pray prayer
pleasure joy | cent percent | quid pound | pence penny | metre meter | kilo kilogram | widow widower
divorce separate split | engaged engagement | pregnant expecting pregnancy | surname name
nickname called | prison jail | inherit inheritance legacy | attend go | absent away
refurbish renovate restore | grief mourn grieve | lend borrow | shift duty | evening shift
puncture flat
"""

_OPPOSITE = """
love hate | like dislike | like hate | enjoy hate | open shut | open close | open closed | early late
first last | before after | always never | often rarely | often seldom | win lose | success failure
succeed fail | pass fail | buy sell | borrow lend | arrive leave | come go | begin end | start stop
start finish | begin finish | start end | begin stop | remember forget | accept refuse | accept reject
accept decline | agree refuse | agree disagree | allow forbid | full empty | hot cold | warm cold
warm cool | wet dry | old new | old young | big small | large small | long short | tall short | high low
rich poor | cheap expensive | easy hard | easy difficult | good bad | better worse | best worst
happy sad | happy unhappy | glad sorry | right wrong | true false | true untrue | light dark
heavy light | strong weak | fast slow | loud quiet | noisy quiet | clean dirty | tidy untidy
safe dangerous | near far | inside outside | indoors outdoors | up down | upstairs downstairs
left right | keep lose | keep sell | keep discard | find lose | give receive | send receive | push pull
rise fall | increase decrease | gain lose | alive dead | live die | born die | well ill | well sick
healthy ill | awake asleep | married single | married divorced | guilty innocent | lucky unlucky
kind cruel | polite rude | brave afraid | proud ashamed | calm nervous | trust distrust | believe doubt
teach learn | employ dismiss | hire sack | join leave | stay leave | remain leave | save spend
save waste | same different | more less | more fewer | most least | many few | all none
everybody nobody | everyone nobody | everything nothing | something nothing | somebody nobody
someone nobody | with without | able unable | possible impossible | careful careless | together apart
alone together | absent present | miss attend | build demolish | fix break | repair break | mend break
lock unlock | won lost | catch miss | thick thin | deep shallow | wide narrow | sweet sour | sharp blunt
rough smooth | hard soft | public private | asleep awake | attend skip | welcome unwelcome
approve disapprove | certain uncertain | usual unusual | finish unfinished | known unknown | fair unfair
pleased displeased | pleased upset | pleased annoyed | praise blame | permit forbid
enough insufficient | survive die | float sink | switch keep | willing unwilling | patient impatient
obey disobey | appear disappear | comfortable uncomfortable | friendly unfriendly | legal illegal
regular irregular | afford unaffordable
"""


def _pairs(table: str) -> list[list[str]]:
    return [group.split() for line in table.strip().splitlines() for group in line.split("|")]


@lru_cache(maxsize=1)
def _groups() -> dict[str, frozenset[int]]:
    groups: dict[str, set[int]] = {}
    lines = (files(__package__) / "thesaurus.txt").read_text("utf-8").splitlines()
    more = [line.split() for line in lines if not line.startswith("#")]
    for number, words in enumerate(_pairs(_SAME) + more):
        for stem in stems_of(words):
            groups.setdefault(stem, set()).add(number)
    return {stem: frozenset(numbers) for stem, numbers in groups.items()}


@lru_cache(maxsize=1)
def _opposites() -> frozenset[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    for one, other in _pairs(_OPPOSITE):
        a, b = stems_of([one, other])
        found |= {(a, b), (b, a)}
    return frozenset(found)


def same(one: str, other: str) -> bool:
    """Whether two stems may stand for one another."""
    groups = _groups()
    return bool(groups.get(one, frozenset()) & groups.get(other, frozenset()))


def opposite(one: str, other: str) -> bool:
    """Whether two stems say the opposite; “un-” and “dis-” before a stem do as well."""
    if (one, other) in _opposites():
        return True
    short, long = sorted((one, other), key=len)
    return len(short) > 3 and long in ("un" + short, "dis" + short, "in" + short, "im" + short)
