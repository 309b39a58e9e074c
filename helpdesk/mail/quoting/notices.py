"""The words of disclaimers, scanners and warnings, by purpose: what machines add to mail."""

from __future__ import annotations

# A disclaimer is known by several of these roots together: no single one of them is enough,
# because people write about confidential things and about e-mail.
CONFIDENTIAL = (
    *(
        "confidential",
        "privileged",
        "konfidenti",
        "konfidensi",
        "sekretess",
        "fortrolig",
        "luottamuksel",
    ),
    *("vertraulich", "vertrouwelijk", "confidencial", "riservat", "poufn", "proprietary"),
    *("legally protected", "rechtlich geschützt", "salassapid", "confidentiel"),
)
ABOUT_MAIL = (
    *("this e-mail", "this email", "this message", "this communication", "this transmission"),
    *(
        "detta mail",
        "detta mejl",
        "detta e-post",
        "detta meddelande",
        "denna e-post",
        "det här mej",
    ),
    *("denne e-mail", "denne mail", "denne e-post", "denne besked", "denne melding", "mailen og"),
    *(
        "tämä viesti",
        "tämä sähköposti",
        "tämän viestin",
        "diese e-mail",
        "diese mail",
        "dieser e-mail",
    ),
    *("diese nachricht", "dit bericht", "deze e-mail", "deze mail", "ce message", "ce courriel"),
    *(
        "cet e-mail",
        "cet email",
        "este mensaje",
        "este correo",
        "questo messaggio",
        "questa e-mail",
    ),
    *("la presente", "ta wiadomość", "niniejsza wiadomość", "tej wiadomości", "e-mail message"),
    *("the information contained", "the contents of this", "email and any", "e-mail and any"),
    *("cette communication", "ce mail", "cet e-mail", "este e-mail", "esta mensagem"),
    *("esta comunicación", "este email", "ta wiadomość", "dieses e-mail", "dieser mail"),
    *("meddelandet", "meddelelsen", "questa mail", "denna mail", "email message"),
)
WHAT_TO_DO = (
    *("intended recipient", "intended solely", "intended only", "solely for the use", "notify the"),
    *("unauthori", "prohibited", "in error", "delete", "disclos", "addressee", "not the recipient"),
    *("avsedd", "mottagare", "av misstag", "radera", "obehörig", "avsändaren", "felaktigt"),
    *(
        "modtager",
        "ved en fejl",
        "slette",
        "slet",
        "mottaker",
        "ved en feil",
        "afsender",
        "avsender",
    ),
    *("tarkoitettu", "vastaanottaja", "erehdyks", "poista", "bestimmt", "empfänger", "irrtümlich"),
    *("vernichten", "löschen", "unbefugt", "bestemd", "geadresseerde", "per abuis", "verwijder"),
    *(
        "destinataire",
        "par erreur",
        "détruire",
        "supprimer",
        "expéditeur",
        "destinatari",
        "por error",
    ),
    *("elimin", "per errore", "cancell", "adresat", "omyłkow", "usunię", "przeznaczon", "afzender"),
    *("adressat", "designated recipient", "destiné", "réservé", "dirigid", "dirigés"),
)
# A disclaimer speaks of its reader, whom it may have missed.
READER = (
    *("recipient", "addressee", "addressed", "mottagare", "modtager", "mottaker", "vastaanottaj"),
    *("empfänger", "adressat", "geadresseerde", "destinatair", "destinatari", "adresat"),
)
# Whose data a house handles, and where that is told: both together are a house's notice.
PRIVACY = (
    *("dina personuppgifter", "your personal data", "your personal information", "uw gegevens"),
    *("personenbezogenen daten", "vos données personnelles", "données à caractère personnel"),
    *("dine personoplysninger", "dine personopplysninger", "henkilötieto", "persoonsgegevens"),
    *("sus datos personales", "datos de carácter personal", "tuoi dati", "suoi dati personali"),
    *("dane osobowe", "danych osobowych", "seus dados pessoais"),
)
READ_MORE = (
    *("läs mer", "läs om hur", "mer information", "read more", "find out more", "learn more"),
    *("more information", "privacy", "weitere informationen", "datenschutz", "en savoir plus"),
    *("læs mere", "les mer", "lue lisää", "lisätietoja", "lees meer", "meer informatie"),
    *("más información", "leer más", "maggiori informazioni", "ulteriori informazioni"),
    *("więcej informacji", "saiba mais", "http", "www.", "gdpr"),
)
# One of these alone is enough: nobody writes them by hand at the end of a mail.
ALONE = (
    *("consider the environment before", "think before you print", "before printing this"),
    *("need to print this", "don't print this email", "do not print this", "tänk på miljön"),
    *(
        "innan du skriver ut",
        "tænk på miljøet",
        "tenk på miljøet",
        "før du printer",
        "før du udskriver",
    ),
    *(
        "ajattele ympäristöä",
        "denken sie an die umwelt",
        "bevor sie diese e-mail",
        "umwelt zuliebe",
    ),
    *(
        "denk aan het milieu",
        "pensez à l'environnement",
        "pensez à l’environnement",
        "avant d'imprimer",
    ),
    *("antes de imprimir", "prima di stampare", "pomyśl o środowisku", "zanim wydrukujesz"),
    *("scanned for viruses", "has been scanned by", "has been checked for viruses", "virus-free."),
    *("virusfritt.", "virenfrei.", "virusvrij.", "kontrollerats av avast", "auf viren geprüft"),
    *(
        "när du skickar e-post till",
        "när du kontaktar oss behandlar",
        "behandlar vi dina personuppgifter",
    ),
    *(
        "så behandlar vi personuppgifter",
        "we process your personal data",
        "internet communications",
    ),
    *("registered in england", "registered office:", "cannot accept liability", "virus free"),
    *(
        "email disclaimer",
        "e-mail disclaimer",
        "computer viruses",
        "handelsregister",
        "geschäftsführer:",
    ),
)
BANNERS = (
    *("originated from outside", "originates from outside", "originated outside", "external email"),
    *(
        "external sender",
        "external mail",
        "from an external",
        "outside your organi",
        "outside the organi",
    ),
    *("outside of the organi", "outside of your organi", "externt mail", "extern avsändare"),
    *(
        "kommer utifrån",
        "utanför organisationen",
        "extern e-post",
        "externt e-post",
        "från en extern",
    ),
    *("ekstern e-mail", "ekstern afsender", "ekstern avsender", "uden for organisationen"),
    *(
        "utenfor organisasjonen",
        "organisaation ulkopuolelta",
        "ulkoinen lähettäjä",
        "externe e-mail",
    ),
    *("externer absender", "externer e-mail", "von außerhalb", "außerhalb der organisation"),
    *("externe afzender", "buiten de organisatie", "buiten uw organisatie", "expéditeur externe"),
    *(
        "extérieur de l'organisation",
        "externe à l'organisation",
        "correo externo",
        "remitente externo",
    ),
    *(
        "fuera de la organización",
        "mittente esterno",
        "esterno all'organizzazione",
        "email esterna",
    ),
    *("spoza organizacji", "nadawca zewnętrzny", "you don't often get email from"),
    *("du får inte ofta e-post från", "learn why this is important", "power up your email"),
)
# Such a warning advises; somebody who writes that external mail is slow doesn't.
ADVICE = (
    *("click", "link", "attachment", "caution", "learn why", "verify", "recogni", "klick", "länk"),
    *(
        "bilag",
        "bifog",
        "lenke",
        "vedlegg",
        "vedhæft",
        "klik",
        "liite",
        "anhang",
        "anhäng",
        "öffne",
    ),
    *("bijlage", "cliquez", "pièces jointes", "liens", "enlaces", "adjunt", "allegat", "klika"),
    *("załącznik", "odnośnik", "försiktig", "forsigtig", "forsiktig", "vorsicht", "varovainen"),
)
