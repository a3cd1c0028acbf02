// Run once beside the list of documents: takes rows out of it and puts rows into it, and leaves all others alone.

watch("value", () => {
  const changes = element.querySelector("[data-gone]");
  const list = document.querySelector("#dq-list .dq-rows");
  if (!changes || !list) return;
  const row = (id) => list.querySelector(`[data-id="${id}"]`)?.closest("li");
  for (const id of changes.dataset.gone.split(" ").filter(Boolean)) row(id)?.remove();
  for (const one of changes.querySelectorAll("[data-after]")) {
    const made = one.firstElementChild.cloneNode(true);
    row(made.querySelector("[data-id]").dataset.id)?.remove();
    const { after } = one.dataset;
    list.insertBefore(made, after ? row(after)?.nextSibling ?? null : list.firstChild);
  }
  document.querySelector("[data-filter]").dispatchEvent(new Event("input", { bubbles: true }));
});
