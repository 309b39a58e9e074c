"""The requester's pages: which address shows what."""

from __future__ import annotations

from flask import Blueprint

from helpdesk.core.signing import ExpiredToken, ForgedToken
from helpdesk.web.portal import (
    answering,
    fault,
    home,
    links,
    me,
    news,
    notices,
    search,
    ticket,
    unit,
)
from helpdesk.web.portal.way import BrokenLink

blueprint = Blueprint("portal", __name__)

blueprint.add_url_rule("/", "home", home.home)
blueprint.add_url_rule("/me", "me", me.me, methods=["GET", "POST"])

blueprint.add_url_rule("/search", "search", search.search)
blueprint.add_url_rule("/fault", "fault", fault.fault, methods=["GET", "POST"])
blueprint.add_url_rule("/fault/received/<int:number>", "fault_received", fault.fault_received)
blueprint.add_url_rule(
    "/notices/<int:notice_id>/me-too", "me_too", notices.me_too, methods=["POST"]
)
blueprint.add_url_rule("/me/mail", "my_mail", me.my_mail, methods=["POST"])
blueprint.add_url_rule("/me/absence", "my_absence", me.my_absence, methods=["POST"])
blueprint.add_url_rule("/me/return", "my_return", me.my_return, methods=["POST"])
blueprint.add_url_rule("/unit", "unit_tickets", unit.unit_tickets)

# By a signed link from a mail: the token says which ticket, and who reads it.
blueprint.add_url_rule("/follow/<token>", "follow", ticket.follow)
blueprint.add_url_rule(
    "/follow/<token>/answer", "follow_answer", answering.follow_answer, methods=["POST"]
)
blueprint.add_url_rule(
    "/follow/<token>/files/<int:attachment_id>/<path:filename>",
    "follow_attachment",
    ticket.follow_attachment,
)
blueprint.add_url_rule(
    "/follow/<token>/messages/<int:message_id>/html",
    "follow_message_html",
    ticket.follow_message_html,
)
blueprint.add_url_rule(
    "/follow/<token>/privacy", "follow_privacy", unit.follow_privacy, methods=["POST"]
)
blueprint.add_url_rule("/follow/<token>/news", "follow_news", news.follow_news)
blueprint.add_url_rule("/follow/<token>/renew", "renew_link", links.renew_link, methods=["POST"])

# The same pages for somebody who is signed in.
blueprint.add_url_rule("/tickets/<int:number>", "ticket", ticket.ticket)
blueprint.add_url_rule("/tickets/<int:number>/news", "news", news.news)
blueprint.add_url_rule("/tickets/<int:number>/answer", "answer", answering.answer, methods=["POST"])
blueprint.add_url_rule("/tickets/<int:number>/privacy", "privacy", unit.privacy, methods=["POST"])
blueprint.add_url_rule(
    "/tickets/<int:number>/files/<int:attachment_id>/<path:filename>",
    "attachment",
    ticket.attachment,
)
blueprint.add_url_rule(
    "/tickets/<int:number>/messages/<int:message_id>/html", "message_html", ticket.message_html
)

blueprint.register_error_handler(ExpiredToken, links.expired)
blueprint.register_error_handler(ForgedToken, links.broken)
blueprint.register_error_handler(BrokenLink, links.broken)
