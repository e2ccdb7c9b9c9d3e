// The answer of a setting beside the scenario: sentences, rows of a table, drawings. Shared by the sliders of a page and the live page.
const figureFields = Object.fromEntries(
  ["MEAN", "ERROR", "P05", "P50", "P95", "DIFFERENCE", "DIFFERENCE_ERROR", "LOW", "HIGH", "COUNTS", "PATHS", "UNDEFINED"].map((name, at) => [name, at]),
);

// `context` has the quantities, the figures of the scenario, the number of paths and what the two sides are called.
const tellAnswer = ({ quantities, sides, paths, scenario }, figures, deal) => {
  const { MEAN, ERROR, P05, P50, P95, DIFFERENCE, DIFFERENCE_ERROR, LOW, HIGH, COUNTS, PATHS } = figureFields;
  const dollars = [1, "$", " bn"];
  const figureOf = (metric) => {
    const at = quantities.findIndex((quantity) => quantity.deal === deal && quantity.metric === metric);
    return at < 0 || !figures[at] ? null : figures[at];
  };
  const part = (figure) => (figure.length > PATHS ? Math.round((100 * figure[PATHS]) / paths) + "% of paths" : "");

  const amount = (figure) => (figure[ERROR] === "exact" ? digits.estimate(dollars, figure[MEAN], "exact") : "about " + digits.passing(dollars, figure[MEAN], figure[ERROR]));
  const range = (figure, name) => {
    if (figure[P05] === figure[P95]) return "";
    let count = 2;
    const ends = () => [figure[P05], figure[P95]].map((x) => digits.significant(x, count));
    while (count < 6 && ends()[0] === ends()[1]) count++;
    const [low, high] = ends();
    const below = figure[P05] < 0;
    const span = `${digits.number(dollars, low)}${below ? " to " : "–"}${below ? digits.number(dollars, high) : digits.grouped(high)} bn`;
    return ` (${name}${span}${part(figure) ? "; on " + part(figure) : ""})`;
  };
  const change = (figure) => {
    const [difference, error] = [figure[DIFFERENCE], figure[DIFFERENCE_ERROR]];
    if (difference === null) return "";
    if (difference === 0 && (error === 0 || error === "exact")) return ", just as much as in the scenario";
    if (Math.abs(difference) <= 2 * error) return ", about as much as in the scenario";
    return `, ${digits.passing(dollars, Math.abs(difference), error)} ${difference > 0 ? "more" : "less"} than in the scenario`;
  };
  const percent = (figure) => {
    const [p, n] = [figure[MEAN], figure[PATHS] ?? paths];
    const few = figure[ERROR] !== "exact" && Math.min(p, 1 - p) * n < 100;
    const wide = (figure[HIGH] - figure[LOW]) / 2;
    if (!few || !(wide > 0)) return digits.estimate([100, "", "%"], p, figure[ERROR]);
    const place = digits.exponent(100 * wide);
    const at = (x) => digits.atPlace(100 * x, place);
    return `${at(p)}% (95%: ${at(figure[LOW])}–${at(figure[HIGH])}%)`;
  };

  // The first sentence, which begins with the setting, and the others.
  const sentences = (begins) => {
    const [take, retained, kept] = ["microsoft_take_pv", "openai_retained_pv", "revenue_kept_pv"].map(figureOf);
    const both = take && retained ? take[MEAN] + retained[MEAN] : 0;
    const share = both > 0 && take[MEAN] >= 0 && retained[MEAN] >= 0 && !part(take) && !part(retained);
    const ofBoth = share ? `, ${digits.significant((100 * take[MEAN]) / both, 2)}% of what both sides get` : "";
    const words = [];
    if (take) words.push(`${begins}${sides[0]} is worth ${amount(take)} under ${deal}${range(take, "nine futures in ten: ")}${ofBoth}${change(take)}.`);
    const [side, figure] = retained ? [sides[1], retained] : [sides[2], kept];
    if (figure) words.push(`${side} ${amount(figure)}${range(figure, "")}${change(figure)}.`);
    const cap = figureOf("cap_hit");
    if (cap && cap[MEAN] > 0) words.push(`The cap binds in ${digits.significant(100 * cap[MEAN], cap[MEAN] > 0.99 ? 3 : 2)}% of futures.`);
    return [words[0] ?? "", words.slice(1).join(" ")];
  };

  const make = (name, text, attributes = {}) => {
    const element = document.createElement(name);
    if (text) element.textContent = text;
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return element;
  };
  const row = (i, heads) => {
    const { label, measure, flag, metric } = quantities[i];
    const [here, there] = [figures[i], scenario[i]];
    const isDifference = quantities[i].deal !== deal;
    const written = (figure) => (flag ? percent(figure) : digits.estimate(measure, figure[MEAN], figure[ERROR]) + (part(figure) ? ", on " + part(figure) : ""));
    const ends = flag || here[P05] === null ? "" : [here[P05], here[P95]].map((x) => digits.value(measure, x, 3)).join(" to ");
    const points = flag ? [100, "", " pp"] : measure;
    const difference = here[DIFFERENCE] === null ? "–" : digits.estimate(points, here[DIFFERENCE], here[DIFFERENCE_ERROR]);
    const name = isDifference ? `${label}: ${quantities[i].deal.replace(" - ", " less ")}` : label;
    const line = make("tr", "", metric === "microsoft_take_pv" && !isDifference ? { class: "main" } : {});
    line.append(make("th", name, { scope: "row" }));
    [written(here), ends, written(there), difference].forEach((cell, at) => line.append(make("td", cell, { "data-name": heads[at + 1] })));
    return line;
  };
  const isNothing = (figure) => figure[MEAN] === 0 && (figure[ERROR] === 0 || figure[ERROR] === "exact");
  const rows = (heads) => {
    const concerns = (quantity) => quantity.deal === deal || quantity.deal.split(" - ").includes(deal);
    const shown = (i) => figures[i] && concerns(quantities[i]) && !(isNothing(figures[i]) && isNothing(scenario[i]));
    return quantities.map((_, i) => i).filter(shown).map((i) => row(i, heads));
  };

  // Distributions: this setting as an area, the scenario as a line over it.
  const draw = (name, attributes, text) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    if (text) element.textContent = text;
    return element;
  };
  const ticks = (low, high, count) => {
    const raw = (high - low) / count;
    const power = 10 ** Math.floor(Math.log10(raw));
    const step = power * [1, 2, 5, 10].find((digit) => digit * power >= raw * (1 - 1e-9));
    const found = [];
    for (let i = Math.ceil(low / step); i * step <= high; i++) found.push(Number((i * step).toPrecision(12)));
    return found;
  };
  const drawing = (i) => {
    const { label, measure, ends: [low, high] } = quantities[i];
    const [here, there] = [figures[i], scenario[i]];
    const narrow = matchMedia("(max-width:38rem)").matches;
    const [width, height, base] = [narrow ? 340 : 560, 190, 160];
    const svg = draw("svg", { viewBox: `0 0 ${width} ${height}`, role: "img" });
    const most = Math.max(...here[COUNTS], ...there[COUNTS], 1e-9);
    const x = (bin) => 6 + ((width - 12) * bin) / here[COUNTS].length;
    const y = (count) => base - (base - 12) * (count / most);
    const step = (count, bin) => `${bin ? "L" : "M"}${x(bin).toFixed(1)},${y(count).toFixed(1)}L${x(bin + 1).toFixed(1)},${y(count).toFixed(1)}`;
    const path = (counts) => counts.map(step).join("");
    const median = (figure) => digits.value(measure, figure[P50], 3);
    svg.append(draw("title", {}, `${label} under ${deal}: median ${median(here)} at this setting, ${median(there)} in the scenario`));
    for (const tick of ticks(low * measure[0], high * measure[0], narrow ? 4 : 6)) {
      const place = 6 + ((width - 12) * (tick / measure[0] - low)) / (high - low);
      const anchor = place < 24 ? "start" : place > width - 30 ? "end" : "middle";
      svg.append(draw("line", { class: "grid", x1: place, x2: place, y1: 8, y2: base }));
      svg.append(draw("text", { class: "tick", x: place, y: base + 18, "text-anchor": anchor }, digits.number(measure, String(tick))));
    }
    svg.append(draw("path", { class: "area", d: `${path(here[COUNTS])}L${x(here[COUNTS].length)},${base}L${x(0)},${base}Z` }));
    svg.append(draw("path", { class: "line w2", d: path(here[COUNTS]) }));
    svg.append(draw("path", { class: "line w2 was", d: path(there[COUNTS]) }));
    svg.append(draw("line", { class: "base", x1: 6, x2: width - 6, y1: base, y2: base }));
    const box = make("div", "", { class: "d0" });
    box.append(make("h3", `${label}, ${measure[1]}${measure[2].trim()}`), svg);
    return box;
  };
  const drawings = () => {
    const drawn = quantities.map((_, i) => i).filter((i) => figures[i] && quantities[i].ends && quantities[i].deal === deal);
    const key = make("p", "", { class: "note key" });
    const swatch = make("span", "", { class: "swatch d0", "aria-hidden": "true" });
    const stroke = make("span", "", { class: "stroke was", "aria-hidden": "true" });
    key.append(swatch, " this setting ", stroke, " the scenario; the outer bars hold what lies beyond");
    return [...drawn.map(drawing), key];
  };
  return { sentences, rows, drawings };
};
