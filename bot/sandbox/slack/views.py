"""Web API: modals that open, stack and change under a person's hands, and the Home tab."""

from bot.sandbox.slack import timeline
from bot.sandbox.slack.arguments import Arguments, invalid
from bot.sandbox.slack.blocks import view_problems
from bot.sandbox.slack.lookup import person_of
from bot.sandbox.slack.message import APP_ID, BOT_ID, Payload
from bot.sandbox.slack.refusals import ApiError
from bot.sandbox.slack.seed import HOME_TEAM
from bot.sandbox.slack.world import Trigger, View, World

STACK = 3  # modals on top of one another


def view_payload(view: View) -> Payload:
    """A view as the app gave it, with what Slack adds."""
    given = {"private_metadata": "", "callback_id": "", "external_id": "", "title": None, "submit": None, "close": None}
    flags = {"clear_on_close": False, "notify_on_close": False}
    return {
        **given,
        **flags,
        **view.given,
        "id": view.id,
        "team_id": HOME_TEAM,
        "app_id": APP_ID,
        "bot_id": BOT_ID,
        "hash": view.hash,
        "root_view_id": view.root_id,
        "previous_view_id": view.previous_id,
        "state": {"values": view.values},
    }


def checked(world: World, view: Payload | None, kind: str) -> Payload:
    """The view, or Slack's refusal of it."""
    if view is None:
        raise invalid("missing required field: view")
    problems = view_problems(view)
    if view.get("type") != kind:
        problems.append(f"must be of type {kind} [json-pointer:/view/type]")
    if problems:
        raise invalid(*problems)
    return view | {"blocks": timeline.with_ids(world, view["blocks"])}


def show(world: World, owner: str, given: Payload) -> View:
    """Put a modal on top of those the person has open."""
    stack = world.modals.setdefault(owner, [])
    if len(stack) >= STACK:
        raise ApiError("push_limit_reached")
    view = View(world.next_id("V"), owner, given, world.next_id("h"))
    view.previous_id = stack[-1] if stack else None
    view.root_id = stack[0] if stack else view.id
    stack.append(view.id)
    world.views[view.id] = view
    world.changed()
    return view


def change(world: World, view: View, given: Payload) -> None:
    """Show other content in a view; what was typed stays where block and action ids stay."""
    kept = {block["block_id"] for block in given["blocks"]}
    view.values = {block_id: value for block_id, value in view.values.items() if block_id in kept}
    view.given, view.hash = given, world.next_id("h")
    world.changed()


def _exchange(world: World, args: Arguments) -> Trigger:
    trigger = world.triggers.get(args.required("trigger_id"))
    if trigger is None:
        raise ApiError("invalid_trigger_id")
    if trigger.is_used:
        raise ApiError("exchanged_trigger_id")
    if trigger.expires_at < world.now():
        raise ApiError("expired_trigger_id")
    return trigger


def open_modal(world: World, args: Arguments) -> Payload:
    """views.open"""
    given = checked(world, args.object("view"), "modal")
    trigger = _exchange(world, args)
    trigger.is_used = True
    if trigger.view_id is None:
        world.modals[trigger.user_id] = []
    return {"view": view_payload(show(world, trigger.user_id, given))}


def push(world: World, args: Arguments) -> Payload:
    """views.push: needs a trigger from inside an open modal."""
    given = checked(world, args.object("view"), "modal")
    trigger = _exchange(world, args)
    if trigger.view_id not in world.modals.get(trigger.user_id, []):
        raise ApiError("invalid_trigger_id")
    trigger.is_used = True
    return {"view": view_payload(show(world, trigger.user_id, given))}


def update(world: World, args: Arguments) -> Payload:
    """views.update, by view_id or external_id; a `hash` that is not the latest is refused."""
    view = _wanted(world, args)
    if "hash" in args and args.text("hash") != view.hash:
        raise ApiError("hash_conflict")
    change(world, view, checked(world, args.object("view"), view.given["type"]))
    return {"view": view_payload(view)}


def _wanted(world: World, args: Arguments) -> View:
    if "view_id" in args:
        view = world.views.get(args.text("view_id"))
    else:
        wanted = args.required("external_id")
        view = next((view for view in world.views.values() if view.given.get("external_id") == wanted), None)
    if view is None or view.id not in (*world.modals.get(view.owner, ()), world.homes.get(view.owner)):
        raise ApiError("not_found")
    return view


def publish(world: World, args: Arguments) -> Payload:
    """views.publish: the Home tab of one person."""
    given = checked(world, args.object("view"), "home")
    user = person_of(world, args, field="user_id")
    view = world.views.get(world.homes.get(user.id, ""))
    if view is None:
        view = View(world.next_id("V"), user.id, given, world.next_id("h"))
        view.root_id = view.id
        world.views[view.id] = view
        world.homes[user.id] = view.id
    elif "hash" in args and args.text("hash") != view.hash:
        raise ApiError("hash_conflict")
    change(world, view, given)
    return {"view": view_payload(view)}
