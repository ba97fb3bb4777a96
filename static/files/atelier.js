// What a browser adds to the editor: nothing typed is lost, and the preview
// follows. Every form works without it.
"use strict";

(() => {
  const every = 10_000; // milliseconds between saves
  const form = document.querySelector("form[data-draft]");
  if (!form) return;
  let key = "draft:" + form.dataset.draft;
  const skip = new Set(["token", "do", "password"]);

  // What is in the form, as one string.
  const typed = () => JSON.stringify([...new FormData(form)].filter(([name, value]) => !skip.has(name) && typeof value === "string"));
  const atFirst = typed();
  let kept = atFirst; // what this browser has
  let saved = atFirst; // what the server has

  const store = {
    get() { try { return localStorage.getItem(key) } catch { return null } },
    set(value) { try { localStorage.setItem(key, value) } catch { /* private window, or full */ } },
    drop() { try { localStorage.removeItem(key) } catch { /* as above */ } },
  };

  // A line from the house, under the page's head.
  const line = document.createElement("p");
  line.className = "line";
  line.setAttribute("role", "status");
  const say = (words, ...buttons) => {
    line.replaceChildren(words, ...buttons);
    if (!line.isConnected) form.before(line);
  };
  const button = (words, act) => {
    const b = document.createElement("button");
    b.type = "button";
    b.className = "plain";
    b.textContent = words;
    b.addEventListener("click", act);
    return b;
  };

  // What was typed before and never sent can be brought back.
  const earlier = store.get();
  if (earlier && earlier !== atFirst && !document.querySelector(".errors")) {
    say("What you wrote here before is still in this browser.",
      button("Bring it back", () => { fill(JSON.parse(earlier)); line.remove() }),
      button("Forget it", () => { store.drop(); line.remove() }));
  }
  function fill(pairs) {
    for (const [name, value] of pairs) {
      const field = form.elements.namedItem(name);
      if (field) field.value = value; // of a group of radio buttons, too
    }
    form.dispatchEvent(new Event("input"));
  }

  // Saving: here at every pause, on the server every ten seconds.
  let pause;
  form.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(keep, 800);
    preview();
  });
  function keep() {
    const now = typed();
    if (now === kept) return;
    store.set(now);
    kept = now;
  }
  addEventListener("pagehide", () => { if (!sending) keep() });

  const autosave = form.hasAttribute("data-autosave");
  async function save() {
    const now = typed();
    if (now === saved || sending) return;
    const data = new URLSearchParams(new FormData(form));
    data.set("do", "draft");
    try {
      const answer = await fetch(form.action, { method: "POST", body: data });
      if (!answer.ok || !answer.redirected) throw new Error(answer.status);
      const page = new URL(answer.url);
      store.drop();
      form.action = page.pathname; // it has an address of its own now: /talk/ID/edit
      key = "draft:note-" + page.pathname.split("/")[2];
      history.replaceState(null, "", page.pathname);
      saved = now;
      say("The draft was saved at " + new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" }) + ".");
    } catch {
      keep();
      say("The draft is in this browser; it could not be saved on the site just now.");
    }
  }
  if (autosave) setInterval(save, every);

  let sending = false;
  form.addEventListener("submit", () => { sending = true; store.drop() });

  // The preview follows what is typed.
  function preview() {
    for (const shown of document.querySelectorAll("[data-preview]")) {
      const field = form.elements.namedItem(shown.dataset.preview);
      if (field && field.value.trim()) shown.textContent = field.value.trim();
    }
  }
})();
