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
    for (const box of form.querySelectorAll("input[type=checkbox]")) box.checked = false;
    for (const [name, value] of pairs) {
      const field = form.elements.namedItem(name);
      const box = form.querySelector(`input[type=checkbox][name="${CSS.escape(name)}"][value="${CSS.escape(value)}"]`);
      if (box) box.checked = true;
      else if (field && field.type !== "hidden") field.value = value; // of a group of radio buttons, too
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

  // Writing: buttons above each box, and what is pasted from elsewhere comes as
  // Markdown. Both insert as if it were typed, so that it can be undone.
  const insert = (box, words) => {
    box.focus();
    if (!document.execCommand("insertText", false, words)) box.setRangeText(words, box.selectionStart, box.selectionEnd, "end");
    box.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const around = (mark, words) => box => {
    const chosen = box.value.slice(box.selectionStart, box.selectionEnd) || words;
    const start = box.selectionStart + mark.length;
    insert(box, mark + chosen + mark);
    box.setSelectionRange(start, start + chosen.length);
  };
  const before = mark => box => { // at the beginning of each line that is chosen
    const start = box.value.lastIndexOf("\n", box.selectionStart - 1) + 1;
    box.setSelectionRange(start, box.selectionEnd);
    const lines = box.value.slice(start, box.selectionEnd).split("\n");
    insert(box, lines.map((line, i) => (mark === "1. " ? i + 1 + ". " : mark) + line).join("\n"));
  };
  const tools = {
    Bold: around("**", "bold"), Lean: around("*", "lean"), List: before("- "), Numbers: before("1. "), Quote: before("> "),
    Link: box => {
      const chosen = box.value.slice(box.selectionStart, box.selectionEnd) || "words";
      const start = box.selectionStart + chosen.length + 3;
      insert(box, "[" + chosen + "](https://)");
      box.setSelectionRange(start, start + 8);
    },
  };
  if (form.hasAttribute("data-rich")) {
    for (const box of form.querySelectorAll("textarea:not([name=summary])")) {
      const row = document.createElement("p");
      row.className = "tools";
      row.setAttribute("role", "group");
      row.setAttribute("aria-label", "Marks");
      row.append(...Object.entries(tools).map(([words, act]) => button(words, () => act(box))));
      box.before(row);
      box.addEventListener("paste", event => {
        const html = event.clipboardData.getData("text/html");
        const words = html && markdown(parsed(html));
        if (!words || words === event.clipboardData.getData("text/plain").trim()) return;
        event.preventDefault();
        insert(box, words);
      });
    }
  }

  // What is pasted, as a document. Its styles are read, never applied: the
  // page's policy holds here too.
  const parsed = html => new DOMParser().parseFromString(html.replace(/<style[^]*?<\/style>/gi, "").replace(/\sstyle=/gi, " data-style="), "text/html").body;

  // A pasted document as Markdown: headings, lists, quotations, links, bold and
  // lean words. Word marks the items of its lists by class, Google Docs bold
  // and lean words by style.
  function markdown(root) {
    const wrap = (words, mark) => words.replace(/^(\s*)([^]*?)(\s*)$/, (_, a, b, c) => b ? a + mark + b + mark + c : a + c);
    const inner = (node, list) => [...node.childNodes].map(child => one(child, list)).join("");
    const block = words => "\n\n" + words.trim() + "\n\n";
    function one(node, list) {
      if (node.nodeType === Node.TEXT_NODE) return node.data.replace(/[\s\u00a0]+/g, " ");
      if (node.nodeType !== Node.ELEMENT_NODE) return "";
      const tag = node.localName, style = node.dataset?.style || "", words = () => inner(node, list);
      if (/^(style|script|head|title|meta|o:p)$/.test(tag)) return "";
      if (tag === "br") return "\n";
      if (/^h[1-6]$/.test(tag)) return block("### " + words().trim());
      if (tag === "p" && /MsoList/.test(node.className)) return "\n" + words().trim().replace(/^(?:[·•o§‣▪-]|(\d+)[.)])\s*/, (_, n) => n ? n + ". " : "- ");
      if (tag === "p" || tag === "div") return list ? words() + "\n" : block(words());
      if (tag === "ul" || tag === "ol") {
        let n = 0;
        const items = [...node.children].filter(child => child.localName === "li" || child.localName === "ul" || child.localName === "ol")
          .map(child => child.localName !== "li" ? one(child, true).trim().replace(/^/gm, "   ") : (tag === "ol" ? ++n + ". " : "- ") + inner(child, true).trim().replace(/\n+/g, "\n   "));
        return list ? "\n" + items.join("\n") + "\n" : block(items.join("\n"));
      }
      if (tag === "blockquote") return block(words().trim().replace(/^/gm, "> "));
      if (tag === "a" && /^https?:/.test(node.href) && node.textContent.trim()) return "[" + words().trim() + "](" + node.href + ")";
      if ((tag === "b" || tag === "strong") && !/font-weight:\s*(normal|400)/.test(style) || tag === "span" && /font-weight:\s*(bold|[6-9]00)/.test(style)) return wrap(words(), "**");
      if (tag === "i" || tag === "em" || tag === "span" && /font-style:\s*italic/.test(style)) return wrap(words(), "*");
      return words();
    }
    return inner(root, false).replace(/[ \t]+\n/g, "\n").replace(/\n[ \t]+(?![-\d ])/g, "\n").replace(/\n{3,}/g, "\n\n").trim();
  }

  // The preview follows what is typed.
  function preview() {
    for (const shown of document.querySelectorAll("[data-preview]")) {
      const field = form.elements.namedItem(shown.dataset.preview);
      if (field && field.value.trim()) shown.textContent = field.value.trim();
    }
  }
})();
