"""Filling in and sending a form: Slack's own checks first, then the app's answer decides what the person sees next."""

from typing import Any

from bot.sandbox.slack.interactions import basics, choose, chosen_field, initial
from bot.sandbox.slack.message import Payload
from bot.sandbox.slack.refusals import ApiError, PersonError
from bot.sandbox.slack.seed import User
from bot.sandbox.slack.views import change, checked, show, view_payload
from bot.sandbox.slack.world import View, World


def topmost(world: World, user: User) -> View:
    """The form this person has before them."""
    stack = world.modals.get(user.id)
    if not stack:
        raise PersonError(f"{user.name} has no form open.")
    return world.views[stack[-1]]


def fill(world: World, view: View, values: Payload) -> dict[str, str]:
    """Type into the form; the errors that Slack shows before it sends anything, by block id."""
    inputs = [block for block in view.given["blocks"] if block["type"] == "input"]
    known = {key for block in inputs for key in (block["block_id"], block["element"]["action_id"])}
    if unknown := set(values) - known:
        raise PersonError(f"The form has no field {', '.join(sorted(unknown))}; it has {', '.join(sorted(known))}.")
    errors = {}
    for block in inputs:
        held = _held(world, view, block, values)
        view.values[block["block_id"]] = {block["element"]["action_id"]: held}
        if problem := _problem(block, held.get(chosen_field(block["element"]))):
            errors[block["block_id"]] = problem
    world.changed()
    return errors


def _held(world: World, view: View, block: Payload, values: Payload) -> Payload:
    element, block_id = block["element"], block["block_id"]
    field = chosen_field(element)
    given = values.get(block_id, values.get(element["action_id"]))
    if given is not None:
        chosen = choose(world, element, given) if given != "" else {field: None}
        return {"type": element["type"], **chosen}
    before = view.values.get(block_id, {}).get(element["action_id"])
    return before or {"type": element["type"], field: initial(element)}


def _problem(block: Payload, value: Any) -> str | None:
    if not value:
        return None if block.get("optional") else "Please complete this required field."
    length, element = len(value), block["element"]
    if isinstance(value, str) and length < element.get("min_length", 0):
        return f"Please use at least {element['min_length']} characters."
    if isinstance(value, str) and length > element.get("max_length", 3000):
        return f"Please use at most {element.get('max_length', 3000)} characters."
    return None


async def submit(world: World, user: User, values: Payload) -> dict[str, str]:
    """Send the topmost form; the errors shown in it, or nothing when it was taken."""
    view = topmost(world, user)
    if errors := fill(world, view, values):
        return errors
    sent = {"type": "view_submission", "view": view_payload(view), "response_urls": []}
    answer = await world.socket.ask("interactive", sent | basics(world, user, view_id=view.id))
    try:
        return _react(world, user, view, answer or {})
    except ApiError as refused:
        raise PersonError(f"Slack did not take the app's answer: {refused.code} {refused.details}") from None


def _react(world: World, user: User, view: View, answer: Payload) -> dict[str, str]:
    action = answer.get("response_action")
    if action == "errors":
        shown = {block["block_id"] for block in view.given["blocks"] if block["type"] == "input"}
        if not answer.get("errors") or not set(answer["errors"]) <= shown:
            raise ApiError("invalid_arguments", errors=answer.get("errors"))
        return dict(answer["errors"])
    if action == "update":
        change(world, view, checked(world, answer.get("view"), "modal"))
    elif action == "push":
        show(world, user.id, checked(world, answer.get("view"), "modal"))
    elif action == "clear":
        world.modals[user.id] = []
    elif view.id in world.modals.get(user.id, []):
        world.modals[user.id].remove(view.id)
    world.changed()
    return {}


async def close(world: World, user: User) -> None:
    """Cancel the topmost form; the app hears of it if it asked to."""
    view = topmost(world, user)
    world.modals[user.id].remove(view.id)
    world.changed()
    if view.given.get("notify_on_close"):
        closed = {"type": "view_closed", "view": view_payload(view), "is_cleared": False}
        await world.socket.ask("interactive", closed | basics(world, user, view_id=view.id))
