// GitHub beside the channels: repositories with their issues and pulls, one issue in the side pane, webhook deliveries.
import { avatar, el, keyed } from "./dom.js";
import { day, markdown } from "./mrkdwn.js";

const PREFIX = "gh:";
export const DELIVERIES = "gh:deliveries";

/** The repository or the list of deliveries that a place shows; undefined when it is a channel, or nothing of GitHub's. */
export function onGitHub(world, key) {
  if (!world.github || !key.startsWith(PREFIX)) return undefined;
  if (key === DELIVERIES) return { key };
  const repository = world.github.repositories.find(({ name }) => PREFIX + name === key);
  return repository && { key, repository };
}

/** The issue in the side pane. */
export const openIssue = (view, place) => view?.repository?.issues.find(({ number }) => String(number) === place.thread);

const isOpen = (issue) => issue.state === "open" && !issue.pull;
const failed = ({ deliveries }) => deliveries.filter((one, index) => (
  !one.ok && !deliveries.slice(0, index).some(({ guid }) => guid === one.guid))).length; // newest first

/** Draws the rail's part. */
export function drawRepositories({ world, place, go }) {
  const section = document.getElementById("github-rail");
  section.hidden = !world.github;
  if (!world.github) return;
  const lines = world.github.repositories.map(({ name, connected, issues }) => (
    { key: PREFIX + name, name, label: `${name}, ${issues.filter(isOpen).length} open`, faint: !connected, count: issues.filter(isOpen).length, sigil: "◇" }));
  const broken = failed(world.github);
  if (world.github.me) lines.push({ key: DELIVERIES, name: "Webhook deliveries", label: `Webhook deliveries${broken ? `, ${broken} failed` : ""}`, count: broken, loud: true, sigil: "⇄" });
  keyed(document.getElementById("repositories"), lines.map((line) => (
    { key: line.key, sign: JSON.stringify([line, place.channel === line.key]), draw: () => railLine(line, place, go) })));
}

const railLine = ({ key, name, label, count, loud, faint, sigil }, place, go) => el("li", {}, el("button", {
  type: "button", onclick: () => go({ channel: key }), "aria-current": place.channel === key ? "page" : null,
  class: faint ? "faint" : "", "aria-label": label,
}, el("span", { class: "sigil", "aria-hidden": true }, sigil), el("span", { class: "name" }, name),
count > 0 && el("span", { class: loud ? "badge" : "tally" }, count)));

/** Draws the heading and the main column. `room` carries {world, place, go, act, call, names}. */
export function drawGitHub(view, room) {
  const { repository } = view;
  const { me } = room.world.github;
  document.getElementById("title").textContent = repository ? repository.name : "Webhook deliveries";
  const about = document.getElementById("about");
  about.replaceChildren(repository ? [
    repository.private ? "private" : "public",
    repository.connected ? "Chargehand hears of what happens here" : "not connected to Chargehand",
    !me && "you have no account on GitHub",
  ].filter(Boolean).join(" · ") : "What GitHub told Chargehand, newest first, and how it answered");
  const action = { key: "new", sign: repository?.name, draw: () => newIssueButton(repository, room) };
  keyed(document.getElementById("head-actions"), repository && me ? [action] : []);
  keyed(document.getElementById("github"), repository ? repositoryItems(repository, room) : deliveryItems(room));
}

const newIssueButton = (repository, room) => el("button", {
  type: "button", class: "primary", onclick: () => writeIssue(repository, room),
}, "New issue");

// --- a repository ------------------------------------------------------------------------------------------------------

function repositoryItems({ issues, connected }, room) {
  const items = [];
  const part = (name, found) => {
    if (found.length === 0) return;
    items.push({ key: name, sign: name, draw: () => el("h2", { class: "part" }, name) });
    for (const issue of found) {
      const sign = JSON.stringify([issue, room.place.thread === String(issue.number)]);
      items.push({ key: `${name}${issue.number}`, sign, draw: () => issueLine(issue, room) });
    }
  };
  part("Open issues", issues.filter(isOpen));
  part("Pull requests", issues.filter(({ pull }) => pull));
  part("Closed issues", issues.filter((issue) => !issue.pull && issue.state !== "open"));
  const invites = connected && room.world.github.me;
  const empty = invites ? "No issues yet. Open one, and watch it become a ticket in Slack." : "No issues yet.";
  if (items.length === 0) items.push({ key: "empty", sign: empty, draw: () => el("p", { class: "empty" }, empty) });
  return items;
}

const issueLine = (issue, { place, go, focusPane }) => el("button", {
  type: "button", class: "issue-line", "aria-current": place.thread === String(issue.number) ? "true" : null,
  "aria-label": `#${issue.number} ${issue.title}, ${stateOf(issue)}`,
  onclick: () => { go({ thread: String(issue.number) }); focusPane(); },
},
pill(issue),
el("span", { class: "issue-main" }, el("b", {}, issue.title), ...issue.labels.map(label),
  el("small", {}, `#${issue.number} by ${issue.author ?? "ghost"} ${ago(issue.at)}`)),
issue.comments.length > 0 && el("small", { title: "Comments" }, `${issue.comments.length} ${issue.comments.length === 1 ? "comment" : "comments"}`));

const stateOf = ({ state, pull }) => (pull?.merged ? "merged" : pull?.draft && state === "open" ? "draft" : state);
const pill = (issue) => el("span", { class: `pill ${stateOf(issue)}` }, stateOf(issue));

function label({ name, color }) {
  const node = el("span", { class: "tag" }, name);
  node.style.setProperty("--tag", `#${color}`);
  return node;
}

function ago(seconds) {
  const when = new Date(seconds * 1000);
  const time = when.toLocaleTimeString("en", { hour: "numeric", minute: "2-digit" });
  return `${day(when) ?? when.toLocaleDateString("en")} at ${time}`;
}

// --- one issue ---------------------------------------------------------------------------------------------------------

/** What the side pane's composer is for. */
export const commenting = (view, issue, world) => ({
  label: `Comment on ${view.repository.name}#${issue.number}`, closed: world.github.me ? "" : "You have no account on GitHub.",
});

/** Draws an issue with its comments. */
export function drawIssue(list, view, issue, room) {
  const { name } = view.repository;
  const first = { id: "body", author: issue.author, at: issue.at, body: issue.body || "No description." };
  const items = [{ key: "head", sign: JSON.stringify([name, issue]), draw: () => issueHead(issue) }];
  for (const said of [first, ...issue.comments]) {
    items.push({ key: `c${issue.number}-${said.id}`, sign: JSON.stringify(said), draw: () => comment(said, room) });
  }
  if (issue.state === "closed") items.push({ key: "closed", sign: JSON.stringify(issue), draw: () => closing(issue) });
  if (issue.may_close && !issue.pull) items.push({ key: "change", sign: issue.state, draw: () => changes(name, issue, room) });
  const below = list.scrollHeight - list.scrollTop - list.clientHeight < 80;
  keyed(list, items);
  if (below) list.scrollTop = list.scrollHeight;
}

const issueHead = (issue) => el("div", { class: "issue-head" }, el("h3", {}, issue.title),
  el("p", {}, pill(issue), ...issue.labels.map(label),
    issue.pull && el("small", {}, `${issue.pull.head} into ${issue.pull.base}`),
    issue.assignees.length > 0 && el("small", {}, `assigned: ${issue.assignees.join(", ")}`)));

function comment({ author, at, body }, { world, names }) {
  const who = author === world.github.robot ? { is_bot: true } : world.people.find(({ name }) => name === author) ?? { name: author ?? "ghost" };
  const hidden = /<!--[^]*?-->/g; // marks that programs leave; GitHub does not show them either
  const text = body.replace(hidden, "").trim().replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
  return el("article", { class: "message", tabindex: -1, "aria-label": `${author ?? "ghost"}, ${ago(at)}` }, avatar(who),
    el("div", { class: "message-main" },
      el("header", {}, el("strong", {}, author ?? "ghost"), who.is_bot && el("span", { class: "app-tag" }, "BOT"), el("time", {}, ago(at))),
      el("div", { class: "message-body" }, el("div", { class: "section" }, markdown(text, names)))));
}

const closing = ({ closed_by, closed_at, reason, pull }) => el("p", { class: "note-line" },
  `${closed_by ?? "ghost"} ${pull?.merged ? "merged" : "closed"} this${reason === "not_planned" ? " as not planned" : ""} ${ago(closed_at)}`);

function changes(repo, { number, state }, { call }) {
  const button = (text, kind, more) => el("button", {
    type: "button", onclick: async ({ target }) => {
      target.disabled = true;
      if (!await call(kind, { repo, number, ...more })) target.disabled = false;
    },
  }, text);
  return el("div", { class: "actions changes" }, state === "open"
    ? [button("Close issue", "github/close"), button("Close as not planned", "github/close", { reason: "not_planned" })]
    : [button("Reopen issue", "github/reopen")]);
}

/** Asks for a new issue's words, opens it, and goes there. */
function writeIssue({ name, labels }, { call, go }) {
  const title = el("input", { id: "issue-title", required: true, maxlength: 256, autocomplete: "off" });
  const body = el("textarea", { id: "issue-body", rows: 5 });
  const boxes = labels.map((text) => el("input", { type: "checkbox", value: text }));
  const dialog = el("dialog", { class: "ask", "aria-label": `New issue in ${name}`, onclose: () => dialog.remove() },
    el("form", { onsubmit: async (event) => {
      event.preventDefault();
      const chosen = boxes.filter(({ checked }) => checked).map(({ value }) => value);
      const answer = await call("github/open", { repo: name, title: title.value, body: body.value || undefined, labels: chosen });
      if (!answer) return;
      dialog.close();
      go({ thread: String(answer.number) });
    } },
    el("h2", {}, `New issue in ${name}`),
    el("div", { class: "modal-body" },
      el("div", { class: "field" }, el("label", { class: "label", for: "issue-title" }, "Title"), title),
      el("div", { class: "field" }, el("label", { class: "label", for: "issue-body" }, "Description"), body),
      el("fieldset", { class: "field" }, el("legend", { class: "label" }, "Labels"),
        el("div", { class: "choices" }, labels.map((text, index) => el("label", { class: "choice" }, boxes[index], text))))),
    el("footer", {},
      el("button", { type: "button", onclick: () => dialog.close() }, "Cancel"),
      el("button", { type: "submit", class: "primary" }, "Open issue"))));
  document.body.append(dialog);
  dialog.showModal();
}

// --- deliveries --------------------------------------------------------------------------------------------------------

function deliveryItems(room) {
  const { deliveries } = room.world.github;
  if (deliveries.length === 0) return [{ key: "empty", sign: "", draw: () => el("p", { class: "empty" }, "Nothing has been delivered since the demo was started.") }];
  return deliveries.map((one) => ({ key: `d${one.id}`, sign: JSON.stringify(one), draw: () => deliveryLine(one, room) }));
}

function deliveryLine(one, { call, go }) {
  const about = `${one.repository}${one.number ? `#${one.number}` : ""}`;
  return el("article", { class: "delivery", "aria-label": `${one.event} ${about}, ${one.code} ${one.outcome}` },
    el("span", { class: one.ok ? "code" : "code bad" }, one.code),
    el("div", { class: "delivery-main" },
      el("p", {}, el("b", {}, one.event), " ",
        el("button", { type: "button", class: "link", onclick: () => go({ channel: PREFIX + one.repository, thread: one.number ? String(one.number) : "" }) }, about),
        one.redelivery && el("span", { class: "app-tag" }, "REDELIVERY")),
      el("p", {}, el("b", {}, one.outcome), one.reason && `: ${one.reason}`),
      el("small", {}, `${ago(one.at)} · ${Math.round(one.duration * 1000)} ms · `, one.correlation_id && ["correlation id ", el("code", {}, one.correlation_id), " · "],
        "delivery ", el("code", {}, one.guid))),
    el("button", { type: "button", onclick: () => call("github/redeliver", { guid: one.guid }) }, "Redeliver"));
}
