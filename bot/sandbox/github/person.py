"""A person's side of GitHub: every verb changes what is there and sends the events of it."""

from collections.abc import Iterable

from bot.sandbox.github.changes import comment, issue, pull, repository, review
from bot.sandbox.github.machines import MachineSide
from bot.sandbox.github.records import Comment, Installation, Issue, Repository
from bot.sandbox.github.refusals import PersonError


class PersonSide(MachineSide):
    """What people do. `by` is a login, `repo` a name such as `acme/shop`; what comes back is live."""

    def repository(self, repo: str) -> Repository:
        """A repository by its name of today."""
        return self.world.repository(repo)

    def issue(self, repo: str, number: int) -> Issue:
        """An issue or a pull."""
        return self.world.issue(self.repository(repo), number)

    @property
    def installation(self) -> Installation:
        """The App's first installation, at the seed's organisation; change its `permissions` to see it cope."""
        return next(iter(self.world.installations.values()))

    def open_issue(
        self,
        by: str,
        repo: str,
        *,
        title: str,
        body: str | None = None,
        labels: Iterable[str] = (),
        assignees: Iterable[str] = (),
    ) -> Issue:
        """Open an issue."""
        where, who = self._at(repo, by)
        return issue.create(self.herald, where, by=who, title=title, body=body, labels=labels, assignees=assignees)

    def edit_issue(
        self, by: str, repo: str, number: int, *, title: str | None = None, body: str | None = None
    ) -> Issue:
        """Change the words of an issue or pull."""
        where, who = self._at(repo, by)
        one = self.world.issue(where, number)
        issue.edit(self.herald, where, one, by=who, title=title, body=body)
        return one

    def close_issue(self, by: str, repo: str, number: int, *, reason: str = "completed") -> Issue:
        """Close an issue, or a pull without merging it."""
        where, who = self._at(repo, by)
        one = self.world.issue(where, number)
        issue.set_state(self.herald, where, one, "closed", by=who, reason=reason)
        return one

    def reopen_issue(self, by: str, repo: str, number: int) -> Issue:
        """Open it again."""
        where, who = self._at(repo, by)
        one = self.world.issue(where, number)
        issue.set_state(self.herald, where, one, "open", by=who)
        return one

    def delete_issue(self, by: str, repo: str, number: int) -> None:
        """Remove an issue for good."""
        where, who = self._at(repo, by)
        issue.delete(self.herald, where, self.world.issue(where, number), by=who)

    def transfer_issue(self, by: str, repo: str, number: int, to: str) -> None:
        """Move an issue to another repository."""
        where, who = self._at(repo, by)
        issue.transfer(self.herald, where, self.world.issue(where, number), self.repository(to), by=who)

    def label(self, by: str, repo: str, number: int, name: str) -> Issue:
        """Add a label to what it has."""
        where, who = self._at(repo, by)
        one = self.world.issue(where, number)
        issue.set_labels(self.herald, where, one, [*(each.name for each in one.labels.values()), name], by=who)
        return one

    def unlabel(self, by: str, repo: str, number: int, name: str) -> Issue:
        """Take a label off."""
        where, who = self._at(repo, by)
        one = self.world.issue(where, number)
        kept = [each.name for key, each in one.labels.items() if key != name.lower()]
        issue.set_labels(self.herald, where, one, kept, by=who)
        return one

    def assign(self, by: str, repo: str, number: int, *logins: str) -> Issue:
        """Let these people have it and nobody else."""
        where, who = self._at(repo, by)
        one = self.world.issue(where, number)
        issue.set_assignees(self.herald, where, one, logins, by=who)
        return one

    def comment(self, by: str, repo: str, number: int, body: str) -> Comment:
        """Write under an issue or pull."""
        where, who = self._at(repo, by)
        return comment.create(self.herald, where, self.world.issue(where, number), by=who, body=body)

    def edit_comment(self, by: str, repo: str, comment_id: int, body: str) -> Comment:
        """Change what a comment says."""
        where, who = self._at(repo, by)
        under, one = self._comment(where, comment_id)
        comment.edit(self.herald, where, under, one, by=who, body=body)
        return one

    def delete_comment(self, by: str, repo: str, comment_id: int) -> None:
        """Remove a comment."""
        where, who = self._at(repo, by)
        under, one = self._comment(where, comment_id)
        comment.delete(self.herald, where, under, one, by=who)

    def open_pull(
        self, by: str, repo: str, *, title: str, head: str, body: str | None = None, is_draft: bool = False
    ) -> Issue:
        """Open a pull from the branch `head` into the default branch."""
        where, who = self._at(repo, by)
        return pull.create(self.herald, where, by=who, title=title, body=body, head=head, is_draft=is_draft)

    def push(self, by: str, repo: str, head: str, *, sha: str | None = None, files: pull.Files = pull.NOTHING) -> str:
        """Push a new commit to the branch `head`; open pulls follow. Its name comes back.

        `files`: path -> text of those it changes, None for one that goes.
        """
        where, who = self._at(repo, by)
        return pull.push(self.herald, where, by=who, branch=head, sha=sha, files=files)

    def ask_for_review(self, by: str, repo: str, number: int, *logins: str) -> Issue:
        """Ask people to review a pull."""
        where, who = self._at(repo, by)
        one = self.world.issue(where, number)
        review.ask(self.herald, where, one, logins, by=who)
        return one

    def review(self, by: str, repo: str, number: int, verdict: review.Verdict = "approved", body: str = "") -> None:
        """Review the newest commit of a pull."""
        where, who = self._at(repo, by)
        review.give(self.herald, where, self.world.issue(where, number), verdict, by=who, body=body)

    def make_ready(self, by: str, repo: str, number: int) -> None:
        """A draft is ready for review."""
        where, who = self._at(repo, by)
        review.make_ready(self.herald, where, self.world.issue(where, number), by=who)

    def merge(self, by: str, repo: str, number: int) -> Issue:
        """Merge a pull."""
        where, who = self._at(repo, by)
        one = self.world.issue(where, number)
        pull.merge(self.herald, where, one, by=who)
        return one

    def rename_repository(self, by: str, repo: str, name: str) -> None:
        """Give a repository another name; its id stays."""
        where, who = self._at(repo, by)
        repository.rename(self.herald, where, name, by=who)

    def transfer(self, by: str, repo: str, owner: str) -> None:
        """Give a repository to somebody else."""
        where, who = self._at(repo, by)
        repository.transfer(self.herald, where, self.world.account(owner), by=who)

    def archive_repository(self, by: str, repo: str) -> None:
        """Make a repository read-only."""
        where, who = self._at(repo, by)
        repository.archive(self.herald, where, by=who)

    def delete_repository(self, by: str, repo: str) -> None:
        """Remove a repository."""
        where, who = self._at(repo, by)
        repository.delete(self.herald, where, by=who)

    def give_app(self, by: str, repo: str) -> None:
        """Add a repository to those that the App may work in."""
        where, who = self._at(repo, by)
        repository.give(self.herald, where, by=who)

    def take_from_app(self, by: str, repo: str) -> None:
        """Remove a repository from those that the App may work in."""
        where, who = self._at(repo, by)
        repository.take(self.herald, where, by=who)

    def suspend_app(self, by: str) -> None:
        """Keep the App installed at the organisation but let it do nothing."""
        repository.suspend(self.herald, self.installation, by=self.world.account(by))

    def unsuspend_app(self, by: str) -> None:
        """Let it work again."""
        repository.unsuspend(self.herald, self.installation, by=self.world.account(by))

    def uninstall_app(self, by: str) -> None:
        """Remove the App from the organisation."""
        repository.uninstall(self.herald, self.installation, by=self.world.account(by))

    def install_app(self, by: str, account: str, *repos: str) -> Installation:
        """Install the App for these repositories of somebody else."""
        chosen = [self.repository(repo) for repo in repos]
        return repository.install(self.herald, self.world.account(account), chosen, by=self.world.account(by))

    def set_team(self, slug: str, *logins: str) -> None:
        """Say who is in a team of the organisation."""
        self.world.teams[slug] = [self.world.account(login).login for login in logins]
        self.world.changed()

    def forget_author(self, repo: str, number: int) -> None:
        """Let the author's account be deleted: GitHub then shows no user."""
        self.issue(repo, number).author = None

    def _comment(self, where: Repository, comment_id: int) -> tuple[Issue, Comment]:
        for under in where.present:
            if comment_id in under.comments:
                return under, under.comments[comment_id]
        raise PersonError(f"there is no comment {comment_id} in {where.full_name}")
