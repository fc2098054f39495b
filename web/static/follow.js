// Remembers in this browser, and nowhere else, what was typed into the follow
// field, unless it could not be used. Without this file one types it again.
const field = document.querySelector("#server");
const memory = "coopverse.server";
if (field.getAttribute("aria-invalid")) {
  localStorage.removeItem(memory);
} else {
  field.value ||= localStorage.getItem(memory) ?? "";
  field.form.addEventListener("submit", () => { localStorage.setItem(memory, field.value); });
}
