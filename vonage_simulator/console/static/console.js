// What only the browser can do: its voice, its colours, and which panel is in front.

window.speech = {
  aloud: localStorage.getItem("speak-aloud") !== "no",
  toggle(button) {
    this.aloud = !this.aloud;
    localStorage.setItem("speak-aloud", this.aloud ? "yes" : "no");
    button.setAttribute("aria-pressed", this.aloud);
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

window.views = {
  show(name) {
    document.querySelector(".console").dataset.view = name;
    for (const tab of document.querySelectorAll("[role=tab]")) {
      const chosen = tab.id === `tab-${name}`;
      tab.setAttribute("aria-selected", chosen);
      tab.tabIndex = chosen ? 0 : -1;
    }
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
