// Small behaviours of the pages. Everything here has a plain way without script: links, forms, whole pages.
(() => {
  "use strict";
  const body = document.body;
  const words = document.getElementById("words")?.dataset ?? {};
  const all = (selector, root = document) => Array.from(root.querySelectorAll(selector));
  const closest = (event, selector) => (event.target instanceof Element ? event.target.closest(selector) : null);

  // ---- toasts: stay 8 s, stop under pointer or focus; errors stay until closed
  const TOAST_FADE = 200;

  function dropToast(toast) {
    toast.classList.add("gone");
    setTimeout(() => toast.remove(), TOAST_FADE);
  }

  function startToast(toast) {
    if (toast.dataset.started) return;
    toast.dataset.started = "1";
    if (!toast.dataset.life) return;
    let timer;
    const wait = () => { timer = setTimeout(() => dropToast(toast), Number(toast.dataset.life)); };
    const hold = () => clearTimeout(timer);
    toast.addEventListener("mouseenter", hold);
    toast.addEventListener("focusin", hold);
    toast.addEventListener("mouseleave", () => { hold(); wait(); });
    toast.addEventListener("focusout", () => { hold(); wait(); });
    wait();
  }

  function say(templateId, text) {
    const toast = document.getElementById(templateId).content.firstElementChild.cloneNode(true);
    toast.querySelector("[data-toast-text]").textContent = text;
    document.getElementById("toasts").append(toast);
    startToast(toast);
  }

  // ---- dialogs: native <dialog>, opened by a button or by what htmx brought
  function openDialog(dialog) {
    if (dialog && !dialog.open) dialog.showModal();
  }

  // ---- unsaved changes: say so in the save bar, ask once on leaving
  const dirty = new Set();

  function markDirty(form, on) {
    if (on) dirty.add(form); else dirty.delete(form);
    all("[data-unsaved-note]", form).forEach((note) => note.classList.toggle("on", on));
  }

  function stillDirty() {
    dirty.forEach((form) => { if (!form.isConnected) dirty.delete(form); });
    return dirty.size > 0;
  }

  function askToLeave(link) {
    const dialog = document.getElementById("leave").content.firstElementChild.cloneNode(true);
    dialog.querySelector("a").href = link.href;
    dialog.querySelector("a").addEventListener("click", () => dirty.clear());
    dialog.addEventListener("close", () => dialog.remove());
    body.append(dialog);
    dialog.showModal();
  }

  window.addEventListener("beforeunload", (event) => { if (stillDirty()) event.preventDefault(); });

  // ---- ticks and the bulk bar
  const ticks = (form) => all(`[data-tick][form="${form.id}"]`);

  function countTicks(form) {
    const boxes = ticks(form);
    const on = boxes.filter((box) => box.checked).length;
    const bar = document.querySelector(`[data-bulk-bar="${form.id}"]`);
    boxes.forEach((box) => box.closest("[data-row]")?.classList.toggle("on", box.checked));
    all(`[data-tick-all][form="${form.id}"], [data-tick-all]:not([form])`).forEach((box) => {
      box.checked = on > 0 && on === boxes.length;
      box.indeterminate = on > 0 && on < boxes.length;
    });
    if (!bar) return;
    const whole = bar.querySelector("[data-bulk-all]");
    if (whole && on < boxes.length) whole.value = "";
    const count = whole?.value ? Number(form.dataset.total) : on;
    const text = bar.querySelector(count === 1 ? "[data-bulk-one]" : "[data-bulk-many]");
    bar.classList.toggle("some", count > 0);
    const shown = new Intl.NumberFormat(document.documentElement.lang).format(count);
    if (text) bar.querySelector("[data-bulk-count]").textContent = text.content.textContent.replace("{n}", shown);
  }

  function tickAll(form, on) {
    ticks(form).forEach((box) => { box.checked = on; });
    countTicks(form);
  }

  // ---- files: the name of what was chosen; dropping works too
  function nameFiles(input) {
    const place = input.closest("[data-file]")?.querySelector("[data-file-name]");
    if (!place) return;
    const count = input.files.length;
    if (count === 0) place.textContent = words.noFile;
    else place.textContent = count === 1 ? input.files[0].name : words.files.replace("{n}", count);
  }

  ["dragover", "dragleave", "drop"].forEach((name) => document.addEventListener(name, (event) => {
    const zone = closest(event, "[data-file]");
    if (!zone) return;
    event.preventDefault();
    zone.classList.toggle("over", name === "dragover");
    const input = zone.querySelector("input[type=file]");
    if (name === "drop" && input && event.dataTransfer.files.length) {
      input.files = event.dataTransfer.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    }
  }));

  // ---- numbers shown in full go back behind dots by themselves
  function hideNumber(shown) {
    const template = shown.querySelector("template");
    if (!template || !shown.isConnected) return;
    const focused = shown.contains(document.activeElement);
    const masked = template.content.firstElementChild.cloneNode(true);
    shown.replaceWith(masked);
    window.htmx?.process(masked);
    if (focused) masked.querySelector(".eye")?.focus();
  }

  // ---- copy
  // On plain http browsers give no clipboard; a field that is selected and copied does the same there.
  function copyBySelection(text) {
    const field = document.createElement("textarea");
    field.value = text;
    field.readOnly = true;
    field.className = "visually-hidden";
    const before = document.activeElement;
    (before?.closest("dialog") ?? body).append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    before?.focus({ preventScroll: true });
    if (!done) throw new Error("the browser refused");
  }

  async function copy(text) {
    try {
      if (navigator.clipboard) await navigator.clipboard.writeText(text);
      else copyBySelection(text);
      say("toast-plain", words.copied);
    } catch {
      say("toast-bad", words.noCopy);
    }
  }

  // ---- theme: stored in a cookie that the server reads
  function setTheme(form) {
    const button = form.querySelector("[name=theme]");
    const root = document.documentElement;
    const next = root.dataset.bsTheme === "dark" ? "light" : "dark";
    const secure = location.protocol === "https:" ? "; secure" : "";
    root.dataset.bsTheme = next;
    button.value = next === "dark" ? "light" : "dark";
    document.cookie = `theme=${next}; path=/; max-age=31536000; samesite=lax${secure}`;
  }

  // ---- what arrives with the page or by htmx
  function begin(root) {
    const within = (selector) => [...(root.matches?.(selector) ? [root] : []), ...all(selector, root)];
    within("[data-toast]").forEach(startToast);
    within("dialog[data-ask-open]").forEach(openDialog);
    within("form[data-bulk]").forEach(countTicks);
    within("[data-auto-hide]").forEach((shown) => {
      setTimeout(() => hideNumber(shown), Number(shown.dataset.autoHide) * 1000);
      shown.querySelector(".eye")?.focus({ preventScroll: true });
    });
    // Our own messages, in our language and above the field, instead of the browser's bubbles; a dialog keeps them,
    // it would be gone with the answer.
    within("form").forEach((form) => { if (form.method === "post" && !form.closest("dialog")) form.noValidate = true; });
    within("[data-focus]").forEach((element) => element.focus());
  }

  document.addEventListener("click", (event) => {
    let hit;
    if ((hit = closest(event, "[data-ask]"))) {
      const dialog = document.getElementById(hit.dataset.ask);
      if (dialog) { event.preventDefault(); openDialog(dialog); }
    } else if ((hit = closest(event, "[data-ask-close]"))) {
      hit.closest("dialog").close();
    } else if ((hit = closest(event, "[data-toast-close]"))) {
      dropToast(hit.closest("[data-toast]"));
    } else if ((hit = closest(event, "[data-hide]"))) {
      hideNumber(hit.closest(".masked"));
    } else if ((hit = closest(event, "[data-print]"))) {
      event.preventDefault();
      window.print();
    } else if ((hit = closest(event, "[data-copy], [data-copy-from]"))) {
      copy(hit.dataset.copy ?? document.querySelector(hit.dataset.copyFrom).innerText);
    } else if ((hit = closest(event, "[data-bulk-select-all]"))) {
      const form = document.getElementById(hit.closest("[data-bulk-bar]").dataset.bulkBar);
      hit.closest("[data-bulk-bar]").querySelector("[data-bulk-all]").value = "1";
      tickAll(form, true);
    } else if ((hit = closest(event, "[data-bulk-none]"))) {
      const form = document.getElementById(hit.closest("[data-bulk-bar]").dataset.bulkBar);
      hit.closest("[data-bulk-bar]").querySelector("[data-bulk-all]").value = "";
      tickAll(form, false);
    } else if (event.target instanceof HTMLDialogElement) {
      event.target.close(); // a click on the backdrop
    } else if ((hit = closest(event, "a[href]")) && stillDirty() && !hit.closest("dialog")) {
      const inPage = hit.getAttribute("href").startsWith("#") || hit.target || hit.hasAttribute("download");
      if (!inPage && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
        event.preventDefault();
        askToLeave(hit);
      }
    }
  });

  document.addEventListener("change", (event) => {
    const input = event.target;
    if (input.matches("[data-tick]")) countTicks(input.form);
    if (input.matches("[data-tick-all]")) {
      const form = input.form ?? document.querySelector("form[data-bulk]");
      if (form) tickAll(form, input.checked);
    }
    if (input.type === "file") nameFiles(input);
    const form = input.closest("form");
    if (form?.matches("[data-autosubmit]") && input.type !== "search" && input.type !== "text") form.requestSubmit();
  });

  let typing;
  document.addEventListener("input", (event) => {
    const form = event.target.closest?.("form");
    if (!form) return;
    if (form.matches("[data-unsaved]")) markDirty(form, true);
    if (form.matches("[data-autosubmit]") && event.target.type === "search") {
      clearTimeout(typing);
      typing = setTimeout(() => form.requestSubmit(), 300);
    }
  });

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.matches("[data-theme-form]")) { event.preventDefault(); setTheme(form); return; }
    if (form.matches("[data-once]") && !form.matches("[hx-post], [hx-get]")) {
      if (form.dataset.sent) { event.preventDefault(); return; }
      form.dataset.sent = "1";
    }
    markDirty(form, false);
  });
  // A page taken from the browser's memory may be sent again.
  window.addEventListener("pageshow", () => all("form[data-sent]").forEach((form) => delete form.dataset.sent));

  // ---- keyboard: off while typing and where the person turned it off
  const EDITABLE = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]";

  function rows() {
    return all("[data-list] [data-row]").filter((row) => row.offsetParent !== null);
  }

  function moveTo(step) {
    const list = rows();
    if (!list.length) return;
    const at = list.findIndex((row) => row.classList.contains("at"));
    const next = list[Math.min(Math.max(at + step, 0), list.length - 1)];
    list.forEach((row) => row.classList.toggle("at", row === next));
    (next.matches("a") ? next : next.querySelector("a.name, a[href]"))?.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  }

  function arrows(event) {
    const find = closest(event, "[data-find]");
    if (!find || !["ArrowDown", "ArrowUp", "Escape"].includes(event.key)) return false;
    const stops = [find.querySelector("input"), ...all("a[data-hit]", find)];
    const at = stops.indexOf(document.activeElement);
    event.preventDefault();
    if (event.key === "Escape") { document.getElementById("found").replaceChildren(); stops[0].focus(); return true; }
    stops[(at + (event.key === "ArrowDown" ? 1 : stops.length - 1)) % stops.length].focus();
    return true;
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || arrows(event)) return;
    if (body.dataset.keys === "off" || closest(event, EDITABLE) || document.querySelector("dialog[open]")) return;
    if (event.key === "/") {
      const field = document.getElementById("search");
      if (field?.offsetParent) { event.preventDefault(); field.focus(); field.select(); }
    } else if (event.key === "?") {
      openDialog(document.getElementById("keys"));
    } else if (event.key === "j" || event.key === "k") {
      moveTo(event.key === "j" ? 1 : -1);
    } else if (event.key === "x") {
      document.querySelector("[data-row].at [data-tick]")?.click();
    }
  });

  document.addEventListener("focusin", (event) => {
    const found = document.getElementById("found");
    if (found?.firstElementChild && !closest(event, "[data-find]")) found.replaceChildren();
    const row = closest(event, "[data-row]");
    if (row) rows().forEach((each) => each.classList.toggle("at", each === row));
  });
  document.addEventListener("click", (event) => {
    if (!closest(event, "[data-find]")) document.getElementById("found")?.replaceChildren();
  });

  // ---- htmx: busy marks, errors in words, sign-in page never inside a list
  body.addEventListener("htmx:beforeRequest", (event) => event.detail.target?.setAttribute("aria-busy", "true"));
  body.addEventListener("htmx:afterRequest", (event) => event.detail.target?.removeAttribute("aria-busy"));
  body.addEventListener("htmx:beforeSwap", (event) => {
    if (new URL(event.detail.xhr.responseURL || location.href).pathname.startsWith("/accounts/")) {
      event.detail.shouldSwap = false;
      location.reload();
    }
  });
  body.addEventListener("htmx:load", (event) => begin(event.detail.elt));
  body.addEventListener("htmx:afterSettle", () => all("form[data-bulk]").forEach(countTicks));
  body.addEventListener("htmx:sendError", () => say("toast-bad", words.offline));
  body.addEventListener("htmx:timeout", () => say("toast-bad", words.offline));
  body.addEventListener("htmx:responseError", (event) => {
    const { xhr } = event.detail;
    const text = { 403: words.refused, 404: words.gone, 429: words.busy }[xhr.status];
    say("toast-bad", text ?? `${words.failed} ${xhr.getResponseHeader("X-Request-ID") ?? xhr.status}`);
  });

  begin(document);
})();
