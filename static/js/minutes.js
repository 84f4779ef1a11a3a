// The page of minutes: saved while typing, kept on the device while the line is down, two writers who see each other
// and never overwrite, quick entries by "/". Without script each point has its button "save".
(() => {
  "use strict";
  const box = document.getElementById("minutes");
  if (!box) return;
  const words = box.dataset;
  const PAUSE = 900; // of typing, before it is saved
  const BEAT = 4000; // how often others are looked for, and what could not be saved is tried again
  const say = (text, values) => Object.entries(values).reduce((t, [k, v]) => t.replace(`{${k}}`, v), text);

  // ---- what was typed and is not saved yet, on this device
  const store = {
    key: (id) => `minutes:${words.user}:${id}`,
    get(id) {
      try { return JSON.parse(localStorage.getItem(this.key(id))); } catch { return null; }
    },
    put(id, draft) {
      try { localStorage.setItem(this.key(id), JSON.stringify(draft)); return true; } catch { return false; }
    },
    drop(id) {
      try { localStorage.removeItem(this.key(id)); } catch { /* nothing was kept */ }
    },
  };

  function ask(url, options = {}) {
    return fetch(url, { credentials: "same-origin", ...options, headers: { Accept: "application/json" } });
  }

  const isJson = (answer) => !answer.redirected && (answer.headers.get("Content-Type") ?? "").includes("json");

  // ---- one point of the agenda
  class Point {
    constructor(form) {
      this.form = form;
      this.id = form.dataset.minutes;
      this.area = form.querySelector("textarea");
      this.base = this.area.value; // as the server has it
      this.busy = false;
      this.theirs = null; // another's text that waits for a choice
      this.kept = true;
      this.area.addEventListener("input", (event) => this.typed(event));
      this.area.addEventListener("keydown", (event) => this.key(event));
      form.addEventListener("submit", (event) => { event.preventDefault(); this.save(); });
      this.restore();
    }

    get version() { return Number(this.form.elements.version.value); }
    set version(n) { this.form.elements.version.value = n; }
    get dirty() { return this.area.value !== this.base; }

    tell(text, bad = false) {
      const place = this.form.querySelector("[data-said]");
      if (place.textContent !== text) place.textContent = text;
      place.classList.toggle("bad-text", bad);
    }

    restore() {
      const draft = store.get(this.id);
      if (!draft || draft.text === this.base) { store.drop(this.id); return; }
      const theirs = { version: this.version, text: this.base, who: draft.who ?? "", when: "" };
      const old = draft.version !== this.version;
      this.area.value = draft.text;
      this.tell(words.restored);
      if (old) this.conflict(theirs);
      else this.later();
    }

    typed(event) {
      this.kept = store.put(this.id, { version: this.version, text: this.area.value });
      const at = this.area.selectionStart;
      const begins = at === 1 || this.area.value[at - 2] === "\n";
      if (event.data === "/" && begins && this.area.value[at - 1] === "/") slash.open(this);
      else slash.close();
      this.later();
    }

    key(event) {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        this.save();
        points[(points.indexOf(this) + 1) % points.length].area.focus();
      } else if (slash.point === this && ["ArrowDown", "ArrowUp", "Tab", "Enter"].includes(event.key)) {
        event.preventDefault();
        slash.first();
      } else if (event.key === "Escape") slash.close();
    }

    later() {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.save(), PAUSE);
    }

    async save() {
      clearTimeout(this.timer);
      if (this.busy || this.theirs || !this.dirty) return;
      this.busy = true;
      const sent = this.area.value;
      this.tell(words.saving);
      try {
        const answer = await ask(this.form.action, { method: "POST", body: new FormData(this.form) });
        if (isJson(answer)) this.answered(answer.status, await answer.json(), sent);
        else if (answer.redirected) this.tell(words.out, true);
        else this.tell(say(words.failed, { text: answer.status < 500 ? words.refused : words.server }), true);
      } catch {
        this.tell(this.kept ? words.kept : words.lost, true);
      }
      this.busy = false;
    }

    answered(status, data, sent) {
      if (status === 200) {
        this.base = sent;
        this.version = data.version;
        this.tell(say(words.saved, data));
        if (this.dirty) { store.put(this.id, { version: this.version, text: this.area.value }); this.later(); }
        else store.drop(this.id);
      } else if (status === 409) this.conflict(data);
      else this.tell(say(words.failed, { text: data.problem }), true);
    }

    // Another's text came: taken over where nothing of one's own waits, else both stand until a person chooses.
    heard(data) {
      if (this.busy || data.version === undefined || data.version === this.version) return;
      if (this.theirs) { if (data.version !== this.theirs.version) this.conflict(data); return; }
      if (this.dirty) { this.conflict(data); return; }
      const at = this.area.selectionStart;
      this.area.value = data.text;
      this.area.setSelectionRange(at, at);
      this.base = data.text;
      this.version = data.version;
      this.tell(say(words.newer, data));
    }

    conflict(theirs) {
      this.theirs = theirs;
      const place = this.form.querySelector("[data-conflict]");
      const shown = document.getElementById("minutes-conflict").content.firstElementChild.cloneNode(true);
      shown.querySelector("[data-title]").textContent = theirs.when ? say(words.newer, theirs) : words.restored;
      shown.querySelector("[data-theirs]").textContent = theirs.text || "—";
      shown.addEventListener("click", (event) => {
        const choice = event.target.closest?.("[data-keep]")?.dataset.keep;
        if (choice) this.choose(choice);
      });
      place.replaceChildren(shown);
      place.hidden = false;
    }

    choose(choice) {
      const theirs = this.theirs;
      const mine = this.area.value;
      this.theirs = null;
      this.base = theirs.text;
      this.version = theirs.version;
      if (choice === "both") this.area.value = `${theirs.text}\n\n${mine}`;
      else if (choice === "theirs") this.area.value = theirs.text;
      const place = this.form.querySelector("[data-conflict]");
      place.hidden = true;
      place.replaceChildren();
      if (this.dirty) { store.put(this.id, { version: this.version, text: this.area.value }); this.save(); }
      else { store.drop(this.id); this.tell(""); }
      this.area.focus();
    }

    show(writers) {
      const place = this.form.querySelector("[data-writers]");
      const text = writers.length ? say(words.writing, { who: writers.join(", ") }) : "";
      if (place.textContent !== text) place.textContent = text;
    }
  }

  // ---- "/" at the beginning of a line
  const slash = {
    point: null,
    menu: () => slash.point?.form.querySelector("[data-slash]"),
    open(point) { this.close(); this.point = point; this.menu().hidden = false; },
    close() { if (this.point) this.menu().hidden = true; this.point = null; },
    first() { this.menu().querySelector("button").focus(); },
    take(point) { // the slash itself goes
      const { area } = point;
      const at = area.selectionStart;
      if (area.value[at - 1] === "/") area.setRangeText("", at - 1, at, "end");
    },
  };

  let entered = null; // the point from which a quick entry was opened

  function openQuick(point, kind) {
    slash.close();
    entered = point;
    const dialog = document.getElementById(`quick-${kind}`);
    const form = dialog.querySelector("form");
    form.reset();
    form.querySelector("[name=item]").value = point.id;
    form.querySelector("[data-problem]").textContent = "";
    const more = form.querySelector("[data-with-households]");
    if (more) more.search = `?item=${point.id}`;
    dialog.showModal();
    form.elements.title.focus();
  }

  async function record(form) {
    const problem = form.querySelector("[data-problem]");
    if (form.dataset.busy) return;
    form.dataset.busy = "1";
    try {
      const answer = await ask(form.action, { method: "POST", body: new FormData(form) });
      const data = isJson(answer) ? await answer.json() : { problem: answer.redirected ? words.out : words.refused };
      if (answer.status === 201) {
        const line = document.createElement("li");
        const link = line.appendChild(document.createElement("a"));
        link.href = data.url;
        link.textContent = data.label;
        entered.form.parentElement.querySelector("[data-made]").append(line);
        form.closest("dialog").close();
        entered.tell(say(words.recorded, { text: data.label }));
      } else problem.textContent = data.problem;
    } catch {
      problem.textContent = words.offline ?? words.lost;
    }
    delete form.dataset.busy;
  }

  const points = Array.from(document.querySelectorAll("form[data-minutes]"), (form) => new Point(form));
  const pointOf = (element) => points.find((point) => point.form.contains(element));

  document.addEventListener("click", (event) => {
    const hit = event.target.closest?.("[data-quick]");
    const point = hit && pointOf(hit);
    if (!point) { slash.close(); return; }
    event.preventDefault();
    if (hit.closest("[data-slash]")) slash.take(point);
    openQuick(point, hit.dataset.quick);
  });
  document.addEventListener("keydown", (event) => {
    const menu = event.target.closest?.("[data-slash]");
    if (!menu) return;
    const stops = Array.from(menu.querySelectorAll("button"));
    const at = stops.indexOf(document.activeElement);
    if (event.key === "Escape") { const { area } = pointOf(menu); slash.close(); area.focus(); }
    else if (["ArrowDown", "ArrowRight"].includes(event.key)) stops[(at + 1) % stops.length].focus();
    else if (["ArrowUp", "ArrowLeft"].includes(event.key)) stops[(at + stops.length - 1) % stops.length].focus();
    else return;
    event.preventDefault();
  });
  document.querySelectorAll("[data-quick-form]").forEach((form) => {
    form.addEventListener("submit", (event) => { event.preventDefault(); record(form); });
    form.closest("dialog").addEventListener("close", () => entered?.area.focus());
  });

  async function beat() {
    points.forEach((point) => point.save());
    if (document.hidden || !points.length) return;
    const at = points.find((point) => point.area === document.activeElement)?.id ?? "";
    const have = points.map((point) => `${point.id}.${point.version}`).join(",");
    try {
      const answer = await ask(`${words.live}?at=${at}&have=${have}`);
      if (!answer.ok || !isJson(answer)) return;
      const data = await answer.json();
      points.forEach((point) => {
        const found = data.items[point.id];
        if (found) { point.heard(found); point.show(found.writers); }
      });
    } catch { /* the line is down: the next beat tries again */ }
  }

  setInterval(beat, BEAT);
  window.addEventListener("online", beat);
  beat();
})();
