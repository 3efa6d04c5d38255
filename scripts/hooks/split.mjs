// Splits the page's WebAssembly module in two: what its start needs, and the rest, which loads after the first paint.
//
// `instrumented` gives a module that notes in globals which functions were called. `split` leaves those in the
// first module; each other function becomes a stub there, which calls it through a slot of the first table. The second
// module shares memory, tables and globals with the first, holds those functions, and fills the slots when it is
// instantiated. A stub that is called before that has the second module loaded on the spot (static/start.js), so
// the split changes when code arrives, never what it does.
//
// No function body is decoded. Bodies name functions by index, so indices must stay: `run` (wasm-opt) sorts the
// functions by names that are given here, which brings those that leave to the end; the second module then imports all
// that come before them, and wasm-opt takes away the imports it does not need. Texts that only those functions read leave
// with them (data.mjs).

import { parted } from "./data.mjs";
import { KIND, Reader, SECTION, concat, parts, s32, text, u32, vector, withSections, written } from "./wasm.mjs";

/** Functions of at most so many bytes stay: a stub would be as long. */
const STUB_BYTES = 16;
/** What the second module's imports are called, as a module name. */
const FIRST = "first";
/** The exported function by which a stub has the second module loaded (src/ui/deferred.rs). */
const ENSURE = "ensure_deferred";
/** The exported global that says, when it is not 0, that the slots are filled. */
const LOADED = "late.loaded";
/** What the first module exports for the second. */
const sharedName = (word, index) => `late.${word}${index}`;
const OP = { end: 0x0b, if: 0x04, call: 0x10, callIndirect: 0x11, localGet: 0x20, globalGet: 0x23, globalSet: 0x24,
  constant: 0x41, isZero: 0x45 };
const VOID = 0x40;
const I32 = 0x7f;

/** What an instrumented module calls the globals that it sets. */
export const CALLED = "called.";
/** A global that is 0 at first. */
const FLAG = { type: [I32, 1], initial: [OP.constant, 0, OP.end] };

const globalBytes = ({ type, initial }) => concat([type, initial]);
const exportBytes = ({ name, kind, index }) => concat([text(name), [kind], u32(index)]);
const importedFunctions = (module) => module.imports.filter(({ kind }) => kind === KIND.function).length;
const body = (bytes) => concat([u32(bytes.length), bytes]);
const parametersOf = (module, index) =>
  module.types[module.functionTypes[index]].parameters.flatMap((_, nth) => [OP.localGet, ...u32(nth)]);

/**
 * A module that sets an exported global at each function's first call: `called.0` for the first that it defines. Globals,
 * not memory: the program's own addresses must not move, as hash tables are seeded by them.
 */
export function instrumented(bytes) {
  const module = parts(bytes);
  const imported = importedFunctions(module);
  const total = module.functionTypes.length;
  const first = module.globals.length;
  const marking = module.bodies.map((_, nth) => [
    0, OP.constant, 1, OP.globalSet, ...u32(first + nth),
    ...parametersOf(module, imported + nth), OP.call, ...u32(total + nth), OP.end,
  ]);
  const types = module.functionTypes.slice(imported);
  const marks = module.bodies.map((_, nth) => ({ name: `${CALLED}${nth}`, kind: KIND.global, index: first + nth }));
  return written(withSections(module.list, {
    [SECTION.function]: vector([...types, ...types].map(u32)),
    [SECTION.global]: vector([...module.globals, ...marks.map(() => FLAG)].map(globalBytes)),
    [SECTION.export]: vector([...module.exports, ...marks].map(exportBytes)),
    [SECTION.code]: vector([...marking, ...module.bodies].map(body)),
  }));
}

/** The same module with names by which wasm-opt sorts the functions that are `kept` to the front. */
function named(bytes, kept) {
  const module = parts(bytes);
  const imported = importedFunctions(module);
  const name = (index) => {
    const digits = String(index).padStart(6, "0");
    if (index < imported) return `a${digits}`;
    return `${kept(index - imported) ? "b" : "z"}${digits}`;
  };
  const names = vector(module.functionTypes.map((_, index) => concat([u32(index), text(name(index))])));
  const section = concat([text("name"), [1], u32(names.length), names]);
  const rest = module.list.filter(({ name }) => name !== "name");
  return written([...rest, { id: SECTION.custom, body: section }]);
}

/**
 * Splits a module: `{ first, second }`. `called(nth)` says whether the nth defined function is needed at the start;
 * `run(bytes, options)` is wasm-opt.
 */
export function split(bytes, called, run) {
  const before = parts(bytes);
  const ensure = before.exports.find(({ name }) => name === ENSURE);
  if (!ensure) throw new Error(`the module has no export ${ENSURE}`);
  const door = ensure.index - importedFunctions(before);
  const kept = (nth) => called(nth) || nth === door || before.bodies[nth].length <= STUB_BYTES;
  const sorted = run(named(bytes, kept), ["--reorder-functions-by-name", "-g"]);
  const module = parts(sorted);
  const isLate = (index) => module.names.get(index)?.startsWith("z") ?? false;
  const count = module.functionTypes.length;
  const border = module.functionTypes.findIndex((_, index) => isLate(index));
  if (border < 0) throw new Error("nothing can be left for later");
  for (let index = border; index < count; index += 1) {
    if (!isLate(index)) throw new Error("wasm-opt has not sorted the functions by their names");
  }
  const slots = slotsFor(module, border);
  const memory = partedData(module, border);
  const second = run(secondModule(module, border, slots, memory), ["--remove-unused-module-elements"]);
  const wanted = parts(second).imports
    .filter(({ kind }) => kind === KIND.function)
    .map(({ name }) => Number(name.slice(sharedName("", "").length)));
  const first = firstModule(module, border, slots, memory, wanted);
  return { first: run(first, ["--remove-unused-module-elements", "--strip-debug"]), second };
}

/** Where the functions that leave are found: the first table grows by one slot for each. */
function slotsFor(module, border) {
  const table = new Reader(module.tables[0]);
  const [type, flags, size, limit] = [table.byte(), table.byte(), table.u32(), table.u32()];
  if (flags !== 1 || size !== limit) throw new Error("the first table is not of a fixed size");
  const count = module.functionTypes.length - border;
  const grown = u32(size + count);
  return { base: size, table: [type, 1, ...grown, ...grown] };
}

/** What memory holds at first, as data sections for both modules; nothing changes its place. */
function partedData(module, border) {
  const { early, late } = parted(module.data, module.bodies.slice(0, border - importedFunctions(module)));
  const section = (segments) => vector(segments.map(({ offset, bytes }) =>
    concat([[0, OP.constant], s32(offset), [OP.end], u32(bytes.length), bytes])));
  return { early: section(early), late: section(late), count: u32(early.length) };
}

function firstModule(module, border, slots, memory, wanted) {
  const imported = importedFunctions(module);
  const ensure = module.exports.find(({ name }) => name === ENSURE).index;
  const isLoaded = module.globals.length;
  const bodies = module.bodies.map((found, nth) => {
    const index = imported + nth;
    if (index < border) return body(found);
    return body([
      0, OP.globalGet, ...u32(isLoaded), OP.isZero, OP.if, VOID, OP.call, ...u32(ensure), OP.end,
      ...parametersOf(module, index), OP.constant, ...s32(slots.base + index - border),
      OP.callIndirect, ...u32(module.functionTypes[index]), 0, OP.end,
    ]);
  });
  const shared = [
    ...module.tables.map((_, index) => ["table", KIND.table, index]),
    ...module.globals.map((_, index) => ["global", KIND.global, index]),
    ["memory", KIND.memory, 0],
    ...wanted.map((index) => ["", KIND.function, index]),
  ];
  const exports = [
    ...module.exports,
    ...shared.map(([word, kind, index]) => ({ name: sharedName(word, index), kind, index })),
    { name: LOADED, kind: KIND.global, index: isLoaded },
  ];
  // The names are those that the functions were sorted by.
  const list = module.list.filter(({ name }) => name !== "name");
  return written(withSections(list, {
    [SECTION.table]: vector([slots.table, ...module.tables.slice(1)]),
    [SECTION.global]: vector([...module.globals, FLAG].map(globalBytes)),
    [SECTION.export]: vector(exports.map(exportBytes)),
    [SECTION.dataCount]: memory.count,
    [SECTION.code]: vector(bodies),
    [SECTION.data]: memory.early,
  }));
}

function secondModule(module, border, slots, memory) {
  const imported = importedFunctions(module);
  const from = (name, kind, type) => concat([text(FIRST), text(name), [kind], type]);
  const imports = [
    ...module.functionTypes.slice(0, border).map((type, index) =>
      from(sharedName("", index), KIND.function, u32(type))),
    ...[slots.table, ...module.tables.slice(1)].map((type, index) =>
      from(sharedName("table", index), KIND.table, type)),
    from(sharedName("memory", 0), KIND.memory, module.memories[0]),
    ...module.globals.map(({ type }, index) => from(sharedName("global", index), KIND.global, type)),
  ];
  const segment = (slot, functions) =>
    concat([[0, OP.constant], s32(slot), [OP.end], vector(functions.map(u32))]);
  const late = module.functionTypes.slice(border).map((_, nth) => border + nth);
  // Slots that functions had before are filled anew as well: what calls through them then needs no stub.
  const again = module.elements.filter(({ index }) => index >= border);
  const keep = module.list.filter(({ id }) => id === SECTION.type);
  return written(withSections(keep, {
    [SECTION.import]: vector(imports),
    [SECTION.function]: vector(module.functionTypes.slice(border).map(u32)),
    [SECTION.element]: vector([segment(slots.base, late), ...again.map(({ slot, index }) => segment(slot, [index]))]),
    [SECTION.code]: vector(module.bodies.slice(border - imported).map(body)),
    [SECTION.data]: memory.late,
  }));
}
