"""The words that end a letter: farewells, titles, and what telephones add by themselves."""

from __future__ import annotations

# A line that is such a farewell, perhaps with a comma and a name behind it.
FAREWELLS: tuple[str, ...] = (
    *("best regards", "kind regards", "kindest regards", "warm regards", "warmest regards"),
    *("regards", "best wishes", "with best regards", "with kind regards", "many thanks"),
    *("thanks and regards", "thanks & regards", "thanks and best regards", "yours sincerely"),
    *("yours faithfully", "yours truly", "sincerely", "cheers", "all the best", "best", "thanks"),
    *("thank you", "thanks again", "br", "rgds", "kr", "respectfully", "cordially", "greetings"),
    *("med vänliga hälsningar", "med vänlig hälsning", "vänliga hälsningar", "vänlig hälsning"),
    *("med vänliga hälsning", "bästa hälsningar", "hälsningar", "hälsning", "hälsar", "mvh", "vh"),
    *("m.v.h", "vänligen", "tack", "tack på förhand", "tack och hej", "hälsn", "varma hälsningar"),
    *("med venlig hilsen", "venlig hilsen", "med venlige hilsner", "venlige hilsner", "hilsen"),
    *("bedste hilsner", "mange hilsner", "de bedste hilsner", "dbh", "kh", "på forhånd tak", "tak"),
    *("med vennlig hilsen", "vennlig hilsen", "beste hilsen", "med hilsen", "takk", "hilsner"),
    *("med vennlege helsingar", "ystävällisin terveisin", "terveisin", "parhain terveisin", "t."),
    *(
        "yhteistyöterveisin",
        "kiitos",
        "kiitoksin",
        "terv",
        "yst. terv",
        "yst. terveisin",
        "terkuin",
    ),
    *("mit freundlichen grüßen", "mit freundlichem gruß", "mit freundlichen gruessen", "mfg"),
    *("mit freundlichen grüssen", "mit besten grüßen", "mit besten grüssen", "beste grüße"),
    *("freundliche grüße", "freundliche grüsse", "viele grüße", "viele grüsse", "liebe grüße"),
    *("liebe grüsse", "schöne grüße", "herzliche grüße", "herzlichst", "beste grüsse", "grüße"),
    *("gruß", "gruss", "lg", "vg", "hochachtungsvoll", "danke", "vielen dank", "grüßle"),
    *("met vriendelijke groet", "met vriendelijke groeten", "vriendelijke groet", "mvg"),
    *("vriendelijke groeten", "hartelijke groet", "hartelijke groeten", "met hartelijke groet"),
    *("groet", "groeten", "groetjes", "hoogachtend", "bedankt", "alvast bedankt", "dank je"),
    *("cordialement", "bien cordialement", "très cordialement", "bien à vous", "salutations"),
    *("sincères salutations", "meilleures salutations", "cdlt", "cdt", "merci", "amicalement"),
    *("merci d'avance", "bonne journée", "bonne réception", "respectueusement", "à bientôt"),
    *("saludos", "saludos cordiales", "un saludo", "un cordial saludo", "atentamente", "gracias"),
    *("cordialmente", "muchas gracias", "reciba un cordial saludo", "un abrazo", "atte"),
    *("cordiali saluti", "distinti saluti", "saluti", "un saluto", "cari saluti", "grazie"),
    *("un cordiale saluto", "buona giornata", "z poważaniem", "z powazaniem", "pozdrawiam"),
    *(
        "pozdrawiam serdecznie",
        "serdecznie pozdrawiam",
        "z wyrazami szacunku",
        "łączę pozdrowienia",
    ),
    *(
        "pozdrowienia",
        "dziękuję",
        "z góry dziękuję",
        "atenciosamente",
        "com os melhores cumprimentos",
    ),
    *(
        "cumprimentos",
        "obrigado",
        "obrigada",
        "s pozdravem",
        "с уважением",
        "melhores cumprimentos",
    ),
    *("abraços", "um abraço", "s přátelským pozdravem", "s úctou", "děkuji", "спасибо"),
    *("с наилучшими пожеланиями", "з повагою", "üdvözlettel", "tisztelettel", "köszönettel"),
    *("με εκτίμηση", "ευχαριστώ", "saygılarımla", "iyi çalışmalar", "cu stimă", "cu respect"),
    *("lp", "lep pozdrav", "srdačan pozdrav", "lugupidamisega", "pagarbiai", "ar cieņu"),
    *("a plus", "à plus", "a+", "bonne soirée", "bonne fin de journée", "bien amicalement"),
    *("ha en fin dag", "ha det gott", "trevlig helg", "ha en god dag", "hav en god dag"),
    *("thanks in advance", "with thanks", "take care", "warmly", "all my best", "thx"),
)

# What people are, below their name.
TITLES: tuple[str, ...] = (
    *("ceo", "cto", "cfo", "coo", "cio", "vd", "manager", "director", "engineer", "developer"),
    *("consultant", "administrator", "coordinator", "assistant", "officer", "president", "analyst"),
    *("head of", "technician", "support", "specialist", "architect", "professor", "department"),
    *("chef", "enhetschef", "ekonomichef", "handläggare", "samordnare", "utvecklare", "tekniker"),
    *("systemutvecklare", "konsult", "ingenjör", "assistent", "receptionist", "rektor", "lärare"),
    *("avdelning", "avdelningen", "enheten", "leder", "avdelingsleder", "rådgiver", "konsulent"),
    *("direktør", "medarbejder", "johtaja", "päällikkö", "asiantuntija", "asiakaspalvelu"),
    *("geschäftsführer", "leiter", "leiterin", "abteilung", "referent", "referentin", "berater"),
    *("medewerker", "directeur", "adviseur", "afdeling", "beheerder", "responsable", "directrice"),
    *("ingénieur", "service", "technicien", "gerente", "responsabile", "ufficio", "departamento"),
    *("kierownik", "specjalista", "dyrektor", "dział", "jefe", "direttore", "ingeniero"),
)

# Forms of companies, written as they are.
COMPANIES: tuple[str, ...] = (
    *("AB", "Aktiebolag", "Ltd", "Ltd.", "Inc", "Inc.", "LLC", "PLC", "plc", "GmbH", "AG", "KG"),
    *("A/S", "ApS", "AS", "ASA", "Oy", "Oyj", "B.V.", "BV", "N.V.", "S.A.", "SA", "SARL", "SAS"),
    *("S.L.", "S.p.A.", "S.r.l.", "Sp. z o.o.", "e.V.", "Corp", "Corp.", "kommun", "Kommun"),
)

# How the lines begin that telephones and programs add.
DEVICE_START: tuple[str, ...] = (
    *("sent from", "sent via", "sent with", "sent by", "sent using", "get outlook for", "sent on"),
    *("download outlook for", "from my", "composed on", "typed on", "written on my", "via my"),
    *("skickat från", "skickat via", "skickat med", "skickades från", "skickades via", "sänt från"),
    *("hämta outlook för", "skaffa outlook för", "ladda ned outlook för", "ladda ner outlook för"),
    *("sendt fra", "sendt via", "sendt med", "hent outlook til", "få outlook til", "skickad från"),
    *("skaff deg outlook", "få outlook for", "last ned outlook", "hent outlook for"),
    *("lähetetty", "hanki outlook", "lataa outlook", "outlook for android", "outlook for ios"),
    *("gesendet von", "gesendet mit", "gesendet über", "gesendet aus", "holen sie sich outlook"),
    *("outlook für ios", "outlook für android", "laden sie outlook", "versendet mit"),
    *("diese nachricht wurde von meinem", "von unterwegs gesendet", "verstuurd vanaf"),
    *("verstuurd met", "verzonden vanaf", "verzonden vanuit", "verzonden met", "verzonden via"),
    *("outlook voor ios", "outlook voor android", "download outlook voor", "vanaf mijn"),
    *("envoyé de", "envoyé depuis", "envoyé à partir", "envoyé avec", "envoyé via", "envoyé par"),
    *("obtenir outlook", "télécharger outlook", "téléchargez outlook", "enviado desde"),
    *("enviado do", "enviado de", "enviado con", "enviado via", "obtener outlook"),
    *("obtenga outlook", "descargar outlook", "inviato da", "inviato dal", "inviato con"),
    *("ottieni outlook", "scarica outlook", "baixar o outlook", "obter o outlook"),
    *("wysłane z", "wysłano z", "wysłane za pomocą", "pobierz outlook", "pobierz program outlook"),
    *("pobierz aplikację outlook", "skaff outlook", "hae outlook", "få outlook för"),
    *("odesláno z", "отправлено с", "从我的", "從我的", "发自我的", "iphoneから送信"),
    *("gesendet mittels", "odoslané z", "poslano s", "poslano z", "trimis de pe", "trimis din"),
    *(
        "στάλθηκε από",
        "надіслано з",
        "أُرسلت من",
        "أرسلت من",
        "נשלח מ",
        "изпратено от",
        "saadetud minu",
        "išsiųsta iš",
        "nosūtīts no",
    ),
    *("enviat des de", "enviado a partir", "enviada do", "enviado pelo", "gesendet vom"),
    *("obter outlook", "baixe o outlook", "outlook beziehen", "získat outlook", "outlook for mac"),
    *("skickades med", "lähetetty käyttäen", "send fra min", "sendt frå", "ipadから送信"),
    *(
        "取得 outlook",
        "获取 outlook",
        "下载 outlook",
        "outlook for ios を",
        "outlook for android を",
    ),
)

# How they end, where the device comes first.
DEVICE_END: tuple[str, ...] = (
    *("iphone gesendet", "ipad gesendet", "mobilgerät gesendet", "smartphone gesendet"),
    *("handy gesendet", "mail gesendet", "samsung gesendet", "outlook gesendet", "web.de gesendet"),
    *("android gesendet", "telefon gesendet", "huawei gesendet", "gmx gesendet"),
    *("from mobile", "from phone", "from my phone", "iphonesta", "ipadista", "puhelimesta"),
    *("android beziehen", "ios beziehen", "android herunterladen", "ios herunterladen"),
    *("ios downloaden", "android downloaden", "küldve", "gönderildi", "から送信", "傳送", "发送"),
    *("에서 보냄", "에서 보냈습니다", "보냈습니다", "を入手", "다운로드"),
)

# One of these is named, unless the line says "my"; "Sent by courier yesterday" is a person's words.
DEVICES: tuple[str, ...] = (
    *("iphone", "ipad", "ipod", "android", "samsung", "galaxy", "huawei", "nokia", "blackberry"),
    *("xperia", "pixel", "oneplus", "xiaomi", "smartphone", "phone", "mobil", "telefon", "handy"),
    *("puhelim", "teléfono", "telefono", "téléphone", "móvil", "tablet", "platta", "cellul", "gsm"),
    *("outlook", "mail", "e-post", "thunderbird", "windows", "proton", "yahoo", "aol", "web.de"),
    *("gmx", "spark", "icloud", "device", "apparaat", "the go", "unterwegs"),
)
