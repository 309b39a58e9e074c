"""All tables, imported in one place, so that the database knows them."""

from __future__ import annotations

from helpdesk.domain.accounts import models as accounts
from helpdesk.domain.configuration import models as configuration
from helpdesk.domain.correspondence import models as correspondence
from helpdesk.domain.notices import models as notices
from helpdesk.domain.notifications import models as notifications
from helpdesk.domain.presence import models as presence
from helpdesk.domain.replies import models as replies
from helpdesk.domain.routing import models as routing
from helpdesk.domain.services import models as services
from helpdesk.domain.tickets import models as tickets
from helpdesk.domain.views import models as views

__all__ = [
    "accounts",
    "configuration",
    "correspondence",
    "notices",
    "notifications",
    "presence",
    "replies",
    "routing",
    "services",
    "tickets",
    "views",
]
