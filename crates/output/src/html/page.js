"use strict";
(() => {
  const root = document.documentElement;
  const all = (selector, from = document) => Array.from(from.querySelectorAll(selector));
  const data = JSON.parse(document.getElementById("data").textContent);
  root.classList.add("js");

  const make = (name, text, attributes = {}) => {
    const element = document.createElement(name);
    if (text) element.textContent = text;
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return element;
  };

  // Light and dark: as the system has it, until someone presses the button.
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const themeButton = document.querySelector(".theme");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : dark.matches);
  const showTheme = () => themeButton.setAttribute("aria-pressed", String(isDark()));
  themeButton.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    showTheme();
  });
  dark.addEventListener("change", showTheme);
  showTheme();

  // One deal at a time, and one series at a time.
  let deal = "0";
  const show = () => {
    for (const part of all("[data-deal]")) {
      const chosen = part.closest(".chosen");
      const choice = chosen ? chosen.querySelector("select").value : null;
      part.hidden = part.dataset.deal !== deal || (choice !== null && part.dataset.choice !== choice);
    }
    // A series that the deal lacks leaves an empty place: say so.
    for (const chosen of all(".chosen")) {
      const missing = chosen.querySelector(".missing");
      missing.hidden = all(".figure", chosen).some((figure) => !figure.hidden);
    }
  };
  for (const rest of all(".rest")) rest.open = true;
  for (const chosen of all(".chosen")) {
    chosen.append(make("p", "This deal has no such series.", { class: "absent missing", role: "status" }));
    chosen.querySelector("select").addEventListener("change", show);
  }
  for (const radio of all("input[name=deal]")) {
    if (radio.checked) deal = radio.value;
    radio.addEventListener("change", () => {
      deal = radio.value;
      show();
    });
  }
  show();

  // The data of a figure as a file.
  const field = (value) => {
    if (value === null) return "";
    const text = String(value);
    if (typeof value === "number") return text;
    const safe = /^[=+\-@\t\r]/.test(text) ? "'" + text : text;
    return /[",\n\r]/.test(safe) ? '"' + safe.replace(/"/g, '""') + '"' : safe;
  };
  const csv = ({ columns, rows }) => [columns, ...rows].map((row) => row.map(field).join(",")).join("\n") + "\n";
  const download = (id) => {
    const url = URL.createObjectURL(new Blob([csv(data.figures[id])], { type: "text/csv" }));
    const link = make("a", "", { href: url, download: id + (data.partial ? "-partial" : "") + ".csv" });
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 1000);
  };

  // What stands at a place of a drawing: the row of the table of numbers that belongs there.
  const svgNamespace = "http://www.w3.org/2000/svg";
  const reader = (figure, plot) => {
    const title = figure.querySelector("h3").textContent;
    const heads = all(".numbers thead th", figure).map((cell) => cell.textContent);
    const rows = all(".numbers tbody tr", figure);
    const tip = make("div", "", { class: "tip", role: "status", hidden: "" });
    let row = -1;
    plot.append(tip);
    plot.tabIndex = 0;
    plot.setAttribute("role", "group");
    plot.setAttribute("aria-label", title + ": left and right arrow keys read the values");
    const drawn = () => all("svg", plot).find((svg) => svg.getClientRects().length > 0);
    const clear = () => {
      row = -1;
      tip.hidden = true;
      for (const cursor of all(".cursor", plot)) cursor.remove();
    };
    const read = (to) => {
      const svg = drawn();
      if (!svg || !svg.dataset.at) return;
      const places = svg.dataset.at.split(" ").map(Number);
      to = Math.min(Math.max(to, 0), places.length - 1);
      if (to === row) return;
      clear();
      row = to;
      const cursor = document.createElementNS(svgNamespace, "line");
      const attributes = { class: "cursor", x1: places[row], x2: places[row], y1: svg.dataset.top, y2: svg.dataset.base };
      for (const [key, value] of Object.entries(attributes)) cursor.setAttribute(key, value);
      svg.append(cursor);
      const cells = Array.from(rows[row].children).map((cell) => cell.textContent);
      const list = make("dl");
      for (let i = 1; i < cells.length; i++) list.append(make("dt", heads[i]), make("dd", cells[i]));
      tip.replaceChildren(make("b", heads[0] + " " + cells[0]), list);
      tip.hidden = false;
      const scale = svg.clientWidth / svg.viewBox.baseVal.width;
      const at = places[row] * scale;
      const room = plot.clientWidth - tip.offsetWidth;
      const beside = at + 14 <= room ? at + 14 : at - 14 - tip.offsetWidth;
      tip.style.left = Math.min(Math.max(beside, 0), Math.max(room, 0)) + "px";
    };
    const follow = (event) => {
      const svg = drawn();
      if (!svg || !svg.dataset.at) return;
      const box = svg.getBoundingClientRect();
      const x = ((event.clientX - box.left) / box.width) * svg.viewBox.baseVal.width;
      const places = svg.dataset.at.split(" ").map(Number);
      let nearest = 0;
      places.forEach((place, i) => {
        if (Math.abs(place - x) < Math.abs(places[nearest] - x)) nearest = i;
      });
      read(nearest);
    };
    plot.addEventListener("pointermove", follow);
    plot.addEventListener("pointerdown", follow);
    plot.addEventListener("pointerleave", clear);
    plot.addEventListener("blur", clear);
    plot.addEventListener("keydown", (event) => {
      const steps = { ArrowRight: row + 1, ArrowLeft: row - 1, Home: 0, End: rows.length - 1 };
      if (event.key === "Escape") clear();
      else if (event.key in steps && !event.altKey && !event.ctrlKey && !event.metaKey) {
        event.preventDefault();
        read(steps[event.key]);
      }
    });
  };

  for (const figure of all(".figure")) {
    const tools = make("div", "", { class: "tools" });
    const title = figure.querySelector("h3").textContent;
    const plots = all(".plot", figure);
    for (const plot of plots) reader(figure, plot);
    if (plots.length > 1) {
      const log = make("button", "Log axis", { type: "button", "aria-pressed": "false" });
      log.addEventListener("click", () => {
        const on = log.getAttribute("aria-pressed") === "false";
        log.setAttribute("aria-pressed", String(on));
        for (const plot of plots) plot.hidden = (plot.dataset.scale === "log") !== on;
      });
      tools.append(log);
    }
    const save = make("button", "CSV", { type: "button", "aria-label": "Download the data of " + title + " as CSV" });
    save.addEventListener("click", () => download(figure.id));
    tools.append(save);
    figure.querySelector("figcaption").after(tools);
  }

  // Assumptions that have a word, or no source.
  for (const filter of all(".filter")) {
    const [search, judged, told] = [filter.querySelector("[type=search]"), filter.querySelector("[type=checkbox]"), filter.querySelector("[role=status]")];
    const sift = () => {
      const word = search.value.trim().toLowerCase();
      let count = 0;
      for (const table of all(".inputs")) {
        let shown = 0;
        for (const row of all("tbody tr", table)) {
          row.hidden = (judged.checked && !row.classList.contains("judged")) || !row.textContent.toLowerCase().includes(word);
          shown += row.hidden ? 0 : 1;
        }
        table.hidden = shown === 0;
        count += shown;
      }
      told.textContent = word || judged.checked ? count + " shown" : "";
    };
    search.addEventListener("input", sift);
    judged.addEventListener("change", sift);
  }

  for (const copy of all(".copy")) {
    copy.addEventListener("click", () => {
      const code = copy.parentElement.querySelector("code");
      getSelection().selectAllChildren(code);
      const done = () => { copy.textContent = "Copied"; };
      if (navigator.clipboard) navigator.clipboard.writeText(code.textContent).then(done, () => {});
    });
  }
  root.dataset.ready = "yes";
})();
