"""The words by which mail programs introduce what they quote, one table per purpose."""

from __future__ import annotations

from enum import Enum


class Field(Enum):
    """What a line of a quoted header block tells ("From: …", "Skickat: …")."""

    FROM = "from"
    SENT = "sent"
    DATE = "date"
    TO = "to"
    COPY = "copy"
    SUBJECT = "subject"
    OTHER = "other"


# What a quoted person did: the heart of "On Tuesday Eva wrote:", lower case. Languages beyond
# those that the desk speaks are here because mail crosses borders and a word costs nothing.
VERBS: dict[str, tuple[str, ...]] = {
    "en": ("wrote", "writes", "said", "says", "sent"),
    "sv": ("skrev följande", "skrev", "skriver"),
    "da": ("skrev følgende", "skrev", "skriver"),
    "no": ("skrev følgende", "skreiv", "skrev"),
    "fi": ("kirjoitti", "kirjoittaa"),
    "de": ("schrieben sie", "schrieb", "schrieben", "schreibt", "geschrieben"),
    "nl": ("het volgende geschreven", "schreef", "schrijft", "geschreven"),
    "fr": ("nous a dit", "a écrit", "a ecrit", "écrit", "écrivait"),
    "es": ("escribió", "escribio", "ha escrito", "escribe"),
    "it": ("ha scritto", "scritto", "scrive", "scrisse"),
    "pt": ("escreveu", "escreve"),
    "pl": ("napisał(a)", "napisała", "napisał", "pisze", "nadesłał"),
    "cs": ("napsal(a)", "napsala", "napsal"),
    "sk": ("napísal(a)", "napísala", "napísal"),
    "et": ("kirjutas",),
    "hr": ("je napisao", "je napisala", "piše"),
    "hu": ("ezt írta", "írta"),
    "ro": ("a scris",),
    "ru": ("написал(а)", "написала", "написал", "пишет", "писал"),
    "tr": ("şunu yazdı", "yazdı"),
    "uk": ("пише", "написав", "написала"),
    "vi": ("đã viết",),
    "zh": ("写道", "寫道"),
    "ja": ("のメッセージ",),
    "ko": ("작성",),
}

# How such a line begins, where it doesn't begin with a weekday, a date or a name.
OPENERS: dict[str, tuple[str, ...]] = {
    "en": ("on", "at", "in message", "in article"),
    "sv": ("den", "vid", "på", "i meddelande"),
    "da": ("den", "d.", "på"),
    "no": ("den", "på"),
    "fi": ("on",),
    "de": ("am",),
    "nl": ("op", "in bericht"),
    "fr": ("le", "en date du"),
    "es": ("el", "en"),
    "it": ("il", "il giorno", "in data", "in date"),
    "pt": ("em", "no dia", "a"),
    "pl": ("dnia", "w dniu", "w wiadomości"),
    "cs": ("dne", "dňa"),
    "vi": ("vào",),
    "zh": ("在", "于"),
}

# Weekdays begin many attributions without an opener ("tis 3 mars 2020 kl. 10:11 skrev …").
WEEKDAYS: tuple[str, ...] = (
    *("mon", "tue", "wed", "thu", "fri", "sat", "sun"),
    *("mån", "tis", "ons", "tors", "tor", "fre", "lör", "sön"),
    *("man", "tir", "lør", "søn"),
    *("ma", "ti", "ke", "to", "pe", "la", "su"),
    *("mo", "di", "mi", "do", "fr", "sa", "so"),
    *("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"),
    *("wo", "vr", "za", "zo"),
    *("lun", "mar", "mer", "jeu", "ven", "sam", "dim"),
    *("mié", "jue", "vie", "sáb", "dom", "gio", "sab"),
    *("pon", "wt", "śr", "czw", "pt", "pią", "sob", "niedz"),
    *("seg", "ter", "qua", "qui", "sex"),
    *("вт", "ср", "чт", "пт", "сб", "вс", "пн"),
)

# The first letters of a month are enough to know a date by.
MONTHS: tuple[str, ...] = (
    *("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"),
    *("maj", "okt", "mai", "des", "mär", "dez", "mei", "mrt", "maart"),
    *("tammi", "helmi", "maalis", "huhti", "touko", "kesä", "heinä", "elo", "syys", "loka"),
    *("marras", "joulu", "janv", "févr", "avr", "juin", "juil", "août", "sept", "déc"),
    *("ene", "abr", "ago", "dic", "gen", "mag", "giu", "lug", "set", "ott"),
    *("sty", "lut", "kwi", "cze", "lip", "sie", "wrz", "paź", "lis", "gru", "fev", "out"),
)

# Programs that begin with a word instead of a date: "Quoting Eva <eva@example.org>:".
QUOTERS: tuple[str, ...] = (
    *("quoting", "citerar", "citat", "citerer", "siterer", "lainaus", "zitat von", "zitiere"),
    *("citeren", "quoto", "citando", "cytowanie", "selon", "citando a", "quote from"),
    "wiadomość napisana przez",
)

_FIELD_LABELS: dict[Field, tuple[str, ...]] = {
    Field.FROM: (
        *("from", "från", "fra", "lähettäjä", "von", "van", "de", "da", "od", "avsändare"),
        *("absender", "afzender", "expéditeur", "remitente", "mittente", "nadawca", "avsender"),
        *("afsender", "от", "від", "feladó", "kimden", "saatja", "发件人", "差出人"),
    ),
    Field.SENT: (
        *("sent", "skickat", "skickades", "sendt", "lähetetty", "gesendet", "verzonden"),
        *("envoyé", "envoyé le", "enviado", "enviado el", "enviado em", "inviato", "wysłano"),
        *("odesláno", "отправлено", "elküldve", "sendt den", "sent at", "发送时间", "送信日時"),
        *("message du",),
    ),
    Field.DATE: (
        *("date", "datum", "dato", "data", "fecha", "päivämäärä", "päiväys", "pvm", "дата"),
        *("dátum", "tarih", "日期"),
    ),
    Field.TO: (
        *("to", "till", "til", "vastaanottaja", "an", "aan", "à", "a", "pour", "para", "do"),
        *("mottagare", "mottaker", "modtager", "empfänger", "ontvanger", "destinataire"),
        *("destinatario", "adresat", "komu", "кому", "címzett", "kime", "收件人", "宛先"),
    ),
    Field.COPY: (
        *("cc", "kopia", "kopi", "kopio", "kopie", "copie", "copie à", "copia", "dw", "bcc"),
        *("копия", "抄送", "kópia", "hemlig kopia"),
    ),
    Field.SUBJECT: (
        *("subject", "ämne", "emne", "aihe", "betreff", "betr", "thema", "onderwerp", "objet"),
        *("sujet", "asunto", "oggetto", "temat", "assunto", "předmět", "tema", "тема", "tárgy"),
        *("konu", "主题", "件名", "ärende"),
    ),
    Field.OTHER: (
        *("reply-to", "svara till", "svar til", "vastaus", "antwort an", "antwoord aan"),
        *("répondre à", "responder a", "rispondi a", "importance", "prioritet", "priority"),
        *("priorität", "wichtigkeit", "attachments", "bilagor", "bifogade filer", "anlagen"),
        *("vedlegg", "vedhæftede filer", "liitteet", "bijlagen", "pièces jointes", "adjuntos"),
        *("allegati", "załączniki", "sent by", "gesendet von", "skickat av", "on behalf of"),
        *("organization", "organisation", "newsgroups", "please respond to", "resent-from"),
    ),
}

LABELS: dict[str, Field] = {
    label: field for field, labels in _FIELD_LABELS.items() for label in labels
}
LONGEST_LABEL = max(map(len, LABELS))

# "-----Original Message-----": Outlook, Samsung and webmailers, without the dashes.
ORIGINALS: frozenset[str] = frozenset(
    (
        *("original message", "original text", "original mail", "original email"),
        *("reply message", "reply", "previous message", "message original"),
        *("ursprungligt meddelande", "ursprungsmeddelande", "originalmeddelande"),
        *("original meddelande", "oprindelig meddelelse", "oprindelig besked"),
        *("original besked", "opprinnelig melding", "opprinnelig e-post", "original melding"),
        *("alkuperäinen viesti", "ursprüngliche nachricht", "originalnachricht"),
        *("original-nachricht", "original nachricht", "original-mail", "antwort nachricht"),
        *("oorspronkelijk bericht", "origineel bericht", "oorspronkelijke bericht"),
        *("message d'origine", "message d’origine", "courriel original"),
        *("mensaje original", "mensaje de origen", "messaggio originale", "messaggio di origine"),
        *("oryginalna wiadomość", "wiadomość oryginalna", "wiadomość pierwotna"),
        *("mensagem original", "původní zpráva", "pôvodná správa", "eredeti üzenet"),
        *("исходное сообщение", "первоначальное сообщение", "orijinal mesaj", "mesajul original"),
        *("原始邮件", "原始郵件", "原邮件", "元のメッセージ", "원본 메시지"),
    )
)

# Programs that sign their divider.
PROCESSED_BY = ("original message processed by ",)

# "---------- Forwarded message ----------", "Begin forwarded message:".
FORWARDS: frozenset[str] = frozenset(
    (
        *("forwarded message", "begin forwarded message", "forwarded mail", "forwarded email"),
        *("start of forwarded message", "original message forwarded"),
        *("vidarebefordrat meddelande", "vidarebefordrat mejl", "vidarebefordrat brev"),
        *("vidaresänt meddelande", "vidarebefordrat e-postmeddelande", "börja vidarebefordrat"),
        *("videresendt meddelelse", "videresendt besked", "start på videresendt besked"),
        *("videresendt melding", "videresendt e-post", "start på videresendt melding"),
        *("välitetty viesti", "välitetty viesti alkaa", "edelleenlähetetty viesti"),
        *("välitetty viesti / fwd.msg",),
        *("weitergeleitete nachricht", "anfang der weitergeleiteten nachricht"),
        *("weitergeleitete mail", "weitergeleitete e-mail"),
        *("doorgestuurd bericht", "begin doorgestuurd bericht"),
        *("message transféré", "message transmis", "début du message transféré"),
        *("début du message réexpédié", "message réexpédié"),
        *("mensaje reenviado", "inicio del mensaje reenviado"),
        *("messaggio inoltrato", "inizio messaggio inoltrato", "messaggio inoltrato da"),
        *(
            "przekazana wiadomość",
            "wiadomość przekazana dalej",
            "początek przekazywanej wiadomości",
        ),
        *("treść przekazanej wiadomości", "przesłana wiadomość"),
        *("mensagem encaminhada", "início da mensagem encaminhada", "mensagem reencaminhada"),
        *("přeposlaná zpráva", "začátek přeposílané zprávy", "továbbított üzenet"),
        *(
            "пересылаемое сообщение",
            "перенаправленное сообщение",
            "转发的消息",
            "転送されたメッセージ",
        ),
    )
)

# Notes names the one who forwards: "----- Forwarded by Eva Andersson/Example on 3 March -----".
FORWARDED_BY: tuple[str, ...] = (
    *("forwarded by ", "vidarebefordrat av ", "vidaresänt av ", "weitergeleitet von "),
    *(
        "videresendt af ",
        "videresendt av ",
        "doorgestuurd door ",
        "transmis par ",
        "transféré par ",
    ),
    *("reenviado por ", "inoltrato da ", "przekazane przez ", "lähettänyt edelleen "),
)

# Desks ask for this in what they send, so it comes back at the top of every quotation.
REPLY_ABOVE: tuple[str, ...] = (
    *("reply above this line", "type your reply above", "write your reply above"),
    *("respond above this line", "svara ovanför denna rad", "svara ovanför den här raden"),
    *("skriv ditt svar ovanför", "antworten sie oberhalb dieser zeile", "svar over denne linje"),
    *("svar over denne linjen", "répondre au-dessus de cette ligne", "beantwoord boven deze regel"),
)
