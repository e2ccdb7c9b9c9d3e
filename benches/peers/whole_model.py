#!/usr/bin/env python3
"""The whole model as a vectorised NumPy program, written from docs/methodology.md and apart from the engine.

python whole_model.py configs/base.toml -n 40000 prints its results as JSON with the seconds it took. Needs numpy, scipy.
"""
import sys, os, json, argparse, tomllib, datetime, math, time, csv as _csv
import numpy as np
from scipy import special, stats, optimize

EPS = 1e-9
INF = math.inf
MISSING = object()


class Problem(Exception):
    pass


# ------------------------------------------------------------------ distributions (section 1)
class Dist:
    """ppf/cdf of one law, truncated to [lo, hi] (min/max intersected with the domain)."""

    def __init__(self, key, t, dom, folder):
        self.key = key
        k = t["dist"]
        self.kind = k
        g = lambda name, default=MISSING: self._param(t, name, default)
        self.atoms = None
        self.support = (-INF, INF)
        if k == "uniform":
            a, b = g("low"), g("high")
            self.q = lambda u: a + (b - a) * u
            self.F = lambda x: min(max((x - a) / (b - a), 0.0), 1.0)
        elif k == "triangular":
            a, c, b = g("low"), g("mode"), g("high")
            fc = (c - a) / (b - a)
            def q(u):
                lo = a + np.sqrt(np.maximum(u, 0) * (b - a) * (c - a))
                hi = b - np.sqrt(np.maximum(1 - u, 0) * (b - a) * (b - c))
                return np.where(u < fc, lo, hi)
            def F(x):
                if x <= a: return 0.0
                if x >= b: return 1.0
                if x < c: return (x - a) ** 2 / ((b - a) * (c - a))
                if x == c: return fc
                return 1 - (b - x) ** 2 / ((b - a) * (b - c))
            self.q, self.F = q, F
        elif k in ("pert", "beta"):
            if k == "pert":
                a, c, b = g("low"), g("mode"), g("high")
                w = g("weight", 4.0)
                al = 1 + w * (c - a) / (b - a)
                be = 1 + w * (b - c) / (b - a)
            else:
                al, be = g("a"), g("b")
                a, b = g("low", 0.0), g("high", 1.0)
            self.q = lambda u: a + (b - a) * special.betaincinv(al, be, u)
            self.F = lambda x: float(special.betainc(al, be, min(max((x - a) / (b - a), 0.0), 1.0)))
        elif k == "normal":
            mu, sd = g("mean"), g("sd")
            self.q = lambda u: mu + sd * special.ndtri(u)
            self.F = lambda x: float(special.ndtr((x - mu) / sd))
        elif k == "lognormal":
            if "mean" in t:
                mu, sd = g("mean"), g("sd")
                sg = math.sqrt(math.log(1 + (sd / mu) ** 2))
                med = mu / math.sqrt(1 + (sd / mu) ** 2)
            else:
                med, sg = g("median"), g("sigma")
            self.q = lambda u: med * np.exp(sg * special.ndtri(u))
            self.F = lambda x: 0.0 if x <= 0 else float(special.ndtr(math.log(x / med) / sg)) if x < INF else 1.0
        elif k == "student-t":
            df, mu, sc = g("df"), g("mean"), g("scale")
            self.q = lambda u: mu + sc * special.stdtrit(df, u)
            self.F = lambda x: float(special.stdtr(df, (x - mu) / sc)) if math.isfinite(x) else float(x > 0)
        elif k == "discrete":
            v = np.array(t["values"], float)
            w = np.array(t["weights"], float)
            o = np.argsort(v, kind="stable")
            self.atoms = (v[o], w[o] / w.sum())
        elif k == "empirical":
            rows = []
            with open(os.path.join(folder, t["csv"]), newline="") as f:
                r = _csv.DictReader(f)
                for row in r:
                    rows.append(float(row[t["column"]]))
            v = np.sort(np.array(rows))
            self.atoms = (v, np.full(len(v), 1.0 / len(v)))
        elif k == "quantiles":
            named = {{"p5": "p05", "p1": "p01"}.get(name, name): float(value) for name, value in t.items()
                     if name[0] == "p" and name[1:].isdigit()}
            (lo_name, q_lo), (_, p50), (_, q_hi) = sorted(named.items())
            alpha = int(lo_name[1:]) / 100
            lo, hi = t.get("lower"), t.get("upper")
            if lo is None and hi is None:
                tr = lambda x: x
                back = lambda m: m
            elif hi is None:
                tr = lambda x: math.log(x - lo)
                back = lambda m: lo + np.exp(m)
            elif lo is None:
                tr = lambda x: -math.log(hi - x)
                back = lambda m: hi - np.exp(-m)
            else:
                tr = lambda x: math.log((x - lo) / (hi - x))
                def back(m):
                    e = special.expit(m)
                    return lo + (hi - lo) * e
            q10, q50, q90 = tr(q_lo), tr(p50), tr(q_hi)
            L = math.log((1 - alpha) / alpha)
            a1, a2 = q50, (q90 - q10) / (2 * L)
            a3 = (q90 + q10 - 2 * q50) / ((1 - 2 * alpha) * L)
            if abs(a3) >= 1.66711 * a2:
                raise Problem(f"{key}: metalog infeasible")
            def raw(u):
                l = special.logit(u)
                return a1 + a2 * l + a3 * (u - 0.5) * l
            def q(u):
                with np.errstate(all="ignore"):
                    return back(raw(u))
            def F(x):
                if lo is not None and x <= lo: return 0.0
                if hi is not None and x >= hi: return 1.0
                if x == INF: return 1.0
                if x == -INF: return 0.0
                m = tr(x)
                f = lambda l: a1 + a2 * l + a3 * (special.expit(l) - 0.5) * l - m
                return float(special.expit(optimize.brentq(f, -700, 700, xtol=1e-13)))
            self.q, self.F = q, F
        else:
            raise Problem(f"{key}: unknown dist {k}")
        self.annual = t.get("basis") == "annual"
        mn = float(t.get("min", -INF))
        mx = float(t.get("max", INF))
        dlo, dhi = RATE if self.annual else dom
        if self.atoms is not None:
            vv, ww = self.atoms
            ok = (vv >= mn) & (vv <= mx)
            vv, ww = vv[ok], ww[ok] / ww[ok].sum()
            if np.any((vv < dlo) | (vv > dhi)):
                raise Problem(f"{key}: leaves its domain {dom}")
            self.cum = np.cumsum(ww)
            self.cum[-1] = 1.0
            self.v = vv
        else:
            fa, fb = (self.F(mn) if mn > -INF else 0.0), (self.F(mx) if mx < INF else 1.0)
            if not fb > fa:
                raise Problem(f"{key}: empty truncation")
            l2, h2 = max(mn, dlo), min(mx, dhi)
            ga, gb = (self.F(l2) if l2 > -INF else 0.0), (self.F(h2) if h2 < INF else 1.0)
            out = 1 - (gb - ga) / (fb - fa)
            if out > 1e-9:
                raise Problem(f"{key}: leaves its domain {dom} with probability {out:.3g}")
            self.a, self.b, self.lo, self.hi = ga, gb, l2, h2

    @staticmethod
    def _param(t, name, default):
        if name in t:
            return float(t[name])
        if default is MISSING:
            raise Problem(f"missing parameter {name}")
        return default

    def draw(self, y):
        x = self.draw_number(y)
        return np.log1p(x) if self.annual else x

    def draw_number(self, y):
        u = special.ndtr(y)
        if self.atoms is not None:
            if self.kind == "empirical":
                m = len(self.v)
                i = np.clip(np.ceil(u * m).astype(int) - 1, 0, m - 1)
                return self.v[i]
            return self.v[np.minimum(np.searchsorted(self.cum, u, side="left"), len(self.v) - 1)]
        return np.clip(self.q(self.a + u * (self.b - self.a)), self.lo, self.hi)


class Input:
    __slots__ = ("key", "const", "dist", "alias")

    def __init__(self, key, const=None, dist=None, alias=None):
        self.key, self.const, self.dist, self.alias = key, const, dist, alias


# ------------------------------------------------------------------ timeline (section 2)
def d360(a, b):
    return 360 * (b.year - a.year) + 30 * (b.month - a.month) + min(b.day, 30) - min(a.day, 30)


def nextday(d):
    return d + datetime.timedelta(days=1)


class NS:
    pass


ANY = (-INF, INF)
UNIT = (0.0, 1.0)
POS = (0.0, INF)
MARGIN = (-INF, 1.0)
RATE = (-1.0, INF)


class Model:
    def __init__(self, doc, folder, stem):
        self.doc, self.folder = doc, folder
        self.inputs = {}
        self.warn = []
        self.name = doc.get("name", stem)
        run = doc.get("run", {})
        self.scheme = run.get("scheme", "exact")
        self.booking = run.get("booking", "middle")
        self.repair = run.get("correlation_repair", "none")
        self.mix_year = run.get("mix_year", 2030)
        tl = doc["timeline"]
        self.val = tl["valuation_date"]
        hz = nextday(tl["horizon"])
        per = tl.get("period", "quarter")
        step = {"month": 1, "quarter": 3, "year": 12}[per]
        self.nominal = step / 12.0
        cuts = [self.val]
        y, mth = self.val.year, 1
        while True:
            d = datetime.date(y + (mth - 1) // 12, (mth - 1) % 12 + 1, 1)
            if d >= hz:
                break
            if d > self.val:
                cuts.append(d)
            mth += step
        cuts.append(hz)
        self.cuts = cuts
        self.T = [d360(self.val, c) / 360 for c in cuts]
        self.N = len(cuts) - 1
        self.dt = [d360(cuts[i], cuts[i + 1]) / 360 for i in range(self.N)]
        self.mid = [(d360(self.val, cuts[i]) + d360(self.val, cuts[i + 1])) / 720 for i in range(self.N)]
        self.year = [c.year for c in cuts[:-1]]
        self.years = sorted(set(self.year))
        self.build()

    def t(self, d):
        return d360(self.val, d) / 360

    def tend(self, d):
        return d360(self.val, nextday(d)) / 360

    def num(self, key, tab, name, dom=ANY, default=MISSING):
        raw = tab.get(name, MISSING)
        if raw is MISSING:
            if default is MISSING:
                raise Problem(f"{key}.{name} is required")
            if default is None or isinstance(default, Input):
                return default
            return Input(f"{key}.{name}", const=float(default))
        return self.raw(f"{key}.{name}", raw, dom)

    def raw(self, key, raw, dom=ANY):
        if isinstance(raw, dict):
            if "same_as" in raw:
                i = Input(key, alias=raw["same_as"])
            elif "dist" in raw:
                i = Input(key, dist=Dist(key, raw, dom, self.folder))
            else:
                annual = raw.get("basis") == "annual"
                i = Input(key, const=math.log1p(raw["value"]) if annual else float(raw["value"]))
        else:
            i = Input(key, const=float(raw))
        if i.const is not None and not (dom[0] <= i.const <= dom[1]):
            raise Problem(f"{key} = {i.const} outside {dom}")
        self.inputs[key] = i
        return i

    def date_or_years(self, key, tab, name, end, default=None):
        """constant time, or an Input in years"""
        if name + "_years" in tab:
            return self.num(key, tab, name + "_years")
        if name in tab:
            return Input(f"{key}.{name}", const=(self.tend if end else self.t)(tab[name]))
        return default if default is None or isinstance(default, Input) else Input("", const=default)

    def process(self, key, s):
        p = NS()
        p.kind = s["process"]
        n = lambda name, dom=ANY, default=MISSING: self.num(key, s, name, dom, default)
        if p.kind == "mean-reverting-growth":
            p.r0 = n("rate_now_usd_bn", POS)
            p.g0 = n("growth_now")
            p.gl = n("growth_long_run", ANY, p.g0)
            p.ghl = n("growth_half_life_years", POS, INF)
            p.eta = n("growth_volatility_now", POS, 0.0)
            p.s0 = n("volatility_now", POS, 0.0)
            p.sl = n("volatility_long_run", POS, p.s0)
            p.shl = n("volatility_half_life_years", POS, INF)
            p.lam = n("price_of_risk", ANY, 0.0)
            p.lamg = n("growth_price_of_risk", ANY, 0.0)
        elif p.kind == "gbm":
            p.r0 = n("rate_now_usd_bn", POS)
            p.g0 = n("growth")
            p.vol = n("volatility", POS, 0.0)
        elif p.kind == "plan":
            p.vol = n("volatility", POS, 0.0)
            if "annual_totals" in s:
                p.totals = {}
                for y, v in s["annual_totals"].items():
                    if int(y) not in self.years:
                        raise Problem(f"{key}.annual_totals.{y}: off the timeline")
                    p.totals[int(y)] = self.raw(f"{key}.annual_totals.{y}", v, POS)
                p.points = None
            else:
                p.points = sorted(((self.t(e["date"]), self.num(f"{key}.plan.{e['date']}", e, "rate_usd_bn", POS)) for e in s["plan"]), key=lambda e: e[0])
        elif p.kind == "logistic":
            p.ceil = n("ceiling_usd_bn", POS)
            p.mid = self.date_or_years(key, s, "midpoint", False)
            p.ramp = n("ramp_years", POS)
            p.vol = n("volatility", POS, 0.0)
        else:
            raise Problem(f"{key}: unknown process {p.kind}")
        return p

    def trend(self, key, tab, base, dom=POS, absent=0.0):
        now = self.num(key, tab, base + "_now", dom, absent)
        lr = self.num(key, tab, base + "_long_run", dom, now)
        hl = self.num(key, tab, base + "_half_life_years", POS, INF)
        return (now, lr, hl)

    def build(self):
        d = self.doc
        disc = d.get("discount", {})
        self.disc = {s: self.num("discount", disc, s, RATE, 0.0) for s in ("share", "equity", "cloud", "licence", "revenue")}
        # history
        self.hist = []
        for r in d.get("history", {}).get("period", []):
            h = NS()
            h.a, h.b = self.t(r["from"]), self.tend(r["to"])
            k = f"history.period.{r['from']}"
            h.rev = self.num(k, r, "net_revenue_usd_bn", POS)
            h.fcf = self.num(k, r, "fcf_usd_bn", ANY, None)
            h.ebitda = self.num(k, r, "ebitda_usd_bn", ANY, None)
            self.hist.append(h)
        # segments
        self.seg = []
        for s in d["segment"]:
            k = f"segment.{s['name']}"
            g = NS()
            g.name = s["name"]
            g.proc = self.process(k, s)
            g.phi = self.num(k, s, "cloud_sold", UNIT, 0.0)
            g.cost = self.trend(k, s, "inference_cost")
            self.seg.append(g)
        # shocks
        self.shock = []
        for s in d.get("shock", []):
            k = f"shock.{s['name']}"
            h = NS()
            h.name = s["name"]
            h.rate = self.num(k, s, "rate_per_year", POS)
            h.mean = self.num(k, s, "mean")
            h.sd = self.num(k, s, "sd", POS, 0.0)
            h.load = {}
            for n_, v in s.get("loading", {}).items():
                if n_ == "equity" and isinstance(v, dict) and "multiple" in v:
                    n_, v = "equity.multiple", v["multiple"]
                if n_ != "equity.multiple" and n_ not in [g.name for g in self.seg]:
                    raise Problem(f"{k}.loading.{n_}: no such segment")
                h.load[n_] = self.raw(f"{k}.loading.{n_}", v)
            self.shock.append(h)
        # clouds
        cl = d.get("cloud", [])
        self.cloud = []
        homes = [c for c in cl if c.get("home")]
        if cl and len(homes) != 1:
            raise Problem("exactly one home cloud needed")
        self.cloud_file_order = [c["name"] for c in cl]
        for c in homes + [c for c in cl if not c.get("home")]:
            k = f"cloud.{c['name']}"
            h = NS()
            h.name = c["name"]
            h.now = self.num(k, c, "share_now", UNIT, 0.0)
            h.entry = self.num(k, c, "entry_share", POS, 0.0)
            h.lr = self.num(k, c, "long_run_share", UNIT, None)
            h.hl = self.num(k, c, "half_life_years", POS, INF)
            h.vol = self.num(k, c, "volatility", POS, 0.0)
            h.fee = self.num(k, c, "fee", UNIT, 0.0)
            h.flex = self.num(k, c, "flex_share", POS, 0.0)
            h.opens = self.t(c["opens"]) if "opens" in c else -INF
            self.cloud.append(h)
        hf = d.get("home_first")
        self.home_first = None
        if hf is not None:
            self.home_first = (self.num("home_first", hf, "lead_months", POS), self.num("home_first", hf, "cycle_months", POS),
                               self.num("home_first", hf, "decline_probability", UNIT, 0.0))
        self.uplift = self.num("reach", d.get("reach", {}), "uplift", POS, 0.0)
        ih = d.get("in_house")
        self.in_house = None
        if ih is not None:
            self.in_house = (self.num("in_house", ih, "ceiling", UNIT), self.date_or_years("in_house", ih, "midpoint", False),
                             self.num("in_house", ih, "ramp_years", POS))
        self.subst = self.num("in_house", ih or {}, "substitution", UNIT, 0.0)
        self.contract = []
        for c in d.get("contract", []):
            k = f"contract.{c['name']}"
            h = NS()
            h.name = c["name"]
            h.j = [x.name for x in self.cloud].index(c["cloud"])
            h.total = self.num(k, c, "total_usd_bn", POS)
            h.draw = self.num(k, c, "draw", POS, 1.0)
            h.a, h.b = self.t(c["from"]), self.tend(c["to"])
            self.contract.append(h)
        ms = d.get("microsoft", {})
        self.invested = self.num("microsoft", ms, "invested_usd_bn", POS, None)
        self.received = self.num("microsoft", ms, "received_before_usd_bn", POS, 0.0)
        self.resale_m = self.num("microsoft", ms, "resale_margin", MARGIN, 0.0)
        self.hosting_m = self.num("microsoft", ms, "hosting_margin", MARGIN, 0.0)
        self.top_m = self.num("microsoft", ms, "take_or_pay_margin", MARGIN, self.hosting_m)
        self.msai = self.process("microsoft.ai", ms["ai"]) if "ai" in ms else None
        li = d.get("licence")
        self.licence = li is not None
        self.royalty = self.num("licence", li or {}, "royalty_rate", POS, 0.0)
        self.nonexcl = self.num("licence", li or {}, "non_exclusive_discount", UNIT, 0.0)
        self.lic_income = self.num("licence", li or {}, "income_usd_bn_per_year", POS, 0.0)
        # deals
        self.deal = []
        for c in d["deal"]:
            k = f"deal.{c['name']}"
            h = NS()
            h.name = c["name"]
            h.eff = self.t(c["effective"]) if "effective" in c else 0.0
            h.ends = self.date_or_years(k, c, "share_ends", True, self.T[-1])
            r = c.get("rate", 0.0)
            if isinstance(r, list):
                h.rates = sorted(((self.t(e["from"]), self.num(f"{k}.rate.{e['from']}", e, "rate", UNIT)) for e in r), key=lambda e: e[0])
            else:
                h.rates = [(-INF, self.num(k, c, "rate", UNIT, 0.0))]
            h.base = c.get("base", "net")
            h.elig = self.num(k, c, "eligible", UNIT, 1.0)
            h.cap = self.num(k, c, "cap_usd_bn", POS, None)
            h.ptd = self.num(k, c, "paid_to_date_usd_bn", POS, 0.0)
            h.haz = self.num(k, c, "termination_rate_per_year", POS, 0.0)
            h.lag = self.num(k, c, "payment_lag_years", POS, 0.0)
            h.excl = self.date_or_years(k, c, "exclusive_until", True)
            h.keeps = self.num(k, c, "home_keeps", UNIT, MISSING if d.get("cloud") else 0.0)
            h.lic_end = self.tend(c["licence_ends"]) if "licence_ends" in c else INF
            h.lic_excl = bool(c.get("licence_exclusive", False))
            h.stake = self.num(k, c, "stake", UNIT, None)
            self.deal.append(h)
        co = d.get("costs", {})
        self.research = self.trend("costs", co, "research")
        self.opex = self.trend("costs", co, "opex")
        self.fixed = self.num("costs", co, "fixed_usd_bn_per_year", POS, 0.0)
        self.tax = self.num("costs", co, "tax_rate", UNIT, 0.0)
        self.offset = self.num("costs", co, "offset_limit", UNIT, 1.0)
        self.losses = self.num("costs", co, "losses_usd_bn", POS, 0.0)
        ca = d.get("cash")
        self.cash = ca is not None
        self.cash_now = self.num("cash", ca or {}, "now_usd_bn", ANY, MISSING if self.cash else 0.0)
        self.yld = self.num("cash", ca or {}, "yield", RATE, 0.0)
        self.minimum = self.num("cash", ca or {}, "minimum_usd_bn", POS, 0.0)
        self.rounds = []
        for c in d.get("round", []):
            k = f"round.{c['name']}" if "name" in c else f"round.{c.get('date')}"
            h = NS()
            h.on_ipo = bool(c.get("on_ipo", False))
            h.t = None if h.on_ipo else self.t(c["date"])
            h.until = self.tend(c["until"]) if "until" in c else INF
            h.amount = self.num(k, c, "amount_usd_bn", POS)
            h.market = c.get("pre_money") == "market"
            h.pre = None if h.market else self.num(k, c, "pre_money_usd_bn", POS)
            self.rounds.append(h)
        fu = d.get("funding")
        self.fund_on = fu is not None and bool(fu.get("enabled", True))
        fu = fu or {}
        self.runway = self.num("funding", fu, "runway_years", POS, 0.0)
        self.rdisc = self.num("funding", fu, "round_discount", UNIT, 0.0)
        self.maxdil = self.num("funding", fu, "max_dilution", UNIT, 1.0)
        self.recovery = self.num("funding", fu, "recovery", UNIT, 0.0)
        eq = d.get("equity")
        self.equity = eq is not None
        eq = eq or {}
        self.method = eq.get("method", "revenue-multiple")
        self.ebitda_mode = eq.get("ebitda", "trailing-year")
        self.has_mult = self.equity and "multiple_now" in eq
        if self.equity and self.method != "perpetual-growth" and not self.has_mult:
            raise Problem("equity.multiple_now is required")
        self.mult_now = self.num("equity", eq, "multiple_now", POS, 1.0)
        self.mult_lr = self.num("equity", eq, "multiple_long_run", POS, self.mult_now)
        self.mult_hl = self.num("equity", eq, "half_life_years", POS, INF)
        self.mult_vol = self.num("equity", eq, "volatility", POS, 0.0)
        self.elast = self.num("equity", eq, "margin_elasticity", ANY, None)
        self.mref = self.num("equity", eq, "margin_reference", MARGIN, MISSING if self.elast is not None else 1.0)
        self.grant = self.num("equity", eq, "grant_rate_per_year", POS, 0.0)
        self.lockup = self.num("equity", eq, "lockup_months", POS, 0.0)
        self.mktdisc = self.num("equity", eq, "marketability_discount", UNIT, 0.0)
        self.ginf = self.num("equity", eq, "perpetual_growth", ANY, MISSING if self.equity and self.method == "perpetual-growth" else 0.0)
        self.req = self.num("equity", eq, "discount_rate", RATE, self.disc["equity"])
        self.owed_hl = self.num("equity", eq, "owed_growth_half_life_years", POS, 1.5)
        ip = d.get("ipo")
        self.ipo = ip is not None and self.equity
        ip = ip or {}
        self.earliest = self.t(ip["earliest"]) if "earliest" in ip else -INF
        self.ready_m = self.num("ipo", ip, "ready_months", POS, 0.0)
        self.prep_m = self.num("ipo", ip, "preparation_months", POS, 0.0)
        self.primary = self.num("ipo", ip, "primary", POS, 0.0)
        self.ipofee = self.num("ipo", ip, "fee", UNIT, 0.0)
        self.underpr = self.num("ipo", ip, "underpricing", UNIT, 0.0)
        self.gate = {g: self.num("ipo.gate", ip.get("gate", {}), g) for g in ip.get("gate", {})}
        known = {"trailing_revenue_usd_bn", "growth", "gross_margin", "fcf_margin", "runway_months", "largest_cloud_share",
                 "commitments_to_revenue", "owed_to_revenue", "equity_usd_bn"}
        if set(self.gate) - known:
            raise Problem(f"unknown gate {set(self.gate) - known}")
        self.build_corr()
        # windows
        self.win_year = [None] * (self.N + 1)
        self.win_prev = [None] * (self.N + 1)

    # ---------------- correlations
    def root(self, key):
        seen = set()
        while True:
            if key not in self.inputs:
                raise Problem(f"no such input {key}")
            i = self.inputs[key]
            if i.alias is None:
                return key
            if key in seen:
                raise Problem(f"same_as loop at {key}")
            seen.add(key)
            key = i.alias

    def build_corr(self):
        for k, i in self.inputs.items():
            if i.alias is not None:
                self.root(k)
        self.factors = []
        for g in self.seg:
            self.factors += [f"factor.segment.{g.name}.level", f"factor.segment.{g.name}.growth"]
        for c in self.cloud[1:]:
            self.factors.append(f"factor.cloud.{c.name}.mix")
        home_factor = [f"factor.cloud.{c.name}.mix" for c in self.cloud[:1]]
        self.factors += home_factor
        if self.equity:
            self.factors.append("factor.equity.multiple")
        if self.msai:
            self.factors += ["factor.microsoft-ai.level", "factor.microsoft-ai.growth"]
        ip, fp = [], []
        for c in self.doc.get("correlation", []):
            a, b = c["between"]
            v = float(c["value"])
            if not -1 < v < 1:
                raise Problem("correlation outside (-1,1)")
            fa, fb = a.startswith("factor."), b.startswith("factor.")
            if fa != fb:
                raise Problem(f"pair of an input and a factor: {a}, {b}")
            if fa:
                for x in (a, b):
                    if x not in self.factors:
                        raise Problem(f"no such factor {x}")
                fp.append((a, b, v))
            else:
                rr = []
                for x in (a, b):
                    if x == "termination.time":
                        rr.append(x)
                    else:
                        x = self.root(x)
                        rr.append(None if self.inputs[x].dist is None else x)
                if None in rr:
                    self.warn.append(f"correlation of a constant: {a}, {b}")
                    continue
                ip.append((rr[0], rr[1], v))
        self.in_names = sorted({x for p in ip for x in p[:2]})
        self.in_chol = self.chol(self.in_names, ip)
        self.fa_names = sorted({x for p in fp for x in p[:2]})
        self.fa_chol = self.chol(self.fa_names, fp)
        self.fa_free = [f for f in self.factors if f not in self.fa_names]

    def chol(self, names, pairs):
        n = len(names)
        if n == 0:
            return None
        ix = {x: i for i, x in enumerate(names)}
        O = np.eye(n)
        named = set()
        for a, b, v in pairs:
            i, j = ix[a], ix[b]
            if i == j:
                raise Problem("a number paired with itself")
            O[i, j] = O[j, i] = v
            named.add((min(i, j), max(i, j)))
        ev = np.linalg.eigvalsh(O)[0]
        if self.repair == "complete":
            O = maxdet(O, named)
        elif ev <= 1e-12:
            if self.repair == "nearest":
                O = higham(O)
            else:
                raise Problem(f"correlation matrix not positive definite: smallest eigenvalue {ev}")
        try:
            return np.linalg.cholesky(O)
        except np.linalg.LinAlgError:
            w, Q = np.linalg.eigh(O)
            return Q * np.sqrt(np.maximum(w, 0))


def higham(A, it=2000):
    Y, dS = A.copy(), np.zeros_like(A)
    for _ in range(it):
        R = Y - dS
        w, Q = np.linalg.eigh(R)
        X = (Q * np.maximum(w, 0)) @ Q.T
        dS = X - R
        Yn = X.copy()
        np.fill_diagonal(Yn, 1.0)
        if np.abs(Yn - Y).max() < 1e-14:
            Y = Yn
            break
        Y = Yn
    return Y


def maxdet(A, named):
    """iterative proportional fitting of the named pairs: maximum determinant of the rest"""
    n = len(A)
    K = np.eye(n)
    for _ in range(5000):
        dmax = 0
        for i, j in named:
            S = np.linalg.inv(K)
            s = S[np.ix_([i, j], [i, j])]
            t = A[np.ix_([i, j], [i, j])]
            dmax = max(dmax, np.abs(s - t).max())
            K[np.ix_([i, j], [i, j])] += np.linalg.inv(t) - np.linalg.inv(s)
        if dmax < 1e-12:
            break
    S = np.linalg.inv(K)
    np.fill_diagonal(S, 1.0)
    if np.linalg.eigvalsh(S)[0] <= 0 or max(abs(S[i, j] - A[i, j]) for i, j in named) > 1e-8:
        raise Problem("no positive definite completion")
    return S


# ------------------------------------------------------------------ drawing
class Draw:
    def __init__(self, m, n, rng):
        self.m, self.n = m, n
        y = {}
        if m.in_names:
            Z = m.in_chol @ rng.standard_normal((len(m.in_names), n))
            for i, k in enumerate(m.in_names):
                y[k] = Z[i]
        self.val = {}
        for k, i in m.inputs.items():
            if i.dist is not None:
                yy = y[k] if k in y else rng.standard_normal(n)
                self.val[k] = i.dist.draw(yy)
        yt = y.get("termination.time")
        if yt is None:
            yt = rng.standard_normal(n)
        self.term = -np.log(special.ndtr(-yt))
        self.rng = rng

    def __call__(self, i):
        if i is None:
            return None
        if i.const is not None:
            return i.const
        if i.dist is not None:
            return self.val[i.key]
        r = self.m.inputs[self.m.root(i.key)]
        return r.const if r.const is not None else self.val[r.key]


def pw(h, t):
    """2^(-t/h) with h possibly infinite"""
    return np.exp2(-t / np.asarray(h, float))


def trend(V, tr, t):
    now, lr, hl = V(tr[0]), V(tr[1]), V(tr[2])
    return lr + (now - lr) * pw(hl, t)


def kfun(kap, D):
    """B, s^2, v, (D-B)/kappa for kappa >= 0"""
    kap = np.asarray(kap, float)
    z = kap * D
    small = z < 0.02
    k1 = np.where(small, 1.0, kap)
    z1 = np.where(small, 1.0, z)
    B = np.where(small, D * (1 - z / 2 + z**2 / 6 - z**3 / 24 + z**4 / 120 - z**5 / 720), -np.expm1(-z1) / k1)
    w = 2 * z
    s2 = np.where(small, D * (1 - w / 2 + w**2 / 6 - w**3 / 24 + w**4 / 120 - w**5 / 720 + w**6 / 5040), -np.expm1(-2 * z1) / (2 * k1))
    v = np.where(small, D**3 * (1 / 12 - z**2 / 120 + 17 * z**4 / 20160), (z1 - 2 * np.tanh(z1 / 2)) / k1**3)
    db = np.where(small, D**2 * (0.5 - z / 6 + z**2 / 24 - z**3 / 120 + z**4 / 720), (z1 + np.expm1(-z1)) / k1**2)
    return B, s2, v, db


def ou_sd(th, D):
    return np.sqrt(kfun(th, D)[1])


def logistic(ceil, mid, ramp, t):
    k = 2 * math.log(9) / ramp
    return ceil * special.expit(k * (t - mid))


def plan_weights(ts, t):
    """weights on the log levels of the points at ts for the value at time t (log-linear, end slopes)"""
    w = np.zeros(len(ts))
    if len(ts) == 1:
        w[0] = 1
        return w
    i = int(np.searchsorted(ts, t, side="right")) - 1
    i = min(max(i, 0), len(ts) - 2)
    f = (t - ts[i]) / (ts[i + 1] - ts[i])
    w[i], w[i + 1] = 1 - f, f
    return w


def booked(m, R, p):
    D = m.dt[p]
    if m.booking == "middle":
        return D * 0.5 * (R[p] + R[p + 1])
    if m.booking == "end":
        return D * R[p + 1]
    return D * R[p]


def plan_levels(m, V, pr):
    """list over T_0..T_N of P(T_i)"""
    if pr.points is not None:
        ts = [t for t, _ in pr.points]
        lv = [np.log(V(i)) for _, i in pr.points]
        out = []
        for t in m.T:
            w = plan_weights(ts, t)
            out.append(np.exp(sum(w[j] * lv[j] for j in range(len(ts)) if w[j] != 0)))
        return out
    ys = sorted(pr.totals)
    ts, C = [], np.zeros((len(ys), m.N + 1))
    spans = []
    for r, y in enumerate(ys):
        ps = [p for p in range(m.N) if m.year[p] == y]
        a, b = m.T[ps[0]], m.T[ps[-1] + 1]
        ts.append((a + b) / 2)
        spans.append(b - a)
        for p in ps:
            if m.booking == "middle":
                C[r, p] += m.dt[p] / 2
                C[r, p + 1] += m.dt[p] / 2
            elif m.booking == "end":
                C[r, p + 1] += m.dt[p]
            else:
                C[r, p] += m.dt[p]
    W = np.array([plan_weights(ts, t) for t in m.T])
    tot = np.stack(np.broadcast_arrays(*[np.atleast_1d(np.asarray(V(pr.totals[y]), float)) for y in ys]))
    a = np.log(tot / np.array(spans)[:, None])
    ltot = np.log(tot)
    for it in range(200):
        E = np.exp(W @ a)
        S = C @ E
        F = np.log(S) - ltot
        if np.abs(F).max() < 1e-14:
            break
        J = np.einsum("yt,tn,tk->nyk", C, E, W) / S.T[:, :, None]
        step = np.linalg.solve(J, F.T[:, :, None])[:, :, 0].T
        step = np.clip(step, -1, 1)
        if it > 60:
            if np.abs(F).max() < 1e-12:
                break
            step *= 0.5
        a = a - step
    if np.abs(F).max() > 1e-9:
        raise Problem(f"annual totals not solved, error {np.abs(F).max()}")
    E = np.exp(W @ a)
    return [E[i] if E.shape[1] > 1 else float(E[i, 0]) for i in range(m.N + 1)]


def run_process(m, V, pr, zl, zg, sh):
    """levels R at T_0..T_N; sh[p] additive shocks to the log level or None"""
    R = []
    if pr.kind == "mean-reverting-growth":
        g, gl = V(pr.g0), V(pr.gl)
        kap = math.log(2) / np.asarray(V(pr.ghl), float)
        eta0, s0, sl, shl, lam, lamg = V(pr.eta), V(pr.s0), V(pr.sl), V(pr.shl), V(pr.lam), V(pr.lamg)
        x = np.log(V(pr.r0))
        R.append(np.exp(x))
        cache = {}
        for p in range(m.N):
            D = m.dt[p]
            dec = pw(shl, m.T[p])
            sg = sl + (s0 - sl) * dec
            et = eta0 * dec
            if D not in cache:
                B, s2, v, db = kfun(kap, D)
                cache[D] = (B, np.sqrt(s2), v, db, np.exp(-kap * D))
            B, s, v, db, ek = cache[D]
            if m.scheme == "euler":
                x = x + (g - lam * sg - 0.5 * sg**2) * D + sg * math.sqrt(D) * zl[p]
            else:
                c = B**2 / (2 * s)
                x = (x + gl * D + (g - gl) * B - lamg * et * db - (lam * sg + 0.5 * sg**2) * D
                     + et * c * zg[p] + np.sqrt(sg**2 * D + et**2 * v) * zl[p])
            g = gl + (g - gl) * ek - lamg * et * B + et * s * zg[p]
            if sh[p] is not None:
                x = x + sh[p]
            R.append(np.exp(x))
        return R
    if pr.kind == "gbm":
        base = [V(pr.r0) * np.exp(np.asarray(V(pr.g0)) * t) for t in m.T]
    elif pr.kind == "plan":
        base = plan_levels(m, V, pr)
    else:
        base = [logistic(V(pr.ceil), V(pr.mid), V(pr.ramp), t) for t in m.T]
    vol = V(pr.vol)
    X = 0.0
    R.append(base[0] * 1.0)
    for p in range(m.N):
        D = m.dt[p]
        X = X - 0.5 * np.asarray(vol) ** 2 * D + vol * math.sqrt(D) * zl[p]
        if sh[p] is not None:
            X = X + sh[p]
        R.append(base[p + 1] * np.exp(X))
    return R


def common(m, n, rng):
    V = Draw(m, n, rng)
    C = NS()
    z = {f: [] for f in m.factors}
    for p in range(m.N):
        if m.fa_names:
            Z = m.fa_chol @ rng.standard_normal((len(m.fa_names), n))
            for i, f in enumerate(m.fa_names):
                z[f].append(Z[i])
        for f in m.fa_free:
            z[f].append(rng.standard_normal(n))
    sh = {g.name: [None] * m.N for g in m.seg}
    sh["equity.multiple"] = [None] * m.N
    for s in m.shock:
        rate, mean, sd = V(s.rate), V(s.mean), V(s.sd)
        for p in range(m.N):
            hit = rng.random(n) < -np.expm1(-np.asarray(rate) * m.dt[p])
            J = np.where(hit, mean + sd * rng.standard_normal(n), 0.0)
            for k, l in s.load.items():
                a = V(l) * J
                sh[k][p] = a if sh[k][p] is None else sh[k][p] + a
    C.V, C.z = V, z
    C.R = [run_process(m, V, g.proc, z[f"factor.segment.{g.name}.level"], z[f"factor.segment.{g.name}.growth"], sh[g.name]) for g in m.seg]
    C.A = None
    if m.msai:
        C.A = run_process(m, V, m.msai, z["factor.microsoft-ai.level"], z["factor.microsoft-ai.growth"], [None] * m.N)
    C.mult = None
    if m.has_mult:
        th = math.log(2) / np.asarray(V(m.mult_hl), float)
        l, ll, vol = np.log(V(m.mult_now)), np.log(V(m.mult_lr)), V(m.mult_vol)
        C.mult = [np.exp(l)]
        for p in range(m.N):
            D = m.dt[p]
            l = ll + (l - ll) * np.exp(-th * D) + vol * ou_sd(th, D) * z["factor.equity.multiple"][p]
            if sh["equity.multiple"][p] is not None:
                l = l + sh["equity.multiple"][p]
            C.mult.append(np.exp(l))
    return C


def overlap(a, b, c, d):
    return np.maximum(np.minimum(b, d) - np.maximum(a, c), 0.0)


class Window:
    """deterministic weights of a window [a,b] on history rows (per figure) and on periods 0..P-1"""

    def __init__(self, m, a, b, P, fig):
        self.h, self.q = [], []
        cover = 0.0
        for r in m.hist:
            i = getattr(r, fig)
            if i is None:
                continue
            o = float(overlap(r.a, min(r.b, 0.0), a, b))
            if o > EPS:
                self.h.append((i, o / (r.b - r.a)))
                cover += o
        for p in range(P):
            o = float(overlap(m.T[p], m.T[p + 1], a, b))
            if o > EPS:
                self.q.append((p, o / m.dt[p]))
                cover += o
        self.scale = (b - a) / cover if cover > EPS else None
        self.cover = cover

    def value(self, V, flows):
        if self.scale is None:
            return None
        s = 0.0
        for i, w in self.h:
            s = s + w * V(i)
        for p, w in self.q:
            s = s + w * flows[p]
        return s * self.scale


def get_windows(m):
    if hasattr(m, "W"):
        return m.W
    W = {}
    for fig in ("rev", "fcf", "ebitda"):
        for p in range(m.N + 1):
            W[fig, p] = Window(m, m.T[p] - 1, m.T[p], p, fig)
    for p in range(1, m.N + 1):
        W["prev", p] = Window(m, m.T[p - 1] - 1, m.T[p] - 1, p, "rev")
    W["last0"] = Window(m, -m.nominal, 0.0, 0, "ebitda")
    m.W = W
    return W


METRIC_UNITS = {}


def run_deal(m, d, C, n):
    V = C.V
    K, J = len(m.seg), len(m.cloud)
    W = get_windows(m)
    one = np.ones(n)
    ends = V(d.ends)
    eff = d.eff
    r_share, r_eq, r_cloud, r_lic, r_rev = (V(m.disc[s]) for s in ("share", "equity", "cloud", "licence", "revenue"))
    elig = V(d.elig)
    haz = np.asarray(V(d.haz), float)
    with np.errstate(divide="ignore"):
        t_term = np.where(haz > 0, V.term / np.where(haz > 0, haz, 1.0), INF)
    keeps = V(d.keeps)
    excl = -INF if d.excl is None else V(d.excl)
    phi = [V(g.phi) for g in m.seg]
    uplift, subst = V(m.uplift), V(m.subst)
    fee = [V(c.fee) for c in m.cloud]
    lic_inc = V(m.lic_income)

    def h_of(t):
        if m.in_house is None:
            return 0.0
        return logistic(V(m.in_house[0]), V(m.in_house[1]), V(m.in_house[2]), t)

    def rate_at(t):
        r = 0.0
        for f, i in d.rates:
            if f <= t + EPS:
                r = V(i)
        return r

    # mix state
    if J:
        w0 = np.maximum(V(m.cloud[0].now), 1e-6)
        lr0 = m.cloud[0].lr
        lr0 = w0 if lr0 is None else np.maximum(V(lr0), 1e-6)
        y, yl, th = [None], [None], [None]
        for c in m.cloud[1:]:
            now = np.asarray(V(c.now), float)
            st = np.maximum(np.where(now > 0, now, V(c.entry)), 1e-6)
            y.append(np.log(st / w0))
            lr = st if c.lr is None else np.maximum(V(c.lr), 1e-6)
            yl.append(np.log(lr / lr0))
            th.append(math.log(2) / np.asarray(V(c.hl), float))
    nfirst = 0.0
    if m.home_first is not None:
        nfirst = (1 - V(m.home_first[2])) * np.minimum(1.0, V(m.home_first[0]) / V(m.home_first[1]))

    def opened(t):
        return [None] + [(np.asarray(excl) <= t + EPS) & (c.opens <= t + EPS) for c in m.cloud[1:]]

    def shares(op):
        """w' of the clouds"""
        if not J:
            return []
        e = [1.0] + [np.where(op[j], np.exp(y[j]), 0.0) for j in range(1, J)]
        s = sum(e)
        w = [x / s for x in e]
        anyo = False
        for j in range(1, J):
            anyo = anyo | op[j]
        nn = np.where(anyo, nfirst, 0.0)
        return [w[0] + nn * (1 - w[0])] + [(1 - nn) * w[j] for j in range(1, J)]

    def ratios(w, h, lic):
        """per unit of Q_k: direct, sold_j list, net"""
        out = []
        for k in range(K):
            dr = 1 - phi[k] if J else 1.0
            sold = []
            for j in range(J):
                x = phi[k] * w[j]
                x = x * (1 - subst * h) if j == 0 else x * (1 + uplift)
                sold.append(x)
            net = dr + sum((1 - (keeps if (j == 0 and lic) else fee[j])) * sold[j] for j in range(J))
            out.append((dr, sold, net))
        return out

    def inference_of(rt, Q, lic, t):
        inf = 0.0
        for k in range(K):
            dr, sold, _ = rt[k]
            s = dr + sum(sold[1:]) + (sold[0] if (J and not lic) else 0.0)
            inf = inf + trend(V, m.seg[k].cost, t) * s * Q[k]
        return inf

    elast = V(m.elast) if m.elast is not None else None
    mref = V(m.mref)

    def mfactor(gm):
        if elast is None:
            return 1.0
        return np.power(np.maximum(gm, 0.0) / mref, elast)

    g_inf, r_pg = V(m.ginf), V(m.req)
    owed_h = V(m.owed_hl)

    def owed_of(T, base_rate, rate, G, cap_left):
        tau = np.maximum(ends - np.maximum(T, eff), 0.0)
        def q(u):
            Ga = G * owed_h / math.log(2) * (1 - pw(owed_h, u))
            return np.exp(Ga) * np.power(1 + np.asarray(r_share, float), -u)
        val = rate * elig * base_rate * (tau / 6) * (1 + 4 * q(tau / 2) + q(tau))
        return np.where(tau > 0, np.minimum(cap_left, val), 0.0)

    def ev_trailing(figval):
        if figval is None:
            return np.full(n, np.nan)
        return figval

    cap_left = np.full(n, INF) if d.cap is None else np.maximum(V(d.cap) - V(d.ptd), 0.0) * one
    cash = V(m.cash_now) * one
    losses = V(m.losses) * one
    stake0 = V(d.stake)

    # ---------- time 0
    equity_prev = np.zeros(n)
    equity0 = None
    if m.equity:
        lic = d.lic_end > EPS
        op = opened(0.0)
        rt = ratios(shares(op), h_of(0.0), lic)
        R0 = [C.R[k][0] for k in range(K)]
        runrate = sum(rt[k][2] * R0[k] for k in range(K))
        net0 = runrate + (lic_inc if lic else 0.0)
        gross0 = sum((rt[k][0] + sum(rt[k][1])) * R0[k] for k in range(K))
        if m.method == "revenue-multiple":
            with np.errstate(all="ignore"):
                gm0 = 1 - inference_of(rt, R0, lic, 0.0) / net0
            ev = C.mult[0] * mfactor(gm0) * runrate
        elif m.method == "ebitda-multiple":
            w_ = W["last0"] if m.ebitda_mode == "last-period" else W["ebitda", 0]
            ev = C.mult[0] * ev_trailing(w_.value(V, []))
        else:
            ok = r_pg > g_inf + 0.01
            with np.errstate(all="ignore"):
                ev = np.where(ok, ev_trailing(W["fcf", 0].value(V, [])) * (1 + g_inf) / (r_pg - g_inf), np.nan)
        G0 = 0.0
        ra = [h for h in m.hist if abs(h.b) < EPS]
        rb = [h for h in m.hist if abs(h.b + 1) < EPS]
        if ra and rb:
            a = V(ra[0].rev) / (ra[0].b - ra[0].a)
            b = V(rb[0].rev) / (rb[0].b - rb[0].a)
            G0 = lngrowth(a, b)
        ow = owed_of(0.0, net0 if d.base == "net" else gross0, rate_at(0.0), G0, cap_left)
        equity0 = np.maximum(ev + (cash if m.cash else 0.0) - ow, 0.0) * one
        equity_prev = equity0

    # ---------- state
    alive = np.ones(n, bool)
    Dil = np.ones(n)
    ready_run = np.zeros(n)
    first_ready = np.full(n, INF)
    ready_now = np.zeros(n, bool)
    listed = np.zeros(n, bool)
    t_ipo = np.full(n, INF)
    ipo_eq = np.full(n, np.nan)
    t_fail = np.full(n, INF)
    exited = np.zeros(n, bool)
    ex_D, ex_E, ex_t, ex_f = np.zeros(n), np.zeros(n), np.zeros(n), np.ones(n)
    cap_t = np.full(n, np.nan)
    cap_hit = np.zeros(n, bool)
    raised = np.zeros(n)
    paidL, dueL, revL, fcfL, ebL = [], [], [], [], []
    S = {k: np.zeros(n) for k in ("resale", "hosting", "licence", "outbound", "kept", "ovrev")}
    ann = {}
    events = {e: [] for e in ("cap reached", "ready", "listed", "failed")}
    mixsum = [np.zeros(n) for _ in range(J)] if m.mix_year in m.years else None
    lock = V(m.lockup) if m.equity else 0.0
    mkd = V(m.mktdisc)
    acc = None
    cum_paid = np.zeros(n)
    lic_rate = V(m.royalty) * (1.0 if d.lic_excl else 1 - V(m.nonexcl))

    for p in range(m.N):
        D, T0, T1, mid = m.dt[p], m.T[p], m.T[p + 1], m.mid[p]
        al = alive.astype(float)
        lic = not (d.lic_end <= mid + EPS)
        # mix
        if J:
            op = opened(mid)
            for j in range(1, J):
                if not np.any(op[j]):
                    continue
                c = m.cloud[j]
                yn = yl[j] + (y[j] - yl[j]) * np.exp(-th[j] * D) + V(c.vol) * ou_sd(th[j], D) * C.z[f"factor.cloud.{c.name}.mix"][p]
                y[j] = np.where(op[j], yn, y[j])
        else:
            op = [None]
        h = h_of(mid)
        rt = ratios(shares(op), h, lic)
        Q = [booked(m, C.R[k], p) * al for k in range(K)]
        sold = [sum(rt[k][1][j] * Q[k] for k in range(K)) for j in range(J)]
        net_sales = sum(rt[k][2] * Q[k] for k in range(K))
        gross = sum(rt[k][0] * Q[k] for k in range(K)) + sum(sold)
        rev = net_sales + (lic_inc * D * al if lic else 0.0)
        # share
        frac = overlap(T0, T1, eff, ends) / D
        base = rev if d.base == "net" else gross
        terminated = t_term < T1
        due = np.where(terminated, 0.0, rate_at(mid) * elig * base * frac) * one
        paid = np.minimum(due, cap_left)
        hit = (due > cap_left) & ~cap_hit
        if hit.any():
            wa, wb = np.maximum(T0, eff) * one, np.minimum(T1, ends) * one
            with np.errstate(all="ignore"):
                ct = wa + (wb - wa) * paid / due
            cap_t = np.where(hit, ct, cap_t)
            cap_hit |= hit
        if d.cap is not None:
            cap_left = cap_left - paid
        paidL.append(paid); dueL.append(due); revL.append(rev)
        S["ovrev"] += rev * frac
        cum_paid = cum_paid + paid
        # costs
        inf = inference_of(rt, Q, lic, mid) * one
        need = inf + trend(V, m.research, mid) * rev
        com = [0.0] * J
        for c in m.contract:
            o = float(overlap(T0, T1, c.a, c.b))
            if o > 0:
                com[c.j] = com[c.j] + V(c.total) * V(c.draw) * (o / (c.b - c.a)) * al
        comt = sum(com) if J else 0.0
        compute = np.maximum(need, comt)
        beyond = np.maximum(need - comt, 0.0)
        unused = np.maximum(comt - need, 0.0)
        if J:
            fl = [V(c.flex) for c in m.cloud]
            fs = sum(fl)
            f0 = np.where(np.asarray(fs) > 0, fl[0] / np.where(np.asarray(fs) > 0, fs, 1.0), 1.0)
            comp_home = com[0] + beyond * f0
            with np.errstate(all="ignore"):
                un_home = np.where(np.asarray(comt) > 0, unused * com[0] / np.where(np.asarray(comt) > 0, comt, 1.0), 0.0)
        else:
            comp_home = un_home = np.zeros(n)
        opex = trend(V, m.opex, mid) * rev + V(m.fixed) * D * al
        ebitda = rev - paid - compute - opex
        interest = cash * (np.power(1 + np.asarray(V(m.yld), float), D) - 1) if m.cash else 0.0
        pretax = ebitda + interest
        off = np.minimum(losses, V(m.offset) * np.maximum(pretax, 0))
        tax = V(m.tax) * (np.maximum(pretax, 0) - off)
        losses = losses - off + np.maximum(-pretax, 0)
        fcf = pretax - tax
        fcfL.append(fcf); ebL.append(ebitda)
        if m.cash:
            cash = cash + fcf
        # scheduled rounds
        for r in m.rounds:
            if r.on_ipo or not (T0 - EPS <= r.t < T1 - EPS):
                continue
            A = V(r.amount)
            pre = equity_prev if r.market else V(r.pre)
            ok = alive & (np.asarray(pre) > 0)
            with np.errstate(all="ignore"):
                Dil = np.where(ok, Dil * (1 - A / (pre + A)), Dil)
            if m.cash:
                cash = np.where(ok, cash + A, cash)
        # equity
        with np.errstate(all="ignore"):
            gm = 1 - inf / rev
        wprev = W["prev", p + 1]
        prev = wprev.value(V, revL)
        trail_rev = W["rev", p + 1].value(V, revL)
        ev = equity = owed = None
        if m.equity:
            if m.method == "revenue-multiple":
                ev = C.mult[p + 1] * mfactor(gm) * sum(rt[k][2] * C.R[k][p + 1] for k in range(K))
            elif m.method == "ebitda-multiple":
                ev = C.mult[p + 1] * (ebitda if m.ebitda_mode == "last-period" else W["ebitda", p + 1].value(V, ebL))
            else:
                ok = r_pg > g_inf + 0.01
                with np.errstate(all="ignore"):
                    ev = np.where(ok, W["fcf", p + 1].value(V, fcfL) * (1 + g_inf) / (r_pg - g_inf), np.nan)
            ev = ev * one
            G = 0.0 if prev is None else lngrowth(rev, prev)
            owed = np.where(terminated, 0.0, owed_of(T1, base / D, rate_at(mid), G, cap_left))
            equity = np.maximum(ev + (cash if m.cash else 0.0) - owed, 0.0)
        # shortfall / failure
        fail = np.zeros(n, bool)
        if m.cash:
            if m.fund_on:
                mn = V(m.minimum)
                short = alive & (cash < mn)
                A = np.where(short, mn - cash + V(m.runway) * np.maximum(-fcf / D, 0), 0.0)
                E = (1 - V(m.rdisc)) * (equity if m.equity else np.zeros(n))
                E = np.where(np.isnan(E), 0.0, E)
                with np.errstate(all="ignore"):
                    dil = np.where(short, A / (E + A), 0.0)
                fail = short & ((E <= 0) | (dil > V(m.maxdil)))
                rz = short & ~fail
                Dil = np.where(rz, Dil * (1 - dil), Dil)
                cash = np.where(rz, cash + A, cash)
                raised = raised + np.where(rz, A, 0.0)
                if m.equity:
                    equity = np.where(rz, np.maximum(ev + cash - owed, 0.0), equity)
            else:
                fail = alive & (cash < 0)
        if fail.any():
            t_fail = np.where(fail, T1, t_fail)
            if m.equity:
                e = fail & ~exited
                ex_D = np.where(e, Dil, ex_D)
                ex_E = np.where(e, V(m.recovery) * np.maximum(ev, 0), ex_E)
                ex_t = np.where(e, T1, ex_t)
                exited |= e
            alive = alive & ~fail
        dead = ~alive
        # grants
        Dil = Dil * np.power(1 - np.asarray(V(m.grant), float), D)
        cash = np.where(dead, 0.0, cash)
        if m.equity:
            equity = np.where(dead, 0.0, equity)
        # gates, IPO
        if m.ipo:
            ok = alive & (T1 >= m.earliest - EPS)
            with np.errstate(all="ignore"):
                for gname, gi in m.gate.items():
                    th_ = V(gi)
                    if gname == "trailing_revenue_usd_bn":
                        c_ = trail_rev >= th_
                    elif gname == "growth":
                        c_ = np.zeros(n, bool) if prev is None else (rev / prev - 1 >= th_)
                    elif gname == "gross_margin":
                        c_ = gm >= th_
                    elif gname == "fcf_margin":
                        c_ = W["fcf", p + 1].value(V, fcfL) / trail_rev >= th_
                    elif gname == "runway_months":
                        if m.cash:
                            burn = np.maximum(-fcf / D, 0)
                            c_ = np.where(burn > 0, 12 * cash / np.where(burn > 0, burn, 1.0), INF) >= th_
                        else:
                            c_ = np.ones(n, bool)
                    elif gname == "largest_cloud_share":
                        mx = np.zeros(n)
                        for j in range(J):
                            mx = np.maximum(mx, sold[j])
                        c_ = mx / gross <= th_
                    elif gname == "commitments_to_revenue":
                        nx = 0.0
                        for c in m.contract:
                            nx = nx + V(c.total) * V(c.draw) * float(overlap(T1, T1 + 1, c.a, c.b)) / (c.b - c.a)
                        c_ = nx / trail_rev <= th_
                    elif gname == "owed_to_revenue":
                        c_ = owed / trail_rev <= th_
                    elif gname == "equity_usd_bn":
                        c_ = equity >= th_
                    ok = ok & c_
            ready_run = np.where(ok, ready_run + D, 0.0)
            ready_now = ok & (ready_run >= V(m.ready_m) / 12 - EPS)
            first_ready = np.where(ready_now & np.isinf(first_ready), T1, first_ready)
            go = alive & ~listed & (T1 >= first_ready + V(m.prep_m) / 12 - EPS) & ~np.isnan(equity)
            if "equity_usd_bn" in m.gate:
                go = go & (equity >= V(m.gate["equity_usd_bn"]))
            if go.any():
                eqv = equity
                for r in m.rounds:
                    if not r.on_ipo or T1 > r.until + EPS:
                        continue
                    A = V(r.amount)
                    pre = eqv if r.market else V(r.pre)
                    ok2 = go & (np.asarray(pre) > 0)
                    with np.errstate(all="ignore"):
                        Dil = np.where(ok2, Dil * (1 - A / (pre + A)), Dil)
                    if m.cash:
                        cash = np.where(ok2, cash + A, cash)
                        eqv = np.where(ok2, np.maximum(ev + cash - owed, 0.0), eqv)
                pre = (1 - V(m.underpr)) * eqv
                pr_ = V(m.primary)
                Dil = np.where(go, Dil * (1 - pr_ / (1 + pr_)), Dil)
                if m.cash:
                    cash = np.where(go, cash + pr_ * pre * (1 - V(m.ipofee)), cash)
                    equity = np.where(go, np.maximum(ev + cash - owed, 0.0), equity)
                ipo_eq = np.where(go, pre, ipo_eq)
                t_ipo = np.where(go, T1, t_ipo)
                listed |= go
        # exit
        if m.equity:
            ex = alive & ~exited & listed & (T1 >= t_ipo + lock / 12 - EPS)
            if p == m.N - 1:
                ex = ex | (alive & ~exited)
            ex_D = np.where(ex, Dil, ex_D)
            ex_E = np.where(ex, equity, ex_E)
            ex_t = np.where(ex, T1, ex_t)
            ex_f = np.where(ex & ~listed, 1 - mkd, ex_f)
            exited |= ex
            equity_prev = equity
        # present values
        dfc = np.power(1 + np.asarray(r_cloud, float), -mid)
        if J:
            S["resale"] += sold[0] * ((V(m.resale_m) - (1 - keeps)) if lic else fee[0]) * dfc
            if lic:
                S["outbound"] += (1 - keeps) * sold[0] * dfc
            S["hosting"] += ((comp_home - un_home) * V(m.hosting_m) + un_home * V(m.top_m)) * dfc
        if m.licence and C.A is not None and lic:
            S["licence"] += booked(m, C.A, p) * lic_rate * (1 - h) * np.power(1 + np.asarray(r_lic, float), -mid)
        S["kept"] += (rev - paid) * np.power(1 + np.asarray(r_rev, float), -mid)
        if mixsum is not None and m.year[p] == m.mix_year:
            for j in range(J):
                mixsum[j] += sold[j]
        # yearly
        yr = m.year[p]
        if acc is None or acc["year"] != yr:
            acc = {"year": yr, "rev": np.zeros(n), "inf": np.zeros(n), "paid": np.zeros(n), "comp": np.zeros(n), "comph": np.zeros(n),
                   "fcf": np.zeros(n), "sold": [np.zeros(n) for _ in range(J)]}
        acc["rev"] += rev; acc["inf"] += inf; acc["paid"] += paid; acc["comp"] += compute; acc["comph"] += comp_home; acc["fcf"] += fcf
        for j in range(J):
            acc["sold"][j] += sold[j]
        if p == m.N - 1 or m.year[p + 1] != yr:
            a = ann[yr] = {}
            a["net_revenue"] = acc["rev"]
            with np.errstate(all="ignore"):
                a["gross_margin"] = np.where(acc["rev"] > 0, 1 - acc["inf"] / acc["rev"], np.nan)
            a["payments"] = acc["paid"]
            a["cumulative_payments"] = cum_paid
            if d.cap is not None:
                a["cap_left"] = cap_left
            st = sum(acc["sold"]) if J else None
            for nm in m.cloud_file_order:
                j = [c.name for c in m.cloud].index(nm)
                with np.errstate(all="ignore"):
                    a[f"cloud_share.{nm}"] = np.where(st > 0, acc["sold"][j] / st, np.nan)
            a["compute"] = acc["comp"]
            a["compute_home"] = acc["comph"]
            a["free_cash_flow"] = acc["fcf"]
            if m.cash:
                a["cash"] = cash
            if m.equity:
                a["equity"] = equity
                if m.has_mult:
                    a["multiple"] = C.mult[p + 1] * one
                if stake0 is not None:
                    a["stake"] = np.where(alive, stake0 * Dil, 0.0)
            a["ready"] = (ready_now & alive) * 1.0
            a["listed"] = (listed & alive) * 1.0
            a["alive"] = alive * 1.0
            if yr == m.years[0] and (m.val.month, m.val.day) != (1, 1) and m.hist:
                j1 = m.t(datetime.date(m.val.year, 1, 1))
                for fig, nm, fl_ in (("rev", "net_revenue_full_year", acc["rev"]), ("fcf", "free_cash_flow_full_year", acc["fcf"])):
                    cov, tot, bad = 0.0, 0.0, False
                    for r in m.hist:
                        o = float(overlap(r.a, min(r.b, 0.0), j1, 0.0))
                        if o <= EPS:
                            continue
                        i = getattr(r, fig)
                        if i is None:
                            bad = True
                            continue
                        cov += o
                        tot = tot + V(i) * o / (r.b - r.a)
                    if not bad and abs(cov + j1) < EPS:
                        a[nm] = fl_ + tot
        events["cap reached"].append(cap_hit.copy())
        events["ready"].append(np.isfinite(first_ready))
        events["listed"].append(listed.copy())
        events["failed"].append(np.isfinite(t_fail))

    # ---------- metrics
    lag, rec = V(d.lag), V(m.recovery)
    spv, upv = np.zeros(n), np.zeros(n)
    for p in range(m.N):
        tr = m.mid[p] + lag
        f = np.where(t_fail <= tr + EPS, rec, 1.0) * np.power(1 + np.asarray(r_share, float), -tr)
        spv += paidL[p] * f
        upv += dueL[p] * f
    M = {}
    nan = np.full(n, np.nan)
    M["share_pv"], M["share_uncapped_pv"] = spv, upv
    M["cap_saving_pv"] = upv - spv
    has_stake = m.equity and stake0 is not None
    stake_pv = 0.0
    und = np.isnan(ex_E)
    if has_stake:
        M["stake_mark"] = stake0 * equity0
        stake_pv = stake0 * ex_D * ex_E * ex_f * np.power(1 + np.asarray(r_eq, float), -ex_t)
        M["stake_pv"] = stake_pv
    take = spv + stake_pv
    M["microsoft_take_pv"] = take
    M["resale_pv"] = S["resale"]
    M["hosting_pv"] = S["hosting"]
    M["licence_pv"] = S["licence"]
    M["outbound_pv"] = S["outbound"]
    M["microsoft_total_pv"] = take + S["resale"] + S["hosting"] + S["licence"]
    if has_stake:
        M["openai_retained_pv"] = (1 - stake0) * ex_D * ex_E * np.power(1 + np.asarray(r_eq, float), -ex_t)
    M["revenue_kept_pv"] = S["kept"]
    sn, un = sum(paidL), sum(dueL)
    M["share_nominal"], M["share_uncapped_nominal"] = sn, un
    M["cap_hit"] = cap_hit * 1.0
    M["cap_hit_time"] = cap_t
    with np.errstate(all="ignore"):
        M["effective_rate"] = np.where(S["ovrev"] > 0, sn / S["ovrev"], np.nan)
    if has_stake and m.invested is not None:
        with np.errstate(all="ignore"):
            M["take_multiple"] = (V(m.received) + sn + stake0 * ex_D * ex_E * ex_f) / V(m.invested)
    M["ipo"] = np.isfinite(t_ipo) * 1.0
    M["ipo_time"] = np.where(np.isfinite(t_ipo), t_ipo, np.nan)
    if has_stake:
        M["ipo_equity"] = ipo_eq
    M["failed"] = np.isfinite(t_fail) * 1.0
    if has_stake:
        M["stake_at_exit"] = np.where(und, np.nan, stake0 * ex_D)
    M["funding_raised"] = raised
    hs = cc = nan
    if mixsum is not None and J:
        st = sum(mixsum)
        with np.errstate(all="ignore"):
            hs = np.where(st > 0, mixsum[0] / st, np.nan)
            cc = np.where(st > 0, sum((x / st) ** 2 for x in mixsum), np.nan)
    M[f"home_share_{m.mix_year}"] = hs
    M[f"cloud_concentration_{m.mix_year}"] = cc
    M = {k: np.broadcast_to(v, (n,)).astype(float) for k, v in M.items()}
    return M, ann, events


def lngrowth(a, b):
    a, b = np.asarray(a, float), np.asarray(b, float)
    with np.errstate(all="ignore"):
        g = np.log(a / b)
    return np.where(np.isnan(g), 0.0, np.clip(g, 0.0, 1.0))


# ------------------------------------------------------------------ statistics
def describe(x, N, full=True):
    x = x[~np.isnan(x)].astype(float)
    k = len(x)
    r = {"paths": k, "undefined": N - k}
    if k == 0:
        return r
    s = np.sort(x)
    r["mean"] = float(s.mean()) if s[0] != s[-1] else float(s[0])
    sd = float(s.std(ddof=1)) if k > 1 and s[0] != s[-1] else 0.0
    r["std_dev"] = sd
    r["std_error"] = sd / math.sqrt(k)
    r["min"], r["max"] = float(s[0]), float(s[-1])
    for q in (1, 5, 10, 25, 50, 75, 90, 95, 99):
        r[f"p{q:02d}"] = float(np.quantile(s, q / 100))
    m = 0.05 * k
    f = int(m)
    lo = s[:f].sum() + (m - f) * s[min(f, k - 1)]
    hi = s[k - f:].sum() + (m - f) * s[max(k - f - 1, 0)]
    r["es05"], r["es95"] = float(lo / m), float(hi / m)
    if sd:
        # Monte Carlo errors of spread and tails, for compare.py
        c = s - r["mean"]
        r["sd_se"] = float(math.sqrt(max((c**4).mean() - (c * c).mean() ** 2, 0) / k) / (2 * sd))
        r["es05_se"] = float(np.maximum(r["p05"] - s, 0).std() / (0.05 * math.sqrt(k)))
        r["es95_se"] = float(np.maximum(s - r["p95"], 0).std() / (0.05 * math.sqrt(k)))
    bands(s, r)
    return r


def bands(s, r):
    """interval in which a quantile of another sample of at least this size must fall (six standard errors of both)"""
    k = len(s)
    for q in (5, 25, 50, 75, 95):
        d = 6 * math.sqrt(2 * q / 100 * (1 - q / 100) / k)
        a, b = np.quantile(s, [max(q / 100 - d, 0), min(q / 100 + d, 1)])
        r[f"b{q:02d}"] = [float(a), float(b)]


def set_key(doc, key, val):
    parts = key.split(".")
    cur = doc
    i = 0
    while i < len(parts):
        p = parts[i]
        last = i == len(parts) - 1
        if isinstance(cur, list):
            for e in cur:
                if e.get("name", None) == p or str(e.get("from", e.get("date", ""))) == p:
                    cur = e
                    break
            else:
                raise Problem(f"--set {key}: no entry {p}")
            i += 1
            continue
        if last:
            cur[p] = val
            return
        if p not in cur or not isinstance(cur[p], (dict, list)):
            cur[p] = {}
        cur = cur[p]
        i += 1
    raise Problem(f"--set {key}")


def load(path, sets=()):
    with open(path, "rb") as f:
        doc = tomllib.load(f)
    for s in sets:
        k, v = s.split("=", 1)
        set_key(doc, k.strip(), tomllib.loads("v = " + v)["v"])
    return Model(doc, os.path.dirname(os.path.abspath(path)), os.path.splitext(os.path.basename(path))[0])


YEARLY_KEEP = 200_000


def run(m, n, seed, chunk=10000):
    ss = np.random.SeedSequence(seed)
    nch = (n + chunk - 1) // chunk
    metrics, annual, ev, ins = {}, {}, {}, {}
    kept = 0
    f32 = n > 1000
    for c, s in enumerate(ss.spawn(nch)):
        k = min(chunk, n - c * chunk)
        C = common(m, k, np.random.Generator(np.random.SFC64(s)))
        for key, i in m.inputs.items():
            if i.dist is not None:
                v = C.V.val[key]
                a = ins.setdefault(key, [0, 0.0, 0.0, float(v[0])])
                a[0] += k
                a[1] += float((v - a[3]).sum())
                a[2] += float(((v - a[3]) ** 2).sum())
        first = None
        for d in m.deal:
            M, A, E = run_deal(m, d, C, k)
            dst = metrics.setdefault(d.name, {})
            for name, v in M.items():
                dst.setdefault(name, []).append(v)
            if first is None:
                first = (d.name, M)
            else:
                dst = metrics.setdefault(f"{d.name} - {first[0]}", {})
                for name, v in M.items():
                    if name in first[1]:
                        dst.setdefault(name, []).append(v - first[1][name])
            ad = annual.setdefault(d.name, {})
            for y, sers in A.items():
                for name, v in sers.items():
                    v = np.broadcast_to(v, (k,))
                    r = ad.setdefault((y, name), {"cnt": 0, "s": 0.0, "ss": 0.0, "o": None, "v": []})
                    w = v[~np.isnan(v)]
                    if len(w):
                        if r["o"] is None:
                            r["o"] = float(w[0])
                        r["cnt"] += len(w)
                        r["s"] += float((w - r["o"]).sum())
                        r["ss"] += float(((w - r["o"]) ** 2).sum())
                        if kept < YEARLY_KEEP:
                            r["v"].append(w.astype(np.float32 if f32 else np.float64))
            ed = ev.setdefault(d.name, {})
            for e, L in E.items():
                a = ed.setdefault(e, np.zeros(m.N))
                a += [float(x.sum()) for x in L]
        kept += k
    out = {"name": m.name, "paths": n, "seed": seed, "warnings": m.warn, "deals": {}, "annual": {}, "events": {}, "inputs": {}}
    order = [d.name for d in m.deal] + [f"{d.name} - {m.deal[0].name}" for d in m.deal[1:]]
    for dn in order:
        out["deals"][dn] = {k: describe(np.concatenate(v), n) for k, v in metrics[dn].items()}
    for dn, ad in annual.items():
        o = out["annual"][dn] = {}
        for (y, name), r in sorted(ad.items(), key=lambda e: e[0][0]):
            e = {"paths": r["cnt"]}
            if r["cnt"]:
                k = r["cnt"]
                mu = r["s"] / k
                e["mean"] = r["o"] + mu
                var = max(r["ss"] / k - mu * mu, 0.0) * k / max(k - 1, 1)
                e["std_error"] = math.sqrt(var / k)
                s = np.sort(np.concatenate(r["v"]))
                for q in (5, 25, 50, 75, 95):
                    e[f"p{q:02d}"] = float(np.quantile(s, q / 100))
                bands(s, e)
            o.setdefault(str(y), {})[name] = e
    for dn, ed in ev.items():
        o = out["events"][dn] = {}
        for e, a in ed.items():
            o[e] = {}
            for p in range(m.N):
                end = m.cuts[p + 1] - datetime.timedelta(days=1)
                pr = a[p] / n
                o[e][str(end)] = {"probability": pr, "std_error": math.sqrt(pr * (1 - pr) / n)}
    for key, (k, s, s2, o0) in sorted(ins.items()):
        mu = s / k
        out["inputs"][key] = {"mean": o0 + mu, "std_dev": math.sqrt(max(s2 / k - mu * mu, 0) * k / max(k - 1, 1))}
    return out


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("scenario")
    ap.add_argument("-n", type=float, default=100000)
    ap.add_argument("-s", type=int, default=1)
    ap.add_argument("-o", default=None)
    ap.add_argument("--set", action="append", default=[])
    ap.add_argument("--chunk", type=int, default=10000)
    a = ap.parse_args()
    t = time.time()
    m = load(a.scenario, a.set)
    out = run(m, int(a.n), a.s, a.chunk)
    out["seconds"] = time.time() - t
    if a.o:
        with open(a.o, "w") as f:
            json.dump(out, f, indent=1)
    for w in m.warn:
        print("warning:", w, file=sys.stderr)
    for dn, ms in out["deals"].items():
        print(f"== {dn}   ({out['seconds']:.1f} s)")
        for k, r in ms.items():
            if r["paths"]:
                print(f"  {k:28s} {r['mean']:14.8g} +- {r['std_error']:10.3g}  sd {r['std_dev']:10.4g}  p05 {r['p05']:10.4g} p50 {r['p50']:10.4g} p95 {r['p95']:10.4g}  n {r['paths']}")
            else:
                print(f"  {k:28s} undefined on all paths")


if __name__ == "__main__":
    main()
