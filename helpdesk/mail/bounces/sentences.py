"""What a refusal means whose phrase nobody has listed: a thing and its fault in one sentence."""

from __future__ import annotations

import re

from helpdesk.mail.bounces.finding import ADDRESS

_LONGEST = 1_000
# Names stand between the words that matter, and the dots of host names look like ends of sentences.
_NAMES = re.compile(rf"[<(\[]?\s?{ADDRESS}\s?[>)\]]?:?|(?<![\w-])[\w-]{{1,64}}(?:\.[\w-]{{1,64}})+")

_PEOPLE = (
    "users?|mailbox|accounts?|recipients?|address(?:ee)?|alias|person|employee|nobody|no one|name"
    r"|konto|compte"
    r"|mottagar\w*|adress\w*|användar\w*|empfänger\w*|benutzer\w*|adresse|destinataire|utilisateur"
    r"|destinatari\w*|usu[aá]ri[oa]s?|indirizzo|utente|endereço|odbiorc\w*|użytkownik\w*|adres\w*"
    r"|ontvanger|gebruiker|mottaker\w*|modtager\w*|bruger\w*|bruker\w*|vastaanottaja\w*"
    r"|käyttäjä\w*|osoit\w*|пользовател\w*|адрес\w*|получател\w*"
)
_UNKNOWN = (
    r"unknown|not found|can(?:no|')t find|unavailable|invalid|(?:not|n't|no longer) exist\w*"
    r"|not recogni\w*|cannot be verified|deleted|removed|is gone|left the|no longer works?"
    r"|by (?:that|this) name|of (?:that|this) name|n't have an?|called|finns (?:inte|ej)"
    r"|hittades inte"
    r"|falsch|n'existe plus|no (?:fue|se ha) encontrad[oa]|non trovato|não (?:foi )?encontrad[oa]"
    r"|inte hittas|okänd\w*|unbekannt\w*|existiert nicht|nicht gefunden|inconnue?|n'existe pas"
    r"|introuvable|desconocid\w*|no existe|sconosciut\w*|non esiste|inesistente|desconhecid\w*"
    r"|não existe|nieznan\w*|nie istnieje|bestaat niet|onbekend\w*|finnes ikke|findes ikke"
    r"|ukjent|ukendt|ei löydy|tuntematon|ei ole olemassa|неизвест\w*|не найден\w*|не существует"
)
_STORES = (
    r"mailbox|mail box|inbox|mail ?folder|maildir|quota|storage|space|account|recipient|user"
    r"|brevlåda\w*|postlåda\w*|inkorg\w*|postfach\w*|posteingang|speicher\w*|konto\w*|boîte|boite"
    r"|buz[oó]n|casella|caixa|skrzynk\w*|postkasse\w*|innboks\w*|indbakke\w*|postilaatikko"
    r"|sähköpostilaatikko|postbus|ящик"
)
_FULL = (
    r"full|fullt?|fulla|voll|pleine?|llen[oa]|pien[oa]|chei[oa]|pełn[ay]|fuld|täynnä|vol"
    r"|exceed\w*|exhausted|used up|no room|limit reached|out of space|överskrid\w*|överfull"
    r"|überschritten|überfüllt|dépass\w*|overschreden|переполнен\w*"
)
_CLOSED = (
    r"inactive|disabled|suspended|closed|locked|expired|deaktivier\w*|gesperrt|avstängt|avstängd"
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
_REFUSED = (
    r"forbidden|not allowed|refused|rejected|filtered|listed|blocking list|not accept(?:s|ed)?"
    r"|fails?|banned|subscribers only|not taken|verboten|abgelehnt|avvisa\w*|refusée?|rechazad\w*"
    r"|rifiutat\w*|recusad\w*"
    r"|odrzucon\w*|geweigerd|afvist|avvist|hylät\w*"
)


def _together(things: str, faults: str) -> re.Pattern[str]:
    thing, fault, gap = rf"\b(?:{things})\b", rf"\b(?:{faults})\b", r"[^.;\n]{0,60}?"
    return re.compile(rf"{thing}{gap}{fault}|{fault}{gap}{thing}")


# The order decides, as among phrases.
_MEANINGS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("5.3.4", _together(_MAILS, _LARGE)),
    ("5.2.2", _together(_STORES, _FULL)),
    ("5.2.1", _together(f"{_PEOPLE}|{_STORES}|mail for", _CLOSED)),
    ("5.1.1", _together(_PEOPLE, _UNKNOWN)),
    (
        "5.1.2",
        _together("domain|host|mx", f"no mx (?:or|record)|not configured|not local|{_UNKNOWN}"),
    ),
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
    ("5.7.1", re.compile(r"\b(?:junk|tls|starttls|certificates?|authentication)\b")),
)


def sentence_status(text: str) -> str | None:
    """The status (RFC 3463) of a refusal by what it says of what; None where it says neither.

    Meant for a server's own answer, not for a whole report: there such words stand everywhere.
    """
    said = " ".join(_NAMES.sub(" ", text[:_LONGEST].lower()).split())
    return next((status for status, pattern in _MEANINGS if pattern.search(said)), None)
