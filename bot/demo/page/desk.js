// The sample school's control desk: its timetable, and everything that can be made to happen.
import { act, byId, element } from "./wire.js";

const SYSTEM_NAMES = { optivum: "Optivum + zastępstwa", "untis-monitor": "Untis monitor", ical: "iCal" };
const ROOMS = ["112", "205", "310", "Aktų salė"];
const ENGLISH = "Anglų kalba";
const ILL_FROM = 3;
let state = null;
let chosen = ""; // the day that was picked, "" = the one that the desk proposes

function setScene(scene) {
  byId("school-name").textContent = scene.school;
  byId("class").replaceChildren(...scene.classes.map((name) => element("option", { value: name }, name)));
  byId("system").replaceChildren(...scene.systems.map((name) => element("option", { value: name }, SYSTEM_NAMES[name] ?? name)));
  chosen = "";
}
export { setScene as scene };

export function show(told) {
  state = told;
  byId("class").value = state.class;
  byId("system").value = state.system;
  byId("school-about").textContent =
    `publishes with ${SYSTEM_NAMES[state.system] ?? state.system}${state.holiday ? ` · ${state.holiday}` : ""}`;
  byId("site").value = state.site;
  byId("telegram").value = state.telegram;
  drawDays();
  drawLessons();
  drawForms();
}

// Late in the day nobody cares about today's lessons any more.
const proposed = () => (state.days[0].date === state.now.slice(0, 10) && Number(state.now.slice(11, 13)) >= 14 ? 1 : 0);
const day = () => state.days.find((one) => one.date === chosen) ?? state.days[proposed()];
const named = (date, form) => new Intl.DateTimeFormat("en-GB", { ...form, timeZone: "UTC" }).format(Date.parse(date));

function drawDays() {
  byId("days").replaceChildren(...state.days.map((one) => {
    const button = element("button", { type: "button", "aria-pressed": String(one === day()) },
      named(one.date, { weekday: "short", day: "numeric" }));
    button.addEventListener("click", () => {
      chosen = one.date;
      show(state);
      byId("days").querySelector("[aria-pressed=true]").focus();
    });
    return button;
  }));
  byId("plan-day").textContent = `${state.class} · ${named(day().date, { weekday: "long", day: "numeric", month: "long" })}`;
}

function drawLessons() {
  const { tasks } = day();
  byId("lessons").replaceChildren(...day().lessons.map((lesson) => {
    const changed = lesson.cancelled || lesson.new_room || lesson.new_teacher;
    const words = element("div", { className: "lesson-words" },
      element("b", {}, lesson.subject, lesson.group ? element("small", {}, ` ${lesson.group}`) : null),
      element("span", { className: "where" },
        ...struck(lesson.room, lesson.new_room), " · ", ...struck(lesson.teacher, lesson.new_teacher)),
      ...tasks.filter((task) => task.subject === lesson.subject).map((task) =>
        element("span", { className: "task" }, `Homework: ${task.text}`)));
    return element("li", { className: lesson.cancelled ? "cancelled" : changed ? "changed" : "" },
      element("span", { className: "number" }, String(lesson.period)), words,
      lesson.cancelled ? element("span", { className: "pill" }, "cancelled") : null,
      changed ? key("Take back", lesson, "restore") : key("Cancel", lesson, "cancel"));
  }));
  if (day().lessons.length === 0) byId("lessons").append(element("li", { className: "quiet" }, "No lessons."));
}

const struck = (was, is) => (is ? [element("s", {}, was), " ", element("b", {}, is)] : [was]);

function key(words, lesson, what) {
  const button = element("button", { type: "button", className: "plain",
    "aria-label": `${words}: lesson ${lesson.period}, ${lesson.subject} ${lesson.group}`.trim() }, words);
  button.addEventListener("click", () =>
    act("change", { ...where(), period: lesson.period, group: lesson.group, what }));
  return button;
}

const where = () => ({ class: state.class, day: day().date });

function drawForms() {
  const { lessons } = day();
  const periods = [...new Set(lessons.map((one) => one.period))];
  const subjects = [...new Set(lessons.map((one) => one.subject))];
  const teachers = [...new Set(lessons.map((one) => one.teacher))];
  // Whoever is ill first has a lesson to lose: another one than the school has already cancelled.
  const losing = lessons.findLast((one) => !one.cancelled && one.period >= ILL_FROM);
  fill("quick-cancel", "period", periods, 4);
  fill("quick-move", "subject", subjects, ENGLISH);
  fill("quick-move", "room", ROOMS, ROOMS[0]);
  fill("quick-ill", "teacher", teachers, losing?.teacher ?? teachers[0]);
  fill("quick-ill", "period", [1, 2, 3, 4, 5, 6, 7], ILL_FROM);
  fill("quick-task", "subject", subjects, subjects[0]);
}

function fill(form, name, values, wanted) {
  const select = byId(form).elements[name];
  const before = values.map(String).includes(select.value) ? select.value : String(wanted);
  select.replaceChildren(...values.map((value) => element("option", { value: String(value) }, String(value))));
  select.value = before;
  if (select.selectedIndex < 0) select.selectedIndex = 0;
}

function onSubmit(id, send) {
  byId(id).addEventListener("submit", async (event) => {
    event.preventDefault();
    await send(byId(id).elements);
  });
}

onSubmit("quick-cancel", (form) => act("change", { ...where(), period: Number(form.period.value), what: "cancel" }));
onSubmit("quick-move", (form) => act("move", { ...where(), subject: form.subject.value, room: form.room.value }));
onSubmit("quick-ill", (form) =>
  act("ill", { day: day().date, teacher: form.teacher.value, period: Number(form.period.value) }));
onSubmit("quick-task", async (form) => {
  const done = await act("task", { ...where(), subject: form.subject.value, text: form.text.value });
  if (done) form.text.value = "";
});
onSubmit("over", (form) => act("begin", { system: form.system.value }));

byId("class").addEventListener("change", () => act("class", { class: byId("class").value }));
for (const button of byId("turn").children) {
  button.addEventListener("click", () => { chosen = ""; act("clock", { to: button.dataset.to }); });
}
byId("site").addEventListener("change", (event) => act("site", { state: event.target.value }));
byId("telegram").addEventListener("change", (event) => act("telegram", { state: event.target.value }));
