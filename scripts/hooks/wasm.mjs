// Reads and writes WebAssembly modules section by section: as much of the binary format as splitting a module needs.
//
// Function bodies are never decoded: they are moved whole, and keep their meaning because no index changes.

export const SECTION = { custom: 0, type: 1, import: 2, function: 3, table: 4, memory: 5, global: 6, export: 7, start: 8,
  element: 9, code: 10, data: 11, dataCount: 12 };
export const KIND = { function: 0, table: 1, memory: 2, global: 3 };
const HEADER = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];

/** An unsigned number as LEB128. */
export function u32(value) {
  const out = [];
  do {
    const more = value > 0x7f;
    out.push((value & 0x7f) | (more ? 0x80 : 0));
    value >>>= 7;
  } while (value);
  return out;
}

/** A signed number as LEB128, for `i32.const`. */
export function s32(value) {
  for (const out = []; ;) {
    const low = value & 0x7f;
    value >>= 7;
    if ((value === 0 && !(low & 0x40)) || (value === -1 && low & 0x40)) return [...out, low];
    out.push(low | 0x80);
  }
}

/** A text with its length before it. */
export function text(string) {
  const bytes = new TextEncoder().encode(string);
  return [...u32(bytes.length), ...bytes];
}

/** Many parts with their number before them. */
export const vector = (parts) => concat([u32(parts.length), ...parts]);

/** One array of bytes out of many. */
export function concat(parts) {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** A place in the bytes that moves on as things are read. */
export class Reader {
  constructor(bytes, at = 0, end = bytes.length) {
    Object.assign(this, { bytes, at, end });
  }
  byte() { return this.bytes[this.at++]; }
  u32() {
    for (let value = 0, shift = 0; ; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  }
  slice(length) { return this.bytes.subarray(this.at, (this.at += length)); }
  text() { return new TextDecoder().decode(this.slice(this.u32())); }
  list(read) { return Array.from({ length: this.u32() }, () => read(this)); }
  /** The bytes that `read` passes over. */
  raw(read) {
    const from = this.at;
    read(this);
    return this.bytes.subarray(from, this.at);
  }
}

/** The sections in order; a custom one has a name. */
export function sections(bytes) {
  if (!HEADER.every((byte, index) => bytes[index] === byte)) throw new Error("this is no WebAssembly module");
  const found = [];
  for (const reader = new Reader(bytes, HEADER.length); reader.at < reader.end;) {
    const id = reader.byte();
    const body = reader.slice(reader.u32());
    const name = id === SECTION.custom ? new Reader(body).text() : undefined;
    found.push({ id, body, name });
  }
  return found;
}

/** A module of sections. */
export const written = (list) =>
  concat([HEADER, ...list.flatMap(({ id, body }) => [[id], u32(body.length), body])]);

const limits = (reader) => {
  const flags = reader.byte();
  reader.u32();
  if (flags & 1) reader.u32();
};
const tableType = (reader) => { reader.byte(); limits(reader); };
const globalType = (reader) => { reader.byte(); reader.byte(); };

/** Skips a constant expression; only those that linkers write are known. */
function constant(reader) {
  for (;;) {
    const code = reader.byte();
    if (code === 0x0b) return;
    if (code === 0x41 || code === 0x42 || code === 0x23 || code === 0xd2) reader.u32();
    else if (code === 0x44) reader.slice(8);
    else if (code === 0x43) reader.slice(4);
    else if (code === 0xd0) reader.byte();
    else throw new Error(`a constant expression with opcode 0x${code.toString(16)}`);
  }
}

/** The parts of a module that splitting looks at. Types are `{ parameters, results }` as bytes. */
export function parts(bytes) {
  const list = sections(bytes);
  const read = (id, item) => {
    const section = list.find((section) => section.id === id);
    return section ? new Reader(section.body).list(item) : [];
  };
  const types = read(SECTION.type, (reader) => {
    const form = reader.byte();
    if (form !== 0x60) throw new Error(`a type of form 0x${form.toString(16)}`);
    const part = () => [...reader.slice(reader.u32())];
    return { parameters: part(), results: part() };
  });
  const imports = read(SECTION.import, (reader) => {
    const [module, name, kind] = [reader.text(), reader.text(), reader.byte()];
    const skip = [(r) => r.u32(), tableType, limits, globalType][kind];
    return { module, name, kind, type: reader.raw(skip) };
  });
  const tables = read(SECTION.table, (reader) => reader.raw(tableType));
  const memories = read(SECTION.memory, (reader) => reader.raw(limits));
  const globals = read(SECTION.global, (reader) => {
    const type = reader.raw(globalType);
    return { type, initial: reader.raw(constant) };
  });
  const exports = read(SECTION.export, (reader) => (
    { name: reader.text(), kind: reader.byte(), index: reader.u32() }));
  const functionTypes = [
    ...imports.filter(({ kind }) => kind === KIND.function).map(({ type }) => new Reader(type).u32()),
    ...read(SECTION.function, (reader) => reader.u32()),
  ];
  const bodies = read(SECTION.code, (reader) => reader.slice(reader.u32()));
  return { list, types, imports, tables, memories, globals, exports, functionTypes, bodies, names: functionNames(list),
    elements: elements(list), data: data(list) };
}

/** What memory holds at first: `[{ offset, bytes }]`. */
function data(list) {
  const section = list.find(({ id }) => id === SECTION.data);
  if (!section) return [];
  return new Reader(section.body).list((reader) => {
    const flags = reader.u32();
    if (flags !== 0) throw new Error(`a data segment with flags ${flags}`);
    if (reader.byte() !== 0x41) throw new Error("a data segment with an offset that is no constant");
    const offset = reader.u32();
    reader.byte();
    return { offset, bytes: reader.slice(reader.u32()) };
  });
}

/** Slots of the first table and the functions in them: `[{ slot, index }]`. */
function elements(list) {
  const section = list.find(({ id }) => id === SECTION.element);
  const found = [];
  if (!section) return found;
  new Reader(section.body).list((reader) => {
    const flags = reader.u32();
    if (flags !== 0) throw new Error(`an element segment with flags ${flags}`);
    if (reader.byte() !== 0x41) throw new Error("an element segment with an offset that is no constant");
    const first = reader.u32();
    reader.byte();
    reader.list((r) => r.u32()).forEach((index, nth) => found.push({ slot: first + nth, index }));
  });
  return found;
}

/** The functions' names by index. */
function functionNames(list) {
  const names = new Map();
  const section = list.find(({ name }) => name === "name");
  if (!section) return names;
  const reader = new Reader(section.body);
  reader.text();
  while (reader.at < reader.end) {
    const id = reader.byte();
    const end = reader.u32() + reader.at;
    if (id === 1) reader.list((r) => names.set(r.u32(), r.text()));
    reader.at = end;
  }
  return names;
}

/** Replaces sections by id, or adds them in their place. */
export function withSections(list, replaced) {
  const order = [1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11];
  const rest = list.filter(({ id }) => !(id in replaced));
  for (const [id, body] of Object.entries(replaced)) {
    if (!body) continue;
    const rank = order.indexOf(Number(id));
    const at = rest.findIndex((section) => section.id !== 0 && order.indexOf(section.id) > rank);
    rest.splice(at < 0 ? rest.length : at, 0, { id: Number(id), body });
  }
  return rest;
}
