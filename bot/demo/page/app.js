// The page's beginning: the stream of events, the three views, the clock, light and dark.
import { byId } from "./wire.js";
import * as chat from "./chat.js";
import * as desk from "./desk.js";
import * as calls from "./calls.js";

const HEARD = {
  scene: (scene) => { chat.scene(scene); desk.scene(scene); calls.clear(); },
  chat: chat.chatCame,
  message: chat.messageCame,
  deleted: chat.messageGone,
  typing: chat.typing,
  answer: chat.answered,
  commands: chat.commandsCame,
  call: calls.came,
  desk: (state) => { clock(state); desk.show(state); },
  ready: chat.ready,
};

function listen() {
  const stream = new EventSource("events");
  for (const [kind, heard] of Object.entries(HEARD)) {
    stream.addEventListener(kind, (event) => heard(JSON.parse(event.data)));
  }
  addEventListener("pagehide", () => stream.close(), { once: true });
  stream.onopen = () => { byId("lost").hidden = true; };
  stream.onerror = () => {
    byId("lost").hidden = false;
    // A refused connection is given up by the browser; a demo that was started again may take it.
    if (stream.readyState === EventSource.CLOSED) setTimeout(listen, 2000);
  };
}

// --- the clock -----------------------------------------------------------------------------------------------------

let ahead = 0; // milliseconds that the demo's clock is ahead of this one
let zone = "";

function clock(state) {
  ahead = Date.parse(state.now) - Date.now();
  zone = state.zone;
  tick();
}

function tick() {
  if (!zone) return;
  const now = new Date(Date.now() + ahead);
  const day = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short", timeZone: zone });
  const time = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: zone });
  byId("clock-day").textContent = day.format(now);
  byId("clock-time").textContent = time.format(now);
}

setInterval(tick, 1000);

// --- light and dark, and the views of a narrow page ------------------------------------------------------------------

function theme(dark) {
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  byId("theme").setAttribute("aria-pressed", String(dark));
}

const system = matchMedia("(prefers-color-scheme: dark)");
theme(system.matches);
system.addEventListener("change", () => theme(system.matches));
byId("theme").addEventListener("click", () => theme(document.documentElement.dataset.theme !== "dark"));

for (const button of document.querySelectorAll(".views button")) {
  button.addEventListener("click", () => {
    document.body.dataset.view = button.dataset.view;
    for (const one of document.querySelectorAll(".views button")) {
      one.setAttribute("aria-pressed", String(one === button));
    }
    chat.shown();
    calls.shown();
  });
}

listen();
