// What if: sliders choose among settings that were simulated with the run, or interpolate between two of them.
(() => {
  const { whatIf } = JSON.parse(document.getElementById("data").textContent);
  const place = document.querySelector(".what-if");
  if (!whatIf || !place) return;
  const { sliders, quantities, sides } = whatIf;
  const all = (selector, from = place) => Array.from(from.querySelectorAll(selector));
  const [MEAN, ERROR, P05, P50, P95, DIFFERENCE, DIFFERENCE_ERROR, LOW, HIGH, COUNTS, PATHS, UNDEFINED] = Array(12).keys();
  const round = (x) => Number(x.toPrecision(12));

  const letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";
  const unpacked = (text) => {
    const counts = [];
    for (let i = 0; i < text.length; i += 2) counts.push(letters.indexOf(text[i]) * 64 + letters.indexOf(text[i + 1]));
    return counts;
  };

  // Settings by the values of the sliders that are moved. A slider at the scenario's own number is not moved.
  const nodes = new Map();
  const nameOf = (set) => JSON.stringify(set);
  for (const slider of sliders) slider.nodes = slider.nodes.map(round);
  for (const [set, figures] of whatIf.nodes) {
    for (const figure of figures) if (figure) figure[COUNTS] = unpacked(figure[COUNTS]);
    nodes.set(nameOf(set.map(([slider, value]) => [slider, round(value)])), figures);
  }
  const own = (slider) => ("value" in sliders[slider].own ? round(sliders[slider].own.value) : null);
  const settled = (set) => nodes.get(nameOf(set.filter(([slider, value]) => value !== own(slider))));
  const scenario = nodes.get(nameOf([]));

  // The values at which a slider has settings: its nodes, and its number in the scenario where that is one.
  const stops = sliders.map(({ nodes }, i) => {
    const value = own(i);
    const inside = value !== null && value > nodes[0] && value < nodes[nodes.length - 1] && !nodes.includes(value);
    return inside ? [...nodes, value].sort((a, b) => a - b) : nodes;
  });
  const around = (slider, value) => {
    const at = stops[slider];
    const above = at.findIndex((stop) => stop >= value);
    if (above < 0) return null;
    if (at[above] === value) return [[value, 1]];
    if (above === 0) return null;
    const part = (value - at[above - 1]) / (at[above] - at[above - 1]);
    return [[at[above - 1], 1 - part], [at[above], part]];
  };

  // A sum of settings with weights that add up to 1, number by number.
  const mixed = (parts) => quantities.map((_, i) => {
    const own = parts.map(([figures, weight]) => [figures[i], weight]);
    if (own.some(([figure]) => !figure)) return null;
    const sum = (pick) => own.reduce((total, [figure, weight]) => total + weight * pick(figure), 0);
    const figure = [];
    for (let at = MEAN; at <= HIGH; at++) {
      // The scenario differs from itself by nothing.
      const number = (figure) => (figure[at] === null && at >= DIFFERENCE && at <= DIFFERENCE_ERROR ? 0 : figure[at]);
      figure[at] = own.some(([figure]) => number(figure) === null) ? null : sum(number);
    }
    figure[COUNTS] = own[0][0][COUNTS].map((_, bin) => sum((figure) => figure[COUNTS][bin]));
    if (own.some(([figure]) => figure.length > PATHS)) {
      figure[PATHS] = sum((figure) => figure[PATHS] ?? whatIf.paths);
      figure[UNDEFINED] = whatIf.paths - figure[PATHS];
    }
    return figure;
  });

  // The figures of a setting: simulated, interpolated between the settings named, or none.
  const found = (set) => {
    if (set.length === 0) return { figures: scenario, between: [] };
    const sides = set.map(([slider, value]) => ({ slider, near: around(slider, value) }));
    if (set.length > 2 || sides.some(({ near }) => near === null)) return null;
    let corners = [[[], 1]];
    for (const { slider, near } of sides) {
      corners = corners.flatMap(([at, weight]) => near.map(([value, part]) => [[...at, [slider, value]], weight * part]));
    }
    const parts = corners.map(([at, weight]) => [settled(at), weight]);
    if (parts.some(([figures]) => !figures)) return null;
    const between = sides.filter(({ near }) => near.length > 1);
    return { figures: parts.length === 1 ? parts[0][0] : mixed(parts), between };
  };

  const shown = (slider, value) => digits.value(sliders[slider].measure, value, 6);
  const figureOf = (figures, deal, metric) => {
    const at = quantities.findIndex((quantity) => quantity.deal === deal && quantity.metric === metric);
    return at < 0 || !figures[at] ? null : figures[at];
  };
  const part = (figure) => (figure.length > PATHS ? Math.round((100 * figure[PATHS]) / whatIf.paths) + "% of paths" : "");

  // The deal whose answer is told: the one chosen above if the sliders move it.
  const dealShown = (figures) => {
    const chosen = document.querySelector("input[name=deal]:checked");
    const name = chosen ? chosen.nextElementSibling.textContent : null;
    const deals = quantities.filter((quantity, i) => quantity.ends && figures[i]).map((quantity) => quantity.deal);
    return deals.includes(name) ? name : deals[0];
  };

  const amount = (figure) => "about " + digits.passing(dollars, figure[MEAN], figure[ERROR]);
  const dollars = [1, "$", " bn"];
  const range = (figure, name) => {
    if (figure[P05] === figure[P95]) return "";
    let count = 2;
    const ends = () => [figure[P05], figure[P95]].map((x) => digits.significant(x, count));
    while (count < 6 && ends()[0] === ends()[1]) count++;
    const [low, high] = ends();
    const below = figure[P05] < 0;
    return ` (${name}${digits.number(dollars, low)}${below ? " to " : "–"}${below ? digits.number(dollars, high) : digits.grouped(high)} bn${part(figure) ? "; on " + part(figure) : ""})`;
  };
  const change = (figure) => {
    const [difference, error] = [figure[DIFFERENCE], figure[DIFFERENCE_ERROR]];
    if (difference === null) return "";
    if (difference === 0 && error === 0) return ", just as much as in the scenario";
    if (Math.abs(difference) <= 2 * error) return ", about as much as in the scenario";
    return `, ${digits.passing(dollars, Math.abs(difference), error)} ${difference > 0 ? "more" : "less"} than in the scenario`;
  };
  const percent = (figure) => {
    const [p, n] = [figure[MEAN], figure[PATHS] ?? whatIf.paths];
    const few = Math.min(p, 1 - p) * n < 100;
    const wide = (figure[HIGH] - figure[LOW]) / 2;
    if (!few || !(wide > 0)) return digits.estimate([100, "", "%"], p, figure[ERROR]);
    const place = digits.exponent(100 * wide);
    const at = (x) => digits.atPlace(100 * x, place);
    return `${at(p)}% (95%: ${at(figure[LOW])}–${at(figure[HIGH])}%)`;
  };

  const sentence = (figures, set, deal) => {
    const settings = set.map(([slider, value]) => `${sliders[slider].phrase} at ${shown(slider, value)}`);
    const begins = set.length ? `With ${settings.join(" and ")}, ` : "As in the scenario, ";
    const take = figureOf(figures, deal, "microsoft_take_pv");
    const retained = figureOf(figures, deal, "openai_retained_pv");
    const kept = figureOf(figures, deal, "revenue_kept_pv");
    const both = take && retained ? take[MEAN] + retained[MEAN] : 0;
    const share = both > 0 && take[MEAN] >= 0 && retained[MEAN] >= 0 && !part(take) && !part(retained);
    const ofBoth = share ? `, ${digits.significant((100 * take[MEAN]) / both, 2)}% of what both sides get` : "";
    const words = [];
    if (take) words.push(`${begins}${sides[0]} is worth ${amount(take)} under ${deal}${range(take, "nine futures in ten: ")}${ofBoth}${change(take)}.`);
    const [side, figure] = retained ? [sides[1], retained] : [sides[2], kept];
    if (figure) words.push(`${side} ${amount(figure)}${range(figure, "")}${change(figure)}.`);
    const cap = figureOf(figures, deal, "cap_hit");
    if (cap && cap[MEAN] > 0) words.push(`The cap binds in ${digits.significant(100 * cap[MEAN], cap[MEAN] > 0.99 ? 3 : 2)}% of futures.`);
    return [words[0] ?? "", words.slice(1).join(" ")];
  };

  const make = (name, text, attributes = {}) => {
    const element = document.createElement(name);
    if (text) element.textContent = text;
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return element;
  };
  const heads = all(".setting thead th").map((head) => head.textContent);
  const row = (figures, i, deal) => {
    const { label, measure, flag, metric } = quantities[i];
    const [here, there] = [figures[i], scenario[i]];
    const isDifference = quantities[i].deal !== deal;
    const written = (figure) => (flag ? percent(figure) : digits.estimate(measure, figure[MEAN], figure[ERROR]) + (part(figure) ? ", on " + part(figure) : ""));
    const ends = (figure) => (flag || figure[P05] === null ? "" : [figure[P05], figure[P95]].map((x) => digits.value(measure, x, 3)).join(" to "));
    const points = flag ? [100, "", " pp"] : measure;
    const difference = here[DIFFERENCE] === null ? "–" : digits.estimate(points, here[DIFFERENCE], here[DIFFERENCE_ERROR]);
    const cells = [isDifference ? `${label}: ${quantities[i].deal.replace(" - ", " less ")}` : label, written(here), ends(here), written(there), difference];
    const line = make("tr", "", metric === "microsoft_take_pv" && !isDifference ? { class: "main" } : {});
    cells.forEach((cell, at) => line.append(at ? make("td", cell, { "data-name": heads[at] }) : make("th", cell, { scope: "row" })));
    return line;
  };
  const concerns = (quantity, deal) => quantity.deal === deal || quantity.deal.split(" - ").includes(deal);
  const isNothing = (figure) => figure[MEAN] === 0 && figure[ERROR] === 0;

  // Distributions: this setting as an area, the scenario as a line over it.
  const space = "http://www.w3.org/2000/svg";
  const draw = (name, attributes, text) => {
    const element = document.createElementNS(space, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    if (text) element.textContent = text;
    return element;
  };
  const ticks = (low, high, count) => {
    const raw = (high - low) / count;
    const power = 10 ** Math.floor(Math.log10(raw));
    const step = power * [1, 2, 5, 10].find((digit) => digit * power >= raw);
    const found = [];
    for (let i = Math.ceil(low / step); i * step <= high; i++) found.push(round(i * step));
    return found;
  };
  const drawing = (figures, i) => {
    const { label, measure, ends: [low, high], deal } = quantities[i];
    const narrow = matchMedia("(max-width:38rem)").matches;
    const [width, height, base] = [narrow ? 340 : 560, 190, 160];
    const svg = draw("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", class: narrow ? "narrow-text" : "" });
    const most = Math.max(...figures[i][COUNTS], ...scenario[i][COUNTS], 1);
    const x = (bin) => 6 + ((width - 12) * bin) / figures[i][COUNTS].length;
    const y = (count) => base - (base - 12) * (count / most);
    const path = (counts) => counts.map((count, bin) => `${bin ? "L" : "M"}${x(bin).toFixed(1)},${y(count).toFixed(1)}L${x(bin + 1).toFixed(1)},${y(count).toFixed(1)}`).join("");
    const median = (figure) => digits.value(measure, figure[P50], 3);
    const here = path(figures[i][COUNTS]);
    svg.append(draw("title", {}, `${label} under ${deal}: median ${median(figures[i])} at this setting, ${median(scenario[i])} in the scenario`));
    const at = (value) => 6 + ((width - 12) * (value - low)) / (high - low);
    for (const tick of ticks(low * measure[0], high * measure[0], narrow ? 4 : 6)) {
      const place = at(tick / measure[0]);
      svg.append(draw("line", { class: "grid", x1: place, x2: place, y1: 8, y2: base }));
      svg.append(draw("text", { class: "tick", x: place, y: base + 18, "text-anchor": place < 24 ? "start" : place > width - 30 ? "end" : "middle" }, digits.number(measure, String(tick))));
    }
    svg.append(draw("path", { class: "area", d: `${here}L${x(figures[i][COUNTS].length)},${base}L${x(0)},${base}Z` }));
    svg.append(draw("path", { class: "line w2", d: here }));
    svg.append(draw("path", { class: "line w2 was", d: path(scenario[i][COUNTS]) }));
    svg.append(draw("line", { class: "base", x1: 6, x2: width - 6, y1: base, y2: base }));
    const box = make("div", "", { class: "d0" });
    box.append(make("h3", `${label}, ${measure[1]}${measure[2].trim()}`), svg);
    return box;
  };

  // The command of a setting, with the changes that are made to the scenario.
  const command = (set) => whatIf.command + set.map(([slider, value]) => ` --set ${sliders[slider].key}=${value}`).join("");

  const [said, further, betweenLine] = [".said", ".lede", ".between"].map((name) => place.querySelector(name));
  const moved = sliders.map(() => null);
  const boxes = all(".slider");
  const inputs = boxes.map((box) => [box.querySelector("[type=range]"), box.querySelector("[type=number]"), box.querySelector("button"), box.querySelector("output"), box.querySelector(".own")]);
  const start = sliders.map(({ own, nodes }) => own.value ?? own.median ?? (nodes[0] + nodes[nodes.length - 1]) / 2);

  const tell = () => {
    const set = moved.map((value, slider) => [slider, value]).filter(([slider, value]) => value !== null && value !== own(slider));
    const answer = found(set);
    place.querySelector(".command code").textContent = command(set);
    place.querySelector(".command .copy").textContent = "Copy";
    place.querySelector(".shown").hidden = answer === null;
    place.dataset.setting = answer === null ? "not computed" : answer.between.length ? "interpolated" : "computed";
    further.textContent = betweenLine.textContent = "";
    if (answer === null) {
      said.textContent = "This setting was not computed with the page, and the effects of single changes do not add up: the command below simulates it.";
      return;
    }
    const { figures, between } = answer;
    const deal = dealShown(figures);
    [said.textContent, further.textContent] = sentence(figures, set, deal);
    if (between.length) {
      const spans = between.map(({ slider, near }) => near.map(([value]) => shown(slider, value)).join(" and "));
      betweenLine.textContent = `Interpolated between ${spans.join(", and between ")}, which were computed; the command below simulates this very setting.`;
    }
    const body = place.querySelector(".setting tbody");
    const rows = quantities.map((quantity, i) => i).filter((i) => figures[i] && concerns(quantities[i], deal) && !(isNothing(figures[i]) && isNothing(scenario[i])));
    body.replaceChildren(...rows.map((i) => row(figures, i, deal)));
    const drawn = quantities.map((quantity, i) => i).filter((i) => figures[i] && quantities[i].ends && quantities[i].deal === deal);
    const legend = make("p", "", { class: "note key" });
    legend.append(make("span", "", { class: "swatch d0", "aria-hidden": "true" }), " this setting ", make("span", "", { class: "stroke was", "aria-hidden": "true" }), " the scenario; the outer bars hold what lies beyond");
    place.querySelector(".drawn").replaceChildren(...drawn.map((i) => drawing(figures, i)), legend);
  };

  const move = (slider, value) => {
    const [range, number, button, output] = inputs[slider];
    moved[slider] = value;
    const at = value ?? start[slider];
    range.value = at;
    if (document.activeElement !== number) number.value = value === null && own(slider) === null ? "" : round(at);
    const words = value === null || value === own(slider) ? (own(slider) === null ? "as in the scenario" : shown(slider, own(slider)) + ", as in the scenario") : shown(slider, value);
    output.textContent = words;
    range.setAttribute("aria-valuetext", words);
    button.disabled = value === null;
  };

  sliders.forEach(({ nodes, own: mine }, slider) => {
    const [range, number, button, , mark] = inputs[slider];
    const [from, to] = [nodes[0], nodes[nodes.length - 1]];
    const standing = mine.value ?? mine.median;
    if (standing !== undefined && standing >= from && standing <= to) {
      mark.hidden = false;
      mark.style.setProperty("--at", (standing - from) / (to - from));
    }
    range.addEventListener("input", () => {
      let value = round(Number(range.value));
      const near = own(slider);
      // The thumb rests on the scenario's number although that is no stop of the slider.
      if (near !== null && Math.abs(value - near) < Number(range.step) / 2) value = near;
      move(slider, value);
      tell();
    });
    number.addEventListener("input", () => {
      const value = Number(number.value);
      if (number.value === "" || !Number.isFinite(value)) return;
      move(slider, value);
      tell();
    });
    number.addEventListener("blur", () => move(slider, moved[slider]));
    button.addEventListener("click", () => {
      move(slider, null);
      range.focus();
      tell();
    });
    move(slider, null);
  });
  for (const radio of document.querySelectorAll("input[name=deal]")) radio.addEventListener("change", tell);
  matchMedia("(max-width:38rem)").addEventListener("change", tell);
  for (const table of document.querySelectorAll(".nodes")) table.open = false;
  tell();
})();
