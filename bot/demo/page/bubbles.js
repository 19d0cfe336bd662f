// One message, or one album, as an element.
import { element } from "./wire.js";
import { formatted } from "./entities.js";

/** `as`: mine, named, pressed (the label of a button that waits for its answer), doing (what can be done with it). */
export function drawn(messages, as) {
  const message = messages[0];
  const id = { id: String(message.id) };
  if (message.service) return element("li", { className: "service", data: id }, element("span", {}, message.service));
  const pictures = messages.filter((one) => one.file?.kind === "photo");
  const words = messages.find((one) => one.text)?.text ?? "";
  const bubble = element("div", { className: `bubble${pictures.length ? " with-picture" : ""}` },
    as.named ? element("p", { className: "author" }, message.name) : null,
    message.reply ? quoted(message.reply) : null,
    pictures.length ? element("div", { className: `pictures of-${Math.min(pictures.length, 4)}` },
      ...pictures.map((one) => picture(one, words, as.doing))) : null,
    ...messages.filter((one) => one.file?.kind === "document").map((one) => documentRow(one.file)),
    words ? text(messages.find((one) => one.text), as.doing) : null,
    meta(message));
  const reply = element("button", { type: "button", className: "reply icon", "aria-label": "Reply" }, "↩");
  reply.addEventListener("click", () => as.doing.reply(message));
  const item = element("li", { className: `message ${as.mine ? "mine" : "theirs"}`, data: id },
    element("div", { className: "row" }, bubble, reply));
  if (message.buttons.length) item.append(keyboard(message, as));
  return item;
}

function picture(message, words, doing) {
  const { file } = message;
  const image = element("img", { src: file.url, alt: message.text || words || "Picture", decoding: "async" });
  image.width = file.width;
  image.height = file.height;
  const button = element("button", { type: "button", className: "picture" }, image);
  button.addEventListener("click", () => doing.large(message));
  return button;
}

function documentRow(file) {
  const kib = Math.max(1, Math.round(file.bytes / 1024));
  return element("a", { className: "document", href: file.url, download: file.name },
    element("span", { className: "document-icon", "aria-hidden": "true" }, file.name.split(".").at(-1).slice(0, 4)),
    element("span", {}, element("b", {}, file.name), element("small", {}, `${kib} KB`)));
}

const text = (message, doing) =>
  element("div", { className: "words" }, ...formatted(message.text, message.entities, doing));

const quoted = (reply) =>
  element("div", { className: "quoted" }, element("b", {}, reply.name), element("span", {}, reply.text));

function meta(message) {
  const time = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: "Europe/Vilnius" });
  const parts = [];
  if (message.reactions.length) parts.push(element("span", { className: "reactions" }, message.reactions.join("")));
  const words = `${message.via ? "via bot " : ""}${message.edited ? "edited " : ""}${time.format(message.date * 1000)}`;
  return element("p", { className: "meta" }, ...parts, words);
}

function keyboard(message, as) {
  return element("div", { className: "keyboard", role: "group", "aria-label": "Buttons" }, ...message.buttons.map((row) =>
    element("div", { className: "keys" }, ...row.map((button) => {
      const waits = as.pressed === button.text;
      const key = element("button", { type: "button", className: `key ${button.style}${waits ? " waits" : ""}` }, button.text);
      if (waits) key.setAttribute("aria-busy", "true");
      if (button.kind !== "callback_data") key.append(element("span", { className: "corner", "aria-hidden": "true" }, "↗"));
      key.addEventListener("click", () => as.doing.press(message, button));
      return key;
    }))));
}
