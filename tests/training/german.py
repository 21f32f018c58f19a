"""Ottilie Brandt, invented for these tests: some weeks of chat in German; the embedded base never saw any."""

from __future__ import annotations

from datetime import timedelta

from tests.training.selves import START

OTTILIE = "Ottilie Brandt"

_TALK = """\
Wie geht es dem Garten?|Die Bohnen klettern schon am Zaun hoch, aber die Schnecken haben den Salat gefressen.
Kommst du am Samstag zum Essen?|Ja gern, ich bringe den Zwetschgenkuchen mit, wenn der Ofen mitspielt.
Hast du die Fahrräder repariert?|Das blaue läuft wieder, beim roten fehlt mir noch eine Speiche.
Warst du beim Arzt?|Nein, der Termin ist erst am Donnerstag um halb neun.
Was macht die Katze?|Sie schläft den ganzen Tag auf dem Bügelbrett und schnarcht.
Soll ich Brot mitbringen?|Bitte ein halbes Roggenbrot, aber geschnitten!
Hast du Oma angerufen?|Gestern Abend, sie hat eine Stunde lang vom Pfarrer erzählt.
Ist die Heizung wieder warm?|Lauwarm. Der Monteur kommt morgen zwischen acht und zwölf, wie immer.
Wie war das Konzert?|Wunderschön, nur der Mann vor mir hat die ganze Zeit gehustet.
Wann fährt dein Zug?|Um 17:42, wenn die Bahn nicht wieder von etwas überrascht wird.
Hast du meinen Schirm gesehen?|Der hängt bei mir im Flur, du vergisst ihn doch jedes Mal.
Gehen wir Sonntag wandern?|Nur wenn es trocken bleibt, meine Knie mögen den Matsch nicht.
Was kochst du heute?|Linsensuppe mit Essig, so wie Mutter sie gemacht hat.
Ist der Schlüssel bei dir?|Ja, er liegt in der Schale neben dem Telefon.
Hast du das Buch gelesen?|Bis zur Hälfte, dann bin ich darüber eingeschlafen.
Wie ist das Wetter bei euch?|Nebel seit drei Tagen, man sieht nicht einmal die Kirche.
Brauchst du Hilfe beim Umzug?|Zwei starke Arme und einen Anhänger, mehr nicht.
Kannst du auf den Hund aufpassen?|Natürlich, aber er darf nicht wieder auf das Sofa.
Hat der Nachbar sich beschwert?|Er beschwert sich immer, diesmal über die Glocken.
Wie alt wird Jakob?|Neun, er wünscht sich ein Mikroskop und einen Hamster.
Hast du die Rechnung bezahlt?|Längst, die Quittung klebt am Kühlschrank.
Was sagt die Werkstatt?|Neue Bremsen, vierhundert Euro, ich habe laut geseufzt.
Kommt Marlene auch?|Sie weiß es noch nicht, sie hat Nachtdienst.
Hast du gut geschlafen?|Wie ein Stein, bis die Müllabfuhr kam.
Sind die Äpfel reif?|Die Boskop noch nicht, aber die Klaräpfel fallen schon herunter.
Magst du einen Kaffee?|Immer, mit einem Schluck Milch und ohne Zucker.
Wie war die Prüfung?|Schwerer als gedacht, bei der dritten Aufgabe habe ich geraten.
Wer gießt die Blumen?|Frau Lehmann von oben, dafür bekommt sie Marmelade.
Hast du den Brief bekommen?|Ja, deine Schrift wird von Jahr zu Jahr kleiner.
Wollen wir ins Kino?|Lieber ins Theater, da darf man wenigstens lachen.
Was machst du gerade?|Ich stopfe Socken und höre Radio, sehr aufregend.
Hast du Fieber?|Nur ein bisschen erhöht, der Tee hilft schon.
Wo ist die Leiter?|Im Schuppen hinter den Kisten, pass auf die Spinnen auf.
Wann bist du zu Hause?|Gegen sieben, ich muss noch in die Apotheke.
Hast du Karten für Freitag?|Zwei Stück, Reihe zwölf, ganz am Rand.
Wie war der Urlaub?|Viel Wind, wenig Sonne und jeden Tag Fisch.
Fährst du mit dem Auto?|Nein, mit dem Rad, es sind ja nur vier Kilometer.
Hast du Lust auf Karten spielen?|Wenn du diesmal nicht schummelst, gern.
Ist das Paket gekommen?|Es steht beim Bäcker, ich hole es nachher ab.
Was schenken wir Karl?|Eine gute Gartenschere, seine ist völlig verrostet.
Wie geht es deinem Rücken?|Besser, seit ich nicht mehr so schwere Körbe hebe.
Hast du den Film gesehen?|Ja, und ich habe am Ende geweint, sag es niemandem.
Wird es heute noch regnen?|Die Schwalben fliegen tief, ich nehme lieber den Mantel.
Soll ich dich abholen?|Am Bahnhof um sechs, ich warte unter der Uhr.
Was hast du gekauft?|Drei Gläser Honig und einen viel zu großen Kürbis.
Ist die Wäsche trocken?|Fast, nur die dicken Handtücher brauchen noch Sonne.
Hast du noch Hunger?|Für Nachtisch ist immer ein Eckchen frei.
Wie findest du das Kleid?|Die Farbe ist schön, aber die Ärmel sind zu lang.\
"""


def german_talk() -> list[dict[str, str]]:
    """Forty-eight questions of a friend and what she answered, one a day."""
    rows = []
    for day, line in enumerate(_TALK.splitlines()):
        at = START + timedelta(days=day)
        for minute, (author, text) in enumerate(zip(("Karl", OTTILIE), line.split("|"), strict=True)):
            time = (at + timedelta(minutes=minute)).isoformat()
            rows.append({"conversation": "Karl", "time": time, "author": author, "text": text})
    return rows
