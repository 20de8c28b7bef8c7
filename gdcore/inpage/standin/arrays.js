// The arrays of the stand-in for NumPy: numbers in a plain list, with shape, strides and offset, so that slices are views.
// Brython asks its own functions for every operation, attribute and item. Here they are led to the arrays first, which saves
// looking up a method for each: a step of Adam on two coordinates takes a hundred operations, and a drag two hundred steps.
// numpy/__init__.py defines the classes (`adopt`) and what is not done often.
const $B = __BRYTHON__;
const _b_ = $B.builtins;
const { None } = _b_;

// Kinds as NumPy's dtypes name them: "f" float64, "i" int64, "b" bool, "O" what is no number, "U" text.
class NDArray {
  constructor(data, shape, kind, strides = null, offset = 0) {
    this.data = data;
    this.shape = shape;
    this.kind = kind;
    this.strides = strides; // null: the whole data, row by row
    this.offset = offset;
  }
}

// One float64, as NumPy returns it in the place of an array without axes.
class Scalar {
  constructor(value) {
    this.value = value;
  }
  valueOf() {
    return this.value;
  }
}
Scalar.prototype.kind = "f";
Scalar.prototype.shape = [];

const raise = (kind, message) => $B.RAISE(_b_[kind], message);
const count = (shape) => shape.reduce((product, size) => product * size, 1);
const same = (a, b) => a.length === b.length && a.every((size, axis) => size === b[axis]);
const shown = (shape) => (shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(",")})`);
const whole = (x) => (Number.isSafeInteger(x) ? x : BigInt(x));

const stridesOf = (shape) => {
  const strides = new Array(shape.length);
  for (let axis = shape.length - 1, step = 1; axis >= 0; axis--) {
    strides[axis] = step;
    step *= shape[axis];
  }
  return strides;
};

// Where the elements of a view lie in its data, row by row.
const places = (shape, strides, offset) => {
  let found = [offset];
  for (let axis = 0; axis < shape.length; axis++) {
    const next = [];
    for (const place of found) for (let k = 0; k < shape[axis]; k++) next.push(place + k * strides[axis]);
    found = next;
  }
  return found;
};

// The elements, row by row; not to be written to.
const flat = (x) => {
  if (x instanceof Scalar) return [x.value];
  return x.strides === null ? x.data : places(x.shape, x.strides, x.offset).map((place) => x.data[place]);
};

// Elements as what Python sees: an array, or without axes a number.
const wrap = (data, shape, kind) => {
  if (shape.length) return new NDArray(data, shape, kind);
  if (kind === "f") return new Scalar(data[0]);
  return kind === "i" ? whole(data[0]) : data[0];
};
const element = (value, kind) => (kind === "f" ? new Scalar(value) : kind === "i" ? whole(value) : value);

// A number of Python's as a number of JavaScript's, with its kind; null for all else.
const numeric = (x) => {
  if (typeof x === "number") return [x, "i"];
  if (typeof x === "boolean") return [x, "b"];
  if (typeof x === "bigint") return [Number(x), "i"];
  if (x?.ob_type === _b_.float) return [x.value, "f"];
  return null;
};

const isArray = (x) => x instanceof NDArray || x instanceof Scalar;
const isList = (x) => Array.isArray(x) && ($B.get_class(x) === _b_.list || _b_.issubclass($B.get_class(x), _b_.tuple));
const wider = (a, b) => (a === b ? a : a === "U" || b === "U" ? "U" : a === "O" || b === "O" ? "O" : a === "f" || b === "f" ? "f" : "i");

// Whatever Python hands over, as an array or a Scalar; lists of lists row by row.
const asArray = (x) => {
  if (isArray(x)) return x;
  const number = numeric(x);
  if (number) {
    const tooLarge = typeof x === "bigint";
    return new NDArray([tooLarge ? x : number[0]], [], tooLarge ? "O" : number[1]);
  }
  if (isList(x) || $B.get_class(x) === _b_.range) {
    const rows = [...$B.make_js_iterator(x)].map(asArray);
    if (!rows.length) return new NDArray([], [0], "f");
    const shape = rows[0].shape;
    if (!rows.every((row) => same(row.shape, shape))) {
      raise("ValueError", "setting an array element with a sequence. The requested array has an inhomogeneous shape");
    }
    const kind = rows.reduce((found, row) => wider(found, row.kind), rows[0].kind);
    return new NDArray(rows.flatMap(flat), [rows.length, ...shape], kind);
  }
  return new NDArray([x], [], typeof x === "string" || x instanceof String ? "U" : "O");
};

const asFloats = (x) => {
  if (x.kind === "f") return x;
  if (x.kind === "O" || x.kind === "U") raise("TypeError", "a number is needed, not what is none (ufunc not supported: str or object)");
  return new NDArray(flat(x).map(Number), x.shape, "f");
};

const broadcastShapes = (...shapes) => {
  const axes = Math.max(0, ...shapes.map((shape) => shape.length));
  const result = new Array(axes).fill(1);
  for (const shape of shapes) {
    for (let k = 1; k <= shape.length; k++) {
      const size = shape[shape.length - k];
      if (size === 1) continue;
      if (result[axes - k] !== 1 && result[axes - k] !== size) {
        raise("ValueError", `operands could not be broadcast together with shapes ${shapes.map(shown).join(" ")}`);
      }
      result[axes - k] = size;
    }
  }
  return result;
};

// A view of x with a larger shape, in which axes of one element are repeated.
const broadcastTo = (x, shape) => {
  const lead = shape.length - x.shape.length;
  const own = x.strides ?? stridesOf(x.shape);
  const fits = lead >= 0 && x.shape.every((size, axis) => size === 1 || size === shape[axis + lead]);
  if (!fits) raise("ValueError", `could not broadcast input array from shape ${shown(x.shape)} into shape ${shown(shape)}`);
  const strides = shape.map((_, axis) => (axis < lead || x.shape[axis - lead] === 1 ? 0 : own[axis - lead]));
  const data = x instanceof Scalar ? [x.value] : x.data;
  return new NDArray(data, shape, x.kind, strides, x.offset ?? 0);
};

const power = (x, y) => (y === 2 ? x * x : y === 0.5 ? Math.sqrt(x) : y === 1 ? x : x ** y);
const modulo = (x, y) => x - Math.floor(x / y) * y;
const NUMBERS = {
  add: (x, y) => x + y,
  sub: (x, y) => x - y,
  mul: (x, y) => x * y,
  truediv: (x, y) => x / y,
  floordiv: (x, y) => Math.floor(x / y),
  mod: modulo,
  pow: power,
};
const TRUTHS = {
  gt: (x, y) => x > y,
  lt: (x, y) => x < y,
  ge: (x, y) => x >= y,
  le: (x, y) => x <= y,
  eq: (x, y) => x === y,
  ne: (x, y) => x !== y,
  and: (x, y) => Boolean(x && y),
  or: (x, y) => Boolean(x || y),
  xor: (x, y) => Boolean(x) !== Boolean(y),
};

// One function of two arguments, element by element.
const two = (f, x, y, kind) => {
  if (x.shape.length === 1 && y.shape.length === 1 && x.shape[0] === y.shape[0]) {
    const a = flat(x);
    const b = flat(y);
    const result = new Array(a.length);
    for (let k = 0; k < a.length; k++) result[k] = f(a[k], b[k]);
    return new NDArray(result, x.shape, kind);
  }
  const shape = broadcastShapes(x.shape, y.shape);
  const a = same(x.shape, shape) ? flat(x) : flat(broadcastTo(x, shape));
  const b = same(y.shape, shape) ? flat(y) : flat(broadcastTo(y, shape));
  const result = new Array(a.length);
  for (let k = 0; k < a.length; k++) result[k] = f(a[k], b[k]);
  return wrap(result, shape, kind);
};

const noNumber = (op, x, y) => {
  const [a, b] = [x, y].map((each) => $B.class_name(each));
  raise("TypeError", `unsupported operand type(s) for ${op}: '${a}' and '${b}'`);
};

// x op y where at least one is ours; NotImplemented is left to Brython.
const arithmetic = (op, x, y) => {
  const f = NUMBERS[op];
  // What is done most: an array and a number, two numbers.
  if (x instanceof Scalar || y instanceof Scalar || !(x instanceof NDArray && y instanceof NDArray)) {
    const a = x instanceof Scalar ? x.value : x instanceof NDArray ? null : typeof x === "number" ? x : numeric(x)?.[0];
    const b = y instanceof Scalar ? y.value : y instanceof NDArray ? null : typeof y === "number" ? y : numeric(y)?.[0];
    if (typeof a === "number" && typeof b === "number") return new Scalar(f(a, b));
    if (typeof b === "number" && x.kind === "f") {
      const data = flat(x);
      const result = new Array(data.length);
      for (let k = 0; k < data.length; k++) result[k] = f(data[k], b);
      return new NDArray(result, x.shape, "f");
    }
    if (typeof a === "number" && y.kind === "f") {
      const data = flat(y);
      const result = new Array(data.length);
      for (let k = 0; k < data.length; k++) result[k] = f(a, data[k]);
      return new NDArray(result, y.shape, "f");
    }
  }
  const [left, right] = [asArray(x), asArray(y)];
  if ("OU".includes(left.kind) || "OU".includes(right.kind)) return noNumber(op, x, y);
  const floats = left.kind === "f" || right.kind === "f" || op === "truediv";
  return two(f, left, right, floats ? "f" : "i");
};

const compare = (op, x, y) => {
  const [left, right] = [asArray(x), asArray(y)];
  if ("OU".includes(left.kind) || "OU".includes(right.kind)) return op === "ne";
  const [a, b] = [left, right].map((each) => (each.kind === "b" ? asFloats(each) : each));
  return two(TRUTHS[op], a, b, "b");
};

const logic = (op, x, y) => {
  const [left, right] = [asArray(x), asArray(y)];
  if (left.kind === "f" || right.kind === "f") return noNumber(op, x, y);
  return two(TRUTHS[op], left, right, "b");
};

const matmul = (x, y) => {
  const [left, right] = [asFloats(asArray(x)), asFloats(asArray(y))];
  if (!left.shape.length || !right.shape.length) raise("ValueError", "matmul: Input operand does not have enough dimensions");
  const a = left.shape.length === 1 ? new NDArray(flat(left), [1, left.shape[0]], "f") : left;
  const b = right.shape.length === 1 ? new NDArray(flat(right), [right.shape[0], 1], "f") : right;
  const [rows, inner] = a.shape.slice(-2);
  const [depth, columns] = b.shape.slice(-2);
  if (inner !== depth) raise("ValueError", `matmul: Input operand 1 has a mismatch in its core dimension 0 (size ${depth} is different from ${inner})`);
  const lead = broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const [p, q] = [flat(broadcastTo(a, [...lead, rows, inner])), flat(broadcastTo(b, [...lead, depth, columns]))];
  const result = [];
  for (let n = 0; n < count(lead); n++) {
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        let sum = 0;
        for (let k = 0; k < inner; k++) sum += p[(n * rows + i) * inner + k] * q[(n * depth + k) * columns + j];
        result.push(sum);
      }
    }
  }
  const shape = [...lead, ...(left.shape.length === 1 ? [] : [rows]), ...(right.shape.length === 1 ? [] : [columns])];
  return wrap(result, shape, "f");
};

const each = (f, x, kind = "f") => {
  if (x instanceof Scalar) return kind === "f" ? new Scalar(f(x.value)) : f(x.value);
  return wrap(flat(x).map(f), x.shape, kind);
};

const UNARY = {
  neg: (x) => each((v) => -v, x, x.kind),
  pos: (x) => x,
  abs: (x) => each(Math.abs, x, x.kind),
  invert: (x) => (x.kind === "b" ? each((v) => !v, x, "b") : raise("TypeError", "ufunc 'invert' not supported for floats")),
};

// Functions of numbers that NumPy calls by the same names.
const sign = (v) => (v > 0 ? 1 : v < 0 ? -1 : v === 0 ? 0 : Number.NaN);
const FUNCTIONS = {
  ...Object.fromEntries(["sqrt", "exp", "log", "log10", "log2", "log1p", "expm1", "sin", "cos", "tan", "tanh"].map((f) => [f, Math[f]])),
  ...Object.fromEntries(["sinh", "cosh", "floor", "ceil"].map((f) => [f, Math[f]])),
  ...{ arctan: Math.atan, arcsin: Math.asin, arccos: Math.acos, sign },
};

const ufunc = (f, kind) => {
  const made = (x) => {
    if (x instanceof Scalar) return kind ? f(x.value) : new Scalar(f(x.value));
    if (!(x instanceof NDArray && x.kind === "f")) x = asFloats(asArray(x));
    return each(f, x, kind ?? "f");
  };
  return made;
};

const larger = (x, y) => (Number.isNaN(x) || Number.isNaN(y) ? Number.NaN : x >= y ? x : y);
const smaller = (x, y) => (Number.isNaN(x) || Number.isNaN(y) ? Number.NaN : x <= y ? x : y);
const binary = (f) => (x, y) => two(f, asFloats(asArray(x)), asFloats(asArray(y)), "f");

// NumPy's order of adding: eight sums side by side, and halves of what is longer than 128.
const pairwise = (data, from, length) => {
  if (length < 8) {
    let sum = -0;
    for (let k = 0; k < length; k++) sum += data[from + k];
    return length ? sum : 0;
  }
  if (length > 128) {
    const half = Math.floor(length / 2) - (Math.floor(length / 2) % 8);
    return pairwise(data, from, half) + pairwise(data, from + half, length - half);
  }
  const r = data.slice(from, from + 8);
  let k = 8;
  for (; k < length - (length % 8); k += 8) for (let m = 0; m < 8; m++) r[m] += data[from + k + m];
  let sum = r[0] + r[1] + (r[2] + r[3]) + (r[4] + r[5] + (r[6] + r[7]));
  for (; k < length; k++) sum += data[from + k];
  return sum;
};
const inOrder = (f) => (data, from, length) => {
  if (!length) raise("ValueError", "zero-size array to reduction operation which has no identity");
  let found = data[from];
  for (let k = 1; k < length; k++) found = f(found, data[from + k]);
  return found;
};
const best = (better) => (data, from, length) => {
  let found = 0;
  for (let k = 1; k < length; k++) if (better(data[from + k], data[from + found])) found = k;
  return found;
};
const REDUCTIONS = {
  sum: [pairwise, (kind) => (kind === "b" ? "i" : kind)],
  prod: [inOrder((x, y) => x * y), (kind) => kind],
  max: [inOrder(larger), (kind) => kind],
  min: [inOrder(smaller), (kind) => kind],
  any: [(data, from, length) => data.slice(from, from + length).some(Boolean), () => "b"],
  all: [(data, from, length) => data.slice(from, from + length).every(Boolean), () => "b"],
  mean: [(data, from, length) => pairwise(data, from, length) / length, () => "f"],
  argmax: [best((x, y) => x > y || (Number.isNaN(x) && !Number.isNaN(y))), () => "i"],
  argmin: [best((x, y) => x < y || (Number.isNaN(x) && !Number.isNaN(y))), () => "i"],
};

const axesOf = (axis, number) => {
  const given = isList(axis) ? [...axis] : [axis];
  return given.map((each) => {
    const place = each < 0 ? each + number : each;
    if (!(place >= 0 && place < number)) raise("ValueError", `axis ${each} is out of bounds for array of dimension ${number}`);
    return place;
  });
};

const transposed = (x, order) => {
  const strides = x.strides ?? stridesOf(x.shape);
  return new NDArray(x.data, order.map((axis) => x.shape[axis]), x.kind, order.map((axis) => strides[axis]), x.offset);
};

const reduce = (name, x, axis, keep) => {
  const [f, kindOf] = REDUCTIONS[name];
  const array = x instanceof NDArray ? x : asArray(x);
  const kind = kindOf(array.kind);
  const numbers = array.shape.length;
  if (axis === None || axis === undefined) {
    const data = flat(array);
    return keep ? new NDArray([f(data, 0, data.length)], array.shape.map(() => 1), kind) : element(f(data, 0, data.length), kind);
  }
  const gone = axesOf(axis, numbers);
  const kept = [...array.shape.keys()].filter((each) => !gone.includes(each));
  const lengths = gone.map((each) => array.shape[each]);
  const data = flat(gone.length === 1 && gone[0] === numbers - 1 ? array : transposed(array, [...kept, ...gone]));
  const length = count(lengths);
  const result = [];
  // Along another axis than the last NumPy adds rows to rows, in order.
  const g = name === "sum" && gone[0] !== numbers - 1 ? inOrder(NUMBERS.add) : f;
  for (let k = 0; k < count(kept.map((each) => array.shape[each])); k++) result.push(g(data, k * length, length));
  const shape = keep ? array.shape.map((size, each) => (gone.includes(each) ? 1 : size)) : kept.map((each) => array.shape[each]);
  return wrap(result, shape, kind);
};

// A view, or for masks and lists of places a copy; with `write`, where its elements lie.
const none = (x) => x === None || x === undefined;
const select = (x, item, write) => {
  const items = Array.isArray(item) && $B.get_class(item) === _b_.tuple ? [...item] : [item];
  const strides = x.strides ?? stridesOf(x.shape);
  const special = items.find((each) => each instanceof NDArray || (Array.isArray(each) && $B.get_class(each) === _b_.list));
  if (special !== undefined) return chosen(x, special, items, write);
  const used = items.filter((each) => each !== None && each !== _b_.Ellipsis).length;
  if (used > x.shape.length) raise("IndexError", `too many indices for array: array is ${x.shape.length}-dimensional, but ${used} were indexed`);
  if (!items.includes(_b_.Ellipsis)) items.push(_b_.Ellipsis);
  const shape = [];
  const steps = [];
  let { offset } = x;
  let axis = 0;
  for (const each of items) {
    if (each === None) {
      shape.push(1);
      steps.push(0);
    } else if (each === _b_.Ellipsis) {
      for (let k = x.shape.length - used; k > 0; k--, axis++) {
        shape.push(x.shape[axis]);
        steps.push(strides[axis]);
      }
    } else if ($B.get_class(each) === _b_.slice) {
      const size = x.shape[axis];
      const step = none(each.step) ? 1 : each.step;
      const bound = (given, other) => {
        if (none(given)) return other;
        const place = given < 0 ? given + size : given;
        return step > 0 ? Math.min(Math.max(place, 0), size) : Math.min(Math.max(place, -1), size - 1);
      };
      const from = bound(each.start, step > 0 ? 0 : size - 1);
      const to = bound(each.stop, step > 0 ? size : -1);
      shape.push(Math.max(0, Math.ceil((to - from) / step)));
      steps.push(strides[axis] * step);
      offset += from * strides[axis];
      axis++;
    } else {
      if (typeof each !== "number") raise("IndexError", "only integers, slices (`:`), ellipsis (`...`), numpy.newaxis (`None`) and integer or boolean arrays are valid indices");
      const size = x.shape[axis];
      const place = each < 0 ? each + size : each;
      if (!(place >= 0 && place < size)) raise("IndexError", `index ${each} is out of bounds for axis ${axis} with size ${size}`);
      offset += place * strides[axis];
      axis++;
    }
  }
  return new NDArray(x.data, shape, x.kind, steps, offset);
};

const chosen = (x, special, items, write) => {
  if (write || items.length > 1) {
    const mask = asArray(special);
    if (items.length === 1 && mask.kind === "b" && same(mask.shape, x.shape)) {
      const all = places(x.shape, x.strides ?? stridesOf(x.shape), x.offset);
      return { places: all.filter((_, k) => flat(mask)[k]) };
    }
    raise("IndexError", "this kind of index is not in the page's part of NumPy");
  }
  const index = asArray(special);
  const [data, truths] = [flat(x), flat(index)];
  if (index.kind === "b" && same(index.shape, x.shape)) {
    const found = data.filter((_, k) => truths[k]);
    return new NDArray(found, [found.length], x.kind);
  }
  const rest = x.shape.slice(1);
  const size = count(rest);
  const rows = index.kind === "b" ? truths.flatMap((truth, k) => (truth ? [k] : [])) : truths.map((k) => (k < 0 ? k + x.shape[0] : k));
  const shape = index.kind === "b" ? [rows.length] : index.shape;
  return new NDArray(rows.flatMap((k) => data.slice(k * size, (k + 1) * size)), [...shape, ...rest], x.kind);
};

const getItem = (x, item) => {
  if (typeof item === "number" && x.shape.length === 1) {
    const place = item < 0 ? item + x.shape[0] : item;
    if (!(place >= 0 && place < x.shape[0])) raise("IndexError", `index ${item} is out of bounds for axis 0 with size ${x.shape[0]}`);
    return element(x.strides === null ? x.data[place] : x.data[x.offset + place * x.strides[0]], x.kind);
  }
  if (x instanceof Scalar) {
    if (Array.isArray(item) && !item.length) return x;
    const widened = Array.isArray(item) && item.every((each) => each === None || each === _b_.Ellipsis);
    return widened ? select(new NDArray([x.value], [], x.kind), item) : raise("IndexError", "invalid index to scalar variable.");
  }
  const found = select(x, item);
  return found.shape.length ? found : element(flat(found)[0], found.kind);
};

const setItem = (x, item, value) => {
  if (x instanceof Scalar) raise("TypeError", "'numpy.float64' object does not support item assignment");
  const view = select(x, item, true);
  const given = asArray(value);
  if (x.kind === "f" && "OU".includes(given.kind)) raise("ValueError", "a text or an object stands where a number must be");
  const convert = x.kind === "f" ? Number : x.kind === "i" ? Math.trunc : x.kind === "b" ? Boolean : (v) => v;
  if (view.places) {
    const numbers = flat(broadcastTo(given, [view.places.length]));
    view.places.forEach((place, k) => {
      x.data[place] = convert(numbers[k]);
    });
    return;
  }
  if (!view.shape.length) {
    if (count(given.shape) !== 1) raise("ValueError", "setting an array element with a sequence.");
    x.data[view.offset] = convert(flat(given)[0]);
    return;
  }
  const [from, to] = [flat(broadcastTo(given, view.shape)), places(view.shape, view.strides, view.offset)];
  for (let k = 0; k < to.length; k++) x.data[to[k]] = convert(from[k]);
};

const toList = (x) => {
  if (x instanceof Scalar) return $B.fast_float(x.value);
  const data = x.kind === "f" ? flat(x).map($B.fast_float) : [...flat(x)];
  const nested = (from, axis) => {
    if (axis === x.shape.length) return data[from];
    const size = count(x.shape.slice(axis + 1));
    return $B.$list(Array.from({ length: x.shape[axis] }, (_, k) => nested(from + k * size, axis + 1)));
  };
  return nested(0, 0);
};

const reshape = (x, sizes) => {
  const known = count(sizes.filter((size) => size !== -1));
  const total = count(x.shape);
  const shape = sizes.map((size) => (size === -1 ? total / known : size));
  if (count(shape) !== total) raise("ValueError", `cannot reshape array of size ${total} into shape ${shown(shape)}`);
  return new NDArray(flat(x), shape, x.kind);
};

const astype = (x, kind) => {
  if (x.kind === kind) return x instanceof Scalar ? x : new NDArray([...flat(x)], x.shape, kind);
  if (kind === "f") return wrap(flat(asFloats(x)), x.shape, "f");
  return wrap(flat(x).map(kind === "b" ? Boolean : Math.trunc), x.shape, kind);
};

const tuple = (list) => $B.fast_tuple([...list]);
const dtypes = {}; // by kind, from numpy/__init__.py
const kindOf = (dtype) => (dtype === _b_.float ? "f" : dtype === _b_.int ? "i" : dtype === _b_.bool ? "b" : (dtype?.$kind ?? $B.$getattr(dtype, "kind")));

const PROPERTIES = {
  shape: (x) => tuple(x.shape),
  ndim: (x) => x.shape.length,
  size: (x) => count(x.shape),
  dtype: (x) => dtypes[x.kind],
  T: (x) => (x.shape.length < 2 ? x : transposed(x, [...x.shape.keys()].reverse())),
  mT: (x) => transposed(x, [...x.shape.keys()].slice(0, -2).concat(x.shape.length - 1, x.shape.length - 2)),
  flat: (x) => new NDArray(flat(x), [count(x.shape)], x.kind),
  real: (x) => x,
};

// Methods get their arguments by place, and those by name in an object.
const reduction = (name) => (x, [axis], kw) => reduce(name, x, kw.axis ?? axis, kw.keepdims);
const METHODS = {
  ...Object.fromEntries(Object.keys(REDUCTIONS).map((name) => [name, reduction(name)])),
  astype: (x, [dtype], kw) => {
    const kind = kindOf(dtype ?? kw.dtype);
    return x.kind === kind && kw.copy === false ? x : astype(x, kind);
  },
  copy: (x) => (x instanceof Scalar ? x : new NDArray([...flat(x)], x.shape, x.kind)),
  tolist: (x) => toList(x),
  item: (x, places) => toList(places.length ? getItem(x, tuple(places)) : new NDArray(flat(x).slice(0, 1), [], x.kind)),
  reshape: (x, sizes) => reshape(x, sizes.length === 1 && Array.isArray(sizes[0]) ? [...sizes[0]] : sizes),
  ravel: (x) => reshape(x, [-1]),
  flatten: (x) => reshape(x, [-1]),
  dot: (x, [y]) => (isArray(y) && y.shape.length && x.shape.length ? matmul(x, y) : arithmetic("mul", x, y)),
  round: (x, [digits], kw) => each((v) => rounded(v, digits ?? kw.decimals ?? 0), x, x.kind),
  diagonal: (x) => new NDArray(Array.from({ length: Math.min(...x.shape) }, (_, k) => flat(x)[k * (x.shape[1] + 1)]), [Math.min(...x.shape)], x.kind),
  take: (x, [index]) => chosen(x, index, [index]),
  fill: (x, [value]) => setItem(x, _b_.Ellipsis, value) ?? None,
};

// To the nearest, halves to the even one.
const rounded = (v, digits) => {
  const scale = 10 ** digits;
  const near = Math.round(v * scale);
  return (Math.abs((v * scale) % 1) === 0.5 && near % 2 ? near - 1 : near) / scale;
};

const named = (args) => {
  const last = args[args.length - 1];
  if (!last?.$kw) return [args, {}];
  return [args.slice(0, -1), Object.assign({}, ...last.$kw.map((each) => (each.ob_type === _b_.dict ? $B.get_dict(each) ?? each : each)))];
};
const method = (x, name, args) => METHODS[name](x, ...named(args));

// Brython's functions for every operation, led to the arrays first.
const OPERATIONS = {
  ...Object.fromEntries(Object.keys(NUMBERS).map((op) => [`__${op}__`, (x, y) => arithmetic(op, x, y)])),
  ...Object.fromEntries(["and", "or", "xor"].map((op) => [`__${op}__`, (x, y) => logic(op, x, y)])),
  __matmul__: matmul,
};
const COMPARISONS = Object.fromEntries(["gt", "lt", "ge", "le", "eq", "ne"].map((op) => [`__${op}__`, (x, y) => compare(op, x, y)]));

const richOp = $B.rich_op;
$B.rich_op = (op, x, y, inum) => {
  if (x instanceof NDArray || y instanceof NDArray || x instanceof Scalar || y instanceof Scalar) {
    const operation = OPERATIONS[op];
    if (operation) return operation(x, y);
  }
  return richOp(op, x, y, inum);
};

const richComp = $B.rich_comp;
$B.rich_comp = (op, x, y) => (x instanceof NDArray || y instanceof NDArray ? COMPARISONS[op](x, y) : richComp(op, x, y));

const getAttribute = $B.$getattr;
$B.$getattr = (x, name, other) => {
  if (x instanceof NDArray || x instanceof Scalar) {
    if (Object.hasOwn(PROPERTIES, name)) return PROPERTIES[name](x);
    if (Object.hasOwn(METHODS, name)) return (...args) => method(x, name, args);
  }
  return getAttribute(x, name, other);
};

const callAttribute = $B.call_attr;
$B.call_attr = (x, name, inum, ...args) => {
  if ((x instanceof NDArray || x instanceof Scalar) && Object.hasOwn(METHODS, name)) return method(x, name, args);
  return callAttribute(x, name, inum, ...args);
};

const getOne = $B.$getitem;
$B.$getitem = (x, item, inum) => (x instanceof NDArray || x instanceof Scalar ? getItem(x, item) : getOne(x, item, inum));

const getPart = $B.getitem_slice;
$B.getitem_slice = (x, part, inum) => (x instanceof NDArray ? getItem(x, part) : getPart(x, part, inum));

const setOne = $B.$setitem;
$B.$setitem = (x, item, value, inum) => (x instanceof NDArray || x instanceof Scalar ? setItem(x, item, value) : setOne(x, item, value, inum));

const special = $B.call_special_unary;
$B.call_special_unary = (x, name, shownAs) => {
  if (x instanceof NDArray || x instanceof Scalar) return UNARY[name.slice(2, -2)](x);
  return special(x, name, shownAs);
};

const bool = $B.$bool;
const truth = (x) => {
  if (x instanceof Scalar) return x.value !== 0;
  if (count(x.shape) !== 1) raise("ValueError", "The truth value of an array with more than one element is ambiguous. Use a.any() or a.all()");
  return Boolean(flat(x)[0]);
};
$B.$bool = (x, type) => (x instanceof NDArray || x instanceof Scalar ? truth(x) : bool(x, type));

// a += b changes an array in place.
const augment = $B.augm_assign;
const AUGMENTED = { "+=": "add", "-=": "sub", "*=": "mul", "/=": "truediv", "**=": "pow", "//=": "floordiv", "%=": "mod" };
$B.augm_assign = (x, op, y) => {
  if (x instanceof NDArray && AUGMENTED[op]) {
    const result = arithmetic(AUGMENTED[op], x, y);
    if (!same(result.shape, x.shape)) raise("ValueError", `non-broadcastable output operand with shape ${shown(x.shape)} doesn't match the broadcast shape ${shown(result.shape)}`);
    setItem(x, _b_.Ellipsis, result);
    return x;
  }
  if (x instanceof Scalar || y instanceof NDArray || y instanceof Scalar) return arithmetic(AUGMENTED[op], x, y);
  return augment(x, op, y);
};

const iterator = $B.make_js_iterator;
$B.make_js_iterator = (x, frame, line) => {
  if (!(x instanceof NDArray)) return iterator(x, frame, line);
  if (!x.shape.length) raise("TypeError", "iteration over a 0-d array");
  return Array.from({ length: x.shape[0] }, (_, k) => getItem(x, k))[Symbol.iterator]();
};

// What numpy/__init__.py takes from here.
const EXPORTS = {
  adopt: (ndarray, float64, kinds) => {
    NDArray.prototype.ob_type = ndarray;
    Scalar.prototype.ob_type = float64;
    for (const entry of _b_.dict.$iter_items(kinds)) dtypes[entry.key] = entry.value;
    return None;
  },
  scalar: (x) => new Scalar(numeric(x)?.[0] ?? asFloats(asArray(x)).value ?? flat(asFloats(asArray(x)))[0]),
  kind: (x) => asArray(x).kind,
  array: (x) => {
    const made = asArray(x);
    return made instanceof Scalar ? new NDArray([made.value], [], "f") : made === x ? METHODS.copy(x) : made;
  },
  asarray: (x) => (x instanceof NDArray ? x : x instanceof Scalar ? new NDArray([x.value], [], "f") : asArray(x)),
  full: (shape, value, dtype) => {
    const sizes = typeof shape === "number" ? [shape] : [...shape];
    const given = asArray(value);
    const kind = none(dtype) ? given.kind : kindOf(dtype);
    return METHODS.copy(astype(broadcastTo(given, sizes), kind));
  },
  broadcast_to: (x, shape) => broadcastTo(asArray(x), [...shape]),
  broadcast_shapes: (...shapes) => tuple(broadcastShapes(...shapes.map((shape) => [...shape]))),
  swapaxes: (x, a, b) => {
    const order = [...x.shape.keys()];
    const [p, q] = axesOf(tuple([a, b]), order.length);
    [order[p], order[q]] = [order[q], order[p]];
    return transposed(x, order);
  },
  where: (c, x, y) => {
    const [truths, a, b] = [c, x, y].map(asArray);
    const shape = broadcastShapes(truths.shape, a.shape, b.shape);
    const [t, p, q] = [truths, a, b].map((each) => flat(broadcastTo(each, shape)));
    return wrap(t.map((truth, k) => (truth ? p[k] : q[k])), shape, wider(a.kind, b.kind));
  },
  reduce: (name, x, axis, keep) => reduce(name, x, axis, keep),
  flatten: (x) => toList(reshape(asArray(x), [-1])),
  // Rows of one shape, one after the other along a new first axis.
  stacked: (rows) => asArray(rows),
  equal: (x, y) => compare("eq", x, y),
  maximum: (x, y) => maximum(x, y),
  minimum: binary(smaller),
  hypot: binary(Math.hypot),
  arctan2: binary(Math.atan2),
  logaddexp: binary((x, y) => (x === y ? x + Math.LN2 : Math.max(x, y) + Math.log1p(Math.exp(-Math.abs(x - y))))),
  divide: (x, y) => arithmetic("truediv", x, y),
  absolute: ufunc(Math.abs),
  isfinite: ufunc(Number.isFinite, "b"),
  isnan: ufunc(Number.isNaN, "b"),
  isinf: ufunc((v) => v === Infinity || v === -Infinity, "b"),
  ...Object.fromEntries(Object.entries(FUNCTIONS).map(([name, f]) => [name, ufunc(f)])),
  invoke: (x, name, ...args) => (name in UNARY ? UNARY[name](x) : name in COMPARISONS ? COMPARISONS[name](x, ...args) : OPERATIONS[name](x, ...args)),
  length: (x) => (x.shape.length ? x.shape[0] : raise("TypeError", "len() of unsized object")),
  attributes: () => tuple([...Object.keys(PROPERTIES), ...Object.keys(METHODS)]),
};
const maximum = binary(larger);

const module = $B.imported._arrays;
for (const [name, f] of Object.entries(EXPORTS)) {
  f.$infos = { __name__: name, __qualname__: name };
  $B.module_setattr(module, name, f);
}
