"""How automatic answers and absence notices begin, in the languages that we meet."""

from __future__ import annotations

import re

# The words that mail systems put before the subject they answer. Nobody begins a subject of his
# own like this, except perhaps in a question about it.
_CERTAIN = (
    r"auto(?:matic|mated)?[- ]?(?:reply|response|answer|responder)",
    r"out of office (?:auto[- ]?reply|reply|response|message|notification|notice)",
    r"autosvar",
    r"auto[- ]svar",
    r"automatisk(?:t|e)? svar",
    r"automatiskt meddelande",
    r"frånvaromeddelande",
    r"frånvaroavisering",
    r"frånvarobesked",
    r"semestermeddelande",
    r"fraværsmelding",
    r"fraværsbesked",
    r"fraværsassistent(?:en)?",
    r"fraværsmeddelelse",
    r"automatische (?:antwort|antwoord|abwesenheitsnotiz)",
    r"automatisches? antwort",
    r"abwesenheits(?:notiz|nachricht|meldung|mitteilung|benachrichtigung)",
    r"autoantwort",
    r"auto-antwort",
    r"automaattinen (?:vastaus|poissaolo\w*)",
    r"automaattivastaus",
    r"poissaolo(?:viesti|ilmoitus|vastaus)",
    r"automatisch(?:e)? (?:antwoord|beantwoord|bericht|reactie)",
    r"afwezigheids(?:bericht|melding|assistent)",
    r"r[ée]ponse automatique",
    r"message d'absence",
    r"notification d'absence",
    r"respuesta autom[áa]tica",
    r"autorrespuesta",
    r"risposta automatica",
    r"risponditore automatico",
    r"automatyczna odpowied[źz]",
    r"odpowied[źz] automatyczna",
    r"autoodpowied[źz]",
    r"resposta autom[áa]tica",
    r"automatick[áa] odpov[ěe][ďd]",
    r"автоответ(?:чик)?",
    r"автоматический ответ",
    r"自动回复",
    r"自動回覆",
    r"自動返信",
    r"自動応答",
    r"자동 ?회신",
)

# Words that people begin a subject with as well: a sign of a machine must stand beside them.
_POSSIBLE = (
    r"out[- ]of[- ](?:the[- ])?office",
    r"ooo",
    r"i(?: am|'m) (?:currently )?(?:out of|away)",
    r"away from (?:the |my )?(?:office|mail|e-?mail|desk)",
    r"(?:on )?vacation",
    r"(?:on )?(?:annual|maternity|parental) leave",
    r"absen(?:t|ce)",
    r"frånvar(?:o|ande)",
    r"ej på (?:kontoret|plats)",
    r"inte på (?:kontoret|plats)",
    r"semester",
    r"föräldraledig",
    r"tjänstledig",
    r"fravær(?:ende)?",
    r"ikke (?:på kontoret|til stede)",
    r"ferie",
    r"abwesen(?:d|heit)",
    r"nicht im (?:büro|haus)",
    r"(?:im )?urlaub",
    r"poissa(?:olo)?",
    r"lomalla",
    r"afwezig(?:heid)?",
    r"niet aanwezig",
    r"absence du bureau",
    r"en cong[ée]s?",
    r"fuera de (?:la )?oficina",
    r"ausen(?:te|cia)",
    r"de vacaciones",
    r"fuori (?:sede|ufficio)",
    r"assen(?:te|za)",
    r"in ferie",
    r"poza biurem",
    r"nieobecno[śs][ćc]",
    r"jestem na urlopie",
    r"ausência",
)

_BEFORE = r"[\s\[(<*\"]{0,3}"
# A colon or the end follows; a sentence ("Out of office does not work") goes on with words.
_AFTER = r"[\])>*\"]{0,3}\s?(?:[:：\-–]|$)"

CERTAIN_SUBJECTS = re.compile(
    f"{_BEFORE}(?:{'|'.join(_CERTAIN)})(?:{_AFTER}|[\\])>])", re.IGNORECASE
)
POSSIBLE_SUBJECTS = re.compile(
    f"{_BEFORE}(?:{'|'.join(_POSSIBLE)})(?:{_AFTER}|\\b.{{0,60}}?(?::|$))", re.IGNORECASE
)

# Somebody asks or complains: no machine ends its subject like this by itself.
QUESTION = re.compile(
    r"\?\s*$|[:：]\s*(?:how|hur|wie|hvordan|hoe|comment|cómo|come|jak|miten|problem|error|fel)\b"
    r"|\b(?:does(?:n't| not)|not) work|fungerar inte|funktioniert nicht|virker ikke|fonctionne pas"
    r"|no funciona|non funziona|nie działa|ei toimi|werkt niet",
    re.IGNORECASE,
)

# A person who is away, in the first person or as a machine says it for him.
ABSENCE_WORDS = re.compile(
    r"\b(?:i(?: am|'m| will be|'ll be)|we are) (?:\w+ ){0,2}?(?:out of|away|on (?:\w+ )?(?:leave"
    r"|vacation|holiday)|absent|not in|travell?ing|unavailable)"
    r"|(?:is|am) (?:currently )?out of (?:the )?office|limited access to (?:my )?e-?mail"
    r"|thank you for your (?:e-?mail|message)[.!,].{0,80}(?:out|away|leave|return)"
    r"|\bjag (?:är|har|kommer att vara) (?:\w+ ){0,3}?(?:ledig|semester|bortrest|frånvarande"
    r"|föräldraledig|sjuk|tjänsteresa|inte på|ej på|åter)|på semester|är inte på kontoret"
    r"|åter (?:på kontoret|i tjänst|den)|\bläser inte min (?:e-?post|mail|mejl)"
    r"|\bich bin (?:\w+ ){0,5}?(?:nicht (?:im|erreichbar|da)|abwesend|im urlaub|außer|wieder)"
    r"|nicht im büro|bis (?:zum|einschließlich)? ?.{1,20} abwesend"
    r"|\bjeg er (?:\w+ ){0,3}?(?:på ferie"
    r"|ikke|ude|bortreist|fraværende|tilbake|tilbage|permisjon|bortrejst)"
    r"|\bolen (?:\w+ ){0,3}?(?:lomalla|poissa|vapaalla|tavoitettavissa|matkoilla)|vuosilomalla"
    r"|\bik ben (?:\w+ ){0,5}?(?:afwezig|niet|met vakantie|op vakantie|weer)|niet op kantoor"
    r"|\bje suis (?:\w+ ){0,4}?(?:absent|en congé|en vacances|en déplacement|de retour)"
    r"|je serai (?:\w+ ){0,3}?absent|absente? du bureau|\bestoy (?:\w+ ){0,3}?(?:fuera"
    r"|ausente|de vac)"
    r"|estaré (?:\w+ ){0,3}?(?:fuera|ausente|de vac)|me encuentro (?:\w+ ){0,3}?(?:fuera|de vac)"
    r"|\bsono (?:\w+ ){0,4}?(?:fuori|assente|in ferie)|sarò (?:\w+ ){0,3}?(?:fuori|assente"
    r"|in ferie)"
    r"|non sono in ufficio|\bjestem (?:\w+ ){0,4}?(?:nieobecn|na urlopie|poza)"
    r"|przebywam na urlopie|będę nieobecn|(?:nie ma mnie|nieobecn\w+) w biurze"
    r"|estou (?:\w+ ){0,3}?(?:fora|ausente|de férias)|\bautomati[sc]\w* (?:reply|response"
    r"|svar|antwort"
    r"|antwoord|vastaus|besked)|r[ée]ponse automatique|respuesta autom[áa]tica|risposta automatica"
    r"|automatyczna odpowied[źz]",
    re.IGNORECASE,
)
