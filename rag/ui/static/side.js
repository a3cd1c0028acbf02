// Run once in the header: opens and closes the panels at the side, and takes files that are dropped on the page.

const root = document.documentElement;
const fileInput = () => document.querySelector("#dq-upload input[type=file], input#dq-upload, #dq-add input[type=file]");
let opener = null;

function showWhichIsOpen() {
  for (const button of element.querySelectorAll("[data-side]")) {
    button.setAttribute("aria-expanded", String(button.dataset.side === root.dataset.dqSide));
  }
}

function setSide(side) {
  const was = root.dataset.dqSide ?? "";
  if (side) root.dataset.dqSide = side;
  else delete root.dataset.dqSide;
  showWhichIsOpen();
  if (side) document.querySelector(side === "library" ? "[data-filter]" : "[data-search]")?.focus();
  else if (was) (opener?.isConnected ? opener : element.querySelector(`[data-side="${was}"]`))?.focus();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-side]");
  if (!button) return;
  const toggles = element.contains(button) && root.dataset.dqSide === button.dataset.side;
  if (button.dataset.side) opener = button;
  setSide(toggles ? "" : button.dataset.side);
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && event.target.closest?.("#dq-side") && !event.target.closest(".dq-renaming")) setSide("");
});

const carriesFiles = (event) => fileInput() && event.dataTransfer?.types.includes("Files");

document.addEventListener("dragover", (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  root.setAttribute("data-dq-drop", "");
});
document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) root.removeAttribute("data-dq-drop");
});
document.addEventListener("drop", (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  event.stopPropagation();
  root.removeAttribute("data-dq-drop");
  setSide("library");
  const input = fileInput();
  input.files = event.dataTransfer.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
}, true);

watch("value", showWhichIsOpen);
