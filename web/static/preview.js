// Shows the preview anew while somebody types: the form is sent as its preview
// button would send it, without files, and the panel of the answer is put into
// the page. Without this file the button does the same.
for (const form of document.querySelectorAll("form[data-preview]")) {
  let timer;
  let asked;
  const refresh = async () => {
    asked?.abort();
    asked = new AbortController();
    const typed = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (typeof value === "string") typed.append(name, value);
    typed.set("do", "preview");
    try {
      const answer = await fetch(form.action, { method: "POST", body: typed, signal: asked.signal });
      if (!answer.ok && answer.status !== 422) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const shown = page.getElementById("preview");
      if (shown) document.getElementById("preview").replaceWith(shown);
    } catch {
      // The next letter asks again.
    }
  };
  form.addEventListener("input", (event) => {
    if (event.target.type === "file") return;
    clearTimeout(timer);
    timer = setTimeout(refresh, 400);
  });
}
