// Behaviour that HTML alone does not have. Pages work without it; no page has a script of its own.

const typing = (element) => element.matches("input, textarea, select, [contenteditable]");
const rows = () => [...document.querySelectorAll("[data-row]")].filter((row) => row.offsetParent);

// Dialogs: a button with data-opens="<id>"; whatever an htmx answer puts into #dialog opens at once.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) document.getElementById(opener.dataset.opens)?.showModal();
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (opener || !menu.contains(event.target)) menu.open = false;
  }
});

// Print: a button with data-print. A folded group (<details data-fold="name">) stays folded on this computer.
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});
document.addEventListener("toggle", ({ target }) => {
  if (!target.dataset?.fold) return;
  if (target.open) localStorage.removeItem(`fold-${target.dataset.fold}`);
  else localStorage.setItem(`fold-${target.dataset.fold}`, "folded");
}, true);

function foldGroups(root) {
  for (const group of root.querySelectorAll("details[data-fold]")) {
    group.open = !localStorage.getItem(`fold-${group.dataset.fold}`);
  }
}

function openDialogs(root) {
  for (const dialog of root.querySelectorAll("dialog[data-open]")) {
    dialog.removeAttribute("data-open"); // once: a dialog that was closed stays closed
    dialog.showModal();
    dialog.querySelector(".modal-body :is(input:not([type=hidden]), select, textarea)")?.focus();
  }
}

// Keys. "/" "?" "r" "b" "Enter" press or focus whatever declares them in aria-keyshortcuts, in the focused row first.
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") closeMenu(event.target);
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || document.querySelector("dialog:modal")) return;
  const row = event.target.closest("[data-row]");
  if (event.key === "ArrowDown" || event.key === "ArrowUp") moveBetweenRows(event, row);
  else if (event.key !== "Enter" || event.target === row) pressShortcut(event, row);
});

function moveBetweenRows(event, row) {
  const all = rows();
  if (!all.length || (!row && event.target !== document.body && !event.target.closest("main"))) return;
  const step = event.key === "ArrowDown" ? 1 : -1;
  const next = row ? all[all.indexOf(row) + step] : all[0];
  if (!next) return;
  event.preventDefault();
  focusRow(next);
}

function focusRow(row) {
  for (const other of rows()) other.tabIndex = -1;
  row.tabIndex = 0;
  row.focus();
}

function pressShortcut(event, row) {
  const selector = `[aria-keyshortcuts="${CSS.escape(event.key)}"]`;
  const inRow = row?.querySelector(selector);
  const onPage = [...document.querySelectorAll(selector)].find((element) => !element.closest("[data-row]"));
  const target = inRow ?? onPage;
  if (!target) return;
  event.preventDefault();
  if (typing(target)) target.select();
  else target.click();
}

function closeMenu(element) {
  const menu = element.closest("details.menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
}

// The first row can be reached with Tab, the others with the arrows.
function reachableRows() {
  const all = rows();
  if (all.length && !all.some((row) => row.tabIndex === 0)) all[0].tabIndex = 0;
}

// htmx: what a write changed is marked for two seconds; the dialog it came from closes; a failure says so.
document.addEventListener("htmx:afterSettle", (event) => {
  const changed = event.detail.elt;
  openDialogs(document);
  foldGroups(document);
  reachableRows();
  drawPictures(changed);
  changed.querySelector?.("[data-focus]")?.focus();
  if (event.detail.requestConfig?.verb === "get" || !changed.matches?.("[data-row], [data-marks]")) return;
  changed.classList.add("changed");
  setTimeout(() => changed.classList.remove("changed"), 2000);
  if (document.activeElement === document.body && changed.matches("[data-row]")) focusRow(changed);
});

document.addEventListener("htmx:afterRequest", (event) => {
  const { successful, requestConfig, elt } = event.detail;
  if (successful && requestConfig.verb !== "get") elt.closest("dialog")?.close();
});

function sayRequestFailed() {
  const text = document.getElementById("request-failed").content.cloneNode(true);
  document.getElementById("messages").replaceChildren(text);
  document.getElementById("messages").scrollIntoView({ block: "center" });
}
document.addEventListener("htmx:responseError", sayRequestFailed);
document.addEventListener("htmx:sendError", sayRequestFailed);

// Another unit, another range: a select[data-ranges] shows in its row the limits that hold when none are printed.
document.addEventListener("change", ({ target }) => {
  if (!target.matches("select[data-ranges]")) return;
  const { low = "", high = "" } = target.selectedOptions[0].dataset;
  const limits = target.closest("tr").querySelectorAll(".limits input");
  [limits[0].placeholder, limits[1].placeholder] = [low, high];
});

// Leaving a form with changes asks first: <form data-guard>.
let unsaved = false;
document.addEventListener("input", (event) => {
  if (event.target.closest("form[data-guard]")) unsaved = true;
});
document.addEventListener("submit", () => { unsaved = false; });
window.addEventListener("beforeunload", (event) => {
  if (unsaved) event.preventDefault();
});

// Pictures: a Vega-Lite specification in a JSON block, drawn in the page's own colours; these are names, so that the
// picture follows the page from light to dark and onto paper.
function pictureConfig() {
  const colour = (name) => `var(--${name})`;
  const [text, muted, line, accent] = ["text", "muted", "line", "accent"].map(colour);
  return {
    background: "transparent",
    font: getComputedStyle(document.body).fontFamily,
    view: { stroke: null },
    text: { color: text, fontSize: 13 },
    axis: { labelColor: muted, titleColor: muted, gridColor: line, domainColor: line, tickColor: line, labelFontSize: 13, titleFontSize: 13, titleFontWeight: 400 },
    header: { labelColor: text, titleColor: muted, labelFontSize: 13 },
    legend: { labelColor: text, titleColor: muted, labelFontSize: 13, titleFontSize: 13 },
    style: {
      planned: { color: colour("sunken"), stroke: colour("line-strong") },
      due: { color: colour("accent-soft"), stroke: accent },
      booked: { color: colour("surface"), stroke: accent },
      overdue: { color: colour("act-soft"), stroke: colour("act") },
      done: { color: colour("good") },
      "overdue-word": { color: colour("act") },
      missed: { color: colour("caution") },
      quiet: { color: muted },
      today: { color: accent },
      shade: { color: colour("sunken") },
      range: { color: colour("good-soft"), stroke: colour("good"), strokeOpacity: 0.4, strokeDash: [2, 3] },
      "band-1": { color: text, opacity: 0.04 },
      "band-2": { color: text, opacity: 0.09 },
      "band-3": { color: text, opacity: 0.15 },
      "band-4": { color: text, opacity: 0.23 },
      "band-word": { color: muted },
      lowest: { color: accent, opacity: 0.1 },
      baseline: { color: muted },
      infusion: { color: accent },
      "infusion-word": { color: accent },
      line: { color: text },
      value: { color: text, strokeWidth: 1.5 },
      limit: { color: muted },
      verdict: { color: text, fontWeight: 600 },
      bar: { color: muted, opacity: 0.8 },
    },
  };
}

async function drawPictures(root) {
  for (const place of root.querySelectorAll?.("[data-vega]") ?? []) {
    const { default: vegaEmbed } = await import(place.dataset.bundle);
    const spec = JSON.parse(document.getElementById(place.dataset.vega).textContent);
    await vegaEmbed(place, spec, { ast: true, defaultStyle: false, actions: false, renderer: "svg", config: pictureConfig(), tooltip: { disableDefaultStyle: true } });
  }
}

// A score of a scan is entered on a picture too: <form data-score>, by a module of its own.
async function startScores(root) {
  for (const form of root.querySelectorAll("form[data-score]")) (await import(form.dataset.module)).start(form);
}

// What is widest at its newest end begins there: <div data-end>.
function showEnds(root) {
  for (const frame of root.querySelectorAll?.("[data-end]") ?? []) {
    frame.scrollLeft = frame.scrollWidth;
    if (frame.matches(".sheet-frame")) restOnWholeColumns(frame, frame.querySelector("table"));
  }
}

// Half a number misleads: no column stands half behind the names, at the newest end or wherever scrolling stops.
function restOnWholeColumns(frame, table) {
  const [names, ...columns] = table.tHead.rows[0].cells;
  const edge = names.getBoundingClientRect().right;
  frame.style.scrollPaddingInlineStart = `${names.offsetWidth}px`;
  const first = columns.map((column) => column.getBoundingClientRect()).find((column) => column.right > edge + 1);
  if (first && first.left < edge - 1) table.style.borderInlineEnd = `${first.right - edge}px solid transparent`;
  frame.scrollLeft = frame.scrollWidth;
  frame.style.scrollSnapType = "x mandatory";
}

// The banner's height varies with the width; heads of tables stick below it.
const banner = document.querySelector(".patient-banner");
if (banner) {
  new ResizeObserver(() => {
    document.body.style.setProperty("--stuck", `calc(var(--bar) + ${banner.offsetHeight}px)`);
  }).observe(banner);
}

openDialogs(document);
foldGroups(document);
reachableRows();
drawPictures(document);
showEnds(document);
startScores(document);
document.querySelector("[data-focus]")?.focus();
