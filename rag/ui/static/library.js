// Run once in the list of documents: the filter, the checkboxes, and removal, which asks twice.

const side = element.closest("#dq-side");
const rows = () => [...element.querySelectorAll(".dq-rows li")];
const box = (row) => row.querySelector("[data-id]");

function filter() {
  const words = side.querySelector("[data-filter]").value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const row of rows()) row.hidden = !words.every((word) => row.dataset.find.includes(word));
  const none = element.querySelector(".dq-rows ~ .dq-none");
  if (none) none.hidden = rows().some((row) => !row.hidden);
}

function choose(which) {
  for (const row of rows()) {
    if (which === "everything") box(row).checked = true;
    else if (!row.hidden) box(row).checked = which !== "none";
    else if (which === "only") box(row).checked = false;
  }
  send();
}

const send = () => trigger("select", { chosen: rows().map(box).filter((one) => one.checked).map((one) => one.dataset.id) });

function confirmed(button) {
  if ("armed" in button.dataset) return true;
  const words = button.textContent;
  button.dataset.armed = "";
  button.textContent = `Really ${words.toLowerCase()}?`;
  setTimeout(() => { delete button.dataset.armed; button.textContent = words; }, 4000);
  return false;
}

side.addEventListener("input", (event) => { if (event.target.matches("[data-filter]")) filter(); });
side.addEventListener("change", (event) => { if (event.target.matches("[data-id]")) send(); });
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("button");
  if (!button) return;
  const { choose: which, remove, refresh, widen } = button.dataset;
  if (which) choose(which);
  else if (widen) choose("everything");
  else if (refresh) trigger("apply", {});
  else if (remove && confirmed(button)) trigger("delete", { id: remove });
});
watch("value", filter);
