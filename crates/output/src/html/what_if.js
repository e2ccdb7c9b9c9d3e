// What if: sliders choose among settings that were simulated with the run, or interpolate between two of them.
(() => {
  const { whatIf } = JSON.parse(document.getElementById("data").textContent);
  const place = document.querySelector(".what-if");
  if (!whatIf || !place) return;
  const { sliders, quantities } = whatIf;
  const all = (selector, from = place) => Array.from(from.querySelectorAll(selector));
  const { MEAN, DIFFERENCE, DIFFERENCE_ERROR, HIGH, COUNTS, PATHS, UNDEFINED } = figureFields;
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
      // The scenario differs from itself by nothing; between exact figures a straight line is not exact.
      const plain = (value) => (value === "exact" ? null : value);
      const isDifference = at === DIFFERENCE || at === DIFFERENCE_ERROR;
      const number = (figure) => (figure[at] === null && isDifference ? 0 : plain(figure[at]));
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
  // The deal whose answer is told: the one chosen above if the sliders move it.
  const dealShown = (figures) => {
    const chosen = document.querySelector("input[name=deal]:checked");
    const name = chosen ? chosen.nextElementSibling.textContent : null;
    const deals = quantities.filter((quantity, i) => quantity.ends && figures[i]).map((quantity) => quantity.deal);
    return deals.includes(name) ? name : deals[0];
  };

  const heads = all(".setting thead th").map((head) => head.textContent);

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
    const settings = set.map(([slider, value]) => `${sliders[slider].phrase} at ${shown(slider, value)}`);
    const told = tellAnswer({ ...whatIf, scenario }, figures, deal);
    [said.textContent, further.textContent] = told.sentences(settings.length ? `With ${settings.join(" and ")}, ` : "As in the scenario, ");
    if (between.length) {
      const spans = between.map(({ slider, near }) => near.map(([value]) => shown(slider, value)).join(" and "));
      betweenLine.textContent = `Interpolated between ${spans.join(", and between ")}, which were computed; the command below simulates this very setting.`;
    }
    place.querySelector(".setting tbody").replaceChildren(...told.rows(heads));
    place.querySelector(".drawn").replaceChildren(...told.drawings());
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
    if (standing != null && standing >= from && standing <= to) {
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
      const value = round(Number(number.value));
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
