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
    "pl": ("napisał(a)", "napisała", "napisał", "pisze", "nadesłał", "napisano"),
    "cs": ("napsal(a)", "napsala", "napsal"),
    "sk": ("napísal(a)", "napísala", "napísal"),
    "et": ("kirjutas",),
    "lv": ("rakstīja",),
    "lt": ("rašė",),
    "hr": ("je napisao", "je napisala", "napisao je", "napisala je", "piše"),
    "sl": ("je napisal(a)", "je napisal"),
    "sr": ("је написао", "је написала"),
    "bg": ("написа",),
    "hu": ("ezt írta", "írta"),
    "ro": ("a scris",),
    "ru": ("написал(а)", "написала", "написал", "пишет", "писал(а)", "писал", "писала"),
    "tr": ("şunu yazdı", "şunları yazdı", "yazdı"),
    "uk": ("пише", "написав", "написала"),
    "el": ("έγραψε", "έγραψαν"),
    "is": ("skrifaði",),
    "ca": ("va escriure", "ha escrit"),
    "gl": ("escribiu",),
    "he": ("כתב/ה", "כתב", "כתבה"),
    "ar": ("كتب/كتبت", "كتب", "كتبت"),
    "id": ("menulis",),
    "th": ("เขียนว่า",),
    "vi": ("đã viết",),
    "zh": ("写道", "寫道"),
    "ja": ("のメッセージ", "書きました"),
    "ko": ("님이 작성", "님이 씀", "작성"),
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
    "cs": ("dne", "dňa", "dana"),
    "el": ("στις",),
    "ro": ("în", "pe"),
    "id": ("pada",),
    "he": ("בתאריך",),
    "ar": ("في", "بتاريخ"),
    "th": ("เมื่อ", "ใน"),
    "vi": ("vào",),
    "zh": ("在", "于"),
    "et": ("kuupäev",),
    "sl": ("v",),
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
    *("út", "st", "čt", "pá", "uto", "sri", "čet", "pet", "sub", "ned", "mie", "joi", "vin"),
    *("δευ", "τρί", "τετ", "πέμ", "παρ", "σάβ", "κυρ"),
)

# The first letters of a month are enough to know a date by.
MONTHS: tuple[str, ...] = (
    *("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"),
    *("maj", "okt", "mai", "des", "mär", "dez", "mei", "mrt", "maart"),
    *("tammi", "helmi", "maalis", "huhti", "touko", "kesä", "heinä", "elo", "syys", "loka"),
    *("marras", "joulu", "janv", "févr", "avr", "juin", "juil", "août", "sept", "déc"),
    *("ene", "abr", "ago", "dic", "gen", "mag", "giu", "lug", "set", "ott"),
    *("sty", "lut", "kwi", "cze", "lip", "sie", "wrz", "paź", "lis", "gru", "fev", "out"),
    *("янв", "фев", "мар", "апр", "мая", "июн", "июл", "авг", "сен", "окт", "ноя", "дек"),
    *("ιαν", "φεβ", "μαρ", "απρ", "μαΐ", "ιουν", "ιουλ", "αυγ", "σεπ", "οκτ", "νοε", "δεκ"),
    *("úno", "bře", "kvě", "zář", "říj", "velj", "ožu", "şub", "ağu", "eyl", "márc", "ápr", "máj"),
    *("jún", "júl", "szept"),
)

# Programs that begin with a word instead of a date: "Quoting Eva <eva@example.org>:".
QUOTERS: tuple[str, ...] = (
    *("quoting", "citerar", "citat", "citerer", "siterer", "lainaus", "zitat von", "zitiere"),
    *("citeren", "quoto", "citando", "cytowanie", "selon", "citando a", "quote from"),
    "wiadomość napisana przez",
)

_FIELD_LABELS: dict[Field, tuple[str, ...]] = {
    Field.FROM: (
        *("from", "frá", "från", "fra", "lähettäjä", "von", "van", "de", "da", "od", "avsändare"),
        *("absender", "afzender", "expéditeur", "remitente", "mittente", "nadawca", "avsender"),
        *("afsender", "от", "від", "feladó", "kimden", "saatja", "发件人", "差出人", "寄件者"),
        *(
            "από",
            "gönderen",
            "de la",
            "šalje",
            "nuo",
            "من",
            "מאת",
            "보낸 사람",
            "보낸사람",
            "発信者",
        ),
    ),
    Field.SENT: (
        *("sent", "skickat", "skickades", "sendt", "lähetetty", "gesendet", "verzonden"),
        *("envoyé", "envoyé le", "enviado", "enviado el", "enviado em", "inviato", "wysłano"),
        *("odesláno", "отправлено", "elküldve", "sendt den", "sent at", "发送时间", "送信日時"),
        *("message du", "enviada", "enviada em", "envoye", "envoyée", "verstuurd", "sendt kl"),
        *("στάλθηκε", "gönderildi", "trimis", "poslano", "odoslané", "надіслано", "изпратено"),
        *(
            "saadetud",
            "تم الإرسال",
            "נשלח",
            "nosūtīts",
            "išsiųsta",
            "보낸 날짜",
            "보낸날짜",
            "寄件日期",
            "傳送時間",
        ),
    ),
    Field.DATE: (
        *("date", "datum", "dato", "data", "fecha", "päivämäärä", "päiväys", "pvm", "дата"),
        *(
            "dátum",
            "tarih",
            "日期",
            "ημερομηνία",
            "التاريخ",
            "תאריך",
            "날짜",
            "日付",
            "日時",
            "päivä",
            "dată",
        ),
    ),
    Field.TO: (
        *("to", "till", "til", "vastaanottaja", "an", "aan", "à", "a", "pour", "para", "do"),
        *("mottagare", "mottaker", "modtager", "empfänger", "ontvanger", "destinataire"),
        *("destinatario", "adresat", "komu", "кому", "címzett", "kime", "收件人", "宛先", "收件者"),
        *(
            "προς",
            "către",
            "prima",
            "za",
            "kam",
            "إلى",
            "אל",
            "до",
            "받는 사람",
            "받는사람",
            "geadresseerde",
        ),
    ),
    Field.COPY: (
        *("cc", "kopia", "kopi", "kopio", "kopie", "copie", "copie à", "copia", "dw", "bcc"),
        *("копия", "抄送", "kópia", "hemlig kopia", "참조", "副本", "κοινοποίηση", "copia a"),
    ),
    Field.SUBJECT: (
        *(
            "subject",
            "efni",
            "ämne",
            "emne",
            "aihe",
            "betreff",
            "betr",
            "thema",
            "onderwerp",
            "objet",
        ),
        *("sujet", "asunto", "oggetto", "temat", "assunto", "předmět", "tema", "тема", "tárgy"),
        *(
            "konu",
            "الموضوع",
            "נושא",
            "主题",
            "件名",
            "ärende",
            "제목",
            "主旨",
            "θέμα",
            "subiect",
            "teema",
            "predmet",
        ),
        *("относно", "tēma", "temats"),
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
