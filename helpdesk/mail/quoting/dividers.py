"""The words on the lines that programs draw between new words and old ones."""

from __future__ import annotations

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
        *(
            "原始邮件",
            "原始郵件",
            "原邮件",
            "元のメッセージ",
            "원본 메시지",
            "원본 메일",
            "회신 메시지",
        ),
        *("回复的邮件", "回复的原邮件", "replied message", "original e-mail", "originaltext"),
        *("ursprüngliche mail", "ursprüngliche e-mail", "original-e-mail", "originalmail"),
        *("ursprungligt mejl", "ursprungligt mail", "ursprunglig e-post", "oprindelig mail"),
        *(
            "originele bericht",
            "originele e-mail",
            "messaggio di posta originale",
            "mail originale",
        ),
        *("originální zpráva", "originalna poruka", "izvorna poruka", "оригинальное сообщение"),
        *("původní e-mail", "původní email", "pôvodný e-mail", "algne kiri", "izvirno sporočilo"),
        *("αρχικό μήνυμα", "оригинално съобщение", "вихідне повідомлення", "missatge original"),
        *("pesan asli", "originalus laiškas", "pradinis laiškas", "sākotnējā ziņa"),
        *("исходное письмо", "mail original", "email original", "courriel d'origine"),
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
            "转发邮件信息",
            "전달된 메시지",
            "転送されたメッセージ",
            "転送メッセージ",
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
