// Run once in the list of conversations: open, search, rename, export, and delete, which asks twice.

const side = element.closest("#dq-side");

function confirmed(button) {
  if ("armed" in button.dataset) return true;
  button.dataset.armed = "";
  button.textContent = "Really delete?";
  setTimeout(() => { delete button.dataset.armed; button.textContent = "Delete"; }, 4000);
  return false;
}

function rename(button) {
  const title = button.closest("li").querySelector(".dq-talk");
  const input = Object.assign(document.createElement("input"), { className: "dq-field dq-renaming", value: title.textContent });
  input.setAttribute("aria-label", "New title");
  let open = true;  // taking the field away makes it lose the focus, which would end it again
  const end = (wanted) => {
    if (!open) return;
    open = false;
    input.replaceWith(title);
    if (wanted && wanted !== title.textContent) trigger("edit", { id: button.dataset.rename, title: wanted });
    else button.focus();
  };
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") end(input.value.trim());
    else if (event.key === "Escape") end("");
  });
  input.addEventListener("blur", () => end(""));
  title.replaceWith(input);
  input.focus();
  input.select();
}

element.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  const { talk, at, markdown, json, delete: gone } = button.dataset;
  if (talk) trigger("select", { id: talk, turn: at && Number(at) });
  else if ("rename" in button.dataset) rename(button);
  else if (markdown) trigger("download", { id: markdown, form: "markdown" });
  else if (json) trigger("download", { id: json, form: "json" });
  else if (gone && confirmed(button)) trigger("delete", { id: gone });
});

let waiting = 0;
side.addEventListener("input", (event) => {
  if (!event.target.matches("[data-search]")) return;
  clearTimeout(waiting);
  waiting = setTimeout(() => trigger("input", { search: event.target.value }), 250);
});
