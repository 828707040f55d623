// Draws Block Kit as Slack draws it: in messages, in modals and on the app's Home.
import { ask, el, menu } from "./dom.js";
import { control } from "./controls.js";
import { emoji, inline, link, markdown, mrkdwn, plain, words } from "./mrkdwn.js";

/**
 * Nodes for a list of blocks. `context` says where they stand: {names, press}; `press(element, block, choice)` is called
 * with a pressed button or a made choice.
 */
export function drawBlocks(list, context) {
  return (list ?? []).map((block) => {
    const draw = BLOCKS[block.type];
    const node = draw ? draw(block, context) : el("p", { class: "unknown" }, `(${block.type} block)`);
    if (block.block_id) node.dataset.block = block.block_id;
    return node;
  });
}

/** Attachments: a coloured bar beside blocks, or the older title, text and fields. */
export function drawAttachments(list, context) {
  return (list ?? []).map((attachment) => {
    const { names } = context;
    const node = el("div", { class: "attachment" },
      attachment.pretext && el("div", { class: "pretext" }, mrkdwn(attachment.pretext, names)),
      attachment.title && el("strong", {}, attachment.title_link ? link(attachment.title_link, attachment.title) : attachment.title),
      !attachment.blocks && attachment.text && el("div", { class: "section" }, mrkdwn(attachment.text, names)),
      !attachment.blocks && attachment.fields && fields(attachment.fields.map(({ title, value }) => (
        { type: "mrkdwn", text: `*${title}*\n${value}` })), names),
      drawBlocks(attachment.blocks, context),
      attachment.footer && el("div", { class: "context" }, inline(attachment.footer, names)));
    const color = { good: "#2eb67d", warning: "#ecb22e", danger: "#e01e5a" }[attachment.color] ?? attachment.color;
    if (color) node.style.setProperty("--bar", color.startsWith("#") ? color : `#${color}`);
    return node;
  });
}

const fields = (list, names) => el("div", { class: "fields" }, list.map((field) => el("div", {}, words(field, names))));

const BLOCKS = {
  header: (block, { names }) => el("h3", {}, words(block.text, names)),
  divider: () => el("hr"),
  section: (block, context) => el("div", { class: block.accessory ? "section beside" : "section" },
    el("div", { class: "body" },
      block.text && el("div", { class: "text" }, words(block.text, context.names)),
      block.fields && fields(block.fields, context.names)),
    block.accessory && drawElement(block.accessory, block, context)),
  context: (block, context) => el("div", { class: "context" }, block.elements.map((element) => (
    element.type === "image" ? picture(element, "icon") : el("span", {}, words(element, context.names))))),
  actions: (block, context) => el("div", { class: "actions" }, block.elements.map((element) => drawElement(element, block, context))),
  context_actions: (block, context) => BLOCKS.actions(block, context),
  image: (block, { names }) => el("figure", {},
    block.title && el("figcaption", {}, words(block.title, names)), picture(block)),
  markdown: (block, { names }) => el("div", { class: "section" }, markdown(block.text, names)),
  table: (block, { names }) => table(block, names),
  data_visualization: (block) => chart(block),
  rich_text: (block, { names }) => el("div", { class: "section rich" }, block.elements.map((part) => richPart(part, names))),
  input: (block, context) => field(block, context),
  file: (block) => el("p", { class: "unknown" }, `File ${block.external_id ?? ""}`),
};

function drawElement(element, block, context) {
  const { names, press } = context;
  if (element.type === "image") return picture(element, "thumb");
  if (element.type === "button") return button(element, block, context);
  if (element.type === "overflow") {
    return menu("More actions", "⋯", element.options.map((option) => el("button", {
      type: "button", role: "menuitem", onclick: () => confirmed(element, () => press(element, block, option.value)),
    }, words(option.text, names))));
  }
  return control(element, {
    names,
    changed: (choice, node) => confirmed(element, () => press(element, block, choice, node)),
  });
}

function button(element, block, { names, press }) {
  const label = plain(element.text);
  const node = el("button", {
    type: "button", class: element.style ?? "", "data-action": element.action_id, "aria-label": element.accessibility_label,
    onclick: () => {
      if (element.url && /^https?:/.test(element.url)) window.open(element.url, "_blank", "noopener");
      confirmed(element, () => press(element, block, null, node));
    },
  }, label);
  return node;
}

async function confirmed({ confirm }, act) {
  if (confirm && !(await ask({
    title: plain(confirm.title), text: confirm.text?.text ?? "", confirm: plain(confirm.confirm), deny: plain(confirm.deny),
    danger: confirm.style === "danger",
  }))) return;
  act();
}

/** A labelled field of a modal, with a place for its error. */
function field(block, context) {
  const id = `field-${block.block_id}`;
  const input = control(block.element, {
    id, names: context.names, changed: (choice, node) => block.dispatch_action && context.press(block.element, block, choice, node),
  });
  input.dataset.field = block.block_id;
  const error = el("p", { class: "error", id: `${id}-error`, role: "alert" });
  const hint = block.hint && el("p", { class: "hint", id: `${id}-hint` }, plain(block.hint));
  input.setAttribute("aria-describedby", [error.id, hint?.id].filter(Boolean).join(" "));
  return el("div", { class: "field" },
    el(input.tagName === "FIELDSET" ? "p" : "label", { for: id, class: "label" }, plain(block.label),
      block.optional && el("span", { class: "optional" }, " (optional)")),
    input, hint, error);
}

/** Only the workspace's own pictures are loaded (the page fetches nothing from outside); others show their description. */
function picture({ image_url: url = "", alt_text: alt = "" }, kind = "") {
  const own = url.startsWith("/") || url.startsWith(`${location.origin}/`);
  if (own) return el("img", { src: url, alt, class: kind });
  return el("span", { class: `picture ${kind}`, title: url }, kind === "icon" ? "▪" : link(url, alt || "picture"));
}

function table(block, names) {
  const align = (column) => block.column_settings?.[column]?.align ?? "left";
  const cell = (tag) => (content, column) => el(tag, { class: align(column) },
    content.type === "rich_text" ? content.elements.map((part) => richPart(part, names)) : content.text);
  const [head, ...rows] = block.rows;
  return el("div", { class: "table" }, el("table", {},
    el("thead", {}, el("tr", {}, head.map(cell("th")))),
    el("tbody", {}, rows.map((row) => el("tr", {}, row.map(cell("td")))))));
}

/** A line for each bar or slice, with its length; Slack draws the same upright. */
function chart({ title, chart }) {
  const series = chart.series ?? [{ name: "", data: chart.segments }];
  const highest = Math.max(1, ...series.flatMap(({ data }) => data.map(({ value }) => value)));
  const labels = series[0].data.map(({ label }) => label);
  return el("figure", { class: "chart" }, el("figcaption", {}, title), labels.flatMap((label, at) => series.map(({ name, data }, number) => {
    const bar = el("span", { class: `bar series-${number}` });
    bar.style.width = `${(100 * data[at].value) / highest}%`;
    return el("div", { class: "line" }, el("span", { class: "label" }, number ? "" : label), el("span", { class: "name" }, name),
      el("span", { class: "room" }, bar), el("span", { class: "value" }, String(data[at].value)));
  })));
}

function richPart(part, names) {
  if (part.type === "rich_text_list") {
    return el(part.style === "ordered" ? "ol" : "ul", {}, part.elements.map((item) => el("li", {}, richPart(item, names))));
  }
  const tag = { rich_text_preformatted: "pre", rich_text_quote: "blockquote" }[part.type] ?? "span";
  return el(tag, {}, (part.elements ?? []).map((piece) => richPiece(piece, names)));
}

function richPiece(piece, names) {
  const kinds = {
    user: () => inline(`<@${piece.user_id}>`, names),
    channel: () => inline(`<#${piece.channel_id}>`, names),
    broadcast: () => [`@${piece.range}`],
    emoji: () => [emoji(piece.name)],
    link: () => [link(piece.url, piece.text ?? piece.url)],
    date: () => inline(`<!date^${piece.timestamp}^${piece.format}|${piece.fallback ?? ""}>`, names),
  };
  const content = (kinds[piece.type] ?? (() => [piece.text ?? ""]))();
  const styles = { bold: "strong", italic: "em", strike: "s", code: "code" };
  return Object.entries(styles).reduce((nodes, [style, tag]) => (piece.style?.[style] ? [el(tag, {}, nodes)] : nodes), content);
}
