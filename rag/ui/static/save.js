// Saves what the server wrote into this element as a file; nothing of it is kept on the server.

watch("value", () => {
  const text = element.querySelector("[data-save]");
  if (!text) return;
  const url = URL.createObjectURL(new Blob([text.textContent], { type: "text/plain;charset=utf-8" }));
  const link = Object.assign(document.createElement("a"), { href: url, download: text.dataset.save });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
});
