"""The signs of acute distress and the figures of speech that look like them, in seven languages.

Written over folded clauses (lower case, no diacritics, no apostrophes: “I’m” is “im”), one phrase a
line. `$` ends a phrase that is harmless when it goes on (“I want to be with you on Sunday”). What is
done when one is found stands in `distress.py`.
"""

# ruff: noqa: E501  (a phrase is a line)
from __future__ import annotations

import re
from functools import cache


@cache
def any_of(phrases: str) -> re.Pattern[str]:
    """One pattern of all lines: blanks inside a line are single spaces, words are whole."""
    lines = [line.strip() for line in phrases.strip().splitlines()]
    return re.compile("|".join(rf"(?:(?<!\w){line}(?!\w))" for line in lines))


_WISH = r"(?:wish|want|wanna|need|long|hope|id like|would like|id love)(?: to)?"

SIGNS: dict[str, str] = {
    "en": rf"""
        i (?:(?!do|dont|didnt|never)\w+ ){{0,2}}{_WISH} (?:just )?(?:die|be dead|not be alive|not exist|stop existing|disappear forever)
        i (?:\w+ ){{0,2}}wish (?:that )?(?:i|id) (?:was|were|am) (?:dead|never born|not alive|gone forever|not here anymore)
        i (?:\w+ ){{0,2}}wish (?:that )?(?:i|id) (?:had )?(?:could (?:just )?die|never been born|died(?: (?:too|with you|instead)))
        (?:i(?: am|m)?|ive been|i have been) (?:\w+ ){{0,3}}(?:ready|going|gonna|planning|plan|prepared) to die$
        (?:id|i would|im|i am|i feel|everyone is|theyd be|they would be|youd be) (?:\w+ ){{0,2}}better off (?:dead|without me)
        better off if i (?:was|were) (?:dead|gone)
        i (?:\w+ ){{0,2}}(?:dont|do not|cant|cannot|no longer|never) (?:\w+ ){{0,1}}(?:want|wanna|wish|care|need)(?: to)? (?:be alive|live|exist|wake up|go on living|keep living|be in this world)(?: (?:any ?more|any longer|at all|like this|without you|now))?$
        i (?:cant|cannot|can not|cant possibly) (?:live|go on|carry on|keep going|keep on living|continue) (?:\w+ )?(?:without (?:you|him|her|them)|living|any ?more|any longer|like this)$
        i (?:\w+ ){{0,2}}(?:dont|do not|no longer) (?:want|wanna)(?: to)? be (?:here|around) (?:any ?more|any longer|at all)$
        i (?:cant|cannot) go on$
        (?:i have|ive got|ive|i see|i have got|theres|there is|i got) (?:nothing|no reason|nothing left|no reason left) (?:left )?to live(?: for)?
        (?:my )?life (?:is not|isnt|is no longer) worth (?:living|it)
        (?:i|im|ive|id|to) (?:\w+ ){{0,6}}(?:end|take|ending|taking) my (?:own )?life
        (?:i|im|id|ill) (?:\w+ ){{0,4}}(?:end|ending) it all
        (?:i|im|ill|id|ive|me|to|of|about|from) (?:\w+ ){{0,6}}(?:kill|killing|unalive|hang|hanging|drown|drowning|shoot|shooting|harm|harming|starve|starving) myself
        (?:i|im|ill|ive) (?:\w+ ){{0,3}}(?:want|wanna|going|gonna|need|like|urge|thinking|thought|keep|been|started|about|plan|planning|might|will) (?:\w+ ){{0,2}}(?:hurt|hurting|cut|cutting|stab|stabbing|burn|burning|poison|poisoning) myself
        ill (?:hurt|cut|stab|burn|poison) myself
        i(?:m|ll|d| am)? (?:just |really |so |honestly )*(?:wanna|want to|gonna|going to|might|should|need to) (?:just )?kms
        i(?:m| am| was| have been|ve been)? self harm(?:ing|ed)?
        (?:slit|slitting|slash|cut|cutting) my (?:own )?(?:wrists?|veins|throat)
        (?:im|i am|i feel|feel|feeling|ive been|been|i have been) (?:\w+ ){{0,2}}suicidal
        (?:i|my|im|ive) (?:\w+ ){{0,4}}suicidal (?:thoughts|ideas|feelings)
        (?:im|ive|i|i am|keep) (?:\w+ ){{0,3}}(?:thinking|thought|think|considering|considered|contemplating|planning) (?:\w+ )?(?:of|about|my|on)?(?: committing)? ?suicide$
        (?:i|im|ill|id) (?:\w+ ){{0,4}}commit(?:ting)? suicide
        i (?:just |only |really |so |do |simply )*(?:want|wanna|wish|long|need)(?: to)? (?:just )?(?:be|come be) (?:with|where) you(?: are)?(?: (?:again|now|soon|forever|up there|in heaven|on the other side|where you are|wherever you are|so much|so badly|instead|in death))*$
        i (?:just |only |really )*(?:want|wanna|wish|long)(?: to)? (?:join|go to|come to) you(?: (?:again|now|soon|forever|up there|in heaven|on the other side|where you are|wherever you are|in death))*$
        (?:i|ill|im|i will|we|well) (?:\w+ ){{0,4}}(?:with|join|joining|follow|to|see|seeing) you (?:soon )?(?:up there|in heaven|on the other side|in death|in the grave)(?: (?:soon|tonight|now|today))*$
        i (?:\w+ ){{0,2}}want to (?:go where you are|sleep forever|fall asleep forever|go to sleep and (?:never|not) wake up|never wake up|fall asleep and (?:never|not) wake up)
        i(?:ve| have)? (?:just )?(?:took|taken|swallowed) (?:an? (?:\w+ )?overdose|(?:all|too many|lots|a lot|the whole bottle) (?:(?:of|the|my|those|these|sleeping|pain) ){{0,3}}(?:pills|tablets|meds|medication|painkillers|paracetamol|insulin)(?: (?:at once|now|today|tonight))*$)
        (?:im|i am|i think im|i think i am) having a (?:heart attack|stroke)
        (?:i need|call|send)(?: me)? an ambulance
        i(?:ve| have| just)? overdosed
        i(?:m| am| want| will|ll| wanna)? (?:\w+ ){{0,5}}jump(?:ing)? (?:off|from|out of|in front of) (?:a|the|this|my) (?:bridge|roof|building|balcony|window|train|cliff|tower|car|bus|lorry|truck)
        (?:i|im|id|ill) (?:\w+ ){{0,5}}throw(?:ing)? myself (?:off|under|in front of|from|out of)
        (?:gun|knife|rope|razor|pistol) (?:\w+ )?(?:to|at|against|around|round|on) my (?:own )?(?:head|throat|neck|wrists?|chest|mouth|temple)
        (?:im|i am|we are|were) (?:\w+ )?(?:in (?:\w+ )?danger|being (?:attacked|beaten|strangled|raped|abused|kidnapped|held captive))$
        (?:he|she|they|somebody|someone|my (?:husband|wife|partner|ex|boyfriend|girlfriend|father|mother|son|brother|stepfather)) (?:is|are|has been|keeps|was)(?: just)? (?:trying to kill me|threatening to kill me|hitting me|beating me|beating me up|strangling me|choking me|hurting me|raping me)$
        (?:he|she|they|somebody|someone|my (?:husband|wife|partner|ex|boyfriend|girlfriend|father|mother|son|brother|stepfather)) (?:threatened|threatens|threaten) to kill (?:me|us)
        (?:he|she|someone|somebody|they) (?:has|have|is holding|got) (?:a )?(?:gun|knife) (?:and|to|on|at) (?:\w+ ){{0,3}}(?:me|us)
        """,
    "de": r"""
        ich (?:(?!nicht)\w+ ){0,3}(?:will|mochte|wollte|wurde|wunsche|wunschte)(?: (?:nur|einfach|doch|jetzt|endlich|auch|so|gerne?|am liebsten|wirklich|noch))* (?:sterben|tot sein|mich toten|mich umbringen|nicht mehr leben|nicht mehr existieren|einschlafen und nicht mehr aufwachen|nie wieder aufwachen)
        (?:will|mochte) (?:ich )?(?:nur|einfach|nur noch|bloss|endlich) (?:noch )?sterben
        (?:will|mochte) ich (?:\w+ )?(?:sterben|tot sein|nicht mehr leben)$
        ich (?:\w+ )?(?:will|mochte|mag|kann) (?:so )?nicht (?:mehr|langer|weiter) (?:leben|weiterleben|da sein|hier sein|aufwachen|existieren)
        ich (?:will|mochte|kann) (?:ohne dich|so) nicht (?:mehr |langer |weiter )?(?:leben|weiterleben|weitermachen)
        (?:ich )?(?:\w+ )?(?:ware|war) (?:ich )?(?:\w+ ){0,2}(?:lieber|doch|am liebsten|nur|schon|besser) tot$
        (?:wunschte|wunsche mir) (?:ich )?(?:ich )?(?:ware|war) (?:\w+ )?(?:tot|nie geboren)
        (?:ware|war) ich (?:doch |nur |bloss )*(?:tot|nie geboren)
        ich (?:\w+ ){0,4}mich (?:\w+ ){0,3}(?:umbringen|umzubringen|toten|zu toten|erhangen|erhange|aufhangen|erschiessen|erschiesse|ertranken|ritzen|ritze|selbst verletzen|vergiften|vor den zug werfen)
        ich (?:\w+ ){0,2}(?:bring|bringe|brachte) mich (?:\w+ ){0,2}um$
        (?:bring|bringe) ich mich (?:\w+ ){0,2}um$
        mich (?:selbst )?(?:umzubringen|umbringen|zu toten|zu verletzen)
        (?:mir|ich mir) (?:\w+ ){0,2}(?:das leben (?:\w+ )?(?:nehmen|zu nehmen|nehme)|etwas an(?:zu)?tun|was an(?:zu)?tun|die pulsadern)
        (?:nehme|nehm) (?:ich )?mir (?:\w+ )?das leben
        (?:meinem|dem ganzen|meinem leben) (?:\w+ )?(?:leben )?(?:\w+ )?ein ende (?:machen|setzen|mache|setze|zu machen|zu setzen)
        ohne mich (?:\w+ )?besser dran
        (?:ich |hab |habe )(?:\w+ ){0,4}(?:keinen grund|keinen sinn|nichts|nichts mehr) (?:mehr )?(?:zu leben|zum leben|im leben|wofur ich lebe|fur das ich lebe)
        ich bin (?:\w+ ){0,2}(?:lebensmude|suizidal|selbstmordgefahrdet|suizidgefahrdet)
        ich (?:\w+ ){0,4}(?:selbstmordgedanken|suizidgedanken)
        ich (?:\w+ ){0,4}(?:an|uber) (?:\w+ )?(?:selbstmord|suizid)$
        ich (?:\w+ ){0,4}(?:selbstmord|suizid) (?:begehen|begehe|zu begehen)
        ich (?:will|mochte) (?:\w+ ){0,2}(?:nur |einfach |endlich |wieder |zu |immer )*(?:bei dir sein|mit dir vereint sein|dort sein wo du bist|da sein wo du bist|zu dir in den himmel)(?: (?:im himmel|dort oben|fur immer))*$
        ich (?:komme|folge) (?:\w+ ){0,2}(?:zu dir in den himmel|dir in den tod|dir nach)$
        ich (?:\w+ ){0,2}(?:zu viele|alle|alle meine|eine uberdosis) (?:\w+ )?(?:tabletten|pillen|schlaftabletten)? ?(?:genommen|geschluckt)
        ich (?:\w+ ){0,4}(?:von der brucke|vom dach|aus dem fenster|vor (?:den|einen) zug) (?:springen|springe|zu springen|werfen|zu werfen|werfe)
        ich brauche (?:\w+ )?(?:einen |den )?(?:krankenwagen|notarzt|rettungswagen)
        ich habe (?:gerade )?einen (?:herzinfarkt|schlaganfall)$
        ich (?:bin|schwebe) (?:\w+ )?in (?:\w+ )?(?:gefahr|lebensgefahr)$
        (?:er|sie|jemand|mein (?:mann|freund|vater|bruder|sohn|ex)|meine (?:frau|freundin|mutter)) (?:schlagt|bedroht|wurgt|vergewaltigt|verprugelt) mich
        (?:er|sie|jemand|mein (?:mann|freund|vater|bruder|sohn|ex)|meine (?:frau|freundin|mutter)) (?:droht|versucht) mich (?:\w+ )?(?:umzubringen|zu toten)
        """,
    "fr": r"""
        (?:je|j) ?(?:veux|voudrais|souhaite|ai envie de|ai juste envie de|aimerais|vais|ai decide de|pense a) (?:juste |seulement |vraiment |bien |tellement )?(?:mourir|en finir|crever|me tuer|me suicider|me pendre|me noyer|me faire du mal|me couper|me blesser|me jeter sous|disparaitre pour toujours|etre morte?|mettre fin a mes jours|mettre fin a ma vie)
        (?:jai|ai|avais|avoir|jaurais) (?:\w+ ){0,2}envie de (?:mourir|en finir|me tuer|me suicider|me faire du mal|me couper|crever)
        (?:jaimerais|jvoudrais|jveux|jaurais voulu) (?:juste |seulement )?(?:mourir|en finir|me tuer|me suicider|etre morte?|ne plus etre la|ne plus exister)
        je ne? (?:veux|peux|voudrais|souhaite) plus (?:vivre|continuer a vivre|etre la|etre ici|exister|me reveiller)
        (?:je|jveux|veux) (?:veux )?plus (?:vivre|exister)
        (?:jai|ai) plus (?:\w+ )?(?:envie|raison) de vivre
        (?:plus|aucune) (?:envie|raison) de vivre
        je ne peux pas vivre sans (?:toi|lui|elle)$
        (?:je|me|de|a|vais|veux|pense|penser) (?:\w+ ){0,3}(?:me|m) (?:tuer|suicider|pendre|scarifier)$
        je (?:vais )?me (?:suicide|tue|pends|scarifie)$
        mettre fin a (?:mes jours|ma vie)
        (?:je|j|jai|ai|a mes|des|mes) (?:\w+ ){0,3}(?:pensees|idees) (?:suicidaires|noires de mort)
        je (?:suis|me sens) (?:\w+ )?suicidaire
        je pense (?:\w+ )?au suicide$
        (?:serait|seraient|seriez|serais) (?:\w+ )?mieux (?:\w+ )?(?:sans moi|si jetais morte?)
        je (?:veux|voudrais|souhaite|vais|viens) (?:juste |seulement |tellement )?(?:etre avec toi|te rejoindre|etre la ou tu es)(?: (?:au ciel|la haut|bientot|dans la mort|pour toujours))*$
        (?:jaimerais|jai envie d|jai envie de) ?(?:juste )?(?:etre avec toi|te rejoindre|etre la ou tu es)(?: (?:au ciel|la haut|bientot|pour toujours))*$
        (?:jai|je viens d|je viens de) ?(?:pris|avale|prendre|avaler) (?:\w+ )?(?:trop de|toute une boite de|tous mes|tous les) (?:\w+ )?(?:cachets|medicaments|pilules|comprimes|somniferes)
        (?:me|m) (?:ouvrir|couper|trancher|taillader) les veines
        (?:je|vais|veux) (?:\w+ ){0,3}(?:sauter|me jeter) (?:du|d un|dun|de la|par la|sous un|sous le|sous la) (?:pont|toit|balcon|fenetre|train|metro)
        je suis en danger(?: de mort)?$
        (?:jai besoin d|il faut|il me faut|appelez) ?une ambulance
        je fais une crise cardiaque
        (?:il|elle|quelquun|on|mon (?:mari|copain|pere|frere|fils|ex)|ma (?:femme|copine|mere)) (?:me frappe|me bat|metrangle|me menace(?: de mort)?|essaie de me tuer|veut me tuer|va me tuer avec|menace de me tuer|me viole)$
        """,
    "es": r"""
        (?<!no )(?:quiero|deseo|quisiera|necesito|me gustaria|tengo ganas de|voy a) (?:solo |simplemente |ya )?(?:morir|morirme|matarme|suicidarme|estar muert[oa]|desaparecer para siempre|quitarme la vida|ahorcarme|cortarme las venas|hacerme dano|acabar con mi vida|acabar con todo|terminar con mi vida|dejar de vivir|dejar de existir|no despertar(?:me)?(?: mas| nunca)?)
        (?<!no )me (?:quiero|voy a|quisiera) (?:\w+ )?(?:morir|matar|suicidar|ahorcar|colgar|cortar las venas|quitar la vida|hacer dano)$
        (?:ya )?no quiero (?:seguir viviendo|vivir|existir|estar aqui|despertar|seguir con vida)(?: (?:mas|asi|sin ti))*$
        no puedo (?:seguir viviendo|vivir|seguir)(?: (?:mas|asi))* sin (?:ti|el|ella)$
        (?:no tengo|sin|no hay|no me quedan|no le veo) (?:\w+ ){0,2}(?:razon|razones|motivo|motivos|ganas|sentido) (?:para|de|a) (?:la vida|vivir)
        (?:quitarme|quitar) la vida
        (?:pienso|pensando|he pensado|pense|penso|ganas|planeo|intente|intento|tratado|intentado) (?:\w+ ){0,2}(?:matarme|suicidarme|el suicidio|suicidio|cortarme|hacerme dano|ahorcarme)
        (?:tengo|con) (?:\w+ )?(?:pensamientos|ideas) suicidas
        (?:soy|me siento|estoy) (?:\w+ )?suicida$
        (?:estarian|estaria|estariais) mejor sin mi
        (?:ojala|desearia|quisiera|me gustaria) (?:que )?(?:yo )?(?:estuviera|estar|haber|hubiera|estuviese) (?:muert[oa]|nunca nacido|no haber nacido)
        ojala (?:no hubiera nacido|me muriera|me muera)$
        (?:quiero|deseo|quisiera|necesito|voy a) (?:solo |ya )?(?:estar contigo|irme contigo|reunirme contigo|estar donde tu estas|estar donde estas)(?: (?:en el cielo|alla arriba|pronto|otra vez|de nuevo|para siempre|ya))*$
        (?:me he|he|me) (?:tomado|tragado|tome|trague) (?:\w+ )?(?:demasiadas|todas las|todas mis|un monton de) (?:pastillas|pildoras|tabletas)
        (?:voy a|quiero|pienso|a punto de) (?:saltar|tirarme|lanzarme|arrojarme) (?:de|del|desde|por|al|a) (?:\w+ ){0,2}(?:puente|ventana|balcon|tejado|azotea|tren|metro)
        necesito una ambulancia
        me esta dando un infarto
        (?:estoy|estamos) en (?:\w+ )?peligro(?: de muerte)?$
        (?:el|ella|alguien|mi (?:marido|novio|padre|hermano|hijo|ex|mujer|novia|madre|esposo|esposa)) (?:me esta pegando|me pega|me golpea|me esta golpeando|me amenaza|me ha amenazado|intenta matarme|amenaza con matarme|me esta ahorcando|me viola)$
        """,
    "it": r"""
        (?<!non )(?:voglio|vorrei|desidero|ho voglia di|mi piacerebbe|ho deciso di|penso di|pensando di|sto per) (?:solo |soltanto |davvero |proprio |tanto |soltanto )*(?:morire|uccidermi|ammazzarmi|suicidarmi|farla finita|togliermi la vita|impiccarmi|farmi (?:del )?male|tagliarmi(?: le vene)?|sparire per sempre|essere mort[oa]|smettere di vivere)
        (?<!non )mi (?:voglio|vorrei) (?:uccidere|ammazzare|suicidare|impiccare|fare (?:del )?male)$
        (?<!non )mi (?:uccido|ammazzo|suicido|impicco)$
        non (?:voglio|ho voglia di|ho piu voglia di|ce la faccio a|ce la faccio piu a) (?:piu )?(?:vivere|esistere|svegliarmi|andare avanti)(?: piu)?(?: cosi| senza di te)?$
        non posso vivere senza di (?:te|lui|lei)$
        non (?:ho|ce|vedo) (?:\w+ ){0,2}(?:motivo|motivi|ragione|ragioni|senso) (?:per|di|a) vivere
        (?:vorrei|magari fossi|se solo fossi|preferirei) (?:essere )?mort[oa]$
        vorrei non essere (?:mai )?nat[oa]
        (?:ho|con) (?:\w+ )?(?:pensieri|idee) suicid[ei]
        (?:sono|mi sento) (?:\w+ )?suicida$
        pens(?:o|ando) (?:\w+ )?al suicidio$
        (?:stareste|starebbero|starebbe|sareste|staresti) (?:\w+ )?meglio senza di me
        (?:voglio|vorrei) (?:solo |tanto |soltanto )*(?:stare con te|essere con te|raggiungerti|essere dove sei tu)(?: (?:in cielo|lassu|presto|per sempre))*$
        (?:ho (?:\w+ )?(?:preso|ingoiato)|mi sono pres[oa]) (?:troppe|tutte le|un sacco di) (?:\w+ )?(?:pastiglie|pillole|compresse)
        (?:buttarmi|lanciarmi|gettarmi|mi butto|mi lancio|saltare) (?:giu )?(?:dal|dalla|sotto un|sotto il|sotto la) (?:ponte|finestra|balcone|tetto|treno|metro)
        sono in pericolo(?: di vita)?$
        """,
    "pt": r"""
        (?<!nao )(?:quero|queria|desejo|gostaria de|tenho vontade de|vou|penso em|pensando em) (?:so |apenas |mesmo |muito |simplesmente )*(?:morrer|me matar|matar me|me suicidar|suicidar me|acabar com tudo|acabar com a minha vida|tirar a (?:minha )?(?:propria )?vida|me enforcar|enforcar me|me machucar|magoar me|me cortar|cortar me|cortar os pulsos|desaparecer para sempre|estar mort[oa]|deixar de viver|nunca mais acordar)
        (?:nao|ja nao) (?:quero|aguento) (?:mais )?(?:viver|existir|acordar|estar aqui|estar viv[oa])(?: mais)?(?: assim| sem ti| sem voce)?$
        nao (?:consigo|posso) viver sem (?:ti|voce|ele|ela)$
        (?:nao tenho|sem|nao ha|nao vejo) (?:\w+ )?(?:razao|razoes|motivo|motivos|vontade|sentido) (?:para|de|em) viver
        (?:queria|quem me dera|gostava de|preferia) (?:estar mort[oa]|nunca ter nascido|nao ter nascido|ter morrido)
        (?:tenho|com) (?:\w+ )?(?:pensamentos|ideias) suicidas
        (?:sou|estou|me sinto|sinto me) (?:\w+ )?suicida$
        pens(?:o|ando) (?:\w+ )?(?:em|no) suicidio$
        (?:estariam|ficariam|estaria|ficaria) (?:\w+ )?melhor sem mim
        (?<!nao )quero (?:so |apenas |muito )*(?:estar contigo|ir ter contigo|estar com voce|estar onde (?:tu |voce )?estas?)(?: (?:no ceu|la em cima|em breve|para sempre))*$
        (?:tomei|engoli) (?:\w+ )?(?:demasiados|muitos|todos os|um monte de) (?:\w+ )?(?:comprimidos|remedios|calmantes)
        (?:atirar me|me atirar|me jogar|saltar|pular) (?:da|de|do|dum|de um|de uma|a frente do|na frente do) (?:ponte|janela|predio|varanda|telhado|comboio|trem|metro)
        estou em perigo(?: de vida)?$
        """,
    "nl": r"""
        ik (?:(?!niet|nooit)\w+ ){0,2}(?:wil|wou|zou willen) (?:(?!niet|nooit)\w+ ){0,2}(?:dood|dood zijn|doodgaan|sterven|er niet meer zijn|mezelf (?:van kant maken|iets aandoen|pijn doen|ophangen|snijden|doden))$
        ik (?:wil|kan|hoef) (?:zo |van mij )?niet (?:meer|langer) (?:leven|verder leven|bestaan|wakker worden|verder)$
        ik wil er niet meer zijn$
        ik kan niet (?:leven )?zonder (?:jou|je|hem|haar)(?: leven)?$
        ik (?:\w+ ){0,3}zelfmoord (?:plegen|pleeg|te plegen)
        ik (?:\w+ ){0,3}(?:aan|over) (?:zelfmoord|zelfdoding)$
        ik (?:ben|voel me) (?:\w+ )?suicidaal
        ik (?:\w+ ){0,3}(?:mezelf|me) (?:\w+ ){0,2}(?:ophangen|van kant maken|van het leven beroven|voor de trein gooien)
        een einde? (?:\w+ )?aan mijn leven
        ik (?:maak er|wil er) (?:\w+ )?een einde? aan(?: maken)?$
        (?:was|waren) ik maar (?:dood|nooit geboren)
        (?:geen|niets|niks) (?:\w+ ){0,2}om (?:nog )?voor te leven
        geen (?:reden|zin) (?:meer )?(?:om )?te leven
        beter af zonder mij
        ik wil (?:gewoon |alleen |alleen maar |zo graag |weer )*(?:bij je zijn|bij jou zijn|zijn waar jij bent)(?: (?:in de hemel|daarboven|voor altijd))*$
        ik heb (?:\w+ ){0,2}(?:te veel|al mijn|alle) (?:\w+ )?pillen (?:geslikt|genomen|ingenomen)
        (?:van de brug|uit het raam|van het dak|voor de trein) (?:te )?(?:springen|spring)
        ik ben in (?:levens)?gevaar$
        """,
}

FIGURES: dict[str, str] = {
    "en": r"""
        (?:die|dying|dead|kill myself|killing myself|hang myself) (?:\w+ )?(?:of|from|with) (?:\w+ )?(?:laughter|laughing|boredom|embarrassment|shame|curiosity|heat|hunger|thirst|envy|jealousy|cuteness|happiness|joy|excitement|cringe|shock)
        (?:die|dying|dead|kill myself|killing myself) laughing
        die (?:my|your|her|his|the) (?:hair|wool|eggs|shirt|curtains)
        (?:die|dead) (?:at home|in my own bed|in my bed|in my sleep|peacefully|in peace|of old age|happy|rich|trying|on stage|a hero)
        (?:shoot|shooting) myself in the foot
        (?:drown|drowning) myself in (?:work|coffee|tea|music|books|chocolate|ice cream|studies)
        (?:id|i would) rather (?:\w+ ){1,4}than
        (?:kill|hurt|cut|burn) myself (?:\w+ ){0,3}(?:tripping|falling over|shaving|cooking|ironing|on the (?:ladder|ice|stairs|oven|kettle)|a (?:slice|piece))
        (?:hang|drown|starve|kill|harm) myself (?:a|some|one) (?:slice|piece|picture)
        """,
    "de": r"""
        (?:sterben|tot|umbringen|tote) (?:\w+ )?(?:vor|an) (?:\w+ )?(?:lachen|langeweile|scham|hunger|durst|hitze|neugier|peinlichkeit|gluck|freude)
        (?:vor|an) (?:\w+ )?(?:lachen|langeweile|scham|hunger|durst|hitze|neugier|gluck|freude) (?:sterben|tot|umbringen)
        (?:im eigenen|in meinem|in meinem eigenen) bett sterben
        (?:zu hause|in frieden|friedlich|alt) sterben
        mich (?:in den finger|beim (?:kochen|rasieren|sport))
        """,
    "fr": r"""
        (?:mourir|crever|morte?) (?:de|d) ?(?:rire|honte|faim|soif|froid|chaud|chaleur|ennui|peur|jalousie|curiosite|bonheur|joie|vieillesse)
        mourir (?:dans mon lit|chez moi|en paix|vieux|vieille)
        en finir avec (?:ce|cette|le|la|les|ces|mon|ma|mes) (?:(?!vie|jours)\w+)
        me couper (?:les cheveux|une|un|les ongles|la barbe|la frange|du)
        """,
    "es": r"""
        (?:morir|morirme|matarme|muert[oa]) de (?:risa|verguenza|hambre|sed|frio|calor|aburrimiento|miedo|ganas|amor|curiosidad|envidia|felicidad|sueno|viej[oa])
        morir (?:en mi cama|en casa|en paz|viej[oa])
        acabar con todo (?:el|la|lo|los|las|este|esta|esto)
        matarme (?:a trabajar|trabajando|estudiando|a estudiar|a correr)
        """,
    "it": r"""
        (?:morire|mort[oa]) (?:di|dal|dalla|dalle|del) (?:ridere|risate|risa|fame|sete|sonno|freddo|caldo|noia|vergogna|paura|curiosita|gelosia|invidia|felicita|gioia|vecchiaia)
        morire (?:nel mio letto|a casa|in pace|vecchi[oa])
        farla finita con (?!la vita\b)\w+
        tagliarmi (?:i capelli|le unghie|la barba|la frangia|un|una)
        """,
    "pt": r"""
        (?:morrer|mort[oa]) de (?:rir|riso|tanto rir|fome|sede|sono|frio|calor|tedio|vergonha|medo|saudades?|curiosidade|inveja|ciumes|amor|velhice|felicidade|cansaco)
        morrer (?:na minha cama|em casa|em paz|velh[oa])
        acabar com tudo (?:o|a|os|as|isto|isso|aquilo)
        """,
    "nl": r"""
        (?:dood|doodgaan|sterven) (?:van|aan) (?:de |het )?(?:lachen|honger|dorst|kou|hitte|verveling|schaamte|nieuwsgierigheid|ouderdom|geluk)
        """,
}
