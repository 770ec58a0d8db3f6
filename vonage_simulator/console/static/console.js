// What only the browser can do: its voice, its colours, where somebody reads, and which panel is in front.

document.documentElement.lang = "en";

window.speech = {
  aloud: localStorage.getItem("speak-aloud") !== "no",
  show(button) {
    button.setAttribute("aria-pressed", this.aloud);
  },
  toggle(button) {
    this.aloud = !this.aloud;
    localStorage.setItem("speak-aloud", this.aloud ? "yes" : "no");
    this.show(button);
    if (!this.aloud) this.stop();
  },
  say(text, language) {
    if (!this.aloud || !window.speechSynthesis || /^(https?|ringback):/.test(text)) return;
    const words = new SpeechSynthesisUtterance(text);
    words.lang = language;
    speechSynthesis.speak(words);
  },
  stop() {
    window.speechSynthesis?.cancel();
  },
};

window.theme = {
  set(name) {
    document.documentElement.style.colorScheme = name || "light dark";
  },
  change() {
    const dark = getComputedStyle(document.documentElement).getPropertyValue("color-scheme") === "dark"
      || (!localStorage.getItem("theme") && matchMedia("(prefers-color-scheme: dark)").matches);
    const name = dark ? "light" : "dark";
    localStorage.setItem("theme", name);
    this.set(name);
  },
};
theme.set(localStorage.getItem("theme"));

// What is new comes at a transcript's end, but whoever reads further up stays there.
window.reading = {
  further_up: new WeakSet(),
  focused: null,
  end(log) {
    log.scrollTop = log.scrollHeight;
  },
  follow(log) {
    if (!this.further_up.has(log)) this.end(log);
  },
  notice(log) {
    const left = log.scrollHeight - log.scrollTop - log.clientHeight;
    this.further_up[left > 40 ? "add" : "delete"](log);
  },
  // An element that is moved loses the focus.
  refocus(element) {
    if (this.focused === element && document.activeElement === document.body) {
      element.focus({ preventScroll: true });
    }
  },
};
document.addEventListener("scroll", ({ target }) => {
  if (target.matches?.(".transcript")) reading.notice(target);
}, true);
document.addEventListener("focusin", ({ target }) => { reading.focused = target; });
document.addEventListener("pointerdown", () => { reading.focused = null; });

window.views = {
  show(name) {
    document.querySelector(".console").dataset.view = name;
    for (const tab of document.querySelectorAll("[role=tab]")) {
      const chosen = tab.id === `tab-${name}`;
      tab.setAttribute("aria-selected", chosen);
      tab.tabIndex = chosen ? 0 : -1;
    }
    document.querySelectorAll(".transcript").forEach((log) => reading.follow(log));
  },
  walk(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const tabs = [...document.querySelectorAll("[role=tab]")].filter((tab) => tab.offsetParent);
    const next = tabs[(tabs.indexOf(document.activeElement) + step + tabs.length) % tabs.length];
    next.focus();
    next.click();
  },
};
