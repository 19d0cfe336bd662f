// What is offered above the line that you write in: commands after "/", results after "@bot".
import { act, byId, element } from "./wire.js";
import { commands, where, whereIs } from "./chat.js";

const PAUSE = 250;
const box = byId("suggest");
const words = byId("words");
let timer = 0;

export function closeSuggestions() {
  clearTimeout(timer);
  box.hidden = true;
  box.replaceChildren();
}

/** Look at what is written; with an answer, show its results. */
export function suggest(answer) {
  if (answer) {
    if (inlineWords() !== null) results(answer);
    return;
  }
  clearTimeout(timer);
  const text = words.value;
  const inline = inlineWords();
  if (inline !== null) {
    closeSuggestions();
    timer = setTimeout(() => act("inline", { ...where(), text: inline }), PAUSE);
  }
  else if (text.startsWith("/") && !text.includes(" ")) list(matching(text.slice(1)));
  else closeSuggestions();
}

function inlineWords() {
  const start = `@${whereIs().username} `.toLowerCase();
  return words.value.toLowerCase().startsWith(start) ? words.value.slice(start.length) : null;
}

/** The commands that Telegram would offer here: the narrowest scope that has any. */
function matching(start) {
  const { chat, status, language } = whereIs();
  const own = chat.type === "private";
  const admin = ["creator", "administrator"].includes(status);
  const scopes = own
    ? [`chat:${chat.id}`, "all_private_chats", "default"]
    : [...(admin ? ["all_chat_administrators"] : []), "all_group_chats", "default"];
  const scope = scopes.find((one) => commands.some((set) => set.scope === one && set.commands.length));
  const sets = commands.filter((one) => one.scope === scope);
  const set = sets.find((one) => one.language === language) ?? sets.find((one) => one.language === "");
  return (set?.commands ?? []).filter((one) => one.command.startsWith(start));
}

function list(found) {
  show(found.map((one) => option(`/${one.command}`, one.description, "", () => {
    words.value = `/${one.command}`;
    byId("composer").requestSubmit();
  })));
}

function results(answer) {
  const found = answer.results.map((one) => option(one.title, one.about, one.picture, async () => {
    words.value = "";
    closeSuggestions();
    await act("choose", { ...where(), query: answer.query, result: one.id });
  }));
  show(found.length ? found : [element("p", { className: "quiet" }, "Nothing found.")]);
}

function option(title, about, picture, choose) {
  const button = element("button", { type: "button", role: "option" },
    picture ? element("img", { src: picture, alt: "" }) : null,
    element("span", {}, element("b", {}, title), element("small", {}, about)));
  button.addEventListener("click", choose);
  return button;
}

function show(options) {
  box.replaceChildren(...options);
  box.hidden = options.length === 0;
}

words.addEventListener("input", () => suggest());
words.addEventListener("keydown", (event) => {
  if (event.key === "Escape") closeSuggestions();
  if (event.key === "ArrowUp" && !box.hidden) {
    event.preventDefault();
    box.lastElementChild?.focus();
  }
});
box.addEventListener("keydown", (event) => {
  const step = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
  if (event.key === "Escape") { closeSuggestions(); words.focus(); }
  if (!step) return;
  event.preventDefault();
  (document.activeElement[step] ?? words).focus();
});
byId("commands").addEventListener("click", () => {
  words.value = "/";
  words.focus();
  suggest();
});
