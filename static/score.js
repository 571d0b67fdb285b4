// A score entered on a picture of the body: what is pressed there is what is checked in the table, and the other way
// round. Without this module the table alone takes the score, and the picture shows what stands in it.

export function start(form) {
  const picture = form.querySelector("svg.body");
  const rows = [...form.querySelectorAll("[data-region-row]")].map((row) => rowOf(row, picture));
  const asked = rows.filter((row) => row.radios.length);
  for (const element of form.querySelectorAll("[data-needs-script]")) element.hidden = false;
  picture.setAttribute("role", "group");
  for (const row of asked) makeReachable(row);
  form.addEventListener("change", (event) => {
    const row = asked.find(({ radios }) => radios.includes(event.target));
    if (row) show(row, picture.dataset.fill);
    sum(form, rows);
  });
  form.querySelector("[data-rest]")?.addEventListener("click", () => {
    for (const row of asked) if (valueOf(row) === null) choose(row, 0);
  });
  for (const row of asked) show(row, picture.dataset.fill);
  sum(form, rows);
}

function rowOf(row, picture) {
  const region = picture.querySelector(`[data-region="${row.dataset.regionRow}"]`);
  const radios = [...row.querySelectorAll("input[type=radio]")];
  const words = radios.map((radio) => radio.closest("label").querySelector(".visually-hidden").textContent.trim());
  const stands = radios.length ? null : Number(row.querySelector("td:last-child b").textContent);
  return { row, region, radios, words, stands };
}

const valueOf = ({ radios, stands }) => {
  const checked = radios.findIndex((radio) => radio.checked);
  return checked >= 0 ? checked : stands;
};

function choose(row, value) {
  const radio = row.radios[value];
  radio.checked = true;
  for (const kind of ["input", "change"]) radio.dispatchEvent(new Event(kind, { bubbles: true }));
}

// Raised from nothing: what is pressed has uptake.
function step(row, by) {
  const count = row.radios.length;
  choose(row, ((valueOf(row) ?? 0) + by + count) % count);
}

function makeReachable(row) {
  const { region, radios } = row;
  region.classList.add("region-asked");
  region.setAttribute("tabindex", "0");
  region.setAttribute("role", "spinbutton");
  region.setAttribute("aria-valuemin", "0");
  region.setAttribute("aria-valuemax", String(radios.length - 1));
  region.setAttribute("aria-label", region.dataset.name);
  region.addEventListener("click", (event) => step(row, event.shiftKey ? -1 : 1));
  region.addEventListener("mousedown", (event) => { if (event.shiftKey) event.preventDefault(); }); // no text is marked
  region.addEventListener("keydown", (event) => press(event, row));
}

function press(event, row) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const steps = { Enter: 1, " ": 1, ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1 };
  if (event.key in steps) step(row, event.shiftKey ? -steps[event.key] : steps[event.key]);
  else if (/^\d$/.test(event.key) && Number(event.key) < row.radios.length) choose(row, Number(event.key));
  else return;
  event.preventDefault();
  event.stopPropagation(); // the page's own keys stay out of it
}

function show(row, fill) {
  const value = valueOf(row);
  const { region, words } = row;
  region.setAttribute("fill", `url(#${fill}-${value ?? "none"})`);
  for (const text of region.querySelectorAll("text")) text.textContent = value ?? "–";
  if (value === null) region.removeAttribute("aria-valuenow");
  else region.setAttribute("aria-valuenow", String(value));
  region.setAttribute("aria-valuetext", value === null ? "no value yet" : `${value}, ${words[value]}`);
}

function sum(form, rows) {
  const values = rows.map(valueOf);
  const missing = values.filter((value) => value === null).length;
  form.querySelector("[data-total]").value = values.reduce((total, value) => total + (value ?? 0), 0);
  form.querySelector("[data-missing]").textContent = missing ? `, ${missing} without a value` : "";
  const rest = form.querySelector("[data-rest]");
  if (rest) rest.disabled = !missing;
}
