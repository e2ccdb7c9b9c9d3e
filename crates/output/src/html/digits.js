"use strict";
// Rounds numbers for readers exactly as the program does (src/report/digits.rs): as many digits as the error supports.
const digits = (() => {
  const exponent = (x) => (x === 0 || !Number.isFinite(x) ? 0 : Math.floor(Math.log10(Math.abs(x))));
  const placeOfError = (error) => {
    const [head, power] = error.toExponential(2).split("e");
    return head <= "3.54" ? Number(power) - 1 : Number(power);
  };
  const atPlace = (x, place) => {
    const unit = 10 ** Math.max(place, 0);
    const text = place < 0 ? x.toFixed(Math.min(-place, 100)) : String(Math.sign(x) * Math.round(Math.abs(x) / unit) * unit);
    return /^-[0.]*$/.test(text) ? text.slice(1) : text;
  };
  const trimmed = (text) => (text.includes(".") ? text.replace(/0+$/, "").replace(/\.$/, "") : text);
  const significant = (x, count) => trimmed(atPlace(x, exponent(x) + 1 - count));
  const inPassing = (x, error) => trimmed(atPlace(x, Math.max(exponent(x) - 2, error > 0 ? placeOfError(error) : -99)));
  const grouped = (text) => {
    const [whole, part] = text.split(".");
    const thousands = whole.length > 3 ? whole.replace(/\B(?=(\d{3})+$)/g, ",") : whole;
    return part == null ? thousands : thousands + "." + part;
  };
  // Measures are [factor, text before, text after].
  const number = ([, before], text) => (text.startsWith("-") ? "−" + before + grouped(text.slice(1)) : before + grouped(text));
  const value = (measure, x, count) => number(measure, significant(measure[0] * x, count)) + measure[2];
  const passing = (measure, x, error) => number(measure, inPassing(measure[0] * x, measure[0] * error)) + measure[2];
  const estimate = (measure, x, error) => {
    const noted = (words) => number(measure, significant(mean, 6)) + measure[2] + (words ? ` (${words})` : "");
    const [mean, wide] = [measure[0] * x, measure[0] * error];
    if (x === null) return "–";
    if (error === "exact") return noted("exact");
    if (!(wide > 0) || placeOfError(wide) < exponent(mean) - 14) {
      return noted(error === null ? "" : "all paths agree");
    }
    const place = placeOfError(wide);
    return number(measure, atPlace(mean, place)) + " ± " + grouped(atPlace(wide, place)) + measure[2];
  };
  return { exponent, atPlace, significant, grouped, number, value, passing, estimate };
})();
