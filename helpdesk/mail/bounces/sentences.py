"""What a refusal means whose phrase nobody has listed: a thing and its fault in one sentence."""

from __future__ import annotations

import re

from helpdesk.mail.bounces.finding import ADDRESS

_LONGEST = 1_000
# Names stand between the words that matter, and the dots of host names look like ends of sentences.
_NAMES = re.compile(rf"[<(\[]?\s?{ADDRESS}\s?[>)\]]?:?|(?<![\w-])[\w-]{{1,64}}(?:\.[\w-]{{1,64}})+")

_PEOPLE = (
    r"users?|(?:user|receiver)?names?|mailbox\w*|accounts?|recipients?|address(?:ee)?|alias|person"
    r"|destination|employee|nobody|no one|uživatel\w*|příjemc\w*|používateľ\w*|schránk\w*"
    r"|címzett\w*|felhasználó\w*|kullanıcı\w*|alıcı\w*|utilizator\w*|χρήστη\w*|παραλήπτη\w*"
    r"|kasutaja\w*"
    r"|користувач\w*|одержувач\w*|скринь\w*"
    r"|konto|compte|cuenta|casilla|conta|correo|e-?mail|login|receiver|brevlåda\w*|postlåda\w*"
    r"|postfach|sähköposti\w*|buz[oó]n|dirección|boîte"
    r"|mottagar\w*|adress\w*|användar\w*|empfänger\w*|benutzer\w*|adresse|destinataire|utilisateur"
    r"|destinatari\w*|usu[aá]ri[oa]s?|indirizzo|utente|endereço|odbiorc\w*|użytkownik\w*|adres\w*"
    r"|ontvanger|gebruiker|mottaker\w*|modtager\w*|bruger\w*|bruker\w*|vastaanottaja\w*"
    r"|käyttäjä\w*|osoit\w*|пользовател\w*|адрес\w*|получател\w*"
)
_UNKNOWN = (
    r"unknown|(?:not|n't) (?:be )?found|can(?:no|')t be found|not a valid|can(?:no|')t find"
    r"|unavailable|invalid|(?:not|n't|no longer) exist\w*"
    r"|wrong|incorrect|no longer (?:with|at|employed|works?|here)|undeliverable|neexistuje"
    r"|neznám\w*|nenalezen\w*|nem létezik|ismeretlen|bulunamadı|bilinmeyen|nu există|necunoscut\w*"
    r"|δεν υπάρχει|άγνωστ\w*|tundmatu|ei leitud|не існує|невідом\w*|nie ma (?:takiego|w)"
    r"|not recogni\w*|cannot be verified|deleted|removed|is gone|left the|no longer works?"
    r"|by (?:that|this) name|of (?:that|this) name|n't have an?|called|finns (?:inte|ej)"
    r"|hittades inte|not (?:in|on) (?:\w+ )?(?:list|directory|database|file)\w*|not valid|invalide?"
    r"|inexist\w*|nicht (?:bekannt|vorhanden|gültig)|un?gültig\w*|ogiltig\w*|ugyldig\w*|ei ole"
    r"|ongeldig\w*|n[oã]o? válid[oa]|inválid[oa]|non valid[oea]|niepoprawn\w*|nieprawidłow\w*"
    r"|falsch|n'existe plus|no (?:fue|se ha) encontrad[oa]|non trovato|não (?:foi )?encontrad[oa]"
    r"|inte hittas|okänd\w*|unbekannt\w*|existiert nicht|nicht gefunden|inconnue?|n'existe pas"
    r"|introuvable|desconocid\w*|no existe|sconosciut\w*|non esiste|inesistente|desconhecid\w*"
    r"|não existe|nieznan\w*|nie istnieje|bestaat niet|onbekend\w*|finnes ikke|findes ikke"
    r"|ukjent|ukendt|ei löydy|tuntematon|ei ole olemassa|неизвест\w*|не найден\w*|не существует"
)
_STORES = (
    r"mailbox\w*|mail box|inbox|mail ?folder|maildir|quota|storage|space|account|recipient|user"
    r"|brevlåda\w*|postlåda\w*|inkorg\w*|postfach\w*|posteingang|speicher\w*|konto\w*|boîte|boite"
    r"|buz[oó]n|casella|caixa|skrzynk\w*|postkasse\w*|innboks\w*|indbakke\w*|postilaatikko"
    r"|sähköpostilaatikko|postbus|ящик|schránk\w*|postafiók\w*|kutusu|kontingent\w*|kvot\w*|cuota|espaço|espacio|cuenta"
)
_FULL = (
    r"full|fullt?|fulla|voll|przepełnion\w*|preplnen\w*|přeplněn\w*|pln[áýé]|megtelt|dolu|γεμάτ\w*|pleine?|llen[oa]|pien[oa]"
    r"|chei[oa]|pełn[ay]|fuld|täynnä|vol"
    r"|exceed\w*|exhausted|used up|no room|limit reached|out of space|(?:over|reached) its"
    r"|erschöpft"
    r"|insufficient|insuficiente|insuffisant\w*|insufficiente|otillräcklig\w*|överskrid\w*|överfull"
    r"|überschritten|überfüllt|dépass\w*|overschreden|переполнен\w*"
)
_CLOSED = (
    r"inactive|not active|blocked|sperr\w*|inte aktiv\w*|ikke aktiv\w*|nicht aktiv|disabled"
    r"|suspended|closed|locked|expired|deaktivier\w*|gesperrt|avstängt|avstängd"
    r"|switched off"
    r"|inaktiv\w*|spärra\w*|stängt|stengt|lukket|deaktiver\w*|désactivée?|fermée?|desactivad\w*"
    r"|cerrad\w*|suspendid\w*|disattivat\w*|desativad\w*|zablokowan\w*|wyłączon\w*|suljettu"
    r"|non (?:è )?attiv[oa]"
    r"|geblokkeerd|gedeactiveerd|(?:no longer|not) accept(?:s|ed|ing)?"
)
_MAILS = (
    r"messages?|mails?|e-?mails?|size|attachments?|nachricht\w*|meddeland\w*|brev\w*|bericht\w*"
    r"|messaggi\w*|mensa\w*|wiadomoś\w*|viesti\w*|melding\w*|besked\w*|courriel|correo"
)
_LARGE = (
    r"too (?:big|large|long)|larger than|bigger than|over the (?:size )?limit|at most \d+"
    r"|maximum size|zu gro(?:ß|ss)|för stor\w*|for stor\w*|trop (?:gros|grand|volumineu)\w*"
    r"|demasiado grande|muito grande|grande demais|troppo grande|za duż\w*|te groot|liian suuri"
)
_SIZES = (
    r"size|taille|größe|storlek\w*|tamaño|tamanho|dimension\w*|rozmiar|størrelse\w*|grootte|koko"
)
_EXCEEDS = (
    r"exceed\w*|dépass\w*|överskrid\w*|überschr\w*|supera|excede|overskrid\w*|przekracza|ylittää"
    r"|overschrijdt"
)
_PEERS = (
    r"connections?|hosts?|servers?|servern|serveur|servidor|verbindung\w*|anslutning\w*|connexion"
    r"|conexión|conexão|connessione|połączeni\w*|forbindelse\w*|yhtey\w*|verbinding"
)
_SILENT = (
    r"(?:not|n't) (?:answer\w*|respond\w*|reply)|no (?:answer|response|reply)|svarar inte"
    r"|svarer ikke|antwortet nicht|ne répond pas|no responde|non risponde|não responde"
    r"|nie odpowiada|ei vastaa|reageert niet|не отвечает|refused|failed|timed out|abgelehnt"
    r"|nekad\w*|refusée|rechazada|rifiutata|recusada|odrzucon\w*|geweigerd|(?:not|n't) reach"
)
_TEMPORARY = r"temporar\w* (?:reject|refus|defer|fail|problem|error|unavailable|local|lookup)\w*"
_REFUSED = (
    r"forbidden|not allowed|refused|rejected|filtered|listed|blocking list|not accept(?:s|ed)?"
    r"|fails?|banned|subscribers only|not taken|verboten|abgelehnt|avvisa\w*|refusée?|rechazad\w*"
    r"|rifiutat\w*|recusad\w*"
    r"|odrzucon\w*|geweigerd|afvist|avvist|hylät\w*"
)


_UNWANTED = (
    r"disallowed|unsupported|illegal|forbidden|prohibited|banned|dangerous|executable|blocked"
    r"|not (?:allowed|accepted|permitted|supported)|refused|rejected|otillåt\w*|verboten"
    r"|nicht erlaubt"
)
_SENT = (
    r"deliver\w*|g(?:i|a)ve\w* up|aufgegeben|sent|send|tr(?:y|ied|ies)|queued?|zu(?:ge)?stell\w*"
    r"|lever\w*|livré|entreg\w*"
    r"|consegnat\w*|doręcz\w*|dostarcz\w*|bezorgd|toimit\w*"
)
_LATE = (
    r"(?:within|for|after|during) (?:the (?:last|past) )?(?:more than )?\d+ "
    r"(?:days?|hours?|minutes?)|(?:innerhalb|nach|seit) (?:von )?\d+ (?:tag\w*|stunden)"
    r"|(?:inom|efter|på) \d+ (?:dagar|timmar)"
)


def _together(things: str, faults: str) -> re.Pattern[str]:
    thing, fault, gap = rf"\b(?:{things})\b", rf"\b(?:{faults})\b", r"[^.;\n]{0,60}?"
    return re.compile(rf"{thing}{gap}{fault}|{fault}{gap}{thing}")


# The order decides, as among phrases.
_MEANINGS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("5.7.1", _together("attachments?|file ?types?|content type|extension", _UNWANTED)),
    ("5.3.4", _together(_MAILS, _LARGE)),
    ("5.2.2", _together(_STORES, _FULL)),
    ("5.3.4", _together(_SIZES, _EXCEEDS)),
    ("5.2.1", _together(f"{_PEOPLE}|{_STORES}|mail for", _CLOSED)),
    ("5.1.1", _together(f"{_PEOPLE}|{_STORES}", _UNKNOWN)),
    (
        "5.1.2",
        _together("domain|host|mx", f"no (?:valid )?mx|not configured|not local|{_UNKNOWN}"),
    ),
    ("5.1.1", re.compile(r"\bno (?:\w+ ){0,2}(?:accounts?|users?|recipients?|mailbox(?:es)?)\b")),
    (
        "5.1.2",
        _together(
            "domain|host ?name|mx|hosts?",
            "resolve[d]?|be found|wasn't found|lookup|incorrect|illegal|wrong",
        ),
    ),
    ("5.1.1", re.compile(r"\bnot local\b")),
    (
        "4.4.7",
        _together(_SENT, _LATE),
    ),
    ("4.4.3", re.compile(r"\btemporary lookup failure\b")),
    ("4.3.0", re.compile(rf"\b{_TEMPORARY}")),
    ("4.4.1", _together(_PEERS, _SILENT)),
    ("4.4.3", _together("dns|name ?server", r"fail\w*|errors?|timeout")),
    ("5.4.6", _together("mx|mail|message|list", r"points? back|loop(?:s|ing)?")),
    (
        "4.4.2",
        _together(
            "connection|session|conversation|host", "broken|lost|closed|dropped|aborted|hung up"
        ),
    ),
    ("4.3.2", _together("system|server|host", "load|busy|overload(?:ed)?")),
    ("4.3.0", re.compile(r"\b(?:i/o|input/output|temporary local)\b")),
    (
        "5.7.1",
        _together(f"{_MAILS}|list|network|ip|sender|junk|content|connection|users?|spam", _REFUSED),
    ),
    ("5.7.1", _together("rejected|refused|denied|connection", "(?<!not )listed (?:at|in|on|by)")),
    (
        "5.7.1",
        re.compile(
            r"\b(?:denied|polic(?:y|ies)|unacceptable|disallowed|prohibited|richtlinien?"
            r"|(?:members|subscribers) only|not on the \w+ list)\b"
        ),
    ),
    ("5.7.1", re.compile(r"\b(?:junk|tls|starttls|certificates?|authentication)\b")),
)
# A refusal of few words that names somebody mostly means that there is nobody of that name, and
# any other that the mail is unwanted.
_FEW_WORDS = 8
_SHORT_MEANINGS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("5.1.1", re.compile(r"\b(?:recipients?|users?|mailbox|addressee)\b")),
    ("5.7.1", re.compile(r"\b(?:rejected|refused|spf|not authori[sz]ed|banned)\b")),
)


def sentence_status(text: str, *, guess: bool = True) -> str | None:
    """The status (RFC 3463) of a refusal by what it says of what; None where it says neither.

    Meant for a server's own answer, not for a whole report: there such words stand everywhere.
    """
    said = " ".join(_NAMES.sub(" ", text[:_LONGEST].lower()).split())
    short = guess and said.count(" ") < _FEW_WORDS
    meanings = _MEANINGS + _SHORT_MEANINGS if short else _MEANINGS
    return next((status for status, pattern in meanings if pattern.search(said)), None)
