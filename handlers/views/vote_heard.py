"""What a modal says in which somebody voted, once it is known whether the vote counts."""

from bot.approvals.voting import Heard
from handlers.views import problem, told
from handlers.wording import requests
from handlers.wording.approvals import say
from handlers.wording.errors import explain


def build(heard: Heard, locale: str) -> dict[str, object]:
    """The modal for `views.update`."""
    request, refused = heard.request, heard.refused
    if refused is not None:
        said = explain(
            refused.code,
            {"request": request.id, **refused.params},
            locale,
            text=refused.text,
            request_id=refused.request_id,
        )
        return problem.build(said, locale, title=say("vote_problem", locale))
    key = "vote_decides" if request.state == "approved" else "vote_counts"
    text = say(key, locale, {"request": request.id}, tally=requests.tally(request, locale))
    return told.build(request.id, text, locale)
