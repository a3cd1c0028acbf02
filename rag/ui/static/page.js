// Run once for the thread and once for the source panel; gradio passes `element`, `trigger` and `watch`.
// Clicks go to the server as a citation's key; everything else here is focus, scrolling and the clipboard.

const inThread = element.closest("#dq-thread") !== null;
const root = document.documentElement;
const find = (selector) => document.querySelector(selector);
const questionBox = () => find("#dq-box textarea");
const shownKey = () => find("#dq-panel .dq-doc")?.dataset.key;
const citationOf = (key) => find(`#dq-thread [data-open="${key}"]`);

// A wide table is scrolled to the words that answer.
function showAnswers(tables) {
  for (const table of document.querySelectorAll(tables)) {
    const answer = table.querySelector("strong");
    const [at, frame] = [answer?.getBoundingClientRect(), table.getBoundingClientRect()];
    if (at?.right > frame.right) table.scrollLeft += at.left - frame.left - table.clientWidth / 3;
  }
}

// Scrolls within the panel only; in the sheet of a narrow screen, which covers the citation, focus goes along.
function showQuote() {
  const text = find("#dq-panel .dq-text");
  const mark = text?.querySelector("mark, .dq-box");
  if (mark) {
    const [at, frame] = [mark.getBoundingClientRect(), text.getBoundingClientRect()];
    text.scrollTop += at.top - frame.top - text.clientHeight / 3;
    if (at.left < frame.left || at.right > frame.right) text.scrollLeft += at.left - frame.left - 24;
  }
  showAnswers("#dq-panel .dq-grid");
  if (root.hasAttribute("data-dq-sheet")) find("#dq-panel .dq-close")?.focus();  // not focusable on a wide screen
}

function markCitation() {
  const key = shownKey();
  for (const button of document.querySelectorAll("#dq-thread [data-open]")) {
    if (button.dataset.open === key) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }
}

function closeSheet() {
  if (!root.hasAttribute("data-dq-sheet")) return;
  root.removeAttribute("data-dq-sheet");
  citationOf(shownKey())?.focus();
}

async function copy(button) {
  const text = button.dataset.copy;
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
  } else {  // not a secure context: a plain-http address other than this machine
    const area = Object.assign(document.createElement("textarea"), { value: text });
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
    button.focus();
  }
  button.textContent = "Copied";
  setTimeout(() => { button.textContent = "Copy"; }, 1600);
}

function setBox(text) {
  const box = questionBox();
  box.value = text;
  box.dispatchEvent(new Event("input", { bubbles: true }));
}

// A new question is put at the top of the thread, and leaves the box unless something else was typed since.
function showLast(turn) {
  find("#dq-thread").scrollTop = turn.offsetTop;
  const asked = turn.querySelector(".dq-question").textContent;
  if (questionBox().value.trim() === asked) setBox("");
}

let anchor = null;  // where the quote stood before "show more"
let pressed = "";  // the panel's button that was pressed by keyboard or mouse, to be focused when it is drawn again
let zoom = 0;
const ZOOMS = [100, 150, 200, 300];  // percent of the panel's width

const nameOf = (button) => button.getAttribute("aria-label") ?? button.textContent;

function setZoom(step) {
  zoom = Math.min(Math.max(zoom + step, 0), ZOOMS.length - 1);
  const sheet = find("#dq-panel .dq-sheet");
  if (!sheet) return;
  sheet.style.width = `${ZOOMS[zoom]}%`;
  find("#dq-panel [data-zoom='-1']").disabled = zoom === 0;
  find("#dq-panel [data-zoom='1']").disabled = zoom === ZOOMS.length - 1;
}

function refocus() {
  const same = [...document.querySelectorAll("#dq-panel button")].find((button) => nameOf(button) === pressed);
  if (pressed) (same && !same.disabled ? same : find("#dq-panel .dq-text"))?.focus();
  pressed = "";
}

element.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  const { open, more, page, zoom: step, again, ask, everywhere, typed, anydate, document: one, fill, rate, turn, copy: text } = button.dataset;
  if (open) {
    root.setAttribute("data-dq-sheet", "");
    button.setAttribute("data-dismissed", "");
    anchor = more ? find("#dq-panel mark").getBoundingClientRect().top : null;
    if (!inThread) pressed = nameOf(button);
    const quoteShown = find("#dq-panel :is(mark, .dq-box)");
    if (open === shownKey() && quoteShown && !more && !page) showQuote();
    else trigger("select", { open, more, page });
  } else if (ask) {
    if (everywhere) for (const one of document.querySelectorAll("#dq-list [data-id]")) one.checked = true;
    trigger("submit", { question: ask, everywhere, typed, anydate, document: one });
    questionBox().focus();
  } else if (fill) {
    setBox(fill);
    questionBox().focus();
  } else if (step) {
    setZoom(Number(step));
    showQuote();
  } else if (again) {
    button.disabled = true;
    button.textContent = "Re-indexing…";
    trigger("apply", { again });
  } else if (rate) {
    trigger("like", { rate, turn: Number(turn) });
  } else if (text) {
    copy(button);
  } else if ("close" in button.dataset) {
    closeSheet();
  }
});

element.addEventListener("keydown", (event) => {
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (step && event.target.matches(".dq-cite")) {
    const all = [...document.querySelectorAll("#dq-thread .dq-cite")];
    all[all.indexOf(event.target) + step]?.focus();
    event.preventDefault();
  } else if (event.key === "Escape") {
    event.target.closest(".dq-cite")?.setAttribute("data-dismissed", "");
    closeSheet();
  }
});

element.addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.target;
  const correction = form.elements.correction.value.trim();
  if (correction) trigger("like", { rate: "down", turn: Number(form.dataset.turn), correction });
});

if (inThread) {
  let turns = 0;
  watch("value", () => {
    const all = element.querySelectorAll(".dq-turn");
    const wanted = all[element.querySelector(".dq-log")?.dataset.at];
    if (wanted) find("#dq-thread").scrollTop = wanted.offsetTop;
    else if (all.length > turns) showLast(all[all.length - 1]);
    turns = all.length;
    showAnswers("#dq-thread .dq-table");
    element.querySelector(".dq-correct textarea")?.focus();
    if (!turns) root.removeAttribute("data-dq-sheet");
    markCitation();
  });
  for (const leaving of ["focusout", "mouseout"]) {
    element.addEventListener(leaving, (event) => event.target.removeAttribute("data-dismissed"));
  }
  const question = new URLSearchParams(location.search).get("q");
  if (question) trigger("submit", { question });
} else {
  watch("value", () => {
    const text = find("#dq-panel .dq-text");
    const mark = text?.querySelector("mark");
    setZoom(0);
    if (mark && anchor !== null) text.scrollTop += mark.getBoundingClientRect().top - anchor;
    else showQuote();
    anchor = null;
    refocus();
    markCitation();
  });
}
