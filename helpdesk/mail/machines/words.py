"""How automatic answers and absence notices begin, in the languages that we meet."""

from __future__ import annotations

import re

# The words that mail systems put before the subject they answer. Nobody begins a subject of his
# own like this, except perhaps in a question about it.
_CERTAIN = (
    r"auto(?:matic|mated)?[- ]?(?:reply|response|answer|responder)",
    r"out of office (?:auto[- ]?reply|reply|response|message|notification|notice)",
    # Notes writes who is away, in the language of the one who is, and in brackets until when.
    r"auto: .{1,80}?(?:\((?:returning|rückkehr|retour|terug|tilbage|tilbake|åter|palaa|regres"
    r"|ritorno|powr)|(?:is|will be) (?:out of|away)|ist (?:außer|nicht|im urlaub)|är (?:inte|på)"
    r"|er (?:ikke|ude|på)|est (?:absent|en)|è (?:fuori|assente)|is (?:niet|afwezig)).*",
    r"an auto(?:matic)? reply",
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
    r"자동 ?(?:회신|응답)",
    # What Exchange puts before the subject that it answers, in the languages of its other users.
    r"automatikus válasz",
    r"otomatik (?:yanıt|cevap)",
    r"răspuns automat",
    r"αυτόματη απάντηση",
    r"תשובה אוטומטית|מענה אוטומטי",
    r"resposta automàtica",
    r"automat(?:ski|ický) odgovor|automatick[áýy] odpove[ďd]|samodejni odgovor",
    r"аутоматски одговор|аўтаматычны адказ",
    r"automaatvastus|automaatne vastus",
    r"automātisk[aā] atbilde",
    r"automatinis atsakymas",
    r"автоматична відповідь",
    r"автоматичен отговор",
    r"(?:رد|الرد) (?:تلقائي|التلقائي)",
    r"trả lời tự động",
    r"(?:การ)?ตอบกลับอัตโนมัติ",
    r"自动答复|自动应答|自動答覆",
    r"sjálfvirkt svar",
    r"balasan otomatis|jawaban otomatis|balasan automatik",
    r"erantzun automatikoa",
)

# Words that people begin a subject with as well: a sign of a machine must stand beside them.
_POSSIBLE = (
    r"out[- ]of[- ](?:the[- ])?office",
    r"ooo",
    r"auto",
    r"[\w.' -]{3,60} (?:is|will be) out of (?:the )?office",
    r"i(?: am|'m) (?:currently )?(?:out of|away|on)",
    r"away from (?:the |my )?(?:office|mail|e-?mail|desk)",
    r"(?:on )?vacation",
    r"(?:on )?(?:annual|maternity|parental) leave",
    r"absen(?:t|ce)",
    r"frånvar(?:o|ande)",
    r"ej på (?:kontoret|plats)",
    r"inte på (?:kontoret|plats)",
    r"(?:jag är |jag har )?(?:på )?semester",
    r"föräldraledig",
    r"tjänstledig",
    r"fravær(?:ende)?",
    r"ikke (?:på kontoret|til stede)",
    r"ute av kontoret|ude af kontoret",
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
    r"assen(?:te|za)|fuori dall'ufficio",
    r"in ferie",
    r"poza biurem",
    r"nieobecn\w{1,6}",
    r"jestem na urlopie",
    r"ausência",
)

_BEFORE = r"[\s\[(<*\"]{0,3}"
# A colon or the end follows; a sentence ("Out of office does not work") goes on with words.
_AFTER = r"[\])>*\"]{0,3}\s?(?:[:：\-–]|$)"

CERTAIN_SUBJECTS = re.compile(
    f"{_BEFORE}(?:{'|'.join(_CERTAIN)})(?:{_AFTER}|[\\])>])", re.IGNORECASE
)
# AOL and others put it last.
CERTAIN_ENDS = re.compile(
    r"[\[(](?:auto(?:matic|mated)? ?-?(?:response|reply|answer)|autosvar|out of (?:the )?office"
    r"|automatische antwort|abwesenheitsnotiz)[\])]\s*$",
    re.IGNORECASE,
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
_W = r"(?:\S{1,30} )"  # a word or a date: dates hold dots
ABSENCE_WORDS = re.compile(
    r"\b(?:i(?: am|'m| will be|'ll be)|we are) (?:\w+ ){0,2}?(?:out of|away|on (?:\w+ )?(?:leave"
    r"|vacation|holiday)|absent|not in|travell?ing|unavailable)"
    r"|(?:is|am) (?:currently )?out of (?:the )?office|(?:limited|no) access to (?:my )?e-?mail"
    r"|i will not be (?:reading|checking|able to|available)|i(?:'m| am) no longer (?:with"
    r"|work|employed)|i no longer work|(?:up)?on my return|when i (?:return|am back|get back)"
    r"|thank you for your (?:e-?mail|message)[.!,].{0,80}(?:out|away|leave|return)"
    rf"|\bjag (?:är|har|kommer att vara) {_W}{{0,3}}?(?:ledig|semester|bortrest|frånvarande"
    r"|föräldraledig|sjuk|tjänsteresa|inte på|ej på|åter)|på semester|är inte på kontoret"
    r"|åter (?:på kontoret|i tjänst|den)|\bläser inte min (?:e-?post|mail|mejl)"
    r"|(?:är |åter)?tillbaka (?:den|på|i tjänst|igen|måndag|tisdag|onsdag|torsdag|fredag)"
    r"|(?:arbetar|jobbar) inte (?:längre|kvar)|begränsad tillgång till"
    rf"|\bich bin {_W}{{0,6}}?(?:nicht (?:im|erreichbar|da|mehr)|abwesend|im urlaub|außer|wieder)"
    r"|nicht im büro|bis (?:zum|einschließlich)? ?.{1,20} abwesend|ich befinde mich|außer haus"
    r"|kehre .{0,40}zurück|bin ich wieder|(?:e-?mails?|nachricht\w*) wird nicht weiter"
    rf"|\bjeg (?:er|har|holder) {_W}{{0,3}}?(?:på ferie|ferie|ikke|ude|bortreist|fraværende|tilbake"
    r"|tilbage|permisjon|orlov|bortrejst)|læser ikke mine|leser ikke min|er tilba[gk]e (?:på|i|den)"
    rf"|\bolen {_W}{{0,3}}?(?:lomalla|poissa|vapaalla|tavoitettavissa|matkoilla|vuosilomalla"
    r"|virkavapaalla)|vuosilomalla|\bpalaan (?:töihin|toimistolle|takaisin|lomalta)"
    rf"|\bik ben {_W}{{0,6}}?(?:afwezig|niet|met vakantie|op vakantie|weer)|niet op kantoor"
    rf"|\bje (?:suis|serai) {_W}{{0,4}}?(?:absent|en congé|en vacances|en déplacement|de retour)"
    rf"|absente? du bureau|\b(?:estoy|estaré) {_W}{{0,3}}?(?:fuera|ausente|de vac|de vuelta)"
    rf"|me encuentro {_W}{{0,3}}?(?:fuera|de vac|ausente)|\bregres(?:o|aré) el|tengo acceso al"
    rf"|\b(?:sono|sarò) {_W}{{0,4}}?(?:fuori|assente|in ferie)|\brientrerò|al mio rientro"
    rf"|non sono in ufficio|\bjestem {_W}{{0,4}}?(?:nieobecn|na urlopie|poza)|\bwracam\b"
    r"|przebywam na urlopie|będę nieobecn|(?:nie ma mnie|nieobecn\w+) w biurze"
    r"|estou (?:\w+ ){0,3}?(?:fora|ausente|de férias)|\bautomati[sc]\w* (?:reply|response"
    r"|svar|antwort"
    r"|antwoord|vastaus|besked)|r[ée]ponse automatique|respuesta autom[áa]tica|risposta automatica"
    r"|automatyczna odpowied[źz]",
    re.IGNORECASE,
)

# A line by which a machine says that it answers.
DECLARES = re.compile(
    r"^[\W_]{0,6}(?:note|hinweis|obs|remarque|nota|opmerking|uwaga)?[\s:!]{0,3}(?:"
    r"this is an auto(?:mated|matic|-?generated)? ?(?:response|reply|answer) to"
    r"|dies ist eine automatische antwort|det(?:ta|te) är ett automatiskt svar"
    r"|det(?:te|ta) er et automatisk svar|tämä on automaattinen vastaus"
    r"|dit is een automatisch(?:e)? (?:antwoord|reactie)|ceci est une réponse automatique"
    r"|est[ae] es una respuesta automática|questa è una risposta automatica"
    r"|to jest automatyczna odpowied[źz]|this is the only notification you will receive while"
    r"|this account is protected by|to have your address added to)",
    re.IGNORECASE | re.MULTILINE,
)

# What a machine says when it has taken a mail in.
THANKS = re.compile(
    r"thank(?: you|s) for (?:your? (?:e-?mail|message|mail|enquiry|inquiry|request|question)"
    r"|contacting|getting in touch|writing)|(?:have|has been|was|i) received your"
    r"|your (?:message|mail|e-?mail|request|enquiry|inquiry|question) (?:has been|was) received"
    r"|tack för (?:ditt|er|ert|din|att du) (?:mejl|mail|meddelande|e-?post|förfrågan|kontakt|hör)"
    r"|vi har (?:mottagit|tagit emot)|(?:danke|dank) für (?:ihre|deine) (?:e-?mail|nachricht|anfr)"
    r"|ihre (?:e-?mail|nachricht|anfrage) (?:ist|wurde|haben)|haben ihre .{1,20} erhalten"
    r"|takk? for (?:din|deres|jeres|e-?posten|mailen|henvendelse)|vi har modta[gk]et"
    r"|kiitos (?:viesti|yhteyden|sähköposti)|olemme vastaanottaneet|viestisi on vastaanotettu"
    r"|(?:bedankt|dank u) voor (?:uw|je)|hebben uw .{1,20} (?:in goede orde )?ontvangen"
    r"|merci (?:de|pour|d') ?(?:votre|nous avoir)|(?:avons|ai) bien reçu votre"
    r"|gracias por (?:su|tu|contactar|escribir|ponerse)|hemos recibido su"
    r"|grazie per (?:averci|la sua|il suo|aver|il tuo)|abbiamo ricevuto la"
    r"|dzięku(?:jemy|ję) za (?:wiadomo|kontakt|e-?mail|przes)|otrzymaliśmy",
    re.IGNORECASE,
)
