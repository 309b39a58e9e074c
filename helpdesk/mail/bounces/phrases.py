"""What servers write when they refuse, and the status (RFC 3463) that each phrase means."""

from __future__ import annotations

# One row: a status, and phrases divided by "|" (lower case, single spaces). The order decides: a
# full mailbox is "unavailable" too, and filters like to say "user". The most telling come first.
_TABLE: tuple[tuple[str, str], ...] = (
    (
        "5.2.2",
        """
        mailbox full | mailbox is full | mailbox was full | mailfolder is full |
        mailbox for user is full | mail box full | mailbox too large | mailbox exceeds |
        mailbox has exceeded | inbox is full | full mailbox | account is full | overquota |
        over quota | over the allowed quota | over its quota | over their quota | quota exceed |
        exceeding their quota | quota violation | quota full | quota is full | quota usage |
        disc quota | mailbox quota | disk space limit | mailbox size limit |
        exceeding receiving limits | exceeded the local limit | maximum allowed storage |
        does not have enough space | space has been used up | too many messages on the server |
        maildir delivery failed | inbox full | mailbox storage | storage is full | quota limit |
        exceeded storage | exceeded its storage | exceeded their storage | exceeded the storage |
        exceeds allowed size | exceeded the maximum number of messages |
        number of messages in recipient's mailbox exceeded | disk quota | exceed the quota |
        exceeded the quota | exceeded quota | out of storage | not enough space |
        space not enough | no space left in mailbox | too much mail |
        too many messages in this mailbox | insufficient disk space for user |
        storage allocation | mailbox_full | recipient storage full | not enough storage space |
        boîte du destinataire pleine | boite du destinataire pleine | boîte aux lettres pleine |
        est pleine | caixa postal cheia | caixa de correio cheia | brevlådan är full |
        postlådan är full | postfach ist voll | postfach voll | postkassen er full |
        postkassen er fuld | casella piena | buzón lleno | skrzynka jest pełna |
        casilla de mail agotado | buzón está lleno | buzon lleno | buzón del destinatario |
        mailbox ist voll | speicherplatz | переполнен | 一杯のため | いっぱい | 受信箱 | 容量 |
        空间不足 | 收件箱已满 | 邮箱已满 | 용량 초과 | 가득 | file too large | exceeded its quota |
        exceeded their quota
        """,
    ),
    (
        "5.3.4",
        """
        message too large | message too big | message is too large | message is too big |
        message exceeds | exceeds size limit | maximum message size | maximum size |
        message length exceeds | size limit exceeded | exceeds fixed | exceeded mailsize |
        message file too big | databytes limit | too large for this recipient | message too long |
        maximum inbound message size | too large to be | size exceeds | message is larger than |
        メールサイズ | zu groß | för stort | larger than the current system limit |
        attachment is too large | exceed message size
        """,
    ),
    (
        "5.2.1",
        """
        mailbox disabled | mailbox is disabled | mailbox has been disabled | account disabled |
        account is disabled | account has been disabled |
        account that you tried to reach is disabled | user disabled | user is disabled |
        administratively disabled | administrativley disabled | account suspended |
        account has been suspended | account has been temporarily suspended |
        account is suspended | user suspended | mailbox is inactive | mailbox inactive |
        account inactive | account is inactive | user not active | inactive user |
        account is locked | account is temporarily limited | mailbox is frozen |
        mailbox currently suspended | deactivated | discontinued | has not been collected after |
        no longer on server | temporarily inactive | temporary locked | destinataire archiv |
        suspend the service | account is expired | account has expired | account expired |
        extended inactivity | no longer active | no longer in use | no longer accepts mail |
        is currently suspended | not accepting any mail | not accepting mail |
        not accepting messages | account closed | account is closed | mailbox closed |
        not activated | status is locked | is now disabled | account is not allowed
        """,
    ),
    (
        "5.1.6",
        """
        has moved | address has changed | has been replaced by | user not local; please try |
        please use the new address
        """,
    ),
    (
        "4.4.7",
        """
        delivery time expired | maximum delivery attempts | retry timeout exceeded |
        retry time not reached | message expired | envelope expired | queue.expired |
        too long in the queue | in the queue too long | could not be delivered for too long |
        could not be delivered within | not delivered within | unable to deliver message after |
        has been in queue | delivery failed 20 attempts | maximum queue lifetime |
        was aborted after | all hosts have been failing for a long time |
        message has been queued too long | still undelivered after | delivery has timed out |
        message timed out | allowed queue period | could not be delivered after |
        delivery expired | cannot send message for | delivery timeout |
        unable to deliver this message after
        """,
    ),
    (
        "5.4.6",
        """
        duplicated message-id | too many hops | routing loop | mail loop | loops back to myself |
        loop detected | message looping | message is looping | maximum hop count |
        hop count exceeded | too many received | too many "received" | mail forwarding loop |
        mxloopback
        """,
    ),
    (
        "5.1.8",
        """
        unroutable sender | unrouteable sender | sender verify fail | sender domain |
        domain of sender | sender's domain | sender address rejected: domain |
        sender address verification | from: domain is invalid | emetteur invalide
        """,
    ),
    (
        "5.1.7",
        """
        invalid sender | bogus mail from | null sender is not allowed | empty envelope senders |
        bad sender address
        """,
    ),
    (
        "5.1.2",
        """
        host unknown | unknown host | host not found | domain not found | domain name not found |
        unable to resolve host | unable to resolve domain | answer with no data |
        could not be resolved | couldn't be resolved |
        address lookup failure |
        no such domain | no such host | domain does not exist | domain doesnt exist |
        doesn't exist, or is not | nonexistentdomain | non-existent domain | non-existent hosts |
        nxdomain | couldn't find any host | could not find a gateway | name or service not known |
        name service error | unrouteable address | unrouteable mail domain | unroutable |
        unknown domain | invalid domain | bad destination system |
        all host address lookups failed | no mx found | domain has no mail servers |
        domain is not reachable | domain must exist | mail domain mentioned in | domain invalid |
        域名不存在 | dominio sconosciuto
        """,
    ),
    ("5.1.1", "not a member of domain | recipient cannot be verified"),
    (
        "5.7.1",
        """
        relaying denied | relay denied | relaying not allowed | relay operation rejected |
        unable to relay | not allowed to relay | we do not relay | relay prohibited |
        smtp relay error | spam | blocked | blacklist | blocklist | black list | block list |
        denylist | reputation | barracudacentral | dnsbl | sorbs | content rejected |
        content filter | message content | rejected for policy | policy reasons |
        policy violation | against policy | local policy | rejected by policy | unsolicited |
        junk mail | unauthenticated mail | dmarc | spf check | spf fail |
        sender policy framework | dkim | virus | infected | malware | access denied |
        not authorized | unauthorized | not allowed to send | not permitted | permission denied |
        administrative prohibition | administrator prohibited |
        rejected by the local scanning code | reverse dns | ptr record | no reverse |
        sender denied | sender rejected | sender was rejected | sender address rejected |
        my name was rejected | greeting failed | bad sender | sender is not allowed |
        only members | not a member | not member | you may not have permission |
        have permission to post | restricted | authentication required |
        authentication is required | suspicious | greylist | graylist | unwanted mes |
        unwanted mail | bulk e | bulk mail | dynamic ip | open proxy | client host rejected |
        recipient preferences | refuse to receive | pre-approved | third-party dsns | batv |
        bouncedeny | go away | mail from your ip | user complaints | rejected due to |
        security violation | mail rejete | rejeté | abgelehnt | avvisades av policy | отклонено |
        拒收 | prohibited by administrator | refused to receive | not in my domain | no permit |
        allowed rcpthosts | auth failed | not a gateway | local user only | mail data refused |
        helo command rejected | invalid helo | bad helo | helo name |
        domain is not allowed | sender is rejected | mismatch | message filtered | (rtr:
        """,
    ),
    (
        "5.1.3",
        """
        malformed address | malformed recipient | incorrectly constructed | address syntax |
        syntactically incorrect address | illegal address | syntax error in address |
        syntax error in recipient
        """,
    ),
    (
        "5.1.1",
        """
        user unknown | unknown user | unknown recipient | recipient unknown | unknown mailbox |
        mailbox unknown | unknown address | address unknown | unknown local part |
        unknown local-part | unknown or illegal user | unknown or illegal alias |
        unknown email address | unknown e-mail address | addressee unknown | userunknown |
        unknown virtual | no such user | no such recipient | no such mailbox | no such address |
        no such person | no such account | no such local user | no user by that name |
        no mailbox | no account by that name | no valid recipients | no thank you rejected |
        user not found | user not known | mailbox not found | mailbox unavailable |
        mailbox is unavailable | mailbox not available | mailbox invalid | invalid mailbox |
        invalid recipient | invalid user | invalid address | invalid final delivery userid |
        invalid local address | recipient not found | recipnotfound | recipientnotfound |
        recipient name is not recognized | recipient not recognized | recipient invalid |
        recipient rejected | rejected recipient | rejected address | address rejected |
        address not found | address couldn't be found | address could not be found |
        address wasn't found | address failed | address is wrong | address error | bad address |
        bad recipient | badrcptto | does not like recipient | doesn't have a |
        does not have an account | does not have an e | is not a valid | is not a known |
        is not known | is unknown | doesn't exist | not exist | not listed in | not a local user |
        not our customer | not in my validrcptto | not found in directory |
        not found by smtp address lookup | was not found | rcpt invalid | account not found |
        account unavailable | that email address isn't | there is no one at this address |
        mailbox not present | not an active address | isn't in my list | badrecipientto |
        recipient has been denied | refuses to accept | can't accept user |
        addresses were unknown | wrong or no longer | user missing home directory |
        in name directory | not registered | registered gateway user | utilisateur inconnu |
        destinataire inconnu | adresse inconnue | adresse d au moins un destinataire invalide |
        empfänger unbekannt | unbekannter empfänger | benutzer unbekannt | existiert nicht |
        användaren finns inte | adressen finns inte | mottagaren finns inte | hittades inte |
        kunde inte hittas | ble ikke funnet | blev ikke fundet | ei löydy | niet gevonden |
        onbekende gebruiker | destinatario desconocido | usuario desconocido | no existe |
        utente sconosciuto | nessun utente | indirizzo non trovato | nie istnieje |
        nieznany odbiorca | não existe | пользователь не найден | не существует | неизвестный |
        见つかりません | 見つかりません | リストにありません | 宛先不明 | 不存在 | 존재하지 |
        없는 메일 계정 | quickmail recipient | originator/recipient name |
        no matches to nameserver | name was not recogni | destination mailbox | path no exist |
        wrong recipient | lookup in domain map failed | no longer exist | user not ok |
        unrecognised or name | unrecognized or name
        """,
    ),
    (
        "4.4.2",
        """
        lost connection | connection reset | connection dropped | connection was closed |
        closed connection | closed the connection | connection died | timed out while |
        unexpectedly closed
        """,
    ),
    (
        "4.4.1",
        """
        connection refused | could not connect | couldn't connect | unable to connect |
        cannot connect | failed to connect | did not accept our requests to connect |
        smtp connection | not responding | did not respond | host is unreachable |
        host unreachable | network error |
        no answer from host | not reachable | host is down | network is unreachable |
        network unreachable | server unavailable | timed out | timeout |
        failed to send to identified host | can't create output | no route to host
        """,
    ),
    (
        "5.4.4",
        """
        no relevant answers | couldn't find a mail exchanger | null mx | nullmx | no mail server |
        unable to route | no route | cannot route mail | mail server for the domain
        """,
    ),
    ("4.2.1", "receiving mail too quickly | receiving mail at a rate"),
    (
        "4.3.2",
        """
        too many connections | system is busy | server busy | too busy | try again later |
        service unavailable | temporarily unavailable | temporarily deferred | rate limit |
        too many messages | sending too
        """,
    ),
    (
        "4.3.1",
        """
        insufficient system storage | insufficient system resources | file system full |
        no space left on device | disk full | out of disk space
        """,
    ),
    (
        "4.4.3",
        """
        host name lookup failure | dns lookup fail | name server: temporary | dns error |
        name service failure | name server reply
        """,
    ),
    ("4.4.7", "giving up on"),
    (
        "5.3.0",
        """
        unknown mailer error | command died with status | exit status | command failed |
        child status | exited with status | returned status
        """,
    ),
    ("5.3.2", "not accepting network messages"),
    ("5.3.5", "config error | configuration error | configuration problem | misconfigur"),
    (
        "5.5.1",
        """
        bad sequence of commands | unrecognized command | unknown command |
        command not recognized | command unrecognized | command not implemented
        """,
    ),
    ("5.5.3", "too many recipients | reciplimit"),
    (
        "5.6.0",
        """
        syntax error | fail syntax check | conversion to internet format failed | header error |
        malformed | bare lf | invalid header | invalid structure | mime error | mime/reject
        """,
    ),
)

PHRASES: tuple[tuple[str, tuple[str, ...]], ...] = tuple(
    (status, tuple(" ".join(phrase.split()) for phrase in phrases.split("|")))
    for status, phrases in _TABLE
)
