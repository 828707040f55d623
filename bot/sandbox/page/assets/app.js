// The page of the demo: shows the workspace as the person spoken as sees it, and redraws whenever the workspace changes.
import { drawBlocks } from "./blocks.js";
import { drawClock } from "./clock.js";
import { composer } from "./composer.js";
import { el, keyed, menu } from "./dom.js";
import { commenting, drawGitHub, drawIssue, drawRepositories, onGitHub, openIssue } from "./github.js";
import { drawMessages } from "./messages.js";
import { drawModal } from "./modal.js";
import { DM, drawRail, markRead } from "./rail.js";

const TRIES = [
  ["Report a problem", "ops", "@chargehand redis is down, payments failing for everyone"],
  ["See what is open", "ops", "/chargehand list"],
  ["Close the loop", "ops", "/chargehand resolve CH-1 failed over to the replica"],
];
const $ = (id) => document.getElementById(id);

let world = null;
let place = { as: "", channel: "", thread: "", tab: "messages" };
let watched = null; // the message just sent, whose thread opens when the app answers there

// --- talking to the workspace -------------------------------------------------------------------------------------

/** POSTs what a person does; resolves to the answer, or to null after showing why it did not work. */
async function call(kind, body) {
  try {
    const response = await fetch(`/page/${kind}`, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ as: place.as, ...body }),
    });
    const answer = await response.json();
    if (response.ok) return answer;
    toast(answer.error);
  } catch {
    toast("The demo does not answer. Is it still running?");
  }
  return null;
}

const act = async (kind, body) => (await call(kind, body)) !== null;

/** A press on a button or a choice in a menu of a message, or of what `on` names: the open form or Home. */
async function press(message, element, block, { choice, node, on }) {
  if (node) node.disabled = true;
  const where = message ? { on: message.ephemeral ? "ephemeral" : "message", channel: message.channel, ts: message.ts } : { on };
  if (element.type === "button") await call("click", { ...where, action: element.action_id, value: element.value });
  else if (choice !== null) await call("select", { ...where, action: element.action_id, choice });
  if (node) node.disabled = false;
}

let loading = false;
let stale = false;
/** Asks for the state and draws it; calls during one under way are answered by one more round. */
async function refresh() {
  stale = true;
  if (loading) return;
  loading = true;
  try {
    while (stale) {
      stale = false;
      await load(place.as);
    }
  } finally {
    loading = false;
  }
}

async function load(as) {
  const response = await fetch(`/page/state?as=${encodeURIComponent(as)}`).catch(() => null);
  const answer = await response?.json().catch(() => null);
  document.body.classList.toggle("offline", !answer); // the event stream connects again and asks anew
  if (!answer) return;
  if (as !== place.as) {
    stale = true; // the person was switched meanwhile
  } else if (response.ok) {
    world = answer;
    draw();
  } else {
    toast(answer.error);
    stale = Boolean(as); // an address from an earlier workspace: be whoever comes first
    place.as = "";
  }
}

function listen() {
  const events = new EventSource("/page/events");
  events.onopen = () => refresh();
  events.onmessage = () => refresh();
  events.onerror = () => document.body.classList.add("offline");
}

function toast(text) {
  const node = el("div", { class: "toast" }, el("span", {}, text),
    el("button", { type: "button", class: "quiet", "aria-label": "Dismiss", onclick: () => node.remove() }, "✕"));
  $("toasts").append(node);
  setTimeout(() => node.remove(), 8000);
}

// --- where one is: #person/channel/thread --------------------------------------------------------------------------

function readPlace() {
  const [as = "", channel = "", thread = ""] = location.hash.slice(1).split("/").map(decodeURIComponent);
  const moved = as !== place.as;
  const tab = channel === place.channel && !moved ? place.tab : "messages";
  place = { as, channel, thread, tab };
  document.body.classList.remove("rail-open");
  if (moved || !world) refresh();
  else draw();
}

const address = ({ as, channel, thread }) => (
  [as, channel, thread].filter((part, index) => part || index < 2).map(encodeURIComponent).join("/"));

function go(change) {
  const next = { ...place, ...change };
  if (change.channel || (change.as && !gitHubHere())) next.thread = change.thread ?? "";
  if (next.channel === DM && (change.channel || change.as)) call("home", { as: next.as, tab: "messages" });
  location.hash = address(next);
  readPlace(); // the event of the address comes later, perhaps after the next press
}

// --- drawing -----------------------------------------------------------------------------------------------------------

const rooms = () => [...world.channels.map((channel) => ({ ...channel, key: channel.id })), { ...world.dm, key: DM }];
const here = () => rooms().find(({ key }) => key === place.channel);
const gitHubHere = () => onGitHub(world, place.channel);
const person = (id) => world.people.find((one) => one.id === id);
const names = () => ({
  me: world.me,
  people: world.people.filter(({ deleted }) => !deleted),
  channels: world.channels,
  user: (id) => person(id)?.name ?? id,
  channel: (id) => world.channels.find((one) => one.id === id)?.name ?? id,
});

function draw() {
  if (place.as && place.as !== world.me) return; // what the person switched to sees is on its way
  const first = rooms().find(({ name }) => name === "ops") ?? rooms()[0];
  const stays = here() || gitHubHere();
  if (!stays || !place.as) {
    const thread = stays && !place.as ? place.thread : "";
    place = { ...place, as: world.me, channel: stays ? place.channel : first.key, thread };
    history.replaceState(null, "", `#${address(place)}`);
  }
  const room = here();
  document.title = "Chargehand demo";
  $("workspace").textContent = world.workspace.name;
  $("github").hidden = Boolean(room);
  if (room) drawRoom(room);
  else drawRepository(gitHubHere());
  drawRail({ world, rooms: rooms(), place, go });
  drawRepositories({ world, place, go });
  drawClock($("clock"), world.now, act);
  drawModal($("modal"), world.modal, { names: names(), press, act, call });
}

function drawRoom(room) {
  drawHead(room);
  drawTalk(room);
  drawThread(room);
  markRead(place, room.messages);
  followAnswer(room);
}

function drawRepository(view) {
  for (const id of ["list", "home", "composer", "tries", "tabs"]) $(id).hidden = true;
  const room = { world, place, go, call, names: names(), focusPane: () => talkIn.thread.focus() };
  drawGitHub(view, room);
  const issue = openIssue(view, place);
  showPane(issue && "Issue", issue && `${view.repository.name}#${issue.number}`);
  if (!issue) return;
  drawIssue($("thread-list"), view, issue, room);
  talkIn.thread.draw();
}

/** Shows the pane beside the main column under this heading, or none. */
function showPane(title, about) {
  $("thread").hidden = !title;
  document.body.classList.toggle("with-thread", Boolean(title));
  $("thread").setAttribute("aria-label", title || "Thread");
  $("thread-title").textContent = title || "";
  $("thread-about").textContent = about || "";
}

function drawHead(room) {
  const dm = room.key === DM;
  keyed($("head-actions"), [{ key: "shortcuts", sign: place.as, draw: shortcuts }]);
  $("title").textContent = dm ? person(world.bot).real_name : `# ${room.name}`;
  $("about").textContent = dm ? "Only you see this conversation" : [
    room.private && "private", `${room.members} members`, room.archived && "archived", !room.has_bot && "Chargehand is not in this channel",
  ].filter(Boolean).join(" · ");
  if (!dm && !room.joined && !room.archived) {
    $("about").append(el("button", { type: "button", class: "primary", onclick: () => act("join", { channel: room.id }) }, `Join #${room.name}`));
  }
  $("tabs").hidden = !dm;
  const tab = (name, label) => el("button", {
    type: "button", role: "tab", "aria-selected": String(place.tab === name),
    onclick: () => { place.tab = name; call("home", { tab: name }); draw(); },
  }, label);
  $("tabs").replaceChildren(tab("home", "Home"), tab("messages", "Messages"));
}

const shortcuts = () => menu("Shortcuts", "⚡", world.shortcuts.filter(({ kind }) => kind === "global").map(({ id, name }) => el("button", {
  type: "button", role: "menuitem", onclick: () => act("shortcut", { name: id }),
}, name)));

const roomContext = (room, thread) => ({
  world, names: names(), channel: room.id, thread, act, press, readOnly: room.archived || !room.joined,
  openThread: (ts) => { go({ thread: ts }); talkIn.thread.focus(); },
  empty: room.key === DM ? "Say hello, or describe a problem." : "Nothing has been said here yet.",
});

function drawTalk(room) {
  const atHome = room.key === DM && place.tab === "home";
  $("list").hidden = atHome;
  $("home").hidden = !atHome;
  $("composer").hidden = atHome;
  if (atHome) {
    const context = { names: names(), press: (element, block, choice, node) => press(null, element, block, { choice, node, on: "home" }) };
    const blocks = world.home?.blocks;
    $("home").replaceChildren(...(blocks ? drawBlocks(blocks, context) : [el("p", { class: "empty" }, "The app shows nothing here yet.")]));
  } else {
    drawMessages($("list"), room.messages, roomContext(room, ""));
  }
  talkIn.main.draw();
  $("tries").hidden = room.key === DM || localStorage.getItem("tried") !== null;
}

function drawThread(room) {
  const root = room.messages.find(({ ts }) => ts === place.thread);
  showPane(root && "Thread", room.key === DM ? "Chargehand" : `#${room.name}`);
  if (!root) return;
  const replies = room.messages.filter((message) => message.thread_ts === root.ts && message.ts !== root.ts);
  drawMessages($("thread-list"), [root, ...replies], roomContext(room, root.ts));
  talkIn.thread.draw();
}

function followAnswer(room) {
  if (!watched || watched.channel !== room.id || place.thread) return;
  const answered = room.messages.some((message) => message.thread_ts === watched.ts && message.bot_id);
  if (!answered) return;
  const { ts } = watched;
  watched = null;
  if (window.matchMedia("(min-width: 900px)").matches) go({ thread: ts });
}

// --- writing -------------------------------------------------------------------------------------------------------------

async function send(text, thread) {
  const room = here();
  if (!room) return act("github/comment", { repo: gitHubHere().repository.name, number: Number(thread), text });
  if (text.startsWith("/")) {
    if (thread) return toast("Commands do not work in threads; write it in the channel.") ?? false;
    const [, command, rest] = /^(\S+)\s*([^]*)$/.exec(text);
    const known = world.commands.some(({ usage }) => usage.split(" ")[0] === command);
    if (!known) return toast(`${command} is not a command here.`) ?? false;
    return act("command", { channel: room.id, command, text: rest || undefined });
  }
  const target = room.key === DM ? ["dm", {}] : ["say", { channel: room.id }];
  const answer = await call(target[0], { ...target[1], text, ...(thread ? { thread_ts: thread } : {}) });
  if (answer && !thread) watched = { channel: room.id, ts: answer.ts };
  return answer !== null;
}

function about(thread) {
  const room = here();
  const key = `${place.as}/${place.channel}/${thread}`;
  const issue = !room && openIssue(gitHubHere(), place);
  if (issue) return { key, ...commenting(gitHubHere(), issue, world), people: [], commands: [] };
  const label = thread ? "Reply…" : `Message ${room.key === DM ? "chargehand" : `#${room.name}`}`;
  const closed = room.archived ? "This channel is archived; nothing can be written here." : !room.joined ? "You are not in this channel." : "";
  return { key, label, closed, people: world.people, commands: thread ? [] : world.commands };
}

const talkIn = {
  main: composer($("composer"), { id: "write", about: () => about(""), send: (text) => send(text, "") }),
  thread: composer($("thread-composer"), { id: "write-reply", about: () => about(place.thread), send: (text) => send(text, place.thread) }),
};

function drawTries() {
  const fill = (channel, text) => {
    const target = world.channels.find(({ name, joined }) => name === channel && joined);
    go({ channel: target?.id ?? place.channel });
    talkIn.main.fill(text);
  };
  $("tries").append(
    el("header", {}, el("strong", {}, "Three things to try"),
      el("button", { type: "button", class: "quiet", "aria-label": "Hide suggestions", onclick: () => {
        localStorage.setItem("tried", "yes");
        $("tries").hidden = true;
      } }, "✕")),
    el("ul", {}, TRIES.map(([label, channel, text]) => el("li", {}, el("button", { type: "button", onclick: () => fill(channel, text) },
      el("b", {}, label), el("code", {}, text))))));
}

$("close-thread").addEventListener("click", () => go({ thread: "" }));
$("thread").addEventListener("keydown", (event) => { if (event.key === "Escape") go({ thread: "" }); });
$("open-rail").addEventListener("click", () => document.body.classList.toggle("rail-open"));
window.addEventListener("hashchange", readPlace);
document.addEventListener("visibilitychange", () => { if (world) draw(); });
drawTries();
readPlace();
listen();
