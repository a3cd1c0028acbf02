// Run once in the list of work on the library.

element.addEventListener("click", (event) => {
  const { cancel } = event.target.closest("button")?.dataset ?? {};
  if (cancel) trigger("select", { cancel: Number(cancel) });
});
