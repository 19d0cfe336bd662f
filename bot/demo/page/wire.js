// What all parts of the page use: elements, and actions sent to the demo.

export const byId = (id) => document.getElementById(id);

/** An element with properties, attributes (names with a dash, role) and children. */
export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "data") Object.assign(made.dataset, value);
    else if (name.includes("-") || name === "role") made.setAttribute(name, value);
    else made[name] = value;
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

let hush = 0;

/** Say something below the page, for eyes and screen readers. */
export function said(words) {
  byId("said").textContent = words;
  clearTimeout(hush);
  hush = setTimeout(() => { byId("said").textContent = ""; }, 6000);
}

/** Send an action; gives its answer, or null after saying what was wrong. */
export async function act(name, asked = {}) {
  try {
    const response = await fetch(`act/${name}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(asked),
    });
    const answer = await response.json();
    if (!answer.ok) said(answer.error);
    else if (answer.said) said(answer.said);
    return answer.ok ? answer : null;
  } catch {
    said("The demo does not answer.");
    return null;
  }
}
