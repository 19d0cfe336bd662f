// The log of Bot API calls: one line a call, filled in when it is answered.
import { byId, element } from "./wire.js";

const KEPT = 300;
const lines = new Map();
const list = byId("calls");

export function came(call) {
  const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
  const status = call.status === 0 ? "…" : String(call.status);
  const kind = call.status === 0 ? "open" : call.status === 200 ? "fine" : "refused";
  const line = element("li", { className: kind },
    element("span", { className: "status" }, status),
    element("span", { className: "method" }, call.method),
    element("span", { className: "whose" }, call.chat),
    element("span", { className: "params", title: call.params }, call.description || call.params),
    element("span", { className: "ms" }, call.status === 0 ? "" : `${call.ms} ms`));
  const before = lines.get(call.number);
  if (before) before.replaceWith(line);
  else list.append(line);
  lines.set(call.number, line);
  while (list.childElementCount > KEPT) {
    lines.delete([...lines.keys()][0]);
    list.firstElementChild.remove();
  }
  byId("calls-about").textContent = `as they happen · ${lines.size} shown`;
  if (atEnd) list.scrollTop = list.scrollHeight;
}

/** The log has come into view: the newest stands at its end. */
export function shown() {
  list.scrollTop = list.scrollHeight;
}

export function clear() {
  lines.clear();
  list.replaceChildren();
  byId("calls-about").textContent = "as they happen";
}

byId("calls-clear").addEventListener("click", clear);
