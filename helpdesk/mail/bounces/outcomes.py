"""The words by which any report in words tells its outcome: failed, delayed or delivered."""

from __future__ import annotations

import re

# Any other system: words of failure in the languages we meet. Asked only together with signs in
# the headers, never alone.
FAILURE = re.compile(
    r"undeliver|not (?:yet )?(?:be |been )?deliver|n't (?:be )?deliver|non-?deliver"
    r"|deliver\w* fail"
    r"|fail\w*(?: \w+){0,2} deliver|unable to (?:be )?(?:deliver|send)|delivery problem"
    r"|delivery (?:has failed|failed|error|status notification)|could not be (?:sent|reached)"
    r"|did not (?:reach|receive)|haven't received this|returned to sender"
    r"|(?:has been|was) (?:returned|rejected|blocked|postponed)"
    r"|was (?:automatically )?rejected|bounced|user unknown|unknown user|no such user"
    r"|recipient\(?s?\)? (?:could not|rejected)|mailbox (?:is )?full|account is over"
    r"|quota exceeded"
    r"|cannot be deliver|failure notice|permanent (?:error|failure|fatal)|rejected by the"
    r"|has been delayed|has moved|account name was not found|address(?:es)? (?:has )?failed"
    r"|kunde inte (?:leverera|skicka|delas ut|nå)|obeställbar|(?:ikke|kunne ikke) afleveres"
    r"|inte levererats|kan inte levereras|gick inte att leverera"
    r"|nicht (?:zugestellt|zustell)|unzustellbar|konnte nicht|ikke leveres|ei voitu toimittaa"
    r"|toimitus epäonnistui|niet (?:worden )?(?:bezorgd|afgeleverd)|kon niet"
    r"|n'a pas pu|n'a (?:pas )?été (?:remis|distribu)|non remis|pas pu être"
    r"|no (?:se )?pudo (?:ser )?entreg|no ha podido|no se ha (?:podido )?entreg"
    r"|non (?:è stato|può essere) (?:possibile )?(?:recapit|consegn)|impossibile recapitare"
    r"|nie (?:mogła|można|został\w?) (?:być )?(?:dostarcz|zostać)|niedostarcz"
    r"|não (?:foi|pôde) (?:possível )?(?:ser )?entreg|не (?:может быть|было|удалось) доставл"
    r"|не доставлено|доставить"
    r"|配信でき|送信できませんでした|送信に失敗|届けることができ|お届けでき|宛先不明"
    r"|nem sikerült kézbesíteni|kézbesíthetetlen|δεν (?:ήταν δυνατή η παράδοση|παραδόθηκε)"
    r"|(?:nu a(?:u)? putut fi|nu a fost) livrat|livrarea nu a reușit|nepodařilo (?:se )?doruč"
    r"|nedoruč|teslim edilemedi|ei õnnestunud|ni bilo mogoče dostav|ni(?:je|su) (?:moguće )?isporuč"
    r"|не вдалося доставити|не може да бъде достав|không (?:gửi được|thể gửi)|tidak terkirim"
    r"|gagal (?:ter)?kirim|تعذر تسليم|لم يتم تسليم|לא נמסרה|לא היתה אפשרות למסור"
    r"|退信|退回|投递失败|无法投递|未能送达|반송|전송(?:에)? 실패|배달되지",
    re.IGNORECASE,
)

# Not given up yet: a warning, for people to read and for nobody to act upon.
DELAYED = re.compile(
    r"THIS IS A WARNING MESSAGE ONLY|you do not need to re-?send|no action is required on your"
    r"|not yet been delivered|still undelivered after|has been delayed|is delayed for more than"
    r"|is currently (?:being )?delayed|will (?:be retried|continue to (?:attempt|try)|keep trying"
    r"|retry)|has been postponed|this is just a warning|only a temporary failure|delivery delayed"
    r"|DELAYS IN DELIVERING|transient non-fatal errors|är fördröjd|wurde verzögert"
    r"|has been deferred|delay reason:|we'll keep trying|delivery attempts will continue",
    re.IGNORECASE,
)
DELAYED_SUBJECT = re.compile(
    r"(?:delivery |mail )?(?:delayed|delay)\b|warning: (?:message|could not send|mail)"
    r".{0,80}(?:delayed|not yet|still|for past|undelivered)|delivery status notification \(delay\)"
    r"|mail delivery warning|fördröjd|verzögert|verspät",
    re.IGNORECASE,
)
# Systems that report success in words; anything else that looks like a report reports failure.
DELIVERED = re.compile(
    r"successfully (?:delivered|relayed) to|was relayed to these|has been successfully delivered"
    r"|successful mail delivery report|delivery to (?:these|the following) recipients? "
    r"(?:is complete|was successful|has been successful)",
    re.IGNORECASE,
)
