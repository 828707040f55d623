// Draws Slack's mrkdwn as DOM nodes; whatever is not markup stays text.
import { el } from "./dom.js";

const EMOJI = {
  eyes: "👀", thumbsup: "👍", "+1": "👍", thumbsdown: "👎", "-1": "👎", heart: "❤️", tada: "🎉", pray: "🙏", fire: "🔥",
  rocket: "🚀", wave: "👋", x: "❌", no_entry: "⛔", no_entry_sign: "🚫", warning: "⚠️", rotating_light: "🚨", bug: "🐛", lock: "🔒",
  white_check_mark: "✅", heavy_check_mark: "✔️", ballot_box_with_check: "☑️", checkered_flag: "🏁", hammer: "🔨",
  hammer_and_wrench: "🛠️", wrench: "🔧", construction: "🚧", construction_worker: "👷", hourglass: "⌛",
  hourglass_flowing_sand: "⏳", zzz: "💤", bell: "🔔", no_bell: "🔕", inbox_tray: "📥", outbox_tray: "📤", memo: "📝", mag: "🔍",
  link: "🔗", pushpin: "📌", ticket: "🎫", bulb: "💡", question: "❓", exclamation: "❗", robot_face: "🤖", calendar: "📅",
  red_circle: "🔴", large_orange_circle: "🟠", large_yellow_circle: "🟡", large_green_circle: "🟢", large_blue_circle: "🔵",
  white_circle: "⚪", black_circle: "⚫", arrow_right: "➡️", arrows_counterclockwise: "🔄", repeat: "🔁", new: "🆕",
  slightly_smiling_face: "🙂", smile: "😄", thinking_face: "🤔", sweat_smile: "😅", bust_in_silhouette: "👤",
  busts_in_silhouette: "👥", raised_hands: "🙌", ok_hand: "👌", zap: "⚡", package: "📦", chart_with_upwards_trend: "📈",
};

// Without an emoji font (a bare Linux) every emoji is the same box; then its name says more.
const picture = (text) => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 24, height: 24 });
  const pen = canvas.getContext("2d");
  pen.font = "16px sans-serif";
  pen.fillText(text, 0, 18);
  return canvas.toDataURL();
};
const hasFont = picture("👀") !== picture("🔔") && picture("👀") !== picture("\u{10FFFD}");

/** An emoji as this machine can show it: the character, or `:name:`. */
export const emoji = (name) => (hasFont && EMOJI[name]) || `:${name}:`;

const unescape = (text) => text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
const INLINE = new RegExp([
  "`([^`\\n]+)`", "<([^<>\\n]+)>", ":([a-z0-9_+'-]+):",
  "(?<![\\w*])\\*(?!\\s)([^*\\n]+?)(?<!\\s)\\*(?![\\w*])",
  "(?<!\\w)_(?!\\s)([^_\\n]+?)(?<!\\s)_(?!\\w)",
  "(?<!\\w)~(?!\\s)([^~\\n]+?)(?<!\\s)~(?!\\w)",
].join("|"), "g");

/** Inline markup of one line or paragraph, as nodes. `names` turns ids into names ({user, channel, me}). */
export function inline(text, names) {
  const nodes = [];
  let end = 0;
  for (const match of text.matchAll(INLINE)) {
    if (match.index > end) nodes.push(unescape(text.slice(end, match.index)));
    end = match.index + match[0].length;
    const [all, code, angle, icon, bold, italic, strike] = match;
    if (code !== undefined) nodes.push(el("code", {}, unescape(code)));
    else if (angle !== undefined) nodes.push(reference(angle, names));
    else if (icon !== undefined) nodes.push(el("span", { class: "emoji", title: all }, emoji(icon)));
    else if (bold !== undefined) nodes.push(el("strong", {}, inline(bold, names)));
    else if (italic !== undefined) nodes.push(el("em", {}, inline(italic, names)));
    else nodes.push(el("s", {}, inline(strike, names)));
  }
  if (end < text.length) nodes.push(unescape(text.slice(end)));
  return nodes;
}

/** A whole mrkdwn text: code blocks, quotes and lines. */
export function mrkdwn(text, names) {
  return text.split(/```/).flatMap((part, index, parts) => {
    const fenced = index % 2 === 1 && index < parts.length - 1;
    if (fenced) return [el("pre", {}, unescape(part.replace(/^\n|\n$/g, "")))];
    const literal = index % 2 === 1 ? "```" + part : part;
    return paragraphs(index > 0 ? literal.replace(/^ ?\n?/, "") : literal, names);
  });
}

function paragraphs(text, names) {
  const runs = [];
  for (const line of text.split("\n")) {
    const quote = /^(&gt;|>) ?/.exec(line);
    const last = runs.at(-1);
    const body = quote ? line.slice(quote[0].length) : line;
    if (last && last.quoted === Boolean(quote)) last.lines.push(body);
    else runs.push({ quoted: Boolean(quote), lines: [body] });
  }
  return runs.flatMap(({ quoted, lines }) => {
    const nodes = inline(lines.join("\n"), names);
    return quoted ? [el("blockquote", {}, nodes)] : nodes;
  });
}

/** Markdown (the `markdown` block, streamed text) reduced to mrkdwn: bold, links, headings and bullets. */
export function markdown(text, names) {
  const reduced = text
    .replace(/^#{1,6} +(.+)$/gm, "*$1*").replace(/\*\*(.+?)\*\*/g, "*$1*").replace(/~~(.+?)~~/g, "~$1~")
    .replace(/\[([^\]\n]+)\]\((https?:[^\s)]+)\)/g, "<$2|$1>").replace(/^(\s*)[-*] +/gm, "$1• ");
  return mrkdwn(reduced, names);
}

/** A text object ({type: plain_text | mrkdwn}) as nodes. */
export function words(object, names) {
  if (!object) return [];
  if (typeof object === "string") return [object];
  if (object.type === "mrkdwn") return mrkdwn(object.text, names);
  return [plain(object)];
}

/** A plain_text object as a string. */
export const plain = (object) => (object?.text ?? "").replace(/:([a-z0-9_+-]+):/g, (_, name) => emoji(name));

/** What a person would have typed to get this text: for the edit box. */
export function typed(text, names) {
  return unescape(text.replace(/<@(\w+)(?:\|[^>]*)?>/g, (_, id) => `@${names.user(id)}`)
    .replace(/<#(\w+)(?:\|[^>]*)?>/g, (_, id) => `#${names.channel(id)}`)
    .replace(/<(https?:[^|>]+)(?:\|[^>]*)?>/g, "$1"));
}

export function link(url, label) {
  if (!/^(https?:|mailto:)/i.test(url)) return label;
  return el("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, label);
}

function reference(body, names) {
  const [target, label] = [body.split("|", 1)[0], body.includes("|") ? unescape(body.slice(body.indexOf("|") + 1)) : ""];
  const rest = target.slice(1);
  if (target.startsWith("@")) return el("span", { class: rest === names.me ? "mention me" : "mention" }, `@${names.user(rest)}`);
  if (target.startsWith("#")) return el("span", { class: "mention" }, `#${names.channel(rest) || label}`);
  if (target.startsWith("!date^")) return date(rest.split("^"), label);
  if (target.startsWith("!subteam^")) return el("span", { class: "mention" }, label || "@group");
  if (target.startsWith("!")) return el("span", { class: "mention me" }, `@${rest}`);
  return link(unescape(target), label || unescape(target));
}

function date([, seconds, format, url], fallback) {
  const when = new Date(Number(seconds) * 1000);
  if (Number.isNaN(when.getTime())) return fallback;
  const text = format.replace(/\{(\w+)\}/g, (token, name) => FORMATS[name]?.(when) ?? token);
  const node = el("time", { datetime: when.toISOString(), title: when.toLocaleString() }, text);
  return url ? link(url, node) : node;
}

const written = (options) => (when) => new Intl.DateTimeFormat("en", options).format(when);
const FORMATS = {
  date_num: (when) => when.toISOString().slice(0, 10),
  date: written({ dateStyle: "long" }),
  date_short: written({ dateStyle: "medium" }),
  date_long: written({ dateStyle: "full" }),
  date_pretty: (when) => day(when) ?? FORMATS.date(when),
  date_short_pretty: (when) => day(when) ?? FORMATS.date_short(when),
  date_long_pretty: (when) => day(when) ?? FORMATS.date_long(when),
  time: written({ timeStyle: "short" }),
  time_secs: written({ timeStyle: "medium" }),
  ago: (when) => {
    const minutes = Math.round((when - Date.now()) / 60000);
    const [amount, unit] = Math.abs(minutes) < 60 ? [minutes, "minute"]
      : Math.abs(minutes) < 1440 ? [Math.round(minutes / 60), "hour"] : [Math.round(minutes / 1440), "day"];
    return new Intl.RelativeTimeFormat("en", { numeric: "auto" }).format(amount, unit);
  },
};

/** "today", "yesterday", "tomorrow" or undefined. */
export function day(when, now = new Date()) {
  const days = Math.round((new Date(when).setHours(0, 0, 0, 0) - new Date(now).setHours(0, 0, 0, 0)) / 86400000);
  return { "-1": "yesterday", 0: "today", 1: "tomorrow" }[days];
}
