// Python's math, on the page's own; errors as Python raises them.
const $B = __BRYTHON__;
const _b_ = $B.builtins;
const raise = (kind, message) => $B.RAISE(_b_[kind], message);

const number = (x) => {
  if (typeof x === "number") return x;
  if (typeof x?.value === "number") return x.value;
  if (typeof x === "boolean" || typeof x === "bigint") return Number(x);
  if (x?.shape && x.data?.length === 1) return x.data[0];
  if (x?.shape) raise("TypeError", "only 0-dimensional arrays can be converted to Python scalars");
  return raise("TypeError", `must be real number, not ${$B.class_name(x)}`);
};
const float = $B.fast_float;

// A result that is not finite from finite arguments is an error in Python's math.
const checked = (f, error) => (...args) => {
  const values = args.map(number);
  const result = f(...values);
  if (Number.isNaN(result) && !values.some(Number.isNaN)) raise("ValueError", "math domain error");
  if (!Number.isFinite(result) && values.every(Number.isFinite)) raise(error ?? "OverflowError", error ? "math domain error" : "math range error");
  return float(result);
};
const whole = (f) => (x) => {
  const value = f(number(x));
  if (!Number.isFinite(value)) raise("OverflowError", "cannot convert float infinity to integer");
  return Number.isSafeInteger(value) ? value : BigInt(value);
};
const view = new DataView(new ArrayBuffer(8));

const frexp = (x) => {
  const value = number(x);
  if (value === 0 || !Number.isFinite(value)) return $B.fast_tuple([float(value), 0]);
  view.setFloat64(0, value);
  let power = ((view.getUint16(0) >> 4) & 0x7ff) - 1022;
  if (power === -1022) {
    view.setFloat64(0, value * 2 ** 64);
    power = ((view.getUint16(0) >> 4) & 0x7ff) - 1022 - 64;
  }
  view.setUint16(0, (view.getUint16(0) & 0x800f) | (1022 << 4));
  return $B.fast_tuple([float(view.getFloat64(0)), power]);
};
const ldexp = (x, power) => {
  const half = Math.trunc(power / 2);
  return float(number(x) * 2 ** half * 2 ** (power - half));
};

const EXPORTS = {
  ...Object.fromEntries(["sqrt", "sin", "cos", "tan", "asin", "acos", "atan", "atan2", "exp", "expm1", "sinh", "cosh", "tanh"].map((name) => [name, checked(Math[name])])),
  ...Object.fromEntries(["log10", "log2", "log1p"].map((name) => [name, checked(Math[name], "ValueError")])),
  log: checked((x, base) => (base === undefined ? Math.log(x) : Math.log(x) / Math.log(base)), "ValueError"),
  pow: checked(Math.pow),
  hypot: checked(Math.hypot),
  fabs: checked(Math.abs),
  floor: whole(Math.floor),
  ceil: whole(Math.ceil),
  trunc: whole(Math.trunc),
  isfinite: (x) => Number.isFinite(number(x)),
  isnan: (x) => Number.isNaN(number(x)),
  isinf: (x) => Math.abs(number(x)) === Infinity,
  copysign: (x, y) => float(Object.is(number(y), -0) || number(y) < 0 ? -Math.abs(number(x)) : Math.abs(number(x))),
  prod: (numbers) => [...$B.make_js_iterator(numbers)].reduce((product, each) => $B.rich_op("__mul__", product, each), 1),
  frexp,
  ldexp,
  ...{ pi: float(Math.PI), e: float(Math.E), tau: float(2 * Math.PI), inf: float(Infinity), nan: float(NaN) },
};
for (const [name, each] of Object.entries(EXPORTS)) {
  if (typeof each === "function") each.$infos = { __name__: name, __qualname__: name };
  $B.module_setattr($B.imported.math, name, each);
}
