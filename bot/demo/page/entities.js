// Formatted text: the Bot API's entities as elements. Offsets count UTF-16 units, as JavaScript's strings do.
import { element } from "./wire.js";

const TAGS = {
  bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code", pre: "pre",
  blockquote: "blockquote", expandable_blockquote: "blockquote",
};
const FOLDED_LINES = 3;

// What Telegram makes a link without being told: addresses, and commands that stand alone.
const FOUND = /https?:\/\/\S*[^\s.,;:!?)»”]|(?<![^\s(])\/[a-z][a-z0-9_]{0,31}(?![\w/])/gi;
const VERBATIM = ["code", "pre", "text_link", "url", "bot_command"];

/** A text with its entities, as nodes. `act` has follow(url) for links and say(text) for commands. */
export function formatted(text, entities, act) {
  const sorted = [...entities].sort((a, b) => a.offset - b.offset || b.length - a.length);
  return spans(text, sorted, 0, text.length, act);
}

function spans(text, entities, from, to, act) {
  const nodes = [];
  let at = from;
  let next = 0;
  while (next < entities.length) {
    const entity = entities[next];
    const end = Math.min(entity.offset + entity.length, to);
    next += 1;
    const inside = [];
    while (next < entities.length && entities[next].offset < end) {
      inside.push(entities[next]);
      next += 1;
    }
    nodes.push(...plain(text.slice(at, entity.offset), act));
    const children = VERBATIM.includes(entity.type)
      ? [text.slice(entity.offset, end)]
      : spans(text, inside, entity.offset, end, act);
    nodes.push(wrapped(entity, children, text.slice(entity.offset, end), act));
    at = end;
  }
  nodes.push(...plain(text.slice(at, to), act));
  return nodes;
}

function plain(text, act) {
  const nodes = [];
  let at = 0;
  for (const found of text.matchAll(FOUND)) {
    nodes.push(text.slice(at, found.index));
    nodes.push(found[0].startsWith("/") ? command(found[0], act) : link(found[0], [found[0]], act));
    at = found.index + found[0].length;
  }
  nodes.push(text.slice(at));
  return nodes.filter((node) => node !== "");
}

function command(words, act) {
  const button = element("button", { type: "button", className: "command" }, words);
  button.addEventListener("click", () => act.say(words));
  return button;
}

function wrapped(entity, children, words, act) {
  if (entity.type === "text_link" || entity.type === "url") return link(entity.url ?? words, children, act);
  if (entity.type === "bot_command") return command(words, act);
  if (entity.type === "spoiler") return element("span", { className: "spoiler", tabIndex: 0 }, ...children);
  const made = element(TAGS[entity.type] ?? "span", {}, ...children);
  return entity.type === "expandable_blockquote" ? expandable(made, words) : made;
}

function link(url, children, act) {
  const anchor = element("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, ...children);
  anchor.addEventListener("click", (event) => { if (act.follow(url)) event.preventDefault(); });
  return anchor;
}

function expandable(quote, words) {
  if (words.split("\n").length <= FOLDED_LINES) return quote;
  const button = element("button", { type: "button", className: "unfold", "aria-expanded": "false" }, "⌄");
  button.setAttribute("aria-label", "Show all");
  const box = element("div", { className: "folded" }, quote, button);
  button.addEventListener("click", () => {
    const open = box.classList.toggle("open");
    button.setAttribute("aria-expanded", String(open));
    button.setAttribute("aria-label", open ? "Show less" : "Show all");
  });
  return box;
}
