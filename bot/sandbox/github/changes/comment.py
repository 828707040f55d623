"""Comments are written, edited and deleted."""

from bot.sandbox.github.events import Herald
from bot.sandbox.github.records import Account, Comment, Issue, Payload, Repository
from bot.sandbox.github.shapes.issue import comment, issue


def create(herald: Herald, where: Repository, under: Issue, *, by: Account, body: str) -> Comment:
    """Write one."""
    at = herald.world.now()
    new = Comment(herald.world.next_id(), by, body, at, at)
    under.comments[new.id] = new
    under.updated_at = at
    _tell(herald, where, under, new, "created", by=by)
    return new


def edit(herald: Herald, where: Repository, under: Issue, one: Comment, *, by: Account, body: str) -> None:
    """Change the words."""
    before, one.body = one.body, body
    one.updated_at = herald.world.now()
    _tell(herald, where, under, one, "edited", by=by, changes={"body": {"from": before}})


def delete(herald: Herald, where: Repository, under: Issue, one: Comment, *, by: Account) -> None:
    """Remove it."""
    del under.comments[one.id]
    under.updated_at = herald.world.now()
    _tell(herald, where, under, one, "deleted", by=by)


def _tell(
    herald: Herald, where: Repository, under: Issue, one: Comment, action: str, *, by: Account, **extra: object
) -> None:
    url = herald.world.url
    told: Payload = {"action": action, "issue": issue(url, where, under), "comment": comment(url, where, under, one)}
    herald.tell(where, "issue_comment", told | extra, by=by, subject=str(under.number))
