// The phone: who you are, which chat is open, its messages, and what you write.
import { act, byId, element, said } from "./wire.js";
import { drawn } from "./bubbles.js";
import { closeSuggestions, suggest } from "./suggest.js";

const ACTIVE = ["creator", "administrator", "member"];
const list = byId("messages");
let scene = { people: [], bot: {} };
let live = false;
let chats = new Map(); // id → chat, its messages by id with it
let unread = new Map(); // "person chat" → how many
let waiting = new Map(); // "chat message" → the label of the button that was pressed
let person = 0;
let open = 0;
let topic = 0;
let replyTo = 0;
let quiet = 0;
export let commands = [];

function setScene(told) {
  scene = told;
  live = false;
  chats = new Map();
  unread = new Map();
  waiting = new Map();
  if (!scene.people.some((one) => one.id === person)) person = scene.people[0].id;
}
export { setScene as scene };

export function chatCame(chat) {
  chats.set(chat.id, { ...chat, messages: chats.get(chat.id)?.messages ?? new Map() });
  if (live) draw();
}

export function messageCame(message) {
  const chat = chats.get(message.chat);
  const known = chat.messages.has(message.id);
  chat.messages.set(message.id, message);
  if (!live) return;
  waiting.delete(`${message.chat} ${message.id}`);
  if (message.bot) typing({ chat: message.chat, action: "" });
  if (visible(message)) put(message, chat, known);
  if (!known && message.bot) count(message);
}

export function messageGone({ chat, id }) {
  chats.get(chat)?.messages.delete(id);
  if (live && chat === open) drawMessages();
}

export function commandsCame(told) {
  commands = told;
}

export function ready() {
  live = true;
  if (!myChats().some((chat) => chat.id === open)) open = person;
  draw();
}

/** The page has come into view: a list that was hidden has no height to scroll. */
export function shown() {
  list.scrollTop = list.scrollHeight;
}

// --- who and where ---------------------------------------------------------------------------------------------------

const bot = () => scene.bot;
const current = () => chats.get(open);
const statusOf = (chat, who) => chat.statuses[who] ?? "left";
const myChats = () => [...chats.values()].filter((chat) => ACTIVE.includes(statusOf(chat, person)) || chat.id === person);
const visible = (message) => message.chat === open && (!current().forum || message.thread === topic);
export const where = () => ({ person, chat: open });
export const whereIs = () => ({ chat: current(), status: statusOf(current(), person), username: bot().username,
  language: scene.people.find((one) => one.id === person).language });

function count(message) {
  for (const one of scene.people) {
    const chat = chats.get(message.chat);
    const seen = one.id === person && visible(message);
    if (!seen && (message.chat === one.id || ACTIVE.includes(statusOf(chat, one.id)))) {
      const key = `${one.id} ${message.chat}`;
      unread.set(key, (unread.get(key) ?? 0) + 1);
    }
  }
  drawPeople();
  drawChats();
}

function go(who, chat, thread = 0) {
  person = who;
  open = chat;
  topic = thread;
  reply(0);
  closeSuggestions();
  draw();
  shown();
}

// --- drawing -----------------------------------------------------------------------------------------------------------

function draw() {
  unread.delete(`${person} ${open}`);
  drawPeople();
  drawChats();
  drawBar();
  drawMessages();
}

function drawPeople() {
  byId("people").replaceChildren(...scene.people.map((one) => {
    const waits = [...unread].filter(([key]) => key.startsWith(`${one.id} `)).reduce((sum, [, many]) => sum + many, 0);
    const button = element("button", { type: "button", "aria-pressed": String(one.id === person) },
      avatar(one.name, one.id),
      element("span", {}, element("b", {}, one.name), element("small", {}, one.role)),
      one.id !== person && waits ? badge(waits) : null);
    button.addEventListener("click", () => {
      go(one.id, one.id);
      byId("people").querySelector("[aria-pressed=true]").focus();
    });
    return button;
  }));
}

function drawChats() {
  byId("chats").replaceChildren(...myChats().map((chat) => {
    const selected = chat.id === open;
    const waits = unread.get(`${person} ${chat.id}`) ?? 0;
    const tab = element("button", { type: "button", role: "tab", tabIndex: selected ? 0 : -1,
      "aria-selected": String(selected), "aria-controls": "messages", data: { chat: chat.id } }, chat.title,
      waits && !selected ? badge(waits) : null);
    tab.addEventListener("click", () => { go(person, chat.id); focusTab(chat.id); });
    return tab;
  }));
  byId("chats").hidden = myChats().length < 2;
}

const focusTab = (id) => byId("chats").querySelector(`[data-chat="${id}"]`).focus();

byId("chats").addEventListener("keydown", (event) => {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const ids = myChats().map((chat) => chat.id);
  const next = ids[(ids.indexOf(open) + step + ids.length) % ids.length];
  go(person, next);
  focusTab(next);
});

function drawBar() {
  const chat = current();
  const own = chat.type === "private";
  byId("avatar").replaceChildren(avatar(chat.title, own ? 0 : chat.id));
  byId("chat-title").textContent = chat.title;
  byId("chat-about").textContent = about(chat);
  byId("block").hidden = !own || chat.messages.size === 0;
  byId("block").textContent = statusOf(chat, person) === "kicked" ? "Unblock" : "Block";
  byId("topics").hidden = !chat.forum;
  const topics = [{ id: 0, name: "General" }, ...chat.topics];
  byId("topics").replaceChildren(...(chat.forum ? topics : []).map((one) => {
    const button = element("button", { type: "button", "aria-pressed": String(one.id === topic) }, `# ${one.name}`);
    button.addEventListener("click", () => go(person, chat.id, one.id));
    return button;
  }));
  const pinned = chat.messages.get(chat.pinned.at(-1));
  byId("pinned").hidden = !pinned;
  byId("pinned").textContent = pinned ? `Pinned · ${pinned.text.split("\n")[0]}` : "";
  const outside = !own && chat.bot === "left";
  byId("begin").hidden = !(outside || (own && chat.messages.size === 0));
  byId("begin").textContent = outside ? `ADD ${bot().name.toUpperCase()} TO THE GROUP` : "START";
  byId("composer").hidden = !byId("begin").hidden;
  byId("attach").hidden = !own;
}

function about(chat) {
  if (chat.type === "private") return "bot";
  const members = Object.values(chat.statuses).filter((status) => ACTIVE.includes(status)).length;
  const mine = statusOf(chat, person) === "member" ? "you are a member" : "you are an admin";
  return `${members} members · ${mine}`;
}

const COLOURS = 6;

function avatar(name, number) {
  const letters = name.split(/\s+/).map((word) => word[0]).join("").slice(0, 2).toUpperCase();
  return element("span", { className: `face face-${number === 0 ? "bot" : Math.abs(number) % COLOURS}`,
    "aria-hidden": "true" }, letters);
}

const badge = (many) => element("span", { className: "badge", "aria-label": `${many} unread` }, String(many));

// --- the messages --------------------------------------------------------------------------------------------------------

const doing = {
  say: (text) => write(text),
  follow: (url) => follow(url),
  reply: (message) => reply(message.id),
  large: (message) => {
    byId("large-picture").src = message.file.url;
    byId("large-picture").alt = message.text;
    byId("large").showModal();
  },
  press: (message, button) => press(message, button),
};

function bubble(messages) {
  const message = messages[0];
  const chat = current();
  return drawn(messages, {
    mine: message.from === person,
    named: chat.type !== "private" && message.from !== person,
    pressed: waiting.get(`${message.chat} ${message.id}`),
    doing,
  });
}

function drawMessages() {
  const shownNow = [...current().messages.values()].filter(visible).sort((a, b) => a.id - b.id);
  const groups = [];
  for (const message of shownNow) {
    const last = groups.at(-1);
    if (message.album && last && last[0].album === message.album) last.push(message);
    else groups.push([message]);
  }
  const atEnd = nearEnd();
  list.replaceChildren(...groups.map(bubble));
  if (groups.length === 0) list.append(element("li", { className: "empty" }, empty()));
  if (atEnd) shown();
}

function empty() {
  const chat = current();
  if (chat.type === "private") return `What can this bot do? It brings the timetable of ${scene.school} here, and says what changed.`;
  return chat.bot === "left" ? "Schoolbell is not in this group yet. An admin can add it." : "No messages here yet.";
}

const nearEnd = () => list.scrollHeight - list.scrollTop - list.clientHeight < 160;

function put(message, chat, known) {
  const place = list.querySelector(`[data-id="${message.id}"]`);
  if (message.album || chat.messages.size === 1 || !(known && place) && list.querySelector(".empty")) {
    drawBar();
    drawMessages();
    shown();
    return;
  }
  const atEnd = nearEnd();
  const made = bubble([message]);
  if (known && place) {
    const focused = place.contains(document.activeElement) ? [...place.querySelectorAll("button")].indexOf(document.activeElement) : -1;
    place.replaceWith(made);
    if (focused >= 0) [...made.querySelectorAll("button")].at(Math.min(focused, made.querySelectorAll("button").length - 1))?.focus({ preventScroll: true });
  } else {
    made.classList.add("new");
    list.append(made);
  }
  if (atEnd || message.from === person) shown();
}

export function typing({ chat, action }) {
  clearTimeout(quiet);
  if (chat !== open) return;
  byId("chat-about").classList.toggle("typing", action !== "");
  byId("chat-about").textContent = action === "" ? about(current()) : action === "typing" ? "typing…" : "sending a picture…";
  if (action !== "") quiet = setTimeout(() => typing({ chat, action: "" }), 5000);
}

// --- what you do -----------------------------------------------------------------------------------------------------------

async function press(message, button) {
  if (button.kind === "url") {
    if (!follow(button.data)) window.open(button.data, "_blank", "noopener,noreferrer");
  } else if (button.kind.startsWith("switch_inline")) {
    byId("words").value = `@${bot().username} ${button.data}`;
    byId("words").focus();
    suggest();
  } else {
    const key = `${message.chat} ${message.id}`;
    waiting.set(key, button.text);
    redraw(message);
    if (!(await act("press", { ...where(), message: message.id, data: button.data }))) {
      waiting.delete(key);
      redraw(message);
    }
  }
}

function redraw(message) {
  const now = chats.get(message.chat)?.messages.get(message.id);
  if (now && visible(now)) put(now, current(), true);
}

export function answered(answer) {
  for (const key of [...waiting.keys()]) {
    const [chat, id] = key.split(" ").map(Number);
    waiting.delete(key);
    redraw({ chat, id });
  }
  if (answer.person !== person) return;
  if (answer.results) suggest(answer);
  else if (answer.alert) {
    byId("alert-words").textContent = answer.text;
    byId("alert").showModal();
  } else if (answer.text) toast(answer.text);
  if (answer.url) follow(answer.url);
}

let hideToast = 0;

function toast(text) {
  byId("toast").textContent = text;
  byId("toast").hidden = false;
  clearTimeout(hideToast);
  hideToast = setTimeout(() => { byId("toast").hidden = true; }, 4000);
}

/** Follow a link into Telegram, here; false for one that leads elsewhere. */
function follow(url) {
  const link = new URL(url, "https://t.me");
  const here = link.hostname === "t.me" && link.pathname.slice(1).toLowerCase() === bot().username.toLowerCase();
  if (!here) return false;
  if (link.searchParams.has("startgroup")) {
    const group = myChats().find((chat) => chat.type !== "private");
    if (!group) return true;
    go(person, group.id);
    act("start", { ...where(), payload: link.searchParams.get("startgroup") });
  } else {
    go(person, person);
    act("start", { ...where(), payload: link.searchParams.get("start") ?? "" });
  }
  return true;
}

async function write(text) {
  const asked = { ...where(), text, thread: topic, reply_to: replyTo };
  reply(0);
  await act("say", asked);
}

function reply(id) {
  replyTo = id;
  byId("replying").hidden = id === 0;
  if (id === 0) return;
  const message = current().messages.get(id);
  byId("replying-to").textContent = `Reply to ${message.name}: ${message.text.split("\n")[0]}`;
  byId("words").focus();
}

byId("replying-end").addEventListener("click", () => reply(0));
byId("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = byId("words").value.trim();
  if (!text) return;
  byId("words").value = "";
  closeSuggestions();
  write(text);
});
byId("begin").addEventListener("click", async () => {
  await act("start", { ...where(), payload: "" });
  byId("words").focus();
});
byId("block").addEventListener("click", () => act("block", { person }));
byId("pinned").addEventListener("click", () => {
  list.querySelector(`[data-id="${current().pinned.at(-1)}"]`)?.scrollIntoView({ block: "nearest" });
});
const LARGEST = 1_000_000;

const base64 = (file) => new Promise((resolve, reject) => {
  const reader = new FileReader();
  reader.onload = () => resolve(reader.result.split(",")[1]);
  reader.onerror = reject;
  reader.readAsDataURL(file);
});

byId("attach").addEventListener("click", () => byId("file").click());
byId("file").addEventListener("change", async () => {
  const [file] = byId("file").files;
  if (file && file.size > LARGEST) said("A picture of at most 1 MB, please.");
  else if (file) {
    const text = byId("words").value.trim();
    byId("words").value = "";
    await act("upload", { person, name: file.name.slice(-80), text, content: await base64(file) });
  }
  byId("file").value = "";
});
