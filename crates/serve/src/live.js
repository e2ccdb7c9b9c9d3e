// The live page: every change of an assumption asks the server again, one level after the other on the same futures.
(() => {
  const root = document.documentElement;
  const $ = (selector, from = document) => from.querySelector(selector);
  const all = (selector, from = document) => Array.from(from.querySelectorAll(selector));
  const make = (name, text, attributes = {}) => {
    const element = document.createElement(name);
    if (text) element.textContent = text;
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return element;
  };
  const { MEAN, DIFFERENCE, DIFFERENCE_ERROR } = figureFields;

  const dark = matchMedia("(prefers-color-scheme: dark)");
  const theme = $(".theme");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : dark.matches);
  theme.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    theme.setAttribute("aria-pressed", String(isDark()));
  });

  const post = (path, body, signal) => fetch(path, { method: "POST", body: typeof body === "string" ? body : JSON.stringify(body), signal });
  const trouble = (...lines) => $("#trouble").replaceChildren(...lines.map((line) => make("p", line, { class: "problem" })));

  // The token of the printed address becomes a cookie, and leaves the address.
  const enter = async () => {
    const token = location.hash.slice(1);
    if (token) {
      await post("/session", token);
      history.replaceState(null, "", location.pathname + location.search);
    }
  };

  let scenario = null;
  let deal = null;
  let answer = null;
  let answered = null;
  let bridge = null;
  const set = new Map();
  const pins = [];
  const rows = new Map();
  const pairs = () => [...set].map(([key, value]) => `${key}=${value}`);
  const nameOf = (list) => JSON.stringify(list);

  const remember = () => {
    const query = pairs().map((pair) => "set=" + encodeURIComponent(pair)).join("&");
    history.replaceState(null, "", location.pathname + (query ? "?" + query : ""));
  };

  // ---- asking
  let serial = 0;
  let running = null;
  const ask = async () => {
    const mine = ++serial;
    if (running) running.abort();
    running = new AbortController();
    const { signal } = running;
    const asked = pairs();
    remember();
    mark();
    let turn = null;
    const began = performance.now();
    root.dataset.state = "asking";
    try {
      for (let level = 0; level < scenario.levels.length; level++) {
        const response = await post("/api/answer", { set: asked, level, ...(turn === null ? {} : { turn }) }, signal);
        if (mine !== serial) return;
        if (response.status === 422) return refused((await response.json()).problems);
        if (response.status === 409) return trouble("Another page of this server asked something newer. Change anything here to go on.");
        if (!response.ok) return trouble(`The server answered ${response.status}.`);
        answer = await response.json();
        if (mine !== serial) return;
        answered = asked;
        turn = answer.turn;
        if (level === 0) root.dataset.first = String(Math.round(performance.now() - began));
        trouble(...answer.warnings);
        for (const row of rows.values()) row.problem.hidden = true;
        show();
      }
      root.dataset.state = "settled";
      root.dataset.settled = String(Math.round(performance.now() - began));
      const response = await post("/api/bridge", { set: asked, turn }, signal);
      if (mine !== serial || !response.ok) return;
      bridge = await response.json();
      showBridge();
    } catch (error) {
      if (mine === serial && error.name !== "AbortError") trouble("The server is gone: capstake serve was ended. Start it again and open its new address.");
    }
  };
  // At most one question in 40 milliseconds while a handle is dragged; the last always.
  let waiting = null;
  let asked = 0;
  const soon = () => {
    if (waiting) return;
    const wait = Math.max(0, asked + 40 - performance.now());
    waiting = setTimeout(() => {
      waiting = null;
      asked = performance.now();
      ask();
    }, wait);
  };

  const refused = (problems) => {
    root.dataset.state = "refused";
    const left = [];
    for (const { key, code, message, help } of problems) {
      const text = `${code ? `[${code}] ` : ""}${message}${help.length ? ". " + help.join(". ") : ""}`;
      const row = rows.get(key) ?? [...rows.values()].find((row) => key && row.fields.has(key));
      if (!row) left.push(text);
      else {
        row.problem.textContent = text;
        row.problem.hidden = false;
        row.box.closest("details").open = true;
      }
    }
    trouble(...left);
    $("#settled").textContent = "This setting is refused; the answer below is that of the setting before.";
  };

  // ---- showing
  const heads = all(".setting thead th").map((head) => head.textContent);
  const begins = () => (answer.settings.length ? `With ${answer.settings.join(" and ")}, ` : "As in the scenario, ");
  const thousands = (count) => count.toLocaleString("en-US");
  const show = () => {
    const told = tellAnswer(answer, answer.figures, deal);
    [$(".said").textContent, $("#answer .lede").textContent] = told.sentences(begins());
    $(".setting tbody").replaceChildren(...told.rows(heads));
    $(".drawn").replaceChildren(...told.drawings());
    $("#settled").textContent = `${scenario.name} · ${thousands(answer.paths)} futures${answer.last ? "" : " so far"} · seed ${scenario.seed} · valued at ${scenario.valued}`;
    $(".command").hidden = false;
    $(".command code").textContent = answer.command;
    $(".command .copy").textContent = "Copy";
    for (const pin of pins) if (nameOf(pin.set) === nameOf(answered) && pin.answer.paths < answer.paths) pin.answer = answer;
    showPins();
  };
  const showBridge = () => {
    const place = $("#bridge");
    place.replaceChildren();
    if (!bridge || !bridge.ends) return;
    const [from, to] = bridge.ends;
    for (const { label, clauses } of bridge.metrics) {
      const most = Math.max(...clauses.map(({ value }) => Math.abs(value)), 1e-9);
      const table = make("table", "", { class: "table" });
      table.append(make("caption", `From ${from} to ${to}, $bn, each clause on average over all orders, ${thousands(bridge.paths)} futures`));
      const body = make("tbody");
      for (const { clause, value, words } of clauses) {
        const bar = make("span", "", { class: value < 0 ? "worth less" : "worth", "aria-hidden": "true" });
        bar.style.width = `${(8 * Math.abs(value)) / most}rem`;
        const drawn = make("td");
        drawn.append(bar);
        const line = make("tr");
        line.append(make("th", clause, { scope: "row" }), make("td", (value > 0 ? "+" : "") + words), drawn);
        body.append(line);
      }
      table.append(body);
      place.append(make("h3", `${label}: what each clause is worth`), table);
    }
  };
  const showPins = () => {
    $("#pins .absent").hidden = pins.length > 0;
    $("#pins ol").replaceChildren(...pins.map((pin, i) => {
      const item = make("li");
      const name = pin.answer.settings.join(" and ").replace(/^the (.)/, (_, letter) => letter.toUpperCase()) || "As in the scenario";
      item.append(make("b", name));
      const list = make("dl");
      pin.answer.quantities.forEach(({ deal: whose, metric, label, measure, flag }, at) => {
        const figure = pin.answer.figures[at];
        if (whose !== deal || flag || !figure || !["microsoft_take_pv", "openai_retained_pv", "revenue_kept_pv", "microsoft_total_pv"].includes(metric)) return;
        const difference = digits.estimate(measure, figure[DIFFERENCE], figure[DIFFERENCE_ERROR]);
        list.append(make("dt", label), make("dd", figure[DIFFERENCE] > 0 ? "+" + difference : difference));
      });
      item.append(list, make("p", `${deal}, less the scenario · ${thousands(pin.answer.paths)} futures`, { class: "note" }));
      const back = make("button", "Show", { type: "button" });
      back.addEventListener("click", () => go(pin.set));
      const away = make("button", "Remove", { type: "button" });
      away.addEventListener("click", () => {
        pins.splice(i, 1);
        showPins();
      });
      item.append(back, away);
      return item;
    }));
  };

  // ---- assumptions
  const fieldsOf = (field) => [...rows.values()].find(({ fields }) => fields.has(field.key)).number.fields;
  const valueOf = (field) => (set.has(field.key) ? Number(set.get(field.key)) : field.value);
  const change = (field, value) => {
    // A number that is fixed has no parameters, and one with parameters is not fixed.
    for (const other of fieldsOf(field)) if (other.fixed !== field.fixed) set.delete(other.key);
    if (value === field.value && !field.fixed) set.delete(field.key);
    else set.set(field.key, String(value));
    soon();
  };
  // Where a handle goes: from nothing to twice what is there; shares end at 1.
  const reach = ({ value }, unit) => {
    const wide = Math.abs(value) || 1;
    const high = ["fraction", "probability"].includes(unit) && value <= 1 ? 1 : 2 * wide;
    return value < 0 ? [-2 * wide, 2 * wide] : [0, high];
  };
  const drawNumber = (number) => {
    const box = make("div", "", { class: "number-row" });
    const heading = make("h4", number.label);
    const back = make("button", "Reset", { type: "button", class: "back", "aria-label": `Reset ${number.key}` });
    back.addEventListener("click", () => {
      for (const field of number.fields) set.delete(field.key);
      soon();
    });
    back.hidden = true;
    heading.append(back);
    box.append(heading);
    box.append(make("p", `${number.value}${number.range ? `, nine in ten ${number.range}` : ""}${number.law ? ` · ${number.law}` : ""}`, { class: "note" }));
    const fields = new Map();
    for (const field of number.fields) {
      const line = make("label", "", { class: "field" });
      const [from, to] = reach(field, number.unit);
      const name = field.name || (field.fixed ? "fixed" : "value");
      const handle = make("input", "", { type: "range", min: from, max: to, step: "any", "aria-label": `${number.key} ${name}` });
      const exact = make("input", "", { type: "number", step: "any", "aria-label": `${number.key} ${name}, exactly` });
      handle.value = field.value;
      if (!field.fixed) exact.value = field.value;
      const step = (to - from) / 200;
      handle.addEventListener("input", () => {
        // A round number near the thumb, and the scenario's own where it rests on it.
        const round = Number((Math.round(Number(handle.value) / step) * step).toPrecision(3));
        const value = Math.abs(Number(handle.value) - field.value) < step ? field.value : round;
        exact.value = value;
        change(field, value);
      });
      handle.addEventListener("keydown", (event) => {
        const move = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10 }[event.key];
        if (!move) return;
        event.preventDefault();
        const value = Number((valueOf(field) + move * step).toPrecision(12));
        handle.value = exact.value = value;
        change(field, value);
      });
      exact.addEventListener("input", () => {
        if (exact.value === "" || !Number.isFinite(Number(exact.value))) return;
        handle.value = exact.value;
        change(field, Number(exact.value));
      });
      line.append(make("span", name), handle, exact);
      box.append(line);
      fields.set(field.key, { field, handle, exact });
    }
    box.append(make("code", number.key, { class: "note" }));
    const origin = make("p", "", { class: "note" });
    if (number.source.url) origin.append(make("a", number.source.text, { href: number.source.url, rel: "noopener noreferrer", target: "_blank" }));
    else origin.append(number.source.text);
    if (number.note) origin.append(` · ${number.note}`);
    const problem = make("p", "", { class: "problem", role: "alert", hidden: "" });
    box.append(origin, problem);
    rows.set(number.key, { number, box, fields, problem, back, text: `${number.key} ${number.label} ${number.note} ${number.source.text}`.toLowerCase() });
    return box;
  };
  // Marks what is changed, and puts handles where they belong.
  const mark = () => {
    for (const { fields, box, back } of rows.values()) {
      const isChanged = [...fields.keys()].some((key) => set.has(key));
      box.classList.toggle("is-changed", isChanged);
      back.hidden = !isChanged;
      for (const { field, handle, exact } of fields.values()) {
        if (document.activeElement !== handle) handle.value = valueOf(field);
        if (document.activeElement !== exact) exact.value = field.fixed && !set.has(field.key) ? "" : valueOf(field);
      }
    }
    for (const section of all("#sections details")) {
      const count = all(".is-changed", section).length;
      $("summary span", section).textContent = count ? ` · ${count} changed` : "";
    }
    $("#reset").disabled = set.size === 0;
    sift();
  };
  const sift = () => {
    const word = $("#search").value.trim().toLowerCase();
    const only = $("#changed").checked;
    let count = 0;
    for (const { text, box } of rows.values()) {
      box.hidden = !text.includes(word) || (only && !box.classList.contains("is-changed"));
      count += box.hidden ? 0 : 1;
    }
    for (const section of all("#sections details")) {
      section.hidden = all(".number-row", section).every((row) => row.hidden);
      if (word || only) section.open = !section.hidden;
    }
    $("#count").textContent = word || only ? `${count} shown` : "";
  };
  const go = (list) => {
    set.clear();
    for (const pair of list) {
      const at = pair.indexOf("=");
      if (at > 0) set.set(pair.slice(0, at).trim(), pair.slice(at + 1).trim());
    }
    ask();
  };

  // ---- saving
  const save = async (path, button) => {
    const words = button.textContent;
    button.disabled = true;
    button.textContent = "Making it…";
    try {
      const response = await post(path, { set: pairs() });
      if (response.status === 422) return refused((await response.json()).problems);
      if (response.status === 409) return trouble("A newer change ended it: press again.");
      if (!response.ok) return trouble(`The server answered ${response.status}.`);
      const url = URL.createObjectURL(await response.blob());
      const name = /filename="([^"]+)"/.exec(response.headers.get("Content-Disposition"))[1];
      make("a", "", { href: url, download: name }).click();
      setTimeout(() => URL.revokeObjectURL(url), 5000);
      root.dataset.saved = name;
    } catch {
      trouble("The server is gone.");
    } finally {
      button.disabled = false;
      button.textContent = words;
    }
  };

  const begin = async () => {
    await enter();
    const response = await fetch("/api/scenario");
    if (response.status === 401) {
      root.dataset.state = "unknown";
      return trouble("This page needs its key: open the address that capstake serve printed, with what stands behind #.");
    }
    scenario = await response.json();
    document.title = `${scenario.name}: what if`;
    $("#name").textContent = scenario.name;
    [deal] = scenario.deals;
    scenario.deals.forEach((name, i) => {
      const label = make("label", "", { class: `d${i % 5}` });
      const radio = make("input", "", { type: "radio", name: "deal", value: name });
      radio.checked = i === 0;
      radio.addEventListener("change", () => {
        deal = name;
        if (answer) show();
      });
      label.append(radio, make("span", name));
      $("#deals").append(label);
    });
    $("#deals").hidden = scenario.deals.length < 2;
    // The deals first: their terms are what people ask about.
    const isDeal = ({ name }) => name.startsWith("deal ");
    const sections = [...scenario.sections.filter(isDeal), ...scenario.sections.filter((section) => !isDeal(section))];
    for (const section of sections) {
      const details = make("details");
      const summary = make("summary", section.name);
      summary.append(make("span", ""));
      details.append(summary, ...section.numbers.map(drawNumber));
      $("#sections").append(details);
    }
    $("#sections details").open = true;
    $("#search").addEventListener("input", sift);
    $("#changed").addEventListener("change", sift);
    $("#reset").addEventListener("click", () => go([]));
    $("#pin").addEventListener("click", () => {
      if (!answer || pins.some((pin) => nameOf(pin.set) === nameOf(answered))) return;
      pins.push({ set: answered, answer });
      showPins();
    });
    for (const what of ["toml", "report", "workbook"]) {
      const button = $(`#save-${what}`);
      button.addEventListener("click", () => save(`/api/${what}`, button));
    }
    $(".copy").addEventListener("click", () => {
      const code = $(".command code");
      getSelection().selectAllChildren(code);
      if (navigator.clipboard) navigator.clipboard.writeText(code.textContent).then(() => { $(".copy").textContent = "Copied"; }, () => {});
    });
    matchMedia("(max-width:38rem)").addEventListener("change", () => answer && show());
    setInterval(() => { if (!document.hidden) post("/api/alive", "").catch(() => {}); }, 20000);
    go(new URLSearchParams(location.search).getAll("set"));
  };
  begin().catch(() => trouble("The server cannot be reached."));
})();
