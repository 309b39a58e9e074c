"""REACTIONS: which event wakes what, in this order, inside the same transaction."""

from __future__ import annotations

from collections.abc import Mapping

from helpdesk.core.events import Reaction
from helpdesk.domain.moving import move_drafts, move_mail
from helpdesk.domain.notices.events import NoticeEnded
from helpdesk.domain.notifications.actions import announce
from helpdesk.domain.notifications.affected import tell_the_affected
from helpdesk.domain.notifications.handing_over import tell_of_hand_over
from helpdesk.domain.tickets import events
from helpdesk.domain.tickets.search import index_message, index_opening, index_subject
from helpdesk.domain.tickets.search.anew import index_anew, index_split

REACTIONS: Mapping[type, tuple[Reaction, ...]] = {
    events.TicketOpened: (index_opening, announce),
    events.WroteFirst: (index_opening, announce),
    events.RequesterAnswered: (index_message, announce),
    events.AgentReplied: (index_message, announce),
    events.WroteToSupplier: (index_message, announce),
    events.SupplierAnswered: (index_message, announce),
    events.ReplyWithdrawn: (index_anew, announce),
    events.NoteAdded: (index_message, announce),
    events.TicketMoved: (announce,),
    events.TicketAssigned: (announce,),
    events.HandedOver: (tell_of_hand_over,),
    events.TicketPlaced: (announce,),
    events.TicketRenamed: (index_subject, announce),
    NoticeEnded: (tell_the_affected,),
    events.TicketMerged: (index_anew, move_drafts, announce),
    events.TicketSeparated: (index_anew,),
    events.TicketSplit: (index_split, move_mail),
    events.TicketWoke: (announce,),
}
