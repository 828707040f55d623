"""Web API: who is here, who the app is, and the workspace's groups."""

from bot.sandbox.slack.arguments import Arguments, page_of
from bot.sandbox.slack.events import user_payload
from bot.sandbox.slack.lookup import person_of
from bot.sandbox.slack.message import APP_ID, BOT_ID, Payload
from bot.sandbox.slack.refusals import ApiError
from bot.sandbox.slack.seed import HOME_TEAM, User
from bot.sandbox.slack.world import World

MOST_DND = 50


def _sees_email(world: World) -> bool:
    return "users:read.email" in world.scopes


def info(world: World, args: Arguments) -> Payload:
    """users.info"""
    with_locale = args.flag("include_locale")
    return {"user": user_payload(person_of(world, args), with_email=_sees_email(world), with_locale=with_locale)}


def list_all(world: World, args: Arguments) -> Payload:
    """users.list"""
    page, following = page_of(args, list(world.users.values()))
    with_email, with_locale = _sees_email(world), args.flag("include_locale")
    shown = [user_payload(user, with_email=with_email, with_locale=with_locale) for user in page]
    return {"members": shown, **following}


def lookup_by_email(world: World, args: Arguments) -> Payload:
    """users.lookupByEmail"""
    email = args.required("email").lower()
    for user in world.users.values():
        if user.email == email and not user.deleted:
            return {"user": user_payload(user, with_email=True, with_locale=False)}
    raise ApiError("users_not_found")


def auth_test(world: World, args: Arguments) -> Payload:
    """auth.test"""
    seed = world.seed
    who = {"team": seed.name, "user": seed.bot.name, "team_id": HOME_TEAM, "user_id": seed.bot.id, "bot_id": BOT_ID}
    return {"url": world.url + "/", **who, "app_id": APP_ID, "is_enterprise_install": False}


def bots_info(world: World, args: Arguments) -> Payload:
    """bots.info"""
    if args.text("bot", BOT_ID) != BOT_ID:
        raise ApiError("bot_not_found")
    bot = {"id": BOT_ID, "app_id": APP_ID, "user_id": world.bot.id, "name": world.bot.name, "deleted": False}
    return {"bot": bot}


def dnd_of_team(world: World, args: Arguments) -> Payload:
    """dnd.teamInfo"""
    wanted = args.required("users").split(",")
    if len(wanted) > MOST_DND:
        raise ApiError("too_many_users")
    return {"users": {user_id: _dnd(world.users[user_id]) for user_id in wanted if user_id in world.users}}


def _dnd(user: User) -> Payload:
    starts, ends = user.dnd or (1, 1)
    return {"dnd_enabled": user.dnd is not None, "next_dnd_start_ts": starts, "next_dnd_end_ts": ends}


def team_info(world: World, args: Arguments) -> Payload:
    """team.info"""
    return {"team": {"id": HOME_TEAM, "name": world.seed.name, "domain": world.seed.domain, "email_domain": ""}}


def usergroups_list(world: World, args: Arguments) -> Payload:
    """usergroups.list"""
    listed = []
    for group in world.usergroups.values():
        members = [world.user_ids[name] for name in group.members]
        shown = {"id": group.id, "team_id": HOME_TEAM, "handle": group.handle, "name": group.name, "date_delete": 0}
        listed.append(shown | ({"users": members} if args.flag("include_users") else {}))
    return {"usergroups": listed}


def usergroup_members(world: World, args: Arguments) -> Payload:
    """usergroups.users.list"""
    group = world.usergroups.get(args.required("usergroup"))
    if group is None:
        raise ApiError("no_such_subteam")
    return {"users": [world.user_ids[name] for name in group.members]}


def api_test(world: World, args: Arguments) -> Payload:
    """api.test: says back what it was told."""
    if "error" in args:
        raise ApiError(args.text("error"), args=args.given)
    return {"args": {name: value for name, value in args.given.items() if name != "token"}}
